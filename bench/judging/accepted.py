"""Past answers that a user accepted, which judges are shown beside those that they judge."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from bench.records import AnswerRow, ItemRow

Place = tuple[str, str]
"""A task and an item."""


def accepted_answers(items: Iterable[ItemRow], answers: Iterable[AnswerRow]) -> Mapping[Place, str]:
    """The accepted answers of a run's items: the `example` of one that nothing grades, and the logged answer of one
    that was drawn with `--check accepted`. What other items expect may be a pattern or a program: judges see none."""
    known = {(row.task, row.item): row.expected for row in answers if row.expected}
    has = {(row.task, row.item) for row in items if not row.graded or _check(row.traffic) == "accepted"}
    return {place: text for place, text in sorted(known.items()) if place in has}


def _check(traffic: str | None) -> object:
    """How the item was drawn to be graded; None for one that is of no log."""
    try:
        said = json.loads(traffic or "null")
    except (ValueError, RecursionError):
        return None
    return said.get("check") if isinstance(said, dict) else None
