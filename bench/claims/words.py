"""Numbers of claims in words: shares, points, savings, ranges."""

from __future__ import annotations

from bench.language import tr
from bench.records import Claim
from bench.stats import Interval


def two_sided(claim: Claim) -> str:
    """The level of the intervals that go with a claim's one-sided tests, e.g. "90 %" at a confidence of 95 %."""
    return f"{100 * (1 - 2 * claim.alpha):g} %"


def percent(share: float) -> str:
    """A share; as many digits as it takes to tell it from all or nothing."""
    digits = 1
    while 0 < share < 1 and digits < 6 and float(f"{100 * share:.{digits}f}") in (0.0, 100.0):
        digits += 1
    return f"{100 * share:.{digits}f} %"


def points(share: float) -> str:
    """A score difference in points, signed."""
    return f"{100 * share:+.1f}"


def span(interval: Interval) -> str:
    """A range of score differences in words, e.g. "0.4 points lower to 2.7 higher"."""
    if interval.low is None or interval.high is None:
        return tr("anywhere")
    low, high = 100 * interval.low, 100 * interval.high
    if low < 0 < high:
        return tr("{low:.1f} points lower to {high:.1f} higher", low=-low, high=high)
    near, far = sorted((abs(low), abs(high)))
    return (
        tr("{near:.1f} to {far:.1f} points lower", near=near, far=far)
        if high <= 0
        else tr("{near:.1f} to {far:.1f} points higher", near=near, far=far)
    )


def saving(ratio: float) -> str:
    """A cost ratio, e.g. "90.0 % less"."""
    return tr("{share} less", share=percent(1 - ratio)) if ratio <= 1 else tr("{share} more", share=percent(ratio - 1))


def saving_span(low: float, high: float) -> str:
    """A range of cost ratios as savings, e.g. "89.0 % to 91.0 % less", or "2.0 % less to 3.0 % more"."""
    if high <= 1:
        return tr("{near} to {far} less", near=percent(1 - high), far=percent(1 - low))
    if low >= 1:
        return tr("{near} to {far} more", near=percent(low - 1), far=percent(high - 1))
    return tr("{low} to {high}", low=saving(low), high=saving(high))
