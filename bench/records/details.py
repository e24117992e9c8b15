"""What stands as JSON in cells of a run's tables; a stranger's may be anything."""

from __future__ import annotations

import json
from typing import Any

from bench import clean

_GRADED: dict[str, type | tuple[type, ...]] = {
    "route": str, "wrapped": str, "verdict": str, "notes": list, "lm_eval_score": (int, float),
}  # fmt: skip
"""Fields of a grade's detail that something of ours looks at, and what they are."""


def grade_detail(text: str) -> dict[str, Any]:
    """What a grader said of an answer; nothing for a text that is no JSON object, and no field of another kind."""
    try:
        raw = clean.json_value(json.loads(text))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(raw, dict):
        return {}
    read: dict[str, Any] = {name: value for name, value in raw.items() if isinstance(value, _GRADED.get(name, object))}
    if "notes" in read:
        read["notes"] = [note for note in read["notes"] if isinstance(note, str)]
    return {
        name: clean.line(value) if name in _GRADED and isinstance(value, str) else value for name, value in read.items()
    }


def require_settings(text: str, *, sent: bool) -> None:
    """ValueError if a text is no JSON object, as sampling settings are; of numbers, where they were sent by us."""
    raw = json.loads(text)
    if not isinstance(raw, dict):
        raise ValueError("it is no JSON object")
    if sent and not all(is_number(value) for value in raw.values()):
        raise ValueError("a setting is no number")


def is_number(value: object) -> bool:
    """Whether a JSON value is a finite number."""
    return not isinstance(value, bool) and isinstance(value, int | float) and -1e300 < value < 1e300
