"""A price as it stands in a list: per million tokens, with its dates, conditions and source."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

Mode = Literal["standard", "thinking", "batch", "fast"]
"""How a request was asked: some vendors price an answer with reasoning, a batch or a fast lane apart."""
MODES: tuple[Mode, ...] = ("standard", "thinking", "batch", "fast")
TOKEN_CLASSES = ("input", "cache_read", "cache_write_5m", "cache_write_1h", "output")
"""What a token can be billed as: the fields of `Rates`."""
FOREIGN = ("CNY",)
"""Currencies that make a cost only with a dated exchange rate."""
CURRENCIES = ("USD", *FOREIGN)
"""Currencies a row may be in."""


class Rates(NamedTuple):
    """Prices per million tokens, in the row's currency. None where no source states one."""

    input: Decimal | None = None
    """Prompt tokens that no cache touched."""
    cache_read: Decimal | None = None
    """Prompt tokens read from the provider's cache."""
    cache_write_5m: Decimal | None = None
    """Prompt tokens written to a cache of five minutes, or of unstated life."""
    cache_write_1h: Decimal | None = None
    """Prompt tokens written to a cache of an hour or longer."""
    output: Decimal | None = None
    """Generated tokens, reasoning included."""


class Tier(NamedTuple):
    """Other rates for long requests."""

    above: int
    """The tier begins with the prompt token after this many; a marginal one also with the output token after them."""
    rates: Rates
    """The tier's rates; a class without one is unknown there."""


class Schedule(NamedTuple):
    """Hours in which a price is multiplied."""

    name: str
    """Its name in the list, e.g. "deepseek-peak"."""
    multiplier: Decimal
    """Factor inside the windows: above 1 for peak hours, below 1 for a discount."""
    windows: tuple[tuple[time, time], ...]
    """Begin and end (excluded), UTC; an end before its begin is on the next day."""
    weekdays: frozenset[int]
    """Weekdays the windows hold on, Monday 0."""
    utc_offset_hours: int
    """The clock by which it is a weekday or a holiday: hours ahead of UTC."""
    holidays: frozenset[date]
    """Days without windows."""
    covers_through: date | None
    """The last day whose holidays are known; None if holidays play no part."""
    source_url: str
    """Where the vendor states it."""

    def mixed(self, peak_share: Decimal) -> Decimal:
        """The factor over requests of which this share, in [0, 1], falls into the dearer hours."""
        cheap, dear = sorted((Decimal(1), self.multiplier))
        return peak_share * dear + (1 - peak_share) * cheap

    @property
    def words(self) -> str:
        """When it changes the price, e.g. "2 times the price 01:00-04:00 and 06:00-10:00 UTC, Mon-Fri"."""
        spans = " and ".join(f"{begin:%H:%M}-{end:%H:%M}" for begin, end in self.windows)
        names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
        days = sorted(self.weekdays)
        whole = days == list(range(days[0], days[-1] + 1)) and len(days) > 1 if days else False
        named = f"{names[days[0]]}-{names[days[-1]]}" if whole else " ".join(names[day] for day in days)
        week = "" if len(days) == len(names) else f", {named}"
        but = ", but for holidays" if self.holidays else ""
        return f"{self.multiplier.normalize():f} times the price {spans} UTC{week}{but}"

    def factor(self, at: datetime) -> Decimal:
        """The factor for a request billed at `at`."""
        utc = at.astimezone(UTC)
        for begin, end in self.windows:
            clock = utc.time()
            opened = utc if begin < end or clock >= begin else utc - timedelta(days=1)
            inside = begin <= clock < end if begin < end else clock >= begin or clock < end
            day = (opened + timedelta(hours=self.utc_offset_hours)).date()
            if inside and day.weekday() in self.weekdays and day not in self.holidays:
                return self.multiplier
        return Decimal(1)


class Price(NamedTuple):
    """One row of a price list, ready to bill with."""

    id: str
    """What a call keeps of it, e.g. "anthropic/claude-sonnet-5-5@2026-10-07"; unique in its list."""
    provider: str
    """Who bills, e.g. "alibaba"."""
    model: str
    """The provider's model id."""
    aliases: tuple[str, ...]
    """Other ids of the same model; YYYYMMDD and YYYY-MM-DD in one stand for any date."""
    region: str | None
    """Where it holds; None if the provider has one list for all."""
    mode: Mode
    """How the request was asked."""
    valid_from: datetime | None
    """UTC, the first moment it holds; None since the model exists."""
    valid_to: datetime | None
    """UTC, the first moment it holds no more; None until further notice."""
    currency: str
    """One of `CURRENCIES`."""
    rates: Rates
    """Prices below the first tier."""
    tiers: tuple[Tier, ...]
    """By `above`, ascending."""
    marginal: bool
    """Whether a tier's rates bill only the tokens beyond it, and not the whole request."""
    schedule: Schedule | None
    """Hours with another price."""
    source_url: str | None
    """Where the price stands; None if a user's own row does not say."""
    retrieved: str | None
    """The day it was read there, ISO 8601; None if a user's own row does not say."""
    usd: Decimal | None = Decimal(1)
    """USD for one unit of `currency`; None if no dated rate is known."""

    @property
    def without_rate(self) -> str:
        """Why it makes no cost in USD while `usd` is None, in words."""
        return f"{self.id} is in {self.currency}, and no dated exchange rate is known"

    def holds(self, at: datetime) -> bool:
        """Whether a request at `at` is billed by this row, as far as dates say."""
        return (self.valid_from is None or self.valid_from <= at) and (self.valid_to is None or at < self.valid_to)

    def bands(self, in_total: int) -> Iterator[tuple[int, float, Rates]]:
        """(first token, first token after, rates) of a request with `in_total` prompt tokens, ascending."""
        steps = [(0, self.rates), *((tier.above, tier.rates) for tier in self.tiers)]
        if not self.marginal:
            yield 0, float("inf"), [rates for above, rates in steps if above < in_total or above == 0][-1]
            return
        ends: list[float] = [*(above for above, _ in steps[1:]), float("inf")]
        for (above, rates), end in zip(steps, ends, strict=True):
            yield above, end, rates
