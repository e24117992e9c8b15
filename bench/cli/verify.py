"""`bench verify`: are the published numbers those that the run's tables give?"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bench.cli.options import results_option

FAILED = 3
"""Exit code where a number differs."""


@click.command()
@click.argument("run", required=False, envvar="BENCH_RUN")
@results_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def verify(run: str | None, results: Path, as_json: bool) -> None:
    """Compute every published number of RUN anew, by default of the newest run, and say what differs.

    Reads comparison.*, claims.*, the charts' CSV files, items.csv and report.html, and compares them with what the
    run's tables and run.json give. Writes nothing, calls no model. Exit codes: 0 all equal, 3 something differs, 2 no
    run or damaged tables.
    """
    import json
    from dataclasses import asdict

    from bench import runfolder
    from bench.report.verify import verify as compute

    folder = runfolder.find(results, run)
    found = compute(folder)
    if as_json:
        click.echo(json.dumps(asdict(found), indent=2, ensure_ascii=False))
    else:
        for one in found.differing:
            click.echo(str(one))
        for name in found.absent:
            click.echo(f"{name}: not published")
        numbers, differing = sum(found.numbers.values()), len(found.differing)
        differ = "1 place differs" if differing == 1 else f"{differing} places differ"
        result = differ if differing else "all equal"
        click.echo(f"{folder}: {numbers:,} numbers in {len(found.numbers)} files computed anew: {result}.")
    sys.exit(FAILED if found.differing else 0)
