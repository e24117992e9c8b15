"""A verdict in words: the sentence to paste, and the paragraph for a reader who knows no statistics."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from bench.claims.judge import MEAN, Opinion
from bench.config import Claim
from bench.stats import Interval
from bench.stats.half import Half
from bench.stats.verdict import Verdict


def sentence(opinion: Opinion, manifest: Mapping[str, Any]) -> str:
    """One or two sentences to paste: verdict, sizes with intervals, margin, n, sampling and price date."""
    claim, pairs = opinion.claim, opinion.pairs
    remarks = labels(opinion, manifest)
    label = f" ({'; '.join(remarks)})" if remarks else ""
    told = "; ".join(
        f"{_where(suite, pairs.suites)}, {claim.candidate} {', and it '.join(_told(opinion, suite, h) for h in halves)}"
        for suite, halves in _by_suite(opinion).items()
    )
    verdict = str(opinion.verdict).capitalize()
    return f"{verdict} at {100 * claim.confidence:g}%{label}: {told}. {_basis(opinion, manifest)}"


def labels(opinion: Opinion, manifest: Mapping[str, Any]) -> list[str]:
    """What every mention of the verdict must carry: exploratory, interim, repriced, scored again."""
    found = [] if opinion.declared else ["exploratory"]
    if opinion.pairs.n < opinion.pairs.planned:
        found.append(f"interim: {opinion.pairs.n} of {opinion.pairs.planned} items")
    by = manifest.get("derived", {}).get("by")
    if by == "reprice" and opinion.claim.cheaper_by is not None:
        found.append("repriced")
    if by == "score":
        found.append("scored again")
    return found


def _by_suite(opinion: Opinion) -> dict[str, list[Half]]:
    found: dict[str, list[Half]] = {}
    for (suite, _), half in sorted(opinion.judged.halves.items()):  # cost, latency, quality
        found.setdefault(suite, []).append(half)
    return found


def _where(suite: str, suites: Sequence[str]) -> str:
    if suite == MEAN:
        return f"on tasks like those of {', '.join(sorted(set(suites)))} (mean of the suites)"
    return f"on tasks like suite {suite}"


def _told(opinion: Opinion, suite: str, half: Half) -> str:
    """What one half says, e.g. "costs 93.9% less per item than opus (90% interval 92.6% to 95.0%)"."""
    claim = opinion.claim
    if not math.isfinite(half.estimate):
        return f"has an unknown {half.name} ({half.problem})"
    interval = _interval(half, claim)
    if half.name == "quality":
        assert claim.worse_by is not None
        return (
            f"scores {_gap(half.estimate)} {claim.baseline}{interval}, {_margin(opinion, suite, half, claim.worse_by)}"
        )
    if half.name == "cost":
        assert claim.cheaper_by is not None
        less = _saving(half.estimate)
        return (
            f"costs {less} per item than {claim.baseline}{interval}, claimed: at least {100 * claim.cheaper_by:g}% less"
        )
    assert claim.slower_by is not None
    return (
        f"takes {half.estimate:.2f} times as long as {claim.baseline}{interval}, claimed: at most {claim.slower_by:g}"
    )


def _margin(opinion: Opinion, suite: str, half: Half, margin: float) -> str:
    """Inside or outside the margin only where that is shown."""
    said = f"{100 * margin:g}-point margin"
    if half.p_supported <= _alpha(opinion.claim) and not half.problem:
        return f"inside the {said}"
    if opinion.verdict is Verdict.REFUTED and opinion.judged.failing == (suite, half.name):
        return f"outside the {said}"
    return f"with a {said}"


def _interval(half: Half, claim: Claim) -> str:
    low, high = half.interval.low, half.interval.high
    if low is None or high is None:
        return " (no interval)"
    level = f"{100 * (1 - 2 * (1 - claim.confidence)):g}%"
    if half.name == "quality":
        return f" ({level} interval {points(low)} to {points(high)})"
    if half.name == "cost":
        return f" ({level} interval {percent(1 - high)} to {percent(1 - low)} less)"
    return f" ({level} interval {low:.2f} to {high:.2f})"


def points(share: float) -> str:
    """A score difference in points, signed."""
    return f"{100 * share:+.1f}"


def _gap(difference: float) -> str:
    if round(100 * difference, 1) == 0:
        return "the same as"
    return f"{abs(100 * difference):.1f} points {'lower' if difference < 0 else 'higher'} than"


def percent(share: float) -> str:
    """A share."""
    return f"{100 * share:.1f}%"


def _saving(ratio: float) -> str:
    return f"{percent(1 - ratio)} less" if ratio <= 1 else f"{percent(ratio - 1)} more"


def _basis(opinion: Opinion, manifest: Mapping[str, Any]) -> str:
    pairs = opinion.pairs
    repeats = int(manifest["settings"]["repeats"])
    parts = [f"{pairs.n} paired items", "1 run each" if repeats == 1 else f"{repeats} runs each"]
    sampling = {text for side in (pairs.candidate, pairs.baseline) for text in side.sampling}
    if len(sampling) == 1:
        sent = json.loads(sampling.pop())
        parts.append(", ".join(f"{key} {value:g}" for key, value in sent.items()) or "the vendors' own sampling")
    if opinion.claim.cheaper_by is not None:
        parts += _prices([manifest["models"][side.label] for side in (pairs.candidate, pairs.baseline)], manifest)
    if pairs.earliest:
        parts.append(f"answers given from {pairs.earliest[:10]} on")
    return f"{', '.join(parts)}."


def _prices(models: Sequence[Mapping[str, Any]], manifest: Mapping[str, Any]) -> Iterator[str]:
    local = [model for model in models if str(model["model"]).startswith("weights/")]
    as_of = (manifest.get("prices") or {}).get("as_of")
    if as_of and len(local) < len(models):
        yield f"prices of {as_of}"
    rates = {rate for model in local if (rate := model.get("usd_per_hour")) is not None}
    if rates:
        yield f"{' and '.join(f'{rate:g}' for rate in sorted(rates))} USD per machine hour"


def explanation(opinion: Opinion, manifest: Mapping[str, Any]) -> str:
    """The verdict in plain words, for a reader who knows no statistics."""
    claim = opinion.claim
    said = f"The claim is that {statement(claim)}. {_outcome(opinion)}"
    chance = f"in at most {100 * _alpha(claim):g} of 100 such comparisons"
    if opinion.verdict is Verdict.SUPPORTED:
        return (
            f"{said}{_plausible(opinion)} If the claim were false for tasks like these, chance alone would give so "
            f"good a result {chance}. So the claim is supported."
        )
    if opinion.verdict is Verdict.REFUTED:
        return (
            f"{said} {_failing(opinion)}{_others(opinion)} If the claim were true for tasks like these, chance alone "
            f"would give so bad a result {chance}. So the claim is refuted."
        )
    reasons = "; ".join(_open(opinion))
    return (
        f"{said} That decides nothing: it is no evidence that the claim is false, and too little that it is true. "
        f"{reasons[0].upper()}{reasons[1:]}.{_others(opinion)}{_deciding(opinion, manifest)}"
    )


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
        if not half.problem and half.p_supported <= _alpha(opinion.claim)
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


def _alpha(claim: Claim) -> float:
    return round(1 - claim.confidence, 12)


def _outcome(opinion: Opinion) -> str:
    """Scores and bills on the items that both have a score for."""
    ours, theirs = opinion.pairs.candidate, opinion.pairs.baseline
    both = ~np.isnan(ours.score) & ~np.isnan(theirs.score)
    if not both.any():
        return f"Both were asked the same {opinion.pairs.n} items, of which none has a score on both sides."
    scores = [f"{side.label} scored {percent(float(side.score[both].mean()))}" for side in (ours, theirs)]
    bills = [float(side.cost[both].sum()) * round(side.samples / opinion.pairs.n) for side in (ours, theirs)]
    paid = "" if np.isnan(bills).any() else f", for {bills[0]:.3g} USD and {bills[1]:.3g} USD"
    return f"On the same {int(both.sum())} items {' and '.join(scores)}{paid}."


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
        told = f"cost {_saving(half.estimate)}{scope}, where at least {100 * claim.cheaper_by:g}% less was"
    else:
        told = f"took {half.estimate:.2f} times as long{scope}, where at most {claim.slower_by:g} times was"
    return f"{claim.candidate} {told} claimed."


def _open(opinion: Opinion) -> list[str]:
    """Why each half that is not supported is not."""
    claim, alpha = opinion.claim, _alpha(opinion.claim)
    found = []
    for (suite, _), half in opinion.judged.halves.items():
        if half.problem or half.p_supported > alpha:
            found.append(f"{_scope(suite)} {half.problem or _room(claim, half)}".strip())
    together = "it would hold alone, but not among all the claims that were declared together"
    return list(dict.fromkeys(found)) or [together]


def _room(claim: Claim, half: Half) -> str:
    """How far off the truth may still be, and what the claim needs."""
    low, high = half.interval.low, half.interval.high
    assert low is not None
    assert high is not None
    if half.name == "quality":
        assert claim.worse_by is not None
        return (
            f"its true score may well be anything from {span(half.interval)}, where the claim allows at most "
            f"{100 * claim.worse_by:g} lower"
        )
    if half.name == "cost":
        assert claim.cheaper_by is not None
        return (
            f"the true saving may well be anywhere from {percent(1 - high)} to {percent(1 - low)}, where the claim "
            f"needs {percent(claim.cheaper_by)} or more"
        )
    return f"it may well take {low:.2f} to {high:.2f} times as long, where the claim needs {claim.slower_by:g} or less"


def _deciding(opinion: Opinion, manifest: Mapping[str, Any]) -> str:
    """How many items would decide it, and what they would cost."""
    alpha, halves = _alpha(opinion.claim), opinion.judged.halves
    undecided = [half for half in halves.values() if half.problem or half.p_supported > alpha]
    counts = [half.needed for half in undecided if half.needed is not None and half.needed > half.n]
    if not counts or len(counts) < len(undecided):
        return ""
    suites = sorted(set(opinion.pairs.suites))
    money = [side.cost[~np.isnan(side.cost)] for side in (opinion.pairs.candidate, opinion.pairs.baseline)]
    each = sum(float(costs.mean()) for costs in money if len(costs)) * int(manifest["settings"]["repeats"])
    priced = all(len(costs) for costs in money)
    price = f"; asking all of them costs about {len(suites) * max(counts) * each:.2g} USD" if priced else ""
    sizes = {suite: int(manifest["suites"][suite]["items_available"]) for suite in suites}
    short = [f"{suite} has only {size}" for suite, size in sizes.items() if size < max(counts)]
    return (
        f" If the differences seen here are the true ones, about {max(counts)} items of {' and of '.join(suites)} "
        f"would probably decide it (4 chances in 5){price}." + (f" But {' and '.join(short)}." if short else "")
    )


def on_these_items(opinion: Opinion) -> str:
    """What happened on exactly the items asked: no statement about others."""
    ours, theirs = opinion.pairs.candidate, opinion.pairs.baseline
    both = ~np.isnan(ours.score) & ~np.isnan(theirs.score)
    claim = opinion.claim
    if not both.any():
        return "On exactly these items: none has a score on both sides."
    scores = f"{percent(float(ours.score[both].mean()))} against {percent(float(theirs.score[both].mean()))}"
    told = f"On exactly these {int(both.sum())} items {claim.candidate} scored {scores}"
    priced = both & ~np.isnan(ours.cost) & ~np.isnan(theirs.cost)
    if priced.any() and theirs.cost[priced].sum() > 0:
        share = float(ours.cost[priced].sum() / theirs.cost[priced].sum())
        told += f" and cost {_saving(share)}" + (
            "" if priced.sum() == both.sum() else f" on {int(priced.sum())} of them"
        )
    return f"{told}. That is what happened; it says nothing of other items, and a second run may give other answers."
