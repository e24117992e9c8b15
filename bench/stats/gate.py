"""Whether a model lost score against its own baseline on the same items, and how small a loss would be seen."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import scipy
from numpy.typing import ArrayLike

from bench.stats.clusters import Floats
from bench.stats.holm import holm
from bench.stats.strata import POWER
from bench.stats.tilted import tilted_p

_NEAR = 1e-4


def drop_p(differences: ArrayLike, *, binary: bool) -> float:
    """p-value of H0: the score did not drop, from each item's score now minus its score in the baseline.

    `binary`, every score one sample's 0 or 1: the exact sign test on the items that differ,
    P(Bin(lost + won, 1/2) >= lost). It needs no independence of items: under H0 each that differs is as likely
    lost as won. Otherwise the tilted null of the mean loss. ValueError on non-finite differences.
    """
    values = np.asarray(differences, dtype=np.float64)
    if not np.isfinite(values).all():
        raise ValueError("scores must be finite numbers")
    lost, won = int((values < 0).sum()), int((values > 0).sum())
    if lost == 0:
        return 1.0
    if binary:
        return float(scipy.stats.binom.sf(lost - 1, lost + won, 0.5))
    return tilted_p(-values, -1.0)


def hybrid(parts: Sequence[float], pooled: Sequence[float]) -> tuple[list[float], list[float]]:
    """p-values of single suites and of each model's items taken together, adjusted so that all share one error rate.

    Holm's correction within each of the two groups, each at half the level: the suites see one that fell far, the
    pooled items a small drop everywhere.
    """
    return _at_half_level(parts), _at_half_level(pooled)


def _at_half_level(p_values: Sequence[float]) -> list[float]:
    return [min(1.0, 2 * p) for p in holm(p_values)]


def detectable_drop(differences: ArrayLike, level: float) -> float | None:
    """The smallest true drop that the sign test at this level finds with 80 % power; None if none would be found.

    Exact: beside noise that turns as many items one way as the other, a drop of d turns a share d of all items. The
    noise is taken from the differences, half an item added, since none seen is not none: ψ = (Σ d² + 1/2) / (n + 1).
    """
    values = np.asarray(differences, dtype=np.float64)
    n = len(values)
    noise = float(np.square(values).sum() + 0.5) / (n + 1)
    most = scipy.stats.binom.isf(level, np.arange(n + 1), 0.5)
    low, high = 0.0, 1 - noise / 2
    if n == 0 or _power(most, noise, high) < POWER:
        return None
    while high - low > _NEAR:
        middle = (low + high) / 2
        low, high = (middle, high) if _power(most, noise, middle) < POWER else (low, middle)
    return high


def _power(most: Floats, noise: float, drop: float) -> float:
    """The chance that the sign test rejects, summed over how many items differ; `most` is what it lets pass of each."""
    p_lost = noise / 2 + drop
    p_differs = p_lost + min(noise / 2, 1 - p_lost)
    n = len(most) - 1
    reach = 8 * math.sqrt(n * p_differs * (1 - p_differs)) + 8
    differing = np.arange(max(0, math.floor(n * p_differs - reach)), min(n, math.ceil(n * p_differs + reach)) + 1)
    rejects = scipy.stats.binom.sf(most[differing], differing, p_lost / p_differs)
    return float((scipy.stats.binom.pmf(differing, n, p_differs) * rejects).sum())
