"""What bills a model, the most that asking it can cost, and what an answer did cost."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bench import prices
from bench.costs.billing import OVERRUN_TOKENS, Billing
from bench.costs.spending import HIDDEN_TOKENS, Spending, Terms, most_prompt_tokens
from bench.errors import UsageError
from bench.providers import Endpoint, resolve
from bench.records import AgentRun, AgentWork, Dialogue, Episode
from bench.records.items import Attempt, Outcome, TokenUsage
from bench.records.settings import RemoteModel, RunSettings
from tests.costs.test_estimate import NOW, PRICES, WORST, answered, endpoint, planned, usd
from tests.prices.lists import book as listed
from tests.prices.lists import row


@pytest.fixture
def book(tmp_path: Path) -> prices.PriceBook:
    (tmp_path / "prices.toml").write_text(PRICES)
    return prices.load(tmp_path / "prices.toml")


@pytest.fixture
def spending(book: prices.PriceBook) -> Spending:
    return Spending.of([endpoint()], book)


def test_a_prompt_has_no_more_tokens_than_bytes() -> None:
    assert most_prompt_tokens(planned().item) == HIDDEN_TOKENS + 600


def test_a_bill_counts_every_attempt_that_may_be_billed(spending: Spending) -> None:
    of = planned()
    limited = Attempt(sent_at=NOW, outcome=Outcome.INFRASTRUCTURE, status=429)
    broken = Attempt(sent_at=NOW, outcome=Outcome.INFRASTRUCTURE, status=200)
    known = Attempt(
        sent_at=NOW, outcome=Outcome.INFRASTRUCTURE, status=200, usage=TokenUsage(in_uncached=150, out_total=7)
    )
    assert spending.worst(of) == WORST
    assert spending.bill(of, answered(of, 50)) == usd(50)
    assert spending.bill(of, answered(of, 50, limited, known)) == usd(50) + usd(7)
    assert spending.bill(of, answered(of, 50, broken)) == usd(50) + WORST, "it may have been billed: nobody knows what"
    assert spending.bill(of, answered(of, 50, replace(known, sent_at="2020")), since=NOW) == usd(50)


def test_a_cut_call_counts_at_most_what_it_was_let_cost(spending: Spending) -> None:
    """Its first tokens were reported, its last never; whoever passed it on knew the most that it could cost."""
    of = replace(planned(), item=replace(planned().item, work=AgentWork(files_sha256="0")))
    seen = TokenUsage(in_uncached=150, out_total=1)
    cut = Attempt(sent_at=NOW, outcome=Outcome.INFRASTRUCTURE, status=200, usage=seen, unpriced="cut", most_usd=0.02)
    made = answered(of, 50, cut)
    assert (spending.bill(of, made), spending.unsure(of, made)) == (usd(50) + Decimal("0.02"), Decimal("0.02"))
    without = answered(of, 50, replace(cut, most_usd=None))
    assert spending.bill(of, without) == Decimal(1), "nothing bounds it but the episode's cap"


def test_an_agents_failed_calls_are_no_more_than_its_cap(spending: Spending) -> None:
    """28 retries whose tokens nobody knows: the proxy held them all to the episode's cap."""
    of = replace(planned(), item=replace(planned().item, work=AgentWork(files_sha256="0")))
    cut = Attempt(sent_at=NOW, outcome=Outcome.INFRASTRUCTURE, status=200)
    made = answered(of, 50, *[cut] * 28)
    assert (spending.bill(of, made), spending.unsure(of, made)) == (Decimal(1), Decimal(1) - usd(50))
    agent = AgentRun(
        name="own", version="1", part=2, exit_code=0, prompt_sha256=None, most_bytes=1, most_processes=1, said=""
    )
    third = replace(made, episode=Episode(protocol="openai", stop_cause="finished", turns=(), agent=agent))
    assert spending.bill(of, third) == Decimal(3), "two starts before it may have cost as much"
    assert (spending.bill(of, answered(of, 50)), spending.unsure(of, answered(of, 50))) == (usd(50), Decimal(0))


def test_terms_are_kept_or_refused_beforehand(spending: Spending, book: prices.PriceBook) -> None:
    spending.require(["m"], Terms())
    spending.require(["m"], Terms(Decimal(1)))
    with pytest.raises(UsageError, match="'m' costs money and nobody is here"):
        spending.require(["m"], Terms(consent="none"))
    unknown = Spending.of([endpoint("other")], book)
    unknown.require(["other"], Terms(consent="none"))
    with pytest.raises(UsageError, match="--budget-usd needs a price for every remote model: no price for"):
        unknown.require(["other"], Terms(Decimal(1)))


def test_billing_names_what_bills(book: prices.PriceBook) -> None:
    bill = Spending.of([endpoint()], book).bills["m"]
    assert asdict(bill) == asdict(Billing(provider="openai-api/acme", model="m", mode="standard", region=None))


def of(model: str, book: prices.PriceBook | None = None, **entry: Any) -> tuple[Spending, Billing, Endpoint]:
    """The money side of one model, called "m", at the shipped prices."""
    found = resolve(RemoteModel(label="m", model=model, **entry), {})
    spending = Spending.of([found], book or prices.load())
    return spending, spending.bills["m"], found


def test_the_default_qwen_has_a_price_and_a_cap_that_holds_for_its_thinking() -> None:
    spending, bill, qwen = of("dashscope/qwen3.8-max")
    assert spending.priced("m")
    assert (bill.provider, bill.region, bill.beyond_cap) == ("alibaba", "singapore", 0)
    body = qwen.body(planned().item, RunSettings(("s",)))
    assert (body["max_completion_tokens"], "max_tokens" in body) == (1000, False)
    spending.require(["m"], Terms(Decimal(1)))


def test_thinking_that_no_cap_limits_has_no_worst_case() -> None:
    """Alibaba's max_tokens leaves the thinking of its older models out."""
    free, _, _ = of("dashscope/qwen-plus", thinking=True)
    assert (free.priced("m"), free.worst(planned()), free.reserve(planned())) == (True, None, Decimal("Infinity"))
    with pytest.raises(UsageError, match=r"token cap leaves thinking out.* Set thinking_budget in \[models.m\]"):
        free.require(["m"], Terms(Decimal(1)))
    free.require(["m"], Terms())
    bound, bill, _ = of("dashscope/qwen-plus", thinking=True, thinking_budget=500)
    assert bill.beyond_cap == 500
    price = bill.price(bound.book, datetime.now(UTC))
    assert price is not None
    most = prices.worst_case(price, most_prompt_tokens(planned().item), 1000 + 500 + OVERRUN_TOKENS)
    assert bound.worst(planned()) == most
    assert of("dashscope/qwen-plus", thinking=False)[1].beyond_cap == 0


@pytest.mark.parametrize(
    ("model", "sent", "mode"),
    [
        ("dashscope/qwen-plus", {}, "standard"),
        ("dashscope/qwen-plus", {"enable_thinking": True}, "thinking"),
        ("dashscope/qwen3.7-plus", {"enable_thinking": False}, "standard"),
        ("anthropic/claude-opus-5-5", {"speed": "fast"}, "fast"),
        ("openai/gpt-6.1-sol", {"service_tier": "default"}, "thinking"),
    ],
)
def test_fields_of_the_users_own_choose_the_price(model: str, sent: dict[str, Any], mode: str) -> None:
    spending, bill, _ = of(model, extra_body=sent)
    assert bill.mode == mode
    assert spending.priced("m")


def test_the_bound_holds_whatever_cap_a_server_takes_and_for_what_is_asked_beside_the_prompt() -> None:
    spending, bill, endpoint = of(
        "openai/gpt-6.1-sol", extra_body={"max_tokens": 5000, "response_format": {"a": "b" * 900}}
    )
    call = replace(planned(), body=endpoint.body(planned().item, RunSettings(("s",))))
    assert {bill.cap_field, "max_tokens"} <= {*call.body}
    price = bill.price(spending.book, datetime.now(UTC))
    assert price is not None
    beside = len('{"a": ""}') + 900
    prompt, answer = most_prompt_tokens(call.item) + beside, 5000 + OVERRUN_TOKENS
    assert spending.worst(call) == prices.worst_case(price, prompt, answer)
    many = replace(call, body={**call.body, **{f"field{n}": "b" * 98 for n in range(20)}})
    held = prices.worst_case(price, prompt + 20 * 100 - HIDDEN_TOKENS, answer)
    assert (spending.worst(many) or 0) >= (held or 1), "small fields add up"


def test_a_lane_that_no_list_knows_has_no_price() -> None:
    spending, _, _ = of("openai/gpt-6.1-sol", extra_body={"service_tier": "flex"})
    assert not spending.priced("m")
    assert "no price for openai/gpt-6.1-sol in mode flex" in spending.why_not("m")


def test_an_answer_that_reports_reasoning_is_billed_as_thinking(tmp_path: Path) -> None:
    book = listed(
        tmp_path, row(provider="alibaba", model="x"), row(provider="alibaba", model="x", mode="thinking", output="8")
    )
    spending, bill, _ = of("dashscope/x", book)
    assert bill.mode == "standard"
    made = answered(planned(), 50)
    for reasoning, rate in ((None, 2), (0, 2), (1, 8)):
        [attempt] = made.attempts
        told = replace(attempt, usage=replace(attempt.usage, out_reasoning=reasoning))
        found = spending.bill(planned(), replace(made, attempts=(told,)))
        assert found == Decimal(150 + 50 * rate) / 1_000_000


def test_a_price_in_yuan_without_a_rate_is_none(tmp_path: Path) -> None:
    book = listed(tmp_path, row(provider="openai-api/acme", model="m", currency="CNY"))
    spending = Spending.of([endpoint()], book)
    assert (spending.priced("m"), spending.worst(planned())) == (False, None)
    assert spending.reserve(planned()) == spending.charge(planned(), answered(planned(), 5)) == Decimal("Infinity")
    with pytest.raises(UsageError, match=r"needs a price.* no dated exchange rate is known. Add a \[\[rate\]\]"):
        spending.require(["m"], Terms(Decimal(1)))
    spending.require(["m"], Terms(consent="none"))


def test_what_the_provider_charged_counts_where_it_is_more(spending: Spending, book: prices.PriceBook) -> None:
    of_m, made = planned(), answered(planned(), 50)
    for said, counts in ((0.5, Decimal("0.5")), (0.0000001, usd(50))):
        attempts = (replace(made.attempts[0], cost_reported_usd=said),)
        assert spending.bill(of_m, replace(made, attempts=attempts)) == counts
    unpriced, attempts = Spending.of([endpoint("other")], book), (replace(made.attempts[0], cost_reported_usd=0.5),)
    assert unpriced.bill(planned(model="other"), replace(made, attempts=attempts)) == Decimal("0.5")


def test_what_was_not_counted_is_taken_at_its_worst(spending: Spending) -> None:
    """An endpoint that reports zeros, charges or counts, must not make a budget endless."""
    made = answered(planned(), None)
    for said in (None, 0.0):
        attempts = (replace(made.attempts[0], usage=TokenUsage(), cost_reported_usd=said, status=200),)
        assert spending.charge(planned(), replace(made, attempts=attempts)) == WORST
    said_more = (replace(made.attempts[0], usage=TokenUsage(), cost_reported_usd=0.5),)
    assert spending.charge(planned(), replace(made, attempts=said_more)) == Decimal("0.5")


def test_a_reused_answer_is_another_runs_bill(spending: Spending) -> None:
    failed = Attempt(
        sent_at=NOW, outcome=Outcome.INFRASTRUCTURE, status=200, usage=TokenUsage(in_uncached=150, out_total=7)
    )
    reused = replace(answered(planned(), 50, failed), source_run="other")
    assert spending.bill(planned(), reused) == usd(7), "what this run's own failed attempts cost stays"


def test_history_makes_the_question_needless(spending: Spending) -> None:
    spending.require(["m"], Terms(consent="none"), known=["m"])


def test_a_charge_is_the_bill_or_the_reserve(spending: Spending) -> None:
    assert spending.charge(planned(), answered(planned(), 50)) == usd(50)
    assert spending.charge(planned(), answered(planned(), None)) == spending.reserve(planned()) == WORST


def test_only_prices_that_bill_a_model_can_be_stale(tmp_path: Path) -> None:
    old = row(provider="openai-api/acme", model="old", retrieved="2020-01-01")
    new = row(provider="openai-api/acme", model="new", retrieved=datetime.now(UTC).date().isoformat())
    book = listed(tmp_path, old, new, own=PRICES)
    [line] = Spending.of([endpoint("old"), endpoint("new")], book).stale()
    assert line.startswith("prices were last read 2020-01-01")
    assert Spending.of([endpoint("new"), endpoint("m"), endpoint("none")], book).stale() == []


def test_a_context_window_bounds_what_a_token_limit_does_not() -> None:
    free, bill, _ = of("dashscope/qwen-plus", thinking=True, context_window=2000)
    price = bill.price(free.book, datetime.now(UTC))
    assert price is not None
    prompt = most_prompt_tokens(planned().item)
    assert free.worst(planned()) == prices.worst_case(price, prompt, 2000 - prompt)
    wide, other, _ = of("dashscope/qwen-plus", thinking=False, context_window=1_000_000)
    price = other.price(wide.book, datetime.now(UTC))
    assert price is not None
    assert wide.worst(planned()) == prices.worst_case(price, prompt, 1000 + OVERRUN_TOKENS)
    talk = Dialogue(tools=(), turns=12, tokens=60_000)
    one = planned()
    episode = replace(one, item=replace(one.item, dialogue=talk))
    price = bill.price(free.book, datetime.now(UTC))
    assert price is not None
    assert free.worst(episode) == prices.worst_case(price, 60_000, 12 * 2000), (
        "a window holds one turn, not all of them"
    )
