"""An episode is billed by its turns, wherever a row is billed anew."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bench import prices
from bench.costs import at_traffic
from bench.costs.billing import Billing
from bench.costs.estimate import _row_cost
from bench.costs.reprice import PriceChange, priced
from bench.costs.turns import UNKNOWN, by_episode, mixed_factor, requests_of
from bench.records import ItemRow, RecordedTraffic, TokenUsage, TurnRow
from tests.report.sample_run import ANSWERED

PRICES = """
[[price]]
provider = "acme"
model = "m"
input = "1"
output = "10"
tiers = [{ above = 1000, input = 100, output = 1000 }]
"""
BILL = Billing(provider="acme", model="m", mode="standard", region=None)
TOKENS: dict[str, Any] = {**dict.fromkeys(TokenUsage.__slots__), "in_uncached": 1500, "out_total": 20}
EPISODE = replace(ANSWERED, **TOKENS, model="m", turns=2, cost_retries_usd=0.0, reused=False)


def turn(number: int, prompt: int) -> TurnRow:
    same = {name: getattr(EPISODE, name) for name in ("run", "suite", "task", "item", "model", "repeat")}
    rest = {name: None for name in TurnRow.__slots__ if name not in same}
    known = {"turn": number, "in_uncached": prompt, "out_total": 10, "latency_s": 1.0, "ttft_s": 0.5, "attempts": 1}
    return TurnRow(**{**same, **rest, **known, "started_at": EPISODE.started_at})


TURNS = [turn(2, 900), turn(1, 600)]
USD = (1500 * 1 + 20 * 10) / 1e6


@pytest.fixture
def book(tmp_path: Path) -> prices.PriceBook:
    (tmp_path / "prices.toml").write_text(PRICES)
    return prices.load(tmp_path / "prices.toml")


def test_no_turn_reaches_a_tier_that_their_sum_would(book: prices.PriceBook) -> None:
    episodes = by_episode(TURNS)
    assert [each.in_uncached for each in requests_of(EPISODE, episodes)] == [600, 900]
    made = priced(EPISODE, BILL, PriceChange(cache_hit=0.0), book, episodes)
    assert float(made.usd or 0) == pytest.approx(USD)
    assert (made.usage.in_total, made.usage.out_total) == (1500, 20)
    assert _row_cost(EPISODE, BILL, book, episodes) == pytest.approx(USD)
    [row] = at_traffic([EPISODE], {"m": BILL}, RecordedTraffic(cache_hit=0.0), book, TURNS)
    assert row.cost_traffic_usd == pytest.approx(USD)
    alone: ItemRow = replace(EPISODE, turns=None)
    assert float(priced(alone, BILL, PriceChange(cache_hit=0.0), book).usd or 0) == pytest.approx(0.17)


def test_without_its_turns_an_episode_s_bill_is_unknown(book: prices.PriceBook) -> None:
    made = priced(EPISODE, BILL, PriceChange(cache_hit=0.0), book, by_episode(TURNS[:1]))
    assert (made.usd, made.cost.missing) == (None, (UNKNOWN,))
    assert _row_cost(EPISODE, BILL, book, {}) is None


def test_the_factor_of_several_hours_is_that_of_their_bill() -> None:
    assert mixed_factor([(Decimal(2), Decimal(2)), (Decimal(1), Decimal(1))]) == Decimal("1.5")
    assert mixed_factor([(Decimal(2), Decimal(2)), (Decimal(1), None)]) is None
    assert mixed_factor([(None, Decimal(2))]) is None
    assert mixed_factor([(Decimal(0), Decimal(2))]) is None
