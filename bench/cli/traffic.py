"""`bench traffic`: the logs that you have as one table, and where their money goes."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.import_ import SHOWN
from bench.cli.money import dollars
from bench.cli.options import config_option, results_option
from bench.cli.terminal import echo, plain

if TYPE_CHECKING:
    from bench.traffic import SpendLine, TrafficImport, TrafficSpend

TOP = 10
"""Groups of a dimension that are printed."""


@click.group()
def traffic() -> None:
    """Your own traffic: import the logs that you have, and see where their money goes."""


@traffic.command("import")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--format", "form", metavar="NAME", help="The logs' format.  [default: found by their first records]")
@click.option("--tag", metavar="FIELD", help="Where a record has the kind of work, e.g. metadata.feature.")
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
    """Read logs of LiteLLM, Langfuse, OpenTelemetry and others into one table of calls.

    PATHs are files or folders: JSON, JSON lines or CSV, also gzipped. The format is found and said; what is left out
    is named by file and line. Keys and passwords in texts are replaced; nothing is called or sent. See
    docs/own-traffic.md.
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
        echo(f"{files} file{'' if files == 1 else 's'}: {title}")
    for note in done.notes:
        echo(note)
    for row in done.dropped[:SHOWN]:
        echo(f"left out: {row['row']}: {row['why']}", err=True)
    if done.dropped_count > SHOWN:
        echo(f"left out: {done.dropped_count - SHOWN} more; {done.folder / 'traffic.json'} names them", err=True)
    echo(f"Imported {done.rows} calls; {done.dropped_count} records left out.")
    echo(f"Next: bench traffic show {shlex.quote(str(done.folder))}")


@traffic.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--top", type=click.IntRange(1), default=TOP, show_default=True, help="Groups that are printed of each.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with all groups.")
def show(folder: Path, top: int, as_json: bool) -> None:
    """Show where the money of a table of calls goes: by model, tag, kind and month."""
    from dataclasses import asdict

    from bench.traffic import spend

    found = spend(folder)
    if as_json:
        echo(json.dumps(asdict(found), indent=2))
        return
    for line in _shown(found, top):
        echo(line)


def _shown(found: TrafficSpend, top: int) -> Iterator[str]:
    yield from _headline(found)
    for dimension, lines in found.groups.items():
        listed = lines if dimension == "month" else lines[:top]
        yield ""
        yield from plain([_cells(dimension, line) for line in listed])
        if len(lines) > len(listed):
            yield f"and {len(lines) - len(listed)} more; --top or --json shows them"
    yield ""
    silent = found.total.calls - found.total.cache_n
    if silent and found.total.usd is not None:
        yield f"{silent:,} calls do not report cache reads: their list USD counts the whole prompt, an upper bound."
    yield (
        "(n): calls whose value is known, where not all are. list USD: at the list price of each call's day; logged "
        "USD: as the log says. The whole log is counted, not a sample: no interval."
    )


def _headline(found: TrafficSpend) -> Iterator[str]:
    total = found.total
    span = f", {found.first[:10]} to {(found.last or '')[:10]}" if found.first else ", no times"
    people = "".join(f", {n:,} {what}" for n, what in ((found.sessions, "sessions"), (found.users, "users")) if n)
    yield f"{total.calls:,} calls{span}{people}"
    yield f"By list price: {_money(total.usd, total.priced, total.calls)}; as logged: " + _money(
        total.logged_usd, total.logged, total.calls
    )
    if found.both:
        yield (
            f"Of {found.both:,} calls both are known: {dollars(found.both_usd)} USD by list, "
            f"{dollars(found.both_logged_usd)} USD by the log."
        )


def _money(usd: float | None, known: int, calls: int) -> str:
    return "unknown" if usd is None else f"{dollars(usd)} USD for {known:,} of {calls:,} calls"


def _cells(dimension: str, line: SpendLine) -> dict[str, str]:
    def of(known: int, text: str) -> str:
        return text if known == line.calls else f"{text} ({known:,})"

    return {
        dimension: line.name[:60],
        "calls": f"{line.calls:,}",
        "list USD": "unknown" if line.usd is None else of(line.priced, dollars(line.usd)),
        "share": "" if line.share is None else f"{line.share:.0%}",
        "logged USD": "unknown" if line.logged_usd is None else of(line.logged, dollars(line.logged_usd)),
        "tokens in": "unknown" if line.tokens_in is None else of(line.tokens_in_n, f"{line.tokens_in:,}"),
        "cached": "unknown" if line.cache_share is None else of(line.cache_n, f"{line.cache_share:.0%}"),
        "tokens out": "unknown" if line.tokens_out is None else of(line.tokens_out_n, f"{line.tokens_out:,}"),
        "median s": "unknown" if line.latency_s is None else of(line.latency_n, f"{line.latency_s:.2f}"),
    }
