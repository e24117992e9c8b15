"""What a command that reads a run folder several times need not read twice: its items, and whether a table is sound."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

Mark = tuple[int, ...]
"""What changes with a file: device, i-node, size, and when it was last written to, and changed in any way."""


@dataclass(slots=True)
class Kept:
    """Of the files that were read, while they are the same."""

    items: tuple[Mark, pd.DataFrame] | None = None
    """The newest items table that was read whole."""
    rows: dict[Mark, int] = field(default_factory=dict)
    """Of tables whose every text was found to be within its bounds: rows that may be in memory at once."""


_KEPT: ContextVar[Kept | None] = ContextVar("kept", default=None)


@contextmanager
def tables_kept() -> Iterator[None]:
    """Within it a run's items are read once, and every table is looked through once."""
    token = _KEPT.set(Kept())
    try:
        yield
    finally:
        _KEPT.reset(token)


def kept() -> Kept | None:
    """What is kept; None outside of `tables_kept`."""
    return _KEPT.get()


def mark_of(about: os.stat_result) -> Mark:
    """The mark of a file."""
    return about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns
