"""The quality half of a claim: is the candidate at most a margin worse?"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from bench.stats.half import Half, Strata, detectable, needed, undecided
from bench.stats.paired import smallest_n
from bench.stats.scores import score_difference


def quality(
    differences: ArrayLike, strata: Strata, margin: float, *, alpha: float = 0.05, binary: bool = True, seed: int = 0
) -> Half:
    """Judges "at most `margin` worse" on candidate - baseline scores of each item, repeats averaged first.

    See `ScoreDifference` for the tests. Fewer independent items than `smallest_n` support nothing, whatever they
    show. ValueError on non-finite differences.
    """
    found, problem = score_difference(differences, strata, binary=binary, seed=seed)
    if found is None:
        estimate = float((np.asarray(differences, dtype=np.float64) * strata.weights()).mean())
        return undecided("quality", estimate, len(strata.suites), str(problem))
    n, least = len(found.values), smallest_n(margin, alpha)
    effective = int(n / found.design_effect + 1e-9)
    if effective < least:
        worth = "" if found.design_effect == 1 else f" (worth {effective} independent ones)"
        problem = f"{n} items{worth} are too few for a margin of {100 * margin:g} points: it takes {least}"
    estimate = found.mean.mean
    return Half(
        "quality", estimate, found.interval(1 - 2 * alpha), found.interval(0.95), found.above_p(-margin),
        found.below_p(-margin), n, found.design_effect,
        discordance=None if found.pair is None else found.pair.discordance,
        detectable=detectable(found.spread, n, alpha),
        needed=needed(found.spread, estimate + margin, math.ceil(least * found.design_effect), alpha),
        problem=problem,
    )  # fmt: skip
