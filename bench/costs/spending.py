"""What a model's calls cost: the prices that bill it, the most that asking can cost, and what an answer did cost."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal, cast

from bench import prices
from bench.errors import UsageError
from bench.plan import PlannedCall
from bench.prices import Cost, Mode, Price, PriceBook
from bench.providers import Endpoint, preset_of, wire_model
from bench.providers.rules import Rules
from bench.records.items import Attempt, Call, Item, TokenUsage
from bench.records.recorded import RecordedModel
from bench.records.settings import ModelEntry, all_settings

HIDDEN_TOKENS = 256
"""Prompt tokens that a chat template or a vendor's own instructions may add: an assumption, made generously."""
OVERRUN_TOKENS = 10
"""Tokens by which an answer may pass its cap, as Alibaba states."""
_LANES = ("speed", "service_tier")
"""Body fields that choose a lane of another price."""
_BILLED_BY = ("rules", "extra_body", "thinking", "effort", "price_provider", "wire_model", "region", "thinking_budget")
"""What of a model's record decides its bill."""
_USUAL_LANES = ("standard", "default", "auto")


@dataclass(frozen=True, slots=True)
class Terms:
    """What the user agrees to spend."""

    budget_usd: Decimal | None = None
    """The run's hard limit, earlier parts of the run included; None for none."""
    consent: Literal["given", "ask", "none"] = "given"
    """Whether to go on without a question, to ask where the cost is not known from history, or (nobody is there to
    ask) to refuse then."""


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
        if self.beyond_cap is None:
            return None
        return prices.worst_case(price, prompt_tokens, body[self.cap_field] + self.beyond_cap + OVERRUN_TOKENS)

    def attempt(self, book: PriceBook, attempt: Attempt) -> Cost | None:
        """What an attempt cost that may be billed; None if there was no price."""
        at = prices.billed_at(attempt.sent_at, attempt.latency_s)
        price = self.price(book, at, attempt.usage)
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
        mode=_lane(sent) or ("thinking" if thinks else "standard"),
        region=model.region,
        cap_field=rules.max_tokens_field,
        beyond_cap=0 if rules.thinking_capped or thinks is False else model.thinking_budget,
    )


def billing_of(entry: ModelEntry) -> Billing | None:
    """The same for a model entry."""
    preset, name = preset_of(entry), wire_model(entry)
    where = {"wire_model": name, "price_provider": preset.price_provider, "region": preset.region}
    return billing(RecordedModel.from_json({**all_settings(entry), **where, "rules": asdict(preset.rules(name))}))


def _switch(rules: Rules, sent: Mapping[str, Any], asked: bool | None) -> bool | None:
    """Whether thinking is switched on or off: fields of the user's own win over `thinking`."""
    for fields, thinks in ((rules.thinking_on, True), (rules.thinking_off, False)):
        if fields and fields.items() <= sent.items():
            return thinks
    return asked


def _lane(sent: Mapping[str, Any]) -> Mode | None:
    """The lane that fields of the user's own choose; a name that no list knows has no price. None for the usual one."""
    chosen = (sent[field] for field in _LANES if sent.get(field) not in (None, *_USUAL_LANES))
    return cast("Mode | None", next(chosen, None))


def most_prompt_tokens(item: Item) -> int:
    """An upper bound: no tokenizer makes more tokens of a text than it has UTF-8 bytes."""
    return HIDDEN_TOKENS + sum(len(message["content"].encode()) for message in item.messages)


@dataclass(frozen=True, slots=True)
class Spending:
    """The money side of a run's remote models."""

    book: PriceBook
    """The price list."""
    bills: Mapping[str, Billing]
    """How each remote model is billed, by label."""

    @classmethod
    def of(cls, endpoints: Iterable[Endpoint], book: PriceBook) -> Spending:
        """What holds for these endpoints."""
        found = {e.entry.label: billing(e.recorded()) for e in endpoints}
        return cls(book, {label: bill for label, bill in found.items() if bill})

    def priced(self, label: str) -> bool:
        """Whether this model's price is known in USD today. Local weights have none."""
        return label in self.bills and self._why_unknown(label) is None

    def why_not(self, label: str) -> str:
        """Why a remote model's price is unknown, and the cure."""
        return self._why_unknown(label) or ""

    def worst(self, planned: PlannedCall) -> Decimal | None:
        """The most that asking once can cost, in USD; None if no price is known or nothing bounds it."""
        bill = self.bills[planned.model]
        price = bill.price(self.book, datetime.now(UTC))
        return bill.worst(price, most_prompt_tokens(planned.item), planned.body) if price else None

    def reserve(self, planned: PlannedCall) -> Decimal:
        """What a budget must hold free for asking once, in USD: infinitely much where nothing bounds it."""
        worst = self.worst(planned)
        return Decimal("Infinity") if worst is None else worst

    def charge(self, planned: PlannedCall, call: Call) -> Decimal:
        """What a budget must take off for a call, in USD: its bill, or its reserve where that is unknown."""
        bill = self.bill(planned, call)
        return self.reserve(planned) if bill is None else bill

    def bill(self, planned: PlannedCall, call: Call, since: str = "") -> Decimal | None:
        """What a call cost, in USD: every attempt sent at or after `since` (UTC, ISO 8601) that may be billed.

        A reused answer was another run's bill. Where the provider says that it charged more than the list does, that
        counts; an attempt that reported no tokens counts at its worst. None if a price is unknown.
        """
        own = call.attempts[:-1] if call.reused else call.attempts
        mine = (a for a in own if a.billable and a.sent_at >= since)
        return total(self._attempt(planned, attempt) for attempt in mine)

    def stale(self) -> list[str]:
        """What of the prices that these models are billed by may be out of date, as sentences."""
        now = datetime.now(UTC)
        used = (bill.price(self.book, now) for bill in self.bills.values())
        return self.book.stale(now.date(), [price for price in used if price])

    def require(self, labels: Iterable[str], terms: Terms, known: Collection[str] = ()) -> None:
        """Raises UsageError if a limit cannot be kept, or money is due that nobody agreed to.

        `known`: models whose costs are known from history, so that nobody need be asked.
        """
        for label in labels:
            if terms.budget_usd is not None:
                self._require_bound(label)
            if terms.consent == "none" and label not in known and self.priced(label):
                raise UsageError(
                    f"'{label}' costs money and nobody is here to be asked; no earlier run tells how much it will be. "
                    "Give --yes or --budget-usd; --dry-run shows the bounds first."
                )

    def _require_bound(self, label: str) -> None:
        why = self._why_unknown(label)
        if why:
            raise UsageError(f"--budget-usd needs a price for every remote model: {why}")
        if self.bills[label].beyond_cap is None:
            raise UsageError(
                f"--budget-usd cannot hold '{label}': its vendor's token cap leaves thinking out, and nothing else "
                f"limits it. Set thinking_budget in [models.{label}]."
            )

    def _why_unknown(self, label: str) -> str | None:
        bill = self.bills[label]
        price = bill.price(self.book, datetime.now(UTC))
        if price is None:
            return bill.why_not(self.book)
        return None if price.usd is not None else f"{price.without_rate}. Add a [[rate]] to {prices.OVERRIDE}."

    def _attempt(self, planned: PlannedCall, attempt: Attempt) -> Decimal | None:
        listed, said = self.bills[planned.model].attempt(self.book, attempt), attempt.cost_reported_usd
        known = listed and listed.usd
        if said is not None:
            return max(known or Decimal(0), Decimal(str(said)))
        return self.worst(planned) if listed and known is None else known


def total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Their sum; None if one of them is unknown."""
    known = list(amounts)
    return None if None in known else sum((amount for amount in known if amount is not None), Decimal(0))
