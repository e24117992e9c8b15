"""A verdict in plain words: the paragraph for a reader who knows no statistics."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bench.claims.halves import MEAN
from bench.claims.judge import Opinion
from bench.claims.observed import observed
from bench.claims.text import UNJUDGED, judged_part, percent, saving, saving_span, two_sided
from bench.records.manifest import RunRecord
from bench.records.settings import Claim
from bench.stats import Interval
from bench.stats.half import Half
from bench.stats.verdict import Verdict

ENDS = {
    Verdict.SUPPORTED: "is supported",
    Verdict.REFUTED: "is refuted",
    Verdict.INCONCLUSIVE: "is inconclusive: as a whole it is neither shown nor refuted",
}
"""How a sentence about a claim ends."""


def explanation(opinion: Opinion, record: RunRecord) -> str:
    """The verdict in plain words, for a reader who knows no statistics: the verdict first."""
    told = [verdict_in_words(opinion), _outcome(opinion)]
    if opinion.verdict is Verdict.SUPPORTED:
        likely = f"That does not make it {100 * opinion.claim.confidence:g} % likely to be true."
        told += [*_plausible(opinion), _luck(opinion, "false", "good"), likely]
    elif opinion.verdict is Verdict.REFUTED:
        told += [_failing(opinion), _luck(opinion, "true", "bad"), *_others(opinion)]
    else:
        reasons = "; ".join(_open(opinion))
        told += [f"{reasons[0].upper()}{reasons[1:]}.", *_others(opinion), *_deciding(opinion, record)]
    return " ".join([*told, *_cautions(opinion)])


def verdict_in_words(opinion: Opinion) -> str:
    """The first sentence: what is claimed, and what came of it."""
    return f"The claim that {statement(judged_part(opinion))} {ENDS[opinion.verdict]}."


def _luck(opinion: Opinion, were: str, kind: str) -> str:
    times = f"{100 * opinion.claim.alpha:g} times in 100"
    return f"If the claim were {were} for tasks like these, luck would give a result this {kind} at most {times}."


def _cautions(opinion: Opinion) -> Iterator[str]:
    """Where the verdict is worth less than it seems."""
    for why in opinion.unmissable.values():
        yield f"Caution: {why}."
    if judged_part(opinion) != opinion.claim:
        yield f"Caution: that it takes at most {opinion.claim.slower_by:g} times as long was not judged. {UNJUDGED}"
    if opinion.verdict is Verdict.INCONCLUSIVE:
        return
    times = f"{100 * opinion.claim.alpha:g} in 100"
    if not opinion.declared:
        yield f"Caution: the claim was made after the answers existed, so the {times} are not guaranteed."
    if opinion.declared and opinion.seen_in:
        yield f"Caution: it was judged before on some of these answers, and the {times} are those of a single look."
    if opinion.pairs.n < opinion.pairs.planned:
        yield f"Caution: the run is not finished, and the {times} are those of a run judged once, at its end."


def _plausible(opinion: Opinion) -> Iterator[str]:
    """How far scores and costs may truly differ, where that was claimed."""
    told = []
    for (suite, name), half in opinion.judged.halves.items():
        low, high = half.interval.low, half.interval.high
        if name == "quality":
            told.append(f"the score{_scope(suite)} {span(half.interval)}")
        elif name == "cost" and low is not None and high is not None:
            told.append(f"the cost{_scope(suite)} {saving_span(low, high)}")
    if told:
        level = f"{two_sided(opinion.claim)} interval{'s' if len(told) > 1 else ''}"
        yield f"For tasks like these the truth plausibly lies within: {', '.join(told)} ({level})."


def _others(opinion: Opinion) -> Iterator[str]:
    """Which parts of the claim hold, where it is not the whole claim that does."""
    held: dict[str, list[str]] = {}
    for (suite, name), half in opinion.judged.halves.items():
        if not half.problem and half.p_supported <= opinion.claim.alpha:
            held.setdefault(suite, []).append("score" if name == "quality" else name)
    parts = [f"on {' and '.join(names)}{_scope(suite, 'in')}" for suite, names in held.items()]
    if parts:
        one = len(parts) == 1 and len(next(iter(held.values()))) == 1
        yield f"Taken alone, its part{'' if one else 's'} {' and '.join(parts)} {'is' if one else 'are'} supported."


def _scope(suite: str, where: str = "on") -> str:
    return "" if suite == MEAN else f" {where} {suite}"


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
    """What is claimed, e.g. "qwen, compared with opus, costs at least 90 % less and scores at most 3 points lower"."""
    return f"{claim.candidate}, compared with {claim.baseline}, {' and '.join(_conditions(claim))}"


def _outcome(opinion: Opinion) -> str:
    """Scores and bills on the items that both have a score for."""
    found = observed(opinion)
    if not found.n:
        return f"Both were asked the same {opinion.pairs.n} items, of which none has a score on both sides."
    labels = (opinion.claim.candidate, opinion.claim.baseline)
    scores = zip(labels, (found.candidate_score, found.baseline_score), strict=True)
    told = " and ".join(f"{label} scored {percent(score)}" for label, score in scores)
    said = f"On the same {found.n} items {told}{' (mean of the suites)' if found.of_mean else ''}"
    if found.candidate_usd is None or found.baseline_usd is None:
        return f"{said}."
    return f"{said}, for {found.candidate_usd:.3g} USD and {found.baseline_usd:.3g} USD per 1,000 items."


def _conditions(claim: Claim) -> Iterator[str]:
    if claim.cheaper_by is not None:
        yield f"costs at least {100 * claim.cheaper_by:g} % less"
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
        told = f"cost {saving(half.estimate)}{scope}, where at least {100 * claim.cheaper_by:g} % less was"
    else:
        told = f"took {half.estimate:.2f} times as long{scope}, where at most {claim.slower_by:g} times was"
    return f"{claim.candidate} {told} claimed."


def _open(opinion: Opinion) -> list[str]:
    """Why each half that is not supported is not."""
    claim, alpha = opinion.claim, opinion.claim.alpha
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
            f"its true score may lie anywhere from {span(half.interval)}, where the claim allows at most "
            f"{100 * claim.worse_by:g} lower"
        )
    elif half.name == "cost":
        assert claim.cheaper_by is not None
        missed = low > 1 - claim.cheaper_by
        told = (
            f"the true cost may lie anywhere from {saving_span(low, high)}, where the claim needs "
            f"{percent(claim.cheaper_by)} less or better"
        )
    else:
        assert claim.slower_by is not None
        missed = low > claim.slower_by
        told = f"it may take {low:.2f} to {high:.2f} times as long, where the claim needs {claim.slower_by:g} or less"
    return f"{told}; it seems to miss that, but not surely enough to be called refuted" if missed else told


def _deciding(opinion: Opinion, record: RunRecord) -> Iterator[str]:
    """How many items would decide it, and what they would cost."""
    alpha, halves = opinion.claim.alpha, opinion.judged.halves
    suites = sorted(set(opinion.pairs.suites))
    sizes = {suite: int(opinion.pairs.of(suite).sum()) for suite in suites}
    undecided = [(suite, half) for (suite, _), half in halves.items() if half.problem or half.p_supported > alpha]
    counts = [
        half.needed
        for suite, half in undecided
        if half.needed is not None and half.needed > (min(sizes.values()) if suite == MEAN else half.n)
    ]
    if not counts or len(counts) < len(undecided):
        return
    money = [side.cost[~np.isnan(side.cost)] for side in (opinion.pairs.candidate, opinion.pairs.baseline)]
    each = sum(float(costs.mean()) for costs in money if len(costs)) * record.settings.repeats
    priced = all(len(costs) for costs in money)
    price = f", for about {len(suites) * max(counts) * each:.2g} USD" if priced else ""
    available = {suite: record.suites[suite].items_available for suite in suites}
    short = [f"{suite} has only {size}" for suite, size in available.items() if size < max(counts)]
    items = " and ".join(f"{max(counts)} items of {suite}" for suite in suites)
    yield (
        f"If the differences seen here are the true ones, a run of about {items} would decide it with 4 chances in "
        f"5{price}."
    )
    if short:
        yield f"That many are not there: {' and '.join(short)}."
