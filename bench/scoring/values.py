"""What an answer is, a number, digits, a tuple, a set or words, and whether it is right."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from bench.scoring.lines import listed
from bench.scoring.numbers import whole_number, wrapped_number
from bench.scoring.unwrap import Layer, canonical, layers, plain


class AnswerKind(StrEnum):
    """How an item's `answer` is to be read: its `type`."""

    INTEGER = "integer"
    """A whole number, by its value: any sign, any group separator."""
    DECIMAL = "decimal"
    """A decimal number, by its value: 4 is 4.0, and 0.33 is not 0.333."""
    FRACTION = "fraction"
    """A number that may also be written as a fraction or a power, by its value."""
    DIGITS = "digits"
    """Digits of some base, with 0x where the answer has it: case, zeros in front and groups do not count."""
    TUPLE = "tuple"
    """Parts in their order, which commas, semicolons, blanks or line ends separate."""
    SET = "set"
    """Such parts in any order."""
    TEXT = "text"
    """Words, exactly, apart from what wraps them."""

    @classmethod
    def numbers(cls) -> tuple[AnswerKind, ...]:
        """Those that are compared by value."""
        return (cls.INTEGER, cls.DECIMAL, cls.FRACTION)


@dataclass(frozen=True, slots=True)
class Match:
    """How an answer compares with the right one."""

    right: bool
    """Whether it is right."""
    partial: float
    """The share of its parts that are right, in [0, 1]; for what has no parts 0 or 1."""
    wrappings: tuple[str, ...] = ()
    """What was taken off to read it."""


_SENTENCE = re.compile(r"(.{1,400}?)[.!。！][*_`\"'”)$]{0,4}(?:\s+|(?<=[。！]))(?=\S)")
_MORE = re.compile(
    r"\d|\b(?:or|but|however|unless|though|although|maybe|perhaps|possibly|not)\b|n't\b|但|或|不|可能|也许",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[-+]?(?:\d+|\d*\.\d+)")
_BOLD_END = re.compile(r"([^*]{1,400}?)\*\*(?!\*)")
_ANDS_ABROAD = "y|dan|و"
"""And in Spanish, Indonesian and Arabic."""
_AND = re.compile(
    rf"\s*(?:,\s*)?(?:(?<!\w)(?:(?:and|&|{_ANDS_ABROAD})\s+|و(?=[A-Z\d]))(?=[^,;\s]+\Z)|[和与及]\s*(?=[^,;\s和与及]+\Z))"
)
"""Before the last part of a list in words: "a, b and c"."""
_ANDS = re.compile(rf"\s{{1,4}}(?:and|&|{_ANDS_ABROAD})\s{{1,4}}|\s{{1,4}}و(?=[A-Z\d])|\s{{0,4}}[和与及]\s{{0,4}}")
_REASON = re.compile(
    r"(.{1,400}?)(?:[,，;；]\s*|\s+|(?=[(（]))[(（]?(?:because|since|given that|(?<=,\s)as|因为|由于)(?![A-Za-z])(.*)",
    re.I | re.S,
)
_ASIDE = re.compile(r"(.{1,400}?)\s*[(（]([^()（）\n]{2,300})[)）]\s*[.。]?")
_NOT = re.compile(r"(.{1,400}?),\s*(?:and )?not\s[^,.;:]{1,80}[.]?")
_OPENS_ANEW = re.compile(
    r"\b(?:or|but|however|if|unless|though|although|maybe|perhaps|possibly|alternatively|instead)\b|但|或|如果|若|可能",
    re.I,
)
_ROUNDED = re.compile(
    r"(.{1,200}?)[\s$*_`]{0,8},?\s?\(?\s?(?:(?:or|which is|i\.e\.|that is|即)[,\s]{0,2})?"
    r"(?:about|approximately|approx\.?|roughly|≈|≃|\\approx|~|大?约(?:等于|为)?)[\s$*]{0,4}"
    r"(?P<value>[-+]?\d{1,40}(?:\.(?P<digits>\d{1,40}))?)\s*(?P<percent>\\?%)?[\s$*).]*",
    re.IGNORECASE,
)
"""An exact value, then the same rounded."""
_NAMES = re.compile(r"\A[\s$]{0,4}\(?\s?[A-Za-z](?:_?\d)?(?:\s?,\s?[A-Za-z](?:_?\d)?)+\s?\)?\s?=\s?(?=\S)")
"""The names of a tuple's parts, before its values: (x, y) = (3, 14)."""
_ROW = re.compile(r"^[ \t]*\|(.*)\|[ \t]*$", re.MULTILINE)
_RULE = re.compile(r"^[ \t]*\|(?:[ \t]*:?-{2,}:?[ \t]*\|)+[ \t]*\n?", re.MULTILINE)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_GOES_ON = re.compile(r"[,;]\s*(?:\.{3}|etc\b)[\W_]*\Z", re.IGNORECASE)
_WRAPS = "()[]{}|\"'`*$《》〈〉「」『』【】〖〗"
"""What may wrap a part."""
_BOX = re.compile(r"\\boxed\s*\{([^{}]*)\}")
_APART = re.compile(r"[,;&\s]+|\\\\")
_MATRIX = re.compile(r"\\(?:begin|end)\s*\{[a-z]?(?:matrix|array)\}(?:\{[a-z|]*\})?")
_EQUALS = re.compile(r"[ \t]*(=|->|→)[ \t]*")
_GROUPS = re.compile(r"(?<=[0-9a-z])[ ,_'](?=[0-9a-z])")
_DIGITS = re.compile(r"([-+]?) ?(0[xob])?0*([0-9a-z]+)")


def kind_of(item: Mapping[str, Any]) -> AnswerKind:
    """An item's `type`, or without one: a number where its answer is one, a tuple where it has parts, else text."""
    if "type" in item:
        return AnswerKind(item["type"])
    answer = item["answer"]
    if isinstance(answer, int | float) and not isinstance(answer, bool):
        return AnswerKind.DECIMAL
    if _NUMBER.fullmatch(str(answer).strip()):
        return AnswerKind.DECIMAL
    return AnswerKind.TUPLE


def compare(kind: AnswerKind, wanted: str, given: str) -> Match:
    """Compares an answer with the right one."""
    if kind in AnswerKind.numbers():
        return _numbers(kind, wanted, given)
    if kind is AnswerKind.DIGITS:
        return _first(given, lambda text: _digits(text) == _digits(canonical(wanted)))
    if kind is AnswerKind.TEXT:
        right = {canonical(wanted), plain(wanted)}
        return _first(given, lambda text: _one_line(text) in {_one_line(each) for each in right})
    return _parts(wanted, given, ordered=kind is AnswerKind.TUPLE)


def in_sentence(kind: AnswerKind, wanted: str, stated: str) -> Match:
    """Compares what a sentence states; where all of its line is not right, its first sentence, if the rest only adds
    words: "7. I am sure."
    """
    best = compare(kind, wanted, stated)
    bold = _BOLD_END.match(stated) if stated.count("**") % 2 else None
    for first in (_SENTENCE.match(stated), bold):
        if not best.right and first is not None and not _MORE.search(stated, first.end()):
            best = max(best, compare(kind, wanted, first[1]), key=lambda each: each.partial)
    if not best.right and (told := _told(kind, stated)) is not None:
        best = max(best, compare(kind, wanted, told), key=lambda each: each.partial)
    return best


def _told(kind: AnswerKind, stated: str) -> str | None:
    """A statement without the reason, the brackets or the "not ..." behind it; None where it has none, or they may open
    another answer.
    """
    if (reason := _REASON.fullmatch(stated)) and not _OPENS_ANEW.search(reason[2]):
        return reason[1]
    if kind is not AnswerKind.TEXT:
        return None
    if (aside := _ASIDE.fullmatch(stated)) and not _OPENS_ANEW.search(aside[2]):
        return aside[1]
    return denied[1] if (denied := _NOT.fullmatch(stated)) else None


def _first(given: str, right: Any) -> Match:
    match = next((layer for layer in layers(given) if right(layer.text)), None)
    return Match(match is not None, float(match is not None), match.wrappings if match else ())


def _one_line(text: str) -> str:
    return " ".join(text.split())


def number_of(text: str) -> Fraction | None:
    """The value of an expected number."""
    number = wrapped_number(text)
    return None if number is None else number.value


def _numbers(kind: AnswerKind, wanted: str, given: str) -> Match:
    right = number_of(wanted)
    for layer in layers(given):
        number = whole_number(layer.text)
        if number is not None:
            same = number.value == right and (number.plain or kind is AnswerKind.FRACTION)
            return Match(same, float(same), layer.wrappings)
        if kind is AnswerKind.FRACTION and (exact := _exact(layer.text)) is not None:
            return Match(exact == right, float(exact == right), (*layer.wrappings, "rounding"))
    return Match(right=False, partial=0.0)


def _exact(text: str) -> Fraction | None:
    """The fraction before its own rounding, as in "5/12 ≈ 0.417"; None where they are not the same."""
    rounded = _ROUNDED.fullmatch(text)
    number = wrapped_number(rounded[1]) if rounded else None
    if rounded is None or number is None or number.plain:
        return None
    scale = 100 if rounded["percent"] else 1
    off = abs(number.value * scale - Fraction(rounded["value"]))
    return number.value if off < Fraction(1, 10 ** len(rounded["digits"] or "")) else None


def _digits(text: str) -> str | None:
    match = _DIGITS.fullmatch(_GROUPS.sub("", text.casefold()))
    return f"{match[1].strip('+')}{match[2] or ''}{match[3]}" if match else None


def parts(answer: str) -> list[str]:
    """An answer's parts, as commas, semicolons, blanks and line ends separate them, each without what wraps it."""
    text = _EQUALS.sub(r"\1", _MATRIX.sub(" ", _BOX.sub(r"\1", answer)))
    pieces = (part.strip(_WRAPS) or part for part in _APART.split(text) if part)
    return [part for part in pieces if part]


def _parts(wanted: str, given: str, *, ordered: bool) -> Match:
    target = _exact_parts(canonical(wanted))
    if _GOES_ON.search(canonical(given[-80:])):
        return Match(right=False, partial=0.0)
    best = Match(right=False, partial=0.0)
    for layer in layers(given):
        match = _score(target, layer, ordered=ordered)
        if match.right:
            return match
        best = max(best, match, key=lambda each: each.partial)
    return best


def _score(wanted: Sequence[str], layer: Layer, *, ordered: bool) -> Match:
    text = _BREAK.sub("\n", layer.text)
    if not any("=" in part or "|" in part for part in wanted):
        text = _NAMES.sub("", _ROW.sub(lambda row: row[1].replace("|", ","), _RULE.sub("", text)))
    items = listed(text)
    text = "\n".join(items) if items else text
    if not any(mark in part for part in wanted for mark in ("and", "和", "与", "及", "&")) and (
        not {*_ANDS_ABROAD.split("|")} & {*wanted}
    ):
        text = _AND.sub(", ", text) if "," in text or ";" in text else _ANDS.sub(", ", text)
    given = _exact_parts(text)
    if len(given) != len(wanted) or given != wanted:
        given = parts(text) if not any(mark in " ".join(wanted) for mark in _WRAPS if mark not in "|`*") else given
    if ordered:
        same = sum(_same(one, other) for one, other in zip(wanted, given, strict=False))
    else:
        same = sum((Counter(map(_key, wanted)) & Counter(map(_key, given))).values())
    size = max(len(wanted), len(given))
    share = same / size if size else 1.0
    return Match(share == 1.0, share, layer.wrappings)


def _exact_parts(text: str) -> list[str]:
    return [part for part in _APART.split(_EQUALS.sub(r"\1", text)) if part]


def _same(one: str, other: str) -> bool:
    return one == other or _key(one) == _key(other)


def _key(part: str) -> str | Fraction:
    """A part as it is compared: a number by its value, anything else as it is."""
    return Fraction(part) if _NUMBER.fullmatch(part) else part
