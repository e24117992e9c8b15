"""What a call changed in a world's state, as lines to be read."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

_SCALARS = frozenset((str, int, float, bool, type(None)))
MOST_LINES, SHOWN = 12, 120
"""Lines of one call; characters of a value, and of a path."""


def kept(state: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of a state, without what is the executor's, to be held against the state later."""
    return {key: copied(value) for key, value in state.items() if not key.startswith("_")}


def copied(value: Any) -> Any:
    """A deep copy; of JSON, which states are, in a fifth of `deepcopy`'s time."""
    if type(value) is dict:
        return {key: copied(part) for key, part in value.items()}
    if type(value) is list:
        return [copied(part) for part in value]
    return value if type(value) in _SCALARS else copy.deepcopy(value)


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """What differs: "+ path: value" is new, "- path: value" is gone, "~ path: value -> value" is altered."""
    found = [*_differences(before, {key: value for key, value in after.items() if not key.startswith("_")}, "")]
    more = len(found) - MOST_LINES
    return (*found[:MOST_LINES], *([f"... and {more} more"] if more > 0 else ()))


def _differences(before: Mapping[str, Any], after: Mapping[str, Any], path: str) -> Iterator[str]:
    for key in sorted({*before, *after}):
        place = f"{path}/{key}"
        if key not in before:
            yield f"+ {place[:SHOWN]}: {_said(after[key])}"
        elif key not in after:
            yield f"- {place[:SHOWN]}: {_said(before[key])}"
        elif before[key] != after[key]:
            old, new = before[key], after[key]
            if isinstance(old, Mapping) and isinstance(new, Mapping):
                yield from _differences(old, new, place)
            else:
                yield f"~ {place[:SHOWN]}: {_said(old)} -> {_said(new)}"


def _said(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
