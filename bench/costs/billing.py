"""Who bills a model's calls, by which prices, and how far its answers can go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from bench import prices
from bench.prices import Cost, Mode, Price, PriceBook
from bench.providers import CAPS, Rules, preset_of, wire_model
from bench.records import Attempt, ModelEntry, RecordedModel, TokenUsage, all_settings

OVERRUN_TOKENS = 10
"""Tokens by which an answer may pass its cap, as Alibaba states."""


_LANES = ("speed", "service_tier")
"""Body fields that choose a lane of another price."""


_BILLED_BY = ("rules", "extra_body", "thinking", "effort", "price_provider", "wire_model", "region", "thinking_budget")
"""What of a model's record decides its bill."""


_USUAL_LANES = ("standard", "default", "auto")


@dataclass(frozen=True, slots=True, kw_only=True)
class Billing:
    """What a price list is asked for, and how far a model's answers can go."""

    provider: str
    """Who bills, e.g. "alibaba"; for a vendor unknown to the presets what stands before the model's name."""
    model: str
    """The model id as sent."""
    mode: Mode
    """How it is asked."""
    region: str | None
    """Where; None for the provider's usual place."""
    cap_field: str = "max_tokens"
    """The body's field that caps generated tokens."""
    beyond_cap: int | None = 0
    """Thinking tokens that the cap leaves out: 0 where it holds for all tokens; None where nothing limits them."""
    context_window: int | None = None
    """Tokens that a prompt and its answer can have together; None if unknown."""

    def price(self, book: PriceBook, at: datetime, usage: TokenUsage | None = None) -> Price | None:
        """The price at a moment; None if the list has none. An answer that reports reasoning is billed as thinking."""
        thought = self.mode == "standard" and usage is not None and bool(usage.out_reasoning)
        return book.find(
            self.provider, self.model, at=at, mode="thinking" if thought else self.mode, region=self.region
        )

    def why_not(self, book: PriceBook) -> str:
        """Why there is no price, and the cure."""
        return book.why_not(self.provider, self.model, self.region, self.mode)

    def worst(self, price: Price, prompt_tokens: int, body: Mapping[str, Any]) -> Decimal | None:
        """The most that asking once can cost, in USD; None if nothing bounds it."""
        most = self.most_answered(prompt_tokens, body)
        return None if most is None else prices.worst_case(price, prompt_tokens, most)

    def most_answered(self, prompt_tokens: int, body: Mapping[str, Any]) -> int | None:
        """The most tokens that an answer can have; None if nothing bounds it."""
        most = []
        if self.beyond_cap is not None:
            cap = max(body[name] for name in {self.cap_field, *CAPS} if name in body)
            most.append(cap + self.beyond_cap + OVERRUN_TOKENS)
        if self.context_window is not None:
            most.append(max(0, self.context_window - prompt_tokens))
        return min(most) if most else None

    def attempt(self, book: PriceBook, attempt: Attempt) -> Cost | None:
        """What an attempt cost that may be billed; None if there was no price, its amount None if nobody knows it."""
        at = prices.billed_at(attempt.sent_at, attempt.latency_s)
        price = self.price(book, at, attempt.usage)
        if price and attempt.unpriced is not None:
            return prices.Cost(None, {}, (attempt.unpriced,))
        return prices.cost(price, attempt.usage, at) if price else None


def billing(model: RecordedModel) -> Billing | None:
    """How a model is billed; None for local weights, which no provider bills.

    KeyError or TypeError if its record, written by another version or another tool, does not say.
    """
    if model.local:
        return None
    missing = next((name for name in _BILLED_BY if name not in model.order), None)
    if missing is not None or model.rules is None or model.wire_model is None:
        raise KeyError(missing or "rules")
    rules, sent = Rules(**model.rules), model.extra_body or {}
    thinks = rules.thinking(_switch(rules, sent, model.thinking), model.effort)
    return Billing(
        provider=model.price_provider or model.model.removesuffix(f"/{model.wire_model}"),
        model=model.wire_model,
        mode=_lane(sent) or ("batch" if model.batch else "thinking" if thinks else "standard"),
        region=model.region,
        cap_field=rules.max_tokens_field,
        beyond_cap=0 if rules.thinking_capped or thinks is False else model.thinking_budget,
        context_window=model.context_window,
    )


def billing_of(entry: ModelEntry, sent: Mapping[str, Any] | None = None) -> Billing | None:
    """The same for a model entry; `sent` is a body that somebody else made, whose switches and lanes then count."""
    record = _recorded(entry)
    return billing(record if sent is None else replace(record, extra_body=dict(sent)))


def billing_by(entry: ModelEntry) -> Callable[[Mapping[str, Any]], Billing | None]:
    """`billing_of` for many bodies of one model: what does not depend on a body is looked up once."""
    record = _recorded(entry)
    return lambda sent: billing(replace(record, extra_body=dict(sent)))


def _recorded(entry: ModelEntry) -> RecordedModel:
    preset, name = preset_of(entry), wire_model(entry)
    where = {"wire_model": name, "price_provider": preset.price_provider, "region": preset.region}
    return RecordedModel.from_json({**all_settings(entry), **where, "rules": asdict(preset.rules(name))})


def _switch(rules: Rules, sent: Mapping[str, Any], asked: bool | None) -> bool | None:
    """Whether thinking is switched on or off: fields of the user's own win over `thinking`."""
    for fields, thinks in ((rules.thinking_on, True), (rules.thinking_off, False)):
        if fields and fields.items() <= sent.items():
            return thinks
    return asked


def _lane(sent: Mapping[str, Any]) -> Mode | None:
    """The lane that fields of the user's own choose; a name that no list knows has no price. None for the usual one."""
    chosen = (sent[field] for field in _LANES if sent.get(field) not in (None, *_USUAL_LANES))
    return cast("Mode | None", next((str(lane) for lane in chosen), None))


def total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Their sum; None if one of them is unknown."""
    known = list(amounts)
    return None if None in known else sum((amount for amount in known if amount is not None), Decimal(0))
