"""Whether a ratio keeps within a bound: two sums (bills, say), or the typical ratio of the items (durations, say)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from bench.stats import winsorized
from bench.stats.clusters import Floats, tail_design_effect
from bench.stats.intervals import Interval
from bench.stats.reasons import Caveat, Reason
from bench.stats.strata import (
    BoundTest,
    Strata,
    deciding,
    detectable,
    few_clusters,
    held_back,
    needed,
    undecided,
)
from bench.stats.tilted import tilted_p

UNCAPPED_N = 100
"""Without a limit on what a value can come to, fewer independent items than these decide nothing."""
ASSUMED_MORE, ASSUMED_SHARE = 0.14, 20
"""Without a limit, see `assumed_limit`; the dearest one in so many values say how heavy the tail is."""
MOST_TIMES = 50
"""How many times the items are tried for what would show a result."""

Limits = tuple[float | None, float | None]
"""The most that a value of side a, of side b can come to; None if unknown."""


class Ratio(Enum):
    """Which ratio of a to b is judged."""

    SUMS = auto()
    """Of the two sums: what matters where large values matter more, as in a bill."""
    GEOMETRIC = auto()
    """The geometric mean of the items' ratios: what a typical item does."""


@dataclass(frozen=True, slots=True)
class _Tail:
    """One direction of a test, and the worst that a value can do to it."""

    gain: Floats
    """What each item speaks for this direction; its mean is above 0 where the direction is true."""
    reach: float
    """How far below 0 a gain can be."""
    most: float
    """What a value can come to, known or assumed."""
    limited: bool
    """Whether something limits it."""


_Judge = Callable[[Floats, float, Strata, "tuple[_Tail, _Tail] | None", float], BoundTest]


def ratio_test(
    a: ArrayLike,
    b: ArrayLike,
    strata: Strata,
    bound: float,
    *,
    of: Ratio = Ratio.SUMS,
    limits: Limits | None = (None, None),
    alpha: float = 0.05,
    cutoff: float | None = None,
) -> BoundTest:
    """Judges "a is at most `bound` times b", from an amount of each item and side; t on the logarithm of the ratio.

    SUMS: the linearised residuals are z_i = a_i / mean(a) - b_i / mean(b). GEOMETRIC: t on the logarithms of the
    items' ratios; every amount must be positive. The tilted null guards both where values can come to more
    than these items have met: to the side's limit, for GEOMETRIC beside the other side's smallest value here. Without
    a limit one is assumed, see `assumed_limit`, and fewer than UNCAPPED_N independent items decide nothing: a tail that
    nothing limits and these items have not met is a risk that remains. `limits` of None: t alone decides, for values of
    a fixed set whose tail is not in question. The t test is winsorized: a larger value of a never helps it.

    Families that are dear as wholes: the guard takes TAIL_ICC for the least intraclass correlation. Where whole
    families explode to a limit of 3 to 10 times the claimed mean (18 to 40 families of 6 to 12), still 0 to 12 % of
    the ratios at the very edge are taken to keep it, at a nominal 5 % (`make calibration`).
    `cutoff`: see `difference_test`. ValueError on a negative or non-finite amount, or one
    of 0 for GEOMETRIC.
    """
    chosen, judge = (
        (_of_sums if of is Ratio.SUMS else _geometric),
        _judged if cutoff is None else partial(_decided, cutoff=cutoff),
    )
    return chosen(_amounts(a), _amounts(b), strata, bound=bound, limits=limits, alpha=alpha, judge=judge)


def _of_sums(
    a: Floats, b: Floats, strata: Strata, bound: float, limits: Limits | None, alpha: float, judge: _Judge
) -> BoundTest:
    weights = strata.weights()
    ours, theirs = a * weights, b * weights
    n = len(ours)
    if not (ours.mean() > 0 and theirs.mean() > 0):
        return undecided(math.nan, n, Caveat(reason=Reason.ZERO_SUM))
    problem = few_clusters(strata)
    if problem:
        return undecided(float(ours.mean() / theirs.mean()), n, problem)
    log_ratio = _log_ratio(ours, theirs, strata)
    tails = None
    if limits is not None:
        excess, heaviest, worth = ours - bound * theirs, float(weights.max()), _worth(strata)
        mine = _tail_of(-excess, ours, limits[0], heaviest, bound * float(theirs.mean()), worth=worth)
        tails = (
            mine,
            _tail_of(excess, bound * theirs, _times(bound, limits[1]), heaviest, float(ours.mean()), worth=worth),
        )
    test = judge(log_ratio, math.log(bound), strata, tails, alpha)
    unbounded = limits is not None and None in limits
    return replace(test, notes=(Caveat(reason=Reason.TAIL_UNBOUNDED),)) if unbounded else test


def _geometric(
    a: Floats, b: Floats, strata: Strata, bound: float, limits: Limits | None, alpha: float, judge: _Judge
) -> BoundTest:
    if (a <= 0).any() or (b <= 0).any():
        raise ValueError("amounts must be positive for a ratio of each item")
    logs, limit, weights = np.log(a / b), math.log(bound), strata.weights()
    problem = few_clusters(strata)
    if problem:
        return undecided(math.exp(float((logs * weights).mean())), len(a), problem)
    if limits is None:
        return judge(logs, limit, strata, None, alpha)
    gain, heaviest, tails = (limit - logs) * weights, float(weights.max()), []
    for sign, most, mine, other, by in ((1, limits[0], a, b, bound), (-1, limits[1], b, a, 1 / bound)):
        usual = by * math.exp(float(np.log(other).mean()))
        most = assumed_limit(mine, usual, _worth(strata)) if most is None else max(most, float(mine.max()))
        reach = heaviest * (math.log(most / float(other.min())) - sign * limit)
        tails.append(_Tail(sign * gain, reach, most, limits[0 if sign > 0 else 1] is not None))
    return judge(logs, limit, strata, (tails[0], tails[1]), alpha)


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


def _worth(strata: Strata) -> float:
    """How many independent values the clusters' are worth, if families are dear as wholes: see TAIL_ICC."""
    if strata.independent:
        return float(len(strata.cluster_codes))
    return min(len(codes) / tail_design_effect(1.0, codes) for codes in strata.clusters_of)


def _tail_of(
    gain: Floats, values: Floats, limit: float | None, heaviest: float, usual: float, *, worth: float
) -> _Tail:
    """The tail of a side of a ratio of sums, from its amounts times their weights."""
    most = assumed_limit(values, usual, worth) if limit is None else max(limit * heaviest, float(values.max()))
    return _Tail(gain, most, most if limit is None else limit, limit is not None)


def _times(factor: float, limit: float | None) -> float | None:
    return None if limit is None else factor * limit


def _judged(
    log_ratios: Floats, limit: float, strata: Strata, tails: tuple[_Tail, _Tail] | None, alpha: float
) -> BoundTest:
    """A ratio whose logarithm must be at most a limit; `log_ratios` have it for their mean, and vary as it does."""
    mean = strata.mean(log_ratios)
    assert mean is not None
    n, problem, least, why = mean.n, None, 1.0, None
    plain = p_within, p_beyond = (
        winsorized.below_p(log_ratios, strata, limit),
        winsorized.above_p(log_ratios, strata, limit),
    )
    if tails:
        effect = _tail_effect(strata, tails[0].gain)
        p_within, p_beyond = (_guarded(p, tail, effect) for p, tail in zip(plain, tails, strict=True))
        worth = None if effect == 1 else int(n / effect + 1e-9)
        if not tails[0].limited:
            least = UNCAPPED_N * effect / sum(1 for _ in strata.parts())
            if n < UNCAPPED_N * effect - 1e-9:
                problem = Caveat(reason=Reason.TAIL_FEW_ITEMS, n=n, worth=worth, least=UNCAPPED_N)
        if plain[0] <= alpha < p_within and not problem:
            why = Caveat(
                reason=Reason.TAIL_UNCLEAR if tails[0].limited else Reason.TAIL_ASSUMED,
                n=n,
                worth=worth,
                most=tails[0].most,
                cure=_cure(tails[0], effect, alpha),
                enough=_enough(tails[0], effect, alpha),
            )
    now, spread = strata.errors(log_ratios, mean.design_effect)
    test = BoundTest(
        estimate=math.exp(mean.mean),
        interval=_as_ratio(winsorized.interval(log_ratios, strata, 1 - 2 * alpha)),
        interval_95=_as_ratio(winsorized.interval(log_ratios, strata, 0.95)),
        p_within=p_within,
        p_beyond=p_beyond,
        n=n,
        design_effect=mean.design_effect,
        detectable=detectable(now * math.sqrt(n), n, alpha),
        needed=needed(spread, limit - mean.mean, math.ceil(least), alpha),
        problem=problem,
    )
    return held_back(test, why) if why else test


def _decided(
    log_ratios: Floats,
    limit: float,
    strata: Strata,
    tails: tuple[_Tail, _Tail] | None,
    alpha: float,
    *,
    cutoff: float,
) -> BoundTest:
    """`_judged`, of which only p-values up to a cutoff are asked."""
    del alpha
    mean = strata.mean(log_ratios)
    assert mean is not None
    p_values = [1.0, 1.0]
    effect = _tail_effect(strata, tails[0].gain) if tails else 1.0
    for at, (sign, t_of) in enumerate(((1, winsorized.below_p), (-1, winsorized.above_p))):
        if sign * (limit - mean.mean) > 0:
            p_values[at] = t_of(log_ratios, strata, limit, near=winsorized.ROUGH)
            if tails and p_values[at] <= cutoff:
                p_values[at] = _guarded(p_values[at], tails[at], effect, coarse=True)
    problem = None
    if tails and not tails[0].limited and mean.n < UNCAPPED_N * effect - 1e-9:
        problem = Caveat(reason=Reason.TAIL_FEW_ITEMS, n=mean.n, least=UNCAPPED_N)
    return deciding(math.exp(mean.mean), mean.n, (p_values[0], p_values[1]), problem)


def _as_ratio(logs: Interval) -> Interval:
    assert logs.low is not None
    assert logs.high is not None
    return Interval(math.exp(logs.estimate), math.exp(logs.low), math.exp(logs.high), logs.n)


def _guarded(p: float, tail: _Tail, effect: float, *, coarse: bool = False) -> float:
    """The p-value that also holds where the sample has not met the worst value yet."""
    if not tail.limited and len(tail.gain) < UNCAPPED_N * effect - 1e-9:
        return 1.0
    if tail.reach <= 0:
        return p
    return max(p, tilted_p(tail.gain, -tail.reach, design_effect=effect, coarse=coarse))


def _cure(tail: _Tail, effect: float, alpha: float) -> float | None:
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


def _enough(tail: _Tail, effect: float, alpha: float) -> int | None:
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


def _tail_effect(strata: Strata, gain: Floats) -> float:
    mean = strata.mean(gain / strata.weights())
    if mean is None or strata.independent:
        return 1.0
    return max(tail_design_effect(mean.design_effect, codes) for codes in strata.clusters_of)


def ratio_of_sums(a: ArrayLike, b: ArrayLike, strata: Strata, confidence: float = 0.95) -> Interval | None:
    """The ratio of two sums with the log-ratio t interval; None where a sum is 0, no bounds with few clusters.

    Where a few values are many times the others it holds the truth less often than it says: 82 to 92 % of the time at
    a nominal 95 % (log-normal costs with sigma 1.5 to 2, 30 to 164 items). ValueError on a negative or non-finite
    amount.
    """
    weights = strata.weights()
    ours, theirs = _amounts(a) * weights, _amounts(b) * weights
    if not (ours.mean() > 0 and theirs.mean() > 0):
        return None
    if few_clusters(strata):
        return Interval(float(ours.mean() / theirs.mean()), None, None, len(ours))
    mean = strata.mean(_log_ratio(ours, theirs, strata))
    assert mean is not None
    reach = mean.quantile(confidence) * mean.se
    return _as_ratio(Interval(mean.mean, mean.mean - reach, mean.mean + reach, mean.n))


def _log_ratio(ours: Floats, theirs: Floats, strata: Strata) -> Floats:
    """Values whose mean is the logarithm of the ratio of two sums and which vary as it does (the delta method), from
    amounts times their weights."""
    ratio = ours.mean() / theirs.mean()
    values: Floats = (ours / ours.mean() - theirs / theirs.mean()) / strata.weights() + math.log(ratio)
    return values


def _amounts(values: ArrayLike) -> Floats:
    amounts = np.asarray(values, dtype=np.float64)
    if not np.isfinite(amounts).all() or (amounts < 0).any():
        raise ValueError("amounts must be finite and not negative")
    return amounts
