"""Reading the JSON of a stranger: ValueError where it breaks the protocol's promise, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from bench import clean

MOST_SIGNS = 300_000
"""Commas, colons and brackets of one reply or event: each may be a value, and reading them holds everything else up."""


_scan: Callable[[str, int], tuple[Any, int]] = json.scanner.make_scanner(json.JSONDecoder())  # type: ignore[attr-defined]
"""What `json.loads` calls at last; what it asks before of every text takes as long again as a token's event does."""


def parse(text: str) -> Any:
    """JSON of any kind. Raises ValueError, also where it is nested too deeply or made of too many values."""
    if len(text) > MOST_SIGNS and sum(map(text.count, "[{,:")) > MOST_SIGNS:
        raise ValueError(f"more than {MOST_SIGNS:,} commas, colons and brackets")
    try:
        value, end = _scan(text, 0)
        if end == len(text):
            return value
    except (StopIteration, ValueError):  # which `loads` explains
        pass
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def an_object(value: Any, what: str) -> dict[str, Any]:
    """The value, which must be a JSON object. Raises ValueError naming `what`."""
    if not isinstance(value, dict):
        raise ValueError(f"{what} is not a JSON object")
    return value


def first_choice(choices: Any) -> dict[str, Any]:
    """The choice that was asked for: of others (`index` above 0), which nobody asked for, nothing is read.

    ValueError if that is no list of objects.
    """
    if not isinstance(choices, list):
        raise ValueError("choices is not a list")
    first = an_object(choices[0], "choice")
    if not first.get("index"):
        return first
    return next((each for each in choices if isinstance(each, dict) and not each.get("index")), {})


_BEATS = frozenset(("ping", "pong", "heartbeat", "keepalive", "keep-alive", "keep_alive", "null", "[]"))
"""What gateways send as an event only to keep a connection open."""


def beyond_json(data: str) -> bool | None:
    """Of a payload without an object: True for the end, `[DONE]` in any case; False for a heartbeat; else None."""
    word = data.strip(' \t\r\n":').lower()
    return True if word == "[done]" else False if not word or word in _BEATS else None


def a_word(raw: Mapping[str, Any], key: str) -> str:
    """A word or a number of an object, as a text; absent or null is empty. Raises ValueError for any other type."""
    value = raw.get(key)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else a_text(raw, key)


def an_event(value: Any) -> dict[str, Any]:
    """A payload's JSON object; some vendors wrap an error into a list of one. Raises ValueError for anything else."""
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict) and "error" in value[0]:
        value = value[0]
    return an_object(value, "event")


def a_text(raw: Mapping[str, Any], key: str) -> str:
    """A text of an object; absent or null is empty. Raises ValueError for any other type."""
    value = raw.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{key} is not a text")
    return value


def texts(value: Any, what: str) -> tuple[str, str]:
    """What a content says, as (answer, reasoning): a text, or a list of parts, each a text or an object with a type.

    Parts of an unknown type are empty. Raises ValueError for anything that is not content.
    """
    if value is None or isinstance(value, str):
        return value or "", ""
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list):
        raise ValueError(f"{what} is not a text")
    parts = [_part(part, what) for part in value]
    return "".join(answer for answer, _ in parts), "".join(reasoning for _, reasoning in parts)


def _part(part: Any, what: str) -> tuple[str, str]:
    if not isinstance(part, dict):
        return texts(part, what) if isinstance(part, str) else ("", "")
    kind = part.get("type", "text")
    if kind in ("text", "output_text", "text_delta"):
        said = part.get("text")
        return texts(said.get("value") if isinstance(said, dict) else said, what)
    if kind in ("thinking", "thinking_delta", "reasoning", "reasoning_text"):
        said = next((part[key] for key in ("thinking", "reasoning", "text") if part.get(key)), None)
        return "", "".join(texts(said, what))
    return "", ""


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
