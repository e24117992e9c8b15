"""Tables on a terminal, made from the columns that documents are made from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

import click

from bench import clean

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from bench.report.text.column import Column, TableCell

Row = TypeVar("Row")


def echo(message: object = "", *, err: bool = False, nl: bool = True, colour: str | None = None) -> None:
    """Prints a text, whoever's words are in it: what a terminal would take as a command is shown instead."""
    click.secho(clean.terminal(str(message)), err=err, nl=nl, fg=colour)


def grouped(
    heading: str,
    columns: Sequence[Column[Row]],
    rows: Iterable[Row],
    *,
    group: Callable[[Row], str],
    name: Callable[[Row], str],
) -> Table:
    """Rows under the headings of their groups, e.g. models under their suite; `heading` is above the names."""
    from rich import box
    from rich.table import Table

    grid = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    grid.add_column(heading, overflow="ellipsis")
    for column in columns:
        grid.add_column(column.heading, justify="right", no_wrap=True)
    current = None
    for row in rows:
        if group(row) != current:
            current = group(row)
            grid.add_row(_text(current), style="bold")
        grid.add_row(_text(f"  {name(row)}"), *(cell_text(column.shows(row)) for column in columns))
    return grid


def cell_text(cell: TableCell) -> Text:
    """A cell, what is in its parentheses dimmed."""
    return _text(cell.value, cell.aside)


def _text(value: str, aside: str = "") -> Text:
    from rich.text import Text

    return Text.assemble(clean.terminal(value), (f" ({clean.terminal(aside)})", "dim") if aside else "")


def width(heading: str, cells: Iterable[TableCell]) -> int:
    """Characters of a column and the gap beside it."""
    from rich.cells import cell_len

    lengths = (cell_len(cell.value) + (cell_len(cell.aside) + 3 if cell.aside else 0) for cell in cells)
    return 2 + max(cell_len(heading), *lengths)


def plain(rows: Sequence[Mapping[str, object]]) -> Iterator[str]:
    """Records in lines, their keys as headers, every column as wide as it needs; there is at least one record.

    What is None is "?".
    """
    texts = [list(rows[0]), *(["?" if value is None else str(value) for value in row.values()] for row in rows)]
    widths = [max(map(len, cells)) for cells in zip(*texts, strict=True)]
    for cells in texts:
        yield "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
