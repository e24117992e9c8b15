"""Reads numbers as people and models write them: any sign, any group separator, fractions and powers of ten.

Every function is linear in its text's length: of a long text only a window around its last digit is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

from bench.scoring.unwrap import canonical, layers, tidied

DIGITS = 60
"""A number with more characters is none."""
MOST_EXPONENT = 999
"""A power with a larger exponent is none."""

CURRENCY = r"(?:(?:US|A|C|HK)?\$|[€£¥₹₽₩]|\b(?:USD|EUR|GBP|CNY|RMB|JPY)\b)"
_SCALES = {
    "k": 10**3, "dozen": 12, "hundred": 10**2, "百": 10**2,
    "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "千": 10**3, "万": 10**4, "萬": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "億": 10**8, "万亿": 10**12,
}  # fmt: skip
TOKEN = re.compile(
    r"""(?P<num>
        (?<!\d)\d{1,3}(?P<g>[\ '_])\d{3}(?:(?P=g)\d{3})*(?!\d)(?:[.,]\d++)?
      | (?<![\d.,])\d{1,3}(?:,\d{3})+(?!,?\d)(?:[.]\d++)?
      | (?<![\d.,])\d{1,3}(?:[.]\d{3}){2,}(?![\d.])(?:,\d++)?
      | (?<![\d.,])\d{1,3}(?:[.]\d{3})+,\d++(?![\d.,])
      | (?<![\d.,])\d{1,2}(?:,\d{2})+,\d{3}(?![\d,])(?:[.]\d++)?
      | (?<![\d.,])\d{1,4}(?:,\d{4}){2,}(?![\d,])(?:[.]\d++)?
      | (?<![\d.,])\d++,\d++(?![\d,])
      | \d++(?:[.]\d++)? | (?<!\d)[.]\d++ )
    (?:[eE](?P<e>[-+]?\d{1,3})(?![\w]))?
    (?: \s?(?:[x×*·⋅]|\\?times|\\cdot)\s?10\s?(?:\^|\*\*)\s?[{(]?(?P<ten>[-+]?\d{1,3})(?!\d)[)}]?
      | \s?(?:\^|\*\*)\s?[{(]?(?P<power>[-+]?\d{1,3})(?!\d)[)}]?
      | (?P<mixed>\ \d++)?\s?/\s?(?P<over>\d++)(?!\s?/|[.]?\d) )?
    (?:\s?(?P<scale>(?<=\d)(?-i:k)\b|dozen\b|hundred\b|thousand\b|million\b|billion\b|trillion\b|百万|千万|万亿|[百千万萬亿億]))?""",
    re.VERBOSE | re.IGNORECASE,
)
_SIGN = re.compile(rf"(?P<sign>[-+]|\b(?:minus|negative)\b|负)?(?P<gap>\s*){CURRENCY}?\s*(?P<second>[-+]?)\s*$", re.I)
_UNIT = re.compile(rf"\s*{CURRENCY}?\s*")
_OWED = re.compile(rf"\(\s*{CURRENCY}\s*(.*)\)|{CURRENCY}\s*\((.*)\)")
_NEGATED = re.compile(r"-\s*\(([^()]*)\)")
_EQUATION = re.compile(
    r"(?:(?:(?!not\b)\\?[A-Za-z][A-Za-z ]{0,30}(?:_?\d|_\{?\w{1,6}\}?)?'?\s*(?:[(\[][^()\[\]=]{0,30}[)\]]\s*)?"
    r"|[\d\s.,'^+*/×÷·⋅$€£¥()-]*)=\s*)+"
)
"""What may stand on the left of an equation's last sign: a name, P(A), an expression of numbers."""
_CURRENCY_END = re.compile(rf"{CURRENCY}\s*$", re.IGNORECASE)
_MINUS_WORD = re.compile(r"(?:\b(?:minus|negative)|负)$", re.IGNORECASE)
_OPERATOR_BEFORE = re.compile(r"(?:[^\W\u3040-\u30ff\u3400-\u9fff]|[)\]}%])\s*$")
_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
"""Scripts without blanks between words: a dash behind one of these characters is a sign."""
_OVER = re.compile(
    r"\{\s*([^{}\\]{1,60}?)\s*\\over\s*([^{}\\]{1,60}?)\s*\}|(?<![\w)}])[{(]\s*(\d{1,60})\s*[})]\s*/\s*[{(]\s*(\d{1,60})\s*[})]"
)
_FRACTION = re.compile(r"(\d?)\\[dtc]?frac\s*(?:\{([^{}]*)\}|(\d))\s*(?:\{([^{}]*)\}|(\d))")


@dataclass(frozen=True, slots=True)
class Number:
    """A number that was read, exactly."""

    value: Fraction
    """Its value."""
    plain: bool = True
    """False for a fraction or a power, which count only where an item asks for them."""

    def __str__(self) -> str:
        """Its value in plain digits, or as a fraction."""
        rest = self.value.denominator
        for prime in (2, 5):
            while rest % prime == 0:
                rest //= prime
        if rest > 1 or abs(self.value) >= 10**DIGITS or self.value.denominator > 10**DIGITS:
            return str(self.value)[:DIGITS]
        with localcontext(prec=3 * DIGITS):
            return f"{(Decimal(self.value.numerator) / self.value.denominator).normalize():f}"


def whole_number(text: str) -> Number | None:
    """The number that a text is, all of it, with sign and currency; also the right side of an equation.

    None for anything else: words or units beside it, two numbers, more than `DIGITS` characters.
    """
    text = latex_plain(text)
    if negated := _NEGATED.fullmatch(text):
        inner = whole_number(negated[1])
        return Number(-inner.value, inner.plain) if inner and inner.value > 0 else None
    owed = _OWED.fullmatch(text)
    if owed:
        inner = whole_number(owed[1] or owed[2] or "")
        return Number(-inner.value, inner.plain) if inner and inner.value > 0 else None
    equation = _EQUATION.match(text)
    start = equation.end() if equation else 0
    for token in TOKEN.finditer(text, start):
        sign = _SIGN.fullmatch(text[start : token.start()])
        if sign is None or not _UNIT.fullmatch(text, token.end()):
            return None
        return read_token(token, negative=_negative(sign))
    return None


def wrapped_number(text: str) -> Number | None:
    """The number that a text is, all of it, once everything is off that merely wraps it; None for anything else."""
    return next((number for layer in layers(text) if (number := whole_number(layer.text))), None)


def latex_plain(text: str) -> str:
    """Text without the LaTeX that stands within numbers."""
    if "\\" not in text and "{" not in text and "~" not in text and ")/(" not in text:
        return text
    text = _OVER.sub(lambda m: f"{m[1] or m[3]}/{m[2] or m[4]}", text)
    text = text.replace("{,}", ",").replace("\\!", "")
    text = _FRACTION.sub(lambda m: f"{m[1] and m[1] + ' '}{m[2] or m[3] or ''}/{m[4] or m[5] or ''}", text)
    return canonical(tidied(text))


def _negative(sign: re.Match[str]) -> bool:
    marks = (sign["sign"] or "") + sign["second"]
    return bool(marks) and marks not in ("+", "++")


def sign_before(text: str, at: int, *, spaced: bool) -> bool:
    """Whether the number at a place is negative. A dash behind a number, a word or a bracket is an operator; with a
    blank behind it, it is a sign only where `spaced` and nothing that it could separate stands before it.
    """
    prefix = text[max(0, at - 24) : at]
    rest = _CURRENCY_END.sub("", prefix.rstrip()) if not prefix.rstrip().endswith(("-", "+")) else prefix.rstrip()
    gap, rest = prefix[len(rest) :].startswith(" ") or rest.endswith(" "), rest.rstrip(" ")
    word = _MINUS_WORD.search(rest)
    if word:
        return not rest[: word.start()].rstrip()[-1:].isdigit()
    if not rest.endswith("-"):
        return False
    before = rest[:-1]
    if (before[-1:].isalnum() and not _HAN.match(before[-1:])) or before[-1:] in tuple("_)]}%"):
        return False
    return not gap or (spaced and not before.endswith("\n") and not _OPERATOR_BEFORE.search(before))


def read_token(token: re.Match[str], *, negative: bool) -> Number | None:
    """A token's number; None where it is too long, or a power too large."""
    if len(token[0]) > DIGITS:
        return None
    digits = token["num"]
    exponents = [int(token[name] or 0) for name in ("e", "ten", "power")]
    if any(abs(exponent) > MOST_EXPONENT for exponent in exponents):
        return None
    value = Fraction(_point(digits, token["g"])) * Fraction(10) ** (exponents[0] + exponents[1])
    if token["power"]:
        if (value == 0 and exponents[2] < 0) or value > 10**6:
            return None
        value = value ** exponents[2]
    if token["over"]:
        over = int(token["over"])
        if over == 0:
            return None
        value = value + Fraction(int(token["mixed"]), over) if token["mixed"] else value / over
    value *= _SCALES.get((token["scale"] or "").lower(), 1)
    return Number(-value if negative else value, not (token["over"] or token["power"]))


def _point(digits: str, group: str | None) -> str:
    """Digits with a point for the fraction and nothing between groups."""
    if group:
        return digits.replace(group, "").replace(",", ".")
    if "," not in digits:
        return digits.replace(".", "") if digits.count(".") > 1 else digits
    if "." in digits and digits.index(".") < digits.index(","):
        return digits.replace(".", "").replace(",", ".")
    first, *rest = digits.partition(".")[0].split(",")
    fraction = len(rest) == 1 and (len(rest[0]) != 3 or len(first) > 3)
    return digits.replace(",", "." if fraction else "")
