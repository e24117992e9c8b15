"""The Pareto frontier of score and cost, and how sure each model's place on it is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.stats.clusters import FEWEST, Floats

DRAWS = 2000
"""Bootstrap samples of a membership probability; its standard error is at most 0.011."""


def frontier(scores: ArrayLike, costs: ArrayLike) -> NDArray[np.bool_]:
    """Which models no other one beats: at least as good and at most as dear, and one of both strictly.

    The last axis runs over models; leading axes, over draws, are kept.
    """
    score, cost = np.asarray(scores, dtype=np.float64), np.asarray(costs, dtype=np.float64)
    gain = score[..., None, :] - score[..., :, None]
    saving = cost[..., :, None] - cost[..., None, :]
    beaten = (gain >= 0) & (saving >= 0) & ((gain > 0) | (saving > 0))
    return np.logical_not(beaten.any(axis=-1))


def membership(scores: Floats, costs: Floats, clusters: Sequence[str], seed: int = 0) -> Floats | None:
    """The share of cluster-bootstrap samples in which each model is on the frontier.

    `scores` and `costs` have a row an item and a column a model; whole clusters are drawn with replacement, the same
    for every model. None with fewer than FEWEST effective clusters. No share is surer than G effective clusters can
    tell, 1 / (G + 2) from 0 or 1 (Laplace's rule of succession): models that tie on six items may differ on others.
    """
    _, codes, sizes = np.unique(np.asarray(clusters, dtype=str), return_inverse=True, return_counts=True)
    effective = float(sizes.sum() ** 2 / (sizes**2).sum())
    if effective < FEWEST:
        return None
    groups = len(sizes)
    sums = np.zeros((2, groups, scores.shape[1]))
    for total, values in zip(sums, (scores, costs), strict=True):
        np.add.at(total, codes, values)
    drawn = np.random.default_rng([seed, groups]).multinomial(groups, np.full(groups, 1 / groups), size=DRAWS)
    items = (drawn @ sizes)[:, None]
    shares: Floats = frontier(drawn @ sums[0] / items, drawn @ sums[1] / items).mean(axis=0)
    return np.clip(shares, 1 / (effective + 2), 1 - 1 / (effective + 2))
