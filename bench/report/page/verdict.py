"""The first screen: each claim's verdict with saving, loss and date, or what was measured where nothing is claimed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from shlex import quote
from typing import Any

from bench import claims
from bench.claims import Observed, Opinion
from bench.records.aggregates import AggregateRow
from bench.records.manifest import RunRecord
from bench.report.numbers.comparison import Comparison
from bench.report.numbers.pairwise import Difference
from bench.report.text import totals
from bench.report.text.formats import percent
from bench.stats import Interval
from bench.stats.half import Half
from bench.stats.verdict import Verdict

SYMBOLS = {"supported": "✓", "refuted": "✗", "inconclusive": "?", "measured": "="}
"""Verdicts are told by word and sign, never by colour alone."""
STATES = {"shown": "✓", "not shown": "○", "contradicted": "✗", "proves little": "–"}
"""What a condition of a claim came to, and its sign; "proves little": no score misses it on these items."""
SHORT = {"quality": "score", "cost": "cost", "latency": "time"}
"""What a half speaks of, in a reader's words."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number of the first screen."""

    key: str
    """Where it stands in claims.json or comparison.json, as a path."""
    what: str
    """"cost", "score" or "time"."""
    said: str
    """The number in words, e.g. "49.7 % less"."""
    interval: str
    """Its interval, e.g. "90 % interval 39.1 to 58.4 % less"; empty if there is none."""
    wanted: str = ""
    """What is claimed, e.g. "claimed: at least 30 % less"; empty without a claim."""
    state: str = ""
    """A key of STATES; empty without a claim."""

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


@dataclass(frozen=True, slots=True)
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
    notes: tuple[str, ...] = ()
    """What must be known beside it."""

    @property
    def symbol(self) -> str:
        """The verdict's sign."""
        return SYMBOLS.get(self.verdict, "–")


def cards(comparison: Comparison, published: Sequence[AggregateRow] = ()) -> list[Card]:
    """The run's claims; without any, the pair that a reader will ask about, or the best of published totals."""
    ruling, record = comparison.ruling, comparison.record
    found = [_claimed(f"claims.json/{n}", opinion, record) for n, opinion in enumerate(ruling.opinions)]
    for number, (name, why) in enumerate(ruling.unjudged.items(), len(found)):
        said = claims.statement(claims.declared_claims(record)[name])
        key = f"claims.json/{number}"
        found.append(Card(key, name, "unjudged", (), said, (), (), (f"This run cannot judge it: {why}",)))
    return found or list(_measured(comparison)) or list(_best(published))


def _claimed(key: str, opinion: Opinion, record: RunRecord) -> Card:
    entry = claims.as_json(claims.Ruling((opinion,)), record)[0]
    pairs, said = opinion.pairs, claims.statement(claims.judged_part(opinion))
    tiles: dict[str, list[Figure]] = {}
    for number, ((suite, name), half) in enumerate(opinion.judged.halves.items()):
        where = "mean of the suites" if suite == "mean" else suite
        tiles.setdefault(where, []).append(_half(f"{key}/halves/{number}/estimate", (suite, name), half, opinion))
    labels = (opinion.claim.candidate, opinion.claim.baseline)
    order = ("cost", "score", "time")
    return Card(
        key=key,
        name=opinion.claim.name,
        verdict=str(opinion.verdict),
        remarks=tuple(entry["labels"]),
        statement=said,
        basis=(
            *_dates(record, labels, pairs.earliest),
            ("paired items", str(pairs.n)),
            *_prices(record, labels),
            ("confidence", f"{100 * opinion.claim.confidence:g} %"),
        ),
        tiles=(
            *(Tile(where, tuple(sorted(found, key=lambda f: order.index(f.what)))) for where, found in tiles.items()),
            *(_together(f"{key}/observed", claims.observed(opinion)) if len(tiles) > 1 else ()),
        ),
        paragraphs=(
            entry["explanation"].removeprefix(f"{claims.verdict_in_words(opinion)} "),
            entry["on_these_items"],
        ),
        notes=tuple(entry["notes"]),
    )


def _together(key: str, found: Observed) -> Iterator[Tile]:
    """All suites in one, which no condition of the claim speaks of."""
    if not found.n:
        return
    known = [] if found.cost_ratio is None else [("cost_ratio", "cost", _saving(found.cost_ratio), found.cost_n)]
    gap = _gap(found.score_difference)
    figures = [
        Figure(f"{key}/{name}", what, said, f"{n} items, just as they were answered")
        for name, what, said, n in (*known, ("score_difference", "score", gap, found.n))
    ]
    yield Tile("all suites together (not claimed)", tuple(figures))


def _half(key: str, scope: tuple[str, str], half: Half, opinion: Opinion) -> Figure:
    claim, name = opinion.claim, scope[1]
    level = f"{claims.two_sided(claim)} interval"
    if name == "cost":
        assert claim.cheaper_by is not None
        wanted = f"claimed: at least {100 * claim.cheaper_by:g} % less"
    elif name == "quality":
        assert claim.worse_by is not None
        wanted = f"claimed: at most {100 * claim.worse_by:g} points lower"
    else:
        assert claim.slower_by is not None
        wanted = f"claimed: at most {claim.slower_by:g} times as long"
    interval = half.interval if math.isfinite(half.estimate) else None
    return replace(_figure(key, SHORT[name], interval, level), wanted=wanted, state=_state(scope, half, opinion))


def _state(scope: tuple[str, str], half: Half, opinion: Opinion) -> str:
    if half.p_supported <= opinion.claim.alpha and not half.problem:
        return "proves little" if half.name == "quality" and scope[0] in opinion.unmissable else "shown"
    failing = opinion.judged.failing if opinion.verdict is Verdict.REFUTED else None
    return "contradicted" if failing == scope else "not shown"


def _figure(key: str, what: str, interval: Interval | None, level: str) -> Figure:
    if interval is None:
        return Figure(key, what, "unknown", "")
    estimate, low, high = interval.estimate, interval.low, interval.high
    bounds = "no interval: too few families of items"
    if what == "cost":
        if low is not None and high is not None:
            bounds = f"{level} {claims.saving_span(low, high)}"
        return Figure(key, what, _saving(estimate), bounds)
    if what == "score":
        if low is not None and high is not None:
            bounds = f"{level} {claims.span(interval)}"
        return Figure(key, what, _gap(estimate), bounds)
    if low is not None and high is not None:
        bounds = f"{level} {low:.2f} to {high:.2f} times"
    return Figure(key, what, f"{estimate:.2f} times as long", bounds)


def _saving(ratio: float) -> str:
    if ratio >= 2:
        return f"{ratio:.3g} times as much"
    return claims.saving(ratio)


def _gap(difference: float) -> str:
    if round(100 * difference, 1) == 0:
        return "equal"
    return f"{abs(100 * difference):.1f} points {'lower' if difference < 0 else 'higher'}"


def _dates(record: RunRecord, labels: tuple[str, ...], asked: str | None) -> list[tuple[str, str]]:
    """When the answers were asked; of an import what its source says of that."""
    if not record.imported:
        return [("answers from", (asked or record.started_at)[:10])]
    told = [_date(record, label) for label in labels]
    dated = told[:1] if len(set(told)) == 1 else [f"{date} ({label})" for label, date in zip(labels, told, strict=True)]
    return [("results of", " and ".join(dated)), ("imported on", record.started_at[:10])]


def _date(record: RunRecord, label: str) -> str:
    origin = record.models[label].imported
    return (origin and origin.date) or "an unknown date"


def _prices(record: RunRecord, labels: tuple[str, ...]) -> list[tuple[str, str]]:
    local = [record.models[label].local for label in labels]
    found = []
    as_of = record.prices_as_of
    if as_of and not all(local):
        found.append(("prices of", as_of))
    rates = {rate for label in labels if (rate := record.models[label].usd_per_hour) is not None}
    if any(local) and rates:
        found.append(("machine price", " and ".join(f"{rate:g} USD/hour" for rate in sorted(rates))))
    return found


def _measured(comparison: Comparison) -> Iterator[Card]:
    """The cheapest model against the best one, without a verdict."""
    record = comparison.record
    labels = pair(comparison)
    tiles = []
    for number, one in enumerate(comparison.differences):
        if {one.model, one.other} == set(labels):
            tiles.append(Tile(one.suite, tuple(_differing(f"comparison.json/differences/{number}", one, labels))))
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


def pair(comparison: Comparison) -> tuple[str, str]:
    """The candidate and baseline that a reader will ask about: the first claim's, else the cheapest and the best."""
    for opinion in comparison.ruling.opinions:
        return opinion.claim.candidate, opinion.claim.baseline
    labels = list(comparison.record.models)
    scores = {label: _mean(comparison, label, "score") for label in labels}
    costs = {label: _mean(comparison, label, "cost_per_1000_usd") for label in labels}
    best = max(labels, key=lambda label: -math.inf if scores[label] is None else scores[label] or 0.0)
    others = [label for label in labels if label != best] or labels
    return min(others, key=lambda label: math.inf if costs[label] is None else costs[label] or 0.0), best


def _mean(comparison: Comparison, label: str, field: str) -> float | None:
    found = [getattr(row, field) for row in comparison.rows if row.model == label]
    known = [interval.estimate for interval in found if interval is not None]
    return sum(known) / len(known) if known else None


def _best(published: Sequence[AggregateRow]) -> Iterator[Card]:
    """Of every set of totals that may be compared, the best score."""
    for within in dict.fromkeys(row.comparable for row in published):
        known = [(at, row) for at, row in enumerate(published) if row.comparable == within and row.score is not None]
        if not known:
            continue
        at, row = max(known, key=lambda one: one[1].score or 0.0)
        score, each = totals.score_interval(row), totals.usd_each(row)
        value, bounds = percent(score)
        figures = [Figure(f"totals.csv/{at}/score", "score", value, bounds and f"95 % interval {bounds} %")]
        figures += (
            [] if each is None else [Figure(f"totals.csv/{at}/cost_total_usd", "cost", f"${each:.3g} per item", "")]
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


def _differing(key: str, one: Difference, pair: tuple[str, str]) -> Iterator[Figure]:
    score, ratio = one.score, one.cost_ratio
    if one.model != pair[0]:
        score, ratio = _turned(score, lambda v: -v), ratio and _turned(ratio, lambda v: 1 / v)
    yield _figure(f"{key}/cost_ratio/estimate", "cost", ratio, "95 % interval")
    yield _figure(f"{key}/score/estimate", "score", score, "95 % interval")


def _turned(interval: Interval, turn: Any) -> Interval:
    """The same, seen from the other model."""
    low, high = (None if bound is None else turn(bound) for bound in (interval.high, interval.low))
    return Interval(turn(interval.estimate), low, high, interval.n)
