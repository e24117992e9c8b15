"""A table's columns: each says all of itself, and Markdown, LaTeX, HTML, CSV, terminal and page are made from that."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from enum import Flag, auto
from operator import attrgetter
from typing import Any, Generic, Literal, TypeVar

from bench import clean
from bench.language import tr

BEST, ESTIMATE = "best", "estimate"
"""Marks: better than all others beyond chance; best, but maybe by chance."""
ARROWS = {"up": "↑", "down": "↓", "": ""}
"""Which way is better."""
BOUNDS = ("estimate", "low", "high", "n")
"""What CSV holds of an interval; the estimate has the column's own key."""

Row = TypeVar("Row")


class Output(Flag):
    """Where a column is shown."""

    DOCUMENT = auto()
    """Markdown, LaTeX, HTML and the page."""
    TERMINAL = auto()
    """The terminal."""
    CSV = auto()
    """The CSV file."""
    ALL = DOCUMENT | TERMINAL | CSV
    """Everywhere."""


@dataclass(frozen=True, slots=True)
class TableCell:
    """A table's cell."""

    value: str
    """The value."""
    aside: str = ""
    """What belongs in parentheses after it: its interval or a remark."""
    mark: str = ""
    """BEST, ESTIMATE or nothing."""
    place: str = ""
    """Where its number stands, e.g. "comparison.json/rows/0/score"; empty for a name."""

    def written(self, plain: Callable[[str], str], best: str, estimate: str) -> str:
        """The cell in a format: how text is escaped, and how a value is marked."""
        value = {BEST: best, ESTIMATE: estimate}.get(self.mark, "{}").format(plain(self.value))
        return f"{value} ({plain(self.aside)})" if self.aside else value


@dataclass(frozen=True, kw_only=True)
class Column(Generic[Row]):
    """One column of a table whose rows are `Row`."""

    name: str
    """What it holds, as its header says it."""
    key: str
    """Its name for machines: the CSV's column, the field of a JSON record, the end of a cell's `place`."""
    cell: Callable[[Row], str | tuple[str, str]]
    """A row's value as text, alone or with what belongs in parentheses after it."""
    unit: str = ""
    """Unit of its numbers, in the header unless the name has it; empty where the cells themselves carry it."""
    aside: str = ""
    """What the cells' parentheses hold, where documents say so in the header."""
    better: Literal["up", "down", ""] = ""
    """Which way is better; empty where neither is."""
    align: Literal["left", "right"] = "right"
    """Words are set to the left, numbers to the right."""
    names: bool = False
    """Whether it names the row: such a cell is not a measured number, and has no place."""
    shown: Output = Output.ALL
    """Where it is shown."""
    group: int = 0
    """What it speaks of: all outputs but CSV put columns of a group together, in the order of groups."""
    value: Callable[[Row], object] | None = None
    """A row's value for CSV and JSON; without it, the row's field called `key`."""
    spread: bool = False
    """Whether the value is an Interval (or None), four columns in CSV: `key`, `key_low`, `key_high`, `key_n`."""
    alike: Callable[[Sequence[Row]], Callable[[Row], str | tuple[str, str]]] | None = None
    """Where a page writes all its cells with the same decimals: the rows' own `cell`."""
    path: Callable[[Row], str] | None = None
    """The end of a cell's `place`, where that is not `key`."""

    @property
    def heading(self) -> str:
        """Name and unit, as a terminal has room for."""
        name = tr(self.name)
        return name if not self.unit or f" {self.unit} " in f" {self.name} " else f"{name} ({tr(self.unit)})"

    @property
    def header(self) -> str:
        """Name, unit, what stands in parentheses, and direction, as documents have it."""
        aside = f"({tr(self.aside)})" if self.aside else ""
        return " ".join(filter(None, (self.heading, aside, ARROWS[self.better])))

    def read(self, row: Row) -> object:
        """The row's value as a number, a text, an Interval or None."""
        return self.value(row) if self.value else attrgetter(self.key)(row)

    def shows(self, row: Row) -> TableCell:
        """The row's cell, without mark and place."""
        text = self.cell(row)
        return TableCell(text) if isinstance(text, str) else TableCell(*text)


def label(
    name: str, key: str, cell: Callable[[Row], str], *, shown: Output = Output.ALL, group: int = 0
) -> Column[Row]:
    """A column of words that name the row."""
    return Column(name=name, key=key, cell=cell, align="left", names=True, shown=shown, group=group)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table for reading, with its heading and legend."""

    title: str
    """Its heading; empty for a page's first table."""
    columns: tuple[Column[Any], ...]
    """Its columns."""
    rows: tuple[tuple[TableCell, ...], ...]
    """A cell a column."""
    legend: str = ""
    """What its columns and marks mean."""

    def only(self, title: str, keep: Callable[[Column[Any]], bool]) -> Table:
        """Some of the columns, under another heading."""
        kept = [at for at, column in enumerate(self.columns) if keep(column)]
        columns = tuple(self.columns[at] for at in kept)
        rows = tuple(tuple(row[at] for at in kept) for row in self.rows)
        return replace(self, title=title, columns=columns, rows=rows)


def chosen(columns: Iterable[Column[Row]], output: Output) -> list[Column[Row]]:
    """The columns that an output shows, group by group; CSV keeps the list's order."""
    shown = [column for column in columns if output in column.shown]
    return shown if output is Output.CSV else sorted(shown, key=lambda column: column.group)


def table(
    title: str,
    columns: Iterable[Column[Row]],
    rows: Iterable[Row],
    *,
    legend: str = "",
    place: Callable[[int, Row], str] | None = None,
    mark: Callable[[Column[Row], Row], str] | None = None,
    alike: bool = False,
) -> Table:
    """The table that documents show. `place` is where a row's numbers stand; `mark` marks the best; `alike`: each
    column has one number of decimals."""
    shown, rows = chosen(columns, Output.DOCUMENT), [*rows]
    if alike:
        shown = [replace(column, cell=column.alike(rows)) if column.alike else column for column in shown]

    def cells(number: int, row: Row) -> Iterator[TableCell]:
        for column in shown:
            cell = column.shows(row)
            cell = replace(cell, mark=mark(column, row)) if mark else cell
            if place and not column.names:
                end = column.path(row) if column.path else column.key
                cell = replace(cell, place=f"{place(number, row)}/{end}")
            yield cell

    made = tuple(tuple(cells(number, row)) for number, row in enumerate(rows))
    return Table(title=title, columns=tuple(shown), rows=made, legend=tr(legend))


def csv_text(columns: Iterable[Column[Row]], rows: Sequence[Row]) -> str:
    """The columns as CSV, under their keys; unknown is empty, and without rows there is no header either."""
    shown = chosen(columns, Output.CSV)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([key for column in shown for key in _keys(column)] if rows else [])
    writer.writerows([clean.spreadsheet(value) for column in shown for value in _values(column, row)] for row in rows)
    return out.getvalue()


def _keys(column: Column[Any]) -> list[str]:
    key = column.key
    return [key, *(f"{key}_{bound}" for bound in BOUNDS[1:])] if column.spread else [key]


def _values(column: Column[Row], row: Row) -> list[object]:
    value: Any = column.read(row)
    if not column.spread:
        return [value]
    bounds = dict.fromkeys(BOUNDS) if value is None else asdict(value)
    return [bounds[name] for name in BOUNDS]
