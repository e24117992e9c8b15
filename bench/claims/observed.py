"""What happened on exactly the items asked: no statement about others, so no interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.claims.halves import MEAN, scopes
from bench.claims.judge import Opinion
from bench.claims.pairs import Mask, Side
from bench.claims.text import percent, saving
from bench.stats.clusters import Floats


@dataclass(frozen=True, slots=True)
class Observed:
    """Scores and costs of both sides on the items that both have a score for."""

    n: int
    """How many such items there are."""
    of_mean: bool
    """Whether scores and costs are means over the suites, as the claim takes them, and not over all items."""
    candidate_score: float
    """The candidate's mean score; NaN where n is 0."""
    baseline_score: float
    """The baseline's."""
    score_difference: float
    """The candidate's less the baseline's."""
    candidate_usd: float | None
    """USD per 1,000 items, each answered once, that the candidate took; None where a cost is unknown."""
    baseline_usd: float | None
    """The baseline's."""
    cost_ratio: float | None
    """The candidate's cost over the baseline's, on `cost_n` items; None where there are none or the baseline's is 0."""
    cost_n: int
    """Items of these whose cost is known on both sides."""


def observed(opinion: Opinion) -> Observed:
    """What happened on the items that both sides have a score for."""
    ours, theirs = opinion.pairs.candidate, opinion.pairs.baseline
    both = opinion.pairs.both
    priced = both & ~np.isnan(ours.cost) & ~np.isnan(theirs.cost)
    known = bool(priced.any()) and theirs.cost[priced].sum() > 0
    scores = [_average(opinion, side.score, both) for side in (ours, theirs)]
    return Observed(
        n=int(both.sum()),
        of_mean=_of_mean(opinion),
        candidate_score=scores[0],
        baseline_score=scores[1],
        score_difference=scores[0] - scores[1],
        candidate_usd=_usd(opinion, ours, both),
        baseline_usd=_usd(opinion, theirs, both),
        cost_ratio=_average(opinion, ours.cost, priced) / _average(opinion, theirs.cost, priced) if known else None,
        cost_n=int(priced.sum()),
    )


def _of_mean(opinion: Opinion) -> bool:
    return any(suite == MEAN for suite, _ in scopes(opinion.claim, opinion.pairs))


def _average(opinion: Opinion, values: Floats, mask: Mask) -> float:
    """The mean as the claim takes it: over items, or over suites."""
    if not mask.any():
        return float("nan")
    weights = opinion.pairs.strata(mask).weights() if _of_mean(opinion) else 1.0
    return float((values[mask] * weights).mean())


def _usd(opinion: Opinion, side: Side, both: Mask) -> float | None:
    """Per 1,000 items, each answered once."""
    if not both.any() or np.isnan(side.cost[both]).any():
        return None
    return 1000 * _average(opinion, side.cost, both)


def on_these_items(opinion: Opinion) -> str:
    """What happened, in a sentence."""
    found, label = observed(opinion), opinion.claim.candidate
    if not found.n:
        return "On exactly these items: none has a score on both sides."
    scores = f"{percent(found.candidate_score)} against {percent(found.baseline_score)}"
    told = f"On exactly these {found.n} items {label} scored {scores}"
    if found.cost_ratio is not None:
        told += f" and cost {saving(found.cost_ratio)}"
        told += "" if found.cost_n == found.n else f" on {found.cost_n} of them"
    if found.of_mean:
        told += " (mean of the suites)"
    return f"{told}. These exact figures hold only for these items and this run."
