"""Prints the latency probe of a run on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.report.numbers.latency import Probe


def print_probe(probes: Sequence[Probe]) -> None:
    """A line for each metric, models as headings; nothing where nothing was probed."""
    if not probes:
        return
    from rich.console import Console

    from bench import clean
    from bench.cli.terminal import grouped
    from bench.report.text import probetext
    from bench.report.text.column import Output, chosen

    columns, rows = chosen(probetext.COLUMNS, Output.TERMINAL), probetext.metrics(probes)
    table = grouped("latency probe", columns, rows, group=lambda row: row.cold.model, name=lambda row: row.metric)
    console = Console(highlight=False)
    console.print(table, "")
    for note in probetext.notes(probes):
        console.print(clean.terminal(note), markup=False, style="dim")
