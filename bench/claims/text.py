"""A verdict in words: the sentence to paste, the reasons, and the numbers behind them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from bench.claims.judge import MEAN, Opinion
from bench.config import Claim
from bench.stats import Interval
from bench.stats.half import Half
from bench.stats.verdict import Verdict


def sentence(opinion: Opinion, manifest: Mapping[str, Any]) -> str:
    """One or two sentences to paste: verdict, sizes with intervals, margin, n, sampling and price date."""
    claim, pairs = opinion.claim, opinion.pairs
    level = f"{100 * claim.confidence:g}%"
    head = {
        Verdict.SUPPORTED: f"Supported at {level}",
        Verdict.REFUTED: f"Refuted at {level}",
        Verdict.INCONCLUSIVE: f"Inconclusive at {level}",
    }[opinion.verdict]
    told = "; ".join(
        f"{_where(suite, pairs.suites)}, {claim.candidate} {', and it '.join(_told(claim, half) for half in halves)}"
        for suite, halves in _by_suite(opinion).items()
    )
    return f"{head}{_label(opinion)}: {told}. {_basis(opinion, manifest)}"


def _label(opinion: Opinion) -> str:
    labels = [] if opinion.declared else ["exploratory"]
    if opinion.pairs.n < opinion.pairs.planned:
        labels.append(f"interim: {opinion.pairs.n} of {opinion.pairs.planned} items")
    return f" ({'; '.join(labels)})" if labels else ""


def _by_suite(opinion: Opinion) -> dict[str, list[Half]]:
    found: dict[str, list[Half]] = {}
    for (suite, _), half in sorted(opinion.judged.halves.items()):  # cost, latency, quality
        found.setdefault(suite, []).append(half)
    return found


def _where(suite: str, suites: Sequence[str]) -> str:
    if suite == MEAN:
        return f"on tasks like those of {', '.join(sorted(set(suites)))} (mean of the suites)"
    return f"on tasks like suite {suite}"


def _told(claim: Claim, half: Half) -> str:
    """What one half says, e.g. "costs 93.9% less per item than opus (90% interval 92.6% to 95.0%)"."""
    if not math.isfinite(half.estimate):
        return f"has an unknown {half.name} ({half.problem})"
    interval = _interval(half, claim)
    if half.name == "quality":
        assert claim.worse_by is not None
        margin = f"the {100 * claim.worse_by:g}-point margin"
        inside = "inside" if half.estimate >= -claim.worse_by else "outside"
        return f"scores {_gap(half.estimate)} {claim.baseline}{interval}, {inside} {margin}"
    if half.name == "cost":
        assert claim.cheaper_by is not None
        less = _saving(half.estimate)
        return f"costs {less} per item than {claim.baseline}{interval}, the claim being {100 * claim.cheaper_by:g}%"
    assert claim.slower_by is not None
    return (
        f"takes {half.estimate:.2f} times as long as {claim.baseline}{interval}, claimed: at most {claim.slower_by:g}"
    )


def _interval(half: Half, claim: Claim) -> str:
    low, high = half.interval.low, half.interval.high
    if low is None or high is None:
        return " (no interval)"
    level = f"{100 * (1 - 2 * (1 - claim.confidence)):g}%"
    if half.name == "quality":
        return f" ({level} interval {_points(low)} to {_points(high)})"
    if half.name == "cost":
        return f" ({level} interval {_percent(1 - high)} to {_percent(1 - low)} less)"
    return f" ({level} interval {low:.2f} to {high:.2f})"


def _points(share: float) -> str:
    return f"{100 * share:+.1f}"


def _gap(difference: float) -> str:
    if round(100 * difference, 1) == 0:
        return "the same as"
    return f"{abs(100 * difference):.1f} points {'lower' if difference < 0 else 'higher'} than"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"


def _saving(ratio: float) -> str:
    return f"{_percent(1 - ratio)} less" if ratio <= 1 else f"{_percent(ratio - 1)} more"


def _basis(opinion: Opinion, manifest: Mapping[str, Any]) -> str:
    pairs = opinion.pairs
    repeats = int(manifest["settings"]["repeats"])
    parts = [f"{pairs.n} paired items", "1 run each" if repeats == 1 else f"{repeats} runs each"]
    sampling = {text for side in (pairs.candidate, pairs.baseline) for text in side.sampling}
    if len(sampling) == 1:
        sent = json.loads(sampling.pop())
        parts.append(", ".join(f"{key} {value:g}" for key, value in sent.items()) or "the vendors' own sampling")
    prices = manifest.get("prices") or {}
    if opinion.claim.cheaper_by is not None and prices.get("as_of"):
        parts.append(f"prices of {prices['as_of']}")
    parts.append(f"answers from {pairs.earliest[:10]} on")
    return f"{', '.join(parts)}."


def explanation(opinion: Opinion) -> str:
    """The verdict in plain words, for a reader who knows no statistics."""
    claim = opinion.claim
    conditions = " and ".join(_conditions(claim))
    said = f"The claim is that {claim.candidate} {conditions} than {claim.baseline}."
    if opinion.verdict is Verdict.SUPPORTED:
        chance = f"{100 * (1 - claim.confidence):g}%"
        return (
            f"{said} The items support it: were it false, so good a result would come up at most {chance} of the time."
        )
    if opinion.verdict is Verdict.REFUTED:
        assert opinion.judged.failing is not None
        suite, name = opinion.judged.failing
        scope = "" if suite == MEAN else f" on {suite}"
        return (
            f"{said} The items asked speak against it: the {name} condition fails{scope} by more than chance explains."
        )
    needed = opinion.judged.needed
    more = (
        f" About {needed} items per suite would decide it, if the differences seen are the true ones." if needed else ""
    )
    reasons = "; ".join(dict.fromkeys(opinion.judged.problems.values())) or "chance alone could explain what was seen"
    return f"{said} The items asked decide nothing either way: {reasons}.{more}"


def _conditions(claim: Claim) -> Iterator[str]:
    if claim.cheaper_by is not None:
        yield f"costs at least {100 * claim.cheaper_by:g}% less"
    if claim.worse_by is not None:
        yield f"scores at most {100 * claim.worse_by:g} points lower"
    if claim.slower_by is not None:
        yield f"takes at most {claim.slower_by:g} times as long"


def on_these_items(opinion: Opinion) -> str:
    """What happened on exactly the items asked: no statement about others."""
    import numpy as np

    ours, theirs = opinion.pairs.candidate, opinion.pairs.baseline
    both = ~np.isnan(ours.score) & ~np.isnan(theirs.score)
    claim = opinion.claim
    if not both.any():
        return "On exactly these items: none has a score on both sides."
    scores = f"{_percent(float(ours.score[both].mean()))} against {_percent(float(theirs.score[both].mean()))}"
    told = f"On exactly these {int(both.sum())} items {claim.candidate} scored {scores}"
    priced = both & ~np.isnan(ours.cost) & ~np.isnan(theirs.cost)
    if priced.any() and theirs.cost[priced].sum() > 0:
        bills = f"{ours.cost[priced].sum():.4g} against {theirs.cost[priced].sum():.4g} USD"
        told += f" and cost {bills}" + ("" if priced.sum() == both.sum() else f" on {int(priced.sum())} of them")
    return f"{told}; this says nothing of other items, and another run may answer some of them otherwise."


def markdown(opinions: Sequence[Opinion], manifest: Mapping[str, Any]) -> str:
    """claims.md: for each claim the sentence, its meaning, a table of the halves, and what to know beside it."""
    parts = ["# Claims"]
    for opinion in opinions:
        parts += [
            f"## {opinion.claim.name}: {opinion.verdict}",
            sentence(opinion, manifest),
            explanation(opinion),
            _table(opinion),
            "*differ*: items solved by one side only. *p for*, *p against*: how often data this favourable, or this "
            "unfavourable, would come up if the half were false, or true. *smallest effect*: what this many "
            "items show four times in five.",
            on_these_items(opinion),
            *(f"- {warning}" for warning in _notes(opinion)),
        ]
    return "\n\n".join(parts) + "\n"


def _notes(opinion: Opinion) -> list[str]:
    notes = [note for half in opinion.judged.halves.values() for note in half.notes]
    notes += [f"{suite}, {name}: {why}" for (suite, name), why in opinion.judged.problems.items()]
    if not opinion.declared:
        notes.append("exploratory: the claim was recorded after answers it uses had been asked")
    return [*dict.fromkeys(notes), *opinion.warnings]


def _table(opinion: Opinion) -> str:
    lines = [
        "| suite | half | estimate | interval | n | differ | p for | p against | smallest effect | items needed |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    rows = [*opinion.judged.halves.items(), *((("reported", half.name), half) for half in opinion.reported)]
    for (suite, name), half in rows:
        scale = _points if name == "quality" else _ratio
        cells = [
            suite, name, scale(half.estimate) if math.isfinite(half.estimate) else "unknown",
            _bounds(half.interval, scale), str(half.n),
            "" if half.discordance is None else _percent(half.discordance),
            f"{half.p_supported:.3g}", f"{half.p_refuted:.3g}",
            "" if half.detectable is None else _distance(name, half.detectable),
            "" if half.needed is None else str(half.needed),
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _ratio(value: float) -> str:
    return f"x{value:.3g}"


def _distance(name: str, detectable: float) -> str:
    return f"{100 * detectable:.1f} points" if name == "quality" else f"x{math.exp(detectable):.2f}"


def _bounds(interval: Interval, scale: Any) -> str:
    return (
        "none" if interval.low is None or interval.high is None else f"{scale(interval.low)} to {scale(interval.high)}"
    )


def as_json(opinions: Sequence[Opinion], manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """claims.json: everything that markdown tells, as plain JSON; unknown numbers are null."""
    return [
        {
            "name": opinion.claim.name,
            "verdict": str(opinion.verdict),
            "declared": opinion.declared,
            "claim": {key: value for key, value in asdict(opinion.claim).items() if key != "name"},
            "sentence": sentence(opinion, manifest),
            "explanation": explanation(opinion),
            "on_these_items": on_these_items(opinion),
            "p_supported": opinion.p_supported,
            "p_refuted": opinion.p_refuted,
            "n": opinion.pairs.n,
            "planned": opinion.pairs.planned,
            "needed": opinion.judged.needed,
            "halves": [{"suite": suite, **_plain(half)} for (suite, _), half in opinion.judged.halves.items()],
            "reported": [_plain(half) for half in opinion.reported],
            "notes": _notes(opinion),
        }
        for opinion in opinions
    ]


def _plain(half: Half) -> dict[str, Any]:
    raw = asdict(half)
    return {**raw, "estimate": raw["estimate"] if math.isfinite(half.estimate) else None} | {
        key: {**raw[key], "estimate": None} for key in ("interval", "interval_95") if not math.isfinite(half.estimate)
    }
