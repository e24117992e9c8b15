"""The tilted-null bootstrap: a mean's one-sided test that keeps its size where the normal theory fails.

For scores with repeats or partial credit, and for costs with a known cap: values with a known worst case, where the
sample may simply not have met the bad tail yet.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize

from bench.stats.clusters import Floats
from bench.stats.intervals import Interval

DRAWS = 1999
"""Bootstrap samples; the p-value's resolution is 1 / (DRAWS + 1)."""
_CHUNK = 1_000_000
_NEAR = 1e-4


def tilted_p(
    values: ArrayLike, worst: float, *, design_effect: float = 1.0, seed: int = 0, draws: int = DRAWS
) -> float:
    """p-value of H0: the mean is 0 or less, for values that are never below `worst` < 0. Small supports mean > 0.

    The null is the sample tilted by empirical likelihood to mean 0 with an atom at `worst`:
    λ = argmax Σ log(1 + λ X_i) over 0 <= λ <= -1/worst, weights 1 / (n (1 + λ X_i)), the rest of the mass at `worst`
    (Efron 1981; Hall & Presnell 1999). The statistic is Σ X / sqrt(Σ X²), p = (1 + #{t* >= t}) / (draws + 1).
    `design_effect` >= 1: clustered values count as n / design_effect independent ones.
    The same values in any order and unit give the same p. ValueError if a value is below `worst`, or none is given.
    """
    if not worst < 0:
        raise ValueError("worst must be negative")
    sample = np.sort(np.asarray(values, dtype=np.float64)) / -worst
    if sample.size == 0 or not np.isfinite(sample).all():
        raise ValueError("values must be finite numbers, at least one")
    if sample[0] < -1 - 1e-9:
        raise ValueError("no value may be below the worst one")
    n = max(1, int(sample.size / design_effect + 1e-9))
    observed = float(_statistic(sample.sum(), (sample**2).sum())) * np.sqrt(n / sample.size)
    points, counts = np.unique(sample, return_counts=True)
    if not (counts * points).sum() > 0:
        return 1.0
    support, weights = _null(points, counts)
    rng = np.random.default_rng([seed, n, draws])
    reached = 0
    for size in _chunks(draws, len(support)):
        times = rng.multinomial(n, weights, size=size).astype(np.float64)
        drawn = _statistic(times @ support, times @ support**2)
        reached += int(np.count_nonzero(drawn >= observed - 1e-9))
    return (1 + reached) / (draws + 1)


def tilted_interval(
    values: ArrayLike, reach: float, confidence: float, *, design_effect: float = 1.0, seed: int = 0
) -> Interval:
    """Two-sided interval for the mean of values in [-reach, reach]: the bounds that `tilted_p` does not reject."""
    sample = np.asarray(values, dtype=np.float64)

    def lower(own: Floats) -> float:
        low, high = -reach, float(own.mean())
        while high - low > _NEAR * reach:
            middle = (low + high) / 2
            p = tilted_p(own - middle, -reach - middle, design_effect=design_effect, seed=seed)
            low, high = (middle, high) if p <= (1 - confidence) / 2 else (low, middle)
        return low

    return Interval(float(sample.mean()), lower(sample), -lower(-sample), sample.size)


def _statistic(sums: ArrayLike, squares: ArrayLike) -> Floats:
    """Σ X / sqrt(Σ X²); 0 where every X is 0."""
    sums, roots = np.asarray(sums, dtype=np.float64), np.sqrt(np.asarray(squares, dtype=np.float64))
    statistics: Floats = np.divide(sums, roots, out=np.zeros_like(sums), where=roots > 0)
    return statistics


def _null(points: Floats, counts: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """The distinct values and the worst one (-1), with the null's weights."""
    tilt = _tilt(points, counts)
    weights = counts / (counts.sum() * (1 + tilt * points))
    left = max(0.0, 1.0 - float(weights.sum()))
    support, weights = np.append(points, -1.0), np.append(weights, left)
    return support, weights / weights.sum()


def _tilt(points: Floats, counts: NDArray[np.int64]) -> float:
    """The λ in [0, 1] that maximises Σ counts log(1 + λ points) for a mean above 0; its derivative falls."""

    def slope(tilt: float) -> float:
        return float((counts * points / (1 + tilt * points)).sum())

    edge = 1.0 - 1e-12
    return edge if slope(edge) >= 0 else float(optimize.brentq(slope, 0.0, edge))


def _chunks(draws: int, width: int) -> list[int]:
    size = max(1, min(draws, _CHUNK // width))
    return [size] * (draws // size) + ([draws % size] if draws % size else [])
