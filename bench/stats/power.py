"""How often a score claim would be supported: worlds drawn at random, judged by the rules of `difference_test`.

Fixed families: items are independent, and Tango's test with the families as strata decides. Random families: each has
shares of its own (they are Dirichlet, so that the differences' intraclass correlation is the world's), and CR2-t
decides with Tango's test on as many items as the clustered ones are worth.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import scipy
from numpy.typing import NDArray

from bench.stats.clusters import FEWEST, PRIOR_ICC, PRIOR_WORTH, Clusters, Floats, coded, effect_within
from bench.stats.paired import critical_value, smallest_n

WORLDS = 2000
"""Worlds drawn for one answer: its standard error is at most 1.1 points."""
SEARCHED = 400
"""Worlds drawn at each step of a search."""
LEAST_WORLDS, MOST_DRAWN = 200, 400_000
"""At least so many worlds are drawn of random families, and at most so many families over all worlds."""
SMALL = 200
"""Items up to which the exact critical value is used; above, the normal one differs by less than a point of power."""
FAMILIES = 2000
"""Families beyond which no number is given."""
TYPICAL_ICC = 0.1
"""Of differences over families; seen: .06 coding, .10 reasoning, .006 repositories of SWE-bench."""
TYPICAL_DISCORDANCE = 0.1
"""Share of items that two models of near strength answer differently, where nothing was measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is taken to be true of two models' scores."""

    difference: float
    """Candidate - baseline, in [-1, 1]."""
    discordance: float
    """Share of items on which the two differ; at least |difference|."""
    icc: float = TYPICAL_ICC
    """Intraclass correlation of the differences over families, in [0, 1)."""

    @property
    def shares(self) -> tuple[float, float]:
        """Shares of items that only the baseline, and only the candidate, solves."""
        differing = max(self.discordance, abs(self.difference))
        return (differing - self.difference) / 2, (differing + self.difference) / 2


def fixed_power(
    sizes: Sequence[int], world: World, margin: float, alpha: float = 0.05, *, worlds: int = WORLDS, seed: int = 0
) -> float:
    """The share of worlds in which independent items of fixed families support "at most `margin` worse".

    The families' shares of lost and won items vary by the world's ICC around its difference, which is theirs together.
    """
    counts = np.asarray(sizes, dtype=np.int64)
    n, families = int(counts.sum()), len(counts)
    if n < smallest_n(margin, alpha):
        return 0.0
    if 1 < families < n and families <= MOST_DRAWN // LEAST_WORLDS:
        worlds = min(worlds, max(LEAST_WORLDS, MOST_DRAWN // families))
        lost, won = _fixed_counts(counts, world, worlds, seed)
        moved, differing = won - lost, (lost + won).sum(axis=1)
        within = differing - (moved**2 / counts).sum(axis=1)
        effect = effect_within(within, differing - moved.sum(axis=1) ** 2 / n, n, families, differing)
        below, above = lost.sum(axis=1) / effect, won.sum(axis=1) / effect
    else:
        shares = world.shares
        effect = np.ones(worlds)
        drawn = np.random.default_rng([seed, n]).multinomial(n, [*shares, max(0.0, 1 - sum(shares))], size=worlds)
        below, above = drawn[:, 0].astype(float), drawn[:, 1].astype(float)
    least = _critical(n, margin, alpha) if n <= SMALL else float(-scipy.special.ndtri(alpha))
    return float(np.mean(_tango(n / effect, below, above, -margin) >= least))


_critical = lru_cache(maxsize=256)(critical_value)


def random_power(
    sizes: Sequence[int], world: World, margin: float, alpha: float = 0.05, *, worlds: int = WORLDS, seed: int = 0
) -> float:
    """The share of worlds in which families of these sizes support it for families like them."""
    counts = np.asarray(sizes, dtype=float)
    n, squares = float(counts.sum()), float((counts**2).sum())
    if not n or n * n / squares < FEWEST:
        return 0.0
    if len(counts) > FAMILIES:
        return mean_power([sizes], [world], margin, alpha)
    worlds = min(worlds, max(LEAST_WORLDS, MOST_DRAWN // len(counts)))
    lost, won = _family_counts(counts.astype(int), world, worlds, seed)
    differences = (won - lost).sum(axis=1) / n
    spread = (lost + won).sum(axis=1) / n - differences**2
    residuals = (won - lost) - counts * differences[:, None]
    squared = (residuals**2 / (1 - counts / n)).sum(axis=1) / n**2
    independent = spread / (n - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimated = np.where(independent > 0, np.maximum(1.0, squared / independent), 1.0)
        t = np.where(squared > 0, (differences + margin) / np.sqrt(squared), np.where(differences > -margin, np.inf, 0))
    prior = PRIOR_ICC * PRIOR_WORTH / (PRIOR_WORTH + (lost + won).sum(axis=1))
    effect = np.maximum(estimated, 1 + (squares / n - 1) * prior)
    worth = n / effect
    tango = _tango(worth, lost.sum(axis=1) / effect, won.sum(axis=1) / effect, -margin)
    enough = np.floor(worth + 1e-9) >= smallest_n(margin, alpha)
    held = (t >= -scipy.special.stdtrit(n * n / squares - 1, alpha)) & (tango >= -scipy.special.ndtri(alpha)) & enough
    return float(held.mean())


def families_needed(
    sizes: Sequence[int], world: World, margin: float, alpha: float = 0.05, *, power: float = 0.8, seed: int = 0
) -> int | None:
    """The fewest families of these sizes (taken in turn) that reach a power; None if FAMILIES do not."""
    return _families_needed(tuple(sizes), world, margin, alpha=alpha, power=power, seed=seed)


@lru_cache(maxsize=256)
def _families_needed(
    sizes: tuple[int, ...], world: World, margin: float, alpha: float, power: float, seed: int
) -> int | None:
    def reached(count: int) -> bool:
        several = [sizes[at % len(sizes)] for at in range(count)]
        return random_power(several, world, margin, alpha, worlds=SEARCHED, seed=seed) >= power

    high = max(8, min(len(sizes), FAMILIES // 2))
    while not reached(high):
        high *= 2
        if high > FAMILIES:
            return None
    low = high // 2
    while high - low > max(1, high // 25):
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high


def icc_of(differences: Sequence[float] | Floats, families: Clusters) -> float:
    """The differences' intraclass correlation over families (analysis of variance), drawn to TYPICAL_ICC while few
    items differ: (k x estimate + PRIOR_WORTH x TYPICAL_ICC) / (k + PRIOR_WORTH) with k differing items. In [0, 1)."""
    values = np.asarray(differences, dtype=float)
    codes = coded(families)
    sizes = np.bincount(codes)
    groups, n, differing = len(sizes), len(values), int(np.count_nonzero(values))
    estimate = 0.0
    if 1 < groups < n and differing:
        means = np.bincount(codes, weights=values) / sizes
        between = float((sizes * (means - values.mean()) ** 2).sum() / (groups - 1))
        within = float(((values - means[codes]) ** 2).sum() / (n - groups))
        typical = (n - float((sizes**2).sum()) / n) / (groups - 1)
        estimate = (between - within) / (between + (typical - 1) * within) if between > 0 else 0.0
    share = differing / (differing + PRIOR_WORTH)
    return min(0.99, max(0.0, share * max(0.0, estimate) + (1 - share) * TYPICAL_ICC))


def _family_counts(sizes: NDArray[np.int64], world: World, worlds: int, seed: int) -> tuple[Floats, Floats]:
    """Lost and won items, shape (worlds, families)."""
    rng = np.random.default_rng([seed, len(sizes), int(sizes.sum())])
    lost, won = world.shares
    shares = np.array([lost, won, max(0.0, 1 - lost - won)])
    if world.icc <= 0:
        drawn = rng.multinomial(sizes, shares, size=(worlds, len(sizes)))
    else:
        weights = rng.gamma(np.maximum(shares, 1e-12) * (1 / world.icc - 1), size=(worlds, len(sizes), 3))
        weights[..., 2] = np.maximum(weights[..., 2], 1e-300)
        drawn = rng.multinomial(sizes, weights / weights.sum(axis=-1, keepdims=True))
    return drawn[..., 0].astype(float), drawn[..., 1].astype(float)


def _fixed_counts(sizes: NDArray[np.int64], world: World, worlds: int, seed: int) -> tuple[Floats, Floats]:
    """Lost and won items, shape (worlds, families): each family's shares are drawn and moved to the world's own."""
    rng = np.random.default_rng([seed, len(sizes), int(sizes.sum())])
    shape, scale = (worlds, len(sizes)), 1 / max(world.icc, 1e-6) - 1
    rates = []
    for share in world.shares:
        drawn = rng.beta(max(share, 1e-12) * scale, (1 - share) * scale, size=shape)
        mean = (drawn @ sizes / sizes.sum())[:, None]
        rates.append(np.clip(drawn * share / np.maximum(mean, 1e-300), 0.0, 1.0))
    lost, won = rates
    lost_items = rng.binomial(sizes, lost)
    with np.errstate(divide="ignore", invalid="ignore"):
        rest = np.where(lost < 1, np.clip(won / (1 - lost), 0.0, 1.0), 0.0)
    return lost_items.astype(float), rng.binomial(sizes - lost_items, rest).astype(float)


def _tango(n: Floats, lost: NDArray[np.number], won: NDArray[np.number], d0: float) -> Floats:
    """Tango's statistic for many outcomes; see `paired.tango`."""
    b = -lost - won + (2 * n - won + lost) * d0
    root = np.sqrt(np.maximum(b * b + 8 * n * lost * d0 * (1 - d0), 0.0))
    q = np.maximum((-b + root) / (4 * n), max(0.0, -d0))
    variance = n * np.maximum(2 * q + d0 - d0 * d0, 0.0)
    above = won - lost - n * d0
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic: Floats = np.where(above == 0, 0.0, above / np.sqrt(variance))
    return statistic


def mean_power(
    sizes: Sequence[Sequence[int]],
    worlds: Sequence[World],
    margin: float,
    alpha: float = 0.05,
) -> float:
    """The chance that the mean of several suites supports it: by the normal distribution of the mean difference.

    Its variance is Σ v_k e_k / n_k / K², v = discordance - difference², e = 1 + (m - 1) icc with m = Σ n_g² / n over
    the suite's clusters; independent items are clusters of 1.
    """
    variance = 0.0
    for suite, world in zip(sizes, worlds, strict=True):
        n = sum(suite)
        typical = sum(size * size for size in suite) / n
        differing = max(world.discordance, abs(world.difference))
        variance += (differing - world.difference**2) * (1 + (typical - 1) * world.icc) / n
    difference = sum(world.difference for world in worlds) / len(worlds)
    deviation = math.sqrt(variance) / len(worlds)
    if deviation == 0:
        return float(difference > -margin)
    return float(scipy.special.ndtr((difference + margin) / deviation + scipy.special.ndtri(alpha)))
