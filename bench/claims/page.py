"""claims.md and claims.json: every claim's sentence, its meaning, the numbers behind it and what to know beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any, cast

from bench import clean
from bench.claims import early, outlook, parts
from bench.claims.firstlines import beyond, headline, kinds, named_kinds, second, still
from bench.claims.judge import Judgement, Reading
from bench.claims.observed import observe, on_these_items
from bench.claims.pairs import Side
from bench.claims.partlines import beyond_lines, open_parts, part_lines
from bench.claims.parts import PartResult
from bench.claims.plain import explanation
from bench.claims.read import Ruling
from bench.claims.shape import (
    CheapestJson,
    ClaimWords,
    JudgedJson,
    ReadingJson,
    SideJson,
    StandJson,
    UnjudgedJson,
    VerdictName,
)
from bench.claims.sweeps import CheapestSetting, cheapest_settings
from bench.claims.text import basis, labels, sentence
from bench.claims.verdict import Verdict
from bench.claims.words import percent
from bench.language import tr, tr_later
from bench.records import SUCH, RunRecord

LEGEND = tr_later(
    "*differ*: items solved by one side only. *p for*: how often chance alone would give a "
    "result this good if this part of the claim were false; *p against*: this bad if it were "
    "true. *detectable*: the smallest distance from the claimed limit that this many items "
    "show four times in five. An interval of cost or time allows for answers as dear or slow as "
    "their limit permits, met or not, as *p for* and *p against* do."
)

MOST_NAMED = 40
"""Kinds of task of a suite that are named."""


def lines(ruling: Ruling, record: RunRecord) -> list[str]:
    """For a terminal: each claim's sentences, with what is open and why; or why this run cannot judge it."""
    texts = []
    for judgement in ruling.judgements:
        name = judgement.claim.name
        why = open_parts(judgement) if judgement.verdict.is_open else ()
        reasons = tr(" Open: {why}.", why="; ".join(why)) if why else ""
        texts.append(f"{name}: {sentence(judgement, record)}{reasons}")
        stand = early.line(judgement, record)
        texts += [f"{name}: {stand}."] if stand else []
        texts += [tr("{name}: beside it: {rival}.", name=name, rival=judgement.rival)] if judgement.rival else []
    texts += [f"{each.claim}: {each.line}." for each in cheapest_settings(ruling, record)]
    return [
        *texts,
        *(
            tr("{name}: cannot be judged on this run: {why}", name=name, why=why)
            for name, why in ruling.unjudged.items()
        ),
    ]


def markdown(ruling: Ruling, record: RunRecord) -> str:
    """claims.md: the first sentence, the other reading, a line a part, what it means and rests on, p-values, notes."""
    blocks = [tr("# Claims")]
    for judgement in ruling.judgements:
        remarks = labels(judgement, record)
        blocks += [
            f"## {_said(judgement.claim.name)}: {tr(str(judgement.verdict))}"
            + (f" ({'; '.join(remarks)})" if remarks else ""),
            _said(judgement.apart or ""),
            _said(f"{headline(judgement)} {second(judgement)}".rstrip()),
            _sentence(early.line(judgement, record)),
            _listed(part_lines(judgement)),
            _said(kinds_line(judgement)),
            _beyond(judgement),
            _said(explanation(judgement, record)),
            _said(tr("It rests on {basis}", basis=basis(judgement, record))),
            _table(judgement),
            tr(LEGEND),
            _listed(_notes(judgement)),
        ]
    for each in cheapest_settings(ruling, record):
        blocks += [tr("## {claim}: the cheapest setting", claim=_said(each.claim)), _sentence(each.line)]
    for name, why in ruling.unjudged.items():
        blocks += [tr("## {name}: cannot be judged on this run", name=_said(name)), _said(why)]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _sentence(text: str | None) -> str:
    return _said(f"{text[0].upper()}{text[1:]}.") if text else ""


def _listed(texts: Sequence[str]) -> str:
    return "\n".join(f"- {_said(text)}" for text in texts)


def kinds_line(judgement: Judgement) -> str:
    """The kinds of task that the verdict speaks of, by name; empty where each item is a kind of its own."""
    suites = named_kinds(judgement)
    if not suites:
        return ""
    named = "; ".join(f"{suite}: {_first(names)}" for suite, names in suites.items())
    return tr("Kinds of task ({count}): {named}.", count=kinds(judgement), named=named)


def _first(names: Sequence[str]) -> str:
    rest = len(names) - MOST_NAMED
    shown = ", ".join(names[:MOST_NAMED])
    return shown if rest <= 0 else tr("{shown} and {rest} more", shown=shown, rest=rest)


def _beyond(judgement: Judgement) -> str:
    """Why the other reading does not follow."""
    why = beyond_lines(judgement)
    other = tr("On these kinds themselves") if judgement.claim.about == SUCH else tr("Beyond these kinds")
    return tr("{other}, open:\n\n{why}", other=other, why=_listed(why)) if why else ""


def _said(text: str) -> str:
    return "\n".join(map(clean.markdown, text.split("\n")))


def _notes(judgement: Judgement) -> list[str]:
    results = judgement.test.parts
    notes = [note for result in results.values() for note in result.notes]
    if not judgement.declared:
        notes.append(tr("exploratory: nothing shows that the claim was made before the answers it uses"))
    notes += [judgement.rival] if judgement.rival else []
    notes += early.notes(judgement)
    return [*dict.fromkeys(notes), *judgement.warnings]


def _table(judgement: Judgement) -> str:
    rows = [tr("| suite | part | n | differ | p for | p against | detectable |"), "|---|---|---|---|---|---|---|"]
    rows += [_row(suite, name, result) for (suite, name), result in judgement.test.parts.items()]
    rows += [
        _row(suite, tr("{name}, not judged", name=name), result) for (suite, name), result in judgement.reported.items()
    ]
    return "\n".join(rows)


def _row(suite: str, name: str, result: PartResult) -> str:
    part = parts.part(result.name)
    cells = [
        suite,
        name,
        str(result.n),
        "" if result.discordance is None else percent(result.discordance),
        f"{result.p_supported:.3g}",
        f"{result.p_refuted:.3g}",
        "" if result.detectable is None else part.distance(result.detectable),
    ]
    return f"| {' | '.join(map(clean.markdown_cell, cells))} |"


def as_json(ruling: Ruling, record: RunRecord) -> list[Any]:
    """claims.json, a `ClaimsJson`: everything that markdown says; unknown numbers, and no verdict, are null."""
    swept = {f"{each.claim}-{value}": each for each in cheapest_settings(ruling, record) for value, _ in each.verdicts}
    return [
        *(_record(judgement, record, swept) for judgement in ruling.judgements),
        *(UnjudgedJson(name=name, verdict=None, reason=why) for name, why in ruling.unjudged.items()),
    ]


def _record(judgement: Judgement, record: RunRecord, swept: Mapping[str, CheapestSetting]) -> JudgedJson:
    pairs = judgement.pairs
    judged = [{"suite": suite, **_plain(result)} for (suite, _), result in judgement.test.parts.items()]
    written: JudgedJson = {
        "name": judgement.claim.name,
        "verdict": _verdict(judgement.verdict),
        "labels": labels(judgement, record),
        "declared": judgement.declared,
        "claim": cast(ClaimWords, {key: value for key, value in judgement.claim.as_dict().items() if key != "name"}),
        "headline": headline(judgement),
        "still_saves": still(judgement),
        "beyond": beyond(judgement),
        "hardly_apart": judgement.apart,
        "lines": part_lines(judgement),
        "what_it_takes": _outlook(judgement),
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
    if stand := _stand(judgement, record):
        written["looks"] = stand
    if each := swept.get(judgement.claim.name):
        written["cheapest_setting"] = CheapestJson(claim=each.claim, key=each.key, value=each.cheapest, line=each.line)
    return written


def _verdict(verdict: Verdict) -> VerdictName:
    return cast(VerdictName, str(verdict))


def _stand(judgement: Judgement, record: RunRecord) -> StandJson | None:
    """Of a run with looks: where the claim stands, and for how much; money is text, unknown is null."""
    cost = early.bill(judgement, record)
    if judgement.stand is None or cost is None:
        return None
    money = {name: usd if usd is None else str(usd) for name, usd in _dollars(cost).items()}
    items = {"items": cost.items, "items_planned": cost.planned}
    return {**asdict(judgement.stand), **items, **money, "line": early.line(judgement, record)}


def _dollars(cost: early.Bill) -> dict[str, Decimal | None]:
    return {"spent_usd": cost.spent_usd, "fixed_usd": cost.fixed_usd, "saved_usd": cost.saved_usd}


def _reading(reading: Reading) -> ReadingJson:
    return {
        "about": reading.about,
        "verdict": _verdict(reading.verdict),
        "p_supported": reading.p_supported,
        "p_refuted": reading.p_refuted,
        "needed": reading.test.needed,
        "parts": [{"suite": suite, **_plain(result)} for (suite, _), result in reading.test.parts.items()],
    }


def _outlook(judgement: Judgement) -> dict[str, Any] | None:
    """What it would take, with the same in one line; None where no score is claimed."""
    return None if judgement.outlook is None else outlook.outlook_json(judgement.outlook)


def _side(side: Side) -> SideJson:
    return cast(SideJson, {name: getattr(side, name) for name in SideJson.__annotations__})


def _known(raw: dict[str, Any]) -> dict[str, Any]:
    return {key: None if isinstance(value, float) and math.isnan(value) else value for key, value in raw.items()}


def _plain(result: PartResult) -> dict[str, Any]:
    raw = asdict(result)
    if math.isfinite(result.estimate):
        return raw
    unknown = {key: {**raw[key], "estimate": None} for key in ("interval", "interval_95")}
    return {**raw, "estimate": None, **unknown}
