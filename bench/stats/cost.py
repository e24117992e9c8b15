"""The cost half of a claim: is the candidate's bill at least so much smaller? And latency, judged the same way."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from bench.stats.clusters import ClusteredMean, Floats, tail_design_effect
from bench.stats.half import Half, Strata, detectable, few_clusters, held_back, needed, ratio_interval, undecided
from bench.stats.intervals import Interval
from bench.stats.tilted import tilted_p

UNCAPPED_N = 100
"""Without a limit on what a call can come to, fewer independent items than these decide nothing."""
UNCAPPED_FACTOR = 5
"""Without a limit, a half must hold at alpha / 5: heavy tails make the usual p-values too small."""
TAIL_RISK = "tail risk not bounded: what a call can cost is unknown, and the interval may be too narrow"

Caps = tuple[float | None, float | None]
"""The most that a call of the candidate, of the baseline can come to; None if unknown."""


@dataclass(frozen=True, slots=True)
class _Tail:
    """One direction of a half, and the worst that a call can do to it."""

    gain: Floats
    """What each item speaks for this direction; its mean is above 0 where the direction is true."""
    reach: float | None
    """How far below 0 a gain can be; None if nothing bounds it."""
    words: str = ""
    """What a call can come to."""


def cost(
    candidate: ArrayLike,
    baseline: ArrayLike,
    strata: Strata,
    cheaper_by: float,
    *,
    caps: Caps = (None, None),
    alpha: float = 0.05,
    seed: int = 0,
) -> Half:
    """“At least `cheaper_by` cheaper": USD per item of each side; the estimate is the ratio of the two bills.

    Log-ratio t on linearised residuals z_i = c_i / mean(c) - b_i / mean(b), and the tilted-null bootstrap with
    `caps`. Without a cap of the candidate nothing is supported, of the baseline nothing refuted, unless at alpha / 5
    on UNCAPPED_N items: a tail that no cap bounds and these items have not met is a risk that remains.

    Families that are dear as wholes: the guard takes TAIL_ICC for the least intraclass correlation. Where whole
    families explode to a cap of 3 to 10 times the claimed mean (18 to 40 families of 6 to 12), still 0 to 12 % of the
    claims at the very edge are supported, at a nominal 5 % (`make calibration`).
    ValueError on a negative or non-finite cost.
    """
    weights = strata.weights()
    ours, theirs = _amounts(candidate) * weights, _amounts(baseline) * weights
    bound, n = 1 - cheaper_by, len(ours)
    if not (ours.mean() > 0 and theirs.mean() > 0):
        return undecided("cost", math.nan, n, "a bill of 0 USD has no ratio")
    problem = few_clusters(strata)
    log_ratio = None if problem else _log_ratio(ours, theirs, strata)
    if log_ratio is None:
        return undecided("cost", float(ours.mean() / theirs.mean()), n, str(problem))
    excess, heaviest = ours - bound * theirs, float(weights.max())
    words = "what an answer costs has no limit" if caps[0] is None else f"an answer can cost up to {caps[0]:.3g} USD"
    tails = (
        _Tail(-excess, None if caps[0] is None else max(caps[0] * heaviest, float(ours.max())), words),
        _Tail(excess, None if caps[1] is None else bound * max(caps[1] * heaviest, float(theirs.max()))),
    )
    residuals = (ours / ours.mean() - theirs / theirs.mean()) / weights
    half = _judged("cost", log_ratio, (residuals, math.log(bound)), strata, tails, alpha, seed)
    return half if None not in caps else replace(half, notes=(TAIL_RISK,))


def latency(
    candidate: ArrayLike,
    baseline: ArrayLike,
    strata: Strata,
    slower_by: float,
    *,
    deadlines: Caps | None = None,
    alpha: float = 0.05,
    seed: int = 0,
) -> Half:
    """“At most `slower_by` times as slow": E2E seconds of each side, pairs of clean timings only.

    The estimate is the geometric mean of the items' ratios; t on their logarithms, and the tilted-null bootstrap where
    a call can take until its side's deadline while the other side is as quick as its quickest here. A deadline of None
    is unknown, and as strict as an unknown cap of cost; without `deadlines` t alone decides, for calls of a fixed set
    whose stalls are no question. ValueError unless all are positive.
    """
    ours, theirs = _amounts(candidate), _amounts(baseline)
    if (ours <= 0).any() or (theirs <= 0).any():
        raise ValueError("latencies must be positive")
    logs, limit, weights = np.log(ours / theirs), math.log(slower_by), strata.weights()
    problem = few_clusters(strata)
    mean = None if problem else strata.mean(logs)
    if mean is None:
        return undecided("latency", math.exp(float((logs * weights).mean())), len(ours), str(problem))
    if deadlines is None:
        return _judged("latency", mean, (logs, limit), strata, None, alpha, seed)
    gain, heaviest = (limit - logs) * weights, float(weights.max())
    slowest = [
        None if most is None else math.log(max(most, float(mine.max())) / float(other.min()))
        for most, mine, other in ((deadlines[0], ours, theirs), (deadlines[1], theirs, ours))
    ]
    words = "how long a call takes has no limit" if slowest[0] is None else f"a call can take up to {deadlines[0]:g} s"
    tails = (
        _Tail(gain, None if slowest[0] is None else heaviest * (slowest[0] - limit), words),
        _Tail(-gain, None if slowest[1] is None else heaviest * (slowest[1] + limit)),
    )
    return _judged("latency", mean, (logs, limit), strata, tails, alpha, seed)


def _judged(
    name: str,
    log_ratio: ClusteredMean,
    judged: tuple[Floats, float],
    strata: Strata,
    tails: tuple[_Tail, _Tail] | None,
    alpha: float,
    seed: int,
) -> Half:
    """A half whose logarithm must be at most a limit; `judged` has values that vary as it does, and the limit."""
    residuals, limit = judged
    n, problem, least, why = log_ratio.n, None, 1.0, None
    plain = p_for, p_against = log_ratio.negated().above_p(-limit), log_ratio.above_p(limit)
    if tails:
        effect = _tail_effect(strata, tails[0].gain)
        p_for, p_against = (_guarded(p, tail, effect, seed) for p, tail in zip(plain, tails, strict=True))
        worth = "" if effect == 1 else f" (worth {int(n / effect + 1e-9)} independent ones)"
        if tails[0].reach is None:
            least = UNCAPPED_N * effect / sum(1 for _ in strata.parts())
            if n < UNCAPPED_N * effect - 1e-9:
                problem = f"{tails[0].words}, and {n} items{worth} are too few for that: it takes at least {UNCAPPED_N}"
        if plain[0] <= alpha < p_for and not problem:
            why = (
                f"{tails[0].words}, so it takes a clearer result than these {n} items{worth} give"
                if tails[0].reach is None
                else f"{tails[0].words}, and {n} items{worth} are too few to rule out that enough of them would"
            )
    now, spread = strata.errors(residuals, log_ratio.design_effect)
    half = Half(
        name, math.exp(log_ratio.mean), ratio_interval(log_ratio, 1 - 2 * alpha), ratio_interval(log_ratio, 0.95),
        p_for, p_against, n, log_ratio.design_effect,
        detectable=detectable(now * math.sqrt(n), n, alpha),
        needed=needed(spread, limit - log_ratio.mean, math.ceil(least), alpha),
        problem=problem,
    )  # fmt: skip
    return held_back(half, why) if why else half


def _guarded(p: float, tail: _Tail, effect: float, seed: int) -> float:
    """The p-value that also holds where the sample has not met the worst call yet."""
    if tail.reach is None:
        return 1.0 if len(tail.gain) < UNCAPPED_N * effect - 1e-9 else min(1.0, UNCAPPED_FACTOR * p)
    if tail.reach <= 0:
        return p
    return max(p, tilted_p(tail.gain, -tail.reach, design_effect=effect, seed=seed))


def _tail_effect(strata: Strata, gain: Floats) -> float:
    mean = strata.mean(gain / strata.weights())
    if mean is None or strata.independent:
        return 1.0
    return max(tail_design_effect(mean.design_effect, strata.chosen(mask).clusters) for _, mask in strata.parts())


def cost_ratio(candidate: ArrayLike, baseline: ArrayLike, strata: Strata, confidence: float = 0.95) -> Interval | None:
    """The ratio of the two bills with the log-ratio t interval; None where a bill is 0, no bounds with few clusters.

    Where a few calls cost many times the others it holds the truth less often than it says: 82 to 92 % of the time at
    a nominal 95 % (log-normal costs with sigma 1.5 to 2, 30 to 164 items). ValueError on a negative or non-finite
    cost.
    """
    weights = strata.weights()
    ours, theirs = _amounts(candidate) * weights, _amounts(baseline) * weights
    if not (ours.mean() > 0 and theirs.mean() > 0):
        return None
    log_ratio = None if few_clusters(strata) else _log_ratio(ours, theirs, strata)
    if log_ratio is None:
        return Interval(float(ours.mean() / theirs.mean()), None, None, len(ours))
    return ratio_interval(log_ratio, confidence)


def _log_ratio(ours: Floats, theirs: Floats, strata: Strata) -> ClusteredMean | None:
    """The logarithm of the ratio of two bills, of costs times their weights: the delta method."""
    relative = (ours / ours.mean() - theirs / theirs.mean()) / strata.weights()
    mean = strata.mean(relative)
    return None if mean is None else replace(mean, mean=math.log(ours.mean() / theirs.mean()))


def _amounts(values: ArrayLike) -> Floats:
    found = np.asarray(values, dtype=np.float64)
    if not np.isfinite(found).all() or (found < 0).any():
        raise ValueError("amounts must be finite and not negative")
    return found
