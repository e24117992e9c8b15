"""What an answer costs: a dated price list with sources, and an exact calculator. Standard library only.

    book = load(Path("prices.toml"))
    at = billed_at(started_at, latency_s)
    price = book.find("anthropic", "claude-opus-5-5", at=at)
    cost(price, usage, at).usd

Names are imported when first used, so that the calculator alone costs little.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.prices.book import OVERRIDE, SNAPSHOT, Gap, PriceBook, beside, load
    from bench.prices.calculator import Cost, billed_at, cost, worst_case
    from bench.prices.reading import recorded_price
    from bench.prices.rows import CURRENCIES, MODES, TOKEN_CLASSES, Mode, Price, Rates, Schedule, Tier

__all__ = [
    "CURRENCIES",
    "MODES",
    "OVERRIDE",
    "SNAPSHOT",
    "TOKEN_CLASSES",
    "Cost",
    "Gap",
    "Mode",
    "Price",
    "PriceBook",
    "Rates",
    "Schedule",
    "Tier",
    "beside",
    "billed_at",
    "cost",
    "load",
    "recorded_price",
    "worst_case",
]

_HOMES = {
    "bench.prices.book": ("OVERRIDE", "SNAPSHOT", "Gap", "PriceBook", "beside", "load"),
    "bench.prices.calculator": ("Cost", "billed_at", "cost", "worst_case"),
    "bench.prices.reading": ("recorded_price",),
    "bench.prices.rows": (*("CURRENCIES", "MODES", "TOKEN_CLASSES", "Mode", "Price", "Rates", "Schedule", "Tier"),),
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(home), name)
    raise AttributeError(f"module 'bench.prices' has no attribute {name!r}")
