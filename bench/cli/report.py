"""`bench report`: a run's tables, charts and page, written again from its folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.options import results_option
from bench.cli.terminal import echo
from bench.cli.writing import language_option, settings, style_option, warn_of_fonts

if TYPE_CHECKING:
    from bench.report.charts import Shape
    from bench.report.page import PageSource

NAME = "report.html"
"""The page's file."""


@click.command()
@click.argument("runs", metavar="[RUN]...", nargs=-1, envvar="BENCH_RUN")
@results_option
@click.option(
    "--redact",
    is_flag=True,
    help="Report a copy, RUN-redacted, without prompts and answers; figures, labels and ids stay.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The page of several runs side by side.  [default: report.html in the results folder]",
)
@click.option(
    "--shape",
    type=click.Choice(["wide", "square"]),
    default="wide",
    show_default=True,
    envvar="BENCH_SHAPE",
    help="The charts' shape.",
)
@style_option
@language_option
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON; of several runs a list.")
def report(
    runs: tuple[str, ...],
    results: Path,
    redact: bool,
    output: Path | None,
    shape: Shape,
    style: str | None,
    language: str | None,
    as_json: bool,
) -> None:
    """Write comparison.{md,csv,json,tex,html}, charts and report.html of RUN: folder or id, by default the newest.

    Several runs also get a page together. Reads only the run folders; calls no model.
    """
    from bench.cli.memory import give_back
    from bench.language import writing
    from bench.records import find_runs
    from bench.report import charts

    give_back()
    asked = settings(language=language, style=style)
    folders = find_runs(results, runs)
    with writing(asked.language), charts.styled_as(asked.style):
        written = _write(folders, shape, redact, output or results / NAME)
        if as_json:
            _print_json(written.sources)
            return
    warn_of_fonts(asked.language)
    pages = [file for file in written.files if file.name == NAME or file == output]
    for file in pages:
        echo(f"wrote {file}")
    echo(f"wrote {len(written.files) - len(pages)} other files beside it: tables, claims, charts and their data")


@dataclass(frozen=True, slots=True)
class _Written:
    """What was written."""

    sources: list[PageSource]
    """Each run's."""
    files: list[Path]
    """All of it, and the page of several runs."""


def _write(folders: list[Path], shape: Shape, redact: bool, joint: Path) -> _Written:
    from bench.cli import summary
    from bench.report import page
    from bench.report.redact import redact as without_texts
    from bench.report.write import write_report

    sources: list[PageSource] = []
    for original in folders:
        folder = without_texts(original) if redact else original
        comparison, files = write_report(folder, shape)
        sources.append(page.PageSource(folder, comparison, files))
        summary.append((folder / "comparison.md").read_text(encoding="utf-8"))
    files = [file for source in sources for file in source.files]
    return _Written(sources, [*files, *([page.write_page(joint, sources)] if len(sources) > 1 else [])])


def _print_json(sources: list[PageSource]) -> None:
    import json

    from bench.report.text import tables

    records = [json.loads(tables.json_text(source.comparison)) for source in sources]
    echo(json.dumps(records if len(records) > 1 else records[0], indent=2, ensure_ascii=False))
