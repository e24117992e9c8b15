"""The tilted-null bootstrap: a mean's one-sided test that keeps its size where the normal theory fails.

For scores with repeats or partial credit, and for costs with a known cap: values with a known worst case, where the
sample may simply not have met the bad tail yet.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize

Floats = NDArray[np.float64]

DRAWS = 1999
"""Bootstrap samples; the p-value's resolution is 1 / (DRAWS + 1)."""
_CHUNK = 4_000_000


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
    sample = np.sort(np.asarray(values, dtype=np.float64)) / -worst
    if sample.size == 0 or not np.isfinite(sample).all():
        raise ValueError("values must be finite numbers, at least one")
    if worst >= 0 or sample[0] < -1 - 1e-9:
        raise ValueError("worst must be negative and no value below it")
    n = max(1, int(sample.size / design_effect + 1e-9))
    observed = _statistic(sample) * np.sqrt(n / sample.size)
    if sample.mean() <= 0:
        return 1.0
    support, weights = _null(sample)
    rng = np.random.default_rng([seed, n, draws])
    reached = 0
    for size in _chunks(draws, n):
        drawn = support[rng.choice(len(support), size=(size, n), p=weights)]
        reached += int(np.count_nonzero(_statistic(drawn) >= observed - 1e-12))
    return (1 + reached) / (draws + 1)


def _statistic(values: Floats) -> Floats:
    squares = np.sqrt((values * values).sum(axis=-1))
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = np.where(squares > 0, values.sum(axis=-1) / squares, 0.0)
    return found


def _null(sample: Floats) -> tuple[Floats, Floats]:
    """The distinct values and the worst one (-1), with the null's weights."""
    points, counts = np.unique(sample, return_counts=True)
    tilt = _tilt(points, counts)
    weights = counts / (sample.size * (1 + tilt * points))
    left = max(0.0, 1.0 - float(weights.sum()))
    support, weights = np.append(points, -1.0), np.append(weights, left)
    return support, weights / weights.sum()


def _tilt(points: Floats, counts: NDArray[np.int64]) -> float:
    """The λ in [0, 1] that maximises Σ counts log(1 + λ points); its derivative falls, so the root is unique."""

    def slope(tilt: float) -> float:
        return float((counts * points / (1 + tilt * points)).sum())

    edge = 1.0 - 1e-12
    if slope(0.0) <= 0:  # a mean of 0 but for rounding
        return 0.0
    return edge if slope(edge) >= 0 else float(optimize.brentq(slope, 0.0, edge))


def _chunks(draws: int, n: int) -> list[int]:
    size = max(1, min(draws, _CHUNK // n))
    return [size] * (draws // size) + ([draws % size] if draws % size else [])
