"""claims.md and claims.json: every claim's sentence, its meaning, the numbers behind it and what to know beside it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from bench import clean
from bench.claims import parts
from bench.claims.judge import Judgement, Reading
from bench.claims.observed import observe, on_these_items
from bench.claims.pairs import Side
from bench.claims.parts import PartResult
from bench.claims.plain import explanation
from bench.claims.read import Ruling
from bench.claims.text import labels, sentence
from bench.claims.words import percent
from bench.records import RunRecord
from bench.stats import Interval

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
    texts = []
    for judgement in ruling.judgements:
        name = judgement.claim.name
        texts.append(f"{name}: {sentence(judgement, record)}")
        texts += [f"{name}: beside it: {judgement.rival}."] if judgement.rival else []
    return [*texts, *(f"{name}: cannot be judged on this run: {why}" for name, why in ruling.unjudged.items())]


def markdown(ruling: Ruling, record: RunRecord) -> str:
    """claims.md."""
    blocks = ["# Claims"]
    for judgement in ruling.judgements:
        remarks = labels(judgement, record)
        blocks += [
            f"## {_said(judgement.claim.name)}: {judgement.verdict}" + (f" ({'; '.join(remarks)})" if remarks else ""),
            _said(sentence(judgement, record)),
            _said(explanation(judgement, record)),
            _said(on_these_items(judgement)),
            _table(judgement),
            LEGEND,
            "\n".join(f"- {_said(note)}" for note in _notes(judgement)),
        ]
    for name, why in ruling.unjudged.items():
        blocks += [f"## {_said(name)}: cannot be judged on this run", _said(why)]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _said(text: str) -> str:
    return "\n".join(map(clean.markdown, text.split("\n")))


def _notes(judgement: Judgement) -> list[str]:
    results = judgement.test.parts
    notes = [note for result in results.values() for note in result.notes]
    notes += [
        f"{suite}, {name}: {result.problem or result.blocked}"
        for (suite, name), result in results.items()
        if result.problem or result.blocked
    ]
    if not judgement.declared:
        notes.append("exploratory: nothing shows that the claim was made before the answers it uses")
    notes += [judgement.rival] if judgement.rival else []
    return [*dict.fromkeys(notes), *judgement.warnings]


def _table(judgement: Judgement) -> str:
    rows = [
        "| suite | part | estimate | interval | n | differ | p for | p against | detectable | items needed |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    rows += [_row(suite, name, result) for (suite, name), result in judgement.test.parts.items()]
    rows += [_row(suite, f"{name}, not judged", result) for (suite, name), result in judgement.reported.items()]
    return "\n".join(rows)


def _row(suite: str, name: str, result: PartResult) -> str:
    part = parts.part(result.name)
    cells = [
        suite,
        name,
        part.cell(result.estimate) if math.isfinite(result.estimate) else "unknown",
        _bounds(result.interval, part.cell),
        str(result.n),
        "" if result.discordance is None else percent(result.discordance),
        f"{result.p_supported:.3g}",
        f"{result.p_refuted:.3g}",
        "" if result.detectable is None else part.distance(result.detectable),
        "" if result.needed is None else str(result.needed),
    ]
    return f"| {' | '.join(map(clean.markdown_cell, cells))} |"


def _bounds(interval: Interval, scale: Callable[[float], str]) -> str:
    if interval.low is None or interval.high is None:
        return "none"
    return f"{scale(interval.low)} to {scale(interval.high)}"


def as_json(ruling: Ruling, record: RunRecord) -> list[dict[str, Any]]:
    """claims.json: everything that markdown tells, as plain JSON; unknown numbers, and no verdict, are null."""
    return [
        *(_record(judgement, record) for judgement in ruling.judgements),
        *({"name": name, "verdict": None, "reason": why} for name, why in ruling.unjudged.items()),
    ]


def _record(judgement: Judgement, record: RunRecord) -> dict[str, Any]:
    pairs = judgement.pairs
    judged = [{"suite": suite, **_plain(result)} for (suite, _), result in judgement.test.parts.items()]
    return {
        "name": judgement.claim.name,
        "verdict": str(judgement.verdict),
        "labels": labels(judgement, record),
        "declared": judgement.declared,
        "claim": {key: value for key, value in judgement.claim.as_dict().items() if key != "name"},
        "sentence": sentence(judgement, record),
        "explanation": explanation(judgement, record),
        "on_these_items": on_these_items(judgement),
        "observed": _known(asdict(observe(judgement))),
        "p_supported": judgement.p_supported,
        "p_refuted": judgement.p_refuted,
        "n": pairs.n,
        "planned": pairs.planned,
        "needed": judgement.test.needed,
        "parts": judged,
        "halves": judged,  # the key of files written before; it goes with the next version of the format
        "about": judgement.claim.about,
        "readings": [_reading(reading) for reading in judgement.readings],
        "reported": [{"suite": suite, **_plain(result)} for (suite, _), result in judgement.reported.items()],
        "candidate": _side(pairs.candidate),
        "baseline": _side(pairs.baseline),
        "prices_as_of": record.prices_as_of,
        "notes": _notes(judgement),
    }


def _reading(reading: Reading) -> dict[str, Any]:
    return {
        "about": reading.about,
        "verdict": str(reading.verdict),
        "p_supported": reading.p_supported,
        "p_refuted": reading.p_refuted,
        "needed": reading.test.needed,
        "parts": [{"suite": suite, **_plain(result)} for (suite, _), result in reading.test.parts.items()],
    }


def _side(side: Side) -> dict[str, Any]:
    names = ("label", "samples", "missing", "truncated", "refused", "sampling")
    return {name: getattr(side, name) for name in names}


def _known(raw: dict[str, Any]) -> dict[str, Any]:
    return {key: None if isinstance(value, float) and math.isnan(value) else value for key, value in raw.items()}


def _plain(result: PartResult) -> dict[str, Any]:
    raw = asdict(result)
    if math.isfinite(result.estimate):
        return raw
    unknown = {key: {**raw[key], "estimate": None} for key in ("interval", "interval_95")}
    return {**raw, "estimate": None, **unknown}
