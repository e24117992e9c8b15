"""What happened on exactly the items asked: no statement about others, so no interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.claims.judge import Judgement
from bench.claims.pairs import Mask, Side
from bench.claims.scope import MEAN, scopes
from bench.claims.words import percent, saving
from bench.language import tr
from bench.stats import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
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


def observe(judgement: Judgement) -> Observed:
    """What happened on the items that both sides have a score for."""
    ours, theirs = judgement.pairs.candidate, judgement.pairs.baseline
    both = judgement.pairs.both
    priced = both & ~np.isnan(ours.cost) & ~np.isnan(theirs.cost)
    known = bool(priced.any()) and theirs.cost[priced].sum() > 0
    scores = [_average(judgement, side.score, both) for side in (ours, theirs)]
    return Observed(
        n=int(both.sum()),
        of_mean=_of_mean(judgement),
        candidate_score=scores[0],
        baseline_score=scores[1],
        score_difference=scores[0] - scores[1],
        candidate_usd=_usd(judgement, ours, both),
        baseline_usd=_usd(judgement, theirs, both),
        cost_ratio=_average(judgement, ours.cost, priced) / _average(judgement, theirs.cost, priced) if known else None,
        cost_n=int(priced.sum()),
    )


def _of_mean(judgement: Judgement) -> bool:
    return judgement.pairs.weights is None and any(
        scope.suite == MEAN for scope in scopes(judgement.claim, judgement.pairs)
    )


def _average(judgement: Judgement, values: Floats, mask: Mask) -> float:
    """The mean as the claim takes it: over items, or over suites."""
    if not mask.any():
        return float("nan")
    weights = judgement.pairs.strata(mask).weights() if _of_mean(judgement) else 1.0
    return float((values[mask] * weights).mean())


def _usd(judgement: Judgement, side: Side, both: Mask) -> float | None:
    """Per 1,000 items, each answered once."""
    if not both.any() or np.isnan(side.cost[both]).any():
        return None
    return 1000 * _average(judgement, side.cost, both)


def _unmeasured(judgement: Judgement) -> str:
    """Of items that nothing grades: what they cost, where that is known."""
    ours, theirs = judgement.pairs.candidate, judgement.pairs.baseline
    priced = ~np.isnan(ours.cost) & ~np.isnan(theirs.cost)
    head = tr(
        "Nothing grades {n:this|these} {n} {n:item|items}: {n:its|their} quality is not measured", n=judgement.pairs.n
    )
    if not priced.any() or not theirs.cost[priced].sum() > 0:
        return f"{head}."
    ratio = _average(judgement, ours.cost, priced) / _average(judgement, theirs.cost, priced)
    return tr(
        "{sentence}. On {n} of them {label} cost {cost_ratio}. These exact figures hold only for these items and this "
        "run.",
        sentence=head,
        n=int(priced.sum()),
        label=judgement.claim.candidate,
        cost_ratio=saving(ratio),
    )


def on_these_items(judgement: Judgement) -> str:
    """What happened, in a sentence."""
    seen, label = observe(judgement), judgement.claim.candidate
    if not seen.n and not judgement.pairs.graded.any():
        return _unmeasured(judgement)
    if not seen.n:
        return tr("On exactly these items: none has a score on both sides.")
    scores = tr(
        "{candidate_score} against {baseline_score}",
        candidate_score=percent(seen.candidate_score),
        baseline_score=percent(seen.baseline_score),
    )
    sentence = tr(
        "On exactly {n:this|these} {n} {n:item|items} {label} scored {scores}", n=seen.n, label=label, scores=scores
    )
    if seen.cost_ratio is not None:
        sentence += tr(" and cost {cost_ratio}", cost_ratio=saving(seen.cost_ratio))
        sentence += "" if seen.cost_n == seen.n else tr(" on {cost_n} of them", cost_n=seen.cost_n)
    if seen.of_mean:
        sentence += tr(" (mean of the suites)")
    return tr("{sentence}. These exact figures hold only for these items and this run.", sentence=sentence)
