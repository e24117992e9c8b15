"""What each part of a claim speaks of: every suite, or the mean over them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bench.claims.pairs import Mask, Pairs
from bench.records import Claim

MEAN = "mean"
"""Stands for the suite where a claim speaks of the mean over suites."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a part of a claim is judged on."""

    claim: Claim
    """What is claimed."""
    pairs: Pairs
    """Both models' answers to the same items."""
    suite: str
    """The suite, or MEAN."""
    mask: Mask
    """Its items."""
    seed: int
    """Seeds every bootstrap."""


def scopes(claim: Claim, pairs: Pairs, seed: int = 0) -> Iterator[Scope]:
    """What each of a claim's parts speaks of: every suite with its items, or their mean."""
    names = sorted(set(pairs.suites))
    if claim.over == "mean" and len(names) > 1:
        masks = {MEAN: np.ones(pairs.n, dtype=bool)}
    else:
        masks = {name: pairs.of(name) for name in names}
    for suite, mask in masks.items():
        yield Scope(claim=claim, pairs=pairs, suite=suite, mask=mask, seed=seed)
