"""Checks that need no right answer: fields of a JSON object, and numbers or quotes that must stand in the request."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from bench.records import Graded
from bench.scoring import json_answers
from bench.scoring.item import ANSWER_CHARS
from bench.scoring.numbers import TOKEN, read_token, whole_number

QUOTED = re.compile(r'"([^"\n]{1,500})"|“([^”]{1,500})”|„([^“”]{1,500})[“”]|«([^»]{1,500})»|「([^」]{1,500})」')
"""What stands in quotation marks."""
COUNTED = re.compile(r"^[ \t]*(?:[-*#>]+[ \t]*)?\d{1,3}[.)](?=\s)", re.MULTILINE)
"""What numbers the lines of a list."""
LEAST_WORDS = 2
"""Words of a quote: a single one in quotation marks is often only a name."""


def fields(item: Mapping[str, Any], text: str) -> Graded:
    """The text's JSON object must have the item's `fields`, each with its value: texts whatever their case and blanks,
    numbers by value. Partial credit is the share of fields."""
    found, wanted = json_answers.json_value(text), item["fields"]
    if found is None or not isinstance(found[0], dict):
        return Graded(score=0.0, partial=0.0, extracted=None)
    wrong = [name for name, value in wanted.items() if name not in found[0] or not _same(value, found[0][name])]
    return Graded(
        score=float(not wrong),
        partial=1 - len(wrong) / len(wanted),
        extracted=json.dumps(found[0], ensure_ascii=False)[:ANSWER_CHARS],
        detail={"why": f"differs in {', '.join(wrong)}" if wrong else "", "route": found[1]},
    )


def source_numbers(item: Mapping[str, Any], text: str) -> Graded:
    """Every number of the text but those that count its lines must stand in the request, by its value; there must be
    one."""
    known, said = set(_numbers(_source(item))), list(_numbers(COUNTED.sub("", text)))
    return _grounded([str(number) for number in said], [str(number) for number in said if number not in known])


def source_quotes(item: Mapping[str, Any], text: str) -> Graded:
    """Every quote of the text of two words or more must stand in the request, whatever its case and blanks; there must
    be one."""
    source, said = _plain(_source(item)), list(_quotes(text))
    return _grounded(said, [quote for quote in said if _plain(quote) not in source])


def _grounded(said: list[str], foreign: list[str]) -> Graded:
    if not said:
        return Graded(score=0.0, partial=0.0, extracted=None)
    return Graded(
        score=float(not foreign),
        partial=1 - len(foreign) / len(said),
        extracted="; ".join(said)[:ANSWER_CHARS],
        detail={"why": f"not in the request: {'; '.join(foreign)[:300]}" if foreign else ""},
    )


def _source(item: Mapping[str, Any]) -> str:
    turns = item.get("messages") or [{"content": item["prompt"]}]
    return "\n".join(str(turn["content"]) for turn in turns)


def _numbers(text: str) -> Iterator[Fraction]:
    for token in TOKEN.finditer(text):
        number = read_token(token, negative=False)
        if number is not None:
            yield number.value


def _quotes(text: str) -> Iterator[str]:
    for found in QUOTED.finditer(text):
        quote = next(group for group in found.groups() if group is not None)
        if len(quote.split()) >= LEAST_WORDS:
            yield quote


def _plain(text: str) -> str:
    """In one case, with single blanks and plain apostrophes."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("’", "'").split())


def _same(wanted: object, given: object) -> bool:
    if isinstance(wanted, bool) or wanted is None or isinstance(given, bool):
        return wanted is given
    if isinstance(wanted, int | float):
        number = given if isinstance(given, int | float) else whole_number(str(given))
        value = number if isinstance(number, int | float) or number is None else number.value
        return value is not None and Fraction(str(wanted)) == Fraction(str(value))
    if isinstance(wanted, str):
        return isinstance(given, str) and _plain(wanted) == _plain(given)
    return wanted == given
