"""`bench export`: a run in another tool's format."""

from __future__ import annotations

from pathlib import Path

import click

from bench.cli.options import results_option
from bench.cli.terminal import echo


@click.command()
@click.argument("form", metavar="FORMAT", type=click.Choice(["eee"]))
@click.argument("run", required=False)
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="The folder to write to.")
@results_option
def export(form: str, run: str | None, output: Path, results: Path) -> None:
    """Write RUN, by default the newest, as another format's records.

    FORMAT is eee: Every Eval Ever, one JSON file a model with its score on each suite. A run's own folder holds it in
    lm-eval's format already, in lm-eval/. Calls nothing.
    """
    del form
    from bench.records import find_run
    from bench.report.eee import write_records

    for path in write_records(find_run(results, run), output):
        echo(str(path))
