"""Looks at data that are still arriving: how much of the risk each may spend, and p-values that stay valid over them.

A group-sequential design (Lan & DeMets 1983): at fraction f of the planned items a one-sided test may have spent
alpha(f) of its risk alpha. The levels follow from the joint distribution of the statistic at the looks, a Brownian
motion seen at their fractions (Armitage, McPherson & Rowe 1969). Where looks are more alike than that, as for kinds of
task drawn at random of which every look has seen all, the levels only become stricter than need be (Slepian 1962).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache

import numpy as np
import scipy

from bench.stats.clusters import Floats

FEW = 250
"""Items below which the risk is spent late: an early look at so few decides next to nothing."""
LOOKS = 5
"""Looks where nobody says: ten save 4 to 6 points more items, and cost nothing but pauses."""
_CELLS = 240
_FAR = 9.0
_GRID = np.concatenate([np.logspace(-12, -3, 28), np.linspace(0.0016, 0.02, 24), np.linspace(0.0225, 0.985, 90)])
"""Risks at which a design's levels are worked out; p-values lie between them."""


class Shape(StrEnum):
    """How the risk is spread over the looks."""

    POWER = "f^1.5"
    """alpha f^1.5: early decisions, at 1 to 4 points of power."""
    ANYTIME = "betting"
    """Nothing is spent: each p-value is a bet's, see `bench.stats.betting`, and holds at any look of any number."""
    LATE = "obrien-fleming"
    """2 - 2 Phi(z / sqrt(f)), z the quantile of 1 - alpha / 2: nearly all of the risk is kept for the end."""


def shape_for(items: int) -> Shape:
    """The shape for so many items of a suite."""
    return Shape.LATE if items < FEW else Shape.POWER


def spent(fraction: float, alpha: float, shape: Shape) -> float:
    """The risk that may be spent when so large a share of the items, in (0, 1], was seen."""
    if fraction >= 1:
        return alpha
    if shape is Shape.POWER:
        return float(alpha * fraction**1.5)
    return float(2 * scipy.special.ndtr(scipy.special.ndtri(alpha / 2) / math.sqrt(fraction)))


def levels(fractions: Sequence[float], alpha: float, shape: Shape) -> tuple[float, ...]:
    """The p-value that each look may at most have to decide; together they err with chance `alpha`, one-sided.

    ValueError unless the fractions rise within (0, 1].
    """
    return (alpha,) * len(fractions) if shape is Shape.ANYTIME else _levels(tuple(fractions), alpha, shape)


def sequential_p(p_values: Sequence[float], fractions: Sequence[float], shape: Shape) -> float:
    """The least risk at which some look so far would have decided, from each look's own p-value; it never rises.

    `fractions` are those of all planned looks. Valid as a p-value: at most alpha with chance alpha, whenever the run
    is stopped. It lies within [1e-12, 1]; no look gives 1.
    """
    least = 1.0
    if shape is Shape.ANYTIME:
        return min([1.0, *p_values])
    for p, at in zip(p_values, _tables(tuple(fractions), shape), strict=False):
        if p < at[-1]:
            least = min(least, float(np.exp(np.interp(math.log(max(p, 1e-300)), np.log(at), np.log(_GRID)))))
    return least


@lru_cache(maxsize=64)
def _tables(fractions: tuple[float, ...], shape: Shape) -> tuple[Floats, ...]:
    """For each look, its level at each risk of _GRID."""
    by_risk = np.array([_levels(fractions, float(alpha), shape) for alpha in _GRID])
    return tuple(np.maximum.accumulate(np.maximum(by_risk[:, look], 1e-300)) for look in range(len(fractions)))


@lru_cache(maxsize=4096)
def _levels(fractions: tuple[float, ...], alpha: float, shape: Shape) -> tuple[float, ...]:
    if not fractions or any(a >= b for a, b in zip((0.0, *fractions), fractions, strict=False)) or fractions[-1] > 1:
        raise ValueError("the looks' fractions must rise within (0, 1]")
    at_looks: list[float] = []
    points, density = np.zeros(1), np.ones(1)
    seen, used = 0.0, 0.0
    for fraction in fractions:
        step, until = math.sqrt(fraction - seen), spent(fraction, alpha, shape)
        bound = _bound(points, density, step=step, wanted=max(until - used, 0.0), root=math.sqrt(fraction))
        at_looks.append(float(scipy.special.ndtr(-bound / math.sqrt(fraction))))
        points, density = _not_yet(points, density, step=step, bound=bound, root=math.sqrt(fraction))
        seen, used = fraction, until
    return tuple(at_looks)


def _bound(points: Floats, density: Floats, *, step: float, wanted: float, root: float) -> float:
    """The value of the motion that is passed with the chance wanted, by those that have not passed a bound yet."""
    if wanted <= 1e-16:
        return _FAR * 2 * root

    def excess(bound: float) -> float:
        return float(density @ scipy.special.ndtr((points - bound) / step)) - wanted

    low, high = -_FAR * root, _FAR * 2 * root
    if excess(low) <= 0:
        return low
    return float(scipy.optimize.brentq(excess, low, high, xtol=1e-9)) if excess(high) < 0 else high


def _not_yet(points: Floats, density: Floats, *, step: float, bound: float, root: float) -> tuple[Floats, Floats]:
    """Where the motion is if it has passed no bound: points of Simpson's rule, and their mass."""
    after = np.linspace(min(-_FAR * root, bound - root), bound, 2 * (_CELLS // 2) + 1)
    weights = np.full(len(after), 2.0)
    weights[1::2], weights[0], weights[-1] = 4.0, 1.0, 1.0
    weights *= (after[1] - after[0]) / 3
    steps = (after[:, None] - points[None, :]) / step
    mass: Floats = weights * ((np.exp(-0.5 * steps**2) @ density) / (step * math.sqrt(2 * math.pi)))
    return after, mass
