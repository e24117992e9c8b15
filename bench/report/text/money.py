"""The bridge as tables, and what a reader must know of a repriced run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bench.report.numbers.bridge import Bridge
from bench.report.text import grid
from bench.report.text.grid import Column, Entry, Table
from bench.stats.bridge import PER_ITEM, PER_SOLVED

AFTER = {"list price": "saving in list prices", PER_ITEM: "saving per item", PER_SOLVED: "saving per solved item"}
"""What the saving so far is called after some of the steps."""


def tables(bridges: Sequence[Bridge]) -> Iterator[Table]:
    """A table for each pair, its suites side by side, with what a claimed saving hangs on as its legend."""
    for pair in dict.fromkeys((bridge.candidate, bridge.baseline) for bridge in bridges):
        mine = [bridge for bridge in bridges if (bridge.candidate, bridge.baseline) == pair]
        columns = [Column("step", words=True)]
        columns += [Column(name) for bridge in mine for name in (f"{bridge.suite}: factor", "saving so far")]
        rows = []
        for steps in zip(*(bridge.steps for bridge in mine), strict=True):
            name = steps[0].name
            named = f"{name} = {AFTER[name]}" if name in AFTER else name
            rows.append((named, *(text for step in steps for text in (_factor(step.factor), _saving(step.ratio)))))
        title = f"From list price to what was paid: {pair[0]} against {pair[1]}"
        entries = tuple(tuple(Entry(text) for text in row) for row in rows)
        yield Table(title, tuple(columns), entries, "\n".join(_legend(mine)))


def _legend(bridges: Sequence[Bridge]) -> Iterator[str]:
    for bridge in bridges:
        yield (
            f"{bridge.suite}: {bridge.items} items of both, {bridge.both_answered} answered by both. Each factor "
            f"replaces one quantity of {bridge.baseline} by {bridge.candidate}'s; "
            "their product is the ratio of the costs."
        )
        yield from (f"{bridge.suite}: {line}" for line in bridge.holds_until)


def markdown(bridges: Sequence[Bridge]) -> Iterator[str]:
    """The tables with their legends."""
    for table in tables(bridges):
        yield from ("", f"## {table.title}", "", *grid.markdown(table), "")
        yield from (f"- {line}" for line in table.legend.splitlines())


def derived_notes(manifest: Mapping[str, Any]) -> list[str]:
    """That a run's costs are repriced, from which run, and how; nothing for any other run."""
    derived = manifest.get("derived", {})
    if derived.get("by") != "reprice":
        return []
    said = ", ".join(f"{name} {value}" for name, value in derived.items() if name not in ("by", "at"))
    return [f"Repriced from run {manifest['parent']} ({said}): costs, and verdicts that rest on them, are repriced."]


def _factor(factor: float | None) -> str:
    return "unknown" if factor is None else f"x{factor:.3g}"


def _saving(ratio: float | None) -> str:
    if ratio is None:
        return "unknown"
    return f"{100 * (1 - ratio):.1f} %" if ratio <= 1 else f"{100 * (ratio - 1):.1f} % dearer"
