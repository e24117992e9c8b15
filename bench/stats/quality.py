"""The quality half of a claim: is the candidate at most a margin worse?"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from bench.stats.clusters import typical_size
from bench.stats.half import Half, Strata, detectable, held_back, needed, undecided
from bench.stats.paired import smallest_n
from bench.stats.scores import score_difference

EXACT = "the interval just reaches what is claimed, the exact test just does not"


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
        problem = f"{n} items{worth} are too few for a margin of {100 * margin:g} points: it takes at least {least}"
    estimate, interval, p_supported = found.mean.mean, found.interval(1 - 2 * alpha), found.above_p(-margin)
    inside = interval.low is not None and interval.low >= -margin
    now, spread = found.errors()
    suites = sum(1 for _ in strata.parts())
    half = Half(
        "quality", estimate, interval, found.interval(0.95), p_supported, found.below_p(-margin), n,
        found.design_effect,
        discordance=None if found.pair is None else found.pair.discordance,
        detectable=detectable(now * math.sqrt(n), n, alpha),
        needed=needed(spread, estimate + margin, math.ceil(least * found.design_effect / suites), alpha),
        problem=problem,
        notes=_families(strata, margin, alpha),
    )  # fmt: skip
    return held_back(half, EXACT) if inside and p_supported > alpha else half


def _families(strata: Strata, margin: float, alpha: float) -> tuple[str, ...]:
    """What no test can rule out with so few clusters: whole ones that fail, (1 - K margin)^G over K suites.

    The tests take an intraclass correlation of at most PRIOR_ICC for granted until losses show a larger one; where
    every loss is a whole family's, 20 families of 12 made 30 % false supports at 5 points and 14 % at 10.
    """
    share = margin * sum(1 for _ in strata.parts())
    for name, mask in strata.parts():
        part = strata.chosen(mask)
        effective = len(part.clusters) / typical_size(part.clusters)
        missed = max(0.0, 1 - share) ** effective
        if not part.independent and missed > alpha:
            families = f"{len(set(part.clusters))} families of items" + ("" if strata.single else f" of {name}")
            return (
                f"{families}: a candidate that fails {100 * share:.3g} % of all such families outright "
                f"would show no loss here {100 * missed:.0f} times in 100",
            )
    return ()
