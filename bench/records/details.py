"""What stands as JSON in cells of a run's tables; a stranger's may be anything."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bench import clean

if TYPE_CHECKING:
    import pandas as pd

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


def details_with(texts: pd.Series[str], *names: str) -> pd.Series[Any]:
    """What graders said of those answers of which they may have said one of these fields; equal texts share it.

    The others are not read: in a large table hardly any has them.
    """
    import pandas as pd

    known = texts[texts.notna()]
    spelled = "|".join([*(f'"{name}"' for name in names), r"\\u"])  # as JSON spells a name, or may hide one
    mine = known[known.str.contains(spelled).to_numpy(dtype=bool)]
    read = {text: grade_detail(text) for text in mine.unique()}
    return pd.Series([read[text] for text in mine], index=mine.index, dtype=object)


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
