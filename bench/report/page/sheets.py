"""The page's tables: those of comparison.md, each number with its place in comparison.json."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bench.language import tr
from bench.records import AggregateRow
from bench.report.numbers.comparison import RunComparison
from bench.report.text import loadtext, probetext, tables, totals
from bench.report.text.column import Table, TableCell, label, table
from bench.report.text.measures import Group


def sheets(comparison: RunComparison, published: Sequence[AggregateRow] = ()) -> list[Table]:
    """All tables of a comparison, the models' own first, and of the totals that its import has."""
    made = [_cost_beside_score(made) for made in tables.every(comparison, alike=True) if made.rows]
    made += [probetext.sheet(comparison.latency)] if comparison.latency else []
    made += [loadtext.sheet(comparison.load)] if comparison.load else []
    return [*made, *([totals.sheet(published)] if published else [])]


def _cost_beside_score(made: Table) -> Table:
    """The comparison with its cost right after the scores, where a narrow screen still shows it; others as they are."""
    groups = [column.group for column in made.columns]
    if Group.COST not in groups or Group.SCORE not in groups:
        return made
    order = sorted(range(len(groups)), key=lambda at: Group.SCORE + 0.5 if groups[at] == Group.COST else groups[at])
    rows = tuple(tuple(row[at] for at in order) for row in made.rows)
    return replace(made, columns=tuple(made.columns[at] for at in order), rows=rows)


@dataclass(frozen=True, slots=True)
class JointRow:
    """A row of one run's table, among those of other runs."""

    run: str
    """The run's id."""
    date: str
    """When it began, YYYY-MM-DD."""
    cells: Mapping[str, TableCell]
    """Its cells by their column's header."""


def joint(runs: Sequence[tuple[str, str, Table]]) -> Table:
    """The tables of several runs, one below the other, in the columns that all have: (id, date, table) of each."""
    headers = [{column.header for column in made.columns} for _, _, made in runs]
    shared = [column for column in runs[0][2].columns if all(column.header in known for known in headers)]
    rows = [
        JointRow(run, date, dict(zip((column.header for column in made.columns), cells, strict=True)))
        for run, date, made in runs
        for cells in made.rows
    ]
    first = table(
        tr("All runs"),
        (label("run", "run", lambda row: row.run), label("date", "date", lambda row: row.date)),
        rows,
        legend=tr("↑ more is better, ↓ less is better."),
    )
    cells = tuple(
        (*names, *(_of_run(row, row.cells[column.header]) for column in shared))
        for names, row in zip(first.rows, rows, strict=True)
    )
    return replace(first, columns=(*first.columns, *shared), rows=cells)


def _of_run(row: JointRow, cell: TableCell) -> TableCell:
    """A cell without its mark, which holds within its run only."""
    return replace(cell, mark="", place=cell.place and f"{row.run}/{cell.place}")
