"""claims.md and claims.json: every claim's sentence, its meaning, the numbers behind it and what to know beside it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from bench.claims.judge import Opinion
from bench.claims.observed import observed, on_these_items
from bench.claims.pairs import Side
from bench.claims.plain import explanation
from bench.claims.read import Ruling
from bench.claims.text import labels, percent, points, sentence
from bench.records.manifest import RunRecord
from bench.stats import Interval
from bench.stats.half import Half

LEGEND = (
    "*estimate*: points of score; for cost and latency, the candidate's over the baseline's. *interval*: what these "
    "items leave plausible. *differ*: items solved by one side only. *p for*: how often chance alone would give a "
    "result this good if this part of the claim were false; *p against*: this bad if it were true. *detectable*: the "
    "smallest distance from the claimed limit that this many items show four times in five. *items needed*: of each "
    "suite, to decide this part four times in five, if what is seen here is true. Where a few calls cost many times "
    "the others, a 95 % interval of cost holds the truth only 82 to 92 times in 100; *p for* and *p against* allow for "
    "that."
)


def lines(ruling: Ruling, record: RunRecord) -> list[str]:
    """For a terminal: each claim with its sentence, or why this run cannot judge it."""
    told = []
    for opinion in ruling.opinions:
        told.append(f"{opinion.claim.name}: {sentence(opinion, record)}")
        told += [f"{opinion.claim.name}: beside it: {opinion.rival}."] if opinion.rival else []
    return [*told, *(f"{name}: cannot be judged on this run: {why}" for name, why in ruling.unjudged.items())]


def markdown(ruling: Ruling, record: RunRecord) -> str:
    """claims.md."""
    parts = ["# Claims"]
    for opinion in ruling.opinions:
        remarks = labels(opinion, record)
        parts += [
            f"## {opinion.claim.name}: {opinion.verdict}" + (f" ({'; '.join(remarks)})" if remarks else ""),
            sentence(opinion, record),
            explanation(opinion, record),
            on_these_items(opinion),
            _table(opinion),
            LEGEND,
            "\n".join(f"- {note}" for note in _notes(opinion)),
        ]
    for name, why in ruling.unjudged.items():
        parts += [f"## {name}: cannot be judged on this run", why]
    return "\n\n".join(part for part in parts if part) + "\n"


def _notes(opinion: Opinion) -> list[str]:
    notes = [note for half in opinion.judged.halves.values() for note in half.notes]
    notes += [
        f"{suite}, {name}: {half.problem or half.blocked}"
        for (suite, name), half in opinion.judged.halves.items()
        if half.problem or half.blocked
    ]
    if not opinion.declared:
        notes.append("exploratory: nothing shows that the claim was made before the answers it uses")
    notes += [opinion.rival] if opinion.rival else []
    return [*dict.fromkeys(notes), *opinion.warnings]


def _table(opinion: Opinion) -> str:
    found = [
        "| suite | part | estimate | interval | n | differ | p for | p against | detectable | items needed |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    reported = (((suite, f"{name}, not judged"), half) for (suite, name), half in opinion.reported.items())
    rows = [*opinion.judged.halves.items(), *reported]
    for (suite, name), half in rows:
        scale = points if half.name == "quality" else _ratio
        cells = [
            suite, name, scale(half.estimate) if math.isfinite(half.estimate) else "unknown",
            _bounds(half.interval, scale), str(half.n),
            "" if half.discordance is None else percent(half.discordance),
            f"{half.p_supported:.3g}", f"{half.p_refuted:.3g}",
            "" if half.detectable is None else _distance(half.name, half.detectable),
            "" if half.needed is None else str(half.needed),
        ]  # fmt: skip
        found.append(f"| {' | '.join(cells)} |")
    return "\n".join(found)


def _ratio(value: float) -> str:
    return f"x{value:.3g}"


def _distance(name: str, detectable: float) -> str:
    return f"{100 * detectable:.1f} points" if name == "quality" else f"x{math.exp(detectable):.2f}"


def _bounds(interval: Interval, scale: Callable[[float], str]) -> str:
    if interval.low is None or interval.high is None:
        return "none"
    return f"{scale(interval.low)} to {scale(interval.high)}"


def as_json(ruling: Ruling, record: RunRecord) -> list[dict[str, Any]]:
    """claims.json: everything that markdown tells, as plain JSON; unknown numbers, and no verdict, are null."""
    return [
        *(_record(opinion, record) for opinion in ruling.opinions),
        *({"name": name, "verdict": None, "reason": why} for name, why in ruling.unjudged.items()),
    ]


def _record(opinion: Opinion, record: RunRecord) -> dict[str, Any]:
    pairs = opinion.pairs
    return {
        "name": opinion.claim.name,
        "verdict": str(opinion.verdict),
        "labels": labels(opinion, record),
        "declared": opinion.declared,
        "claim": {key: value for key, value in asdict(opinion.claim).items() if key != "name"},
        "sentence": sentence(opinion, record),
        "explanation": explanation(opinion, record),
        "on_these_items": on_these_items(opinion),
        "observed": _known(asdict(observed(opinion))),
        "p_supported": opinion.p_supported,
        "p_refuted": opinion.p_refuted,
        "n": pairs.n,
        "planned": pairs.planned,
        "needed": opinion.judged.needed,
        "halves": [{"suite": suite, **_plain(half)} for (suite, _), half in opinion.judged.halves.items()],
        "reported": [{"suite": suite, **_plain(half)} for (suite, _), half in opinion.reported.items()],
        "candidate": _side(pairs.candidate),
        "baseline": _side(pairs.baseline),
        "prices_as_of": record.prices_as_of,
        "notes": _notes(opinion),
    }


def _side(side: Side) -> dict[str, Any]:
    names = ("label", "samples", "missing", "truncated", "refused", "sampling")
    return {name: getattr(side, name) for name in names}


def _known(raw: dict[str, Any]) -> dict[str, Any]:
    return {key: None if isinstance(value, float) and math.isnan(value) else value for key, value in raw.items()}


def _plain(half: Half) -> dict[str, Any]:
    raw = asdict(half)
    if math.isfinite(half.estimate):
        return raw
    unknown = {key: {**raw[key], "estimate": None} for key in ("interval", "interval_95")}
    return {**raw, "estimate": None, **unknown}
