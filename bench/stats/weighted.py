"""A mean difference of items that stand for unequal shares of the traffic: the sample weighted to the whole log."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from bench.stats.clusters import ClusteredMean, Codes, Floats, clustered_mean, coded, prudent_design_effect
from bench.stats.intervals import Interval
from bench.stats.paired import smallest_n
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
from bench.stats.tilted import LEAST_P, tilted_p

_NEAR = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemWeights:
    """What each item stands for, an entry an item."""

    values: Floats
    """Calls of the log for each item: how often its request was made over its chance of being drawn, above 0."""
    heaviest: float
    """The calls for each draw of the heaviest requests that could be drawn and together hold a small share of the
    calls, no larger than the margin; but for those that are certain to be."""
    certain: NDArray[np.bool_]
    """Requests made so often that any sample has them: their share of the log is known, and not drawn."""

    def chosen(self, mask: NDArray[np.bool_]) -> ItemWeights:
        """The items under a mask."""
        return ItemWeights(values=self.values[mask], heaviest=self.heaviest, certain=self.certain[mask])

    @property
    def relative(self) -> Floats:
        """With mean 1."""
        relative: Floats = self.values / self.values.mean()
        return relative


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedDifference:
    """Candidate - baseline by the weights of the log; made by `weighted_difference`."""

    values: Floats
    """Differences of the items' scores, each in [-1, 1]."""
    weights: Floats
    """Each item's, with mean 1."""
    reach: float
    """The largest weight of an item that is drawn, in the same unit."""
    certain: NDArray[np.bool_]
    """See `ItemWeights`."""
    codes: Codes
    """Clusters of the items that are drawn."""
    effect: float
    """How many drawn items are worth one independent item."""

    @property
    def estimate(self) -> float:
        """θ = Σ w D / Σ w (Hájek 1971)."""
        return float(self.weights @ self.values) / len(self.values)

    def above_p(self, bound: float, *, coarse: bool = False) -> float:
        """p-value of H0: the difference is `bound` or less, the larger of two.

        X_i = w_i (D_i - bound) + F / n of the n drawn items, F the sum of w (D - bound) over those that are certain;
        H0 says that X has mean 0 or less. The tilted null, with -reach (1 + bound) + F / n for the worst that an item
        can be, and CR2-t.
        """
        return self._p(1, bound, coarse=coarse)

    def below_p(self, bound: float, *, coarse: bool = False) -> float:
        """p-value of H0: the difference is `bound` or more; see `above_p`."""
        return self._p(-1, bound, coarse=coarse)

    def interval(self, confidence: float) -> Interval:
        """Two-sided: the bounds that are not rejected, each at half of 1 - confidence. Within [-1, 1]."""
        level = (1 - confidence) / 2
        low, high = self._edge(1, level), -self._edge(-1, level)
        return Interval(self.estimate, low, high, len(self.values))

    def least(self, margin: float, alpha: float) -> float:
        """Drawn items that it takes to show a margin where no item is lost: ln(alpha) / ln(1 - q).

        q is the share of draws that would have to be lost items of the largest weight for the whole to reach the
        margin: q (reach (1 - margin) - f) = (1 - q) (margin w + f), w the mean weight of what is drawn, f what the
        certain ones add. Equal weights: `smallest_n`.
        """
        drawn = ~self.certain
        fixed = margin * float(self.weights[self.certain].sum()) / max(1, int(drawn.sum()))
        lost = self.reach * (1 - margin) - fixed
        if not drawn.any() or lost <= 0:
            return 1.0
        gained = margin * float(self.weights[drawn].mean()) + fixed
        return self.effect * math.log(alpha) / math.log1p(-gained / (gained + lost))

    @property
    def spread(self) -> float:
        """The standard deviation of an item whose mean would err as the estimate does: what is certain adds nothing."""
        drawn = (self.weights * (self.values - self.estimate))[~self.certain]
        share = math.sqrt(self.effect * len(drawn) / len(self.values))
        return share * float(drawn.std(ddof=1)) if len(drawn) > 1 else 0.0

    def _p(self, sign: int, bound: float, *, coarse: bool) -> float:
        each = sign * self.weights * (self.values - bound)
        drawn, fixed = each[~self.certain], float(each[self.certain].sum())
        if not len(drawn):
            return LEAST_P if fixed > 0 else 1.0
        gain = drawn + fixed / len(drawn)
        mean = clustered_mean(gain, self.codes)
        if mean is None or mean.mean <= 0:
            return 1.0
        worst = min(fixed / len(drawn) - self.reach * (1 + sign * bound), float(gain.min()))
        by_t = _prudent(mean, self.effect).above_p(0.0)
        if worst >= 0:
            return max(LEAST_P, by_t)
        worths = {1.0, self.effect}  # fewer draws of few values can meet a mean less often than more do
        return max(by_t, *(tilted_p(gain, worst, design_effect=each, coarse=coarse) for each in worths))

    def _edge(self, sign: int, level: float) -> float:
        """The largest bound, as seen from a side, that is rejected at a level; -1 if none is."""

        def excess(bound: float) -> float:
            return self._p(sign, sign * bound, coarse=True) - level

        middle = sign * self.estimate
        if excess(-1.0 + _NEAR) >= 0 or middle <= -1 + _NEAR:
            return -1.0
        return float(scipy.optimize.brentq(excess, -1.0 + _NEAR, min(1.0, middle + _NEAR), xtol=_NEAR))


def _prudent(mean: ClusteredMean, effect: float) -> ClusteredMean:
    """With an error no smaller than what a design effect makes of it."""
    return replace(mean, se=mean.se * math.sqrt(max(1.0, effect / mean.design_effect)))


def weighted_difference(
    differences: ArrayLike, weights: ItemWeights, strata: Strata
) -> tuple[WeightedDifference | None, Caveat | None]:
    """The difference to be tested, or why the clusters are too few. ValueError on non-finite values, or weights that
    are not above 0."""
    values = np.asarray(differences, dtype=np.float64)
    if not np.isfinite(values).all() or not (weights.values > 0).all():
        raise ValueError("scores must be finite, and weights above 0")
    problem = few_clusters(strata)
    if problem:
        return None, problem
    drawn = ~weights.certain
    codes = coded(strata.cluster_codes[drawn])
    effect = 1.0
    if not strata.independent and drawn.any():
        found = clustered_mean((weights.relative * values)[drawn], codes)
        differing = float(np.count_nonzero(values[drawn]))
        effect = prudent_design_effect(found.design_effect if found else float(drawn.sum()), codes, differing)
    made = WeightedDifference(
        values=values,
        weights=weights.relative,
        reach=max(weights.heaviest / float(weights.values.mean()), 0.0),
        certain=weights.certain,
        codes=codes,
        effect=effect,
    )
    return made, None


def weighted_test(
    differences: ArrayLike,
    weights: ItemWeights,
    strata: Strata,
    margin: float,
    *,
    alpha: float = 0.05,
    cutoff: float | None = None,
) -> BoundTest:
    """Judges "at most `margin` lower" by the log's weights. Fewer items than `smallest_n`, or than `least`, show
    nothing.

    `cutoff`: only p-values are asked, as in `difference_test`.
    """
    values = np.asarray(differences, dtype=np.float64)
    found, problem = weighted_difference(values, weights, strata)
    if found is None:
        return undecided(float(weights.relative @ values) / max(1, len(values)), len(values), problem)
    drawn = int((~found.certain).sum())
    least = max(found.least(margin, alpha), smallest_n(margin, alpha) * found.effect - (len(values) - drawn))
    needs = math.ceil(least - 1e-9) + len(values) - drawn
    if len(values) < needs:
        problem = Caveat(reason=Reason.FEW_ITEMS, n=len(values), worth=found.reach, least=needs, share=margin)
    p_values = found.above_p(-margin, coarse=cutoff is not None), found.below_p(-margin, coarse=cutoff is not None)
    if cutoff is not None:
        return deciding(found.estimate, len(values), p_values, problem)
    interval = found.interval(1 - 2 * alpha)
    if interval.low is None or interval.low < -margin:
        p_values = max(p_values[0], float(np.nextafter(alpha, 1))), p_values[1]
    test = BoundTest(
        estimate=found.estimate,
        interval=interval,
        interval_95=found.interval(0.95),
        p_within=p_values[0],
        p_beyond=p_values[1],
        n=len(values),
        design_effect=found.effect * float((found.weights**2).mean()),
        detectable=detectable(found.spread, len(values), alpha),
        needed=needed(found.spread, found.estimate + margin, needs, alpha),
        problem=problem,
    )
    inside = interval.low is not None and interval.low >= -margin
    return held_back(test, Caveat(reason=Reason.EXACT_TEST)) if inside and p_values[0] > alpha else test
