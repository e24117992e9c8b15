"""The tilted null: a mean's one-sided test that keeps its size where the normal theory fails.

For scores with repeats or partial credit, and for costs with a known cap: values with a known worst case, where the
sample may simply not have met the bad tail yet.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from bench.stats.clusters import Floats
from bench.stats.intervals import Interval

LEAST_P = 1e-12
"""No smaller p-value is given: below, the Fourier transform's rounding decides."""
CELLS = 1 << 17
"""Cells of the grid on which the null's sums are counted."""
_COARSE = 1 << 14
_NATS = 30.0
_NEAR = 1e-4


@dataclass(frozen=True, slots=True)
class _Null:
    """The sample, tilted to mean 0; values are in units of the worst one, which is -1."""

    points: Floats
    """Where its mass is."""
    weights: Floats
    """How much, together 1."""
    n: int
    """How many are drawn."""
    mean: float
    """The mean of the sample itself."""


def tilted_p(values: ArrayLike, worst: float, *, design_effect: float = 1.0, coarse: bool = False) -> float:
    """p-value of H0: the mean is 0 or less, for values that are never below `worst` < 0. Small supports mean > 0.

    The null is the sample tilted by empirical likelihood to mean 0 with an atom at `worst`:
    λ = argmax Σ log(1 + λ X_i) over 0 <= λ <= -1/worst, weights 1 / (n (1 + λ X_i)), the rest of the mass at `worst`
    (Efron 1981; Hall & Presnell 1999). p is the chance that n draws of it sum to at least what was seen, counted out by
    the n-fold convolution and not drawn: the same values give the same p, in any order and unit, down to LEAST_P.
    `design_effect` >= 1: clustered values count as n / design_effect independent ones. `coarse`: on an eighth of the
    cells, for drawn runs.
    ValueError if a value is below `worst`, or none is given.
    """
    return _tail(np.asarray(values, dtype=np.float64), worst, design_effect, _COARSE if coarse else CELLS)


def tilted_interval(values: ArrayLike, reach: float, confidence: float, *, design_effect: float = 1.0) -> Interval:
    """Two-sided interval for the mean of values in [-reach, reach]: the bounds that `tilted_p` does not reject."""
    sample = np.asarray(values, dtype=np.float64)

    def lower(own: Floats) -> float:
        def excess(bound: float) -> float:
            return _tail(own - bound, -reach - bound, design_effect, _COARSE) - (1 - confidence) / 2

        mean, low = float(own.mean()), -reach * (1 - 1e-9)
        if mean <= low or excess(low) > 0:
            return -reach
        step = max(_NEAR * reach, 4 * float(own.std()) * math.sqrt(design_effect / own.size))
        near = max(low, mean - step)
        while near > low and excess(near) > 0:
            step *= 2
            near = max(low, near - step)
        above = mean if excess(mean) > 0 else mean + _NEAR * reach  # of equal values, rounding may leave some above
        return min(mean, float(scipy.optimize.brentq(excess, near, above, xtol=_NEAR * reach)))

    return Interval(float(sample.mean()), lower(sample), -lower(-sample), sample.size)


def _tail(values: Floats, worst: float, design_effect: float, cells: int) -> float:
    if not worst < 0:
        raise ValueError("worst must be negative")
    sample = values / -worst
    if sample.size == 0 or not np.isfinite(sample).all():
        raise ValueError("values must be finite numbers, at least one")
    if sample.min() < -1 - 1e-9:
        raise ValueError("no value may be below the worst one")
    points, counts = np.unique(sample, return_counts=True)
    mean = float((counts * points).sum() / sample.size)
    if not mean > 0:
        return 1.0
    support, weights = _tilted(points, counts)
    return _reached(_Null(support, weights, max(1, int(sample.size / design_effect + 1e-9)), mean), cells)


def _tilted(points: Floats, counts: NDArray[np.int64]) -> tuple[Floats, Floats]:
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
    return edge if slope(edge) >= 0 else float(scipy.optimize.brentq(slope, 0.0, edge))


def _reached(null: _Null, cells: int) -> float:
    """P(the sum of n draws >= n mean), modulo a width that all but exp(-30) of the sums keep within.

    Bernstein: P(S > t) <= exp(-t² / (2 (V + M t / 3))), V the sum's variance, M the farthest a draw lies on that side.
    A draw between two cells is split so that its mean stays.
    """
    spread = null.n * float(null.weights @ null.points**2)
    left, right = (_reach(spread, most) for most in (1.0, float(null.points.max())))
    step = (left + right) / cells
    places = (null.points + 1) / step
    lower = np.floor(places)
    upper_share = places - lower
    at = lower.astype(np.int64)
    mass = np.bincount(at % cells, null.weights * (1 - upper_share), cells)
    mass += np.bincount((at + 1) % cells, null.weights * upper_share, cells)
    sums: Floats = np.fft.irfft(np.fft.rfft(mass) ** null.n, cells)
    first = math.ceil((null.n - left) / step)
    slack = min(step * (1 + math.sqrt(null.n)), 0.02 * math.sqrt(spread))
    begin = max(first, math.ceil((null.n * (1 + null.mean) - slack) / step))
    if begin >= first + cells:
        return LEAST_P
    inside = np.arange(begin, first + cells) % cells
    return float(np.clip(sums[inside].sum(), LEAST_P, 1.0))


def _reach(spread: float, most: float) -> float:
    """How far from 0 the sum can be, but for exp(-30) of its chances."""
    part = _NATS * most / 3
    return part + math.sqrt(part * part + 2 * _NATS * spread)
