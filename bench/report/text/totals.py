"""The published totals of an import, as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, fields

from bench.records.aggregates import AggregateRow
from bench.report.text import grid
from bench.report.text.grid import Column, Entry, Table
from bench.report.text.tables import UNKNOWN, count, percent
from bench.stats import Interval, proportion_interval

NAME = "totals.csv"
COLUMNS = (
    Column("model", words=True), Column("suite", words=True), Column("n"), Column("score (95 % interval)", "up"),
    Column("USD per item", "down"), Column("s per item", "down"), Column("calls per item"), Column("date", words=True),
    Column("compares within", words=True),
)  # fmt: skip
LEGEND = "Totals as published; they are compared only within the last column. Intervals take items as independent."


def score_interval(row: AggregateRow) -> Interval | None:
    """The score with Wilson's interval, items taken as independent; without one where only a mean is known."""
    if row.score is None:
        return None
    if row.n is None or row.successes is None:
        return Interval(row.score, None, None, row.n or 0)
    solved = [1.0] * row.successes + [0.0] * (row.n - row.successes)
    return proportion_interval(solved, [str(at) for at in range(row.n)])


def usd_each(row: AggregateRow) -> float | None:
    """USD of one item; None if unknown."""
    return None if row.cost_total_usd is None or not row.n else row.cost_total_usd / row.n


def ranked(rows: Sequence[AggregateRow]) -> list[AggregateRow]:
    """Best first within what may be compared."""
    return sorted(rows, key=lambda one: (one.suite, one.comparable, -(one.score or 0), one.model))


def sheet(rows: Sequence[AggregateRow]) -> Table:
    """The totals, ranked."""
    return Table("Published totals", COLUMNS, tuple(_entries(row) for row in ranked(rows)), LEGEND)


def _entries(row: AggregateRow) -> tuple[Entry, ...]:
    numbers = [
        Entry(UNKNOWN if number is None else f"{number:.3g}")
        for number in (usd_each(row), row.latency_mean_s, row.calls_mean)
    ]
    return (
        Entry(row.model), Entry(row.suite), Entry(count(row.n)), Entry(*percent(score_interval(row))), *numbers,
        Entry(row.date or UNKNOWN), Entry(row.comparable),
    )  # fmt: skip


def markdown(rows: Sequence[AggregateRow]) -> str:
    """The table under its heading, with its legend."""
    table = sheet(rows)
    return "\n".join([f"## {table.title}", "", *grid.markdown(table), "", table.legend]) + "\n"


def csv_text(rows: Sequence[AggregateRow]) -> str:
    """All columns; unknown is empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, [field.name for field in fields(AggregateRow)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(row) for row in rows)
    return out.getvalue()
