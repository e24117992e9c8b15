"""`bench reprice`: a run's costs at another date, mode, place or cache share, without a call."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from bench.cli.options import NumberRange, results_option
from bench.cli.terminal import echo
from bench.prices import MODES, Mode


def _modes(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, Mode]:
    """Modes by label; the one of all models stands under no label."""
    del ctx
    chosen: dict[str, Mode] = {}
    for value in values:
        label, _, mode = value.rpartition("=")
        if mode not in MODES or label in chosen:
            why = "is given twice" if mode in MODES else f"is none of {', '.join(MODES)}"
            raise click.BadParameter(f"{value!r} {why}.", param=param)
        chosen[label] = mode
    return chosen


@click.command()
@click.argument("run", required=False, envvar="BENCH_RUN")
@results_option
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Prices of this day, e.g. 2026-08-01, at each call's time of day (UTC).",
)
@click.option(
    "--at",
    "at",
    type=click.DateTime(["%H:%M"]),
    metavar="HH:MM",
    help="Every call at this time of day (UTC), e.g. 09:30.",
)
@click.option(
    "--mode",
    "modes",
    multiple=True,
    callback=_modes,
    metavar="[MODEL=]MODE",
    help=f"How all models, or one of them, are asked, e.g. batch or claude=batch: {', '.join(MODES)}. Repeatable.",
)
@click.option("--region", help="Where the models are asked, e.g. singapore.")
@click.option("--peak", is_flag=True, help="Every call in its vendor's dearest hours.")
@click.option("--off-peak", is_flag=True, help="Every call in its vendor's cheapest hours.")
@click.option("--peak-share", type=NumberRange(0, 1), help="Share of calls in the dearest hours, e.g. 0.4.")
@click.option("--cache-hit", type=NumberRange(0, 1), help="Share of prompt tokens read from the cache, e.g. 0.8.")
@click.option(
    "--prices",
    "own",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Your own prices.  [default: prices.toml here, else the run's copy]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
def reprice(
    run: str | None,
    results: Path,
    as_of: datetime | None,
    at: datetime | None,
    modes: dict[str, Mode],
    region: str | None,
    peak: bool,
    off_peak: bool,
    peak_share: float | None,
    cache_hit: float | None,
    own: Path | None,
    as_json: bool,
) -> None:
    """Compute the costs of RUN anew, by default of the newest run that is not repriced itself.

    Calls no model and alters nothing: the result is a new run folder beside it that names it. Costs of local weights
    stay as they are. A price that is not known makes the cost unknown, never 0. Of an import, --as-of computes those
    that its source does not state, by its tokens, and marks them as computed.
    """
    from bench import prices
    from bench.cli.show import print_table
    from bench.cli.writing import settings, write
    from bench.costs import PriceChange, newest
    from bench.costs.reprice import reprice as compute
    from bench.language import counted, writing
    from bench.records import find_run
    from bench.report.text import tables

    parent = newest(results) if run is None else find_run(results, run)
    own = own or next((p for p in (Path(prices.OVERRIDE), parent / prices.OVERRIDE) if p.is_file()), None)
    change = PriceChange(
        as_of=as_of.date() if as_of else None,
        mode=modes.pop("", None),
        region=region,
        off_peak=off_peak,
        cache_hit=cache_hit,
        peak=peak,
        peak_share=peak_share,
        time_of_day=at.time() if at else None,
        modes=modes,
    )
    repriced = compute(parent, change, prices.load(own), own)
    asked = settings(language=None, style=None)
    comparison = write(repriced.folder, asked)
    if as_json:
        with writing(asked.language):
            echo(tables.json_text(comparison), nl=False)
    else:
        print_table(comparison, asked.language)
    for why, rows in repriced.unknown.items():
        echo(f"cost unknown for {counted(rows, 'answer')}: {why}", err=True)
    echo(f"Run folder: {repriced.folder}", err=as_json)
