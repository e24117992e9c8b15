"""Which rows of the price list bill a model, by what run.json says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bench.prices import Mode, Price, PriceBook
from bench.providers.rules import Rules


@dataclass(frozen=True, slots=True)
class Billing:
    """What a price list is asked for."""

    provider: str
    """Who bills, e.g. "alibaba"; for a vendor unknown to the presets what stands before the model's name."""
    model: str
    """The model id as sent."""
    mode: Mode
    """How it is asked."""
    region: str | None
    """Where; None for the provider's usual place."""

    def price(self, book: PriceBook, at: datetime) -> Price | None:
        """The price at a moment; None if the list has none."""
        return book.find(self.provider, self.model, at=at, mode=self.mode, region=self.region)


def billing(model: Mapping[str, Any]) -> Billing | None:
    """From a model's part of run.json, or `Endpoint.shown()`; None for local weights, which no provider bills."""
    name: str = model["model"]
    if name.startswith("weights/"):
        return None
    thinks = Rules(**model["rules"]).thinking(model["thinking"], model["effort"])
    return Billing(
        provider=model["price_provider"] or name.removesuffix(f"/{model['wire_model']}"),
        model=model["wire_model"],
        mode="thinking" if thinks else "standard",
        region=model["region"],
    )
