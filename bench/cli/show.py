"""Prints a run's comparison on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from bench.report import Comparison, SuiteRow
    from bench.report.text.tables import Cell
    from bench.run.execute import Result

Column = tuple[str, "list[Cell]"]


def show(result: Result, as_json: bool) -> None:
    """Writes the run's report files, then prints the table, its notes and where the files are."""
    from bench.cli.probe import print_probe
    from bench.report.text import tables
    from bench.report.write import write_report

    comparison, _ = write_report(result.folder)
    if as_json:
        click.echo(tables.json_text(comparison), nl=False)
        return
    print_table(comparison)
    print_probe(comparison.latency)
    if result.asked == 0 and not result.missing:
        click.echo(f"0 calls: this run of {result.started_at[:19]}Z was complete. `bench run --fresh` asks again.")
    if result.ended:
        click.echo(f"Incomplete: {result.missing} answers are missing. {result.ended}")
    elif result.missing:
        click.echo(f"Incomplete: {result.missing} answers are missing. Continue with the same command: bench run")
    click.echo(f"Run folder: {result.folder}")


def print_table(comparison: Comparison) -> None:
    """Quality, latency, tokens and cost, in as few tables as the terminal's width allows; then claims and notes."""
    from rich.console import Console

    from bench import claims
    from bench.report.text import tables

    console = Console(highlight=False)
    names = [cell for row in comparison.rows for cell in ((f"  {row.model}", ""), (row.suite, ""))]
    for part in _parts(comparison.rows):
        for columns in _fitting(part, console.width - _width(("model", names))):
            _print(console, comparison.rows, columns)
    for line in claims.lines(comparison.ruling, comparison.manifest):
        console.print(line, "", markup=False)
    for note in tables.notes(comparison):
        console.print(note, markup=False, style="dim")


def _parts(rows: Sequence[SuiteRow]) -> Iterator[list[list[Column]]]:
    """Groups of columns that belong together, by what they speak of."""
    from bench.report.text import tables as t

    def column(header: str, cells: Iterator[Cell]) -> Column:
        return header, list(cells)

    names = ("truncated", "repeating", "missing")
    counts = [(name, [(t.count(getattr(row, name)), "") for row in rows]) for name in names]
    repeats = rows[0].repeats
    solved = [column(f"pass@{repeats}", (t.percent(r.pass_at_k) for r in rows))] if repeats > 1 else []
    score = column("score", (t.percent(r.score) for r in rows))
    yield [[column("n", (t.planned(r) for r in rows)), score, *solved, *counts]]
    yield [
        [
            column("TTFAT p50 (s)", (t.seconds(r.ttfat_p50_s) for r in rows)),
            column("TTFAT p95 (s)", (t.seconds(r.ttfat_p95_s) for r in rows)),
        ],
        [
            column("E2E p50 (s)", (t.seconds(r.e2e_p50_s) for r in rows)),
            column("E2E p95 (s)", (t.seconds(r.e2e_p95_s) for r in rows)),
            column("output tok/s", (t.whole(r.output_tok_s) for r in rows)),
        ],
    ]
    yield [
        [
            column("tokens in", (t.whole(r.tokens_in) for r in rows)),
            column("tokens out", (t.whole(r.tokens_out) for r in rows)),
            column("USD per 1,000 items", (t.dollars(r.cost_per_1000_usd) for r in rows)),
        ]
    ]


def _width(column: Column) -> int:
    """Characters of a column and the gap beside it."""
    header, cells = column
    return 2 + max(len(header), *(len(value) + (len(aside) + 3 if aside else 0) for value, aside in cells))


def _fitting(groups: Sequence[Sequence[Column]], room: int) -> list[list[Column]]:
    """The groups' columns in as few tables as have room for them; a group is never torn apart."""
    found: list[list[Column]] = []
    left = 0
    for group in groups:
        needed = sum(_width(column) for column in group)
        if not found or needed > left:
            found.append([])
            left = room
        found[-1].extend(group)
        left -= needed
    return found


def _print(console: Console, rows: Sequence[SuiteRow], columns: Sequence[Column]) -> None:
    from rich import box
    from rich.table import Table

    grid = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    grid.add_column("model", overflow="ellipsis")
    for header, _ in columns:
        grid.add_column(header, justify="right", no_wrap=True)
    suite = None
    for number, row in enumerate(rows):
        if row.suite != suite:
            suite = row.suite
            grid.add_row(_text(suite, ""), style="bold")
        grid.add_row(_text(f"  {row.model}", ""), *(_text(*cells[number]) for _, cells in columns))
    console.print(grid, "")


def _text(value: str, aside: str) -> Text:
    from rich.text import Text

    return Text.assemble(value, (f" ({aside})", "dim") if aside else "")
