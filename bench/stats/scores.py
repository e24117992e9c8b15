"""The difference of two models' scores on the same items, ready to be tested against any bound."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from bench.stats.clusters import ClusteredMean, Floats, prudent_design_effect
from bench.stats.intervals import Interval
from bench.stats.paired import Paired, inferiority_p, noninferiority_p, tango_interval
from bench.stats.reasons import Caveat
from bench.stats.strata import Strata, few_clusters, hull, mean_difference
from bench.stats.tilted import tilted_interval, tilted_p


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreDifference:
    """Candidate - baseline, an entry an item; made by `score_difference`."""

    values: Floats
    """Differences of the items' scores, each in [-1, 1], repeats averaged first."""
    strata: Strata
    """Their suites and clusters."""
    mean: ClusteredMean
    """Their mean over suites."""
    design_effect: float
    """How many clustered items are worth one independent item."""
    pair: Paired | None
    """Counts of lost and won items; None where scores are not one run's 0 or 1 on one suite."""
    seed: int
    """Seeds the bootstrap where there are no counts."""

    def above_p(self, bound: float) -> float:
        """p-value of H0: the difference is `bound` or less.

        Counts: Tango's exact p; clustered ones also by CR2-t, and the larger decides. Otherwise the tilted-null
        bootstrap and CR2-t.
        """
        if self.pair is not None:
            exact = noninferiority_p(self.pair, -bound)
            return exact if self.strata.independent else max(exact, self.mean.above_p(bound))
        return max(self._tilted_p(1, bound), self.mean.above_p(bound))

    def below_p(self, bound: float) -> float:
        """p-value of H0: the difference is `bound` or more."""
        if self.pair is not None:
            exact = inferiority_p(self.pair, -bound)
            return exact if self.strata.independent else max(exact, self.mean.negated().above_p(-bound))
        return max(self._tilted_p(-1, bound), self.mean.negated().above_p(-bound))

    def two_sided_p(self) -> float:
        """p-value of H0: no difference; twice the smaller of the one-sided ones."""
        return min(1.0, 2 * min(self.above_p(0.0), self.below_p(0.0)))

    def interval(self, confidence: float) -> Interval:
        """Two-sided, by the same rules: the wider of two where two decide. Within [-1, 1]."""
        if self.pair is not None:
            exact = tango_interval(self.pair, confidence)
            return exact if self.strata.independent else _possible(hull(exact, mean_difference(self.mean, confidence)))
        weighted, reach = self._weighted()
        tilted = tilted_interval(weighted, reach, confidence, design_effect=self.design_effect, seed=self.seed)
        return _possible(hull(mean_difference(self.mean, confidence), tilted))

    def errors(self) -> tuple[float, float]:
        """The standard error as asked and with one item of each suite; see `Strata.errors`."""
        return self.strata.errors(self.values, self.design_effect)

    def _tilted_p(self, sign: int, bound: float) -> float:
        weighted, reach = self._weighted()
        gain, worst = sign * (weighted - bound), -reach - sign * bound
        return tilted_p(gain, worst, design_effect=self.design_effect, seed=self.seed)

    def _weighted(self) -> tuple[Floats, float]:
        """Differences times their weights, and how far from 0 they can be."""
        weights = self.strata.weights()
        return self.values * weights, float(weights.max())


def _possible(interval: Interval) -> Interval:
    """The interval without what two scores in [0, 1] cannot differ by."""
    low, high = (None if bound is None else max(-1.0, min(1.0, bound)) for bound in (interval.low, interval.high))
    return replace(interval, low=low, high=high)


def score_difference(
    differences: ArrayLike, strata: Strata, *, binary: bool = True, seed: int = 0
) -> tuple[ScoreDifference | None, Caveat | None]:
    """The difference to be tested, or why the clusters are too few for any test.

    `binary`: every score is one run's 0 or 1. ValueError on non-finite differences.
    """
    values = np.asarray(differences, dtype=np.float64)
    if not np.isfinite(values).all():
        raise ValueError("scores must be finite numbers")
    problem = few_clusters(strata)
    mean = None if problem else strata.mean(values)
    if mean is None:
        return None, problem
    effect = 1.0
    if not strata.independent:
        effect = max(
            prudent_design_effect(mean.design_effect, strata.chosen(mask).clusters, int(np.count_nonzero(values[mask])))
            for _, mask in strata.parts()
        )
    pair = None
    if binary and strata.single:
        pair = Paired(len(values), float((values < 0).sum()), float((values > 0).sum())).scaled(effect)
    return ScoreDifference(values=values, strata=strata, mean=mean, design_effect=effect, pair=pair, seed=seed), None
