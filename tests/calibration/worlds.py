"""Worlds with a known truth: every generator draws one experiment whose difference or ratio is exactly stated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

Floats = NDArray[np.float64]
Rng = np.random.Generator


def binary_differences(rng: Rng, n: int, difference: float, discordance: float) -> Floats:
    """One run an item: -1, 0 or 1 with P(lost) + P(won) = discordance and P(won) - P(lost) = difference."""
    lost, won = (discordance - difference) / 2, (discordance + difference) / 2
    u = rng.random(n)
    return np.where(u < lost, -1.0, np.where(u < lost + won, 1.0, 0.0))


@dataclass(frozen=True)
class Repeated:
    """Items of logit-normal difficulty, each asked `repeats` times of both models; the item means are compared."""

    repeats: int
    solved: float
    """The baseline's true score."""
    difference: float
    spread: float = 1.5

    def shifts(self) -> tuple[float, float]:
        """Logit shifts of baseline and candidate that give the stated scores (81-point Gauss-Hermite)."""
        nodes, weights = np.polynomial.hermite_e.hermegauss(81)
        weights = weights / weights.sum()

        def shift(score: float) -> float:
            def gap(at: float) -> float:
                return float((weights * special.expit(at + self.spread * nodes)).sum()) - score

            return float(optimize.brentq(gap, -30, 30))

        return shift(self.solved), shift(self.solved + self.difference)

    def draw(self, rng: Rng, n: int, shifts: tuple[float, float]) -> Floats:
        """Differences of item means."""
        difficulty = self.spread * rng.standard_normal(n)
        baseline, candidate = (
            rng.binomial(self.repeats, special.expit(difficulty + shift)) / self.repeats for shift in shifts
        )
        found: Floats = candidate - baseline
        return found


def sizes(n: int, groups: int, equal: bool) -> NDArray[np.int64]:
    """Cluster sizes that add up to n: equal, or falling as 1 / sqrt(rank)."""
    weights = np.ones(groups) if equal else 1 / np.sqrt(np.arange(1, groups + 1))
    found: NDArray[np.int64] = np.maximum(1, np.floor(n * weights / weights.sum())).astype(np.int64)
    found[0] += n - found.sum()
    return found


def clustered_differences(rng: Rng, group: NDArray[np.int64], lost: float, won: float, icc: float) -> Floats:
    """-1, 0 or 1 whose rates of loss and win vary over clusters as Beta with intraclass correlation `icc`."""
    groups = int(group.max()) + 1
    scale = (1 - icc) / icc

    def rates(mean: float) -> Floats:
        return rng.beta(mean * scale, (1 - mean) * scale, groups) if mean > 0 else np.zeros(groups)

    u, p_lost, p_won = rng.random(len(group)), rates(lost)[group], rates(won)[group]
    return np.where(u < p_lost, -1.0, np.where(u < np.minimum(1.0, p_lost + p_won), 1.0, 0.0))


def logit_clusters(rng: Rng, group: NDArray[np.int64], shifts: tuple[float, float]) -> Floats:
    """Differences of two models whose logits vary over clusters with sd 1, each model on its own."""
    groups = int(group.max()) + 1
    baseline, candidate = (
        rng.random(len(group)) < special.expit(shift + rng.standard_normal(groups)[group]) for shift in shifts
    )
    found: Floats = candidate.astype(float) - baseline.astype(float)
    return found


@dataclass(frozen=True)
class Costs:
    """Log-normal costs with mean 1 (baseline) and `ratio` (candidate), cut at `cap` times the mean and rescaled."""

    sigma_candidate: float
    sigma_baseline: float
    cap: float | None
    """The most a call can cost, as a multiple of its side's mean; None: no cap."""

    def draw(self, rng: Rng, n: int, ratio: float) -> tuple[Floats, Floats]:
        """Candidate's and baseline's cost of each item; the items share half of the log variance."""
        common = rng.standard_normal(n)
        candidate, baseline = (
            self._side(np.sqrt(0.5) * (common + rng.standard_normal(n)), sigma)
            for sigma in (self.sigma_candidate, self.sigma_baseline)
        )
        return ratio * candidate, baseline

    def _side(self, normal: Floats, sigma: float) -> Floats:
        if self.cap is None:
            found: Floats = np.exp(sigma * normal - sigma**2 / 2)
            return found
        location = _location(sigma, self.cap)
        return np.minimum(np.exp(location + sigma * normal), self.cap)


@dataclass(frozen=True)
class Families:
    """Costs of items that come in families, some of which cost the cap as wholes: half the claimed mean otherwise."""

    groups: int
    each: int
    cap: float
    """As a multiple of the claimed mean, a tenth of the baseline's."""
    ratio: float
    """The true ratio of the means: 0.05 has no dear family, 0.1 as many as it takes."""

    def draw(self, rng: Rng) -> tuple[Floats, Floats]:
        """Candidate's and baseline's cost of each item."""
        n, cap = self.groups * self.each, 0.1 * self.cap
        usual = [np.exp(0.5 * rng.standard_normal(n) - 0.125) for _ in range(2)]
        dear = np.repeat(rng.random(self.groups) < (self.ratio - 0.05) / (cap - 0.05), self.each)
        return np.where(dear, cap, np.minimum(0.05 * usual[0], cap)), usual[1]


@dataclass(frozen=True)
class Stalls:
    """Latencies of about 3 seconds; some of the candidate's calls stall for a multiple of their time."""

    often: float
    times: float
    ratio: float
    """The true geometric mean of candidate / baseline, stalls included."""

    def draw(self, rng: Rng, n: int) -> tuple[Floats, Floats]:
        """Candidate's and baseline's seconds of each item."""
        baseline = 3 * np.exp(0.3 * rng.standard_normal(n))
        logs = np.log(self.ratio) - self.often * np.log(self.times) + 0.2 * rng.standard_normal(n)
        logs += (rng.random(n) < self.often) * np.log(self.times)
        return baseline * np.exp(logs), baseline


def _location(sigma: float, cap: float) -> float:
    """The log-location at which min(exp(m + sigma Z), cap) has mean 1."""

    def gap(at: float) -> float:
        edge = (np.log(cap) - at) / sigma
        return float(np.exp(at + sigma**2 / 2) * special.ndtr(edge - sigma) + cap * special.ndtr(-edge)) - 1

    return float(optimize.brentq(gap, -20, 5))
