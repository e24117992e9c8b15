"""Numbers as text, with as many digits as their intervals warrant."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from bench.language import tr, tr_later
from bench.stats import Interval

UNKNOWN = tr_later("unknown")
"""What stands where a number is not known."""
Form = Callable[[Interval | None], tuple[str, str]]
"""How an interval is written."""
LEAST = 1e-4
"""The least amount that is written with decimals."""
APART = 100.0
"""Amounts of one column that lie further apart have no decimals in common."""


def count(number: int | None) -> str:
    """A count."""
    return tr(UNKNOWN) if number is None else str(number)


def percent(interval: Interval | None) -> tuple[str, str]:
    """A score, to whole or tenth points; and its bounds."""
    return _percent(interval, 0 if interval is None else min(1, _decimals(interval, 100) or 0))


def _percent(interval: Interval | None, digits: int) -> tuple[str, str]:
    value, bounds = _bounded(interval, lambda share: f"{100 * share:.{digits}f}")
    return (value if interval is None else f"{value} %"), bounds


def amount(interval: Interval | None) -> tuple[str, str]:
    """Seconds or USD: two or three significant digits, as many as the interval warrants; three without one."""
    if interval is None or interval.estimate < LEAST:
        return _bounded(interval, lambda value: f"{value:.3g}")
    digits = _amount_digits(interval)
    return _bounded(interval, lambda value: f"{value:,.{digits}f}")


def _amount_digits(interval: Interval) -> int:
    place = math.floor(math.log10(interval.estimate))
    warranted = _decimals(interval)
    return max(0, 2 - place if warranted is None else min(max(warranted, 1 - place), 2 - place))


def alike(form: Form, values: Sequence[Interval | None]) -> Form:
    """How a whole column is written: with the decimals of its finest value, unless they lie too far apart for that."""
    known = [value for value in values if value is not None]
    if form is percent and known:
        tenths = max(min(1, _decimals(value, 100) or 0) for value in known)
        return lambda interval: _percent(interval, tenths)
    if form is not amount or not known or min(value.estimate for value in known) < LEAST:
        return form
    estimates = [value.estimate for value in known]
    if max(estimates) / min(estimates) >= APART:
        return form
    digits = max(map(_amount_digits, known))
    return lambda interval: _bounded(interval, lambda value: f"{value:,.{digits}f}")


def whole(interval: Interval | None) -> tuple[str, str]:
    """Tokens, or tokens per second."""
    return _bounded(interval, lambda value: f"{value:.0f}")


def beside(first: tuple[str, str], second: tuple[str, str]) -> tuple[str, str]:
    """Two numbers in one cell; unknown if one of them is."""
    if tr(UNKNOWN) in (first[0], second[0]):
        return tr(UNKNOWN), ""
    return f"{first[0]} / {second[0]}", f"{first[1]} / {second[1]}"


def signed(interval: Interval, form: Callable[[float], str]) -> tuple[str, str]:
    """A difference or ratio, whose bounds may have a sign: "low to high", or "?" where one of them is open."""
    if interval.low is None or interval.high is None:
        return form(interval.estimate), "?"
    return form(interval.estimate), tr("{low} to {high}", low=form(interval.low), high=form(interval.high))


def points(share: float) -> str:
    """A difference of scores, in points with its sign."""
    return f"{100 * share:+.1f}"


def factor(ratio: float) -> str:
    """How many times as much."""
    return f"x{ratio:.3g}"


def _decimals(interval: Interval, scale: float = 1) -> int | None:
    """Decimals whose last is worth at most half of the interval's half-width; None without an interval."""
    if interval.low is None or interval.high is None or interval.high <= interval.low:
        return None
    return max(0, -math.floor(math.log10(scale * (interval.high - interval.low) / 4)))


def _bounded(interval: Interval | None, form: Callable[[float], str]) -> tuple[str, str]:
    """A bound that too few values leave open is "?"."""
    if interval is None:
        return tr(UNKNOWN), ""
    bounds = ["?" if bound is None else form(bound) for bound in (interval.low, interval.high)]
    return form(interval.estimate), "?" if bounds == ["?", "?"] else "–".join(bounds)
