"""Reading the JSON of a stranger: ValueError where it breaks the protocol's promise, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bench import clean
from bench.records import Outcome

OUTCOMES: Mapping[str, Outcome] = {
    **dict.fromkeys(("stop", "stop_sequence", "eos", "end_turn"), Outcome.ANSWERED),
    **dict.fromkeys(("tool_calls", "tool_use", "function_call"), Outcome.ANSWERED),
    **dict.fromkeys(("length", "max_tokens", "model_length", "model_context_window_exceeded"), Outcome.TRUNCATED),
    **dict.fromkeys(("content_filter", "sensitive", "refusal"), Outcome.REFUSED),
}
"""Finish reasons of all vendors. Any other is infrastructure, e.g. insufficient_system_resource, network_error."""


def outcome_of(reason: str | None) -> Outcome | None:
    """What a finish reason means; None while there is none."""
    return OUTCOMES.get(reason, Outcome.INFRASTRUCTURE) if reason else None


def parse(text: str) -> Any:
    """JSON of any kind. Raises ValueError, also where it is nested too deeply."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def an_object(value: Any, what: str) -> dict[str, Any]:
    """The value, which must be a JSON object. Raises ValueError naming `what`."""
    if not isinstance(value, dict):
        raise ValueError(f"{what} is not a JSON object")
    return value


def a_text(raw: Mapping[str, Any], key: str) -> str:
    """A text of an object; absent or null is empty. Raises ValueError for any other type."""
    value = raw.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{key} is not a text")
    return value


def a_count(raw: object, *path: str) -> int | None:
    """A token count at a path of keys; None where there is none, or where it is not a whole number from 0 to 10^9."""
    for key in path:
        raw = raw.get(key) if isinstance(raw, dict) else None
    return clean.count(raw)


def whole(text: str) -> str:
    """A text with its surrogate halves joined.

    JSON may escape the halves of a pair apart, even in two events; a half without its other one becomes U+FFFD,
    because no file and no hash can hold it.
    """
    return clean.text(text)
