"""A verdict in plain words: the paragraph for a reader who knows no statistics."""

from __future__ import annotations

from collections.abc import Iterator

from bench.claims import early, outlook, parts
from bench.claims.judge import Judgement
from bench.claims.observed import observe
from bench.claims.text import judged_part, left_out
from bench.claims.verdict import Verdict
from bench.claims.words import percent
from bench.language import tr, tr_later
from bench.records import SUCH, Claim, RunRecord

ENDS = {
    Verdict.SUPPORTED: tr_later("is supported"),
    Verdict.REFUTED: tr_later("is refuted"),
    Verdict.INCONCLUSIVE: tr_later("is inconclusive: neither shown nor refuted"),
    Verdict.SCREENED: tr_later("is only screened: without people's labels nothing is shown or refuted"),
}
"""How a sentence about a claim ends."""


def explanation(judgement: Judgement, record: RunRecord) -> str:
    """What a verdict means, for a reader who knows no statistics, and where it is worth less than it seems."""
    return " ".join([verdict_in_words(judgement), meaning(judgement, record), *cautions(judgement)])


def meaning(judgement: Judgement, record: RunRecord) -> str:
    """What came out on these items, how sure that is, and what it would take where it is open."""
    said = [_outcome(judgement)]
    if judgement.verdict is Verdict.SUPPORTED:
        likely = tr(
            "That does not make it {confidence:g} % likely to be true.", confidence=100 * judgement.claim.confidence
        )
        said += [_luck(judgement, tr("false"), tr("good")), likely]
    elif judgement.verdict is Verdict.REFUTED:
        said.append(_luck(judgement, tr("true"), tr("bad")))
    elif judgement.outlook is not None:
        said.append(f"{outlook.what_it_takes(judgement.outlook)}.{''.join(_short(judgement, record))}")
    return " ".join(said)


def verdict_in_words(judgement: Judgement) -> str:
    """The first sentence: what is claimed, and what came of it."""
    return tr(
        "The claim that {statement} {ends}.",
        statement=statement(judged_part(judgement)),
        ends=tr(ENDS[judgement.verdict]),
    )


def _luck(judgement: Judgement, were: str, kind: str) -> str:
    times = tr("nominally {alpha:g} times in 100", alpha=100 * judgement.claim.alpha)
    of = tr("other tasks like these") if judgement.claim.about == SUCH else tr("fresh items of these kinds of task")
    return tr(
        "If the claim were {were} for {of}, luck would give a result this {kind} {times}.",
        were=were,
        of=of,
        kind=kind,
        times=times,
    )


def cautions(judgement: Judgement) -> Iterator[str]:
    """Where the verdict is worth less than it seems."""
    for why in judgement.proves_little.values():
        yield tr("Caution: {why}.", why=why)
    for part in left_out(judgement):
        condition = part.condition(part.limit(judgement.claim))
        yield tr(
            "Caution: that it {condition} was not judged. {local_remark}",
            condition=condition,
            local_remark=judgement.case.remark(part),
        )
    if judgement.verdict.is_open:
        return
    times = tr("{alpha:g} in 100", alpha=100 * judgement.claim.alpha)
    if not judgement.declared:
        yield tr(
            "Caution: the claim was made after the answers existed, so the {times} are not guaranteed.", times=times
        )
    if judgement.declared and judgement.seen_in:
        yield tr(
            "Caution: it was judged before on some of these answers, and the {times} are those of a single look.",
            times=times,
        )
    yield from early.caution(judgement)
    if judgement.pairs.n < judgement.pairs.planned and judgement.stand is None:
        yield tr(
            "Caution: the run is not finished, and the {times} are those of a run judged once, at its end.", times=times
        )


def statement(claim: Claim) -> str:
    """What is claimed, e.g. "qwen, compared with opus, costs at least 90 % less and scores at most 3 points lower"."""
    return tr(
        "{candidate}, compared with {baseline}, {conditions}",
        candidate=claim.candidate,
        baseline=claim.baseline,
        conditions=tr(" and ").join(_conditions(claim)),
    )


def _outcome(judgement: Judgement) -> str:
    """Scores and bills on the items that both have a score for."""
    seen = observe(judgement)
    if not judgement.pairs.graded.any():
        return tr("Both were asked the same {n} {n:item|items}, which nothing grades.", n=judgement.pairs.n)
    if not seen.n:
        return tr(
            "Both were asked the same {n} {n:item|items}, of which none has a score on both sides.", n=judgement.pairs.n
        )
    labels = (judgement.claim.candidate, judgement.claim.baseline)
    scores = zip(labels, (seen.candidate_score, seen.baseline_score), strict=True)
    scored = tr(" and ").join(
        tr("{label} scored {score}", label=label, score=percent(score)) for label, score in scores
    )
    outcome = tr(
        "On the same {n} {n:item|items} {scored}{mean}",
        n=seen.n,
        scored=scored,
        mean=tr(" (mean of the suites)") if seen.of_mean else "",
    )
    if seen.candidate_usd is None or seen.baseline_usd is None:
        return f"{outcome}."
    return tr(
        "{outcome}, for {candidate_usd:.3g} USD and {baseline_usd:.3g} USD per 1,000 items.",
        outcome=outcome,
        candidate_usd=seen.candidate_usd,
        baseline_usd=seen.baseline_usd,
    )


def _conditions(claim: Claim) -> Iterator[str]:
    for part in parts.in_words_order(parts.claimed(claim)):
        said = part.condition(part.limit(claim))
        if part.key == parts.SCORE.key and claim.within_minutes is not None:
            said = tr("{said}, what takes over {minutes:g} minutes scoring 0,", said=said, minutes=claim.within_minutes)
        if part.key == parts.LATENCY.key and claim.at_load is not None:
            said = tr("{said} with {at_load} {at_load:call|calls} at once", said=said, at_load=claim.at_load)
        yield said


def _short(judgement: Judgement, record: RunRecord) -> Iterator[str]:
    """Suites that have not got twice the items."""
    sizes = {suite: int(judgement.pairs.of(suite).sum()) for suite in sorted(set(judgement.pairs.suites))}
    has = {suite: record.suites[suite].items_available for suite in sizes}
    few = [
        tr("{suite} has only {has}", suite=suite, has=has[suite])
        for suite, size in sizes.items()
        if has[suite] < 2 * size
    ]
    if few:
        yield tr(" Twice as many are not there: {few} items.", few=tr(" and ").join(few))
