"""What an import leaves out or cannot know, and why: printed, and kept in run.json."""

from __future__ import annotations

from collections import Counter
from typing import Any

from bench import clean
from bench.records.note import Note, info, warning

KEPT = 1000
"""Dropped rows that are kept one by one; all are counted."""


class Ledger:
    """Collects dropped rows, values that are unknown, and remarks of one import."""

    def __init__(self) -> None:
        """An empty ledger."""
        self.dropped: list[dict[str, str]] = []
        """The first KEPT dropped rows, as {"row", "why"}."""
        self.dropped_count = 0
        """All dropped rows."""
        self._unknown: Counter[str] = Counter()
        self._notes: dict[Note, None] = {}

    def drop(self, row: str, why: str) -> None:
        """A row is left out. `row` names it, e.g. "results.csv row 17"."""
        self.dropped_count += 1
        if len(self.dropped) < KEPT:
            self.dropped.append({"row": clean.line(row), "why": clean.line(why)})

    def unknown(self, what: str) -> None:
        """A value of one row is unknown, e.g. "total_cost is 0 or missing: cost unknown"; equal ones are counted."""
        self._unknown[clean.line(what)] += 1

    def note(self, text: str) -> None:
        """Something to know about the whole import; said once."""
        self._notes[info(clean.line(text))] = None

    def warn(self, text: str) -> None:
        """Something without which the imported numbers mislead; said once."""
        self._notes[warning(clean.line(text))] = None

    @property
    def notes(self) -> list[str]:
        """Remarks, then what is unknown and in how many rows."""
        return [*map(str, self._notes), *(f"{what} (rows: {count})" for what, count in self._unknown.items())]

    def as_record(self) -> dict[str, Any]:
        """For run.json."""
        return {"dropped": self.dropped, "dropped_count": self.dropped_count, "notes": self.notes}
