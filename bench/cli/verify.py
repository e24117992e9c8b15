"""`bench verify`: are the published numbers those that the run's tables give?"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.consent import send_keys_option
from bench.cli.options import config_option, results_option
from bench.cli.terminal import echo

if TYPE_CHECKING:
    from bench.report.verify import Verified

FAILED = 3
"""Exit code where a number differs."""


@click.command()
@click.argument("runs", metavar="[RUN]...", nargs=-1, envvar="BENCH_RUN")
@results_option
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The page of several runs side by side.  [default: report.html in the results folder, if of these runs]",
)
@click.option(
    "--drift",
    metavar="MODEL",
    help="Ask a model of bench.toml a few short questions: does its endpoint still answer as it did? Kept with RUN.",
)
@config_option
@send_keys_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON: one object for each run and page.")
def verify(
    runs: tuple[str, ...],
    results: Path,
    output: Path | None,
    *,
    drift: str | None,
    config: Path | None,
    origins: tuple[str, ...],
    as_json: bool,
) -> None:
    """Compute every published number of RUN anew, by default of the newest run, and say what differs.

    Reads comparison.*, claims.*, charts/, items.csv and report.html, and compares them, pictures too, with what the
    run's tables and run.json give, and the table's costs with its tokens and the recorded prices; where the journal of
    the results folder has the run, also tokens, times and served models; of several runs also the page that shows them
    together. RUN may also be a folder of published evidence: then the pages and figures that
    tell of it are made anew from its verdicts.
    Writes nothing, calls no model, but for --drift, which asks 60 short questions, keeps the answers' fingerprint in
    the run folder and compares it with the first since the endpoint last changed (docs/drift.md).
    Exit codes: 0 all equal, 3 something differs or the endpoint changed, 2 no run or damaged tables.
    """
    if drift is not None:
        sys.exit(_of_endpoint(drift, runs, results, output, config=config, origins=origins, as_json=as_json))
    import json
    from dataclasses import asdict

    from bench.errors import UsageError
    from bench.evidence import is_evidence
    from bench.records import find_runs
    from bench.report.page import NAME
    from bench.report.verify import shows
    from bench.report.verify import verify as compute

    evidence = [Path(run) for run in runs if is_evidence(Path(run))]
    if evidence:
        if len(evidence) < len(runs) or as_json or output:
            raise UsageError(f"{evidence[0]}: is evidence, not a run: give it alone, without other options.")
        sys.exit(_of_evidence(evidence))
    folders = find_runs(results, runs)
    written = results / NAME
    page = output or (written if shows(written, folders) else None)
    if page is None and len(folders) > 1 and written.is_file():
        echo(f"{written}: shows other runs than these, and is not checked.", err=True)
    verified = compute(folders, page)
    verified, told = _with_journal(verified, folders, results)
    if as_json:
        records = [{**asdict(result), "what": str(result.what)} for result in verified]
        echo(json.dumps(records, indent=2, ensure_ascii=False))
    else:
        for result in verified:
            _show(result, told.get(result.what, False))
    sys.exit(FAILED if any(result.differing for result in verified) else 0)


def _with_journal(
    verified: list[Verified], folders: Sequence[Path], results: Path
) -> tuple[list[Verified], dict[Path, bool]]:
    """With what the items tables say of calls otherwise than the journal of the results folder, and of which runs it
    knows them."""
    from dataclasses import replace

    from bench.report.verify import MOST_COSTS, Differs, said
    from bench.run import JOURNAL
    from bench.run.recorded import unlike

    found = {folder: unlike(folder, results / JOURNAL) for folder in folders}
    wrong = {
        folder: tuple(
            Differs(
                "items.parquet",
                f"row {each.row}, {each.column}",
                said(each.said),
                f"{said(each.recorded)} by the journal",
            )
            for each in (differs or ())[:MOST_COSTS]
        )
        for folder, differs in found.items()
    }
    joined = [replace(result, differing=(*result.differing, *wrong.get(result.what, ()))) for result in verified]
    return joined, {folder: differs is not None for folder, differs in found.items()}


def _of_endpoint(
    model: str,
    runs: tuple[str, ...],
    results: Path,
    output: Path | None,
    *,
    config: Path | None,
    origins: tuple[str, ...],
    as_json: bool,
) -> int:
    """Checks an endpoint for drift; the exit code."""
    from bench.cli.drift import check_drift
    from bench.errors import UsageError

    if len(runs) > 1 or output:
        raise UsageError("--drift keeps its fingerprint with one run: give one RUN at most, and no --output.")
    return check_drift(model, runs[0] if runs else None, results, config, origins, as_json=as_json)


def _of_evidence(folders: list[Path]) -> int:
    """Checks evidence pages; the exit code."""
    from bench.evidence import verify_pages

    results = [checked for folder in folders for checked in verify_pages(folder)]
    for checked in results:
        for line in checked.differing:
            echo(line)
        state = f"{len(checked.differing)} places differ" if checked.differing else "all equal"
        echo(f"{checked.file}: {checked.numbers:,} numbers made anew: {state}.")
    return FAILED if any(checked.differing for checked in results) else 0


def _show(result: Verified, told: bool) -> None:
    for difference in result.differing:
        echo(str(difference))
    for name in result.absent:
        echo(f"{name}: not published")
    for name in result.unseen:
        echo(f"Not compared: {name}")
    numbers, differing = sum(result.numbers.values()), len(result.differing)
    differ = "1 place differs" if differing == 1 else f"{differing} places differ"
    files = "1 file" if len(result.numbers) == 1 else f"{len(result.numbers)} files"
    echo(
        f"{result.what}: {numbers:,} numbers in {files} computed anew: {differ if differing else 'all equal'}. "
        + (
            "Tokens, times and who answered are as the journal recorded them; scores are the items table's own."
            if told
            else "Scores, tokens and times are the items table's own."
        )
    )
