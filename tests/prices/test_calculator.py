"""Every token is billed once, at its own rate: against counting by hand, token by token."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.prices import TOKEN_CLASSES, Price, Rates, Schedule, Tier, billed_at, cost, worst_case
from bench.records.items import TokenUsage

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
money = st.decimals(0, 100, places=4)
rates = st.builds(Rates, **dict.fromkeys(TOKEN_CLASSES, money))
PROMPT = {  # in the order in which they stand in a prompt
    "cache_read": "in_cache_read",
    "cache_write_1h": "in_cache_write_1h",
    "cache_write_5m": "in_cache_write_5m",
    "input": "in_uncached",
}


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """Windows of whole hours, over midnight too, on some weekdays, with a holiday."""
    hours = st.integers(0, 23).map(time)
    windows = draw(st.lists(st.tuples(hours, hours).filter(lambda w: w[0] != w[1]), min_size=1, max_size=3))
    return Schedule(
        name="peak",
        multiplier=draw(st.sampled_from([Decimal("0.25"), Decimal("0.5"), Decimal(2)])),
        windows=tuple(windows),
        weekdays=draw(st.frozensets(st.integers(0, 6))),
        utc_offset_hours=draw(st.integers(-11, 12)),
        holidays=frozenset([date(2026, 11, 24)]),
        covers_through=None,
        source_url="",
    )


@st.composite
def prices(draw: st.DrawFn) -> Price:
    """Up to three tiers at a few tokens, of either kind."""
    above = sorted(draw(st.sets(st.integers(1, 40), max_size=3)))
    return price(
        rates=draw(rates),
        tiers=tuple(Tier(tokens, draw(rates)) for tokens in above),
        marginal=draw(st.booleans()),
        schedule=draw(st.none() | schedules()),
        usd=draw(st.sampled_from([Decimal(1), Decimal("0.1379")])),
    )


def price(**changes: Any) -> Price:
    plain = Price(
        id="acme/small", provider="acme", model="small", aliases=(), region=None, mode="standard", valid_from=None,
        valid_to=None, currency="USD", rates=Rates(Decimal(1), output=Decimal(2)), tiers=(), marginal=False,
        schedule=None, source_url=None, retrieved=None,
    )  # fmt: skip
    return plain._replace(**changes)


counts = st.integers(0, 30)
usages = st.builds(TokenUsage, in_uncached=counts, out_total=counts, **dict.fromkeys(list(PROMPT.values())[:3], counts))
moments = st.datetimes(datetime(2026, 11, 20), datetime(2026, 12, 4), timezones=st.just(UTC))  # noqa: DTZ001


def by_hand(price: Price, usage: TokenUsage, at: datetime) -> dict[str, Decimal]:
    """The same bill, one token at a time."""
    prompt = [name for name, field in PROMPT.items() for _ in range(getattr(usage, field))]
    bill = dict.fromkeys(TOKEN_CLASSES, Decimal(0))
    for tokens in (prompt, ["output"] * (usage.out_total or 0)):
        for place, name in enumerate(tokens, 1):
            size = place if price.marginal else len(prompt)
            tier = [price.rates, *(t.rates for t in price.tiers if size > t.above)][-1]
            bill[name] += getattr(tier, name) * factor_by_hand(price.schedule, at) * (price.usd or 0) / 1_000_000
    return bill


def factor_by_hand(schedule: Schedule | None, at: datetime) -> Decimal:
    """Whether any window that opened on this or the day before holds the moment."""
    if schedule is None:
        return Decimal(1)
    for begin, end in schedule.windows:
        for days in (0, 1):
            opened = datetime.combine(at.date() - timedelta(days=days), begin, UTC)
            closed = datetime.combine(opened.date() + timedelta(days=end < begin), end, UTC)
            day = (at - timedelta(days=days) + timedelta(hours=schedule.utc_offset_hours)).date()
            if opened <= at < closed and day.weekday() in schedule.weekdays and day not in schedule.holidays:
                return schedule.multiplier
    return Decimal(1)


@given(prices(), usages, moments)
def test_the_total_is_the_sum_over_token_classes(price: Price, usage: TokenUsage, at: datetime) -> None:
    found = cost(price, usage, at)
    expected = by_hand(price, usage, at)
    assert {name: found.parts.get(name, Decimal(0)) for name in TOKEN_CLASSES} == expected
    assert found.usd == sum(expected.values())
    assert found.missing == ()


@given(prices(), usages, moments)
def test_no_call_costs_more_than_its_worst_case(price: Price, usage: TokenUsage, at: datetime) -> None:
    worst = worst_case(price, usage.in_total or 0, usage.out_total or 0)
    found = cost(price, usage, at).usd
    assert found is not None
    assert worst is not None
    assert found <= worst


@pytest.mark.parametrize(("multiplier", "usd"), [("2", 1), ("0.5", Decimal("0.5"))])
def test_off_peak_is_the_cheapest_hour(multiplier: str, usd: Decimal) -> None:
    """Whether the list states the dear hours or the cheap ones, and whatever the hour is."""
    hours = Schedule(
        name="h",
        multiplier=Decimal(multiplier),
        windows=((time(1), time(4)),),
        weekdays=frozenset(range(7)),
        utc_offset_hours=0,
        holidays=frozenset(),
        covers_through=None,
        source_url="",
    )
    for hour in (0, 2):
        at = NOON.replace(hour=hour)
        usage = TokenUsage(in_uncached=1_000_000, out_total=0)
        assert cost(price(schedule=hours), usage, at, peak_share=Decimal(0)).usd == usd
        assert cost(price(schedule=hours), usage, at, peak_share=Decimal(1)).usd == max(Decimal(1), Decimal(multiplier))
    assert cost(price(), usage, NOON, peak_share=Decimal(0)).usd == 1


@pytest.mark.parametrize(("multiplier", "usd"), [("2", "1.4"), ("0.5", "0.7")])
def test_a_share_of_dear_hours_is_the_mean_over_the_hours(multiplier: str, usd: str) -> None:
    hours = Schedule(
        name="h",
        multiplier=Decimal(multiplier),
        windows=((time(1), time(4)),),
        weekdays=frozenset(range(7)),
        utc_offset_hours=0,
        holidays=frozenset(),
        covers_through=None,
        source_url="",
    )
    usage = TokenUsage(in_uncached=1_000_000, out_total=0)
    assert cost(price(schedule=hours), usage, NOON, peak_share=Decimal("0.4")).usd == Decimal(usd)


def test_hours_in_words() -> None:
    week = frozenset(range(5))
    hours = Schedule(
        name="h",
        multiplier=Decimal("2.0"),
        windows=((time(1), time(4)), (time(22), time(0))),
        weekdays=week,
        utc_offset_hours=8,
        holidays=frozenset(),
        covers_through=None,
        source_url="",
    )
    assert hours.words == "2 times the price 01:00-04:00 and 22:00-00:00 UTC, Mon-Fri"
    every = hours._replace(weekdays=frozenset(range(7)), holidays=frozenset({date(2026, 10, 1)}))
    assert every.words == "2 times the price 01:00-04:00 and 22:00-00:00 UTC, but for holidays"
    assert hours._replace(weekdays=frozenset({0, 6})).words.endswith("UTC, Mon Sun")


@pytest.mark.parametrize(
    ("usage", "missing"),
    [
        (TokenUsage(out_total=1), ("input tokens were not reported",)),
        (TokenUsage(in_uncached=1), ("output tokens were not reported",)),
        (TokenUsage(in_uncached=1, out_total=1, in_cache_read=1), ("acme/small has no cache_read price",)),
        (TokenUsage(in_uncached=1, out_total=1, in_cache_write_1h=1), ("acme/small has no cache_write_1h price",)),
    ],
)
def test_what_is_unknown_makes_no_number(usage: TokenUsage, missing: tuple[str, ...]) -> None:
    found = cost(price(), usage, NOON)
    assert (found.usd, found.missing) == (None, missing)


def test_a_class_that_was_not_reported_is_inside_the_full_price() -> None:
    assert cost(price(), TokenUsage(in_uncached=1_000_000, out_total=0), NOON).usd == 1


def test_a_tier_that_lacks_a_price_is_unknown_there_only() -> None:
    tiered = price(tiers=(Tier(10, Rates(Decimal(3))),))
    assert cost(tiered, TokenUsage(in_uncached=10, out_total=1), NOON).usd is not None
    assert cost(tiered, TokenUsage(in_uncached=11, out_total=1), NOON).missing == ("acme/small has no output price",)
    assert worst_case(tiered, 10, 1) is not None
    assert worst_case(tiered, 11, 1) is None


def test_a_currency_without_a_rate_is_unknown() -> None:
    yuan = price(currency="CNY", usd=None)
    found = cost(yuan, TokenUsage(in_uncached=1, out_total=1), NOON)
    assert found == (None, {}, ("acme/small is in CNY, and no dated exchange rate is known",))
    assert worst_case(yuan, 1, 1) is None


def test_the_worst_case_knows_marginal_tiers_of_the_answer() -> None:
    """A short prompt, and an answer that is long enough to reach the tier."""
    dear = price(tiers=(Tier(10, Rates(Decimal(1), output=Decimal(100))),), marginal=True)
    found = cost(dear, TokenUsage(in_uncached=5, out_total=30), NOON).usd
    worst = worst_case(dear, 5, 30)
    assert found is not None
    assert worst is not None
    assert found <= worst


def test_the_worst_case_knows_no_lower_tier() -> None:
    cheaper = price(tiers=(Tier(10, Rates(Decimal("0.1"), output=Decimal("0.1"))),))
    assert worst_case(cheaper, 1_000_000, 1_000_000) == 3


def test_the_end_of_an_answer_decides_its_price() -> None:
    assert billed_at("2026-11-23T00:59:30.000+00:00", 31.0) == datetime(2026, 11, 23, 1, 0, 1, tzinfo=UTC)
    assert billed_at("2026-11-23T00:59:30.000+00:00", None) == datetime(2026, 11, 23, 0, 59, 30, tzinfo=UTC)
