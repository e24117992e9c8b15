"""`bench report`: a run's tables and charts, written again from its folder."""

from __future__ import annotations

from pathlib import Path

import click

from bench.cli.options import results_option


@click.command()
@click.argument("run", required=False, envvar="BENCH_RUN")
@results_option
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
def report(run: str | None, results: Path, as_json: bool) -> None:
    """Write comparison.{md,csv,json} and charts of RUN: a folder or id, by default the newest run.

    Reads only the run folder; calls no model.
    """
    from bench import runfolder
    from bench.report import tables
    from bench.report.write import write_report

    comparison, files = write_report(runfolder.find(results, run))
    if as_json:
        click.echo(tables.json_text(comparison), nl=False)
        return
    for file in files:
        click.echo(f"wrote {file}")
