"""`bench reprice`: a run's costs at another date, mode, place or cache share, without a call."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from bench.cli.options import results_option
from bench.prices import MODES, Mode


@click.command()
@click.argument("run", required=False, envvar="BENCH_RUN")
@results_option
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Prices of this day, e.g. 2026-08-01, at each call's time of day (UTC).",
)
@click.option("--mode", type=click.Choice(MODES), help="How the models are asked, e.g. batch.")
@click.option("--region", help="Where the models are asked, e.g. singapore.")
@click.option("--off-peak", is_flag=True, help="Every call in its vendor's cheapest hours.")
@click.option("--cache-hit", type=click.FloatRange(0, 1), help="Share of prompt tokens read from the cache, e.g. 0.8.")
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
    mode: Mode | None,
    region: str | None,
    off_peak: bool,
    cache_hit: float | None,
    own: Path | None,
    as_json: bool,
) -> None:
    """Compute the costs of RUN anew, by default of the newest run that is not repriced itself.

    Calls no model and alters nothing: the result is a new run folder beside it that names it. Costs of local weights
    stay as they are. A price that is not known makes the cost unknown, never 0.
    """
    from bench import prices
    from bench.cli.show import print_table
    from bench.costs import PriceChange, newest
    from bench.costs.reprice import reprice as compute
    from bench.records import find_run
    from bench.report.text import tables
    from bench.report.write import write_report

    parent = newest(results) if run is None else find_run(results, run)
    own = own or next((p for p in (Path(prices.OVERRIDE), parent / prices.OVERRIDE) if p.is_file()), None)
    change = PriceChange(as_of.date() if as_of else None, mode, region, off_peak, cache_hit)
    repriced = compute(parent, change, prices.load(own), own)
    comparison, _ = write_report(repriced.folder)
    if as_json:
        click.echo(tables.json_text(comparison), nl=False)
    else:
        print_table(comparison)
    for why, rows in repriced.unknown.items():
        click.echo(f"cost unknown for {rows} answers: {why}", err=True)
    click.echo(f"Run folder: {repriced.folder}", err=as_json)
