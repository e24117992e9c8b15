"""A verdict in plain words: the paragraph for a reader who knows no statistics."""

from __future__ import annotations

from collections.abc import Iterator

from bench.claims import early, outlook, parts
from bench.claims.judge import Judgement
from bench.claims.observed import observe
from bench.claims.text import judged_part, left_out
from bench.claims.verdict import Verdict
from bench.claims.words import percent
from bench.records import SUCH, Claim, RunRecord

ENDS = {
    Verdict.SUPPORTED: "is supported",
    Verdict.REFUTED: "is refuted",
    Verdict.INCONCLUSIVE: "is inconclusive: neither shown nor refuted",
}
"""How a sentence about a claim ends."""


def explanation(judgement: Judgement, record: RunRecord) -> str:
    """What a verdict means, for a reader who knows no statistics, and where it is worth less than it seems."""
    said = [verdict_in_words(judgement), _outcome(judgement)]
    if judgement.verdict is Verdict.SUPPORTED:
        likely = f"That does not make it {100 * judgement.claim.confidence:g} % likely to be true."
        said += [_luck(judgement, "false", "good"), likely]
    elif judgement.verdict is Verdict.REFUTED:
        said.append(_luck(judgement, "true", "bad"))
    elif judgement.outlook is not None:
        said.append(f"{outlook.what_it_takes(judgement.outlook)}.{''.join(_short(judgement, record))}")
    return " ".join([*said, *_cautions(judgement)])


def verdict_in_words(judgement: Judgement) -> str:
    """The first sentence: what is claimed, and what came of it."""
    return f"The claim that {statement(judged_part(judgement))} {ENDS[judgement.verdict]}."


def _luck(judgement: Judgement, were: str, kind: str) -> str:
    times = f"nominally {100 * judgement.claim.alpha:g} times in 100"
    of = "other tasks like these" if judgement.claim.about == SUCH else "fresh items of these kinds of task"
    return f"If the claim were {were} for {of}, luck would give a result this {kind} {times}."


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
    yield from early.caution(judgement)
    if judgement.pairs.n < judgement.pairs.planned and judgement.stand is None:
        yield f"Caution: the run is not finished, and the {times} are those of a run judged once, at its end."


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


def _short(judgement: Judgement, record: RunRecord) -> Iterator[str]:
    """Suites that have not got twice the items."""
    sizes = {suite: int(judgement.pairs.of(suite).sum()) for suite in sorted(set(judgement.pairs.suites))}
    has = {suite: record.suites[suite].items_available for suite in sizes}
    few = [f"{suite} has only {has[suite]}" for suite, size in sizes.items() if has[suite] < 2 * size]
    if few:
        yield f" Twice as many are not there: {' and '.join(few)} items."
