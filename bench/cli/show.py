"""Prints a run's comparison on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.text import Text

    from bench.pipeline import Result
    from bench.report import Comparison


def show(result: Result, as_json: bool) -> None:
    """Writes the run's report files, then prints the table, its notes and where the files are."""
    from bench.report import tables
    from bench.report.write import write_report

    comparison, _ = write_report(result.folder)
    if as_json:
        click.echo(tables.json_text(comparison), nl=False)
        return
    print_table(comparison)
    if result.asked == 0 and not result.missing:
        click.echo(f"0 calls: this run of {result.started_at[:19]}Z was complete. `bench run --fresh` asks again.")
    if result.missing:
        click.echo(f"Incomplete: {result.missing} answers are missing. Continue with the same command: bench run")
    click.echo(f"Run folder: {result.folder}")


def print_table(comparison: Comparison) -> None:
    """The table in blocks that fit a terminal, each interval beside its value; then the notes."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from bench.report import tables

    console = Console(highlight=False)
    shown = [tables.cells(row) for row in comparison.rows]
    for block in tables.BLOCKS:
        grid = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
        for number in block:
            grid.add_column(tables.HEADERS[number], justify="left" if number < 2 else "right")
        for row in shown:
            grid.add_row(*(_cell(*row[number]) for number in block))
        console.print(grid)
    for note in tables.notes(comparison):
        console.print(note, markup=False, style="dim")


def _cell(value: str, aside: str) -> Text:
    from rich.text import Text

    return Text.assemble(value, (f"  {aside}", "dim") if aside else "")
