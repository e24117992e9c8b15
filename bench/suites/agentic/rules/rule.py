"""What a rule of a generated repository is: its module, its words in the documentation, and mistakes in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

Settings = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """A mistake, as a change of a module's text."""

    old: str
    """The right text; it stands there once."""
    new: str
    """The wrong text."""
    path: str = ""
    """The module within the package; the rule's own where it is empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One step of the charging; texts hold `$one`, `$many`, `$group`, `$size` and `$pkg` for the domain's words."""

    name: str
    """Its module's name."""
    draw: Callable[[Random], Settings]
    """Its settings' usual values."""
    code: str
    """Its module's text."""
    prose: str
    """Its paragraph in the documentation, which is all of what it does."""
    defects: tuple[Defect, ...]
    """Mistakes that it may have."""
    sizes: Callable[[Settings], tuple[int, ...]] = field(default=lambda _: ())
    """Sizes, in hundredths, near which something changes."""
    days: Callable[[Settings], tuple[int, ...]] = field(default=lambda _: ())
    """Days near which something changes."""
    tags: Callable[[Settings], tuple[str, ...]] = field(default=lambda _: ())
    """Tags that it looks at."""
