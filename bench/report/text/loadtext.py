"""What `bench run --load` measured as text: a line for each load of each model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bench import clean
from bench.language import tr, tr_later
from bench.report.numbers.comparison import CLEAN_SHARE
from bench.report.numbers.load import METRICS, LoadCurve, LoadPoint
from bench.report.text import grid
from bench.report.text.column import Column, Output, Table, label, table
from bench.report.text.formats import amount, percent
from bench.stats import Interval

KNEES = {
    "reached": tr_later(
        "{model}: throughput stops growing in step beyond {at} {at:call|calls} at once (the knee): the next load gains "
        "less than "
        "half of what it adds, on a logarithmic scale, beyond chance."
    ),
    "above": tr_later(
        "{model}: throughput still grows at {most} {most:call|calls} at once, the most that were measured: no knee."
    ),
    "unclear": tr_later("{model}: between which loads throughput stops growing, these calls do not say."),
}


@dataclass(frozen=True, slots=True)
class LoadLine:
    """A row of the table."""

    curve: int
    """The model's place."""
    at: int
    """The load's place."""
    model: str
    """The model's label."""
    point: LoadPoint
    """Its numbers."""


def lines(curves: Sequence[LoadCurve]) -> Iterator[LoadLine]:
    """The table's rows, model by model, the least load first."""
    for number, curve in enumerate(curves):
        for at, point in enumerate(curve.points):
            yield LoadLine(number, at, curve.model, point)


def _time(name: str, metric: str, quantile: str, unit: str) -> Column[LoadLine]:
    def read(row: LoadLine) -> Interval | None:
        times = row.point.time(metric)
        interval = times.p50_s if quantile == "p50_s" else times.p95_s
        return _ms(interval) if unit == "ms" else interval

    return Column(
        name=f"{name} {quantile[:3]}",
        key=f"{metric[:-2]}_{quantile}",
        unit=unit,
        better="down",
        cell=lambda row: amount(read(row)),
        path=lambda _: f"times/{list(METRICS).index(metric)}/{quantile}",
    )


def _ms(interval: Interval | None) -> Interval | None:
    if interval is None:
        return None
    low, high = (None if bound is None else 1e3 * bound for bound in (interval.low, interval.high))
    return Interval(1e3 * interval.estimate, low, high, interval.n)


def _field(name: str, key: str, cell: Callable[[LoadPoint], str | tuple[str, str]]) -> Column[LoadLine]:
    return Column(name=name, key=key, cell=lambda row: cell(row.point))


COLUMNS: tuple[Column[LoadLine], ...] = (
    label("model", "model", lambda row: row.model, shown=Output.DOCUMENT),
    _field("at once", "at_once", lambda point: str(point.at_once)),
    _field("n", "n", lambda point: str(point.n)),
    _field("answers/s", "answers_per_s", lambda point: amount(point.answers_per_s)),
    _field("tok/s", "tokens_per_s", lambda point: amount(point.tokens_per_s)),
    _time("TTFT", "ttft_s", "p50_s", "s"),
    _time("TTFT", "ttft_s", "p95_s", "s"),
    _time("E2E", "e2e_s", "p50_s", "s"),
    _time("E2E", "e2e_s", "p95_s", "s"),
    _time("ITL", "tpot_s", "p50_s", "ms"),
    _time("ITL", "tpot_s", "p95_s", "ms"),
    _field("errors", "errors", lambda point: percent(point.errors)),
)
"""The load's columns in documents."""
THROUGHPUT = ("n", "answers_per_s", "tokens_per_s", "errors")
TIMES = ("ttft_p50_s", "ttft_p95_s", "e2e_p50_s", "e2e_p95_s", "tpot_p50_s")
"""Keys of the columns of a terminal's two tables; the second has no intervals."""


def notes(curves: Sequence[LoadCurve]) -> list[str]:
    """What a reader must know beside the numbers."""
    said = [
        tr(
            "Load: prompts of one size, each with a beginning of its own, so many at once. n: those for which the load "
            "was held, with nine tenths of it in flight over their life, without each slot's first call; all numbers "
            "rest on them. Answers and tokens a second: all calls at once together. ITL: the mean time between an "
            "answer's tokens. Errors: not answered at the first attempt. In parentheses: 95 % intervals of these "
            "minutes, ? where so few give none; another hour may differ."
        )
    ]
    for curve in curves:
        if curve.knee:
            most = curve.points[-1].at_once
            said.append(tr(KNEES[curve.knee], model=curve.model, at=curve.knee_at, most=most))
        for point in curve.points:
            said += _remarks(curve.model, point)
    return said


def _remarks(model: str, point: LoadPoint) -> Iterator[str]:
    if 2 * point.n < point.asked:
        yield tr(
            "{model}: {at_once} {at_once:call|calls} at once {at_once:was|were} not held: for only {n} of {asked} "
            "{asked:prompt|prompts} were so many in flight.",
            model=model,
            at_once=point.at_once,
            n=point.n,
            asked=point.asked,
        )
    timed = point.n - (round(point.errors.estimate * point.n) if point.errors else 0)
    if point.clean < CLEAN_SHARE * timed:
        yield tr(
            "{model}: with {at_once} {at_once:call|calls} at once only {clean} of {timed} {timed:timing|timings} "
            "{clean:is|are} clean; this machine was busy.",
            model=model,
            at_once=point.at_once,
            clean=point.clean,
            timed=timed,
        )


def sheet(curves: Sequence[LoadCurve]) -> Table:
    """The load: a row for each load of each model."""
    return table(
        tr("Latency and throughput under load"),
        COLUMNS,
        lines(curves),
        legend="\n".join(notes(curves)),
        place=lambda _, row: f"comparison.json/load/{row.curve}/points/{row.at}",
    )


def markdown(curves: Sequence[LoadCurve]) -> str:
    """The part of comparison.md; empty where no load was measured."""
    if not curves:
        return ""
    made = sheet(curves)
    legend = [f"- {clean.markdown(line)}" for line in made.legend.splitlines()]
    return "\n".join(["", f"## {clean.markdown(made.title)}", "", *grid.markdown(made), "", *legend]) + "\n"
