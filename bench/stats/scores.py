"""The difference of two models' scores on the same items, ready to be tested against any bound."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from bench.stats import winsorized
from bench.stats.clusters import (
    ClusteredMean,
    Floats,
    clustered_mean,
    joint_effect,
    prudent_design_effect,
    stratified_effect,
)
from bench.stats.intervals import Interval
from bench.stats.paired import Paired, inferiority_p, noninferiority_p, tango, tango_interval
from bench.stats.reasons import Caveat
from bench.stats.strata import Strata, few_clusters, hull
from bench.stats.tilted import tilted_interval, tilted_p

_EVEN = 0.3
"""Where the difference lies on the wrong side of its bound, every p-value is above this."""
FEW_LOSSES = 16
"""Losses up to which a further one says more of how items cluster than it takes from the score."""


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
    """How many items are worth one independent item; see `BoundTest`."""
    pair: Paired | None
    """Counts of lost and won items; None where scores are not one run's 0 or 1 on one suite."""

    def above_p(self, bound: float, cutoff: float = 1.0) -> float:
        """p-value of H0: the difference is `bound` or less. Above `cutoff` any value above it may stand for it.

        A further loss never makes it smaller. Counts: Tango's exact p, with the fixed kinds of task as strata;
        otherwise the tilted null. Of clustered items both as far as what differs says how they cluster, see
        `prudent_design_effect`, and CR2-t, winsorized; the larger decides.
        """
        return self._p(1, bound, cutoff)

    def below_p(self, bound: float, cutoff: float = 1.0) -> float:
        """p-value of H0: the difference is `bound` or more; see `above_p`."""
        return self._p(-1, bound, cutoff)

    def two_sided_p(self) -> float:
        """p-value of H0: no difference; twice the smaller of the one-sided ones."""
        return min(1.0, 2 * min(self.above_p(0.0), self.below_p(0.0)))

    def interval(self, confidence: float) -> Interval:
        """Two-sided, by the same rules: the wider of two where two decide. Within [-1, 1]."""
        if self.pair is not None:
            bounds = tango_interval(self.pair.scaled(self.design_effect), confidence)
        else:
            weighted, reach = self._weighted()
            bounds = tilted_interval(weighted, reach, confidence, design_effect=self.design_effect)
        if not self.strata.independent:
            bounds = hull(bounds, winsorized.interval(self.values, self.strata, confidence))
        return replace(_possible(bounds), n=len(self.values))

    def errors(self) -> tuple[float, float]:
        """The standard error as asked and with one item of each suite; see `Strata.errors`."""
        return self.strata.errors(self.values, self.design_effect)

    @property
    def least_worth(self) -> float:
        """How many independent items they are worth at least, whatever the losses are."""
        return len(self.values) / (1.0 if self.strata.independent else self._effect(self._for(1)))

    def _p(self, sign: int, bound: float, cutoff: float) -> float:
        if cutoff < _EVEN and sign * (self.mean.mean - bound) <= 0:
            return 1.0
        if self.strata.independent:
            return self._alone_p(sign, bound, cutoff)
        t_of = winsorized.above_p if sign > 0 else winsorized.below_p
        p = t_of(self.values, self.strata, bound, near=winsorized.ROUGH if cutoff < 1 else winsorized.NEAR)
        return p if p > cutoff else max(p, self._alone_p(sign, bound, cutoff))

    def _alone_p(self, sign: int, bound: float, cutoff: float) -> float:
        """Without what the sample itself says of how items cluster."""
        if self.pair is not None:
            return self._counted_p(self.pair if sign > 0 else self.pair.swapped(), sign, sign * bound, cutoff)
        weighted, reach = self._weighted()
        gain, worst = sign * (weighted - bound), -reach - sign * bound
        effect = 1.0 if self.strata.independent else self._effect(self._for(sign))
        return tilted_p(gain, worst, design_effect=effect, coarse=cutoff < 1)

    def _counted_p(self, pair: Paired, sign: int, bound: float, cutoff: float) -> float:
        """Clustered: the largest p-value of as many losses or fewer, since they also say how little items cluster."""

        def worth(lost: float) -> Paired:
            effect = self.design_effect if self.strata.independent else self._effect(lost + pair.won)
            return Paired(pair.n, lost, pair.won).scaled(effect)

        def p(counts: Paired) -> float:
            refined = cutoff >= 1
            if sign > 0:
                return noninferiority_p(counts, -bound, refined=refined)
            return inferiority_p(counts.swapped(), bound, refined=refined)

        whole = p(worth(pair.lost))
        if self.strata.independent or not pair.lost or whole > cutoff:
            return whole
        fewer = min((worth(lost) for lost in range(min(int(pair.lost), FEW_LOSSES))), key=lambda w: tango(w, bound))
        return max(whole, p(fewer))

    def _for(self, sign: int) -> float:
        """Items that differ in favour of a direction."""
        return float(np.count_nonzero(sign * self.values > 0))

    def _effect(self, differing: float) -> float:
        """The design effect of the mean that is assumed where so many items differ."""
        parts = self.strata.clusters_of
        return joint_effect([prudent_design_effect(1.0, of, differing) for of in parts], [len(of) for of in parts])

    def _weighted(self) -> tuple[Floats, float]:
        """Differences times their weights, and how far from 0 they can be."""
        weights = self.strata.weights()
        return self.values * weights, float(weights.max())


def _possible(interval: Interval) -> Interval:
    """The interval without what two scores in [0, 1] cannot differ by."""
    low, high = (None if bound is None else max(-1.0, min(1.0, bound)) for bound in (interval.low, interval.high))
    return replace(interval, low=low, high=high)


def score_difference(
    differences: ArrayLike, strata: Strata, *, binary: bool = True
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
    pair = None
    if binary and strata.single:
        pair = Paired(len(values), float((values < 0).sum()), float((values > 0).sum()))
    effect = 1.0 if strata.independent else _design_effect(values, strata)
    if strata.independent and pair is not None and strata.kind_codes is not None:
        effect = stratified_effect(values, strata.kind_codes)
    return ScoreDifference(values=values, strata=strata, mean=mean, design_effect=effect, pair=pair), None


def _design_effect(values: Floats, strata: Strata) -> float:
    """The design effect of the mean: as seen, but no smaller than what differs can rule out."""
    differing, effects, sizes = float(np.count_nonzero(values)), [], []
    for (_, mask), codes in zip(strata.parts(), strata.clusters_of, strict=True):
        part = clustered_mean(values[mask], codes)
        assert part is not None
        effects.append(prudent_design_effect(part.design_effect, codes, differing))
        sizes.append(part.n)
    return joint_effect(effects, sizes)
