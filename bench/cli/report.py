"""`bench report`: a run's tables, charts and page, written again from its folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.options import results_option
from bench.cli.terminal import echo

if TYPE_CHECKING:
    from bench.report.charts import Shape
    from bench.report.page import PageSource


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
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON; of several runs a list.")
def report(
    runs: tuple[str, ...], results: Path, redact: bool, output: Path | None, shape: Shape, as_json: bool
) -> None:
    """Write comparison.{md,csv,json,tex,html}, charts and report.html of RUN: folder or id, by default the newest.

    Several runs also get a page together. Reads only the run folders; calls no model.
    """
    import json

    from bench.cli import summary
    from bench.cli.memory import give_back
    from bench.records import find_runs
    from bench.report import page
    from bench.report.redact import redact as without_texts
    from bench.report.text import tables
    from bench.report.write import write_report

    give_back()
    sources: list[PageSource] = []
    for original in find_runs(results, runs):
        folder = without_texts(original) if redact else original
        comparison, files = write_report(folder, shape)
        sources.append(page.PageSource(folder, comparison, files))
        summary.append((folder / "comparison.md").read_text(encoding="utf-8"))
    written = [file for source in sources for file in source.files]
    if len(sources) > 1:
        written.append(page.write_page(output or results / page.NAME, sources))
    if as_json:
        records = [json.loads(tables.json_text(source.comparison)) for source in sources]
        echo(json.dumps(records if len(records) > 1 else records[0], indent=2, ensure_ascii=False))
        return
    pages = [file for file in written if file.name == page.NAME or file == output]
    for file in pages:
        echo(f"wrote {file}")
    echo(f"wrote {len(written) - len(pages)} other files beside it: tables, claims, charts and their data")
