"""What reported tokens cost, exactly: Decimal in, Decimal out, and None where a price or a count is unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from bench.prices.rows import TOKEN_CLASSES, Price, Rates

if TYPE_CHECKING:
    from bench.records import TokenUsage

_PROMPT = (
    ("cache_read", "in_cache_read"),
    ("cache_write_1h", "in_cache_write_1h"),
    ("cache_write_5m", "in_cache_write_5m"),
    ("input", "in_uncached"),
)
"""Token classes of a prompt and their fields in `TokenUsage`, in the order they stand in it: caches hold beginnings."""
_REQUIRED = (("in_uncached", "input tokens were not reported"), ("out_total", "output tokens were not reported"))


class Cost(NamedTuple):
    """What a call cost by a price."""

    usd: Decimal | None
    """The sum of `parts`; None if anything is missing."""
    parts: Mapping[str, Decimal]
    """USD by token class, for the classes that were used and have a price."""
    missing: tuple[str, ...] = ()
    """What is not known, in words."""


def cost(price: Price, usage: TokenUsage, at: datetime, *, peak_share: Decimal | None = None) -> Cost:
    """The cost of `usage` at the moment `at`, or on average where `peak_share` of the requests fall into dear hours.

    A cache class that was not reported has no tokens of its own: they are inside `in_uncached`, at the full price.
    """
    missing = [words for field, words in _REQUIRED if getattr(usage, field) is None]
    factor = Decimal(1)
    if price.schedule:
        factor = price.schedule.factor(at) if peak_share is None else price.schedule.mixed(peak_share)
    parts: dict[str, Decimal] = {}
    for name, tokens, rate in _lines(price, usage):
        if rate is None:
            missing.append(f"{price.id} has no {name} price")
        elif price.usd is not None:
            parts[name] = parts.get(name, Decimal(0)) + (tokens * rate * factor * price.usd).scaleb(-6)
    if price.usd is None:
        missing.append(price.without_rate)
    usd = None if missing else sum(parts.values(), Decimal(0))
    return Cost(usd, parts, tuple(dict.fromkeys(missing)))


def _lines(price: Price, usage: TokenUsage) -> Iterator[tuple[str, int, Decimal | None]]:
    """(token class, tokens, rate) of everything that was used."""
    prompt = [(name, getattr(usage, field) or 0) for name, field in _PROMPT]
    bands = list(price.bands(usage.in_total or 0))
    for side in (prompt, [("output", usage.out_total or 0)]):
        start = 0
        for name, tokens in side:
            for first, after, rates in bands:
                within = int(min(start + tokens, after)) - max(start, first)
                if within > 0:
                    yield name, within, getattr(rates, name)
            start += tokens


def worst_case(price: Price, in_tokens: int, max_tokens: int) -> Decimal | None:
    """The most a request can cost: the dearest hour, tier and token class; None if a price of it is unknown."""
    most = max(in_tokens, max_tokens) if price.marginal else in_tokens
    reached = [price.rates, *(tier.rates for tier in price.tiers if tier.above < most)]
    if price.usd is None or any(rates.input is None or rates.output is None for rates in reached):
        return None
    dearest = {name: max(_known(reached, name), default=Decimal(0)) for name in TOKEN_CLASSES}
    output = dearest.pop("output")
    factor = max(Decimal(1), price.schedule.multiplier) if price.schedule else Decimal(1)
    return ((in_tokens * max(dearest.values()) + max_tokens * output) * factor * price.usd).scaleb(-6)


def _known(several: Sequence[Rates], name: str) -> list[Decimal]:
    return [rate for rates in several if (rate := getattr(rates, name)) is not None]


def billed_at(started_at: str, latency_s: float | None) -> datetime:
    """The moment whose price holds: when the answer was complete, as DeepSeek states and no other vendor denies."""
    return datetime.fromisoformat(started_at) + timedelta(seconds=latency_s or 0.0)
