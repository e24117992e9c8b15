"""The first screen: each claim's verdict with saving, loss and date, or what was measured where nothing is claimed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bench import claims
from bench.claims import Judgement, Observed, Part, PartResult, parts
from bench.language import tr
from bench.records import AggregateRow
from bench.report.numbers.comparison import RunComparison
from bench.report.page.bill import bills, stated_requests
from bench.report.page.card import LITTLE, Card, Figure, Tile, dates, figure, prices
from bench.report.page.changes import changes
from bench.report.page.measured import best, measured
from bench.report.page.mixes import mixes
from bench.report.page.unknown import unknown

if TYPE_CHECKING:
    import pandas as pd


def cards(comparison: RunComparison, items: pd.DataFrame, published: Sequence[AggregateRow] = ()) -> list[Card]:
    """The run's claims; without any, the pair that a reader will ask about, or the best of published totals."""
    ruling, record = comparison.ruling, comparison.record
    entries = claims.as_json(ruling, record)
    shown = [
        _claimed(f"claims.json/{n}", judged, comparison, items, entries[n])
        for n, judged in enumerate(ruling.judgements)
    ]
    for number, (name, why) in enumerate(ruling.unjudged.items(), len(shown)):
        said = claims.statement(claims.declared_claims(record)[name])
        key = f"claims.json/{number}"
        shown.append(
            Card(
                key=key,
                name=name,
                verdict="unjudged",
                remarks=(),
                statement=said,
                basis=(),
                tiles=(),
                paragraphs=(tr("This run cannot judge it: {why}", why=why),),
            )
        )
    return shown or list(measured(comparison)) or list(best(published))


def _claimed(
    key: str, judgement: Judgement, comparison: RunComparison, items: pd.DataFrame, entry: Mapping[str, Any]
) -> Card:
    record = comparison.record
    billed = tuple(bills(judgement, tuple(mixes(judgement, items, record))))
    pairs, labels = judgement.pairs, (judgement.claim.candidate, judgement.claim.baseline)
    tiles: dict[str, list[tuple[int, Figure]]] = {}
    for number, ((suite, name), result) in enumerate(judgement.test.parts.items()):
        where = claims.place_in_words(suite, judgement.claim)
        figure = _part(f"{key}/parts/{number}/estimate", suite, result, judgement)
        tiles.setdefault(where, []).append((parts.part(name).rank, figure))
    return Card(
        key=key,
        name=judgement.claim.name,
        verdict=str(judgement.verdict),
        remarks=tuple(entry["labels"]),
        statement=claims.statement(claims.judged_part(judgement)),
        basis=(
            *dates(record, labels, pairs.earliest),
            (tr("paired items"), str(pairs.n)),
            *prices(record, labels),
            (tr("confidence"), f"{100 * judgement.claim.confidence:g} %"),
        ),
        tiles=(
            *(
                Tile(where, tuple(f for _, f in sorted(tile, key=lambda entry: entry[0])))
                for where, tile in tiles.items()
            ),
            *(_together(f"{key}/observed", claims.observe(judgement)) if len(tiles) > 1 else ()),
        ),
        paragraphs=tuple(
            text
            for text in (
                judgement.apart,
                *_stood(entry),
                claims.meaning(judgement, record),
            )
            if text
        ),
        lines=tuple(text for text in (claims.headline(judgement), claims.second(judgement)) if text),
        roles=labels,
        kinds=claims.kinds_line(judgement),
        unknown=tuple(dict.fromkeys(unknown(judgement))),
        changes=tuple(changes(judgement, comparison.bridges, billed)),
        bills=billed,
        requests=stated_requests(record),
        notes=tuple(note for note in entry["notes"] if note not in set(claims.unknown(judgement.case))),
    )


def _stood(entry: Mapping[str, Any]) -> Iterator[str]:
    """Of a run with looks: when it was decided, and for how much; of a sweep: its cheapest setting that does."""
    for key in ("looks", "cheapest_setting"):
        line = entry.get(key, {}).get("line")
        if line:
            yield f"{line[0].upper()}{line[1:]}."


def _together(key: str, seen: Observed) -> Iterator[Tile]:
    """All suites in one, which no condition of the claim speaks of."""
    if not seen.n:
        return
    known: list[tuple[str, Part, float, int]] = [("score_difference", parts.SCORE, seen.score_difference, seen.n)]
    if seen.cost_ratio is not None:
        known = [("cost_ratio", parts.COST, seen.cost_ratio, seen.cost_n), *known]
    figures = [
        Figure(
            key=f"{key}/{name}",
            what=tr(part.figure),
            said=part.said(estimate),
            interval=tr("{n} {n:item|items}, just as {n:it was|they were} answered", n=n),
        )
        for name, part, estimate, n in known
    ]
    yield Tile(tr("all suites together (not claimed)"), tuple(figures))


def _part(key: str, suite: str, result: PartResult, judgement: Judgement) -> Figure:
    claim, part = judgement.claim, parts.part(result.name)
    interval = result.interval if math.isfinite(result.estimate) else None
    shown = figure(key, part, interval, tr("{level} interval", level=claims.two_sided(claim)))
    ended = claims.state(judgement, judgement.deciding, (suite, result.name))
    missed = ended == claims.OPEN and part.missed(claim, result.interval)
    return replace(
        shown,
        interval=shown.interval + (part.assuming(claim, result) if interval and interval.low is not None else ""),
        wanted=tr("claimed: {wanted}", wanted=part.wanted(part.limit(claim))),
        state=LITTLE if ended == claims.SHOWN and (suite, result.name) in judgement.proves_little else ended,
        why=claims.why_open(judgement, judgement.deciding, result) if missed else "",
    )
