"""The only changes that are made to a request: single fields of its top level, every other byte as it came."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

MOST_DIGITS = 4000
"""Of a number: reading a longer one takes time that nothing can interrupt."""


def _number(digits: str) -> float:
    if len(digits) > MOST_DIGITS:
        raise ValueError(f"a number has more than {MOST_DIGITS:,} digits")
    return float(digits)


_DECODER = json.JSONDecoder(parse_float=_number)
_BLANK = " \t\r\n"
_BLANKS = re.compile(f"[{_BLANK}]*")


class BodyField(NamedTuple):
    """A field of a JSON object, and where its value stands in the text."""

    name: str
    """Its name."""
    value: Any
    """Its value."""
    named: int
    """Where its name begins, in characters."""
    begin: int
    """Where the value begins."""
    end: int
    """Where it ends."""


def fields(text: str) -> Iterator[BodyField]:
    """The fields of the object that a text is. Raises ValueError if it is no JSON object, or nested too deeply."""
    at = _skip(text, 0)
    if text[at : at + 1] != "{":
        raise ValueError("the body is not a JSON object")
    at = _skip(text, at + 1)
    if text[at : at + 1] == "}":
        return
    while True:
        named = at
        name, at = _value(text, at)
        if not isinstance(name, str):
            raise ValueError("a field's name is not a text")
        at = _skip(text, at)
        _require(text, at, ":")
        begin = _skip(text, at + 1)
        value, end = _value(text, begin)
        yield BodyField(name, value, named, begin, end)
        at = _skip(text, end)
        if text[at : at + 1] == "}":
            if _skip(text, at + 1) != len(text):
                raise ValueError("something follows the JSON object")
            return
        _require(text, at, ",")
        at = _skip(text, at + 1)


def rewritten(text: str, changes: Mapping[str, Any], found: Iterable[BodyField] | None = None) -> str:
    """The text with other values for some fields of its top level; None takes a field out, a new one comes first.

    `found` are its `fields`, where they are known. Raises ValueError if it is no JSON object, or has such a field
    twice.
    """
    seen: dict[str, BodyField] = {}
    for field in fields(text) if found is None else found:
        if field.name in changes and field.name in seen:
            raise ValueError(f"the field {field.name} stands there twice")
        seen[field.name] = field
    order = sorted((field for field in seen.values() if field.name in changes), key=lambda field: -field.begin)
    for field in order:
        value = changes[field.name]
        if value is None:
            text = _without(text, field)
        else:
            text = text[: field.begin] + json.dumps(value, ensure_ascii=False) + text[field.end :]
    new = {name: value for name, value in changes.items() if name not in seen and value is not None}
    if not new:
        return text
    start = text.index("{") + 1
    added = json.dumps(new, ensure_ascii=False, separators=(",", ":"))[1:-1]
    return text[:start] + added + ("," if seen else "") + text[start:]


def written(value: Any, depth: int = 2) -> Iterator[str]:
    """What `json.dumps` writes with its keys sorted, member by member to this depth: nothing else runs meanwhile."""
    if not depth or not isinstance(value, list) or not value:
        yield json.dumps(value, sort_keys=True, ensure_ascii=False)
        return
    for at, each in enumerate(value):
        yield ", " if at else "["
        yield from written(each, depth - 1)
    yield "]"


def _without(text: str, field: BodyField) -> str:
    """The text without a field, its name and one comma."""
    after = _skip(text, field.end)
    if text[after] == ",":
        return text[: field.named] + text[_skip(text, after + 1) :]
    before = text[: field.named].rstrip(_BLANK).removesuffix(",")
    return before + text[after:]


def _skip(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    assert found is not None
    return found.end()


def _value(text: str, at: int) -> tuple[Any, int]:
    try:
        return _DECODER.raw_decode(text, at)
    except RecursionError as error:
        raise ValueError("the body is nested too deeply") from error


def _require(text: str, at: int, sign: str) -> None:
    if text[at : at + 1] != sign:
        raise ValueError(f"the body is not JSON: {sign} is missing at character {at}")
