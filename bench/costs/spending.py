"""What a model's calls cost: the prices that bill it, the most that asking can cost, and what an answer did cost."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

from bench import prices
from bench.costs.billing import Billing, billing, total
from bench.errors import UsageError
from bench.plan import PlannedCall
from bench.prices import Price, PriceBook
from bench.providers import Endpoint
from bench.records import Attempt, Call, Item

_PROMPT = ("messages", "system")
_PLAIN = (int, float)
HIDDEN_TOKENS = 256
"""Prompt tokens that a chat template or a vendor's own instructions may add: an assumption, made generously."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the user agrees to spend."""

    budget_usd: Decimal | None = None
    """The run's hard limit, earlier parts of the run included; None for none."""
    consent: Literal["given", "ask", "none"] = "given"
    """Whether to go on without a question, to ask where the cost is not known from history, or (nobody is there to
    ask) to refuse then."""
    keep_going: bool = False
    """Whether a model is asked although each of its claims needs another one that failed at its first call."""


def most_prompt_tokens(item: Item) -> int:
    """An upper bound: no tokenizer makes more tokens of a text than it has UTF-8 bytes."""
    return HIDDEN_TOKENS + sum(len(message["content"].encode()) for message in item.messages)


def worst_of(bill: Billing, price: Price, planned: PlannedCall) -> Decimal | None:
    """The most that asking once can cost at a price, in USD; None if nothing bounds it.

    An agent's episode is held to its own cap by the proxy. Another may use so many tokens as its cap says, all of them
    prompt, and answers of every turn as long as they may be.
    """
    dialogue, work = planned.item.dialogue, planned.item.work
    if work is not None:
        return Decimal(str(work.usd))
    if dialogue is None:
        asked = most_prompt_tokens(planned.item) + planned.added_bytes + _fields_bytes(planned.body)
        return bill.worst(price, asked, planned.body)
    answer = bill.most_answered(0, planned.body)
    return None if answer is None else prices.worst_case(price, dialogue.tokens, dialogue.turns * answer)


def _fields_bytes(body: Mapping[str, Any]) -> int:
    """Bytes of what a user's own fields may add to a prompt, say an answer's schema; as many as HIDDEN_TOKENS of small
    fields are held by these."""
    fields = [value for name, value in body.items() if name not in _PROMPT and not isinstance(value, _PLAIN)]
    sizes = [len(json.dumps(value)) for value in fields]
    small = sum(size for size in sizes if size <= HIDDEN_TOKENS)
    return sum(size for size in sizes if size > HIDDEN_TOKENS) + max(0, small - HIDDEN_TOKENS)


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
        bills = {e.entry.label: billing(e.recorded()) for e in endpoints}
        return cls(book, {label: bill for label, bill in bills.items() if bill})

    def priced(self, label: str) -> bool:
        """Whether this model's price is known in USD today. Local weights have none."""
        return label in self.bills and self._why_unknown(label) is None

    def why_not(self, label: str) -> str:
        """Why a remote model's price is unknown, and the cure."""
        return self._why_unknown(label) or ""

    def worst(self, planned: PlannedCall) -> Decimal | None:
        """The most that asking once can cost, in USD, of an episode all its turns; None if no price is known or
        nothing bounds it."""
        bill = self.bills[planned.model]
        price = bill.price(self.book, datetime.now(UTC))
        return worst_of(bill, price, planned) if price else None

    def reserve(self, planned: PlannedCall) -> Decimal:
        """What a budget must hold free for asking once, in USD: infinitely much where nothing bounds it."""
        worst = self.worst(planned)
        return Decimal("Infinity") if worst is None else worst

    def charge(self, planned: PlannedCall, call: Call, since: str = "") -> Decimal:
        """What a budget must take off for a call, in USD: its bill, or its reserve where that is unknown."""
        bill = self.bill(planned, call, since)
        return self.reserve(planned) if bill is None else bill

    def cut_off(self, planned: Iterable[PlannedCall], begun: Mapping[str, Call]) -> Decimal:
        """What a budget must take off for calls that were under way when their process was killed, by key, in USD."""
        return sum(
            (self.charge(each, begun[each.key]) for each in planned if each.model in self.bills and each.key in begun),
            Decimal(0),
        )

    def bill(self, planned: PlannedCall, call: Call, since: str = "") -> Decimal | None:
        """What a call cost, in USD: every attempt sent at or after `since` (UTC, ISO 8601) that may be billed.

        A reused answer was another run's bill. Where the provider says that it charged more than the list does, that
        counts; an attempt whose tokens are unknown counts at its worst, of its own request where that is known, those
        of an agent's episode together at most at the episode's cap. None if a price is unknown.
        """
        costs = self._costs(planned, call, since)
        most, work = total(usd for usd, _ in costs), planned.item.work
        if most is None or work is None or all(sure for _, sure in costs):
            return most
        starts = 1 + call.episode.agent.part if call.episode and call.episode.agent else 1
        return min(most, starts * Decimal(str(work.usd)))  # the proxy holds each start to its cap, retries and all

    def unsure(self, planned: PlannedCall, call: Call, since: str = "") -> Decimal:
        """What of a call's bill is a worst case: its attempts' tokens are not known. 0 where the whole bill is not."""
        bill = self.bill(planned, call, since)
        known = sum((usd or Decimal(0) for usd, sure in self._costs(planned, call, since) if sure), Decimal(0))
        return Decimal(0) if bill is None else max(Decimal(0), bill - known)

    def _costs(self, planned: PlannedCall, call: Call, since: str) -> list[tuple[Decimal | None, bool]]:
        """Of every attempt that may be billed, as `_attempt` gives it."""
        own = call.attempts
        if call.reused:
            own = () if call.episode else call.attempts[:-1]
        return [self._attempt(planned, each) for each in own if each.billable and each.sent_at >= since]

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
                    f"'{label}' costs money and nobody is here to be asked; no earlier run shows how much it will be. "
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

    def _attempt(self, planned: PlannedCall, attempt: Attempt) -> tuple[Decimal | None, bool]:
        """What it cost, or may have cost at most; and whether that is known."""
        listed, said = self.bills[planned.model].attempt(self.book, attempt), attempt.cost_reported_usd
        known = listed and listed.usd
        if said:
            return max(known or Decimal(0), Decimal(str(said))), True
        if listed and known is None:
            most = attempt.most_usd
            return self.worst(planned) if most is None else Decimal(str(most)), False
        return known, True
