"""The vendors: addresses, keys, protocols and what their models accept. All of it is data in presets.toml."""

from __future__ import annotations

import pkgutil
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from bench.errors import UsageError, suggest
from bench.providers.rules import Rules
from bench.records import ModelEntry, RemoteModel

Table = Mapping[str, Any]
"""One vendor's part of presets.toml, or its `[providers.<name>]` of bench.toml, which has the same keys."""

GENERIC = ("openai-api", "anthropic-api")
"""Providers whose models are written <provider>/<vendor>/<model>."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """One vendor, or one kind of server."""

    name: str
    """The part of a model's name before the first slash, e.g. "anthropic"."""
    title: str
    """What people call it."""
    protocol: str
    """"openai" (Chat Completions) or "anthropic" (Messages)."""
    base_url: str | None
    """Where calls go unless a region says otherwise; None if only the user can know."""
    regions: Mapping[str, str]
    """Addresses by region; {NAME} in one stands for an environment variable."""
    region: str | None
    """The region taken without one stated; None for vendors with a single address."""
    address_variables: tuple[str, ...]
    """Environment variables that may hold the address, in order."""
    key_variables: tuple[str, ...]
    """Environment variables that may hold the key, in order."""
    key_needed: bool
    """Whether nothing answers without a key."""
    key_page: str | None
    """Where to get a key."""
    price_provider: str | None
    """The vendor's name in the price snapshot; None if it has no prices there."""
    batch: bool | None
    """Whether a batch interface exists, at half the price; None if unknown."""
    counts: str
    """What its usage reports, in words."""
    examples: tuple[str, ...]
    """Models as a user writes them."""
    tables: tuple[Table, ...]
    """Where the models' rules come from; later tables win."""

    def rules(self, model: str) -> Rules:
        """What a model accepts. Of each table, its `rules` and then the first of its `models` that matches count."""
        accepted: dict[str, Any] = {}
        for table in self.tables:
            accepted |= table.get("rules", {})
            accepted |= next((m for m in table.get("models", ()) if _matches(m["match"], model)), {})
        accepted.pop("match", None)
        return Rules(**_frozen(accepted))


def _frozen(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}


def _matches(patterns: list[str], model: str) -> bool:
    return any(fnmatchcase(model.lower(), pattern) for pattern in patterns)


@cache
def shipped() -> Mapping[str, Table]:
    """presets.toml as it is shipped, by vendor."""
    data = pkgutil.get_data("bench.providers", "presets.toml")
    assert data is not None
    return tomllib.loads(data.decode())


def find(provider: str, vendor: str = "vendor", own: Table | None = None) -> Preset | None:
    """The preset of a provider; None if neither presets.toml nor `own` describes it.

    `own` is bench.toml's `[providers.<provider>]`; `vendor` names the variables of the generic providers.
    """
    if provider not in shipped() and own is None:
        return None
    base = shipped().get(provider, {})
    tables = tuple(table for table in (shipped().get(base.get("like", "")), base, own) if table)
    values: dict[str, Any] = {key: value for table in tables for key, value in table.items()}
    prefix = re.sub(r"\W", "_", vendor if provider in GENERIC else provider).upper()
    known = {f.name for f in fields(Preset)}
    made: dict[str, Any] = {
        "title": provider,
        "protocol": "openai",
        "base_url": None,
        "regions": {},
        "region": None,
        "address_variables": (f"{prefix}_BASE_URL",),
        "key_variables": (f"{prefix}_API_KEY",),
        "key_needed": provider in shipped(),
        "key_page": None,
        "price_provider": None,
        "batch": None,
        "counts": "",
        "examples": (),
        **_frozen({key: value for key, value in values.items() if key in known}),
    }
    return Preset(name=provider, tables=tables, **made)


def shipped_addresses(provider: str) -> tuple[str, ...]:
    """The addresses that presets.toml itself gives a provider; {NAME} in one stands for an environment variable."""
    table = shipped().get(provider, {})
    return tuple(address for address in (table.get("base_url"), *table.get("regions", {}).values()) if address)


def wire_model(entry: ModelEntry) -> str:
    """A model as its endpoint knows it: without provider, and without the vendor of a generic one."""
    return entry.name.partition("/")[2] if entry.provider in GENERIC else entry.name


def preset_of(entry: ModelEntry) -> Preset:
    """What is known of a model's provider, in the region it names. UsageError if the provider is unknown."""
    preset = find(entry.provider, entry.name.partition("/")[0], entry.own_provider)
    if preset is None:
        raise UsageError(f"unknown provider '{entry.provider}' in '{entry.model}'.{suggest(entry.provider, shipped())}")
    region = entry.region if isinstance(entry, RemoteModel) else None
    return replace(preset, region=region or preset.region)
