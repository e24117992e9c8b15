"""The first screen where nothing is claimed: what was measured of the pair a reader will ask about, or of totals."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from shlex import quote
from typing import Any

from bench.claims import parts
from bench.language import tr
from bench.records import AggregateRow, RunRecord
from bench.report.numbers.comparison import RunComparison
from bench.report.numbers.pairwise import Difference
from bench.report.page.card import Card, Figure, Tile, dates, figure, prices
from bench.report.text import formats, totals
from bench.stats import Interval


def measured(comparison: RunComparison) -> Iterator[Card]:
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
        name=tr("{candidate} against {baseline}", candidate=labels[0], baseline=labels[1]),
        verdict="measured",
        remarks=(tr("no claim was declared"),),
        statement=tr("{candidate}, compared with {baseline}", candidate=labels[0], baseline=labels[1]),
        basis=(*dates(record, labels, None), *prices(record, labels)),
        tiles=tuple(tiles),
        paragraphs=(_unclaimed(record, labels),),
    )


def _unclaimed(record: RunRecord, labels: tuple[str, str]) -> str:
    said = tr("Nothing was claimed of these results beforehand, so there is no verdict, only what was measured. ")
    if not record.imported:
        return said + tr("A claim in bench.toml says which saving and which loss would count, and is then judged.")
    command = f"bench claim {record.run} --candidate {quote(labels[0])} --baseline {quote(labels[1])}"
    return tr(
        "{said}To judge a claim here, as exploratory: {command} --cheaper-by 0.9 --worse-by 0.03 --keep",
        said=said,
        command=command,
    )


def pair(comparison: RunComparison) -> tuple[str, str]:
    """The candidate and baseline that a reader will ask about: the first claim's, else the cheapest and the best."""
    for judgement in comparison.ruling.judgements:
        return judgement.claim.candidate, judgement.claim.baseline
    labels = list(comparison.record.models)
    scores = {label: _mean(row.score for row in comparison.rows if row.model == label) for label in labels}
    costs = {label: _mean(row.cost_per_1000_usd for row in comparison.rows if row.model == label) for label in labels}
    top = max(labels, key=lambda label: -math.inf if scores[label] is None else scores[label] or 0.0)
    others = [label for label in labels if label != top] or labels
    return min(others, key=lambda label: math.inf if costs[label] is None else costs[label] or 0.0), top


def _mean(intervals: Iterable[Interval | None]) -> float | None:
    known = [interval.estimate for interval in intervals if interval is not None]
    return sum(known) / len(known) if known else None


def best(published: Sequence[AggregateRow]) -> Iterator[Card]:
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
                key=f"{key}/score",
                what=tr(parts.SCORE.figure),
                said=value,
                interval=bounds and tr("95 % interval {bounds} %", bounds=bounds),
            )
        ]
        if each is not None:
            figures.append(
                Figure(
                    key=f"{key}/cost_total_usd",
                    what=tr(parts.COST.figure),
                    said=tr("${each:.3g} per item", each=each),
                    interval="",
                )
            )
        yield Card(
            key="",
            name=within,
            verdict="measured",
            remarks=(tr("totals only"),),
            statement=tr("{model} has the best score of {known} models", model=row.model, known=len(known)),
            basis=(
                (tr("results of"), row.date or tr("an unknown date")),
                *([(tr("items"), str(row.n))] if row.n else []),
            ),
            tiles=(Tile(row.suite, tuple(figures)),),
            paragraphs=(
                tr(
                    "Single items were not published, so nothing can be paired, and the best of many is "
                    "partly luck. The command bench claim judges two of these models by their totals."
                ),
            ),
        )


def _differing(key: str, difference: Difference, pair: tuple[str, str]) -> Iterator[Figure]:
    score, ratio = difference.score, difference.cost_ratio
    if difference.model != pair[0]:
        score, ratio = _turned(score, lambda v: -v), ratio and _turned(ratio, lambda v: 1 / v)
    yield figure(f"{key}/cost_ratio/estimate", parts.COST, ratio, tr("95 % interval"))
    yield figure(f"{key}/score/estimate", parts.SCORE, score, tr("95 % interval"))


def _turned(interval: Interval, turn: Any) -> Interval:
    """The same, seen from the other model."""
    low, high = (None if bound is None else turn(bound) for bound in (interval.high, interval.low))
    return Interval(turn(interval.estimate), low, high, interval.n)
