"""Whether two models succeed and fail on the same items, beyond what the items' difficulty explains.

Unrelated models agree because some items are hard for everybody. So each model's success is regressed on how many
models of other vendors solve the item (logistic, with a square), and what is left of two models is correlated. Even
that is not 0 for unrelated pairs, as difficulty is measured with few models: the other pairs are the reference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bench.stats.clusters import Floats
from bench.stats.intervals import Interval

LEAST_OTHERS = 3
"""Models of other vendors that must have been asked for an item's difficulty to be known."""
LEAST_ITEMS = 30
"""Items that both models need."""
MOST_PAIRS = 300
"""Other pairs that are compared; of more, so many drawn ones."""
MOST_CELLS = 20_000_000
"""Draws times items; of more items, fewer draws."""
LEAST_EITHER = 5
"""Items that each of the two must solve, and miss: who solves everything is like nobody."""
DRAWS = 1000
"""Bootstrap draws of clusters of items."""
_RIDGE = 1e-2
_STEPS = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """How alike two models' successes are, given the items' difficulty."""

    n: int
    """Items that both answered, and enough others."""
    residual: Interval
    """Correlation of what difficulty leaves unexplained, with its 95 % interval over clusters of items."""
    reference: float | None
    """Median of the same over all other pairs of unlike vendors; None if there are none."""
    reference_range: tuple[float, float] | None
    """The middle nine tenths of these pairs; None for fewer than ten."""
    pairs: int
    """How many such pairs there are."""
    excess: Interval | None
    """`residual` less the reference, with its 95 % interval from the same draws; None without a reference."""


def alike(
    scores: Floats, vendors: Sequence[str], clusters: Sequence[str], pair: tuple[int, int], seed: int = 1
) -> Alike | None:
    """Two models beside all other pairs. `scores`: a row a model, a column an item, in [0, 1], NaN where unknown.

    None where fewer than LEAST_ITEMS items, or LEAST_OTHERS models of other vendors, are known.
    """
    codes = np.unique(np.asarray(clusters, dtype=str), return_inverse=True)[1]
    rng = np.random.default_rng(seed)
    weights = _drawn(codes, rng)
    mine = _correlations(scores, vendors, pair, weights)
    if mine is None:
        return None
    others = [
        found
        for each in _others(vendors, pair, rng)
        if (found := _correlations(scores, vendors, each, weights)) is not None
    ]
    seen, drawn, n = mine
    low, high = np.nanquantile(drawn, (0.025, 0.975))
    residual = Interval(seen, float(low), float(high), n)
    if not others:
        return Alike(n=n, residual=residual, reference=None, reference_range=None, pairs=0, excess=None)
    middle = np.array([other[0] for other in others])
    least, most = np.nanquantile(drawn - np.nanmedian([other[1] for other in others], axis=0), (0.025, 0.975))
    reference = float(np.median(middle))
    return Alike(
        n=n,
        residual=residual,
        reference=reference,
        reference_range=(float(np.quantile(middle, 0.05)), float(np.quantile(middle, 0.95)))
        if len(others) >= 10
        else None,
        pairs=len(others),
        excess=Interval(seen - reference, float(least), float(most), n),
    )


def _others(vendors: Sequence[str], pair: tuple[int, int], rng: np.random.Generator) -> list[tuple[int, int]]:
    """All other pairs of unlike vendors, or MOST_PAIRS drawn ones."""
    names = np.unique(np.asarray(vendors, dtype=str), return_inverse=True)[1]
    if len(vendors) <= MOST_PAIRS:
        first, second = np.triu_indices(len(vendors), 1)
    else:
        first, second = np.sort(rng.integers(0, len(vendors), (2, 20 * MOST_PAIRS)), axis=0)
    kept = (names[first] != names[second]) & ~((first == min(pair)) & (second == max(pair)))
    found = [(int(a), int(b)) for a, b in zip(first[kept], second[kept], strict=True)]
    if len(found) <= MOST_PAIRS:
        return found
    return [found[at] for at in sorted(rng.choice(len(found), MOST_PAIRS, replace=False))]


def _drawn(codes: np.ndarray[tuple[int], np.dtype[np.intp]], rng: np.random.Generator) -> Floats:
    """A row a draw: how often each item was drawn, whole clusters at a time; the first row is the items themselves."""
    count = int(codes.max()) + 1
    draws = max(100, min(DRAWS, MOST_CELLS // len(codes)))
    times = rng.multinomial(count, np.full(count, 1 / count), size=draws).astype(np.uint16)
    found: Floats = np.vstack([np.ones(len(codes)), times[:, codes]]).astype(float)
    return found


def _correlations(
    scores: Floats, vendors: Sequence[str], pair: tuple[int, int], weights: Floats
) -> tuple[float, Floats, int] | None:
    """The pair's residual correlation, the same in each draw, and the number of items; None for too few."""
    others = [at for at, vendor in enumerate(vendors) if vendor not in (vendors[pair[0]], vendors[pair[1]])]
    if len(others) < LEAST_OTHERS:
        return None
    ours = scores[list(pair)]
    known = np.isfinite(ours).all(axis=0) & (np.isfinite(scores[others]).sum(axis=0) >= LEAST_OTHERS)
    solved = ours[:, known].sum(axis=1)
    if known.sum() < LEAST_ITEMS or min(solved.min(), (known.sum() - solved).min()) < LEAST_EITHER:
        return None
    difficulty = np.nanmean(scores[others][:, known], axis=0)
    a, b = (values[known] - _expected(values[known], difficulty) for values in ours)
    w = weights[:, known]
    total = w.sum(axis=1)
    mean_a, mean_b = w @ a / total, w @ b / total
    cross = w @ (a * b) / total - mean_a * mean_b
    spread = np.sqrt((w @ a**2 / total - mean_a**2) * (w @ b**2 / total - mean_b**2))
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.where(spread > 1e-12, cross / spread, np.nan)
    return None if np.isnan(found[0]) else (float(found[0]), found[1:], int(known.sum()))


def _expected(values: Floats, difficulty: Floats) -> Floats:
    """Chance of success by difficulty: logistic regression on it and its square, by Newton's method with a little
    shrinkage, so that a model that solves everything has an answer too."""
    design = np.column_stack([np.ones(len(difficulty)), difficulty, difficulty**2])
    at = np.zeros(3)
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(design @ at, -30, 30)))
        slope = design.T @ (values - chance) - _RIDGE * at
        bend = (design * (chance * (1 - chance))[:, None]).T @ design + _RIDGE * np.eye(3)
        step = np.linalg.solve(bend, slope)
        at = at + step
        if np.abs(step).max() < 1e-8:
            break
    found: Floats = 1 / (1 + np.exp(-np.clip(design @ at, -30, 30)))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class SameWrong:
    """How often two models give the same wrong answer."""

    n: int
    """Items that both missed with an answer, and some other model too."""
    share: float
    """Share of these with equal answers."""
    chance: float
    """What other models' wrong answers to the same items make likely."""
    excess: Interval
    """`share` less `chance`, with its 95 % interval over clusters of items."""


def same_wrong(
    answers: Sequence[Mapping[int, str]], clusters: Sequence[str], pair: tuple[int, int], seed: int = 1
) -> SameWrong | None:
    """`answers`: for each model, its wrong answers by item's number, in canonical form. None for too few items."""
    first, second = answers[pair[0]], answers[pair[1]]
    rest = [each for at, each in enumerate(answers) if at not in pair]
    at, equal, expected = [], [], []
    for item in sorted(first.keys() & second.keys()):
        others = [each[item] for each in rest if item in each]
        if others:
            at.append(item)
            equal.append(float(first[item] == second[item]))
            expected.append(sum((other == first[item]) + (other == second[item]) for other in others) / 2 / len(others))
    if len(at) < LEAST_ITEMS:
        return None
    same, chance = np.array(equal), np.array(expected)
    codes = np.unique(np.asarray([clusters[item] for item in at], dtype=str), return_inverse=True)[1]
    w = _drawn(codes, np.random.default_rng(seed))
    drawn = (w @ (same - chance)) / w.sum(axis=1)
    low, high = np.quantile(drawn[1:], (0.025, 0.975))
    share, by_chance = float(same.mean()), float(chance.mean())
    excess = Interval(share - by_chance, float(low), float(high), len(at))
    return SameWrong(n=len(at), share=share, chance=by_chance, excess=excess)
