"""A sentence beside the tables, and how much a reader needs it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bench.language import tr, tr_later

PREFIX = tr_later("WARNING: ")
"""How a warning begins where it is printed."""


class Level(StrEnum):
    """How much a reader needs a note."""

    INFO = "info"
    """Something to know."""
    WARNING = "warning"
    """Something without which the numbers mislead."""


@dataclass(frozen=True, slots=True)
class Note:
    """One sentence beside the tables."""

    level: Level
    """How much a reader needs it."""
    text: str
    """The sentence."""

    def __str__(self) -> str:
        """As it is printed: a warning says that it is one."""
        return f"{tr(PREFIX) if self.level is Level.WARNING else ''}{self.text}"


def info(text: str) -> Note:
    """Something to know."""
    return Note(Level.INFO, text)


def warning(text: str) -> Note:
    """Something without which the numbers mislead."""
    return Note(Level.WARNING, text)


def recorded(text: str) -> Note:
    """A note that run.json keeps as it was printed."""
    return warning(text.removeprefix(PREFIX)) if text.startswith(PREFIX) else info(text)
