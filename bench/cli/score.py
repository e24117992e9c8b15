"""`bench score`: a run's answers, scored again with today's tasks."""

from __future__ import annotations

from pathlib import Path

import click

from bench.cli.cluster import pool_of, ray_option
from bench.cli.options import include_option, results_option, task_folders
from bench.cli.terminal import echo


@click.command()
@click.argument("run", required=False, envvar="BENCH_RUN")
@results_option
@include_option
@ray_option
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
def score(run: str | None, results: Path, include: tuple[Path, ...], ray: str | None, as_json: bool) -> None:
    """Score the recorded answers of RUN (a folder or id, by default the newest) with today's tasks.

    Calls no model. Makes a new run folder that names its parent; costs and times stay as they were. A task whose
    prompts have changed is refused (exit code 2): answers to other prompts say nothing.
    """
    from bench import registry
    from bench.cli.show import print_table
    from bench.cli.writing import settings, write
    from bench.language import writing
    from bench.records import find_run
    from bench.report.text import tables
    from bench.run import JOURNAL
    from bench.run.rescore import rescore

    known = registry.read(task_folders(include))
    done = rescore(find_run(results, run), results / JOURNAL, known, pool_of(ray))
    asked = settings(language=None, style=None)
    comparison = write(done.folder, asked)
    if as_json:
        with writing(asked.language):
            echo(tables.json_text(comparison), nl=False)
        return
    print_table(comparison, asked.language)
    for line in done.failures:
        echo(line, err=True)
    for task, (before, now) in done.tasks.items():
        echo(f"{task}: version {before} then, {now} now")
    if not done.tasks:
        echo("No task has changed since the run.")
    echo(f"0 calls: {done.changed} scores or outcomes are different.\nRun folder: {done.folder}")
