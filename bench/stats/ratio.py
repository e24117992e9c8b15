"""Whether a ratio keeps within a bound: two sums (bills, say), or the typical ratio of the items (durations, say)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
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
from bench.stats.tails import UNCAPPED_N, Tail, Tails, assumed_limit, cure, enough, guarded, tail_of, widened

Limits = tuple[float | None, float | None]
"""The most that a value of side a, of side b can come to; None if unknown."""


class Ratio(Enum):
    """Which ratio of a to b is judged."""

    SUMS = auto()
    """Of the two sums: what matters where large values matter more, as in a bill."""
    GEOMETRIC = auto()
    """The geometric mean of the items' ratios: what a typical item does."""


_Judge = Callable[[Floats, float, Strata, Tails | None, float], BoundTest]


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
    bare: bool = False,
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
    `cutoff`: see `difference_test`. `bare`: its p-values alone are asked, without an interval, or what would do where
    the guard holds it back, which take nine tenths of the time. ValueError on a negative or non-finite amount, or one
    of 0 for GEOMETRIC.
    """
    chosen, judge = (
        (_of_sums if of is Ratio.SUMS else _geometric),
        partial(_judged, bare=bare) if cutoff is None else partial(_decided, cutoff=cutoff),
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
    tails = None if limits is None else partial(_tails_of_sums, ours, theirs, strata, limits)
    test = judge(log_ratio, bound, strata, tails, alpha)
    unbounded = limits is not None and None in limits
    return replace(test, notes=(Caveat(reason=Reason.TAIL_UNBOUNDED),)) if unbounded else test


def _tails_of_sums(ours: Floats, theirs: Floats, strata: Strata, limits: Limits, bound: float) -> tuple[Tail, Tail]:
    heaviest, worth, excess = float(strata.weights().max()), _worth(strata), ours - bound * theirs
    other = tail_of(excess, bound * theirs, _times(bound, limits[1]), heaviest, float(ours.mean()), worth=worth)
    return (
        tail_of(-excess, ours, limits[0], heaviest, bound * float(theirs.mean()), worth=worth),
        replace(other, most=other.most / bound),
    )


def _geometric(
    a: Floats, b: Floats, strata: Strata, bound: float, limits: Limits | None, alpha: float, judge: _Judge
) -> BoundTest:
    if (a <= 0).any() or (b <= 0).any():
        raise ValueError("amounts must be positive for a ratio of each item")
    logs = np.log(a / b)
    problem = few_clusters(strata)
    if problem:
        return undecided(math.exp(float((logs * strata.weights()).mean())), len(a), problem)
    tails = None if limits is None else partial(_tails_of_items, a, b, strata, limits)
    return judge(logs, bound, strata, tails, alpha)


def _tails_of_items(a: Floats, b: Floats, strata: Strata, limits: Limits, bound: float) -> tuple[Tail, Tail]:
    weights, worth, limit = strata.weights(), _worth(strata), math.log(bound)
    gain, heaviest, tails = (limit - np.log(a / b)) * weights, float(weights.max()), []
    for sign, most, mine, other, by in ((1, limits[0], a, b, bound), (-1, limits[1], b, a, 1 / bound)):
        usual = by * math.exp(float(np.log(other).mean()))
        limited = most is not None
        most = max(most, float(mine.max())) if most is not None else assumed_limit(mine, usual, worth)
        reach = heaviest * (math.log(most / float(other.min())) - sign * limit)
        tails.append(Tail(sign * gain, reach, most, limited))
    return tails[0], tails[1]


def _worth(strata: Strata) -> float:
    """How many independent values the clusters' are worth, if families are dear as wholes: see TAIL_ICC."""
    if strata.independent:
        return float(len(strata.cluster_codes))
    return min(len(codes) / tail_design_effect(1.0, codes) for codes in strata.clusters_of)


def _times(factor: float, limit: float | None) -> float | None:
    return None if limit is None else factor * limit


def _judged(
    log_ratios: Floats, bound: float, strata: Strata, tails: Tails | None, alpha: float, *, bare: bool
) -> BoundTest:
    """A ratio that must be at most a bound; `log_ratios` have its logarithm for their mean, and vary as it does."""
    mean, limit = strata.mean(log_ratios), math.log(bound)
    assert mean is not None
    n, problem, least, why = mean.n, None, 1.0, None
    plain = p_within, p_beyond = (
        winsorized.below_p(log_ratios, strata, limit),
        winsorized.above_p(log_ratios, strata, limit),
    )
    intervals = [Interval(mean.mean, None, None, n)] * 2
    if not bare:
        intervals = [winsorized.interval(log_ratios, strata, level) for level in (1 - 2 * alpha, 0.95)]
    if tails:
        ours, theirs = tails(bound)
        effect = _tail_effect(strata, ours.gain)
        p_within, p_beyond = (guarded(p, tail, effect) for p, tail in zip(plain, (ours, theirs), strict=True))
        worth = None if effect == 1 else int(n / effect + 1e-9)
        if not ours.limited:
            least = UNCAPPED_N * effect / sum(1 for _ in strata.parts())
            if n < UNCAPPED_N * effect - 1e-9:
                problem = Caveat(reason=Reason.TAIL_FEW_ITEMS, n=n, worth=worth, least=UNCAPPED_N)
        if plain[0] <= alpha < p_within and not problem:
            why = Caveat(
                reason=Reason.TAIL_UNCLEAR if ours.limited else Reason.TAIL_ASSUMED,
                n=n,
                worth=worth,
                most=ours.most,
                cure=None if bare else cure(ours, effect, alpha),
                enough=None if bare else enough(ours, effect, alpha),
            )
        if not bare:
            wide = [widened(logs, tails, effect, risk) for logs, risk in zip(intervals, (alpha, 0.025), strict=True)]
            intervals = [_at_edge(wide[0], limit, p_within <= alpha, p_beyond <= alpha), wide[1]]
    now, spread = strata.errors(log_ratios, mean.design_effect)
    test = BoundTest(
        estimate=math.exp(mean.mean),
        interval=_as_ratio(intervals[0]),
        interval_95=_as_ratio(intervals[1]),
        p_within=p_within,
        p_beyond=p_beyond,
        n=n,
        design_effect=mean.design_effect,
        detectable=detectable(now * math.sqrt(n), n, alpha),
        needed=needed(spread, limit - mean.mean, math.ceil(least), alpha),
        problem=problem,
        assumed=_assumed(intervals[0], tails),
    )
    return held_back(test, why) if why else test


def _assumed(logs: Interval, tails: Tails | None) -> tuple[float | None, float | None]:
    """What the bounds of an interval take a value of either side to come to, where nothing limits it."""
    if tails is None:
        return None, None
    ours, theirs = (None if at is None else tails(math.exp(at))[side] for side, at in enumerate((logs.high, logs.low)))
    return _beyond_limits(ours), _beyond_limits(theirs)


def _beyond_limits(tail: Tail | None) -> float | None:
    return None if tail is None or tail.limited else tail.most


def _at_edge(logs: Interval, limit: float, within: bool, beyond: bool) -> Interval:
    """The bounds on the side of the limit where the tests have them, which are counted more finely."""
    low, high = logs.low, logs.high
    if high is not None:
        high = min(high, limit) if within else max(high, np.nextafter(limit, math.inf))
    if low is not None:
        low = max(low, limit) if beyond else min(low, np.nextafter(limit, -math.inf))
    return Interval(logs.estimate, low, high, logs.n)


def _decided(
    log_ratios: Floats, bound: float, strata: Strata, tails: Tails | None, alpha: float, *, cutoff: float
) -> BoundTest:
    """`_judged`, of which only p-values up to a cutoff are asked."""
    del alpha
    mean, limit = strata.mean(log_ratios), math.log(bound)
    assert mean is not None
    p_values = [1.0, 1.0]
    both = tails(bound) if tails else None
    effect = _tail_effect(strata, both[0].gain) if both else 1.0
    for at, (sign, t_of) in enumerate(((1, winsorized.below_p), (-1, winsorized.above_p))):
        if sign * (limit - mean.mean) > 0:
            p_values[at] = t_of(log_ratios, strata, limit, near=winsorized.ROUGH)
            if both and p_values[at] <= cutoff:
                p_values[at] = guarded(p_values[at], both[at], effect, coarse=True)
    problem = None
    if both and not both[0].limited and mean.n < UNCAPPED_N * effect - 1e-9:
        problem = Caveat(reason=Reason.TAIL_FEW_ITEMS, n=mean.n, least=UNCAPPED_N)
    return deciding(math.exp(mean.mean), mean.n, (p_values[0], p_values[1]), problem)


def _as_ratio(logs: Interval) -> Interval:
    low, high = (None if bound is None else math.exp(bound) for bound in (logs.low, logs.high))
    return Interval(math.exp(logs.estimate), low, high, logs.n)


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
