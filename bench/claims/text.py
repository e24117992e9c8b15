"""A verdict in words: the sentence to paste, with its numbers."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bench.claims.halves import MEAN
from bench.claims.judge import Opinion
from bench.records.manifest import RunRecord
from bench.records.recorded import RecordedModel
from bench.records.settings import Claim
from bench.stats.half import Half
from bench.stats.verdict import Verdict

UNJUDGED = "Latency is reported, not judged: a local model takes part."
"""Said where a claim speaks of latency beside something else, and a model of this machine takes part."""


def sentence(opinion: Opinion, record: RunRecord) -> str:
    """One or two sentences to paste: verdict, sizes with intervals, margin, n, sampling and price date."""
    claim, pairs = opinion.claim, opinion.pairs
    remarks = labels(opinion, record)
    label = f" ({'; '.join(remarks)})" if remarks else ""
    told = "; ".join(
        f"{_where(suite, pairs.suites)}, {claim.candidate} {', and it '.join(_told(opinion, suite, h) for h in halves)}"
        for suite, halves in _by_suite(opinion).items()
    )
    verdict = str(opinion.verdict).capitalize()
    unjudged = f" {UNJUDGED}" if judged_part(opinion) != claim else ""
    return f"{verdict} at {100 * claim.confidence:g} %{label}: {told}.{unjudged} {_basis(opinion, record)}"


def judged_part(opinion: Opinion) -> Claim:
    """The claim as far as it was judged: without its latency, where that is only reported beside something else."""
    others = opinion.claim.cheaper_by is not None or opinion.claim.worse_by is not None
    return replace(opinion.claim, slower_by=None) if opinion.reported and others else opinion.claim


def labels(opinion: Opinion, record: RunRecord) -> list[str]:
    """What every mention of the verdict must carry: exploratory, judged before, interim, repriced, scored again."""
    found = [] if opinion.declared else ["exploratory"]
    found += ["judged before"] if opinion.declared and opinion.seen_in else []
    if opinion.pairs.n < opinion.pairs.planned:
        found.append(f"interim: {opinion.pairs.n} of {opinion.pairs.planned} items")
    by = record.derived.by if record.derived else None
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
    """What one half says, e.g. "costs 93.9 % less per item than opus (90 % interval 92.6 % to 95.0 %)"."""
    claim = opinion.claim
    if not math.isfinite(half.estimate):
        return f"cannot be judged by its {'score' if half.name == 'quality' else half.name} ({half.problem})"
    interval = _interval(half, claim, _asked(opinion, suite))
    if half.name == "quality":
        assert claim.worse_by is not None
        told = f"scores {_gap(half.estimate)} {claim.baseline}{interval}"
        limit = _margin(opinion, suite, half, claim.worse_by)
    elif half.name == "cost":
        assert claim.cheaper_by is not None
        told = f"costs {saving(half.estimate)} per item than {claim.baseline}{interval}"
        limit = f"claimed: at least {100 * claim.cheaper_by:g} % less"
    else:
        assert claim.slower_by is not None
        told = f"takes {half.estimate:.2f} times as long as {claim.baseline}{interval}"
        limit = f"claimed: at most {claim.slower_by:g}"
    why = half.problem or half.blocked
    return f"{told}, {limit}" + (f" (not shown: {why})" if why else "")


def _asked(opinion: Opinion, suite: str) -> int:
    """Items that a half speaks of."""
    return opinion.pairs.n if suite == MEAN else int(opinion.pairs.of(suite).sum())


def _margin(opinion: Opinion, suite: str, half: Half, margin: float) -> str:
    """Inside or outside the margin only where that is shown."""
    said = f"{100 * margin:g}-point margin"
    if half.p_supported <= opinion.claim.alpha and not half.problem:
        return f"inside the {said}"
    if opinion.verdict is Verdict.REFUTED and opinion.judged.failing == (suite, half.name):
        return f"outside the {said}"
    return f"with a {said}"


def _interval(half: Half, claim: Claim, asked: int) -> str:
    """The interval, and what it rests on where that is not every item asked."""
    low, high = half.interval.low, half.interval.high
    if low is None or high is None:
        return " (no interval)"
    level = two_sided(claim)
    what = "timed pairs" if half.name == "latency" else "items"
    rest = "" if half.n == asked else f", from {half.n} {what}"
    if half.name == "quality":
        return f" ({level} interval {points(low)} to {points(high)}{rest})"
    if half.name == "cost":
        return f" ({level} interval {saving_span(low, high)}{rest})"
    return f" ({level} interval {low:.2f} to {high:.2f}{rest})"


def two_sided(claim: Claim) -> str:
    """The level of the intervals that go with a claim's one-sided tests, e.g. "90 %" at a confidence of 95 %."""
    return f"{100 * (1 - 2 * claim.alpha):g} %"


def saving_span(low: float, high: float) -> str:
    """A range of cost ratios as savings, e.g. "89.0 % to 91.0 % less", or "2.0 % less to 3.0 % more"."""
    if high <= 1:
        return f"{percent(1 - high)} to {percent(1 - low)} less"
    if low >= 1:
        return f"{percent(low - 1)} to {percent(high - 1)} more"
    return f"{saving(low)} to {saving(high)}"


def points(share: float) -> str:
    """A score difference in points, signed."""
    return f"{100 * share:+.1f}"


def _gap(difference: float) -> str:
    if round(100 * difference, 1) == 0:
        return "the same as"
    return f"{abs(100 * difference):.1f} points {'lower' if difference < 0 else 'higher'} than"


def percent(share: float) -> str:
    """A share; as many digits as it takes to tell it from all or nothing."""
    digits = 1
    while 0 < share < 1 and digits < 6 and float(f"{100 * share:.{digits}f}") in (0.0, 100.0):
        digits += 1
    return f"{100 * share:.{digits}f} %"


def saving(ratio: float) -> str:
    """A cost ratio, e.g. "90.0 % less"."""
    return f"{percent(1 - ratio)} less" if ratio <= 1 else f"{percent(ratio - 1)} more"


def _basis(opinion: Opinion, record: RunRecord) -> str:
    pairs = opinion.pairs
    repeats = record.settings.repeats
    sides = (pairs.candidate, pairs.baseline)
    even = all(side.samples == pairs.n * repeats for side in sides)
    each = f"{repeats} runs each" if even else " and ".join(f"{side.samples} answers of {side.label}" for side in sides)
    paired = int(pairs.both.sum())
    items = f"{pairs.n} paired items" if paired == pairs.n else f"{pairs.n} items, {paired} of them with both scores"
    parts = [items, "1 run each" if even and repeats == 1 else each]
    sampling = {text for side in (pairs.candidate, pairs.baseline) for text in side.sampling}
    if len(sampling) == 1:
        sent = json.loads(sampling.pop())
        parts.append(", ".join(f"{key} {value:g}" for key, value in sent.items()) or "the vendors' own sampling")
    if opinion.claim.cheaper_by is not None:
        parts += _prices([record.models[side.label] for side in (pairs.candidate, pairs.baseline)], record)
    if pairs.earliest:
        parts.append(f"answers given from {pairs.earliest[:10]} on")
    return f"{', '.join(parts)}."


def _prices(models: Sequence[RecordedModel], record: RunRecord) -> Iterator[str]:
    local = [model for model in models if model.local]
    as_of = record.prices_as_of
    if as_of and len(local) < len(models):
        yield f"prices of {as_of}"
    rates = {rate for model in local if (rate := model.usd_per_hour) is not None}
    if rates:
        yield f"{' and '.join(f'{rate:g}' for rate in sorted(rates))} USD per machine hour"
