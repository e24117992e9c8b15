"""What each part of a claim speaks of: every suite, or the mean over them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bench.claims.pairs import Mask, Pairs
from bench.language import tr
from bench.records import BY_TRAFFIC, Claim
from bench.stats import ItemWeights, Strata

MEAN = "mean"
"""Stands for the suite where a claim speaks of the mean over suites, or of all their items by their weights."""


def place_in_words(suite: str, claim: Claim) -> str:
    """The suite, or what stands for all of them."""
    if suite != MEAN:
        return suite
    return tr("all traffic") if claim.over == BY_TRAFFIC else tr("mean of the suites")


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
    bare: bool = False
    """Whether p-values alone are asked, without intervals, as of looks that are not shown."""

    def strata(self, mask: Mask) -> Strata:
        """Suites and clusters of the items under a mask, in this reading; weighted items are of one suite."""
        strata = self.pairs.strata(mask, self.about)
        if self.pairs.weights is None:
            return strata
        return Strata(["traffic"] * len(strata.suites), strata.clusters)

    def weights(self, mask: Mask) -> ItemWeights | None:
        """What the items under a mask stand for; None where they count alike."""
        return None if self.pairs.weights is None else self.pairs.weights.chosen(mask)


def scopes(claim: Claim, pairs: Pairs, about: str | None = None) -> Iterator[Scope]:
    """What each of a claim's parts speaks of: every suite with its items, or their mean. `about`: the claim's own."""
    names = sorted(set(pairs.suites))
    if claim.over in ("mean", BY_TRAFFIC) and len(names) > 1:
        masks = {MEAN: np.ones(pairs.n, dtype=bool)}
    else:
        masks = {name: pairs.of(name) for name in names}
    for suite, mask in masks.items():
        yield Scope(claim=claim, pairs=pairs, suite=suite, mask=mask, about=about or claim.about)
