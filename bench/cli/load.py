"""`bench run --load`: what it measured, on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.costs import Terms
    from bench.report.numbers.load import LoadCurve
    from bench.report.text.loadtext import LoadLine
    from bench.run import Prepared, Result, Watcher


def set_aside(prepared: Prepared, terms: Terms) -> Terms:
    """The terms for all but the load; the same where none is asked for. UsageError if it does not fit."""
    from bench.run import load

    return load.set_aside(prepared, terms) if prepared.comparison.run.load else terms


def measured(
    prepared: Prepared, results: Path, result: Result, *, watcher: Watcher, environ: Mapping[str, str], terms: Terms
) -> bool:
    """Measures under load, unless none is asked for or the run was cut short; returns whether it is whole."""
    from bench.run import load

    if not prepared.comparison.run.load:
        return True
    return result.ended is None and load.measure(
        prepared, results, result.folder, watcher=watcher, environ=environ, terms=terms, leave_out=result.stopped
    )


def _bare(cell: Callable[[LoadLine], str | tuple[str, str]]) -> Callable[[LoadLine], str]:
    """The value alone, without its interval."""

    def value(row: LoadLine) -> str:
        text = cell(row)
        return text if isinstance(text, str) else text[0]

    return value


def print_load(curves: Sequence[LoadCurve]) -> None:
    """A line for each load, models as headings; nothing where no load was measured."""
    if not curves:
        return
    from rich.console import Console

    from bench import clean
    from bench.cli.terminal import grouped
    from bench.report.text import loadtext
    from bench.report.text.column import Output, chosen

    rows = list(loadtext.lines(curves))
    columns = {column.key: column for column in chosen(loadtext.COLUMNS, Output.TERMINAL)}
    times = [replace(columns[key], cell=_bare(columns[key].cell)) for key in loadtext.TIMES]
    console = Console(highlight=False)
    for shown in ([columns[key] for key in loadtext.THROUGHPUT], times):
        table = grouped("at once", shown, rows, group=lambda row: row.model, name=lambda row: str(row.point.at_once))
        console.print(table, "")
    for note in loadtext.notes(curves):
        console.print(clean.terminal(note), markup=False, style="dim")
