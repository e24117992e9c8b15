"""How differences of scores were tested when the runs of fixtures/before were written: they hold to the last digit.

Seven things are others since, and nothing else: the tilted null's p was drawn, of the studentised sum, and is counted
out, of the sum; independent items that are no plain 0 or 1 had a t test beside it; and the mean of several suites had
the largest of their design effects, where it has the joint one; t was not winsorized; fixed kinds of task were no
strata; and the interval of counts named how many independent items they are worth, not how many they are; and an
interval of a ratio knew only the values that were met.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import ArrayLike

from bench.stats import Interval, Strata, ratio, scores, tails, tilted, winsorized
from bench.stats.clusters import ClusteredMean, Floats, prudent_design_effect
from bench.stats.paired import tango_interval
from bench.stats.scores import ScoreDifference
from bench.stats.strata import hull

DRAWS, SEED, NEAR = 1999, 1, 1e-4
"""Samples of the null, the seed of the runs, and how near a bound was sought."""


def drawn_p(values: ArrayLike, worst: float, *, design_effect: float = 1.0, **_: object) -> float:
    """p of H0: the mean is 0 or less, by DRAWS samples of the tilted null: (1 + #{t* >= t}) / (DRAWS + 1)."""
    sample = np.sort(np.asarray(values, dtype=np.float64)) / -worst
    n = max(1, int(sample.size / design_effect + 1e-9))
    observed = float(_studentised(sample.sum(), (sample**2).sum())) * np.sqrt(n / sample.size)
    points, counts = np.unique(sample, return_counts=True)
    if not (counts * points).sum() > 0:
        return 1.0
    support, weights = tilted._tilted(points, counts)
    times = np.random.default_rng([SEED, n, DRAWS]).multinomial(n, weights, size=DRAWS).astype(np.float64)
    drawn = _studentised(times @ support, times @ support**2)
    return (1 + int(np.count_nonzero(drawn >= observed - 1e-9))) / (DRAWS + 1)


def _studentised(sums: ArrayLike, squares: ArrayLike) -> Floats:
    sums, roots = np.asarray(sums, dtype=np.float64), np.sqrt(np.asarray(squares, dtype=np.float64))
    statistics: Floats = np.divide(sums, roots, out=np.zeros_like(sums), where=roots > 0)
    return statistics


def drawn_interval(values: ArrayLike, reach: float, confidence: float, *, design_effect: float = 1.0) -> Interval:
    """The bounds that `drawn_p` does not reject, found by halving."""
    sample = np.asarray(values, dtype=np.float64)

    def lower(own: Floats) -> float:
        low, high = -reach, float(own.mean())
        while high - low > NEAR * reach:
            middle = (low + high) / 2
            rejected = drawn_p(own - middle, -reach - middle, design_effect=design_effect) <= (1 - confidence) / 2
            low, high = (middle, high) if rejected else (low, middle)
        return low

    return Interval(float(sample.mean()), lower(sample), -lower(-sample), sample.size)


def largest_effect(values: Floats, strata: Strata) -> float:
    """The largest design effect of a suite."""
    mean = strata.mean(values)
    assert mean is not None
    return max(
        prudent_design_effect(mean.design_effect, strata.chosen(mask).clusters, int(np.count_nonzero(values[mask])))
        for _, mask in strata.parts()
    )


def mean_difference(mean: ClusteredMean, confidence: float) -> Interval:
    """The plain t interval of a clustered mean."""
    reach = mean.quantile(confidence) * mean.se
    return Interval(mean.mean, mean.mean - reach, mean.mean + reach, mean.n)


def plain_mean(values: Floats, strata: Strata) -> ClusteredMean:
    """The clustered mean that the plain t test is of."""
    mean = strata.mean(values)
    assert mean is not None
    return mean


@pytest.fixture
def tested_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests differences of scores as it was done then."""
    counted, interval = ScoreDifference._alone_p, ScoreDifference.interval
    monkeypatch.setattr(scores, "stratified_effect", lambda *_: 1.0)
    monkeypatch.setattr(winsorized, "above_p", lambda v, of, bound, **_: plain_mean(v, of).above_p(bound))
    monkeypatch.setattr(winsorized, "below_p", lambda v, of, bound, **_: plain_mean(v, of).negated().above_p(-bound))
    monkeypatch.setattr(winsorized, "interval", lambda v, of, level: mean_difference(plain_mean(v, of), level))

    def alone(self: ScoreDifference, sign: int, bound: float, cutoff: float) -> float:
        if self.pair is not None:
            return counted(self, sign, bound, cutoff)
        weighted, reach = self._weighted()
        gain = sign * (weighted - bound)
        t = (self.mean if sign > 0 else self.mean.negated()).above_p(sign * bound)
        return max(t, drawn_p(gain, -reach - sign * bound, design_effect=self.design_effect))

    def wider(self: ScoreDifference, confidence: float) -> Interval:
        found = interval(self, confidence)
        if self.pair is not None:
            return replace(found, n=tango_interval(self.pair.scaled(self.design_effect), confidence).n)
        return scores._possible(hull(found, mean_difference(self.mean, confidence)))

    monkeypatch.setattr(scores, "tilted_interval", drawn_interval)
    monkeypatch.setattr(scores, "_design_effect", largest_effect)
    monkeypatch.setattr(tails, "tilted_p", drawn_p)
    for widening in ("widened", "_at_edge"):
        monkeypatch.setattr(ratio, widening, lambda logs, *_: logs)
    monkeypatch.setattr(ScoreDifference, "_alone_p", alone)
    monkeypatch.setattr(ScoreDifference, "interval", wider)
