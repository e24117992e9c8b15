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
    read = {name: value for name, value in raw.items() if isinstance(value, _GRADED.get(name, object))}
    if "notes" in read:
        read["notes"] = [note for note in read["notes"] if isinstance(note, str)]
    return {
        name: clean.line(value) if name in _GRADED and isinstance(value, str) else value for name, value in read.items()
    }


def require_numbers(text: str) -> None:
    """ValueError if a text is not the JSON object of numbers that sampling settings are."""
    raw = json.loads(text)
    if not isinstance(raw, dict):
        raise ValueError("no JSON object")
    for value in raw.values():
        if isinstance(value, bool) or not isinstance(value, int | float) or not -1e300 < value < 1e300:
            raise ValueError("a setting that is no number")
