"""`bench import`: other people's results as a run folder."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.options import results_option
from bench.cli.terminal import echo

if TYPE_CHECKING:
    from bench.importers import Imported

FORMATS = {
    "lm_eval": "lm-eval's --output_path folders, with --log_samples",
    "inspect": "Inspect's .eval or JSON logs, or their folder",
    "evalscope": "evalscope's output folder",
    "promptfoo": "what promptfoo eval -o results.json writes",
    "helm": "HELM's run folders",
    "deepeval": "a test run of deepeval, one file a model",
    "eee": "Every Eval Ever's records",
    "openrouter": "OpenRouter's activity CSV: bills without scores",
    "livebench": "LiveBench's table, cost and categories files",
    "artificial_analysis": "a CSV extract of Artificial Analysis",
    "arc_agi": "ARC Prize's leaderboard JSON",
    "harbor": "Harbor-Index's pairs",
    "terminal_bench": "Terminal-Bench's trials",
    "aider": "aider's leaderboard YAML",
    "swebench": "SWE-bench's leaderboards.json, or CSV extracts",
    "swebench_predictions": "SWE-bench's predictions (.jsonl) with its harness's reports of them",
    "tau2": "tau2-bench's submissions",
    "bfcl": "BFCL's data_overall.csv",
    "csv": "any table: --map item=COLUMN --map model=COLUMN --map score=COLUMN",
}
"""Format -> what of it is read."""
SHOWN = 10
"""Dropped rows that are printed; run.json keeps more."""


def _pairs(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    del ctx
    mapping: dict[str, str] = {}
    for value in values:
        field, equals, column = value.partition("=")
        if not (field and equals and column):
            raise click.BadParameter(f"'{value}' is not FIELD=COLUMN, e.g. score=accuracy", param=param)
        if field in mapping:
            raise click.BadParameter(f"{field} is mapped twice", param=param)
        mapping[field] = column
    return mapping


def _known(ctx: click.Context, param: click.Parameter, value: str) -> str:
    """The format, or an error that says what would work."""
    del ctx
    if value in FORMATS:
        return value
    from bench import plugins
    from bench.errors import suggest

    added = {name: f"of {plugins.package(point)}" for name, point in plugins.named("importers").items()}
    if value in added:
        return value
    known = {**added, **FORMATS}
    listed = "\n".join(f"  {name:20}{what}" for name, what in known.items())
    if Path(value).exists():
        why = f"{value} is a path: say first what made it, e.g. `bench import {_guess(Path(value))} {value}`."
    else:
        why = f"'{value}' is no format that is known.{suggest(value, known)}"
    raise click.BadParameter(
        f"{why} Known:\n{listed}\nAnything else works as csv, once it is a table with a row an answer.", param=param
    )


def _guess(path: Path) -> str:
    """What a file may be, by its name alone."""
    name = path.name.lower()
    marks = {"inspect": ".eval", "aider": ".yml", "openrouter": "activity", "promptfoo": ".json"}
    return next((form for form, mark in marks.items() if mark in name), "lm_eval" if path.is_dir() else "csv")


def _date(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    from datetime import date

    del ctx
    try:
        return value and date.fromisoformat(value).isoformat()
    except ValueError as error:
        raise click.BadParameter("must be a date such as 2026-11-22", param=param) from error


@click.command("import")
@click.argument("form", metavar="FORMAT", callback=_known)
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--map", "mapping", multiple=True, callback=_pairs, help="FIELD=COLUMN, FIELD==VALUE. Repeatable.")
@click.option(
    "--decimal", type=click.Choice([".", ","]), default=".", show_default=True, help="Decimal point of a CSV."
)
@click.option("--source", help="Who published it.  [default: the format's usual source, or the file's name]")
@click.option("--commit", help="Its commit or version there.")
@click.option("--retrieved", callback=_date, help="Date on which it was fetched, e.g. 2026-11-22.")
@click.option("--licence", help="Its licence.  [default: that of the format's usual source]")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="The run folder.  [default: results/<UTC>-FORMAT]"
)
@results_option
def import_(
    form: str,
    paths: tuple[Path, ...],
    mapping: dict[str, str],
    decimal: str,
    source: str | None,
    commit: str | None,
    retrieved: str | None,
    licence: str | None,
    output: Path | None,
    results: Path,
) -> None:
    """Import results into a run folder, which `bench report` and `bench claim` then read.

    FORMAT is what made them: lm_eval, inspect, evalscope, promptfoo, helm, deepeval, eee, openrouter, csv, or a
    published table: livebench, artificial_analysis, arc_agi, harbor, terminal_bench, aider, swebench, tau2, bfcl.
    Several PATHs become one run, e.g. one folder a model. What is left out or unknown is printed, and kept in run.json.
    Nothing is called or spent. See docs/import.md.
    """
    from bench.importers import Provenance, format_of, import_results

    done = import_results(
        form,
        format_of(form),
        paths,
        results=results,
        output=output,
        provenance=Provenance(source, commit, retrieved, licence),
        mapping=mapping,
        decimal=decimal,
    )
    _tell(done)


def _tell(done: Imported) -> None:
    for note in done.notes:
        echo(note)
    for row in done.dropped[:SHOWN]:
        echo(f"dropped: {row['row']}: {row['why']}", err=True)
    if done.dropped_count > SHOWN:
        echo(f"dropped: {done.dropped_count - SHOWN} more rows; run.json names them", err=True)
    parts = [f"{count} {what}" for count, what in ((done.items, "answers"), (done.totals, "totals")) if count]
    echo(f"Imported {' and '.join(parts)} of {len(done.models)} models ({_some(done.models)}) on {_some(done.suites)}.")
    if len(done.models) > 1:
        echo(f"Next: bench claim {shlex.quote(str(done.folder))} {_claim(done)}")
        if len(done.models) == 2 and not _differ(_usd_each(done)):
            echo("No costs tell which one would replace the other: swap the two to ask it the other way round.")
    elif done.models:
        echo("A claim compares two models: import the files of both in one command.")
    echo(f"Run folder: {done.folder}")


SAVING = 0.5
"""The saving that the next command claims, before anybody looked: what the bills come to is what it finds out."""


def _claim(done: Imported) -> str:
    """The claim that the next command makes: the cheapest against the dearest where costs are known."""
    usd = _usd_each(done)
    if _differ(usd):
        sides = min(usd, key=lambda label: usd[label]), max(usd, key=lambda label: usd[label])
        margins = f"--cheaper-by {SAVING:g} --worse-by 0.03"
    else:
        sides = (done.models[0], done.models[1]) if len(done.models) == 2 else ("LABEL", "LABEL")
        margins = "--worse-by 0.03"
    candidate, baseline = map(shlex.quote, sides)
    return f"--candidate {candidate} --baseline {baseline} {margins}"


def _differ(usd: Mapping[str, float]) -> bool:
    return len(usd) > 1 and min(usd.values()) < max(usd.values())


def _usd_each(done: Imported) -> dict[str, float]:
    """Mean USD of an item, by model; models on unlike suites or with an unknown cost are left out."""
    from bench.records import effective_cost, read_aggregates, read_run

    if done.items:
        items = read_run(done.folder)[1]
        items["usd"] = effective_cost(items).astype("float64")
        mine = {str(label): rows for label, rows in items.groupby("model", observed=True)}
        every = set(items["suite"])
        known = [label for label, rows in mine.items() if set(rows["suite"]) == every and rows["usd"].notna().all()]
        return {label: float(mine[label]["usd"].mean()) for label in known}
    rows = read_aggregates(done.folder)
    [_, *others] = dict.fromkeys(row.suite for row in rows)
    known_rows = [row for row in rows if row.cost_total_usd is not None and row.n]
    return {} if others else {row.model: (row.cost_total_usd or 0.0) / (row.n or 1) for row in known_rows}


def _some(names: tuple[str, ...]) -> str:
    """The first few names, and how many more there are."""
    rest = f" and {len(names) - 4} more" if len(names) > 5 else ""
    return ", ".join(names[: 4 if rest else 5]) + rest
