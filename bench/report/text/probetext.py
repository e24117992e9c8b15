"""The latency probe as text: a line for each metric, cold and warm beside each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from bench import clean
from bench.language import tr
from bench.report.numbers.comparison import CLEAN_SHARE
from bench.report.numbers.latency import Probe, Times
from bench.report.text import grid
from bench.report.text.column import Column, Output, Table, label, table
from bench.report.text.formats import amount
from bench.stats import Interval


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One metric of one model, cold and warm beside each other."""

    probe: int
    """The model's place among the probes."""
    cold: Times
    """On fresh connections."""
    warm: Times
    """On connections in use."""
    at: int
    """The place of `cold` among the model's times; `warm` is the next."""

    @property
    def unit(self) -> str:
        """Unit of the row's times."""
        return "ms" if self.cold.metric == "TPOT" else "s"

    @property
    def metric(self) -> str:
        """The metric, with its unit."""
        return f"{self.cold.metric} ({self.unit})"


def metrics(probes: Sequence[Probe]) -> Iterator[MetricRow]:
    """The table's rows, model by model."""
    for number, probe in enumerate(probes):
        for at in range(0, len(probe.times), 2):
            yield MetricRow(number, probe.times[at], probe.times[at + 1], at)


def _side(warm: bool) -> Iterator[Column[MetricRow]]:
    """The columns of one kind of connection."""

    def times(row: MetricRow) -> Times:
        return row.warm if warm else row.cold

    def path(field: str) -> Callable[[MetricRow], str]:
        return lambda row: f"{row.at + warm}/{field}"

    yield Column(name=f"{'warm' if warm else 'cold'} n", key="n", cell=lambda row: str(times(row).n), path=path("n"))
    yield Column(name="p50", key="p50_s", cell=lambda row: amount(_in(times(row).p50_s, row.unit)), path=path("p50_s"))
    yield Column(
        name="p95", key="p95_s", cell=lambda row: amount(_bare(_in(times(row).p95_s, row.unit)))[0], path=path("p95_s")
    )


COLUMNS: tuple[Column[MetricRow], ...] = (
    label("model", "model", lambda row: row.cold.model, shown=Output.DOCUMENT),
    label("metric", "metric", lambda row: row.metric, shown=Output.DOCUMENT),
    *_side(warm=False),
    *_side(warm=True),
)
"""The probe's columns; a terminal has models and metrics as headings of rows."""


def _in(interval: Interval | None, unit: str) -> Interval | None:
    if interval is None or unit == "s":
        return interval
    low, high = (None if bound is None else 1e3 * bound for bound in (interval.low, interval.high))
    return Interval(1e3 * interval.estimate, low, high, interval.n)


def _bare(interval: Interval | None) -> Interval | None:
    """The estimate alone, which is then written with as many digits as one without an interval."""
    return None if interval is None else replace(interval, low=None, high=None)


def notes(probes: Sequence[Probe]) -> list[str]:
    """What a reader must know beside the times."""
    lines = [
        tr(
            "Latency probe: prompts of one size, one at a time, each with a beginning of its own. "
            "Cold is the first call on a fresh connection, whose making (connect) is in no other "
            "number; warm is the call after it. TPOT: time per output token after the first. In "
            "parentheses: 95 % intervals, ? where so few give none."
        )
    ]
    for probe in probes:
        if probe.failed or probe.retried:
            lines.append(
                tr(
                    "{model}: of {asked} prompts {failed} got no answer and {retried} only at a later "
                    "attempt; they are in no time.",
                    model=probe.model,
                    asked=probe.asked,
                    failed=probe.failed,
                    retried=probe.retried,
                )
            )
        if probe.clean < CLEAN_SHARE * probe.timed:
            lines.append(
                tr(
                    "{model}: only {clean} of {timed} {timed:timing|timings} {clean:is|are} clean; this machine was "
                    "busy.",
                    model=probe.model,
                    clean=probe.clean,
                    timed=probe.timed,
                )
            )
    return lines


def sheet(probes: Sequence[Probe]) -> Table:
    """The probe: a row for each metric of each model."""
    return table(
        tr("Latency probe"),
        COLUMNS,
        metrics(probes),
        legend="\n".join(notes(probes)),
        place=lambda _, row: f"comparison.json/latency/{row.probe}/times",
    )


def markdown(probes: Sequence[Probe]) -> str:
    """The part of comparison.md; empty without a probe."""
    if not probes:
        return ""
    made = sheet(probes)
    lines = [
        "",
        f"## {clean.markdown(made.title)}",
        "",
        *grid.markdown(made),
        "",
        *(f"- {clean.markdown(line)}" for line in made.legend.splitlines()),
    ]
    return "\n".join(lines) + "\n"
