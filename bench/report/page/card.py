"""What the first screen is made of: a card for each claim or pair of models, a tile a suite, a figure a number."""

from __future__ import annotations

from dataclasses import dataclass

from bench import claims
from bench.claims import Part
from bench.language import tr, tr_later
from bench.records import RunRecord
from bench.report.page.bill import REQUESTS, MonthlyBill
from bench.stats import Interval

SYMBOLS = {"supported": "✓", "refuted": "✗", "inconclusive": "?", "screened": "?", "measured": "="}
"""Verdicts are shown by word and sign, never by colour alone."""
LITTLE = tr_later("proves little")
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
    roles: tuple[str, str] | None = None
    """Candidate and baseline of a claim; None without one."""
    kinds: str = ""
    """The kinds of task that the verdict speaks of, by name; empty where each item is a kind of its own."""
    unknown: tuple[str, ...] = ()
    """What the verdict leaves unknown."""
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


def figure(key: str, part: Part, interval: Interval | None, level: str) -> Figure:
    """A part's estimate in words, with its interval of a level, e.g. "90 % interval"."""
    if interval is None:
        return Figure(key=key, what=tr(part.figure), said=tr("unknown"), interval="")
    bounds = tr("no interval")
    if interval.low is not None and interval.high is not None:
        bounds = f"{level} {part.said_between(interval)}"
    return Figure(key=key, what=tr(part.figure), said=part.said(interval.estimate), interval=bounds)


def dates(record: RunRecord, labels: tuple[str, ...], asked: str | None) -> list[tuple[str, str]]:
    """When the answers were asked; of an import what its source says of that."""
    if not record.imported:
        return [(tr("answers from"), (asked or record.started_at)[:10])]
    stated = [_date(record, label) for label in labels]
    pairs = zip(labels, stated, strict=True)
    dated = stated[:1] if len(set(stated)) == 1 else [f"{date} ({label})" for label, date in pairs]
    return [(tr("results of"), tr(" and ").join(dated)), (tr("imported on"), record.started_at[:10])]


def _date(record: RunRecord, label: str) -> str:
    origin = record.models[label].imported
    return (origin and origin.date) or tr("an unknown date")


def prices(record: RunRecord, labels: tuple[str, ...]) -> list[tuple[str, str]]:
    """Which prices the models' costs rest on: label and value."""
    local = [record.models[label].local for label in labels]
    rest = []
    if not all(local):
        rest += [(tr("prices"), date) for date in record.price_dates]
    rates = {rate for label in labels if (rate := record.models[label].usd_per_hour) is not None}
    if any(local) and rates:
        rest.append(
            (tr("machine price"), tr(" and ").join(tr("{rate:g} USD/hour", rate=rate) for rate in sorted(rates)))
        )
    return rest
