"""Bets on a mean: evidence that stays valid however often, and however long, it is looked at.

Whoever bets a share of what they have that a mean lies above a bound, item by item, gains nothing on average where it
does not (a test martingale; Ville 1939; Waudby-Smith & Ramdas 2024): the chance that they ever hold 1 / alpha times
what they began with is at most alpha. The same holds for items of unlike means, bet on in whole waves, where their
mean is the bound: the product of 1 + b m_i is largest where all m_i are equal. Several bets are held side by side and
their holdings averaged, so that none need be right.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import scipy

from bench.stats.clusters import Floats
from bench.stats.intervals import Interval
from bench.stats.reasons import Caveat, Reason
from bench.stats.strata import BoundTest, Strata, undecided

BETS = np.geomspace(0.02, 0.98, 12)
"""The bets held side by side, as shares of the largest that cannot lose all."""
MOST = 600.0
"""Logarithm of the largest holding that is told apart."""
_STEPS, _LEAST = 48, 1e-9


def log_wealth(gains: Floats, worst: float) -> float:
    """Logarithm of what a unit has become by betting that the gains' mean is above 0; none is below -`worst`.

    log of the mean over b in BETS of the product of 1 + b g_i / worst. exp(-it) is a p-value of H0: the mean is 0 or
    less, at every moment; where it is above 1 nothing speaks for the other side either. ValueError for a smaller gain.
    """
    if not worst > 0 or (gains < -worst * (1 + 1e-6) - _LEAST).any():
        raise ValueError("no gain may be below the worst one")
    held = np.log1p(BETS[:, None] * np.maximum(gains / worst, -1.0)[None, :]).sum(axis=1)
    return float(np.clip(scipy.special.logsumexp(held) - math.log(len(BETS)), -MOST, MOST))


def bet_on_difference(differences: Floats, strata: Strata, margin: float, alpha: float) -> BoundTest:
    """Judges "a is at most `margin` lower than b" on differences in [-1, 1]; p-values are those of `log_wealth`, not
    cut at 1."""

    def above(bound: float) -> float:
        return log_wealth(_grouped(differences - bound, strata), max(1 + bound, _LEAST))

    def below(bound: float) -> float:
        return log_wealth(_grouped(bound - differences, strata), max(1 - bound, _LEAST))

    estimate = float((differences * strata.weights()).mean())
    return _test(estimate, len(differences), (above, below), bound=-margin, ends=(-1.0, 1.0), alpha=alpha)


def bet_on_ratio(
    a: Floats,
    b: Floats,
    strata: Strata,
    bound: float,
    *,
    limits: tuple[float | None, float | None],
    alpha: float,
) -> BoundTest:
    """Judges "the sum of a is at most `bound` times that of b", where nothing exceeds its side's limit; else nothing is
    bounded, and undecided."""
    weights = strata.weights()
    ours, theirs = float((a * weights).sum()), float((b * weights).sum())
    if not (ours > 0 and theirs > 0):
        return undecided(math.nan, len(a), Caveat(reason=Reason.ZERO_SUM))
    if limits[0] is None or limits[1] is None:
        return undecided(ours / theirs, len(a), Caveat(reason=Reason.TAIL_UNBOUNDED))
    mine, other = max(limits[0], float(a.max())), max(limits[1], float(b.max()))

    def within(ratio: float) -> float:
        return log_wealth(_grouped(ratio * b - a, strata), mine)

    def beyond(ratio: float) -> float:
        return log_wealth(_grouped(a - ratio * b, strata), ratio * other)

    estimate = ours / theirs
    return _test(
        estimate, len(a), (beyond, within), bound=bound, ends=(estimate / 1e4, estimate * 1e4), alpha=alpha, turned=True
    )


def _grouped(gains: Floats, strata: Strata) -> Floats:
    """A gain a cluster, the sum of its items' over the largest that a cluster can be: of means by suite."""
    weights = strata.weights()
    sums = np.bincount(strata.cluster_codes, weights=gains * weights)
    sizes = np.bincount(strata.cluster_codes, weights=weights)
    grouped: Floats = sums / sizes.max()
    return grouped


def _test(
    estimate: float,
    n: int,
    wealth: tuple[Callable[[float], float], Callable[[float], float]],
    *,
    bound: float,
    ends: tuple[float, float],
    alpha: float,
    turned: bool = False,
) -> BoundTest:
    """`wealth` of the bets that the quantity is above, and below, a bound; `turned`: below it is within."""
    above, below = wealth
    for_it, against = (below, above) if turned else (above, below)
    return BoundTest(
        estimate=estimate,
        interval=_interval(estimate, n, wealth, ends, alpha),
        interval_95=_interval(estimate, n, wealth, ends, 0.025),
        p_within=math.exp(-for_it(bound)),
        p_beyond=math.exp(-against(bound)),
        n=n,
    )


def _interval(
    estimate: float,
    n: int,
    wealth: tuple[Callable[[float], float], Callable[[float], float]],
    ends: tuple[float, float],
    alpha: float,
) -> Interval:
    """The bounds that no bet has ruled out at alpha a side."""
    low, high = (_edge(of, estimate, end, math.log(1 / alpha)) for of, end in zip(wealth, ends, strict=True))
    return Interval(estimate, low, high, n)


def _edge(wealth: Callable[[float], float], inside: float, end: float, needed: float) -> float:
    """The bound nearest the estimate, on the way to an end, that a bet rules out."""
    outside = end
    for _ in range(_STEPS):
        middle = (inside + outside) / 2
        inside, outside = (inside, middle) if wealth(middle) >= needed else (middle, outside)
    return outside
