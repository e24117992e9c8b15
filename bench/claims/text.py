"""A verdict in words: the sentences to paste, what every mention of it must carry, and what it rests on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from bench.claims import early, parts
from bench.claims.firstlines import beyond, headline
from bench.claims.judge import Judgement
from bench.claims.parts import Part
from bench.records import Claim, RecordedModel, RunRecord, slice_words

RESCORED = "score"
"""What run.json says a run was derived by where its answers were scored again."""


def sentence(judgement: Judgement, record: RunRecord) -> str:
    """To paste: what to know first, verdict with sizes, what the other reading says, and what it rests on."""
    remarks = labels(judgement, record)
    label = f" ({'; '.join(remarks)})" if remarks else ""
    first = [judgement.apart, headline(judgement).removesuffix(".") + f"{label}.", beyond(judgement)]
    first += [part.local_remark for part in left_out(judgement)]
    return " ".join([*(text for text in first if text), basis(judgement, record)])


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
    stand = early.label(judgement)
    remarks += [stand] if stand else []
    if judgement.pairs.n < judgement.pairs.planned and not stand:
        remarks.append(f"interim: {judgement.pairs.n} of {judgement.pairs.planned} items")
    settings = record.settings
    if words := slice_words(settings.levels, settings.families, settings.kinds):
        remarks.append(f"on a slice: {words}")
    by = record.derived.by if record.derived else None
    if by == "reprice" and _priced(judgement.claim):
        remarks.append("repriced")
    if by == RESCORED:
        remarks.append("scored again")
    for side in (judgement.pairs.candidate, judgement.pairs.baseline):
        if side.cap_stated is not None and _priced(judgement.claim):
            remarks.append(f"if an answer of {side.label} can cost {side.cap_stated:g} USD at most")
    return [*remarks, *_window(judgement, record)]


def _window(judgement: Judgement, record: RunRecord) -> Iterator[str]:
    """Where prices depend on the hour or the way of asking: what the verdict holds for."""
    if not _priced(judgement.claim):
        return
    if record.traffic and record.traffic.prices_differ:
        yield f"at your traffic: {record.traffic.words}"
        return
    for side in (judgement.pairs.candidate, judgement.pairs.baseline):
        yield from side.window.words if side.window else ()


def _priced(claim: Claim) -> bool:
    return any(part.priced for part in parts.claimed(claim))


def basis(judgement: Judgement, record: RunRecord) -> str:
    """What a verdict rests on: items, runs, confidence, sampling, prices and dates."""
    pairs = judgement.pairs
    repeats = record.settings.repeats
    sides = (pairs.candidate, pairs.baseline)
    even = all(side.samples == pairs.n * repeats for side in sides)
    each = f"{repeats} runs each" if even else " and ".join(f"{side.samples} answers of {side.label}" for side in sides)
    paired = int(pairs.both.sum())
    items = f"{pairs.n} paired items" if paired == pairs.n else f"{pairs.n} items, {paired} of them with both scores"
    rests = [
        items,
        "1 run each" if even and repeats == 1 else each,
        f"{100 * judgement.claim.confidence:g} % confidence",
    ]
    sampling = {text for side in (pairs.candidate, pairs.baseline) for text in side.sampling}
    if len(sampling) == 1:
        sent = json.loads(sampling.pop())
        rests.append(", ".join(f"{key} {value:g}" for key, value in sent.items()) or "the vendors' own sampling")
    if _priced(judgement.claim):
        rests += _prices([record.models[side.label] for side in (pairs.candidate, pairs.baseline)], record)
    if pairs.earliest:
        rests.append(f"answers given from {pairs.earliest[:10]} on")
    return f"{', '.join(rests)}."


def _prices(models: Sequence[RecordedModel], record: RunRecord) -> Iterator[str]:
    local = [model for model in models if model.local]
    if len(local) < len(models):
        yield from record.price_dates
    rates = {rate for model in local if (rate := model.usd_per_hour) is not None}
    if rates:
        yield f"{' and '.join(f'{rate:g}' for rate in sorted(rates))} USD per machine hour"
