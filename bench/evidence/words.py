"""What a page of the evidence needs in its language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWords:
    """One language's words; `page` and `answer` are templates of the numbers' names and the tables."""

    page: str
    """The page."""
    answer: str
    """The README's answer."""
    to: str
    """Between the ends of an interval."""
    verdicts: Mapping[str, str]
    """Verdict -> word, in the order of the summary's columns."""
    references: Mapping[str, str]
    """Reference -> whom a candidate is compared with."""
    lines: Mapping[str, str]
    """Reference to a Claude -> a short name of it."""
    kinds: Mapping[str, str]
    """Kind of work -> word."""
    bases: Mapping[str, str]
    """Cost basis -> words."""
    may: Mapping[str, str]
    """"rows" or "figures" -> what may be published."""
    compared: str
    """Head of the summary's first column."""
    claims: str
    """Head: number of claims."""
    known: str
    """Head: claims whose bills are known."""
    tenth: str
    """Head: of these, bills of at most a tenth."""
    candidate: str
    """Head: candidate."""
    replaced: str
    """Head: the Claude replaced."""
    others: tuple[str, ...]
    """Heads of the table of other data sets."""
    shown: tuple[str, ...]
    """Heads of the table of claims that are shown."""
    outlook: tuple[str, ...]
    """Heads of the table of what would decide the claims."""
    beyond: str
    """Where no drawn size decides; names `items`."""
    sources: tuple[str, ...]
    """Heads of the table of sources."""


def template(name: str) -> str:
    """A text of `texts/`, whose braces name numbers and tables."""
    return (resources.files("bench.evidence") / "texts" / name).read_text(encoding="utf-8")
