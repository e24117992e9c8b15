"""Values of a record that are there and cannot be what their field means: the record is named, not kept in part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bench import clean
from bench.traffic.layout import LeftOutError
from bench.traffic.values import amount, at, count, moment, unpacked


def _messages(value: object) -> bool:
    plain = unpacked(value)
    if isinstance(plain, list | tuple):
        return all(isinstance(each, Mapping | list | str) for each in plain)
    return isinstance(plain, Mapping | str)


COUNT, AMOUNT, MOMENT = "a whole number from 0", "a number from 0", "a time"
"""Tokens; money or seconds; when something happened."""
MESSAGES, OBJECT = "a text or a list of messages", "a JSON object"
"""What was asked; fields with names."""
_HOLDS: Mapping[str, Callable[[Any], bool]] = {
    COUNT: lambda value: count(value) is not None,
    AMOUNT: lambda value: amount(value) is not None,
    MOMENT: lambda value: moment(value) is not None,
    MESSAGES: _messages,
    OBJECT: lambda value: isinstance(unpacked(value), Mapping),
}
_UNKNOWN = (None, "", "None", "null")
"""What logs write for what they do not know."""


def require(raw: Mapping[str, Any], kinds: Mapping[str, str]) -> None:
    """LeftOutError that names the first key or dotted path whose value is of another kind; unknown is no mistake."""
    for path, kind in kinds.items():
        value = raw[path] if path in raw else at(raw, *path.split("."))
        if not any(value is each or value == each for each in _UNKNOWN) and not _HOLDS[kind](value):
            raise LeftOutError(f"{path} is {clean.line(repr(value)[:60])}, not {kind}")


_TRUE = ("true", "t", "yes", "y", "on", "1", "1.0")
_FALSE = ("false", "f", "no", "n", "off", "0", "0.0", "none", "null", "")
"""How JSON, a table, and a spreadsheet that saved it again write them."""


def flag(raw: Any, path: str) -> bool:
    """Whether a dotted path says yes, as JSON or as a table writes it; nothing there is no. LeftOutError for others."""
    value = at(raw, *path.split("."))
    said = "" if value is None else str(value).strip().lower()
    if said not in (*_TRUE, *_FALSE):
        raise LeftOutError(f"{path} is {clean.line(repr(value)[:60])}, neither true nor false")
    return said in _TRUE
