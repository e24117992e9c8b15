"""The JSON of a reply: the whole of it, a code block, or the last object in its text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from bench.scoring import code
from bench.scoring.asides import REACH, leads_aside
from bench.scoring.denials import WRONG_AFTER
from bench.scoring.lines import behind_blocks
from bench.scoring.numbers import DIGITS
from bench.scoring.retraction import is_struck, taken_back

JSON_CHARS = 50_000
"""A longer JSON answer is none."""
JSON_DEPTH = 64
"""A more deeply nested JSON answer is none."""
MOST_BROKEN = 200
"""Brackets that begin no JSON, after which no more is sought; a number or a depth beyond the bounds counts 25."""

_NO_JSON = re.compile(
    r"(?:\b(?:not|never|see|cf\.?|ref\.?|instead of|rather than|unlike|avoid|(?:note|observe) that)|不是|并非|而非|见)"
    r"[\s`*:]*\Z"
    r"|(?:\b(?:do|should|must|would|could|can|did|need) ?(?:not|n['’]t)|\bcannot|不要|不应该?|不能|不会|请勿|切勿)"
    r"(?: ?[^\W\d_]+){0,4}[\s`*:]*\Z",
    re.IGNORECASE,
)


def json_value(text: str, *, array: bool = False) -> tuple[Any, str] | None:
    """The JSON of an answer, and where it stood: the whole text, else the last code block that is JSON, else the last
    object in the text; with `array`, the last array.

    None if nothing parses, or what parses is longer, deeper or has longer numbers than allowed.
    """
    whole = text.strip()
    if 0 < len(whole) <= JSON_CHARS:
        value = _parsed(whole, 0)
        if value is not None and value[1] == len(whole):
            return value[0], "whole reply"
    for block in reversed(code.meant(code.blocks(text)[-20:])):
        inner = block.code.strip()
        value = _parsed(inner, 0) if 0 < len(inner) <= JSON_CHARS else None
        if value is not None and value[1] == len(inner):
            back = taken_back(text, behind_blocks(text))
            return (value[0], "code block") if back is None else _in_text(text[back:], array=array)
    return _in_text(text, array=array)


def _in_text(text: str, *, array: bool) -> tuple[Any, str] | None:
    """The last object that stands in a text, or array, and where; None without any, or where it is taken back."""
    embedded = [*_embedded(text)]
    if not embedded or taken_back(text, embedded[-1][1]) is not None:
        return None
    spoken: tuple[Any, str] | None = None
    for kind in (array, not array):
        for at in reversed(range(len(embedded))):
            begin, end, value = embedded[at]
            if isinstance(value, list) != kind or _denied(text, begin, end):
                continue
            since = embedded[at - 1][1] if at else 0
            if not leads_aside(text[max(since, begin - REACH) : begin]):
                return value, "in the text"
            spoken = spoken or (value, "in the text")
        if spoken:
            return spoken
    return None


def _denied(text: str, begin: int, end: int) -> bool:
    """Whether a sentence says that the JSON in it is not the answer, or only speaks of it: "not {...}", "see [1]"."""
    before = text[max(0, begin - 60) : begin]
    return bool(_NO_JSON.search(before) or WRONG_AFTER.match(text, end, end + 60) or is_struck(text, begin, end))


def _embedded(text: str) -> Iterator[tuple[int, int, Any]]:
    """The outermost JSON objects and arrays in a text, with their places. What fails to parse is passed over as far as
    it was read.
    """
    at, broken = 0, 0
    opening = re.compile(r"[\[{]")
    while broken < MOST_BROKEN and (bracket := opening.search(text, at)):
        try:
            value, end = _DECODER.raw_decode(text, bracket.start())
        except json.JSONDecodeError as error:
            at, broken = max(bracket.end(), error.pos), broken + 1
        except (ValueError, RecursionError):
            at, broken = bracket.end(), broken + 25
        else:
            at = end
            long = end - bracket.start()
            if long <= JSON_CHARS and (long <= JSON_DEPTH or not _deep(value)):  # as deep as long, at most
                yield bracket.start(), end, value


def _parsed(text: str, at: int) -> tuple[Any, int] | None:
    """The JSON value at a place, and its end."""
    try:
        value, end = _DECODER.raw_decode(text, at)
    except (ValueError, RecursionError):
        return None
    return None if _deep(value) else (value, end)


def _deep(value: Any) -> bool:
    """Whether a value is nested deeper than allowed."""
    level = [value]
    for _ in range(JSON_DEPTH + 1):
        level = [
            part
            for each in level
            if isinstance(each, list | dict)
            for part in (each.values() if isinstance(each, dict) else each)
        ] + [None for each in level if isinstance(each, list | dict) and not each]
        if not level:
            return False
    return True


def _short(convert: Callable[[str], Any]) -> Callable[[str], Any]:
    def read(literal: str) -> Any:
        if len(literal) > DIGITS:
            raise ValueError("a number is too long")
        return convert(literal)

    return read


def _no_constant(literal: str) -> Any:
    raise ValueError(f"{literal} is not JSON")


_DECODER = json.JSONDecoder(parse_int=_short(int), parse_float=_short(float), parse_constant=_no_constant)
