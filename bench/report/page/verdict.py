"""The first screen: each claim's verdict with saving, loss and date, or what was measured where nothing is claimed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from shlex import quote
from typing import TYPE_CHECKING, Any

from bench import claims
from bench.claims import Judgement, Observed, Part, PartResult, parts
from bench.records import AggregateRow, RunRecord
from bench.report.numbers.comparison import RunComparison
from bench.report.numbers.pairwise import Difference
from bench.report.page.bill import REQUESTS, MonthlyBill, bills, stated_requests
from bench.report.page.changes import changes
from bench.report.page.mixes import mixes
from bench.report.text import formats, totals
from bench.stats import Interval

if TYPE_CHECKING:
    import pandas as pd

SYMBOLS = {"supported": "✓", "refuted": "✗", "inconclusive": "?", "measured": "="}
"""Verdicts are shown by word and sign, never by colour alone."""
LITTLE = "proves little"
STATES = {claims.SHOWN: "✓", claims.OPEN: "○", claims.MISSED: "✗", LITTLE: "–"}
"""What a condition of a claim came to, and its sign; "proves little": no score misses it on these items."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured number of the first screen."""

    key: str
    """Where it stands in claims.json or comparison.json, as a path."""
    what: str
    """What it speaks of: "cost", "score" or "time"."""
    said: str
    """The number in words, e.g. "49.7 % less"."""
    interval: str
    """Its interval, e.g. "90 % interval 39.1 to 58.4 % less"; empty if there is none."""
    wanted: str = ""
    """What is claimed, e.g. "claimed: at least 30 % less"; empty without a claim."""
    state: str = ""
    """A key of STATES; empty without a claim."""
    why: str = ""
    """Why it is open although its whole interval misses what is claimed; empty elsewhere."""

    @property
    def sign(self) -> str:
        """The state's sign."""
        return STATES[self.state]


@dataclass(frozen=True, slots=True)
class Tile:
    """A suite's figures."""

    where: str
    """The suite, or "mean of the suites"."""
    figures: tuple[Figure, ...]
    """Cost first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One claim, or one pair of models of a run without claims."""

    key: str
    """Its place in claims.json, e.g. "claims.json/0"; empty without a claim."""
    name: str
    """The claim's name; of a pair, its models."""
    verdict: str
    """A key of SYMBOLS, or "unjudged"."""
    remarks: tuple[str, ...]
    """What every mention of the verdict must carry, e.g. "exploratory"."""
    statement: str
    """What is claimed or compared, as the end of a sentence."""
    basis: tuple[tuple[str, str], ...]
    """What it rests on: label and value, e.g. ("date", "2026-11-22")."""
    tiles: tuple[Tile, ...]
    """One for each suite."""
    paragraphs: tuple[str, ...]
    """The verdict in plain words."""
    lines: tuple[str, ...] = ()
    """The verdict in two lines: what the claim's reading says, and what the other one does."""
    changes: tuple[str, ...] = ()
    """What would change the verdict."""
    requests: int = REQUESTS
    """Requests a month that its bill begins with."""
    bills: tuple[MonthlyBill, ...] = ()
    """What the requests of each suite cost; none where costs are unknown or not claimed."""
    notes: tuple[str, ...] = ()
    """What must be known beside it."""

    @property
    def symbol(self) -> str:
        """The verdict's sign."""
        return SYMBOLS.get(self.verdict, "–")


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
                paragraphs=(f"This run cannot judge it: {why}",),
            )
        )
    return shown or list(_measured(comparison)) or list(_best(published))


def _claimed(
    key: str, judgement: Judgement, comparison: RunComparison, items: pd.DataFrame, entry: Mapping[str, Any]
) -> Card:
    record = comparison.record
    billed = tuple(bills(judgement, tuple(mixes(judgement, items, record))))
    pairs, labels = judgement.pairs, (judgement.claim.candidate, judgement.claim.baseline)
    tiles: dict[str, list[tuple[int, Figure]]] = {}
    for number, ((suite, name), result) in enumerate(judgement.test.parts.items()):
        where = "mean of the suites" if suite == claims.MEAN else suite
        figure = _part(f"{key}/parts/{number}/estimate", suite, result, judgement)
        tiles.setdefault(where, []).append((parts.part(name).rank, figure))
    return Card(
        key=key,
        name=judgement.claim.name,
        verdict=str(judgement.verdict),
        remarks=tuple(entry["labels"]),
        statement=claims.statement(claims.judged_part(judgement)),
        basis=(
            *_dates(record, labels, pairs.earliest),
            ("paired items", str(pairs.n)),
            *_prices(record, labels),
            ("confidence", f"{100 * judgement.claim.confidence:g} %"),
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
                entry["explanation"].removeprefix(f"{claims.verdict_in_words(judgement)} "),
            )
            if text
        ),
        lines=tuple(text for text in (claims.headline(judgement), claims.beyond(judgement)) if text),
        changes=tuple(changes(judgement, comparison.bridges, billed)),
        bills=billed,
        requests=stated_requests(record),
        notes=tuple(entry["notes"]),
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
            what=part.figure,
            said=part.said(estimate),
            interval=f"{n} items, just as they were answered",
        )
        for name, part, estimate, n in known
    ]
    yield Tile("all suites together (not claimed)", tuple(figures))


def _part(key: str, suite: str, result: PartResult, judgement: Judgement) -> Figure:
    claim, part = judgement.claim, parts.part(result.name)
    interval = result.interval if math.isfinite(result.estimate) else None
    figure = _figure(key, part, interval, f"{claims.two_sided(claim)} interval")
    ended = claims.state(judgement, judgement.deciding, (suite, result.name))
    missed = ended == claims.OPEN and part.missed(claim, result.interval)
    return replace(
        figure,
        interval=figure.interval + (part.assuming(claim, result) if interval and interval.low is not None else ""),
        wanted=f"claimed: {part.wanted(part.limit(claim))}",
        state=LITTLE if ended == claims.SHOWN and (suite, result.name) in judgement.proves_little else ended,
        why=claims.why_open(judgement, judgement.deciding, result) if missed else "",
    )


def _figure(key: str, part: Part, interval: Interval | None, level: str) -> Figure:
    if interval is None:
        return Figure(key=key, what=part.figure, said="unknown", interval="")
    bounds = "no interval"
    if interval.low is not None and interval.high is not None:
        bounds = f"{level} {part.said_between(interval)}"
    return Figure(key=key, what=part.figure, said=part.said(interval.estimate), interval=bounds)


def _dates(record: RunRecord, labels: tuple[str, ...], asked: str | None) -> list[tuple[str, str]]:
    """When the answers were asked; of an import what its source says of that."""
    if not record.imported:
        return [("answers from", (asked or record.started_at)[:10])]
    dates = [_date(record, label) for label in labels]
    pairs = zip(labels, dates, strict=True)
    dated = dates[:1] if len(set(dates)) == 1 else [f"{date} ({label})" for label, date in pairs]
    return [("results of", " and ".join(dated)), ("imported on", record.started_at[:10])]


def _date(record: RunRecord, label: str) -> str:
    origin = record.models[label].imported
    return (origin and origin.date) or "an unknown date"


def _prices(record: RunRecord, labels: tuple[str, ...]) -> list[tuple[str, str]]:
    local = [record.models[label].local for label in labels]
    prices = []
    if not all(local):
        prices += [("prices", date) for date in record.price_dates]
    rates = {rate for label in labels if (rate := record.models[label].usd_per_hour) is not None}
    if any(local) and rates:
        prices.append(("machine price", " and ".join(f"{rate:g} USD/hour" for rate in sorted(rates))))
    return prices


def _measured(comparison: RunComparison) -> Iterator[Card]:
    """The cheapest model against the best one, without a verdict."""
    record = comparison.record
    labels = pair(comparison)
    tiles = []
    for number, difference in enumerate(comparison.differences):
        if {difference.model, difference.other} == set(labels):
            key = f"comparison.json/differences/{number}"
            tiles.append(Tile(difference.suite, tuple(_differing(key, difference, labels))))
    if not tiles:
        return
    yield Card(
        key="",
        name=f"{labels[0]} against {labels[1]}",
        verdict="measured",
        remarks=("no claim was declared",),
        statement=f"{labels[0]}, compared with {labels[1]}",
        basis=(*_dates(record, labels, None), *_prices(record, labels)),
        tiles=tuple(tiles),
        paragraphs=(_unclaimed(record, labels),),
    )


def _unclaimed(record: RunRecord, labels: tuple[str, str]) -> str:
    said = "Nothing was claimed of these results beforehand, so there is no verdict, only what was measured. "
    if not record.imported:
        return said + "A claim in bench.toml says which saving and which loss would count, and is then judged."
    command = f"bench claim {record.run} --candidate {quote(labels[0])} --baseline {quote(labels[1])}"
    return f"{said}To judge a claim here, as exploratory: {command} --cheaper-by 0.9 --worse-by 0.03 --keep"


def pair(comparison: RunComparison) -> tuple[str, str]:
    """The candidate and baseline that a reader will ask about: the first claim's, else the cheapest and the best."""
    for judgement in comparison.ruling.judgements:
        return judgement.claim.candidate, judgement.claim.baseline
    labels = list(comparison.record.models)
    scores = {label: _mean(row.score for row in comparison.rows if row.model == label) for label in labels}
    costs = {label: _mean(row.cost_per_1000_usd for row in comparison.rows if row.model == label) for label in labels}
    best = max(labels, key=lambda label: -math.inf if scores[label] is None else scores[label] or 0.0)
    others = [label for label in labels if label != best] or labels
    return min(others, key=lambda label: math.inf if costs[label] is None else costs[label] or 0.0), best


def _mean(intervals: Iterable[Interval | None]) -> float | None:
    known = [interval.estimate for interval in intervals if interval is not None]
    return sum(known) / len(known) if known else None


def _best(published: Sequence[AggregateRow]) -> Iterator[Card]:
    """Of every set of totals that may be compared, the best score."""
    for within in dict.fromkeys(row.comparable for row in published):
        known = [(at, row) for at, row in enumerate(published) if row.comparable == within and row.score is not None]
        if not known:
            continue
        at, row = max(known, key=lambda entry: entry[1].score or 0.0)
        score, each = totals.score_interval(row), totals.usd_each(row)
        value, bounds = formats.percent(score)
        key = f"totals.csv/{at}"
        figures = [
            Figure(
                key=f"{key}/score", what=parts.SCORE.figure, said=value, interval=bounds and f"95 % interval {bounds} %"
            )
        ]
        if each is not None:
            figures.append(
                Figure(key=f"{key}/cost_total_usd", what=parts.COST.figure, said=f"${each:.3g} per item", interval="")
            )
        yield Card(
            key="",
            name=within,
            verdict="measured",
            remarks=("totals only",),
            statement=f"{row.model} has the best score of {len(known)} models",
            basis=(("results of", row.date or "an unknown date"), *([("items", str(row.n))] if row.n else [])),
            tiles=(Tile(row.suite, tuple(figures)),),
            paragraphs=(
                "Single items were not published, so nothing can be paired, and the best of many is partly luck. "
                "The command bench claim judges two of these models by their totals.",
            ),
        )


def _differing(key: str, difference: Difference, pair: tuple[str, str]) -> Iterator[Figure]:
    score, ratio = difference.score, difference.cost_ratio
    if difference.model != pair[0]:
        score, ratio = _turned(score, lambda v: -v), ratio and _turned(ratio, lambda v: 1 / v)
    yield _figure(f"{key}/cost_ratio/estimate", parts.COST, ratio, "95 % interval")
    yield _figure(f"{key}/score/estimate", parts.SCORE, score, "95 % interval")


def _turned(interval: Interval, turn: Any) -> Interval:
    """The same, seen from the other model."""
    low, high = (None if bound is None else turn(bound) for bound in (interval.high, interval.low))
    return Interval(turn(interval.estimate), low, high, interval.n)
