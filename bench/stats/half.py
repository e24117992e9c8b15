"""One half of a claim: quality, cost or latency, each with its p-values for and against and its interval."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from bench.stats.clusters import FEWEST, ClusteredMean, Floats, clustered_mean, stratified_mean, typical_size
from bench.stats.intervals import Interval

POWER = 0.8
"""Power for which a minimum detectable effect and the items still needed are told."""
MOST = 1_000_000
"""Items beyond which no number is told: the estimate is as good as on the bound."""


@dataclass(frozen=True, slots=True)
class Half:
    """What the data say of one condition of a claim."""

    name: str
    """"quality", "cost" or "latency"."""
    estimate: float
    """Score difference (candidate - baseline); cost or latency ratio (candidate / baseline)."""
    interval: Interval
    """Two-sided, at 1 - 2 alpha: its edge passes the claim's bound when the one-sided test does."""
    interval_95: Interval
    """Two-sided, 95 %."""
    p_supported: float
    """p-value against "the condition does not hold"; small supports it."""
    p_refuted: float
    """p-value against "the condition holds"; small refutes it."""
    n: int
    """Pairs it rests on."""
    design_effect: float = 1.0
    """How many clustered items are worth one independent item."""
    discordance: float | None = None
    """Quality with one run an item: share of items on which the two differ."""
    detectable: float | None = None
    """Smallest true distance from the bound found with 80 % power at this n: score points, or a share of the ratio.
    None without spread, or where `blocked`."""
    needed: int | None = None
    """Items of each suite that would decide it with 80 % power if the estimate is true; None if no likely number
    would, or where `blocked`."""
    problem: str | None = None
    """Why it cannot be supported, whatever the numbers; None if it can."""
    blocked: str | None = None
    """What keeps it from being supported although the interval passes the bound; None where the interval tells."""
    notes: tuple[str, ...] = field(default=())
    """What a reader must know beside the numbers."""


@dataclass(frozen=True, slots=True)
class Strata:
    """Paired values of the items of one or several suites; several count with equal weight each."""

    suites: Sequence[str]
    """Each item's suite."""
    clusters: Sequence[str]
    """Each item's cluster, unique over suites."""

    def parts(self) -> Iterator[tuple[str, NDArray[np.bool_]]]:
        """Each suite's name and mask."""
        names = np.asarray(self.suites, dtype=str)
        for name in np.unique(names):
            yield str(name), names == name

    def mean(self, values: Floats) -> ClusteredMean | None:
        """The mean over suites; None where a suite has fewer than two effective clusters."""
        clusters = np.asarray(self.clusters, dtype=str)
        parts = [clustered_mean(values[mask], list(clusters[mask])) for _, mask in self.parts()]
        known = [part for part in parts if part is not None]
        if len(known) < len(parts):
            return None
        return known[0] if len(known) == 1 else stratified_mean(known)

    def chosen(self, mask: NDArray[np.bool_]) -> Strata:
        """The items under a mask."""
        at = np.flatnonzero(mask).tolist()
        return Strata([self.suites[i] for i in at], [self.clusters[i] for i in at])

    def weights(self) -> Floats:
        """Each item's weight, mean 1: n / (suites x items of its suite)."""
        _, codes, counts = np.unique(np.asarray(self.suites, dtype=str), return_inverse=True, return_counts=True)
        found: Floats = len(codes) / (len(counts) * counts[codes])
        return found

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
        return len(set(self.clusters)) == len(self.clusters)


def mean_difference(mean: ClusteredMean, confidence: float) -> Interval:
    """The t interval of a clustered mean."""
    half = mean.quantile(confidence) * mean.se
    return Interval(mean.mean, mean.mean - half, mean.mean + half, mean.n)


def ratio_interval(log_ratio: ClusteredMean, confidence: float) -> Interval:
    """The t interval of a log ratio, as a ratio."""
    half = log_ratio.quantile(confidence) * log_ratio.se
    low, high = math.exp(log_ratio.mean - half), math.exp(log_ratio.mean + half)
    return Interval(math.exp(log_ratio.mean), low, high, log_ratio.n)


def hull(one: Interval, other: Interval) -> Interval:
    """The smallest interval that holds both, around the first one's estimate."""
    lows, highs = (one.low, other.low), (one.high, other.high)
    low = None if None in lows else min(x for x in lows if x is not None)
    high = None if None in highs else max(x for x in highs if x is not None)
    return Interval(one.estimate, low, high, one.n)


def few_clusters(strata: Strata) -> str | None:
    """Why the clusters are too few to speak of other items of the kind; None if they are enough, in every suite."""
    for name, mask in strata.parts():
        part = strata.chosen(mask)
        effective = len(part.clusters) / typical_size(part.clusters)
        if effective >= (2 if part.independent else FEWEST):
            continue
        where, count = "" if strata.single else f"{name}: ", len(set(part.clusters))
        said = "1 cluster is" if count == 1 else f"{count} clusters (worth {effective:.1f} of equal size) are"
        return f"{where}{said} too few: it takes {FEWEST:g}"
    return None


def undecided(name: str, estimate: float, n: int, problem: str) -> Half:
    """A half that the data cannot judge."""
    nothing = Interval(estimate, None, None, n)
    return Half(name, estimate, nothing, nothing, 1.0, 1.0, n, problem=problem)


def held_back(half: Half, why: str) -> Half:
    """A half that something beside its interval keeps from being supported: no number of items is told for that."""
    return replace(half, blocked=why, detectable=None, needed=None)


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
    return float(stats.norm.ppf(share))
