"""`bench prices`: what models cost, how old that knowledge is, and (for developers) reading it anew."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench import clean
from bench.cli.options import config_option, load_config
from bench.cli.terminal import echo, plain
from bench.errors import UsageError

if TYPE_CHECKING:
    from bench.prices import Price, PriceBook

at_option = click.option(
    "--as-of",
    "at",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]),
    help="Day, or day and time (UTC), e.g. 2026-11-22T02:00.  [default: now]",
)


@click.group()
def prices() -> None:
    """Prices of models: show and check them; build their snapshot."""


@prices.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@at_option
@click.option("--history", is_flag=True, help="Rows of every date, not only those that hold.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@config_option
def show(names: tuple[str, ...], at: datetime | None, history: bool, as_json: bool, config: Path | None) -> None:
    """Show the prices that hold, of models whose provider/model contains one of the NAMEs."""
    from bench.prices.book import recorded

    book, moment = _book(config), _moment(at)
    rows = [
        row
        for row in (*book.own, *book.listed)
        if (history or row.holds(moment)) and (not names or any(n.lower() in row.id.lower() for n in names))
    ]
    if as_json:
        echo(json.dumps([{"id": row.id, **recorded(row)} for row in rows], indent=2))
        return
    if not rows:
        raise UsageError(f"no price of a model with {' or '.join(names)} in its name. Add a [[price]] to prices.toml.")
    for line in plain([_line(row, moment) for row in rows]):
        echo(line)
    echo(f"Per million tokens. Read {book.as_of}; snapshot {book.snapshot_sha256[:8]}.")


def _line(row: Price, at: datetime) -> dict[str, str]:
    factor = row.schedule.factor(at) if row.schedule else Decimal(1)

    def shown(rate: Decimal | None) -> str:
        return "?" if rate is None else f"{(rate * factor).normalize():f}"

    return {
        "price": row.id,
        "input": shown(row.rates.input),
        "output": shown(row.rates.output),
        "cache read": shown(row.rates.cache_read),
        "cache write": shown(row.rates.cache_write_5m),
        "currency": row.currency,
        "long prompts": ", ".join(f"other above {tier.above:,}" for tier in row.tiers),
        "hours": f"{row.schedule.name} x{factor.normalize():f}" if row.schedule and factor != 1 else "",
        "read": row.retrieved or "own",
    }


@prices.command()
@at_option
@config_option
def check(at: datetime | None, config: Path | None) -> None:
    """Check that every vendor we know, and every model of bench.toml, has a price or a documented gap."""
    book, moment = _book(config), _moment(at)
    warnings, missing = dict.fromkeys(book.stale(moment.date())), []
    for who, provider, model, region in (*_known(), *_configured(config)):
        price = book.find(provider, model, at=moment, region=region)
        if price is None and book.gap(provider, region) is None:
            missing.append(f"{who}: {book.why_not(provider, model, region)}")
        elif price and price.usd is None:
            warnings[f"{provider} bills in {price.currency}: costs are unknown until prices.toml has a [[rate]]."] = (
                None
            )
    for gap in book.gaps:
        places = ", ".join(name or "no region named" for name in gap.regions)
        echo(f"Gap: {gap.provider}{f' ({places})' if places else ''}: {gap.reason}")
    for warning in warnings:
        echo(f"Warning: {warning}")
    for problem in missing:
        echo(f"Missing: {problem}")
    if missing:
        raise UsageError(f"{len(missing)} prices are missing and no gap is documented for them.")
    echo(f"No other price is missing; {len(book.listed)} rows, read {book.as_of}.")


def _known() -> Iterator[tuple[str, str, str, str | None]]:
    """(who, price provider, model, region) of the presets' own examples, in every region they have."""
    from bench.providers import find, shipped

    for name in shipped():
        preset = find(name)
        if preset is None or preset.price_provider is None:
            continue
        for region in preset.regions or (preset.region,):
            for example in preset.examples:
                yield f"preset {name}", preset.price_provider, example.partition("/")[2], region


def _configured(config: Path | None) -> Iterator[tuple[str, str, str, str | None]]:
    from bench.costs import billing_of

    for label, entry in load_config(config).models.items():
        bill = billing_of(entry)
        if bill:
            yield f"model {label}", bill.provider, bill.model, bill.region


@prices.command()
@click.option("--check", "only_check", is_flag=True, help="Write nothing; fail if the snapshot would change.")
def build(only_check: bool) -> None:
    """Build the snapshot anew from the packages of the extra `prices` (for developers)."""
    from bench.prices import SNAPSHOT
    from bench.prices.build import build as build_snapshot

    built = build_snapshot()
    for disagreement in built.disagreements:
        echo(str(disagreement))
    if only_check:
        if clean.read_text(SNAPSHOT) != built.text:
            raise UsageError(f"{SNAPSHOT.name} is not what the packages and rulings give. Run: bench prices build")
        echo(f"{SNAPSHOT.name} is current: {built.rows} rows, {len(built.disagreements)} disagreements ruled.")
        return
    built.write(SNAPSHOT)
    echo(f"Wrote {built.rows} rows; {len(built.disagreements)} disagreements, each with its ruling above.")


def _book(config: Path | None) -> PriceBook:
    from bench.prices import beside, load

    return load(beside(config or Path("bench.toml")))


def _moment(at: datetime | None) -> datetime:
    return at.replace(tzinfo=UTC) if at else datetime.now(UTC)
