"""What a sample has not met: the worst that a value can do to a ratio, known or assumed, and what allows for it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy

from bench.stats.clusters import Floats
from bench.stats.intervals import Interval
from bench.stats.tilted import LEAST_P, tilted_p

UNCAPPED_N = 100
"""Without a limit on what a value can come to, fewer independent items than these decide nothing."""
ASSUMED_MORE, ASSUMED_SHARE = 0.14, 20
"""Without a limit, see `assumed_limit`; the dearest one in so many values say how heavy the tail is."""
MOST_TIMES = 50
"""How many times the items are tried for what would show a result."""
_NEAR = 0.02
"""How near a bound of an interval is looked for, as a share of half its width."""


@dataclass(frozen=True, slots=True)
class Tail:
    """One direction of a test, and the worst that a value can do to it."""

    gain: Floats
    """What each item speaks for this direction; its mean is above 0 where the direction is true."""
    reach: float
    """How far below 0 a gain can be."""
    most: float
    """What a value can come to, known or assumed."""
    limited: bool
    """Whether something limits it."""


Tails = Callable[[float], tuple[Tail, Tail]]
"""The tails for and against, at a bound of the ratio."""


def assumed_limit(values: Floats, usual: float, worth: float) -> float:
    """What a value that nothing limits is taken to come to: more than was met, and the more the heavier the tail is.

    M (1 + ASSUMED_MORE (UNCAPPED_N / worth)^1.5 (T / usual)³): M the largest value, T the mean of the ASSUMED_SHAREth
    part that is dearest, `usual` the mean at which the bound is just kept, `worth` how many independent values they
    are worth. It rises with each value, so a larger one never helps. Chosen on log-normal costs with sigma 1 to 2.5.
    """
    many = max(1, len(values) // ASSUMED_SHARE)
    dearest = float(np.partition(values, len(values) - many)[-many:].mean())
    heavy: float = (UNCAPPED_N / worth) ** 1.5 * (dearest / usual) ** 3
    return float(values.max()) * (1 + ASSUMED_MORE * heavy)


def tail_of(gain: Floats, values: Floats, limit: float | None, heaviest: float, usual: float, *, worth: float) -> Tail:
    """The tail of a side of a ratio of sums, from its amounts times their weights."""
    most = assumed_limit(values, usual, worth) if limit is None else max(limit * heaviest, float(values.max()))
    return Tail(gain, most, most / heaviest if limit is None else limit, limit is not None)


def guarded(p: float, tail: Tail, effect: float, *, coarse: bool = False) -> float:
    """The p-value that also holds where the sample has not met the worst value yet."""
    if not tail.limited and len(tail.gain) < UNCAPPED_N * effect - 1e-9:
        return 1.0
    if tail.reach <= 0:
        return p
    return max(p, tilted_p(tail.gain, -tail.reach, design_effect=effect, coarse=coarse))


def widened(logs: Interval, tails: Tails, effect: float, risk: float) -> Interval:
    """An interval of a ratio's logarithm, drawn so wide that the guard, too, leaves `risk` or less beyond each bound.

    A bound is None where no bound would do: nothing limits a value, and too few were met.
    """
    assert logs.low is not None
    assert logs.high is not None
    low = _edge(logs.estimate, logs.low, lambda at: tails(math.exp(at))[1], effect, risk)
    high = _edge(logs.estimate, logs.high, lambda at: tails(math.exp(at))[0], effect, risk)
    return Interval(logs.estimate, low, high, logs.n)


def _edge(middle: float, bound: float, tail_at: Callable[[float], Tail], effect: float, risk: float) -> float | None:
    """The place nearest the middle, from the bound on, where the guard's p-value is at most `risk`."""
    wanted = float(scipy.special.ndtri(1 - risk))

    def lacks(at: float) -> float:
        p = guarded(0.0, tail_at(at), effect, coarse=True)
        return wanted - float(scipy.special.ndtri(1 - max(p, LEAST_P)))

    step = bound - middle
    if step == 0 or not math.isfinite(lack := lacks(bound)):
        return None if step else bound
    near, far = bound, bound
    while lack > 0:
        near, far, step = far, far + step, 2 * step
        lack = lacks(far)
    if far == bound:
        return bound
    return float(scipy.optimize.brentq(lacks, near, far, xtol=_NEAR * abs(bound - middle)))


def cure(tail: Tail, effect: float, alpha: float) -> float | None:
    """The limit at which the guard would pass, to a hundredth of today's; None where none would."""
    least = max(0.0, -float(tail.gain.min())) / tail.reach
    shares = np.linspace(0.99, 0.01, 99)
    shares = shares[shares > least]
    low, high = 0, len(shares)  # the guard's p-value falls with the limit
    while low < high:
        middle = (low + high) // 2
        passes = tilted_p(tail.gain, -tail.reach * float(shares[middle]), design_effect=effect) <= alpha
        low, high = (low, middle) if passes else (middle + 1, high)
    return None if low == len(shares) else tail.most * float(shares[low])


def enough(tail: Tail, effect: float, alpha: float) -> int | None:
    """How many items of the same values the guard would pass, to a tenth; None beyond MOST_TIMES as many."""

    def passes(step: int) -> bool:
        return tilted_p(tail.gain, -tail.reach, design_effect=effect / 1.1**step) <= alpha

    low, high = 0, math.ceil(math.log(MOST_TIMES) / math.log(1.1))
    if not passes(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if passes(middle) else (middle, high)
    return math.ceil(len(tail.gain) * 1.1**high)
