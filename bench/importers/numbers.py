"""Numbers as people write them: read exactly or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

UNKNOWN = frozenset({"", "-", "?", "n/a", "na", "nan", "none", "null", "unknown"})
"""Words that stand for an unknown value, in lower case."""
WORDS = {"true": 1.0, "false": 0.0}
LARGEST = 2**53
"""Whole numbers from here on are not exact as floats."""
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


class BadValueError(ValueError):
    """A cell that cannot be read; the message says why, and is followed by nothing."""


def number(value: object, decimal: str = ".") -> float | None:
    """A number, or None if the source says that it is unknown. "74.2%" is 0.742, true and false are 1 and 0.

    BadValueError for anything that would have to be guessed: a decimal comma unless `decimal` says so, separators of
    thousands, infinity, other text.
    """
    if value is None:
        return None
    text = str(value).strip()
    if text.lower() in UNKNOWN:
        return None
    if text.lower() in WORDS:
        return WORDS[text.lower()]
    plain = text.removesuffix("%").rstrip()
    scale = 100 if plain != text else 1
    if decimal == ",":
        plain = _with_point(plain, text)
    if not _NUMBER.fullmatch(plain):
        if re.fullmatch(r"[+-]?\d*,\d+", plain):
            raise BadValueError(f"'{text}' has a comma; if that is its decimal point, give --decimal ,")
        raise BadValueError(f"'{shown(text)}' is not a number")
    result = float(plain) / scale
    if result in (float("inf"), float("-inf")):
        raise BadValueError(f"'{shown(text)}' is out of range")
    return result


def _with_point(plain: str, text: str) -> str:
    if "." in plain:
        raise BadValueError(f"'{text}' has a point, though its decimal point is said to be a comma")
    return plain.replace(",", ".", 1)


def whole(value: object, decimal: str = ".") -> int | None:
    """A whole number that is not negative, or None if unknown. BadValueError otherwise."""
    result = number(value, decimal)
    if result is None:
        return None
    if not 0 <= result < LARGEST or result != int(result):
        raise BadValueError(f"'{shown(value)}' is not a whole number")
    return int(result)


def share(value: object, decimal: str = ".") -> float | None:
    """A score in [0, 1], or None if unknown. BadValueError otherwise."""
    result = number(value, decimal)
    if result is not None and not 0 <= result <= 1:
        raise BadValueError(f"'{shown(value)}' is not a score from 0 to 1")
    return result


def amount(value: object, decimal: str = ".") -> float | None:
    """A number that is not negative, such as money or seconds; None if unknown. BadValueError otherwise."""
    result = number(value, decimal)
    if result is not None and result < 0:
        raise BadValueError(f"'{shown(value)}' is negative")
    return result


def positive(value: object, decimal: str = ".") -> float | None:
    """`amount` where the source writes 0 for "not recorded": 0 is None."""
    return amount(value, decimal) or None


def named(values: Mapping[str, Any], name: str, read: Callable[[object], Any], column: str | None = None) -> Any:
    """One of a row's values, read; a BadValueError begins with its column's name."""
    try:
        return read(values.get(name))
    except BadValueError as error:
        raise BadValueError(f"{column or name}: {error}") from error


def shown(value: object) -> str:
    """A value for a message: one line, at most 40 characters, bytes of no known text as \\x.."""
    text = str(value).encode("utf-8", "backslashreplace").decode().replace("\n", " ")
    return text if len(text) <= 40 else f"{text[:37]}..."


def day(stamp: object) -> str | None:
    """An ISO date of a timestamp, which is ISO text or seconds since 1970; None if it is neither."""
    text = str(stamp or "")
    try:
        return datetime.fromtimestamp(float(text), UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        pass
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).date().isoformat()
    except ValueError:
        return None
