"""`bench history`: the same plan's runs and gate baselines over time."""

from __future__ import annotations

from pathlib import Path

import click

from bench.cli.options import results_option
from bench.cli.terminal import echo
from bench.cli.writing import language_option, settings, warn_of_fonts


@click.command()
@click.argument("sources", metavar="[RUN|FILE]...", nargs=-1)
@results_option
@language_option
@click.option("--json", "as_json", is_flag=True, help="Print the points as JSON; write nothing.")
def history(sources: tuple[str, ...], results: Path, language: str | None, as_json: bool) -> None:
    """Show score, cost, tokens and latency of the same plan over time, with intervals and served models.

    RUN is a folder or id, by default every finished run of the results; FILE a baseline of `bench gate --save`. What
    asks other items than the newest is left out, and named. Writes history/history.html and a chart of each suite into
    the results; calls nothing.
    """
    import json

    from bench.language import writing
    from bench.records import find_runs
    from bench.report import history as over_time

    files = [Path(name) for name in sources if Path(name).is_file()]
    named = [name for name in sources if not Path(name).is_file()]
    folders = find_runs(results, named) if named else [] if files else _finished(results)
    if as_json:
        found = over_time.history(folders, files)
        echo(json.dumps(over_time.as_json(found), indent=2, ensure_ascii=False))
        return
    asked = settings(language=language).language
    with writing(asked):
        found = over_time.history(folders, files)
        echo("\n".join(over_time.lines(found)).strip())
        written = over_time.write(found, results)
    warn_of_fonts(asked)
    echo(f"wrote {next(path for path in written if path.suffix == '.html')}")


def _finished(results: Path) -> list[Path]:
    """The finished runs, without those that are made of another's answers."""
    from bench.records import is_whole, read_record, run_folders

    whole = [(folder, read_record(folder)) for folder in run_folders(results) if is_whole(folder)]
    return [folder for folder, of in whole if of.finished_at and not (of.derived or of.redacted or of.remark)]
