"""`bench traffic`: the logs that you have as one table, and where their money goes."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.cascade import cascade
from bench.cli.drawn import drawn
from bench.cli.import_ import SHOWN
from bench.cli.money import dollars
from bench.cli.options import config_option, results_option
from bench.cli.terminal import echo, plain
from bench.language import counted

if TYPE_CHECKING:
    from bench.report.text.column import Table, TableCell
    from bench.traffic import TrafficImport
    from bench.traffic.deciding import Saving, SliceVerdict, TrafficVerdicts

TOP = 10
"""Groups of a dimension that are printed."""


@click.group()
def traffic() -> None:
    """Your own traffic: import the logs that you have, see where their money goes, and draw a task from them."""


@traffic.command("import")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--format", "form", metavar="NAME", help="The logs' format.  [default: found by their first records]")
@click.option(
    "--tag",
    metavar="FIELD",
    help="Field in which a record has its kind of work, e.g. metadata.feature; `sample --tag` takes a value of it.",
)
@click.option(
    "--dated",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Day whose prices hold for calls without a time.  [default: their cost is unknown]",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A new folder.  [default: results/<UTC>-traffic]")
@results_option
@config_option
def import_(
    paths: tuple[Path, ...],
    form: str | None,
    tag: str | None,
    dated: datetime | None,
    output: Path | None,
    results: Path,
    config: Path | None,
) -> None:
    """Read logs of LiteLLM, Langfuse, OpenTelemetry and others into one table of calls, and show where its money goes.

    PATHs are files or folders: JSON, JSON lines or CSV, also gzipped. The format is found and said; what is left out
    is named by file and line. Writes traffic.html beside the table, as `bench traffic show` does. Keys and passwords
    in texts are replaced; nothing is called or sent. See docs/own-traffic.md.
    """
    from bench.config import environment
    from bench.prices import beside, load
    from bench.records import Secrets
    from bench.traffic import TrafficChoices, import_traffic

    done = import_traffic(
        paths,
        output=output,
        results=results,
        book=load(beside(config or Path("bench.toml"))),
        secrets=Secrets.of_environment(environment(Path())),
        choices=TrafficChoices(form=form, tag=tag, dated=dated and dated.replace(hour=12, tzinfo=UTC)),
    )
    _tell(done)


def _tell(done: TrafficImport) -> None:
    for title, files in done.files.items():
        echo(f"{counted(files, 'file')}: {title}")
    for note in done.notes:
        echo(note)
    for row in done.dropped[:SHOWN]:
        echo(f"left out: {row['row']}: {row['why']}", err=True)
    if done.dropped_count > SHOWN:
        echo(f"left out: {done.dropped_count - SHOWN} more; {done.folder / 'traffic.json'} names them", err=True)
    echo(f"Imported {done.rows} calls; {done.dropped_count} records left out.\n")
    _show(done.folder, TOP)
    echo(f"Next: bench traffic sample {shlex.quote(str(done.folder))}")


@traffic.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--top", type=click.IntRange(1), default=TOP, show_default=True, help="Groups that are printed of each.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with all groups; write nothing.")
def show(folder: Path, top: int, as_json: bool) -> None:
    """Show where the money of a table of calls goes: by model, tag, kind and month.

    Writes DIR/traffic.html, with all groups.
    """
    from dataclasses import asdict

    from bench.traffic import spend

    if as_json:
        echo(json.dumps(asdict(spend(folder)), indent=2))
        return
    _show(folder, top)


def _show(folder: Path, top: int) -> None:
    """Where the money goes, as tables and as a page."""
    from bench.report import traffic as report
    from bench.traffic import spend

    found = spend(folder)
    for line in (*report.headline(found), ""):
        echo(line)
    for table in report.tables(found, top):
        for line in plain([_texts(table, row) for row in table.rows]):
            echo(line)
        echo(f"{table.legend}\n" if table.legend else "")
    for line in report.remarks(found):
        echo(line)
    echo(f"wrote {report.write(found, folder)}")


def _texts(table: Table, row: Sequence[TableCell]) -> dict[str, str]:
    """A row as a terminal shows it."""
    cells = zip(table.columns, row, strict=True)
    return {column.heading: f"{cell.value} ({cell.aside})" if cell.aside else cell.value for column, cell in cells}


@traffic.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("-n", "--items", type=click.IntRange(1, 100_000), default=200, show_default=True, help="Items to draw.")
@click.option("--name", default="traffic", show_default=True, help="What the task will be called.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Of the draw.")
@click.option(
    "--by",
    type=click.Choice(["calls", "frequency", "dollars"]),
    default="calls",
    show_default=True,
    help="What is drawn by.",
)
@click.option(
    "--check",
    type=click.Choice(["none", "accepted", "round_trip", "tool_calls", "schema", "regex", "numbers", "quotes"]),
    default="none",
    show_default=True,
    help="What grades an answer: nothing; the logged answer, as text, as the same JSON, or by the tools it calls; the "
    "request's own JSON schema; one pattern; that its numbers, or its quotes, stand in the request.",
)
@click.option("--example", is_flag=True, help="Without --check: show judges the logged answers, which people accepted.")
@click.option("--pattern", help="The regular expression of --check regex.")
@click.option(
    "--cluster",
    type=click.Choice(["session", "user", "item"]),
    default="session",
    show_default=True,
    help="What items depend on each other by, besides being nearly the same.",
)
@click.option("--tag", metavar="VALUE", help="Only calls of this kind of work: a value of the field of `import --tag`.")
@click.option("--model", help="Only calls of this model.")
@click.option("--kind", help="Only calls of this kind, e.g. structured.")
@click.option(
    "--words",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A file of words to replace, one a line: names of people, customers, products.",
)
def sample(
    folder: Path,
    items: int,
    name: str,
    words: Path | None,
    check: str,
    example: bool,
    pattern: str | None,
    by: str,
    seed: int,
    cluster: str,
    **only: str | None,
) -> None:
    """Draw requests of a table as items of a task, each once, personal data replaced.

    Writes DIR/NAME.jsonl and prints the command that makes a task of it. Names are not recognised: give --words, and
    read the file before anything is asked.
    """
    from bench import clean
    from bench.registry.own import check_name
    from bench.traffic import SampleChoices
    from bench.traffic import sample as draw

    check_name(name)
    listed = () if words is None else tuple(filter(None, map(str.strip, clean.read_text(words).splitlines())))
    choices = SampleChoices(
        n=items,
        seed=seed,
        by=by,
        check=check,
        example=example,
        pattern=pattern,
        cluster=cluster,
        words=listed,
        only={column: value for column, value in only.items() if value is not None},
    )
    for line in drawn(draw(folder, name, choices), name, choices.check):
        echo(line)


@traffic.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.argument("run", required=False)
@results_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with a table of routes.")
@click.option(
    "--routes",
    "form",
    type=click.Choice(["json", "litellm", "openrouter"]),
    help="Print only the routes with their evidence: plain, for LiteLLM's router, or for OpenRouter.",
)
def decide(folder: Path, run: str | None, results: Path, as_json: bool, form: str | None) -> None:
    """Say for each kind of work which model to use: a run's verdicts beside what the traffic of its samples costs.

    RUN is the newest by default. Only supported claims save anything. Calls nothing.
    """
    from dataclasses import asdict

    from bench.records import find_run, read_record
    from bench.traffic.deciding import decide as judged
    from bench.traffic.routes import routes as routed

    of = find_run(results, run)
    found = judged(folder, of)
    if form:
        echo(json.dumps(routed(found, read_record(of), form), indent=2, ensure_ascii=False))
        return
    if as_json:
        routes = {each.name: each.use for each in found.slices}
        echo(json.dumps({**asdict(found), "months": found.months, "routes": routes}, indent=2, ensure_ascii=False))
        return
    for line in _decided(found):
        echo(line)
    if any(each.needed or each.labels for each in found.slices):
        echo(_more(folder))


def _decided(found: TrafficVerdicts) -> Iterator[str]:
    from bench.records import AGREEMENT

    months = found.months
    every = "a month" if months else "in the log"
    yield from plain([_route(each, months, every) for each in found.slices])
    yield ""
    if found.saving:
        yield f"Supported claims save {_saved(found.saving, months)} {every}, 95 %; n = {found.saving.n} pairs."
    elif found.overlap:
        yield "Kinds of work overlap: a call would be counted twice, so nothing is summed."
    supported = [each for each in found.slices if each.verdict == "supported"]
    if not supported and not found.overlap:
        yield "No claim is supported, so nothing is saved."
    if unknown := [_no_saving(each) for each in supported if not each.saving]:
        yield f"A supported claim's saving in this log is unknown: {'; '.join(unknown)}."
    yield from dict.fromkeys(f"USD of {each.name}: {each.usd_unknown}." for each in found.slices if each.usd_unknown)
    if any({*each.check.split(", ")} & {*AGREEMENT} for each in found.slices):
        yield "Graded by the logged answers: `use` says that a model answers as they do, not that it is as good."
    if any(each.verdict and not each.declared for each in found.slices):
        yield "A claim is exploratory: it was not recorded before its answers were asked."
    yield (
        "USD: list price of the log's calls of the baseline's model, where it is known. The saving takes the "
        "run's cost ratio for that of the traffic: what a prompt cache saves today is not in it."
    )
    yield from (f"not judged: {name}: {why}" for name, why in found.unjudged.items())


def _no_saving(each: SliceVerdict) -> str:
    """Why a supported claim has no saving in USD."""
    if each.usd is None:
        return f"{each.name}: no call of {each.baseline} in it has a known cost"
    return f"{each.name}: the claim says nothing of cost"


def _route(each: SliceVerdict, months: float | None, every: str) -> dict[str, str]:
    usd = None if each.usd is None else each.usd / (months or 1)
    words = {
        "supported": f"use {each.candidate} for {each.baseline}",
        "refuted": f"keep {each.baseline}",
        "inconclusive": f"undecided{_needs(each)}",
        "screened": f"undecided: nobody labelled yet{_needs(each)}",
        None: "not judged",
    }
    return {
        "kind of work": each.name,
        "calls": f"{each.calls:,} ({each.call_share:.0%})",
        f"USD {every}": "unknown" if usd is None else f"{dollars(usd)} ({each.usd_calls:,} calls)",
        "verdict": words[each.verdict],
        f"saving {every}": _saved(each.saving, months) if each.saving else "",
        "why": each.why,
    }


def _needs(each: SliceVerdict) -> str:
    counts = [f"{count:,} {what}" for count, what in ((each.needed, "items"), (each.labels, "labels")) if count]
    usd = f" ({dollars(each.more_usd)} USD more)" if each.more_usd else ""
    return f", needs about {' and '.join(counts)}{usd}" if counts else ""


def _more(folder: Path) -> str:
    """How to get more items or labels than there are."""
    return (
        f"More items: bench traffic sample {shlex.quote(str(folder))} -n MORE, with the seed and choices of before; "
        "bench tasks new NAME --replace; bench run, which asks only what is new. More labels: bench label -n MORE."
    )


def _saved(saving: Saving, months: float | None) -> str:
    by = months or 1
    ends = (
        ""
        if saving.low is None or saving.high is None
        else (f" ({dollars(saving.low / by)} to {dollars(saving.high / by)})")
    )
    return f"{dollars(saving.usd / by)} USD{ends}"


traffic.add_command(cascade)
