"""The page's tables: those of comparison.md, each number with its place in comparison.json."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.records.aggregates import AggregateRow
from bench.report.numbers.bridge import Bridge
from bench.report.numbers.comparison import Comparison
from bench.report.text import probetext, tables, totals
from bench.report.text.grid import Column, Entry, Table

ROWS = (
    "", "", "n", "score", "truncated", "ttfat_p50_s", "e2e_p50_s", "output_tok_s", "tokens_in", "cost_per_1000_usd",
    "missing",
)  # fmt: skip
"""Behind each of `tables.COLUMNS`, its field in comparison.json's rows; of two in one cell the first."""
DIFFERENCES = ("", "", "n", "score", "p", "cost_ratio")
"""The same for pairs of models."""
LANGUAGES = ("", "", "", "n", "gap")
"""The same for language gaps."""
FRONTIER = ("", "", "n", "score", "usd_per_1000", "on_frontier", "probability")
"""The same for the frontier."""

TOTALS = ("", "", "n", "score", "cost_total_usd", "latency_mean_s", "calls_mean", "", "")
"""The same for published totals, in totals.csv."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table."""

    table: Table
    """What it shows."""
    keys: tuple[tuple[str, ...], ...]
    """For each cell, where its number stands, e.g. "comparison.json/rows/0/score"; empty for a name."""


def sheets(comparison: Comparison, published: Sequence[AggregateRow] = ()) -> list[Sheet]:
    """All tables of a comparison, the models' own first, and of the totals that its import has."""
    first, *others = tables.every(comparison)
    found = []
    if first.rows:
        repeats = comparison.manifest["settings"]["repeats"]
        rows = (*ROWS[:4], *(["pass_at_k"] if repeats > 1 else []), *ROWS[4:])
        found.append(Sheet(first, _keys("rows", rows, len(first.rows))))
    for part, fields, there in (
        ("differences", DIFFERENCES, comparison.differences),
        ("frontier", FRONTIER, comparison.places),
        ("language_gaps", LANGUAGES, comparison.languages),
    ):
        if there:
            found.append(Sheet(others.pop(0), _keys(part, fields, len(there))))
    pairs = list(dict.fromkeys((bridge.candidate, bridge.baseline) for bridge in comparison.bridges))
    found += [Sheet(table, _steps(comparison.bridges, pair)) for pair, table in zip(pairs, others, strict=True)]
    found += [_probe(comparison)] if comparison.latency else []
    return [*found, *([_totals(published)] if published else [])]


def _keys(part: str, fields: Sequence[str], count: int) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(field and f"comparison.json/{part}/{n}/{field}" for field in fields) for n in range(count))


def _steps(bridges: Sequence[Bridge], pair: tuple[str, str]) -> tuple[tuple[str, ...], ...]:
    mine = [at for at, bridge in enumerate(bridges) if (bridge.candidate, bridge.baseline) == pair]
    return tuple(
        ("", *(f"comparison.json/bridges/{at}/steps/{n}/{name}" for at in mine for name in ("factor", "ratio")))
        for n in range(len(bridges[mine[0]].steps))
    )


def _totals(published: Sequence[AggregateRow]) -> Sheet:
    places = [published.index(row) for row in totals.ranked(published)]
    keys = tuple(tuple(field and f"totals.csv/{at}/{field}" for field in TOTALS) for at in places)
    return Sheet(totals.sheet(published), keys)


def _probe(comparison: Comparison) -> Sheet:
    """The latency probe: of each model and metric, cold and warm."""
    columns = tuple(Column(name, words=at < 2) for at, name in enumerate(probetext.HEADERS))
    rows, keys = [], []
    for number, probe in enumerate(comparison.latency):
        for metric, (name, cells) in enumerate(probetext.cells(probe)):
            rows.append((Entry(probe.model), Entry(name), *(Entry(*cell) for cell in cells)))
            place = f"comparison.json/latency/{number}/times"
            times = (2 * metric, 2 * metric + 1)
            keys.append(("", "", *(f"{place}/{at}/{field}" for at in times for field in ("n", "p50_s", "p95_s"))))
    legend = "\n".join(probetext.notes(comparison.latency))
    return Sheet(Table("Latency probe", columns, tuple(rows), legend), tuple(keys))
