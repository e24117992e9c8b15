"""The published totals of an import, as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from typing import Any

from bench import clean
from bench.language import tr, tr_later
from bench.records import AggregateRow
from bench.report.text import grid
from bench.report.text.column import Column, Table, label, table
from bench.report.text.formats import UNKNOWN, count, percent
from bench.stats import Interval, proportion_interval

NAME = "totals.csv"
LEGEND = tr_later(
    "Totals as published; they are compared only within the last column. Intervals take items as independent."
)


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
    return sorted(rows, key=lambda row: (row.suite, row.comparable, -(row.score or 0), row.model))


def _amount(number: float | None) -> str:
    return tr(UNKNOWN) if number is None else f"{number:.3g}"


def _each(what: str, key: str, of: Callable[[AggregateRow], float | None], **more: Any) -> Column[AggregateRow]:
    """A column of so much an item."""
    return Column(name=f"{what} per item", key=key, cell=lambda row: _amount(of(row)), **more)


COLUMNS: tuple[Column[AggregateRow], ...] = (
    label("model", "model", lambda row: row.model),
    label("suite", "suite", lambda row: row.suite),
    Column(name="n", key="n", cell=lambda row: count(row.n)),
    Column(
        name="score",
        key="score",
        aside=tr_later("95 % interval"),
        better="up",
        cell=lambda row: percent(score_interval(row)),
    ),
    _each("USD", "cost_total_usd", usd_each, unit="USD", better="down"),
    _each("s", "latency_mean_s", lambda row: row.latency_mean_s, unit="s", better="down"),
    _each("calls", "calls_mean", lambda row: row.calls_mean),
    label("date", "date", lambda row: row.date or tr(UNKNOWN)),
    label(tr_later("compares within"), "comparable", lambda row: row.comparable),
)
"""The totals' columns; `key` is the field in totals.csv that a number comes from."""


def sheet(rows: Sequence[AggregateRow]) -> Table:
    """The totals, ranked."""
    return table(
        tr("Published totals"),
        COLUMNS,
        ranked(rows),
        legend=LEGEND,
        place=lambda _, row: f"{NAME}/{rows.index(row)}",
    )


def markdown(rows: Sequence[AggregateRow]) -> str:
    """The table under its heading, with its legend."""
    return "\n".join([*grid.section(sheet(rows))][1:]) + "\n"


def csv_text(rows: Sequence[AggregateRow]) -> str:
    """All columns; unknown is empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, [field.name for field in fields(AggregateRow)], lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: clean.spreadsheet(value) for name, value in asdict(row).items()} for row in rows)
    return out.getvalue()
