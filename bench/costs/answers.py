"""What each call of a run cost: by the price list for remote models, by machine time for local weights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TypedDict

from bench.costs.billing import Billing, billing_of, total
from bench.costs.spending import worst_of
from bench.costs.turns import mixed_factor
from bench.plan import PlannedCall
from bench.prices import Cost, PriceBook, billed_at, cost
from bench.records import Attempt, Call, EpisodeTurn, LocalModel, ModelEntry


class CostColumns(TypedDict):
    """The cost columns of `ItemRow`."""

    cost_usd: float | None
    """Of the scored attempt."""
    cost_retries_usd: float | None
    """Of earlier attempts."""
    cost_reported_usd: float | None
    """What the provider says."""
    cost_cap_usd: float | None
    """The most it could have cost."""
    cost_cap_basis: str | None
    """What the cap rests on."""
    price_id: str | None
    """The price that made the cost."""
    price_factor: float | None
    """The factor of its hour."""


class Costs:
    """Bills calls, and counts what it could not bill and why."""

    def __init__(
        self, book: PriceBook, models: Mapping[str, ModelEntry], calls: Iterable[tuple[PlannedCall, Call]]
    ) -> None:
        self._book = book
        self._models = models
        self._bills = {label: billing_of(entry) for label, entry in models.items()}
        self._slowest = _slowest(calls)
        self.used: set[str] = set()
        """Ids of the rows of the price list that billed a call."""
        self.unknown: Counter[str] = Counter()
        """Why costs are unknown, as sentences with the model's label -> calls."""

    def provider(self, label: str) -> str:
        """Where a model runs: the part of its name before the slash."""
        return self._models[label].provider

    def of(self, planned: PlannedCall, call: Call | None) -> CostColumns:
        """A call's cost columns; all None for an item that was not asked."""
        entry, bill = self._models[planned.model], self._bills[planned.model]
        if isinstance(entry, LocalModel):
            return self._local(planned, entry, call)
        if call is None or bill is None:
            return _nothing()
        return self._remote(planned, bill, call) if call.episode is None else self._episode(planned, bill, call)

    def turn(self, planned: PlannedCall, turn: EpisodeTurn) -> float | None:
        """What the attempt that counts of an episode's turn cost, in USD; None of local weights or without a price."""
        bill = self._bills[planned.model]
        return None if bill is None else _float(_usd(bill.attempt(self._book, turn.attempt)))

    def _episode(self, planned: PlannedCall, bill: Billing, call: Call) -> CostColumns:
        """An episode: the sum over its turns, each by its own tokens; every other attempt is a retry."""
        assert call.episode is not None
        columns: CostColumns = {**_nothing(), "cost_reported_usd": call.cost_reported_usd}
        counted = [turn.attempt for turn in call.episode.turns]
        costs = [bill.attempt(self._book, each) for each in counted]
        own = [bill.price(self._book, billed_at(a.sent_at, a.latency_s), a.usage) for a in counted]
        price = bill.price(self._book, billed_at(call.started_at, None), call.usage)
        if price is None or any(each is None for each in costs):
            self._count(planned.model, bill.why_not(self._book))
            return columns
        self.used |= {price.id, *(each.id for each in own if each)}
        for words in dict.fromkeys(words for each in costs if each for words in each.missing):
            self._count(planned.model, f"{words}.")
        cap = worst_of(bill, price, planned)
        columns["price_id"] = price.id
        columns["price_factor"] = _float(
            mixed_factor(
                (
                    _usd(billed),
                    each.schedule.factor(billed_at(a.sent_at, a.latency_s)) if each and each.schedule else None,
                )
                for billed, each, a in zip(costs, own, counted, strict=True)
            )
        )
        columns["cost_usd"] = _float(total(map(_usd, costs)))
        columns["cost_retries_usd"] = _float(self._retries(bill, [a for a in call.attempts if a not in counted]))
        columns["cost_cap_usd"] = _float(cap)
        columns["cost_cap_basis"] = None if cap is None else "worst case"
        return columns

    def _local(self, planned: PlannedCall, entry: LocalModel, call: Call | None) -> CostColumns:
        rate = entry.usd_per_hour
        if rate is None:
            return _nothing()
        columns: CostColumns = {**_nothing(), "price_id": f"usd_per_hour={rate:g}"}
        if call is None:
            return columns
        first, each = self._slowest.get(planned.model, (None, None))
        room = entry.context - (call.usage.in_total or 0 if call.episode is None else 0)
        most = max(0, min(entry.max_tokens or planned.item.max_tokens, room))
        seconds = None if first is None or each is None else first + most * each
        if planned.item.dialogue and seconds is not None:
            seconds *= planned.item.dialogue.turns
        columns["cost_usd"] = _hours(rate, call.machine_s)
        columns["cost_retries_usd"] = _hours(rate, call.machine_retries_s)
        columns["cost_cap_usd"] = _hours(rate, seconds)
        columns["cost_cap_basis"] = "observed bound" if seconds is not None else None
        return columns

    def _remote(self, planned: PlannedCall, bill: Billing, call: Call) -> CostColumns:
        columns: CostColumns = {**_nothing(), "cost_reported_usd": call.cost_reported_usd}
        at = billed_at(call.started_at, call.scored_attempt.latency_s)
        usage = call.usage.beside(answer=bool(call.text), reasoning=bool(call.reasoning))  # as old journals hold it
        price = bill.price(self._book, at, usage)
        if price is None:
            self._count(planned.model, bill.why_not(self._book))
            return columns
        self.used.add(price.id)
        beyond = call.scored_attempt.unpriced
        billed = cost(price, usage, at) if beyond is None else Cost(None, {}, (beyond,))
        for words in billed.missing:
            self._count(planned.model, f"{words}.")
        in_total = usage.in_total
        cap = None if in_total is None else bill.worst(price, in_total, planned.body)
        columns["price_id"] = price.id
        columns["price_factor"] = float(price.schedule.factor(at)) if price.schedule else None
        columns["cost_usd"] = _float(billed.usd)
        columns["cost_retries_usd"] = _float(self._retries(bill, call.attempts[:-1]))
        columns["cost_cap_usd"] = _float(cap)
        columns["cost_cap_basis"] = None if cap is None else "worst case"
        return columns

    def _retries(self, bill: Billing, attempts: Iterable[Attempt]) -> Decimal | None:
        """USD of the attempts before the scored one; None if one may have been billed for unreported tokens."""
        costs = (bill.attempt(self._book, attempt) for attempt in attempts if attempt.billable)
        return total(cost and cost.usd for cost in costs)

    def _count(self, label: str, why: str) -> None:
        self.unknown[f"{label}: {why}"] += 1


def _slowest(calls: Iterable[tuple[PlannedCall, Call]]) -> dict[str, tuple[float | None, float | None]]:
    """By model: the longest time to first token and time per output token of this run's own calls, in seconds."""
    times: dict[str, tuple[list[float], list[float]]] = {}
    for planned, call in calls:
        if not call.reused:
            seen = times.setdefault(planned.model, ([], []))
            for several, measured in zip(seen, (call.scored_attempt.ttft_s, call.scored_attempt.tpot_s), strict=True):
                several += [] if measured is None else [measured]
    return {label: (max(first, default=None), max(each, default=None)) for label, (first, each) in times.items()}


def _usd(billed: Cost | None) -> Decimal | None:
    return None if billed is None else billed.usd


def _hours(usd_per_hour: float, seconds: float | None) -> float | None:
    return None if seconds is None else usd_per_hour / 3600 * seconds


def _float(usd: Decimal | None) -> float | None:
    return None if usd is None else float(usd)


def _nothing() -> CostColumns:
    return {
        "cost_usd": None,
        "cost_retries_usd": None,
        "cost_reported_usd": None,
        "cost_cap_usd": None,
        "cost_cap_basis": None,
        "price_id": None,
        "price_factor": None,
    }
