"""The bridge as tables, and what a reader must know of a repriced run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bench import clean
from bench.language import tr, tr_later
from bench.records import RunRecord
from bench.report.numbers.bridge import Bridge
from bench.report.text import formats, grid
from bench.report.text.column import Column, Table, label, table
from bench.stats import PER_ITEM, PER_SOLVED, BridgeStep

AFTER = {
    "list price": tr_later("saving in list prices"),
    PER_ITEM: tr_later("saving per item"),
    PER_SOLVED: tr_later("saving per solved item"),
}
"""What the saving so far is called after some of the steps."""


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of a pair's bridges, suite by suite."""

    number: int
    """Its place among the steps."""
    steps: tuple[BridgeStep, ...]
    """The step of each of the pair's suites."""


def _columns(suites: Sequence[tuple[int, Bridge]]) -> Iterator[Column[StepRow]]:
    """The step, and two columns for each suite: (the bridge's place in comparison.json, the bridge)."""
    yield label("step", "step", lambda row: _named(row.steps[0].name))
    for at, (number, bridge) in enumerate(suites):
        yield _of_suite(tr("{suite}: factor", suite=bridge.suite), "factor", at, number, _factor)
        yield _of_suite(tr("saving so far"), "ratio", at, number, _saving)


def _of_suite(name: str, key: str, at: int, number: int, form: Callable[[float | None], str]) -> Column[StepRow]:
    def value(row: StepRow) -> Any:
        return getattr(row.steps[at], key)

    return Column(
        name=name,
        key=key,
        cell=lambda row: form(value(row)),
        value=value,
        path=lambda row: f"{number}/steps/{row.number}/{key}",
    )


def _named(step: str) -> str:
    name = tr(step)
    return f"{name} = {tr(AFTER[step])}" if step in AFTER else name


def tables(bridges: Sequence[Bridge]) -> Iterator[Table]:
    """A table for each pair, its suites side by side, with what a claimed saving hangs on as its legend."""
    for pair in dict.fromkeys((bridge.candidate, bridge.baseline) for bridge in bridges):
        suites = [(at, bridge) for at, bridge in enumerate(bridges) if (bridge.candidate, bridge.baseline) == pair]
        mine = [bridge for _, bridge in suites]
        steps = [StepRow(number, row) for number, row in enumerate(zip(*(b.steps for b in mine), strict=True))]
        yield table(
            tr("From list price to what was paid: {candidate} against {baseline}", candidate=pair[0], baseline=pair[1]),
            _columns(suites),
            steps,
            legend="\n".join(_legend(mine)),
            place=lambda *_: "comparison.json/bridges",
        )


def _legend(bridges: Sequence[Bridge]) -> Iterator[str]:
    for bridge in bridges:
        yield (
            tr(
                "{suite}: {items} items of both, {both_answered} answered by both. Each factor replaces "
                "one quantity of {baseline} by {candidate}'s; their product is the ratio of the costs.",
                suite=bridge.suite,
                items=bridge.items,
                both_answered=bridge.both_answered,
                baseline=bridge.baseline,
                candidate=bridge.candidate,
            )
        )
        yield from (f"{bridge.suite}: {line}" for line in bridge.holds_until)


def markdown(bridges: Sequence[Bridge]) -> Iterator[str]:
    """The tables with their legends."""
    for made in tables(bridges):
        yield from ("", f"## {clean.markdown(made.title)}", "", *grid.markdown(made), "")
        yield from (f"- {clean.markdown(line)}" for line in made.legend.splitlines())


def derived_notes(record: RunRecord) -> list[str]:
    """That a run's costs are repriced, from which run, and how; nothing for any other run."""
    derived = record.derived
    if derived is None or derived.by != "reprice":
        return []
    said = ", ".join(f"{name} {value}" for name, value in derived.to_json().items() if name not in ("by", "at"))
    return [
        tr(
            "Repriced from run {parent} ({said}): costs, and verdicts that rest on them, are repriced.",
            parent=record.parent,
            said=said,
        )
    ]


def _factor(factor: float | None) -> str:
    return tr(formats.UNKNOWN) if factor is None else formats.factor(factor)


def _saving(ratio: float | None) -> str:
    if ratio is None:
        return tr(formats.UNKNOWN)
    return f"{100 * (1 - ratio):.1f} %" if ratio <= 1 else tr("{ratio:.1f} % dearer", ratio=100 * (ratio - 1))
