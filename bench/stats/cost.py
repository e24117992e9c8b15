"""The cost half of a claim: is the candidate's bill at least so much smaller? And latency, judged the same way."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from bench.stats.clusters import ClusteredMean, Floats
from bench.stats.half import Half, Strata, detectable, few_clusters, needed, ratio_interval, undecided
from bench.stats.intervals import Interval
from bench.stats.tilted import tilted_p

UNCAPPED_N = 100
"""Without a cap on the cost of a call, fewer items than these support no saving."""
UNCAPPED_FACTOR = 5
"""Without a cap, a saving must hold at alpha / 5: heavy tails make the usual p-values too small."""
TAIL_RISK = "tail risk not bounded"


def cost(
    candidate: ArrayLike,
    baseline: ArrayLike,
    strata: Strata,
    cheaper_by: float,
    *,
    caps: tuple[float | None, float | None] = (None, None),
    alpha: float = 0.05,
    seed: int = 0,
) -> Half:
    """“At least `cheaper_by` cheaper": USD per item of each side; the estimate is the ratio of the two bills.

    Log-ratio t on linearised residuals z_i = c_i / mean(c) - b_i / mean(b), and the tilted-null bootstrap with
    `caps`: the most that an item of the candidate, of the baseline can cost. Without a cap, alpha / 5 and at least
    UNCAPPED_N items. ValueError on a negative or non-finite cost.
    """
    weights = strata.weights()
    ours, theirs = _amounts(candidate) * weights, _amounts(baseline) * weights
    bound, n = 1 - cheaper_by, len(ours)
    if not (ours.mean() > 0 and theirs.mean() > 0):
        return undecided("cost", math.nan, n, "a bill of 0 USD has no ratio")
    ratio = float(ours.mean() / theirs.mean())
    log_ratio = _log_ratio(ours, theirs, strata)
    problem = few_clusters(log_ratio, strata)
    if log_ratio is None or problem:
        return undecided("cost", ratio, n, str(problem))
    excess = ours - bound * theirs
    deff = _design_effect(strata, excess / weights)
    heaviest = float(weights.max())
    supported = log_ratio.negated().above_p(-math.log(bound))
    refuted = log_ratio.above_p(math.log(bound))
    worst = [None if cap is None else cap * heaviest for cap in (caps[0], _times(caps[1], bound))]
    supported = _guarded(supported, -excess, worst[0], float(ours.max()), deff, seed)
    refuted = _guarded(refuted, excess, worst[1], float(bound * theirs.max()), deff, seed)
    if caps[0] is None and n < UNCAPPED_N:
        problem = f"{n} items are too few where a call's cost has no known cap: it takes {UNCAPPED_N}"
    spread = log_ratio.se * math.sqrt(n)
    return Half(
        "cost", ratio, ratio_interval(log_ratio, 1 - 2 * alpha), ratio_interval(log_ratio, 0.95),
        supported, refuted, n, log_ratio.design_effect,
        detectable=detectable(spread, n, alpha),
        needed=needed(spread, math.log(bound / ratio), UNCAPPED_N if caps[0] is None else 1, alpha),
        problem=problem,
        notes=() if caps[0] is not None else (TAIL_RISK,),
    )  # fmt: skip


def cost_ratio(candidate: ArrayLike, baseline: ArrayLike, strata: Strata, confidence: float = 0.95) -> Interval | None:
    """The ratio of the two bills with the log-ratio t interval; None where a bill is 0, no bounds with few clusters.

    ValueError on a negative or non-finite cost.
    """
    weights = strata.weights()
    ours, theirs = _amounts(candidate) * weights, _amounts(baseline) * weights
    if not (ours.mean() > 0 and theirs.mean() > 0):
        return None
    log_ratio = _log_ratio(ours, theirs, strata)
    if log_ratio is None or few_clusters(log_ratio, strata):
        return Interval(float(ours.mean() / theirs.mean()), None, None, len(ours))
    return ratio_interval(log_ratio, confidence)


def latency(
    candidate: ArrayLike, baseline: ArrayLike, strata: Strata, slower_by: float, *, alpha: float = 0.05
) -> Half:
    """“At most `slower_by` times as slow": E2E seconds of each side, pairs of clean timings only.

    The estimate is the geometric mean of the items' ratios; t on their logarithms. ValueError unless all are positive.
    """
    ours, theirs = _amounts(candidate), _amounts(baseline)
    if (ours <= 0).any() or (theirs <= 0).any():
        raise ValueError("latencies must be positive")
    mean = strata.mean(np.log(ours / theirs))
    n, problem = len(ours), few_clusters(mean, strata)
    if mean is None or problem:
        return undecided("latency", float(np.exp(np.log(ours / theirs).mean())), n, str(problem))
    spread, distance = mean.se * math.sqrt(n), math.log(slower_by) - mean.mean
    return Half(
        "latency", math.exp(mean.mean), ratio_interval(mean, 1 - 2 * alpha), ratio_interval(mean, 0.95),
        mean.negated().above_p(-math.log(slower_by)), mean.above_p(math.log(slower_by)), n, mean.design_effect,
        detectable=detectable(spread, n, alpha), needed=needed(spread, distance, 1, alpha),
    )  # fmt: skip


def _guarded(p: float, gain: Floats, cap: float | None, dearest: float, deff: float, seed: int) -> float:
    """The p-value that also holds where the sample has not met the dearest call yet."""
    if cap is None:
        return min(1.0, UNCAPPED_FACTOR * p)
    return max(p, tilted_p(gain, -max(cap, dearest), design_effect=deff, seed=seed))


def _log_ratio(ours: Floats, theirs: Floats, strata: Strata) -> ClusteredMean | None:
    """The logarithm of the ratio of two bills, of costs times their weights: the delta method."""
    relative = (ours / ours.mean() - theirs / theirs.mean()) / strata.weights()
    mean = strata.mean(relative)
    return None if mean is None else replace(mean, mean=math.log(ours.mean() / theirs.mean()))


def _design_effect(strata: Strata, values: Floats) -> float:
    mean = strata.mean(values)
    return 1.0 if mean is None or strata.independent else mean.design_effect


def _times(cap: float | None, factor: float) -> float | None:
    return None if cap is None else cap * factor


def _amounts(values: ArrayLike) -> Floats:
    found = np.asarray(values, dtype=np.float64)
    if not np.isfinite(found).all() or (found < 0).any():
        raise ValueError("amounts must be finite and not negative")
    return found
