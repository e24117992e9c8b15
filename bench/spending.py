"""What a plan's calls cost at list prices: at worst before they are asked, and once they are answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

from bench import prices
from bench.billing import Billing, billing
from bench.errors import UsageError
from bench.plan import PlannedCall
from bench.prices import PriceBook
from bench.providers import Endpoint
from bench.records import Attempt, Call, Item

HIDDEN_TOKENS = 256
"""Prompt tokens that a chat template or a vendor's own instructions may add: an assumption, made generously."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the user agrees to spend."""

    budget_usd: Decimal | None = None
    """The run's hard limit, earlier parts of the run included; None for none."""
    consent: Literal["given", "ask", "none"] = "given"
    """Whether to go on without a question, to ask first, or (nobody is there to ask) to refuse where money is due."""


def most_prompt_tokens(item: Item) -> int:
    """An upper bound: no tokenizer makes more tokens of a text than it has UTF-8 bytes."""
    return HIDDEN_TOKENS + sum(len(message["content"].encode()) for message in item.messages)


@dataclass(frozen=True, slots=True)
class Spending:
    """The prices of a run's remote models."""

    book: PriceBook
    """The price list."""
    bills: Mapping[str, Billing]
    """How each remote model is billed, by label."""
    caps: Mapping[str, str]
    """The body's field that caps generated tokens, by label."""

    @classmethod
    def of(cls, endpoints: Iterable[Endpoint], book: PriceBook) -> Spending:
        """The prices that hold for these endpoints."""
        found = {e.entry.label: (billing(e.shown()), e.rules.max_tokens_field) for e in endpoints}
        bills = {label: bill for label, (bill, _) in found.items() if bill}
        return cls(book, bills, {label: cap for label, (_, cap) in found.items()})

    def priced(self, label: str) -> bool:
        """Whether a price is known for this model today. Local weights have none."""
        return label in self.bills and self.bills[label].price(self.book, datetime.now(UTC)) is not None

    def why_not(self, label: str) -> str:
        """Why a remote model has no price, and the cure."""
        bill = self.bills[label]
        return self.book.why_not(bill.provider, bill.model, bill.region)

    def worst(self, planned: PlannedCall) -> Decimal | None:
        """The most that asking once can cost, in USD; None if no price is known."""
        price = self.bills[planned.model].price(self.book, datetime.now(UTC))
        if price is None:
            return None
        return prices.worst_case(price, most_prompt_tokens(planned.item), planned.body[self.caps[planned.model]])

    def bill(self, planned: PlannedCall, call: Call, since: str = "") -> Decimal | None:
        """What a call cost, in USD: every attempt sent at or after `since` (UTC, ISO 8601) that may be billed.

        An attempt that may be billed but reported no tokens counts at its worst. None if a price is unknown.
        """
        mine = (a for a in call.attempts if a.billable and a.sent_at >= since)
        return _total(self._attempt(planned, attempt) for attempt in mine)

    def require(self, labels: Iterable[str], terms: Terms) -> None:
        """Raises UsageError if a limit cannot be kept, or money is due that nobody agreed to."""
        for label in labels:
            if not self.priced(label):
                if terms.budget_usd is not None:
                    raise UsageError(f"--budget-usd needs a price for every remote model: {self.why_not(label)}")
            elif terms.consent == "none":
                raise UsageError(
                    f"'{label}' costs money and nobody is here to be asked. Give --yes or --budget-usd; "
                    "--dry-run estimates the cost first."
                )

    def _attempt(self, planned: PlannedCall, attempt: Attempt) -> Decimal | None:
        at = prices.billed_at(attempt.sent_at, attempt.latency_s)
        price = self.bills[planned.model].price(self.book, at)
        if price is None:
            return None
        known = prices.cost(price, attempt.usage, at).usd
        return self.worst(planned) if known is None else known


def _total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    found = list(amounts)
    return None if None in found else sum((amount for amount in found if amount is not None), Decimal(0))
