"""Reads the number that a sentence gives as its answer, and none where it gives none.

What a sentence denies, bounds or leaves open is not an answer: "not 7", "more than 7", "7 or 9", "7 to 9", "3 + 4".
What only looks like a number is none: dates, times, versions, labels of lists, exponents of units.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from bench.scoring import denials
from bench.scoring.numbers import (
    CURRENCY,
    DIGITS,
    TOKEN,
    Number,
    latex_plain,
    read_token,
    sign_before,
    wrapped_number,
)
from bench.scoring.unwrap import canonical

WINDOW = 400
"""Characters before the last digit of a long text in which its last number is sought."""

LINK = 60
"""Numbers further apart, in characters, do not say something together."""
REACH = 80
"""How far from a number the words stand that deny or bound it."""

_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?"
)
_NO_NUMBER = re.compile(
    rf"""(?<![\d.])\d{{4}}[-/]\d{{1,2}}[-/]\d{{1,2}}(?!\d)
      | (?<![\d./])\d{{1,2}}/\d{{1,2}}/\d{{2,4}}(?![\d/])
      | \b{_MONTH}\ \d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\ \d{{4}}\b)?
      | \b\d{{1,2}}(?:st|nd|rd|th)?\ (?:of\ )?{_MONTH}(?:,?\ \d{{4}}\b)?
      | \b{_MONTH}\ \d{{4}}\b | \d{{4}}年\d{{1,2}}月(?:\d{{1,2}}日)? | \d{{1,2}}月\d{{1,2}}日
      | (?<![\d.,:])\d++(?::\d++)+
      | (?<![\d.,])(?!\d{{1,3}}(?:[.]\d{{3}})+(?![\d.]))\d++(?:[.]\d++){{2,}}
      | (?<![\d.,])\d{{4,}}[.]\d++(?:[.]\d++)+""",
    re.VERBOSE,
)
_ENDS = re.compile(r"(?:[.?]|!(?!\s?[-=+*/×·]))[*_\"')]{0,3}\s|;\s|\n")
_ASIDE = re.compile(r"(?<=[\w%€$])\s*\((?!\s*(?:or|and|not|minus)\b)[^()]*\)")
_LATE_ASIDE = re.compile(r"(\d[\d.,]*[%€$]?(?:[ -][^\W\d_]{1,20}){0,3})\s*\((?!\s*or\b)([^()]{1,200})\)")
_SUMMED = re.compile(r"\b(?:total|altogether|all|sum)\b|[总共]|=\s*[$€£¥]?[\d.,]+\s*\w*\s*\)")
_BARE = re.compile(rf"\s*\(\s*{CURRENCY}?\s*[-+]?[\d.,]+\s*[^\W\d]*\s*\)", re.IGNORECASE)
_WORDS = r"(?: *(?!(?:and|or|but|so|then|x)\b)[^\W\d_]{1,20}\.?){0,2}"
_CHAIN = re.compile(
    rf"!?[ $€£¥()*]*{_WORDS}[ $€£¥()*]*([-+*/×÷·=]|\\times|\\cdot|\\div|\b(?:x|plus|minus|times|divided by"
    rf"|multiplied by|equals"
    r"|is equal to|makes|gives)\b|加上?|减去?|乘以?|除以|等于|得)[ $€£¥()=*]*(?P<sign>[-+]?)[ $€£¥(*]*"
)
_RESULT = ("=", "equals", "is equal to", "makes", "gives", "等于", "得")
_RANGE = re.compile(rf"{_WORDS}\s*(?:\bto\b|\bthrough\b|\buntil\b|~|至|到|\.\.+)\s*{CURRENCY}?\s*")
_BETWEEN = re.compile(r"(?:\bbetween|\bfrom|介于|在)\W*\Z", re.IGNORECASE)
_SEVERAL = re.compile(
    r"[\s*]*[^\W\d_]{0,20}[\s*(]*(?:,?\s*\b(?:and|or|or maybe|or perhaps|or else|or even|nor)\b|[,&/]|或者?|和"
    r"|与|还是)"
    rf"\s*(?:\b(?:either|maybe|possibly|perhaps)\b)?[\s*]*(?:[A-Za-z]\s*=\s*)?{CURRENCY}?[\s*-]*",
    re.IGNORECASE,
)
_UNIT = re.compile(r"[\s*]*([^\W\d_]{1,20}|%)")
_LAST_DIGIT = re.compile(r"[\d½⅓⅔¼¾⅕-⅞①-⑳]")
_BULLET = re.compile(r"^([ \t]*)-[ \t]+(?=[\d.,]+[ \t]+[^\W\d_])", re.MULTILINE)
_UNDERSCORES = re.compile(r"(?<!\w)_{1,3}(?=[^\W\d_])")
_TILDE = re.compile(r"(?<=\d)\s?[~～〜]\s?(?=\d)")
_ATTACHED = re.compile(r"[A-Za-z_^]\Z")
_CURRENCY_ENDS = re.compile(rf"{CURRENCY}\Z", re.IGNORECASE)
_HALF = re.compile(r"\s*and (?:a|one) half\b", re.IGNORECASE)
_CENTS = re.compile(r"\s*dollars?,?\s*(?:and\s*)?", re.IGNORECASE)
_COMPOUND = re.compile(
    r"\s*(?:hours?|hrs?|h|minutes?|mins?|feet|foot|ft|'|pounds?|lbs?|years?|months?|weeks?|days?|degrees?|小时"
    r"|分钟?|年|天|元)"
    r"\s*,?\s*(?:and\s*)?",
    re.IGNORECASE,
)
_FINER = re.compile(
    r"\s*(?:minutes?|mins?|min|m|seconds?|secs?|s|inch(?:es)?|in|\"|ounces?|oz|months?|weeks?|days?|hours?"
    r"|分钟?|秒|个?月|天|小时|角)"
    r"(?![^\W\d_])",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b", re.IGNORECASE)
_LABELLED = re.compile(
    r"(?:\b(?:steps?|questions?|q|problems?|exercises?|items?|parts?|cases?|examples?|figures?|fig\.?|tables?"
    r"|equations?|eq\.?|lines?|pages?"
    r"|chapters?|sections?|rules?|methods?|approach|attempt|version|level|day|round|grade)\s*[(#*]*|第|#)\s*\Z",
    re.IGNORECASE,
)
_LIST_LABEL = re.compile(r"[ \t]{0,8}(?:[-*#>]{1,6}[ \t]{0,4})?[*_]{0,2}\(?(\d{1,3})[.)][*_]{0,2}[ \t]")
_FILLER = re.compile(
    rf"[\s:,*_\"'`($]*(?:(?:it|that|this|there|which|he|she|they|we|you|i)?(?:'s|'re| is| are| was| will be"
    rf"| would be|\b)\s*)?"
    rf"(?:\b(?:equal to|about|around|approximately|approx\.?|roughly|exactly|precisely|just|only|simply|clearly"
    rf"|therefore|thus|so|a|the"
    rf"|total|of|at least|at most|number|value|amount|indeed|probably|likely|definitely)\b\s*"
    rf"|[≈~约为是共有]\s*)*[\s*_\"'`(]*{CURRENCY}?[\s*_\"'`(+-]*",
    re.IGNORECASE,
)
_OPERATION = re.compile(
    r"\b(?:sums?|products?|difference|quotient|add(?:ing|ed)?|subtract(?:ing|ed)?|multiply(?:ing)?|multiplied"
    r"|divid(?:e|ing|ed)|plus"
    r"|minus|times|combin(?:e|ing|ed)|comput(?:e|ing|ed)|calculat(?:e|ing|ed))\b|之和|之积|之差|相加|相乘",
    re.IGNORECASE,
)
_THEREFORE = re.compile(
    r"\b(?:which|that|this|it|result|total)\s+(?:is|equals|makes|gives|leaves|yields|comes to|results in)\b"
    r"|\b(?:equals|gives|gives us"
    r"|yields|results? in|we get|i get|to get|giving|making|leaving|so|hence|therefore|thus|i\.e\.)|[=:]|等于"
    r"|得到?|是",
    re.IGNORECASE,
)
_BOX = re.compile(r"\\f?box(?:ed)?\s*\{([^{}]*)\}")
_REMARK = re.compile(r"[\s*_(]*(?:note|remark|nb|n\.b\.|注意?|备注)[*_]*\s*:", re.IGNORECASE)
_BOLD = re.compile(rf"(\*\*|__)(?=\s*{CURRENCY}?\s*[-+]?[\d.])([^*_\n]{{1,60}})(?<!:)\1(?!\s*[:：])")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """One number of a sentence, or several that say one thing together."""

    number: Number | None
    """What it is; None where it is left open, as in "7 or 9"."""
    start: int
    """Where it begins in the text."""
    end: int
    """Where it ends."""
    denied: bool
    """Whether the sentence says that it is not this, or only that it is more or less than this."""
    weak: bool
    """Whether it may only name or count something: an ordinal, a label, "step 3"."""
    computed: bool
    """Whether it is the result of an equation."""


def stated_number(text: str) -> tuple[Number | None, bool]:
    """The number that a statement gives, and whether it speaks of numbers at all: where not, what follows may.

    All of it, else the end of its equation, else its first number. What stands in brackets behind a number is an aside.
    """
    whole = wrapped_number(text)
    if whole is not None:
        return whole, True
    spoken = bool(re.search(r"\d", text))
    text = _plain(text)
    bare = _ASIDE.sub(" ", text)
    if not re.search(r"\d", bare):
        bare = _ASIDE.sub(lambda match: match[0] if _BARE.fullmatch(match[0]) else " ", text)
    text = bare
    for begin, end in _sentences(text):
        said = [each for each in _said(text, begin, end, spaced=begin == 0) if not each.denied]
        strong = [each for each in said if not each.weak] or said
        if strong:
            return _first(text, begin, end, strong), True
    return None, spoken


def _first(text: str, begin: int, end: int, said: list[_Said]) -> Number | None:
    """The number that a sentence gives: its first, or after words of reckoning the one behind "which is" and such."""
    first = said[0]
    before = text[begin : first.start]
    if first.number and (
        first.computed or (len(before) <= REACH and _FILLER.fullmatch(before)) or not _OPERATION.search(before)
    ):
        return first.number
    computed = _THEREFORE.search(text, first.end, end)
    return next((each.number for each in said if computed and each.start >= computed.end()), None)


def last_number(text: str) -> Number | None:
    """The last number of a whole reply that it does not deny; None without any, or where the last is left open."""
    at = max((text.rfind(digit) for digit in "0123456789"), default=-1)
    if not text.isascii():
        for match in _LAST_DIGIT.finditer(text, at + 1):
            at = match.start()
    if at < 0:
        return None
    start = max(0, at - WINDOW)
    text = _LATE_ASIDE.sub(lambda m: m[0] if _SUMMED.search(m[2]) else m[1], _plain(text[start : at + 2 * DIGITS]))
    sentences = list(_sentences(text))
    for begin, end in reversed(sentences):
        said = _said(text, begin, end, spaced=start == begin == 0)
        spans = [match.span() for match in _BOLD.finditer(text, begin, end)]
        bold = [each for each in said if len(spans) == 1 and spans[0][0] < each.start < spans[0][1]]
        strong = bold if len(bold) == 1 else [each for each in said if not each.weak]
        reason = denials.REASON.search(text, begin, end)
        if reason and not denials.THENCE.search(text, reason.end(), end):
            strong = [each for each in strong if each.end <= reason.start()] or strong
        if strong:
            asserted = [each for each in strong if not each.denied]
            if asserted or not text[:begin].rstrip().endswith(";"):
                return asserted[-1].number if asserted else None
    weak = [each for span in sentences for each in _said(text, *span, spaced=False) if not each.denied]
    return weak[-1].number if weak else None


def _plain(text: str) -> str:
    """Canonical characters without bullets; what only looks like a number is blotted out."""
    text = _UNDERSCORES.sub("", _BULLET.sub(r"\1", text.replace("。", "。 ")))
    if "\\" not in text and "$" not in text:  # where it is not a blank of LaTeX's
        text = _TILDE.sub(" to ", text)
    text = latex_plain(canonical(_BOX.sub(r"\1", text)))
    return _NO_NUMBER.sub(lambda match: "¤" * len(match[0]), text)


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for match in _ENDS.finditer(text):
        yield at, match.end()
        at = match.end()
    yield at, len(text)


def _said(text: str, begin: int, end: int, *, spaced: bool) -> list[_Said]:
    """What the numbers of a sentence say, those together that only say something together."""
    tokens = [token for token in TOKEN.finditer(text, begin, end) if not _no_number(text, token.start())]
    said, at = [], 0
    while at < len(tokens):
        number, last = _together(text, tokens, at, spaced=spaced and at == 0)
        start, stop = tokens[at].start(), tokens[last].end()
        before = text[max(begin, start - REACH) : start]
        open_range = number is None and _BETWEEN.search(before)
        denied = bool(open_range) or _denied(text, start, stop, span=(begin, end), number=number)
        weak = bool(_ORDINAL.match(text, stop) or _LABELLED.search(before) or _REMARK.match(text, begin, start))
        said.append(
            _Said(
                number=number,
                start=start,
                end=stop,
                denied=denied,
                weak=weak,
                computed=last > at and number is not None,
            )
        )
        at = last + 1
    return said


def _denied(text: str, start: int, stop: int, *, span: tuple[int, int], number: Number | None) -> bool:
    """Whether a sentence denies, bounds or only guesses the number that stands between two places in its span."""
    before, reach = text[max(span[0], start - REACH) : start], min(span[1], stop + REACH)
    if denials.DENIED.search(before) or denials.BOUND.search(before):
        return True
    if denials.DENIED_AFTER.match(text, stop, reach) or denials.BOUND_AFTER.match(text, stop, reach):
        return True
    whole = number is not None and number.value.denominator == 1
    return whole and bool(denials.GUESSED.search(before) or denials.GUESSED_AFTER.match(text, stop, reach))


def _no_number(text: str, at: int) -> bool:
    """Whether digits belong to a word, a name or an exponent before them, as in CO2, x_1, m^2, or number a line."""
    before = text[max(0, at - 4) : at]
    attached = _ATTACHED.search(before) and not _CURRENCY_ENDS.search(before)
    return bool(attached) or _numbers_a_line(text, at)


def _numbers_a_line(text: str, at: int) -> bool:
    """Whether a number only numbers its line in a list: the next or the line before bears its neighbour."""
    begin = text.rfind("\n", 0, at) + 1
    label = _LIST_LABEL.match(text, begin)
    if label is None or label.start(1) != at:
        return False
    number, after = int(label[1]), text.find("\n", at) + 1
    before = text.rfind("\n", 0, max(0, begin - 1)) + 1
    others = [_LIST_LABEL.match(text, line) for line in ([before] if begin else []) + ([after] if after else [])]
    return any(abs(int(other[1]) - number) == 1 for other in others if other)


def _together(text: str, tokens: list[re.Match[str]], at: int, *, spaced: bool) -> tuple[Number | None, int]:
    """The number that begins at a token, or what it says with those behind it; and the last token of these."""

    def gap(n: int) -> str:
        between = text[tokens[n].end() : tokens[n + 1].start()]
        return between if len(between) <= LINK else "..."

    def value(n: int, *, spaced: bool = False) -> Number | None:
        return _value(tokens[n], negative=sign_before(text, tokens[n].start(), spaced=spaced))

    chain: list[re.Match[str]] = []
    while at + len(chain) + 1 < len(tokens) and (link := _CHAIN.fullmatch(gap(at + len(chain)))):
        chain.append(link)
    if chain:
        return _result(tokens[at : at + len(chain) + 1], chain, value(at, spaced=spaced)), at + len(chain)
    first, last = value(at, spaced=spaced), at
    if at + 1 == len(tokens):
        return (_and_a_half(text, tokens[at], first), at)
    if _CENTS.fullmatch(gap(at)) and re.match(r"\s*cents?\b", text[tokens[at + 1].end() :][:8]):
        cents = value(at + 1)
        return (Number(first.value + cents.value / 100) if first and cents else None), at + 1
    if _RANGE.fullmatch(gap(at)) or (_COMPOUND.fullmatch(gap(at)) and _FINER.match(text, tokens[at + 1].end())):
        return None, at + 1
    while last + 1 < len(tokens) and _SEVERAL.fullmatch(gap(last)) and _listed(text, tokens, last):
        last += 1
    if last > at and not _same(text, tokens, at, last):
        return None, last
    return _and_a_half(text, tokens[at], first), last


def _value(token: re.Match[str], *, negative: bool) -> Number | None:
    """A token's number; None where a function, a variable or a factorial makes another value of it."""
    number, text = read_token(token, negative=negative), token.string
    before = text[max(0, token.start() - 40) : token.start()]
    if denials.FUNCTION.search(before) or denials.ALGEBRA.match(text, token.end()):
        return None
    counted = number is not None and number.value >= 0 and number.value.denominator == 1
    return None if counted and denials.is_factorial(text, token.start(), token.end()) else number


def _listed(text: str, tokens: list[re.Match[str]], at: int) -> bool:
    """Whether a number and the next are named side by side: a comma alone does so only where the next ends there."""
    link = text[tokens[at].end() : tokens[at + 1].start()]
    if link.strip() not in (",", "&"):
        return True
    return bool(re.match(r"[\s*]*(?:$|[.,;!?)}\]$]|and\b|or\b|&|和|或)", text[tokens[at + 1].end() :][:12]))


def _same(text: str, tokens: list[re.Match[str]], at: int, last: int) -> bool:
    """Whether numbers side by side are one: of one value, or told once more in another unit."""
    values = {
        number.value if (number := read_token(token, negative=False)) else None for token in tokens[at : last + 1]
    }
    units = [unit[1].casefold() for token in tokens[at : last + 1] if (unit := _UNIT.match(text, token.end()))]
    link = text[tokens[at].end() : tokens[last].start()]
    return len(values) == 1 or (" or " in link and len(set(units)) == last - at + 1 > len({"or"} & set(units)) + 1)


def _and_a_half(text: str, token: re.Match[str], number: Number | None) -> Number | None:
    half = _HALF.match(text, token.end())
    return Number(number.value + Fraction(1, 2)) if half and number else number


def _result(tokens: list[re.Match[str]], chain: list[re.Match[str]], first: Number | None) -> Number | None:
    """The result of an equation, on either side; None for an expression that tells none."""
    equals = [at for at, link in enumerate(chain) if link[1].lower() in _RESULT]
    if not equals:
        return None
    if equals[-1] == len(chain) - 1:
        if not denials.FACTORIAL.match(tokens[-1].string, tokens[-1].end()):
            return _value(tokens[-1], negative=chain[-1]["sign"] == "-")
        return first if equals[0] == 0 else read_token(tokens[-1], negative=chain[-1]["sign"] == "-")
    return first if equals[0] == 0 else None
