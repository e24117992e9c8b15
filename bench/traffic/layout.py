"""What every format of logs gives: how its records are known, and how they are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.importers import Ledger
from bench.traffic.rows import Logged

MOST_KEPT = 128 << 20
"""Bytes of texts that wait for the record which they belong to; beyond it they are left out, and it is said."""


class LeftOutError(ValueError):
    """A record that is a call but cannot be a row; the message says why."""


@dataclass(slots=True, kw_only=True)
class LogReading:
    """One import, while its records are read."""

    ledger: Ledger
    """What is left out, and why."""
    kept: dict[str, Any] = field(default_factory=dict)
    """What earlier records said of later ones, by an id that both have."""
    others: int = 0
    """Records that are no calls, e.g. spans of a database."""
    left: int = MOST_KEPT
    """Bytes that may still be kept."""

    def keep(self, key: str, value: Any, size: int) -> None:
        """Keeps what a later record needs, as far as there is room."""
        self.left -= size
        if self.left < 0:
            self.ledger.warn(
                f"more than {MOST_KEPT >> 20} MiB of texts stand apart from their calls: the rest of them is left out. "
                "Import fewer files at once."
            )
        else:
            self.kept[key] = value


Records = Iterator[tuple[str, Mapping[str, Any]]]
"""Where a record stands, and the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFormat:
    """A kind of log."""

    title: str
    """What people call it."""
    knows: Callable[[Mapping[str, Any]], bool]
    """Whether a record is of this format."""
    read: Callable[[str, Mapping[str, Any], LogReading], Iterator[Logged]]
    """The calls of a record. LeftOutError for one that is a call but cannot be read."""
    before: Callable[[str, Mapping[str, Any], LogReading], None] | None = None
    """Reads what other records need; where there is one, all files are read twice."""
    texts: bool = True
    """Whether requests and answers are taken; else only cost and shape."""
    mixed: bool = False
    """Whether its files hold other things beside calls: records that are not of the format are counted, not named."""
