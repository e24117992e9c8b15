"""Each call's cost columns: by the price list, or by machine time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.costs.answers import CostColumns, Costs
from bench.plan import PlannedCall
from bench.prices import PriceBook
from bench.records.items import Attempt, Call, Item, Outcome, TokenUsage
from bench.records.settings import LocalModel, ModelEntry, RemoteModel
from tests.prices.lists import book, row

USAGE = TokenUsage(in_uncached=1000, in_cache_read=500, out_total=200)
ITEM = Item(
    suite="coding",
    task="task",
    task_version="1",
    item="i1",
    family="f",
    level=1,
    language="en",
    cluster="c",
    messages=({"role": "user", "content": "?"},),
    max_tokens=4000,
)
LOCAL = LocalModel("small", "weights/smollm2-135m-instruct", usd_per_hour=0.36)
REMOTE = RemoteModel("small", "vllm/small")


def attempt(**changes: Any) -> Attempt:
    """One that answered within a second, at noon."""
    plain = Attempt(
        sent_at="2026-11-23T12:00:00.000+00:00", outcome=Outcome.ANSWERED, ttft_s=0.5, ttfat_s=0.5, latency_s=1.0,
        usage=USAGE, status=200, window_s=2.0, window_tokens=100,
    )  # fmt: skip
    return replace(plain, **changes)


def call(*attempts: Attempt, **changes: Any) -> Call:
    several = attempts or (attempt(),)
    plain = Call(
        key="k", run="r", task="task", item="i1", repeat=0, order=0, outcome=several[-1].outcome, text="", reasoning="",
        finish_reason="stop", served_model=None, usage=several[-1].usage, attempts=several,
        started_at=several[-1].sent_at, queue_s=0.0, wall_s=1.0, timing_ok=True,
    )  # fmt: skip
    return replace(plain, **changes)


PLANNED = PlannedCall(
    key="k",
    model="small",
    item=ITEM,
    repeat=0,
    order=0,
    rank=0,
    body={"max_tokens": 4000},
    sampling={},
    sampling_applied={},
)


@pytest.fixture
def prices(tmp_path: Path) -> PriceBook:
    """1, 2 and 0.1 USD per million tokens in, out and from the cache; twice that from 01:00 to 04:00 UTC."""
    return book(
        tmp_path,
        row(provider="vllm", cache_read="0.1", schedule="peak"),
        row(provider="vllm", model="yuan", currency="CNY"),
    )


def columns(prices: PriceBook, entry: ModelEntry, found: Call | None) -> tuple[CostColumns, Costs]:
    costs = Costs(prices, {"small": entry}, [] if found is None else [(PLANNED, found)])
    return costs.of(PLANNED, found), costs


def test_a_remote_call_is_billed_by_the_list(prices: PriceBook) -> None:
    found, costs = columns(prices, REMOTE, call(cost_reported_usd=0.002))
    # (1000 x 1 + 500 x 0.1 + 200 x 2) / 1e6; at worst 1500 x 1 and 4010 x 2, in the peak
    assert found == {
        "cost_usd": pytest.approx(0.00145),
        "cost_retries_usd": 0.0,
        "cost_reported_usd": 0.002,
        "cost_cap_usd": pytest.approx(0.01904),
        "cost_cap_basis": "worst case",
        "price_id": "vllm/small",
        "price_factor": 1.0,
    }
    assert (costs.used, dict(costs.unknown)) == ({"vllm/small"}, {})


def test_the_limit_that_was_sent_bounds_the_cost(prices: PriceBook) -> None:
    found = Costs(prices, {"small": REMOTE}, []).of(replace(PLANNED, body={"max_tokens": 100}), call())
    assert found["cost_cap_usd"] == pytest.approx(2 * (1500 + 2 * 110) / 1e6)


def test_thinking_without_a_limit_has_no_cap(tmp_path: Path) -> None:
    prices = book(tmp_path, row(provider="alibaba", cache_read="0.1"))
    found, _ = columns(prices, RemoteModel("small", "dashscope/small", thinking=True), call())
    assert found["cost_usd"] is not None
    assert (found["cost_cap_usd"], found["cost_cap_basis"]) == (None, None)


def test_the_end_of_an_answer_decides_its_hour(prices: PriceBook) -> None:
    """Monday 00:59:50 UTC, and 15 seconds of answering: the peak has begun."""
    late = attempt(sent_at="2026-11-23T00:59:50.000+00:00", latency_s=15.0)
    assert columns(prices, REMOTE, call(late))[0]["cost_usd"] == pytest.approx(0.0029)
    assert columns(prices, REMOTE, call(replace(late, latency_s=5.0)))[0]["cost_usd"] == pytest.approx(0.00145)


@pytest.mark.parametrize(
    ("earlier", "usd"),
    [
        (attempt(outcome=Outcome.INFRASTRUCTURE, status=429, ttft_s=None, usage=TokenUsage()), 0.0),
        (attempt(outcome=Outcome.INFRASTRUCTURE), 0.00145),
        (attempt(outcome=Outcome.INFRASTRUCTURE, usage=TokenUsage()), None),
    ],
)
def test_an_earlier_attempt_costs_what_it_was_billed(prices: PriceBook, earlier: Attempt, usd: float | None) -> None:
    found, _ = columns(prices, REMOTE, call(earlier, attempt()))
    assert found["cost_usd"] == pytest.approx(0.00145)
    assert found["cost_retries_usd"] == (None if usd is None else pytest.approx(usd))


def test_what_was_billed_beyond_its_tokens_is_unknown_and_said(prices: PriceBook) -> None:
    why = "billed beyond tokens: service_tier 'priority'"
    found, costs = columns(prices, REMOTE, call(attempt(unpriced=why), cost_reported_usd=0.004))
    assert (found["cost_usd"], found["cost_reported_usd"], found["price_id"]) == (None, 0.004, "vllm/small")
    assert dict(costs.unknown) == {f"small: {why}.": 1}
    retried, _ = columns(prices, REMOTE, call(attempt(unpriced=why), attempt()))
    assert retried["cost_usd"] == pytest.approx(0.00145)
    assert retried["cost_retries_usd"] is None


def test_an_earlier_attempt_before_the_price_began_is_unknown(tmp_path: Path) -> None:
    later = book(tmp_path, row(provider="vllm", cache_read="0.1", valid_from="2026-11-01"))
    early = attempt(outcome=Outcome.INFRASTRUCTURE, sent_at="2026-10-31T12:00:00.000+00:00")
    assert columns(later, REMOTE, call(early, attempt()))[0]["cost_retries_usd"] is None


@pytest.mark.parametrize(
    ("model", "usage", "why"),
    [
        (
            "other",
            USAGE,
            "small: no price for vllm/other: it is in no list. "
            'Add a [[price]] with provider = "vllm" and model = "other" to prices.toml.',
        ),
        ("small", TokenUsage(), "small: input tokens were not reported."),
        ("small", replace(USAGE, in_cache_write_5m=1), "small: vllm/small has no cache_write_5m price."),
        ("yuan", USAGE, "small: vllm/yuan is in CNY, and no dated exchange rate is known."),
    ],
)
def test_an_unknown_cost_is_counted_with_its_reason(prices: PriceBook, model: str, usage: TokenUsage, why: str) -> None:
    found, costs = columns(prices, replace(REMOTE, model=f"vllm/{model}"), call(attempt(usage=usage)))
    assert found["cost_usd"] is None
    assert costs.unknown[why] == 1


def test_an_unreported_prompt_has_no_cap(prices: PriceBook) -> None:
    found, _ = columns(prices, REMOTE, call(attempt(usage=TokenUsage())))
    assert (found["cost_cap_usd"], found["cost_cap_basis"], found["price_id"]) == (None, None, "vllm/small")


def test_thinking_is_billed_by_its_own_price(tmp_path: Path) -> None:
    """Alibaba's hybrid models charge more for output when they think, whatever they are asked for."""
    prices = book(tmp_path, row(provider="alibaba"), row(provider="alibaba", mode="thinking", output="8"))
    for thinking, price_id in ((True, "alibaba/small:thinking"), (False, "alibaba/small")):
        entry = RemoteModel("small", "dashscope/small", thinking=thinking)
        assert (
            columns(prices, entry, call(attempt(usage=TokenUsage(in_uncached=1, out_total=1))))[0]["price_id"]
            == price_id
        )


def test_machine_time_is_the_cost_of_local_weights(prices: PriceBook) -> None:
    found, costs = columns(prices, LOCAL, call(machine_s=20.0, machine_retries_s=5.0))
    # 0.36 USD an hour is 0.0001 a second; at worst 0.5 s and the 2596 tokens of 0.02 s that 4096 leave a prompt of 1500
    assert found == {
        "cost_usd": pytest.approx(0.002),
        "cost_retries_usd": pytest.approx(0.0005),
        "cost_reported_usd": None,
        "cost_cap_usd": pytest.approx(0.0001 * (0.5 + 2596 * 0.02)),
        "cost_cap_basis": "observed bound",
        "price_id": "usd_per_hour=0.36",
        "price_factor": None,
    }
    assert (costs.used, dict(costs.unknown)) == (set(), {})


def test_the_bound_is_the_slowest_of_the_runs_own_calls(prices: PriceBook) -> None:
    """The slowest first token and the slowest pace may come from two calls; a reused one tells of another machine."""
    seen = [
        call(attempt(ttft_s=3.0, window_s=1.0)),
        call(attempt(ttft_s=1.0, window_s=4.0)),
        call(attempt(ttft_s=2.0, window_s=None)),
        call(attempt(ttft_s=99.0, window_s=99.0), source_run="earlier"),
    ]
    costs = Costs(prices, {"small": LOCAL}, [(PLANNED, one) for one in seen])
    assert costs.of(PLANNED, seen[0])["cost_cap_usd"] == pytest.approx(0.0001 * (3.0 + 2596 * 0.04))


@pytest.mark.parametrize("unseen", [attempt(ttft_s=None), attempt(window_s=None)])
def test_without_a_pace_there_is_no_bound(prices: PriceBook, unseen: Attempt) -> None:
    found, _ = columns(prices, LOCAL, call(unseen, machine_s=1.0))
    assert (found["cost_cap_usd"], found["cost_cap_basis"]) == (None, None)


def test_local_weights_without_a_rate_cost_an_unknown_amount(prices: PriceBook) -> None:
    found, _ = columns(prices, replace(LOCAL, usd_per_hour=None), call(machine_s=20.0))
    assert set(found.values()) == {None}


@pytest.mark.parametrize(("entry", "price_id"), [(REMOTE, None), (LOCAL, "usd_per_hour=0.36")])
def test_what_was_not_asked_costs_nothing_known(prices: PriceBook, entry: ModelEntry, price_id: str | None) -> None:
    found, costs = columns(prices, entry, None)
    assert {name: value for name, value in found.items() if value is not None} == (
        {} if price_id is None else {"price_id": price_id}
    )
    assert not costs.unknown
