"""The price list: the snapshot that ships with the package, and a user's own rows, which win."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from bench import clean
from bench.errors import UsageError, suggest
from bench.prices.reading import read_exchanges, read_prices, read_schedule
from bench.prices.rows import TOKEN_CLASSES, Mode, Price, Rates

SNAPSHOT = Path(__file__).with_name("snapshot.json")
"""The list that ships with the package; `bench prices build` writes it."""
OVERRIDE = "prices.toml"
"""A user's own list, beside bench.toml; a run folder keeps a copy under the same name."""
_DATES = ((re.compile(r"\d{4}-\d{2}-\d{2}$"), "YYYY-MM-DD"), (re.compile(r"(?<!\d)\d{8}$"), "YYYYMMDD"))

Table = Mapping[tuple[str, str], list[Price]]
"""Rows by (provider, model id or alias in lower case)."""


class Gap(NamedTuple):
    """Prices that no source states, known and explained."""

    provider: str
    """Who bills."""
    regions: tuple[str, ...]
    """Where, "" being no named region; empty for everywhere."""
    reason: str
    """Why there is none, and what to do."""


class PriceBook:
    """Finds the price of a model at a moment; made by `load`."""

    def __init__(self, snapshot: bytes, override: bytes | None, where: str, own: str) -> None:
        raw = _parsed(snapshot, where)
        self.as_of = date.fromisoformat(raw["as_of"])
        """The day up to which the snapshot's sources were read."""
        self.snapshot_sha256 = hashlib.sha256(snapshot).hexdigest()
        """The snapshot file's hash, in hex."""
        self.override = None if override is None else override.decode("utf-8-sig", "replace")
        """The text of the user's own list, for a run folder to keep; None if there is none."""
        self.override_sha256 = None if override is None else hashlib.sha256(override).hexdigest()
        """The user's list's hash, in hex; None if there is none."""
        self.schedules = {name: read_schedule(name, s, raw["holidays"]) for name, s in raw["schedules"].items()}
        """Hours with other prices, by name."""
        self.regions: Mapping[str, Mapping[str, str]] = raw["regions"]
        """By provider: regions that share another's list; "" is what no name means."""
        self.gaps = tuple(Gap(gap["provider"], tuple(gap["regions"]), gap["reason"]) for gap in raw["gaps"])
        """What is known to be without a price."""
        extra = {} if override is None else _own_tables(override, own)
        self.listed = tuple(read_prices(raw["rows"], self.schedules, where))
        """The snapshot's rows."""
        self.own = tuple(read_prices(extra.get("price", []), self.schedules, own, f"{OVERRIDE}:"))
        """The user's rows, which win."""
        self._tables: tuple[Table, ...] = (_by_name(self.own), _by_name(self.listed))
        self._exchanges = [*read_exchanges(raw["rates"], where), *read_exchanges(extra.get("rate", []), own)]

    def find(
        self, provider: str, model: str, *, at: datetime, mode: Mode = "standard", region: str | None = None
    ) -> Price | None:
        """The price of a model at a moment, or None: no other model, region or mode stands in for it.

        Without a region the provider's default holds; a model without a thinking price bills thinking as output.
        Nothing is free but what the user's own list says is.
        """
        places = dict.fromkeys((region, self.regions.get(provider, {}).get(region or "", region), None))
        modes = ("thinking", "standard") if mode == "thinking" else (mode,)
        for table, name, wanted in product(self._tables, _names(model), modes):
            rows = [row for row in table.get((provider, name), ()) if row.mode == wanted and row.holds(at)]
            price = next((row for place in places for row in rows if row.region == place), None)
            if price:
                price = price if table is self._tables[0] else _stated(price)
                return price and price._replace(usd=self._usd(price.currency, at))
        return None

    def why_not(self, provider: str, model: str, region: str | None = None, mode: Mode = "standard") -> str:
        """Why `find` has no price, and the cure, as a sentence."""
        usual = mode in ("standard", "thinking")
        how = (f" in region {region}" if region else "") + ("" if usual else f" in mode {mode}")
        gap = self.gap(provider, region)
        rows = [row for table in self._tables for name in _names(model) for row in table.get((provider, name), ())]
        places = (region, self.regions.get(provider, {}).get(region or "", region), None)
        free = any(row.region in places and row.mode == "standard" and not _stated(row) for row in rows)
        near = suggest(model, [m for p, m in self._tables[1] if p == provider])
        unknown = f"it is in no list.{near if near.startswith(' Did') else ''}"
        why = gap.reason if gap else "it is listed, but not so, or not then." if rows else unknown
        keys = f'provider = "{provider}" and model = "{model}"' + ("" if usual else f' and mode = "{mode}"')
        if free and usual:
            why = "the shipped list says 0, which also stands for a price that nobody stated. If it is free for you:"
            keys = f'provider = "{provider}", model = "{model}", input = 0 and output = 0'
        return f"no price for {provider}/{model}{how}: {why} Add a [[price]] with {keys} to {OVERRIDE}."

    def gap(self, provider: str, region: str | None) -> Gap | None:
        """What is known of a missing list."""
        gaps = (g for g in self.gaps if g.provider == provider and (not g.regions or (region or "") in g.regions))
        return next(gaps, None)

    def stale(self, at: date, rows: Iterable[Price] | None = None, days: int = 60) -> list[str]:
        """What of the snapshot, or of these rows of it, may be out of date on a day, as sentences."""
        listed = [row for row in (self.listed if rows is None else rows) if not row.id.startswith(f"{OVERRIDE}:")]
        read = min((date.fromisoformat(row.retrieved) if row.retrieved else self.as_of for row in listed), default=at)
        sentences = []
        if (at - read).days > days:
            sentences.append(f"prices were last read {read}, {(at - read).days} days before {at}.")
        for schedule in dict.fromkeys(row.schedule for row in listed if row.schedule):
            if schedule.covers_through and at > schedule.covers_through:
                sentences.append(
                    f"the holidays of {schedule.name} are known through {schedule.covers_through} only; "
                    "later ones are billed as working days."
                )
        return sentences

    def as_recorded(self, used: Iterable[str]) -> dict[str, Any]:
        """What run.json keeps: hashes, date, by id the rows that were used, and their hours with other prices."""
        wanted = set(used)
        billed = [row for row in (*self.own, *self.listed) if row.id in wanted]
        rows = {row.id: recorded(row) for row in billed}
        hours = {row.schedule.name: row.schedule for row in billed if row.schedule}
        schedules = {name: {"multiplier": float(hour.multiplier), "words": hour.words} for name, hour in hours.items()}
        return {
            "snapshot_sha256": self.snapshot_sha256,
            "as_of": self.as_of.isoformat(),
            "override_sha256": self.override_sha256,
            "rows": rows,
            **({"schedules": schedules} if schedules else {}),
        }

    def verify(self, record: Mapping[str, Any], where: str) -> None:
        """Raises UsageError naming the first row of a run's record that this snapshot has not, or not so.

        The user's own rows may change: then all of a run's costs are computed anew.
        """
        here = {row.id: recorded(row) for row in self.listed}
        for name, row in record.get("rows", {}).items():
            if here.get(name) == row or name.startswith(f"{OVERRIDE}:"):
                continue
            what = "is not in" if name not in here else "differs from"
            raise UsageError(
                f"{where}: the price {name} of snapshot {record['snapshot_sha256'][:8]} ({record['as_of']}) {what} "
                f"this one's ({self.snapshot_sha256[:8]}, {self.as_of}). Begin anew with `bench run --fresh`, or see "
                "`bench reprice --help`."
            )

    def _usd(self, currency: str, at: datetime) -> Decimal | None:
        """The user's rate if one holds, else the snapshot's."""
        if currency == "USD":
            return Decimal(1)
        held = [rate for rate in self._exchanges if rate.currency == currency and rate.valid_from <= at]
        return held[-1].usd if held else None


def beside(config: Path) -> Path | None:
    """The user's own list in the folder of a bench.toml; None if there is none."""
    path = config.with_name(OVERRIDE)
    return path if path.is_file() else None


def load(override: Path | None = None, snapshot: Path = SNAPSHOT) -> PriceBook:
    """The shipped list, with a user's own rows before it. UsageError names file and row of a mistake."""
    own = _read(override) if override else None
    return PriceBook(snapshot.read_bytes(), own, snapshot.name, str(override))


def _read(path: Path) -> bytes:
    try:
        return clean.read_bytes(path, most=clean.MOST_SETTINGS)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}).") from error


def recorded(price: Price) -> dict[str, Any]:
    """A row as the snapshot writes it."""
    known = {name: str(rate) for name in TOKEN_CLASSES if (rate := getattr(price.rates, name)) is not None}
    tiers = [
        {"above": tier.above} | {n: str(r) for n in TOKEN_CLASSES if (r := getattr(tier.rates, n)) is not None}
        for tier in price.tiers
    ]
    row = {
        "provider": price.provider,
        "model": price.model,
        "aliases": list(price.aliases),
        "region": price.region,
        "mode": price.mode,
        "valid_from": _shown(price.valid_from),
        "valid_to": _shown(price.valid_to),
        "currency": price.currency,
        **known,
        "tiers": tiers,
        "tier_scope": "marginal" if price.marginal else None,
        "schedule": price.schedule.name if price.schedule else None,
        "source_url": price.source_url,
        "retrieved": price.retrieved,
    }
    return {key: value for key, value in row.items() if value not in (None, [])}


def _shown(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")


def _parsed(snapshot: bytes, where: str) -> dict[str, Any]:
    try:
        raw: dict[str, Any] = json.loads(snapshot)
    except ValueError as error:
        raise UsageError(f"{where}: is not a price snapshot ({error}). Install claimbench again.") from error
    return raw


def _own_tables(text: bytes, where: str) -> dict[str, list[object]]:
    try:
        raw = clean.toml(text.decode("utf-8-sig"), Decimal)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{where}: is not valid TOML: {error}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{where}: is not valid TOML: not UTF-8 (byte {error.start}). Save it as UTF-8.") from error
    for name, rows in raw.items():
        if name not in ("price", "rate") or not isinstance(rows, list):
            raise UsageError(f"{where}: unknown table or key '{name}': write [[price]] or [[rate]].")
    return raw


def _stated(row: Price) -> Price | None:
    """A row of the shipped list without its zeros, which also stand for what nobody stated; None where it is free."""
    steps = (row.rates, *(tier.rates for tier in row.tiers))
    if not all(rates.input and rates.output for rates in steps):
        return None
    known = [Rates(*(rate or None for rate in rates)) for rates in steps]
    tiers = tuple(tier._replace(rates=rates) for tier, rates in zip(row.tiers, known[1:], strict=True))
    return row._replace(rates=known[0], tiers=tiers)


def _by_name(rows: Iterable[Price]) -> dict[tuple[str, str], list[Price]]:
    table: dict[tuple[str, str], list[Price]] = {}
    for row in rows:
        for name in dict.fromkeys((row.model.lower(), *(alias.lower() for alias in row.aliases))):
            table.setdefault((row.provider, name), []).append(row)
    return table


def _names(model: str) -> list[str]:
    """What a model may be listed as: its own id, else that with its date left open."""
    name = model.lower()
    return [name, *(pattern.sub(letters.lower(), name) for pattern, letters in _DATES if pattern.search(name))]
