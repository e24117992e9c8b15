"""A verdict in words: the sentence to paste, with its numbers."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence

from bench.claims import parts
from bench.claims.judge import Judgement
from bench.claims.parts import Part, PartResult
from bench.claims.scope import MEAN
from bench.claims.verdict import Verdict
from bench.claims.words import two_sided
from bench.records import Claim, RecordedModel, RunRecord

RESCORED = "score"
"""What run.json says a run was derived by where its answers were scored again."""


def sentence(judgement: Judgement, record: RunRecord) -> str:
    """One or two sentences to paste: verdict, sizes with intervals, margin, n, sampling and price date."""
    claim, pairs = judgement.claim, judgement.pairs
    remarks = labels(judgement, record)
    label = f" ({'; '.join(remarks)})" if remarks else ""
    measured = "; ".join(
        f"{_where(suite, pairs.suites)}, {claim.candidate} "
        + ", and it ".join(_measured(judgement, suite, result) for result in results)
        for suite, results in _by_suite(judgement).items()
    )
    verdict = str(judgement.verdict).capitalize()
    unjudged = "".join(f" {part.local_remark}" for part in left_out(judgement))
    return f"{verdict} at {100 * claim.confidence:g} %{label}: {measured}.{unjudged} {_basis(judgement, record)}"


def left_out(judgement: Judgement) -> list[Part]:
    """Parts of the claim that are only reported, where something else is judged."""
    reported = {key for _, key in judgement.reported}
    others = [part for part in parts.claimed(judgement.claim) if part.key not in reported]
    return [part for part in parts.claimed(judgement.claim) if part.key in reported] if others else []


def judged_part(judgement: Judgement) -> Claim:
    """The claim as far as it was judged: without what is only reported beside something else."""
    return judgement.claim.without(*(part.margin for part in left_out(judgement)))


def labels(judgement: Judgement, record: RunRecord) -> list[str]:
    """What every mention of the verdict must carry: exploratory, judged before, interim, repriced, scored again."""
    remarks = [] if judgement.declared else ["exploratory"]
    remarks += ["judged before"] if judgement.declared and judgement.seen_in else []
    if judgement.pairs.n < judgement.pairs.planned:
        remarks.append(f"interim: {judgement.pairs.n} of {judgement.pairs.planned} items")
    by = record.derived.by if record.derived else None
    if by == "reprice" and _priced(judgement.claim):
        remarks.append("repriced")
    if by == RESCORED:
        remarks.append("scored again")
    return [*remarks, *_window(judgement, record)]


def _window(judgement: Judgement, record: RunRecord) -> Iterator[str]:
    """Where prices depend on the hour or the way of asking: what the verdict holds for."""
    if not _priced(judgement.claim):
        return
    if record.traffic is not None:
        yield f"at your traffic: {record.traffic.words}"
        return
    for side in (judgement.pairs.candidate, judgement.pairs.baseline):
        yield from side.window.words if side.window else ()


def _priced(claim: Claim) -> bool:
    return any(part.priced for part in parts.claimed(claim))


def _by_suite(judgement: Judgement) -> dict[str, list[PartResult]]:
    results: dict[str, list[PartResult]] = {}
    for (suite, _), result in sorted(judgement.test.parts.items(), key=lambda entry: entry[0]):  # by part's key
        results.setdefault(suite, []).append(result)
    return results


def _where(suite: str, suites: Sequence[str]) -> str:
    if suite == MEAN:
        return f"on tasks like those of {', '.join(sorted(set(suites)))} (mean of the suites)"
    return f"on tasks like suite {suite}"


def _measured(judgement: Judgement, suite: str, result: PartResult) -> str:
    """What a part says, e.g. "costs 93.9 % less per item than opus (90 % interval 92.6 % to 95.0 %)"."""
    claim, part = judgement.claim, parts.part(result.name)
    if not math.isfinite(result.estimate):
        return f"cannot be judged by its {part.noun} ({result.problem})"
    interval = _interval(part, result, claim, _asked(judgement, suite))
    limit = part.limit_in_words(part.limit(claim), _shown(judgement, suite, result))
    why = result.problem or result.blocked
    return f"{part.measured(result.estimate, claim.baseline)}{interval}, {limit}" + (
        f" (not shown: {why})" if why else ""
    )


def _asked(judgement: Judgement, suite: str) -> int:
    """Items that a part speaks of."""
    return judgement.pairs.n if suite == MEAN else int(judgement.pairs.of(suite).sum())


def _shown(judgement: Judgement, suite: str, result: PartResult) -> bool | None:
    """Whether a part is shown to hold, or to fail; None where neither is."""
    if judgement.supports(result):
        return True
    refutes = judgement.verdict is Verdict.REFUTED and judgement.test.failing == (suite, result.name)
    return False if refutes else None


def _interval(part: Part, result: PartResult, claim: Claim, asked: int) -> str:
    """The interval, and what it rests on where that is not every item asked."""
    low, high = result.interval.low, result.interval.high
    if low is None or high is None:
        return " (no interval)"
    rest = "" if result.n == asked else f", from {result.n} {part.unit}"
    return f" ({two_sided(claim)} interval {part.between(low, high)}{rest})"


def _basis(judgement: Judgement, record: RunRecord) -> str:
    pairs = judgement.pairs
    repeats = record.settings.repeats
    sides = (pairs.candidate, pairs.baseline)
    even = all(side.samples == pairs.n * repeats for side in sides)
    each = f"{repeats} runs each" if even else " and ".join(f"{side.samples} answers of {side.label}" for side in sides)
    paired = int(pairs.both.sum())
    items = f"{pairs.n} paired items" if paired == pairs.n else f"{pairs.n} items, {paired} of them with both scores"
    basis = [items, "1 run each" if even and repeats == 1 else each]
    sampling = {text for side in (pairs.candidate, pairs.baseline) for text in side.sampling}
    if len(sampling) == 1:
        sent = json.loads(sampling.pop())
        basis.append(", ".join(f"{key} {value:g}" for key, value in sent.items()) or "the vendors' own sampling")
    if _priced(judgement.claim):
        basis += _prices([record.models[side.label] for side in (pairs.candidate, pairs.baseline)], record)
    if pairs.earliest:
        basis.append(f"answers given from {pairs.earliest[:10]} on")
    return f"{', '.join(basis)}."


def _prices(models: Sequence[RecordedModel], record: RunRecord) -> Iterator[str]:
    local = [model for model in models if model.local]
    if len(local) < len(models):
        yield from record.price_dates
    rates = {rate for model in local if (rate := model.usd_per_hour) is not None}
    if rates:
        yield f"{' and '.join(f'{rate:g}' for rate in sorted(rates))} USD per machine hour"
