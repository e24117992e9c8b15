"""What a judge's reply says: the last JSON object in it that has an overall verdict, criterion by criterion.

A criterion that this object has twice says nothing.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from bench.records import OVERALL, SIDES

_PASS = {"yes": 1.0, "no": 0.0, "true": 1.0, "false": 0.0}
MOST_TRIED = 200
"""Opening braces that are tried, from the end."""
LAST = 20_000
"""Characters of a reply's end that are read: each brace may have all that follows it read."""


def read_reply(text: str, criteria: Sequence[str], first: str | None) -> dict[str, float | None]:
    """Each criterion's value as a label has it, the order of a preference undone; None where the reply does not say."""
    said = _last_object(text[-LAST:])
    return {name: _value(said.get(name), first) for name in criteria}


def _last_object(text: str) -> Mapping[str, Any]:
    decoder = json.JSONDecoder(object_pairs_hook=_once)
    at = len(text)
    for _ in range(MOST_TRIED):
        at = text.rfind("{", 0, at)
        if at < 0:
            break
        try:
            found, _ = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict) and OVERALL in found:
            return found
    return {}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    times = Counter(name for name, _ in pairs)
    return {name: value if times[name] == 1 else None for name, value in pairs}


def _value(word: object, first: str | None) -> float | None:
    plain = str(word).strip().casefold()
    if first is None:
        return _PASS.get(plain)
    shown_first = {"a": 1.0, "tie": 0.5, "b": 0.0}.get(plain)
    if shown_first is None or first == SIDES[0]:
        return shown_first
    return 1.0 - shown_first
