"""Price lists as JSON or TOML say them -> checked rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple, cast

from bench.errors import UsageError
from bench.prices.fields import Fields
from bench.prices.rows import CURRENCIES, FOREIGN, MODES, TOKEN_CLASSES, Mode, Price, Rates, Schedule, Tier

_TIER_KEYS = ("above", *TOKEN_CLASSES)
_ROW_KEYS = (
    *("provider", "model", "aliases", "region", "mode", "valid_from", "valid_to", "currency", *TOKEN_CLASSES),
    *("tiers", "tier_scope", "schedule", "source_url", "retrieved"),
)
_EXCHANGE_KEYS = ("currency", "usd", "valid_from", "source_url")
_START = datetime.min.replace(tzinfo=UTC)
_END = datetime.max.replace(tzinfo=UTC)


class Exchange(NamedTuple):
    """A dated exchange rate."""

    currency: str
    """What it converts from."""
    usd: Decimal
    """USD for one unit."""
    valid_from: datetime
    """UTC, the first moment it holds; it ends where the next one of its currency begins."""
    source_url: str | None
    """Who states it."""


def read_prices(rows: Sequence[object], schedules: Mapping[str, Schedule], where: str, prefix: str = "") -> list[Price]:
    """The rows of a list; `prefix` begins their ids. UsageError names file and row."""
    prices = [_price(_fields(row, f"{where}: row {n}", _ROW_KEYS), schedules, prefix) for n, row in enumerate(rows, 1)]
    _refuse_overlaps(prices, where)
    return prices


def recorded_price(row: Mapping[str, Any]) -> Price:
    """A row of a run's record without its schedule and currency: an item's recorded cost says what they came to."""
    plain = {key: value for key, value in row.items() if key not in ("schedule", "currency")}
    [price] = read_prices([plain], {}, "run.json")
    return price


def read_exchanges(rows: Sequence[object], where: str) -> list[Exchange]:
    """The exchange rates of a list, oldest first. UsageError names file and row."""
    rates: list[Exchange] = []
    for number, row in enumerate(rows, 1):
        fields = _fields(row, f"{where}: rate {number}", _EXCHANGE_KEYS)
        usd, since = fields.number("usd"), fields.moment("valid_from")
        if not usd:
            fields.fail("usd must be a number above 0: the USD for one unit of the currency.")
        if since is None:
            fields.fail("valid_from is missing: an exchange rate holds from a date on.")
        currency = fields.choice("currency", FOREIGN, "")
        if any((rate.currency, rate.valid_from) == (currency, since) for rate in rates):
            fields.fail(f"there is another rate from {since:%Y-%m-%d} on.")
        rates.append(Exchange(currency, usd, since, fields.optional("source_url")))
    return sorted(rates, key=lambda rate: rate.valid_from)


def read_schedule(name: str, raw: Mapping[str, Any], calendars: Mapping[str, Any]) -> Schedule:
    """A schedule of the snapshot, with its calendar of holidays."""
    calendar = calendars.get(raw["holidays"] or "", {"dates": [], "covers_through": None})
    through = calendar["covers_through"]
    return Schedule(
        name=name,
        multiplier=Decimal(raw["multiplier"]),
        windows=tuple((time.fromisoformat(begin), time.fromisoformat(end)) for begin, end in raw["windows_utc"]),
        weekdays=frozenset(raw["weekdays"]),
        utc_offset_hours=raw["utc_offset_hours"],
        holidays=frozenset(map(date.fromisoformat, calendar["dates"])),
        covers_through=None if through is None else date.fromisoformat(through),
        source_url=raw["source_url"],
    )


def _fields(row: object, where: str, known: Sequence[str]) -> Fields:
    if not isinstance(row, dict):
        raise UsageError(f"{where}: must be a table.")
    name = "/".join(str(row[key]) for key in ("provider", "model", "currency") if row.get(key))
    return Fields(row, f"{where} ({name})" if name else where, known)


def _price(fields: Fields, schedules: Mapping[str, Schedule], prefix: str) -> Price:
    begin, end = fields.moment("valid_from"), fields.moment("valid_to")
    if begin and end and begin >= end:
        fields.fail("valid_to must be later than valid_from.")
    rates = _required(fields)
    schedule = fields.optional("schedule")
    if schedule is not None and schedule not in schedules:
        fields.fail(f"schedule '{schedule}' is none of the snapshot's: {', '.join(sorted(schedules))}.")
    mode = cast("Mode", fields.choice("mode", MODES, "standard"))
    provider, model, region = fields.text("provider"), fields.text("model"), fields.optional("region")
    return Price(
        id=prefix + row_id(provider, model, region, mode, begin),
        provider=provider,
        model=model,
        aliases=fields.names("aliases"),
        region=region,
        mode=mode,
        valid_from=begin,
        valid_to=end,
        currency=fields.choice("currency", CURRENCIES, "USD"),
        rates=rates,
        tiers=_tiers(fields),
        marginal=fields.choice("tier_scope", ("request", "marginal"), "request") == "marginal",
        schedule=schedules[schedule] if schedule else None,
        source_url=fields.optional("source_url"),
        retrieved=fields.optional("retrieved"),
    )


def row_id(provider: str, model: str, region: str | None, mode: str, valid_from: datetime | None) -> str:
    """A row's name: provider/model, then what is special, e.g. "alibaba/qwen-plus[singapore]:thinking@2026-10-09"."""
    place = f"[{region}]" if region else ""
    how = "" if mode == "standard" else f":{mode}"
    if valid_from is None:
        return f"{provider}/{model}{place}{how}"
    midnight = (valid_from.hour, valid_from.minute, valid_from.second) == (0, 0, 0)
    return f"{provider}/{model}{place}{how}@{valid_from:%Y-%m-%d}" + ("" if midnight else f"{valid_from:T%H:%M:%SZ}")


def _required(fields: Fields) -> Rates:
    rates = Rates(**{name: fields.number(name) for name in TOKEN_CLASSES})
    if rates.input is None or rates.output is None:
        missing = "input" if rates.input is None else "output"
        fields.fail(f"{missing} is missing: every row, and every tier of one, needs input and output.")
    return rates


def _tiers(fields: Fields) -> tuple[Tier, ...]:
    tiers = []
    for raw in fields.tables("tiers"):
        inner = fields.within(raw, "tiers", _TIER_KEYS)
        tiers.append(Tier(inner.count("above"), _required(inner)))
    if any(a.above >= b.above for a, b in pairwise(tiers)):
        fields.fail(f"tiers are out of order: above = {', '.join(str(tier.above) for tier in tiers)}.")
    return tuple(tiers)


def _refuse_overlaps(prices: Sequence[Price], where: str) -> None:
    """Of one name, region and mode, at most one row may hold at a time, and every id is one row's."""
    named: dict[tuple[str, str, str | None, str], list[Price]] = {}
    ids: set[str] = set()
    for price in prices:
        if price.id in ids:
            raise UsageError(f"{where}: two rows are called {price.id}: their dates overlap.")
        ids.add(price.id)
        for name in {price.model.lower(), *(alias.lower() for alias in price.aliases)}:
            named.setdefault((price.provider, name, price.region, price.mode), []).append(price)
    for rows in named.values():
        rows.sort(key=lambda price: price.valid_from or _START)
        for earlier, later in pairwise(rows):
            if (earlier.valid_to or _END) > (later.valid_from or _START):
                raise UsageError(f"{where}: {earlier.id} and {later.id} overlap: give the first a valid_to.")
