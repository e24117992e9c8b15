"""Prints a run's comparison on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from bench import clean
from bench.cli.again import command_line
from bench.cli.terminal import echo
from bench.language import ENGLISH, counted, tr, writing

if TYPE_CHECKING:
    from bench.records import ReportSettings
    from bench.report import RunComparison, SuiteRow
    from bench.report.text.column import Column
    from bench.run import Result


def show(result: Result, as_json: bool, asked: ReportSettings | None = None) -> None:
    """Writes the run's report files, then prints the table, its notes and where the files are."""
    from bench.cli.load import print_load
    from bench.cli.probe import print_probe
    from bench.cli.writing import settings, write
    from bench.report.text import tables

    asked = settings(language=None, style=None) if asked is None else asked
    comparison = write(result.folder, asked)
    if as_json:
        with writing(asked.language):
            echo(tables.json_text(comparison), nl=False)
        return
    print_table(comparison, asked.language)
    print_probe(comparison.latency)
    print_load(comparison.load)
    if result.asked == 0 and not result.missing and result.looks is None:
        echo(f"0 calls: this run of {result.started_at[:19]}Z was complete. `bench run --fresh` asks again.")
    if result.missing or result.ended:
        why, flags = (f" {result.ended.why}", result.ended.flags) if result.ended else ("", {})
        echo(
            f"Incomplete: {counted(result.missing, 'answer', 'is', 'are')} missing.{why} "
            f"Continue with: {command_line(flags)}"
        )
    echo(f"Run folder: {result.folder}")


def print_table(comparison: RunComparison, language: str = ENGLISH) -> None:
    """Quality, latency, tokens and cost, in as few tables as the terminal's width allows; then claims and notes.

    `language`: the one that the comparison speaks.
    """
    with writing(language):
        _print(comparison)


def _print(comparison: RunComparison) -> None:
    from rich.console import Console

    from bench import claims
    from bench.cli.terminal import grouped, width
    from bench.report.text import tables
    from bench.report.text.column import TableCell

    console, rows = Console(highlight=False), comparison.rows
    names = [TableCell(text) for row in rows for text in (f"  {row.model}", row.suite)]
    room = console.width - width(tr("model"), names)
    for sets in _layout(rows):
        for columns in _fitting(sets, rows, room):
            table = grouped(tr("model"), columns, rows, group=lambda row: row.suite, name=lambda row: row.model)
            console.print(table, "")
    for line in claims.lines(comparison.ruling, comparison.record):
        console.print(clean.terminal(line), "", markup=False)
    for note in tables.notes(comparison):
        console.print(clean.terminal(str(note)), markup=False, style="dim")


def _layout(rows: Sequence[SuiteRow]) -> Iterator[list[list[Column[SuiteRow]]]]:
    """Sets of columns that belong together, by what they speak of."""
    from bench.report.text.column import Output, chosen
    from bench.report.text.measures import TERMINAL, columns

    shown = chosen(columns(rows[0].repeats), Output.TERMINAL)
    for sets in TERMINAL:
        yield [[column for column in shown if column.group in groups] for groups in sets]


def _fitting(
    sets: Sequence[Sequence[Column[SuiteRow]]], rows: Sequence[SuiteRow], room: int
) -> list[list[Column[SuiteRow]]]:
    """The sets' columns in as few tables as have room for them; a set is never torn apart."""
    from bench.cli.terminal import width

    made: list[list[Column[SuiteRow]]] = []
    left = 0
    for columns in sets:
        needed = sum(width(column.heading, map(column.shows, rows)) for column in columns)
        if not made or needed > left:
            made.append([])
            left = room
        made[-1].extend(columns)
        left -= needed
    return made
