"""A verdict in plain words: the paragraph for a reader who knows no statistics."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bench.claims import parts
from bench.claims.judge import Judgement
from bench.claims.observed import observe
from bench.claims.parts import PartResult
from bench.claims.scope import MEAN
from bench.claims.text import judged_part, left_out
from bench.claims.verdict import Verdict
from bench.claims.words import percent, two_sided
from bench.records import Claim, RunRecord

ENDS = {
    Verdict.SUPPORTED: "is supported",
    Verdict.REFUTED: "is refuted",
    Verdict.INCONCLUSIVE: "is inconclusive: as a whole it is neither shown nor refuted",
}
"""How a sentence about a claim ends."""


def explanation(judgement: Judgement, record: RunRecord) -> str:
    """The verdict in plain words, for a reader who knows no statistics: the verdict first."""
    sentences = [verdict_in_words(judgement), _outcome(judgement)]
    if judgement.verdict is Verdict.SUPPORTED:
        likely = f"That does not make it {100 * judgement.claim.confidence:g} % likely to be true."
        sentences += [*_plausible(judgement), _luck(judgement, "false", "good"), likely]
    elif judgement.verdict is Verdict.REFUTED:
        sentences += [_failing(judgement), _luck(judgement, "true", "bad"), *_others(judgement)]
    else:
        reasons = "; ".join(_open(judgement))
        sentences += [f"{reasons[0].upper()}{reasons[1:]}.", *_others(judgement), *_deciding(judgement, record)]
    return " ".join([*sentences, *_cautions(judgement)])


def verdict_in_words(judgement: Judgement) -> str:
    """The first sentence: what is claimed, and what came of it."""
    return f"The claim that {statement(judged_part(judgement))} {ENDS[judgement.verdict]}."


def _luck(judgement: Judgement, were: str, kind: str) -> str:
    times = f"{100 * judgement.claim.alpha:g} times in 100"
    return f"If the claim were {were} for tasks like these, luck would give a result this {kind} at most {times}."


def _cautions(judgement: Judgement) -> Iterator[str]:
    """Where the verdict is worth less than it seems."""
    for why in judgement.proves_little.values():
        yield f"Caution: {why}."
    for part in left_out(judgement):
        condition = part.condition(part.limit(judgement.claim))
        yield f"Caution: that it {condition} was not judged. {part.local_remark}"
    if judgement.verdict is Verdict.INCONCLUSIVE:
        return
    times = f"{100 * judgement.claim.alpha:g} in 100"
    if not judgement.declared:
        yield f"Caution: the claim was made after the answers existed, so the {times} are not guaranteed."
    if judgement.declared and judgement.seen_in:
        yield f"Caution: it was judged before on some of these answers, and the {times} are those of a single look."
    if judgement.pairs.n < judgement.pairs.planned:
        yield f"Caution: the run is not finished, and the {times} are those of a run judged once, at its end."


def _plausible(judgement: Judgement) -> Iterator[str]:
    """How far scores and costs may truly differ, where that was claimed."""
    ranges = [
        text
        for (suite, key), result in judgement.test.parts.items()
        if (text := parts.part(key).plausible(result.interval, _scope(suite))) is not None
    ]
    if ranges:
        level = f"{two_sided(judgement.claim)} interval{'s' if len(ranges) > 1 else ''}"
        yield f"For tasks like these the truth plausibly lies within: {', '.join(ranges)} ({level})."


def _others(judgement: Judgement) -> Iterator[str]:
    """Which parts of the claim hold, where it is not the whole claim that does."""
    held: dict[str, list[str]] = {}
    for (suite, key), result in judgement.test.parts.items():
        if judgement.supports(result):
            held.setdefault(suite, []).append(parts.part(key).noun)
    where = [f"on {' and '.join(nouns)}{_scope(suite, 'in')}" for suite, nouns in held.items()]
    if where:
        single = len(where) == 1 and len(next(iter(held.values()))) == 1
        plural = "" if single else "s"
        yield f"Taken alone, its part{plural} {' and '.join(where)} {'is' if single else 'are'} supported."


def _scope(suite: str, where: str = "on") -> str:
    return "" if suite == MEAN else f" {where} {suite}"


def statement(claim: Claim) -> str:
    """What is claimed, e.g. "qwen, compared with opus, costs at least 90 % less and scores at most 3 points lower"."""
    return f"{claim.candidate}, compared with {claim.baseline}, {' and '.join(_conditions(claim))}"


def _outcome(judgement: Judgement) -> str:
    """Scores and bills on the items that both have a score for."""
    seen = observe(judgement)
    if not seen.n:
        return f"Both were asked the same {judgement.pairs.n} items, of which none has a score on both sides."
    labels = (judgement.claim.candidate, judgement.claim.baseline)
    scores = zip(labels, (seen.candidate_score, seen.baseline_score), strict=True)
    scored = " and ".join(f"{label} scored {percent(score)}" for label, score in scores)
    outcome = f"On the same {seen.n} items {scored}{' (mean of the suites)' if seen.of_mean else ''}"
    if seen.candidate_usd is None or seen.baseline_usd is None:
        return f"{outcome}."
    return f"{outcome}, for {seen.candidate_usd:.3g} USD and {seen.baseline_usd:.3g} USD per 1,000 items."


def _conditions(claim: Claim) -> Iterator[str]:
    for part in parts.in_words_order(parts.claimed(claim)):
        yield part.condition(part.limit(claim))


def _failing(judgement: Judgement) -> str:
    """The condition that does not hold, by how much and where."""
    claim = judgement.claim
    assert judgement.test.failing is not None
    suite, key = judgement.test.failing
    part, estimate = parts.part(key), judgement.test.parts[suite, key].estimate
    return f"{claim.candidate} {part.failing(estimate, _scope(suite), part.limit(claim))} claimed."


def _open(judgement: Judgement) -> list[str]:
    """Why each part that is not supported is not."""
    reasons = [
        f"{_scope(suite)} {result.problem or result.blocked or _room(judgement.claim, result)}".strip()
        for (suite, _), result in judgement.test.parts.items()
        if not judgement.supports(result)
    ]
    together = "it would hold alone, but not among all the claims that were declared together"
    return list(dict.fromkeys(reasons)) or [together]


def _room(claim: Claim, result: PartResult) -> str:
    """How far off the truth may still be, and what the claim needs."""
    part = parts.part(result.name)
    room = part.room(result.interval, part.limit(claim))
    if part.missed(claim, result.interval):
        return f"{room}; it seems to miss that, but not surely enough to be called refuted"
    return room


def _deciding(judgement: Judgement, record: RunRecord) -> Iterator[str]:
    """How many items would decide it, and what they would cost."""
    suites = sorted(set(judgement.pairs.suites))
    sizes = {suite: int(judgement.pairs.of(suite).sum()) for suite in suites}
    undecided = [(s, result) for (s, _), result in judgement.test.parts.items() if not judgement.supports(result)]
    counts = [
        result.needed
        for suite, result in undecided
        if result.needed is not None and result.needed > (min(sizes.values()) if suite == MEAN else result.n)
    ]
    if not counts or len(counts) < len(undecided):
        return
    money = [side.cost[~np.isnan(side.cost)] for side in (judgement.pairs.candidate, judgement.pairs.baseline)]
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
