"""A verdict in words: the sentences to paste, what every mention of it must carry, and what it rests on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from bench.claims import early, parts
from bench.claims.firstlines import headline, second
from bench.claims.judge import Judgement
from bench.claims.parts import Part
from bench.language import tr
from bench.records import Claim, RecordedModel, RunRecord, slice_words

RESCORED = "score"
"""What run.json says a run was derived by where its answers were scored again."""


def sentence(judgement: Judgement, record: RunRecord) -> str:
    """To paste: what to know first, verdict with sizes, what the other reading says, and what it rests on."""
    remarks = labels(judgement, record)
    label = f" ({'; '.join(remarks)})" if remarks else ""
    first = [judgement.apart, headline(judgement).removesuffix(".") + f"{label}.", second(judgement)]
    first += [judgement.case.remark(part) for part in left_out(judgement)]
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
    remarks = [] if judgement.declared else [tr("exploratory")]
    remarks += [tr("judged before")] if judgement.declared and judgement.seen_in else []
    stand = early.label(judgement)
    remarks += [stand] if stand else []
    if judgement.claim.slice:
        remarks.append(tr("kind of work: {name}", name=judgement.claim.slice.name))
        if judgement.claim.slice.evidence == "accepted":
            remarks.append(tr("agreement with accepted past answers, not quality"))
    if judgement.claim.within_minutes is not None:
        remarks.append(tr("counting what is solved within {minutes:g} minutes", minutes=judgement.claim.within_minutes))
    if judgement.claim.at_load is not None:
        loaded = judgement.pairs.loaded
        n = len(loaded.seconds) if loaded else 0
        remarks.append(
            tr("latency with {at_load} {at_load:call|calls} at once, n = {n}", at_load=judgement.claim.at_load, n=n)
        )
    if judgement.pairs.n < judgement.pairs.planned and not stand:
        remarks.append(tr("interim: {n} of {planned} items", n=judgement.pairs.n, planned=judgement.pairs.planned))
    settings = record.settings
    if words := slice_words(settings.levels, settings.families, settings.kinds):
        remarks.append(tr("on a slice: {words}", words=words))
    by = record.derived.by if record.derived else None
    if by == "reprice" and _priced(judgement.claim):
        remarks.append(tr("repriced"))
    if by == RESCORED:
        remarks.append(tr("scored again"))
    for side in (judgement.pairs.candidate, judgement.pairs.baseline):
        if side.cap_stated is not None and _priced(judgement.claim):
            remarks.append(
                tr(
                    "if an answer of {label} can cost {cap_stated:g} USD at most",
                    label=side.label,
                    cap_stated=side.cap_stated,
                )
            )
    return [*remarks, *_window(judgement, record)]


def _window(judgement: Judgement, record: RunRecord) -> Iterator[str]:
    """Where prices depend on the hour or the way of asking: what the verdict holds for."""
    if not _priced(judgement.claim):
        return
    if record.traffic and record.traffic.prices_differ:
        yield tr("at your traffic: {words}", words=record.traffic.words)
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
    each = (
        tr("{repeats} runs each", repeats=repeats)
        if even
        else tr(" and ").join(
            tr("{samples} {samples:answer|answers} of {label}", samples=side.samples, label=side.label)
            for side in sides
        )
    )
    paired = int(pairs.both.sum())
    graded = int(pairs.graded.sum())
    items = (
        tr("{n} paired {n:item|items}", n=pairs.n)
        if paired == pairs.n
        else tr("{n} {n:item|items}, {graded} of them graded", n=pairs.n, graded=graded)
        if graded < pairs.n and paired == graded
        else tr("{n} {n:item|items}, {paired} of them with both scores", n=pairs.n, paired=paired)
    )
    rests = [
        items,
        tr("1 run each") if even and repeats == 1 else each,
        tr("{confidence:g} % confidence", confidence=100 * judgement.claim.confidence),
    ]
    sampling = {text for side in (pairs.candidate, pairs.baseline) for text in side.sampling}
    if len(sampling) == 1:
        sent = json.loads(sampling.pop())
        rests.append(", ".join(f"{key} {value:g}" for key, value in sent.items()) or tr("the vendors' own sampling"))
    if _priced(judgement.claim):
        rests += _prices([record.models[side.label] for side in (pairs.candidate, pairs.baseline)], record)
    if pairs.earliest:
        rests.append(tr("answers given from {earliest} on", earliest=pairs.earliest[:10]))
    return f"{', '.join(rests)}."


def _prices(models: Sequence[RecordedModel], record: RunRecord) -> Iterator[str]:
    local = [model for model in models if model.local]
    if len(local) < len(models):
        yield from record.price_dates
    rates = {rate for model in local if (rate := model.usd_per_hour) is not None}
    if rates:
        yield tr("{rate} USD per machine hour", rate=tr(" and ").join(f"{rate:g}" for rate in sorted(rates)))
