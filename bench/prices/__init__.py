"""What an answer costs: a dated price list with sources, and an exact calculator. Standard library only.

    book = load(Path("prices.toml"))
    at = billed_at(started_at, latency_s)
    price = book.find("anthropic", "claude-opus-5-5", at=at)
    cost(price, usage, at).usd

Names are imported when first used, so that the calculator alone costs little.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.late import late

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

__getattr__ = late(
    __name__,
    {
        ".book": "OVERRIDE SNAPSHOT Gap PriceBook beside load",
        ".calculator": "Cost billed_at cost worst_case",
        ".reading": "recorded_price",
        ".rows": "CURRENCIES MODES TOKEN_CLASSES Mode Price Rates Schedule Tier",
    },
)
