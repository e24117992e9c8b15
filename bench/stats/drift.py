"""Whether two samples of answers to the same prompts come from one source: a permutation test within each prompt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.stats.clusters import Floats

DRAWS = 9999
"""Permutations drawn; the least p is one of 10,000."""
EQUAL = 1e-9
"""Distances nearer than this are equal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """How far two samples lie apart."""

    distance: float
    """Mean over prompts of the mean absolute difference between the samples' means."""
    p: float
    """How often answers of one source, drawn to the two samples by chance, lie at least so far apart."""


def moved(before: Sequence[Floats], now: Sequence[Floats], seed: int = 0) -> Moved:
    """Compares samples prompt by prompt: arrays of answers x coordinates, with equal coordinates on both sides.

    Answers are exchanged within a prompt only, since prompts differ by design. Two samples without any difference have
    p = 1. ValueError where there is no prompt, or a side has no answer to one.
    """
    if not before or len(before) != len(now) or any(not len(each) for each in (*before, *now)):
        raise ValueError("each prompt needs answers on both sides")
    rng, observed, drawn = np.random.default_rng(seed), 0.0, np.zeros(DRAWS)
    for then, today in zip(before, now, strict=True):
        pooled, first = np.concatenate([then, today]), len(then)
        order = rng.permuted(np.tile(np.arange(len(pooled)), (DRAWS, 1)), axis=1)
        chosen = (order < first).astype(float)
        sums = chosen @ pooled
        means = sums / first - (pooled.sum(axis=0) - sums) / (len(pooled) - first)
        drawn += np.abs(means).mean(axis=1)
        observed += float(np.abs(then.mean(axis=0) - today.mean(axis=0)).mean())
    reached = int((drawn >= observed - EQUAL).sum())
    return Moved(distance=observed / len(before), p=(1 + reached) / (1 + DRAWS))
