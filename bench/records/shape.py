"""What JSON outputs that are no records are made of, for their published schemas (docs/schema/)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """Beside `dict[str, Any]` in `Annotated`: the object holds a dataclass's fields, and what is said here."""

    kind: type[Any]
    """The dataclass, as `asdict` writes it."""
    beside: Mapping[str, tuple[Any, str]] = field(default_factory=dict)
    """Keys beside its fields, or in place of them: type and meaning."""
    nullable: tuple[str, ...] = ()
    """Fields that are null where they are unknown, although the dataclass holds NaN there."""
