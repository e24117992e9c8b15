"""Paired values in suites and clusters, and what a test of a bound on them says: p-values, interval, items needed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import scipy
from numpy.typing import NDArray

from bench.stats.clusters import (
    FEWEST,
    ClusteredMean,
    Clusters,
    Codes,
    Floats,
    clustered_mean,
    coded,
    stratified_mean,
    typical_size,
)
from bench.stats.intervals import Interval
from bench.stats.reasons import Caveat, Reason

POWER = 0.8
"""Power for which a minimum detectable effect and the items still needed are given."""
MOST = 1_000_000
"""Items beyond which no number is given: the estimate is as good as on the bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundTest:
    """What the data say of whether a quantity keeps within a bound."""

    estimate: float
    """The quantity: a difference a - b, or a ratio a / b."""
    interval: Interval
    """Two-sided, at 1 - 2 alpha: its edge passes the bound when the one-sided test does. A bound is None where no
    value is beyond doubt."""
    interval_95: Interval
    """Two-sided, 95 %."""
    p_within: float
    """p-value against "the bound is not kept"; small shows that it is kept."""
    p_beyond: float
    """p-value against "the bound is kept"; small shows that it is not."""
    n: int
    """Pairs it rests on."""
    design_effect: float = 1.0
    """How many items are worth one independent item: above 1 where clusters are drawn, below 1 where fixed kinds of
    task explain a part of what differs."""
    discordance: float | None = None
    """Differences of one 0 or 1 an item: share of items on which the sides differ."""
    detectable: float | None = None
    """Smallest true distance from the bound found with 80 % power at this n: a difference, or the logarithm of a
    ratio. None without spread, or where `blocked`."""
    needed: int | None = None
    """Items of each suite that would decide it with 80 % power if the estimate is true; None if no likely number
    would, or where `blocked`."""
    problem: Caveat | None = None
    """Why it cannot be shown, whatever the numbers; None if it can."""
    blocked: Caveat | None = None
    """What keeps it from being shown although what was met is well within the bound; None where that is not so."""
    assumed: tuple[float | None, float | None] = (None, None)
    """Of a ratio: the most that a value of side a, of side b is taken to come to where nothing limits it. The interval
    holds if none comes to more."""
    notes: tuple[Caveat, ...] = ()
    """What a reader must know beside the numbers."""


@dataclass(frozen=True)
class Strata:
    """Paired values of the items of one or several suites; several count with equal weight each."""

    suites: Sequence[str]
    """Each item's suite."""
    clusters: Clusters
    """Each item's cluster, unique over suites."""
    kinds: Clusters | None = None
    """Each item's kind of task where the kinds are fixed, and not drawn, unique over suites; None if it has none."""

    def parts(self) -> Iterator[tuple[str, NDArray[np.bool_]]]:
        """Each suite's name and mask."""
        names = sorted(set(self.suites))
        for code, name in enumerate(names):
            yield name, self.suite_codes == code

    @cached_property
    def suite_codes(self) -> Codes:
        """Each item's suite as a code."""
        return coded(self.suites)

    @cached_property
    def cluster_codes(self) -> Codes:
        """Each item's cluster as a code."""
        return coded(self.clusters)

    @cached_property
    def kind_codes(self) -> Codes | None:
        """Each item's kind of task as a code; None where they are not fixed."""
        return None if self.kinds is None else coded(self.kinds)

    @cached_property
    def clusters_of(self) -> tuple[Codes, ...]:
        """By suite, its items' clusters."""
        return tuple(coded(self.cluster_codes[mask]) for _, mask in self.parts())

    def mean(self, values: Floats) -> ClusteredMean | None:
        """The mean over suites; None where a suite has fewer than two effective clusters."""
        each = zip(self.parts(), self.clusters_of, strict=True)
        parts = [clustered_mean(values[mask], codes) for (_, mask), codes in each]
        known = [part for part in parts if part is not None]
        if len(known) < len(parts):
            return None
        return known[0] if len(known) == 1 else stratified_mean(known)

    def chosen(self, mask: NDArray[np.bool_]) -> Strata:
        """The items under a mask."""
        if mask.all():
            return self
        at = np.flatnonzero(mask)
        kinds = None if self.kinds is None else _at(self.kinds, at)
        return Strata([self.suites[i] for i in at.tolist()], _at(self.clusters, at), kinds)

    def weights(self) -> Floats:
        """Each item's weight, mean 1: n / (suites x items of its suite)."""
        codes, counts = self.suite_codes, np.bincount(self.suite_codes)
        weights: Floats = len(codes) / (len(counts) * counts[codes])
        return weights

    def errors(self, values: Floats, design_effect: float) -> tuple[float, float]:
        """The mean's standard error as asked, and what it would be with one item of each suite.

        sqrt(Σ v_k / n_k) / K and sqrt(Σ v_k) / K over K suites, v_k the design effect times the values' variance: by
        the second, further items are counted suite by suite.
        """
        parts = [values[mask] for _, mask in self.parts()]
        variances = [design_effect * float(part.var(ddof=1)) if len(part) > 1 else 0.0 for part in parts]
        now = math.sqrt(sum(v / len(part) for v, part in zip(variances, parts, strict=True))) / len(parts)
        return now, math.sqrt(sum(variances)) / len(parts)

    @property
    def single(self) -> bool:
        """Whether there is one suite."""
        return len(set(self.suites)) == 1

    @property
    def independent(self) -> bool:
        """Whether every item is its own cluster."""
        codes = self.cluster_codes
        return not len(codes) or int(codes.max()) + 1 == len(codes)


def _at(names: Clusters, at: NDArray[np.intp]) -> Clusters:
    return names[at] if isinstance(names, np.ndarray) else [names[i] for i in at.tolist()]


def hull(interval: Interval, other: Interval) -> Interval:
    """The smallest interval that holds both, around the first's estimate."""
    lows, highs = (interval.low, other.low), (interval.high, other.high)
    low = None if None in lows else min(x for x in lows if x is not None)
    high = None if None in highs else max(x for x in highs if x is not None)
    return Interval(interval.estimate, low, high, interval.n)


def few_clusters(strata: Strata) -> Caveat | None:
    """That the clusters are too few to speak of other items of the kind; None if they are enough, in every suite."""
    for (name, _), codes in zip(strata.parts(), strata.clusters_of, strict=True):
        effective, many = len(codes) / typical_size(codes), int(codes.max()) + 1
        if effective >= (2 if many == len(codes) else FEWEST):
            continue
        where = None if strata.single else name
        return Caveat(reason=Reason.FEW_CLUSTERS, stratum=where, n=many, worth=effective, least=FEWEST)
    return None


def undecided(estimate: float, n: int, problem: Caveat | None) -> BoundTest:
    """A test that the data cannot make."""
    nothing = Interval(estimate, None, None, n)
    return BoundTest(
        estimate=estimate, interval=nothing, interval_95=nothing, p_within=1.0, p_beyond=1.0, n=n, problem=problem
    )


def deciding(estimate: float, n: int, p_values: tuple[float, float], problem: Caveat | None) -> BoundTest:
    """A test of which only the p-values are asked: that the bound is kept, and that it is not."""
    return replace(undecided(estimate, n, problem), p_within=p_values[0], p_beyond=p_values[1])


def held_back(test: BoundTest, why: Caveat) -> BoundTest:
    """A test that something beside its interval keeps from showing anything: no number of items is given for that."""
    return replace(test, blocked=why, detectable=None, needed=None)


def detectable(spread: float, n: int, alpha: float) -> float | None:
    """Distance from the bound found with 80 % power: (z_{1-alpha} + z_{0.8}) s / sqrt(n); None without spread."""
    return None if spread == 0 else (_z(1 - alpha) + _z(POWER)) * spread / math.sqrt(n)


def needed(spread: float, distance: float, least: int, alpha: float) -> int | None:
    """Items for 80 % power at the observed distance from the bound: ((z_{1-alpha} + z_{0.8}) s / distance)².

    At least `least`. None so near to the bound that more than MOST items would be needed.
    """
    reach = (_z(1 - alpha) + _z(POWER)) * spread
    if abs(distance) * math.sqrt(MOST) <= reach or distance == 0:
        return None
    return max(least, math.ceil((reach / distance) ** 2))


def _z(share: float) -> float:
    return float(scipy.special.ndtri(share))
