"""What each part of a claim speaks of: every suite, or the mean over them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bench.claims.pairs import Mask, Pairs
from bench.records import Claim
from bench.stats import Strata

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
    about: str
    """What it is judged about, THESE or SUCH: which items are dependent."""
    anytime: bool = False
    """Whether it is judged by bets, whose p-values hold at any look; they are not cut at 1."""
    cutoff: float | None = None
    """Where only p-values up to this one are asked, as for drawn runs; None where all is."""

    def strata(self, mask: Mask) -> Strata:
        """Suites and clusters of the items under a mask, in this reading."""
        return self.pairs.strata(mask, self.about)


def scopes(claim: Claim, pairs: Pairs, about: str | None = None) -> Iterator[Scope]:
    """What each of a claim's parts speaks of: every suite with its items, or their mean. `about`: the claim's own."""
    names = sorted(set(pairs.suites))
    if claim.over == "mean" and len(names) > 1:
        masks = {MEAN: np.ones(pairs.n, dtype=bool)}
    else:
        masks = {name: pairs.of(name) for name in names}
    for suite, mask in masks.items():
        yield Scope(claim=claim, pairs=pairs, suite=suite, mask=mask, about=about or claim.about)
