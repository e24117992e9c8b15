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
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from bench.report.text import probetext

    grid = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    grid.add_column("latency probe")
    for header in probetext.HEADERS[2:]:
        grid.add_column(header, justify="right", no_wrap=True)
    for probe in probes:
        grid.add_row(probe.model, style="bold")
        for metric, row in probetext.cells(probe):
            texts = [Text.assemble(value, (f" ({aside})", "dim") if aside else "") for value, aside in row]
            grid.add_row(f"  {metric}", *texts)
    console = Console(highlight=False)
    console.print(grid, "")
    for note in probetext.notes(probes):
        console.print(note, markup=False, style="dim")
