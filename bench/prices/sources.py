"""The two price packages as rows of one shape (developers only: the extra `prices`)."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.errors import UsageError
from bench.prices.rows import TOKEN_CLASSES
from bench.records import VENDORS

_NO_CHAT = re.compile(
    r"image|embedding|realtime|audio|tts|whisper|moderation|transcri|asr|translate|-mt-|ocr|omni|captioner|"
    r"^(ada|babbage|curie|davinci)|instruct-beta|text-davinci|^ft:|-live-|live-1|speech|computer-use|:free$|^~"
)
_OPENROUTER = tuple(f"{vendor.id}/" for vendor in VENDORS if vendor.presets)
_VARIANTS = {("processing", "batch"): "batch", ("speed", "fast"): "fast", ("service_tier", "fast"): "fast"}

Amounts = Mapping[str, Decimal]
"""Price per million tokens by token class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPrice:
    """A price as one of the packages states it."""

    provider: str
    """Our name of who bills."""
    model: str
    """The model id, in lower case."""
    mode: str
    """See `bench.prices.Mode`."""
    valid_from: datetime | None
    """UTC; None for the first known price."""
    valid_to: datetime | None
    """UTC; None until further notice."""
    rates: Amounts
    """Below the first tier."""
    tiers: Sequence[tuple[int, Amounts]]
    """(above, rates) of whole-request tiers."""
    source_url: str
    """What the package cites."""
    origin: str
    """The package's name."""
    aliases: tuple[str, ...] = ()
    """Other exact ids; YYYYMMDD and YYYY-MM-DD stand for any date."""
    schedule: str | None = None
    """The hours with other prices, by name."""
    known_from: datetime | None = None
    """UTC, when a price without `valid_from` was first recorded; the model may be a few days older."""

    def at(self, moment: datetime) -> bool:
        """Whether it holds at a moment."""
        return (self.valid_from is None or self.valid_from <= moment) and (
            self.valid_to is None or moment < self.valid_to
        )


@dataclass(slots=True)
class PricePackage:
    """Everything one package states about our providers' chat models."""

    name: str
    """The package's name."""
    rows: list[ListedPrice] = field(default_factory=list)
    """Its prices."""
    schedules: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Hours with other prices, as the snapshot writes them."""
    holidays: dict[str, Any] = field(default_factory=dict)
    """Calendars, as the snapshot writes them."""
    removed: set[tuple[str, str]] = field(default_factory=set)
    """(provider, model) that can be called no more."""


def folder_of(package: str) -> Path:
    """Where an installed package lies, without importing it. UsageError if it is not installed."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise UsageError(f"{package.replace('_', '-')} is not installed: pip install 'claimbench[prices]'.")
    return Path(spec.origin).parent


def model_prices(providers: Iterable[str]) -> PricePackage:
    """model-prices' snapshot: dated rows with sources, modes and schedules."""
    path = folder_of("model_prices") / "snapshot.json"
    raw = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal, parse_int=Decimal)
    source = PricePackage("model-prices", holidays=_plain(raw["schedules"]["holidays"]))
    for provider, models in raw["prices"].items():
        if provider not in providers:
            continue
        removed = {name for name, state in raw["status"].get(provider, {}).items() if state == "removed"}
        source.removed |= {(provider, name.lower()) for name in removed}
        aliases = _aliases(raw, provider)
        for model, modes in models.items():
            if model in removed or _NO_CHAT.search(model.lower()):
                continue
            for row in _timelines(provider, model.lower(), modes):
                source.rows.append(replace(row, aliases=aliases.get(model, ())))
    for rule in raw["schedules"]["schedule"]:
        if rule["provider"] in providers:
            _apply(source, rule)
    return source


def _plain(calendars: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: {"dates": c["dates"], "covers_through": c["covers_through"], "source_url": c["source"]}
        for name, c in calendars.items()
    }


def _aliases(raw: Mapping[str, Any], provider: str) -> dict[str, tuple[str, ...]]:
    aliases: dict[str, tuple[str, ...]] = {}
    pairs = list(raw["bases"].get(provider, {}).items())
    for alias, full in raw["aliases"]["models"].items():
        lab, _, model = full.partition("/")
        pairs += [(alias, model)] if lab == provider else []
    for alias, model in pairs:
        if alias not in raw["prices"][provider]:
            aliases[model] = (*aliases.get(model, ()), alias)
    return aliases


def _timelines(provider: str, model: str, modes: Mapping[str, Any]) -> Iterator[ListedPrice]:
    first = _moment(modes["standard"][0]["rates"]["valid_from"])
    for mode in ("standard", "thinking", "batch", "fast"):
        steps = [(_after(first, step["start"]), step["rates"]) for step in modes.get(mode, ())]
        for number, (begin, rates) in enumerate(steps):
            end = steps[number + 1][0] if number + 1 < len(steps) else None
            replaced = number + 1 < len(steps) and end is None
            if rates is None or replaced:
                continue
            yield replace(_row(provider, model, mode, begin=begin, end=end, rates=rates), known_from=first)


def _after(first: datetime, start: str | None) -> datetime | None:
    """A start, or None if the price held when the model was first recorded."""
    return None if start is None or _moment(start) <= first else _moment(start)


def _row(
    provider: str, model: str, mode: str, begin: datetime | None, end: datetime | None, rates: Mapping[str, Any]
) -> ListedPrice:
    multiple = rates.get("cache_write_1h_multiple")

    def amounts(stated: Mapping[str, Any]) -> dict[str, Decimal]:
        names = {"input": "input", "cache_read": "cache_read", "cache_write": "cache_write_5m", "output": "output"}
        by_class = {ours: stated[theirs] for theirs, ours in names.items() if theirs in stated}
        if multiple and "cache_write" in stated:
            by_class["cache_write_1h"] = stated["input"] * multiple
        return {name: by_class[name] for name in TOKEN_CLASSES if name in by_class}

    return ListedPrice(
        provider=provider,
        model=model,
        mode=mode,
        valid_from=begin,
        valid_to=end,
        rates=amounts(rates),
        tiers=[(int(tier["above"]), amounts(tier)) for tier in rates.get("tiers", ())],
        source_url=rates["source"],
        origin="model-prices",
    )


def _apply(source: PricePackage, rule: Mapping[str, Any]) -> None:
    """Writes a rule of peak or off-peak hours as schedules, and cuts the rows it holds for at its dates."""
    begin, end = _moment(rule["valid_from"]), _moment(rule["valid_until"]) if "valid_until" in rule else None
    several = rule.get("off_peak_multiplier") or {None: rule["peak_multiplier"]}
    for model, multiplier in several.items():
        name = f"{rule['provider']}-{'peak' if model is None else model}"
        schedule = {
            "multiplier": str(multiplier),
            "windows_utc": rule.get("peak_hours_utc") or rule["off_peak_hours_utc"],
            "weekdays": list(range(5 if rule.get("weekdays_only") else 7)),
            "utc_offset_hours": 8,
            "holidays": rule.get("holidays"),
            "source_url": rule["source"],
        }
        rows, source.rows = source.rows, []
        for row in rows:
            ours = row.provider == rule["provider"] and model in (None, row.model)
            source.rows += _cut(row, begin, end, name) if ours else [row]
        if any(row.schedule == name for row in source.rows):
            source.schedules[name] = schedule


def _cut(row: ListedPrice, begin: datetime, end: datetime | None, schedule: str) -> Iterator[ListedPrice]:
    """The parts of a row before, during and after a schedule's validity."""
    since = row.valid_from or row.known_from
    edges = [e for e in (begin, end) if e and row.at(e) and (since is None or since < e)]
    for first, after in pairwise([row.valid_from, *edges, row.valid_to]):
        moment = first or since
        inside = moment is not None and begin <= moment and (end is None or moment < end)
        yield replace(row, valid_from=first, valid_to=after, schedule=schedule if inside else row.schedule)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def genai_prices(providers: Iterable[str]) -> PricePackage:
    """genai-prices' models: current prices, sometimes dated. Its daily windows are left out: they know no weekend."""
    folder_of("genai_prices")
    data = importlib.import_module("genai_prices.data")
    source = PricePackage("genai-prices")
    for provider in data.providers:
        if provider.id not in providers:
            continue
        for model in provider.models:
            name = model.id.lower()
            if _NO_CHAT.search(name) or (provider.id == "openrouter" and not name.startswith(_OPENROUTER)):
                continue
            source.rows += _model_rows(provider, model, name)
    return source


def _model_rows(provider: Any, model: Any, name: str) -> Iterator[ListedPrice]:
    dated = model.prices if isinstance(model.prices, list) else [model]
    lists: dict[str, list[tuple[datetime | None, Any]]] = {"standard": []}
    for entry in dated:
        constraint = getattr(entry, "constraint", None)
        if type(constraint).__name__ != "TimeOfDateConstraint":
            lists["standard"].append((_start(constraint), entry.prices))
    for variant in model.price_variants or ():
        mode = _VARIANTS.get(next(iter(variant.when.items())))
        if mode:
            lists[mode] = [(_start(variant.constraint), variant.prices)]
    for mode, steps in lists.items():
        for number, (begin, prices) in enumerate(steps):
            end = steps[number + 1][0] if number + 1 < len(steps) else None
            row = _genai_row(provider, name, mode, begin=begin, end=end, prices=prices)
            if "input" in row.rates and "output" in row.rates:
                yield replace(row, aliases=tuple(sorted(set(_ids(model.match)) - {name})))


def _start(constraint: Any) -> datetime | None:
    return datetime.combine(constraint.start_date, time(), UTC) if constraint else None


def _genai_row(
    provider: Any, name: str, mode: str, begin: datetime | None, end: datetime | None, prices: Any
) -> ListedPrice:
    fields = {
        "input": "input_mtok",
        "cache_read": "cache_read_mtok",
        "cache_write_5m": "cache_write_mtok",
        "cache_write_1h": "cache_write_1h_mtok",
        "output": "output_mtok",
    }
    stated = {ours: price for ours, theirs in fields.items() if (price := getattr(prices, theirs, None)) is not None}
    tiered = {ours: getattr(price, "tiers", []) for ours, price in stated.items()}
    base = {ours: getattr(price, "base", price) for ours, price in stated.items()}
    tiers = []
    for above in sorted({tier.start for several in tiered.values() for tier in several}):
        reached = {ours: [t.price for t in several if t.start <= above] for ours, several in tiered.items()}
        tiers.append((above, {ours: r[-1] if r else base[ours] for ours, r in reached.items()}))
    return ListedPrice(
        provider=provider.id,
        model=name,
        mode=mode,
        valid_from=begin,
        valid_to=end,
        rates=base,
        tiers=tiers,
        source_url=provider.pricing_urls[0],
        origin="genai-prices",
    )


def _ids(match: Any) -> Iterator[str]:
    """The exact ids of a match, dates as YYYYMMDD or YYYY-MM-DD; what matches by prefix or part is left out."""
    for clause in getattr(match, "or_", [match]):
        if hasattr(clause, "equals"):
            yield clause.equals.lower()
        elif hasattr(clause, "regex"):
            text = clause.regex.strip("^$").replace("\\.", ".").replace("[-@]", "-")
            yield text.replace(r"\d{8}", "YYYYMMDD").replace(r"\d{4}-\d{2}-\d{2}", "YYYY-MM-DD")
