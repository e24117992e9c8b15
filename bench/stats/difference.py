"""Whether a difference keeps within a margin: is side a at most so much lower than side b?"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from bench.stats.clusters import typical_size
from bench.stats.paired import smallest_n
from bench.stats.reasons import Caveat, Reason
from bench.stats.scores import ScoreDifference, score_difference
from bench.stats.strata import BoundTest, Strata, deciding, detectable, held_back, needed, undecided


def difference_test(
    differences: ArrayLike,
    strata: Strata,
    margin: float,
    *,
    alpha: float = 0.05,
    binary: bool = True,
    cutoff: float | None = None,
) -> BoundTest:
    """Judges "a is at most `margin` lower than b" on a - b of each item, values in [0, 1], repeats averaged first.

    See `ScoreDifference` for the tests. Fewer independent items than `smallest_n` show nothing, whatever they look
    like. `cutoff`: only p-values are asked, and above it any value above it may stand for them.
    ValueError on non-finite differences.
    """
    difference, problem = score_difference(differences, strata, binary=binary)
    if difference is None:
        estimate = float((np.asarray(differences, dtype=np.float64) * strata.weights()).mean())
        return undecided(estimate, len(strata.suites), problem)
    n, least, effect = len(difference.values), smallest_n(margin, alpha), difference.design_effect
    effective = int(difference.least_worth + 1e-9)
    if effective < least:
        worth = None if strata.independent else effective
        problem = Caveat(reason=Reason.FEW_ITEMS, n=n, worth=worth, least=least, share=margin)
    if cutoff is not None:
        return _deciding(difference, margin, cutoff, problem)
    estimate, interval, p_within = difference.mean.mean, difference.interval(1 - 2 * alpha), difference.above_p(-margin)
    inside = interval.low is not None and interval.low >= -margin
    now, spread = difference.errors()
    suites = sum(1 for _ in strata.parts())
    test = BoundTest(
        estimate=estimate,
        interval=interval,
        interval_95=difference.interval(0.95),
        p_within=p_within,
        p_beyond=difference.below_p(-margin),
        n=n,
        design_effect=effect,
        discordance=None if difference.pair is None else difference.pair.discordance,
        detectable=detectable(now * math.sqrt(n), n, alpha),
        needed=needed(spread, estimate + margin, math.ceil(least * effect / suites), alpha),
        problem=problem,
        notes=_families(strata, margin, alpha),
    )
    return held_back(test, Caveat(reason=Reason.EXACT_TEST)) if inside and p_within > alpha else test


def _deciding(difference: ScoreDifference, margin: float, cutoff: float, problem: Caveat | None) -> BoundTest:
    p_values = (difference.above_p(-margin, cutoff), difference.below_p(-margin, cutoff))
    return deciding(difference.mean.mean, len(difference.values), p_values, problem)


def _families(strata: Strata, margin: float, alpha: float) -> tuple[Caveat, ...]:
    """What no test can rule out with so few clusters: whole ones that fail, (1 - K margin)^G over K suites.

    The tests take an intraclass correlation of at most PRIOR_ICC for granted until losses show a larger one; where
    every loss is a whole family's, 20 families of 12 made 30 % false supports at 5 points and 14 % at 10.
    """
    share = margin * sum(1 for _ in strata.parts())
    for (name, _), codes in zip(strata.parts(), strata.clusters_of, strict=True):
        count = int(codes.max()) + 1
        missed = max(0.0, 1 - share) ** (len(codes) / typical_size(codes))
        if count < len(codes) and missed > alpha:
            where = None if strata.single else name
            return (Caveat(reason=Reason.FEW_FAMILIES, stratum=where, n=count, share=share, chance=missed),)
    return ()
