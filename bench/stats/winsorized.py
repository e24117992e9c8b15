"""The clustered t test made monotone: an outlier on the good side widens its interval, and never decides against it.

Worse values must never look better. A plain t test breaks that: one family of wins spreads the values, so one loss in
it can make the result clearer. Here values far on the good side are drawn in to where the statistic is largest, which
only lowers the mean: if the result shows with worse values, it shows with these.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from bench.stats.clusters import ClusteredMean, Floats
from bench.stats.intervals import Interval
from bench.stats.strata import Strata

_STEPS = 60
NEAR, ROUGH = 1e-7, 1e-4
"""How near two steps must come, as a share: usually, and for drawn runs."""

Reach = Callable[[ClusteredMean], float]
"""How much of the mean a cluster may carry, from the mean and its error."""


def above_p(values: Floats, strata: Strata, bound: float, near: float = NEAR) -> float:
    """p-value of H0: the mean over suites is at most `bound`; every suite has two effective clusters or more.

    t = (M - bound) / SE is largest where no cluster g has h_g (x_g - m) / (1 - h_g) above K SE² / (M - bound) +
    Σ h_j² (x_j - m) / (1 - h_j), h_g its share of its suite's items, K suites: a further rise of x_g would add more to
    the error than to the mean.
    """
    mean = _mean(values, strata)
    if mean.se == 0 or mean.mean <= bound:
        return mean.above_p(bound)

    def reach(at: ClusteredMean) -> float:
        return at.se**2 / (at.mean - bound) if at.mean > bound else math.inf

    drawn = _drawn_in(values, strata, mean, reach, near)
    return min(mean.above_p(bound), drawn.above_p(bound))


def below_p(values: Floats, strata: Strata, bound: float, near: float = NEAR) -> float:
    """p-value of H0: the mean is at least `bound`; see `above_p`."""
    return above_p(-values, strata, -bound, near)


def interval(values: Floats, strata: Strata, confidence: float) -> Interval:
    """Two-sided: the bounds that `above_p` and `below_p` do not reject at half of 1 - confidence each."""
    mean = _mean(values, strata)
    low, high = _edge(values, strata, confidence), _edge(-values, strata, confidence)
    return Interval(mean.mean, low, -high, mean.n)


def _edge(values: Floats, strata: Strata, confidence: float) -> float:
    """The largest M - q SE: there no cluster carries more than SE / q."""
    mean = _mean(values, strata)
    drawn = _drawn_in(values, strata, mean, lambda at: at.se / at.quantile(confidence))
    return max(at.mean - at.quantile(confidence) * at.se for at in (mean, drawn))


def _mean(values: Floats, strata: Strata) -> ClusteredMean:
    mean = strata.mean(values)
    if mean is None:
        raise ValueError("every suite needs two effective clusters")
    return mean


def _drawn_in(values: Floats, strata: Strata, mean: ClusteredMean, reach: Reach, near: float = NEAR) -> ClusteredMean:
    """The mean with the clusters that carry too much drawn in, by fixed-point iteration."""
    groups = _Groups(values, strata)
    most = reach(mean)
    if not groups.carry(most):
        return mean
    drawn = mean
    for _ in range(_STEPS):
        drawn = groups.mean(most, near)
        last, most = most, reach(drawn)
        if abs(most - last) <= near * last:
            break
    return drawn


class _Groups:
    """Clusters as numbers: sizes, means, and the suite of each."""

    def __init__(self, values: Floats, strata: Strata) -> None:
        codes, suites = strata.cluster_codes, strata.suite_codes
        self.sizes = np.bincount(codes)
        self.means: Floats = np.bincount(codes, weights=values) / self.sizes
        self.suite = np.zeros(len(self.sizes), dtype=np.int64)
        self.suite[codes] = suites
        self.count = int(suites.max()) + 1
        self.share: Floats = self.sizes / np.bincount(suites)[self.suite]
        self.freedoms = 1 / np.bincount(self.suite, weights=self.share**2) - 1

    def carry(self, most: float) -> bool:
        """Whether a cluster carries more than that."""
        return bool((self.means > self._highest(self.means, most)).any())

    def _highest(self, means: Floats, most: float) -> Floats:
        """Where each cluster carries as much as that, beside these means."""
        centres = self._centres(means)
        off = self.share * (means - centres[self.suite])
        drift = np.bincount(self.suite, weights=self.share * off / (1 - self.share))
        far: Floats = (most * self.count + drift)[self.suite] * (1 - self.share) / self.share
        return centres[self.suite] + far

    def _centres(self, means: Floats) -> Floats:
        return np.asarray(np.bincount(self.suite, weights=self.share * means), dtype=np.float64)

    def mean(self, most: float, near: float) -> ClusteredMean:
        """CR2 and Satterthwaite's degrees of freedom, as `clustered_mean` and `stratified_mean` have them."""
        means: Floats = self.means
        for _ in range(_STEPS):
            drawn: Floats = np.minimum(self.means, self._highest(means, most))
            if np.abs(drawn - means).max() <= near * (np.abs(means).max() + near):
                break
            means = drawn
        centres = self._centres(means)
        off = self.share * (means - centres[self.suite])
        squares = np.bincount(self.suite, weights=off**2 / (1 - self.share))
        total = float(squares.sum())
        df = float(total**2 / (squares**2 / self.freedoms).sum()) if total > 0 else float(self.freedoms.min())
        se = math.sqrt(total) / self.count
        return ClusteredMean(float(centres.mean()), se, df, 1.0, int(self.sizes.sum()))
