"""The quality half of a claim: is the candidate at most a margin worse?"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from bench.stats.clusters import prudent_design_effect
from bench.stats.half import Half, Strata, detectable, few_clusters, hull, mean_difference, needed, undecided
from bench.stats.intervals import Interval
from bench.stats.paired import Paired, inferiority_p, noninferiority_p, smallest_n, tango_interval
from bench.stats.tilted import tilted_p


def quality(
    differences: ArrayLike, strata: Strata, margin: float, *, alpha: float = 0.05, binary: bool = True, seed: int = 0
) -> Half:
    """Judges "at most `margin` worse" on candidate - baseline scores of each item, repeats averaged first.

    Binary, one suite, unclustered: Tango with the exact p. Clustered: that on counts divided by the design effect,
    and CR2-t; both must hold. Otherwise CR2-t and the tilted-null bootstrap. ValueError on non-finite differences.
    """
    values = np.asarray(differences, dtype=np.float64)
    if not np.isfinite(values).all():
        raise ValueError("scores must be finite numbers")
    mean = strata.mean(values)
    problem = few_clusters(mean, strata)
    if mean is None or problem:
        return undecided("quality", float((values * strata.weights()).mean()), len(values), str(problem))
    exact = binary and strata.single
    deff = prudent_design_effect(mean.design_effect, strata.clusters, int(np.count_nonzero(values)))
    if strata.independent:
        deff = 1.0
    least, effective = smallest_n(margin, alpha), int(len(values) / deff + 1e-9)
    if effective < least:
        worth = "" if deff == 1 else f" (worth {effective} independent ones)"
        problem = f"{len(values)} items{worth} are too few for a margin of {100 * margin:g} points: it takes {least}"
    pair = Paired(len(values), float((values < 0).sum()), float((values > 0).sum())).scaled(deff)
    if exact:
        supported, refuted = noninferiority_p(pair, margin), inferiority_p(pair, margin)
    else:
        weighted = values * strata.weights()
        heaviest = float(strata.weights().max())
        supported = tilted_p(weighted + margin, margin - heaviest, design_effect=deff, seed=seed)
        refuted = tilted_p(-weighted - margin, -margin - heaviest, design_effect=deff, seed=seed)
    if not (exact and strata.independent):
        supported = max(supported, mean.above_p(-margin))
        refuted = max(refuted, mean.negated().above_p(margin))

    def interval(confidence: float) -> Interval:
        if not exact:
            return mean_difference(mean, confidence)
        found = tango_interval(pair, confidence)
        return found if strata.independent else hull(found, mean_difference(mean, confidence))

    spread = float(values.std(ddof=1)) * math.sqrt(deff) if len(values) > 1 else 0.0
    return Half(
        "quality", mean.mean, interval(1 - 2 * alpha), interval(0.95), supported, refuted, len(values), deff,
        discordance=pair.discordance if exact else None,
        detectable=detectable(spread, len(values), alpha),
        needed=needed(spread, mean.mean + margin, math.ceil(least * deff), alpha),
        problem=problem,
    )  # fmt: skip
