"""A cascade: the cheap model first, the dear one where a check or a score of the cheap answer says so.

Both models' outcomes on the same items are known already, so that each policy is counted out item by item. The usual
formula, share kept less the ratio of costs, overstates what is saved: what is handed on are the dear items.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from bench.stats.clusters import Floats
from bench.stats.difference import difference_test
from bench.stats.strata import Strata

MOST_THRESHOLDS = 21
"""Thresholds that are tried."""
FOLDS = 5
"""Parts of the items, of which each is measured with the threshold that the others choose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CascadeItems:
    """What both models made of the same items, an entry an item."""

    ours: Floats
    """The cheap model's scores, in [0, 1]."""
    theirs: Floats
    """The dear model's scores."""
    our_cost: Floats
    """USD of the cheap model's answers, the check's included."""
    their_cost: Floats
    """USD of the dear model's answers."""
    our_seconds: Floats | None = None
    """Seconds until the cheap answer is there and checked; None where they are unknown."""
    their_seconds: Floats | None = None
    """Seconds of the dear model's answers."""

    def chosen(self, at: ArrayLike) -> CascadeItems:
        """Some of the items."""
        mask = np.asarray(at)
        seconds = (None if each is None else each[mask] for each in (self.our_seconds, self.their_seconds))
        ours, theirs = seconds
        return CascadeItems(
            ours=self.ours[mask],
            theirs=self.theirs[mask],
            our_cost=self.our_cost[mask],
            their_cost=self.their_cost[mask],
            our_seconds=ours,
            their_seconds=theirs,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cascaded:
    """What a policy comes to, over all items."""

    kept: float
    """Share of the items whose cheap answer is taken."""
    quality: float
    """Mean score."""
    gain: float
    """Mean score less the dear model's alone."""
    saving: float
    """Share of the dear model's dollars that is saved; negative where it costs more."""
    told: float
    """What the usual formula says of the saving: share kept less the ratio of mean costs."""
    seconds: float | None
    """Mean seconds, the second call after the first; None where they are unknown."""
    their_seconds: float | None
    """The same of the dear model alone."""
    n: int
    """Items."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CascadeStep:
    """A threshold that was tested."""

    threshold: float
    """Cheap answers of this score or more are taken."""
    p: float
    """p-value against "the policy is worse by the margin or more"."""
    shown: bool
    """Whether it and all safer ones are shown to be within the margin."""
    policy: Cascaded
    """What it comes to on these very items: the choice among several makes it look better than it is."""


def cascaded(items: CascadeItems, kept: ArrayLike) -> Cascaded:
    """What it comes to to take the cheap answer of each item with the chance `kept`, and else the dear one too.

    ValueError where the dear model costs nothing.
    """
    taken = np.asarray(kept, dtype=np.float64)
    quality = float((taken * items.ours + (1 - taken) * items.theirs).mean())
    theirs = float(items.their_cost.sum())
    if not theirs > 0:
        raise ValueError("the dear model costs nothing: there is nothing to save")
    bill = float((items.our_cost + (1 - taken) * items.their_cost).sum())
    seconds = alone = None
    if items.our_seconds is not None and items.their_seconds is not None:
        seconds = float((items.our_seconds + (1 - taken) * items.their_seconds).mean())
        alone = float(items.their_seconds.mean())
    return Cascaded(
        kept=float(taken.mean()),
        quality=quality,
        gain=quality - float(items.theirs.mean()),
        saving=1 - bill / theirs,
        told=float(taken.mean()) - float(items.our_cost.sum()) / theirs,
        seconds=seconds,
        their_seconds=alone,
        n=len(taken),
    )


def checked(items: CascadeItems, false_accept: float = 0.0, false_reject: float = 0.0) -> Cascaded:
    """What a check of right and wrong answers would come to that takes and rejects so many wrongly: by 0 and 0 a bound.

    Scores must be 0 or 1.
    """
    return cascaded(items, np.where(items.ours >= 0.5, 1 - false_reject, false_accept))


def thresholds(scores: Floats) -> Floats:
    """The thresholds that are tried, the safest first: above every score, then down by equal shares of the items."""
    distinct = np.unique(scores)
    if len(distinct) >= MOST_THRESHOLDS:
        distinct = np.unique(np.quantile(scores, np.linspace(0, 1, MOST_THRESHOLDS - 1), method="higher"))
    return np.concatenate([[math.inf], distinct[::-1]])


def cascade_steps(
    items: CascadeItems, scores: Floats, strata: Strata, margin: float, *, alpha: float = 0.05, binary: bool = True
) -> Iterator[CascadeStep]:
    """Tests thresholds from the safest on, each at `alpha`, until the first that fails: no risk is shared.

    Fixed-sequence testing: the order is set before the outcomes are seen, so that every step which is shown is shown
    at `alpha` together with all before it (Angelopoulos et al. 2021, "learn then test").
    """
    shown = True
    for threshold in thresholds(scores):
        kept = scores >= threshold
        differences = np.where(kept, items.ours - items.theirs, 0.0)
        test = difference_test(differences, strata, margin, alpha=alpha, binary=binary, cutoff=alpha)
        shown = shown and test.problem is None and test.p_within <= alpha
        policy = cascaded(items, kept)
        yield CascadeStep(threshold=float(threshold), p=test.p_within, shown=shown, policy=policy)
        if not shown:
            return


def best_step(steps: list[CascadeStep]) -> CascadeStep | None:
    """Of the shown ones the one that saves most; None where not even the dear model alone is shown, or none saves."""
    shown = [step for step in steps if step.shown and step.policy.saving > 0]
    return max(shown, key=lambda step: step.policy.saving, default=None)


def cross_fitted(
    items: CascadeItems,
    scores: Floats,
    strata: Strata,
    margin: float,
    *,
    alpha: float = 0.05,
    binary: bool = True,
    seed: int = 0,
) -> Cascaded:
    """What the way of choosing comes to on items that chose nothing: each fold by the others' threshold.

    Clusters stay together. Where nothing is shown on the others, the fold's items go to the dear model alone.
    """
    codes = strata.cluster_codes
    fold_of = np.random.default_rng(seed).permutation(np.arange(int(codes.max()) + 1) % FOLDS)[codes]
    kept, asked = np.zeros(len(scores)), np.ones(len(scores), dtype=bool)
    for fold in range(FOLDS):
        rest, mine = fold_of != fold, fold_of == fold
        chosen = strata.chosen(rest)
        steps = [*cascade_steps(items.chosen(rest), scores[rest], chosen, margin, alpha=alpha, binary=binary)]
        best = best_step(steps)
        kept[mine] = 0.0 if best is None else scores[mine] >= best.threshold
        asked[mine] = best is not None
    return cascaded(replace(items, our_cost=np.where(asked, items.our_cost, 0.0)), kept)
