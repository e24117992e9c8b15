"""`bench weights tune`: tokens a second and dollars of this machine, setting by setting."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.options import LEAST_USD, MOST_USD, NumberRange
from bench.cli.terminal import echo

if TYPE_CHECKING:
    from bench.doctor.tune import Tuned


class _Counts(click.ParamType[tuple[int, ...]]):
    """Whole numbers above 0, with commas between them."""

    name = "N,N,.."

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """Reads the option's text."""
        parts = str(value).split(",")
        if not all(part.isdigit() and 0 < int(part) <= 1024 for part in parts):
            self.fail(f"{value!r} must be whole numbers from 1 to 1024, e.g. 1,2,4.", param, ctx)
        return tuple(sorted({int(part) for part in parts}))


@click.command()
@click.argument("name")
@click.option("--slots", type=_Counts(), default="1,2,4", show_default=True, help="Answers generated at once.")
@click.option("--threads", type=_Counts(), help="CPU threads.  [default: every core]")
@click.option("--items", type=click.IntRange(1), default=8, show_default=True, help="Answers measured of each setting.")
@click.option("--tokens", type=click.IntRange(1), default=64, show_default=True, help="The most tokens of an answer.")
@click.option("--usd-per-hour", type=NumberRange(LEAST_USD, MOST_USD), help="What this machine costs.")
@click.option("--against", metavar="PROVIDER/MODEL", help="An API model whose price is shown beside it.")
@click.option("--chart", type=click.Path(path_type=Path, dir_okay=False), help="Draw it: FILE.svg, .png and .csv.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def tune(
    name: str,
    slots: tuple[int, ...],
    threads: tuple[int, ...] | None,
    items: int,
    tokens: int,
    usd_per_hour: float | None,
    against: str | None,
    chart: Path | None,
    as_json: bool,
) -> None:
    """Serve weights with each setting in turn and measure output tokens a second on this machine.

    With --usd-per-hour also what 1,000 such items cost, and with --against what they cost at a vendor, at the same
    tokens: another model writes more or fewer. Its quality is another question, which `bench run` answers.
    """
    from bench import prices
    from bench.config import read_model
    from bench.doctor.tune import api_usd_per_1000
    from bench.doctor.tune import tune as measured
    from bench.weights.catalog import resolve
    from bench.weights.fetch import fetch
    from bench.weights.server import usable_cores
    from bench.weights.store import cache_dir

    entry = resolve(name)
    rival = None if against is None else read_model("against", {"model": against}, {})
    path = fetch(entry, say=lambda line: echo(line, err=True))
    log = cache_dir() / f"{entry.file}.server.log"
    counts = threads or (usable_cores(),)
    rows = []
    for row in measured(name, path, slots=slots, threads=counts, items=items, tokens=tokens, log=log):
        rows.append(row)
        if not as_json:
            usd = "" if usd_per_hour is None else f", {row.usd_per_1000(usd_per_hour):.3g} USD per 1,000 items"
            echo(f"{row.slots} slots, {row.threads} threads: {row.tokens_s:.1f} tokens/s (n = {row.items}){usd}")
    best = max(rows, key=lambda row: row.tokens_s)
    api = None if rival is None else api_usd_per_1000(rival, best, prices.beside(Path("bench.toml")))
    if as_json:
        shown = [
            {**asdict(r), "tokens_s": r.tokens_s, "usd_per_1000": usd_per_hour and r.usd_per_1000(usd_per_hour)}
            for r in rows
        ]
        echo(json.dumps({"weights": name, "settings": shown, "against": against, "api_usd_per_1000": api}, indent=2))
    else:
        echo(f"Fastest: slots = {best.slots}, threads = {best.threads} in [models.<label>] of bench.toml.")
        if api is not None:
            echo(f"{against}: {api:.3g} USD per 1,000 items of the same tokens")
    if chart is not None:
        _draw(rows, chart, name, usd_per_hour, None if api is None or against is None else (against, api))


def _draw(
    rows: Sequence[Tuned], path: Path, name: str, usd_per_hour: float | None, api: tuple[str, float] | None
) -> None:
    """Dollars per 1,000 items against slots, or tokens a second where the machine has no price; a line for each number
    of threads."""
    from bench.report.charts import Course, Picture, dollars

    lines = []
    for threads in sorted({row.threads for row in rows}):
        mine = [row for row in rows if row.threads == threads]
        values = [row.tokens_s if usd_per_hour is None else row.usd_per_1000(usd_per_hour) for row in mine]
        label = f"{name}, {threads} threads"
        lines.append(Course(label=label, spent=tuple(float(row.slots) for row in mine), values=tuple(values)))
    if api is not None and usd_per_hour is not None:
        ends = (0.0, float(max(row.slots for row in rows)))
        lines.append(Course(label=api[0], spent=ends, values=(api[1], api[1]), bound=True))
    first = rows[0]
    picture = Picture(
        title="What this machine makes of its weights",
        reading="Lower is cheaper; the dashed line is an API's price for the same tokens."
        if usd_per_hour is not None
        else "Higher is faster.",
        caption=f"n = {first.items} answers a point, about {first.out_tokens / first.items:.0f} tokens each"
        + ("." if usd_per_hour is None else f"; the machine at {usd_per_hour:g} USD an hour, busy all the time."),
        across="slots: answers generated at once",
        up="output tokens a second" if usd_per_hour is None else "USD per 1,000 items",
    )
    dollars(lines, picture, (path.parent / path.stem).absolute())
