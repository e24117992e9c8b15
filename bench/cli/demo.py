"""`bench demo`: a finished example run, from its tables to its verdicts and its page; no key, no model, no network."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator
from pathlib import Path

import click

from bench.cli.options import results_option
from bench.cli.terminal import echo

EXAMPLE = Path(__file__).parents[1] / "example"
"""The tables of the example: a script gave its answers (tests/example/make.py)."""
NAME = "demo"
"""Its folder in the results."""


@click.command()
@results_option
def demo(results: Path) -> None:
    """Show a finished comparison of two made-up models: table, verdicts and report.html, in seconds, for nothing.

    The answers are a script's, and the models are made up; items, grading, costs and verdicts are real. It is written
    to results/demo, anew each time.
    """
    with _uncollected():
        page = _show(results)
    echo(f"The page: {page}")
    echo("Your own models next: `bench init`, or `make bench` in a checkout for two small local ones.")


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Without the collector of cyclic garbage, which takes a tenth of so short a command and frees little."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _show(results: Path) -> Path:
    """Writes the example's folder and prints its table; returns its page."""
    from bench.cli.show import print_table
    from bench.records import MANIFEST, write_bytes
    from bench.report import charts, page
    from bench.report.write import write_report

    folder = _folder(results)
    for source in sorted(EXAMPLE.iterdir(), key=lambda path: path.name == MANIFEST):
        write_bytes(folder, source.name, source.read_bytes())
    with charts.vectors_only():
        comparison, _ = write_report(folder)
    print_table(comparison)
    return folder / page.NAME


def _folder(results: Path) -> Path:
    """results/demo, again where an earlier call made it; another name where that is a run of something else."""
    from bench.errors import UsageError
    from bench.records import fresh_folder, read_record

    with contextlib.suppress(UsageError):
        if read_record(results / NAME).run == read_record(EXAMPLE).run:
            return results / NAME
    return fresh_folder(results, NAME)
