"""`bench journal`: is the journal whole, a copy of it, its calls as lines, and runs that may go."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.options import results_option
from bench.cli.terminal import echo
from bench.errors import UsageError

if TYPE_CHECKING:
    from bench.journal import Journal, RunContent


@click.group()
def journal() -> None:
    """Look after the journal of a results folder: every paid call, once."""


@journal.command()
@results_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(results: Path, as_json: bool) -> None:
    """Read all of the journal, and say what is in it and what is wrong; changes nothing.

    Exit codes: 0 whole, 1 something is wrong.
    """
    from bench.journal import check as checked

    with _journal(results) as opened:
        seen = checked(opened)
    if as_json:
        runs = [{name: getattr(run, name) for name in run.__slots__} for run in seen.runs]
        whole = {"path": str(seen.path), "version": seen.version, "size": seen.size, "runs": runs}
        rest = {"stray": seen.stray, "stray_begun": seen.stray_begun, "faults": [*seen.faults]}
        echo(json.dumps({**whole, **rest}, indent=2, ensure_ascii=False))
    else:
        for run in seen.runs:
            echo(_line(run))
        if seen.stray or seen.stray_begun:
            echo(f"{seen.stray:,} calls{_begun(seen.stray_begun)} are of runs that it does not know")
        for fault in seen.faults:
            echo(f"wrong: {fault}")
        calls = sum(run.calls for run in seen.runs) + seen.stray
        begun = sum(run.begun for run in seen.runs) + seen.stray_begun
        state = "damaged" if seen.faults else "whole"
        echo(f"{seen.path}: {state}, {calls:,} calls{_begun(begun)}, {seen.size / 1e6:,.1f} MB, version {seen.version}")
    sys.exit(1 if seen.faults else 0)


@journal.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--run", "runs", multiple=True, help="Only this run. Repeatable.")
@results_option
def export(file: Path, runs: tuple[str, ...], results: Path) -> None:
    """Write the calls to FILE, one line of JSON each, as they are recorded: prompts' keys, answers, tokens, times."""
    from bench.journal import begun_calls, records
    from bench.records import write_file

    with _journal(results) as opened:
        lines = (f"{record}\n".encode() for record in records(opened, runs))
        write_file(file.parent, file.name, lambda to: to.writelines(lines))
        begun = begun_calls(opened, runs)
    if begun:
        some = "1 call was begun and has" if begun == 1 else f"{begun:,} calls were begun and have"
        echo(f"{some} no end on record: left out.", err=True)
    echo(str(file))


@journal.command()
@click.argument("file", type=click.Path(path_type=Path))
@results_option
def backup(file: Path, results: Path) -> None:
    """Copy the journal to FILE, without gaps; also while runs go on."""
    from bench.journal import backup as copied

    with _journal(results) as opened:
        size = copied(opened, file)
    echo(f"{file}: {size / 1e6:,.1f} MB")


@journal.command()
@click.option("--run", "runs", multiple=True, help="This run. Repeatable.")
@click.option("--gone", is_flag=True, help="Every run whose folder is not there any more.")
@click.option("-y", "--yes", is_flag=True, help="Delete; without it, what would go is shown.")
@results_option
def prune(runs: tuple[str, ...], gone: bool, yes: bool, results: Path) -> None:
    """Delete runs' calls from the journal, and give their room back.

    What is deleted was paid for: no run can reuse it, and the runs can be neither continued nor scored again. Their
    folders stay. When a claim was first recorded stays, too.
    """
    from bench.journal import prune as pruned

    if not runs and not gone:
        raise UsageError("name what may go: --run RUN, or --gone for runs whose folder is not there any more.")
    with _journal(results) as opened:
        lost = [entry.run for entry in opened.runs() if gone and not entry.folder.is_dir()]
        chosen = list(dict.fromkeys([*runs, *lost]))
        if not yes:
            echo("\n".join(chosen) or "Nothing would go.")
            echo("Nothing was deleted; --yes deletes the calls of these runs." if chosen else "", nl=bool(chosen))
            return
        count = pruned(opened, chosen) if chosen else 0
    echo(f"{count:,} calls of {len(chosen)} runs deleted.")


def _journal(results: Path) -> Journal:
    """The journal of a results folder. UsageError if there is none."""
    from bench.journal import Journal
    from bench.run import JOURNAL

    if not (results / JOURNAL).is_file():
        raise UsageError(f"{results / JOURNAL}: there is none; --results names another folder.")
    return Journal(results / JOURNAL)


def _line(run: RunContent) -> str:
    state = "finished" if run.finished else "incomplete"
    where = "" if run.there else "; its folder is not there"
    return f"{run.run}: {run.calls:,} calls{_begun(run.begun)}, {run.bytes / 1e6:,.1f} MB, {state}{where}"


def _begun(count: int) -> str:
    """Of calls that are no calls yet."""
    return f", {count:,} begun and not ended" if count else ""
