"""A verdict in plain words: the paragraph for a reader who knows no statistics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from bench.claims.halves import MEAN, alpha_of, scopes
from bench.claims.judge import Opinion
from bench.claims.pairs import Mask
from bench.claims.text import percent, saving
from bench.config import Claim
from bench.stats import Interval
from bench.stats.clusters import Floats
from bench.stats.half import Half
from bench.stats.verdict import Verdict


def explanation(opinion: Opinion, manifest: Mapping[str, Any]) -> str:
    """The verdict in plain words, for a reader who knows no statistics."""
    claim = opinion.claim
    said = f"The claim is that {statement(claim)}. {_outcome(opinion)}"
    chance = f"in at most {100 * alpha_of(claim):g} of 100 such comparisons.{_hedge(opinion)}"
    if opinion.verdict is Verdict.SUPPORTED:
        return (
            f"{said}{_plausible(opinion)} If the claim were false for tasks like these, chance alone would give so "
            f"good a result {chance} So the claim is supported."
        )
    if opinion.verdict is Verdict.REFUTED:
        return (
            f"{said} {_failing(opinion)}{_others(opinion)} If the claim were true for tasks like these, chance alone "
            f"would give so bad a result {chance} So the claim is refuted."
        )
    reasons = "; ".join(_open(opinion))
    return (
        f"{said} That decides nothing: it is no evidence that the claim is false, and too little that it is true. "
        f"{reasons[0].upper()}{reasons[1:]}.{_others(opinion)}{_deciding(opinion, manifest)}"
    )


def _hedge(opinion: Opinion) -> str:
    """Where the chance of an error is larger than told."""
    found = ""
    if not opinion.declared:
        found += " That holds for a claim made before the answers; this one may have been chosen to fit them."
    if opinion.pairs.n < opinion.pairs.planned:
        found += " That holds for a run judged once, at its end; this one is not finished."
    return found


def _plausible(opinion: Opinion) -> str:
    """How far the scores may truly differ, where that was claimed."""
    told = [
        f"{span(half.interval)}{_scope(suite)}"
        for (suite, name), half in opinion.judged.halves.items()
        if name == "quality"
    ]
    return f" For tasks like these its true score is plausibly {' and '.join(told)}." if told else ""


def _others(opinion: Opinion) -> str:
    """Which parts of the claim hold, where it is not the whole claim that does."""
    held = [
        f"{'score' if name == 'quality' else name}{_scope(suite)}"
        for (suite, name), half in opinion.judged.halves.items()
        if not half.problem and half.p_supported <= alpha_of(opinion.claim)
    ]
    return f" What it says of {' and '.join(held)} is supported by itself." if held else ""


def _scope(suite: str) -> str:
    return "" if suite == MEAN else f" on {suite}"


def span(interval: Interval) -> str:
    """A range of score differences in words, e.g. "0.4 points lower to 2.7 higher"."""
    if interval.low is None or interval.high is None:
        return "anywhere"
    low, high = 100 * interval.low, 100 * interval.high
    if low < 0 < high:
        return f"{-low:.1f} points lower to {high:.1f} higher"
    near, far = sorted((abs(low), abs(high)))
    return f"{near:.1f} to {far:.1f} points {'lower' if high <= 0 else 'higher'}"


def statement(claim: Claim) -> str:
    """What is claimed, e.g. "qwen, compared with opus, costs at least 90% less and scores at most 3 points lower"."""
    return f"{claim.candidate}, compared with {claim.baseline}, {' and '.join(_conditions(claim))}"


def _outcome(opinion: Opinion) -> str:
    """Scores and bills on the items that both have a score for."""
    ours, theirs = opinion.pairs.candidate, opinion.pairs.baseline
    both = _both(opinion)
    if not both.any():
        return f"Both were asked the same {opinion.pairs.n} items, of which none has a score on both sides."
    scores = [f"{side.label} scored {percent(_average(opinion, side.score, both))}" for side in (ours, theirs)]
    said = f"On the same {int(both.sum())} items {' and '.join(scores)}"
    if _of_mean(opinion):
        said += " (mean of the suites)"
        bills, unit = [1000 * _average(opinion, side.cost, both) for side in (ours, theirs)], " per 1,000 items"
    else:
        bills = [float(side.cost[both].sum()) * round(side.samples / opinion.pairs.n) for side in (ours, theirs)]
        unit = ""
    paid = "" if np.isnan(bills).any() else f", for {bills[0]:.3g} USD and {bills[1]:.3g} USD{unit}"
    return f"{said}{paid}."


def _of_mean(opinion: Opinion) -> bool:
    """Whether the claim speaks of a mean over several suites."""
    return any(suite == MEAN for suite, _ in scopes(opinion.claim, opinion.pairs))


def _both(opinion: Opinion) -> Mask:
    """The items that both have a score for."""
    found: Mask = ~np.isnan(opinion.pairs.candidate.score) & ~np.isnan(opinion.pairs.baseline.score)
    return found


def _average(opinion: Opinion, values: Floats, mask: Mask) -> float:
    """The mean as the claim takes it: over items, or over suites."""
    weights = opinion.pairs.strata(mask).weights() if _of_mean(opinion) else 1.0
    return float((values[mask] * weights).mean())


def _conditions(claim: Claim) -> Iterator[str]:
    if claim.cheaper_by is not None:
        yield f"costs at least {100 * claim.cheaper_by:g}% less"
    if claim.worse_by is not None:
        yield f"scores at most {100 * claim.worse_by:g} points lower"
    if claim.slower_by is not None:
        yield f"takes at most {claim.slower_by:g} times as long"


def _failing(opinion: Opinion) -> str:
    """The condition that does not hold, by how much and where."""
    claim = opinion.claim
    assert opinion.judged.failing is not None
    suite, name = opinion.judged.failing
    half, scope = opinion.judged.halves[suite, name], _scope(suite)
    if name == "quality":
        assert claim.worse_by is not None
        told = f"scored {-100 * half.estimate:.1f} points lower{scope}, where at most {100 * claim.worse_by:g} were"
    elif name == "cost":
        assert claim.cheaper_by is not None
        told = f"cost {saving(half.estimate)}{scope}, where at least {100 * claim.cheaper_by:g}% less was"
    else:
        told = f"took {half.estimate:.2f} times as long{scope}, where at most {claim.slower_by:g} times was"
    return f"{claim.candidate} {told} claimed."


def _open(opinion: Opinion) -> list[str]:
    """Why each half that is not supported is not."""
    claim, alpha = opinion.claim, alpha_of(opinion.claim)
    found = []
    for (suite, _), half in opinion.judged.halves.items():
        if half.problem or half.p_supported > alpha:
            found.append(f"{_scope(suite)} {half.problem or half.blocked or _room(claim, half)}".strip())
    together = "it would hold alone, but not among all the claims that were declared together"
    return list(dict.fromkeys(found)) or [together]


def _room(claim: Claim, half: Half) -> str:
    """How far off the truth may still be, and what the claim needs."""
    low, high = half.interval.low, half.interval.high
    assert low is not None
    assert high is not None
    if half.name == "quality":
        assert claim.worse_by is not None
        missed = high < -claim.worse_by
        told = (
            f"its true score may well be anything from {span(half.interval)}, where the claim allows at most "
            f"{100 * claim.worse_by:g} lower"
        )
    elif half.name == "cost":
        assert claim.cheaper_by is not None
        missed = low > 1 - claim.cheaper_by
        told = (
            f"the true saving may well be anywhere from {percent(1 - high)} to {percent(1 - low)}, where the claim "
            f"needs {percent(claim.cheaper_by)} or more"
        )
    else:
        assert claim.slower_by is not None
        missed = low > claim.slower_by
        told = (
            f"it may well take {low:.2f} to {high:.2f} times as long, where the claim needs {claim.slower_by:g} or less"
        )
    return f"{told}; it seems to miss that, but not surely enough to be called refuted" if missed else told


def _deciding(opinion: Opinion, manifest: Mapping[str, Any]) -> str:
    """How many items would decide it, and what they would cost."""
    alpha, halves = alpha_of(opinion.claim), opinion.judged.halves
    suites = sorted(set(opinion.pairs.suites))
    sizes = {suite: int(opinion.pairs.of(suite).sum()) for suite in suites}
    undecided = [(suite, half) for (suite, _), half in halves.items() if half.problem or half.p_supported > alpha]
    counts = [
        half.needed
        for suite, half in undecided
        if half.needed is not None and half.needed > (min(sizes.values()) if suite == MEAN else half.n)
    ]
    if not counts or len(counts) < len(undecided):
        return ""
    money = [side.cost[~np.isnan(side.cost)] for side in (opinion.pairs.candidate, opinion.pairs.baseline)]
    each = sum(float(costs.mean()) for costs in money if len(costs)) * int(manifest["settings"]["repeats"])
    priced = all(len(costs) for costs in money)
    price = f"; asking all of them costs about {len(suites) * max(counts) * each:.2g} USD" if priced else ""
    available = {suite: int(manifest["suites"][suite]["items_available"]) for suite in suites}
    short = [f"{suite} has only {size}" for suite, size in available.items() if size < max(counts)]
    return (
        f" If the differences seen here are the true ones, about {max(counts)} items of {' and of '.join(suites)} "
        f"would probably decide it (4 chances in 5){price}." + (f" But {' and '.join(short)}." if short else "")
    )


def on_these_items(opinion: Opinion) -> str:
    """What happened on exactly the items asked: no statement about others."""
    ours, theirs = opinion.pairs.candidate, opinion.pairs.baseline
    both, claim = _both(opinion), opinion.claim
    if not both.any():
        return "On exactly these items: none has a score on both sides."
    scores = [percent(_average(opinion, side.score, both)) for side in (ours, theirs)]
    told = f"On exactly these {int(both.sum())} items {claim.candidate} scored {' against '.join(scores)}"
    priced = both & ~np.isnan(ours.cost) & ~np.isnan(theirs.cost)
    if priced.any() and theirs.cost[priced].sum() > 0:
        share = _average(opinion, ours.cost, priced) / _average(opinion, theirs.cost, priced)
        told += f" and cost {saving(share)}" + (
            "" if priced.sum() == both.sum() else f" on {int(priced.sum())} of them"
        )
    if _of_mean(opinion):
        told += " (mean of the suites)"
    return f"{told}. That is what happened; it says nothing of other items, and a second run may give other answers."
