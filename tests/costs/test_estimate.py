from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from bench import prices
from bench.costs.billing import OVERRUN_TOKENS
from bench.costs.estimate import PILOT, estimate, has_history, history, pilot, with_calls
from bench.costs.spending import HIDDEN_TOKENS, Spending
from bench.plan import PlannedCall
from bench.providers import Endpoint, resolve
from bench.records.items import Attempt, Call, Item, Outcome, TokenUsage
from bench.records.settings import LocalModel, RemoteModel
from tests.report.sample_run import ANSWERED, write_run

PRICES = '[[price]]\nprovider = "openai-api/acme"\nmodel = "m"\ninput = "1"\noutput = "10"\n'
NOW = datetime.now(UTC).isoformat(timespec="milliseconds")


def endpoint(label: str = "m") -> Endpoint:
    return resolve(RemoteModel(label=label, model=f"openai-api/acme/{label}", base_url="http://127.0.0.1:9/v1"), {})


@pytest.fixture
def book(tmp_path: Path) -> prices.PriceBook:
    (tmp_path / "prices.toml").write_text(PRICES)
    return prices.load(tmp_path / "prices.toml")


@pytest.fixture
def spending(book: prices.PriceBook) -> Spending:
    return Spending.of([endpoint()], book)


def planned(number: int = 0, suite: str = "s", model: str = "m", cap: int = 1000, repeat: int = 0) -> PlannedCall:
    item = Item(
        suite=suite, task=suite, task_version="1", item=str(number), family=f"f{number % 12}", level=number % 3,
        language="en", cluster="c", messages=({"role": "user", "content": "é" * 300},), max_tokens=cap,
    )  # fmt: skip
    rank = number + 1000 * repeat + (10_000 if suite == "t" else 0)
    return PlannedCall(
        key=f"{suite}{number}-{repeat}",
        model=model,
        item=item,
        repeat=repeat,
        order=0,
        rank=rank,
        body={"max_tokens": cap},
        sampling={},
        sampling_applied={},
    )


def answered(of: PlannedCall, out: int | None, *earlier: Attempt, status: int = 200, run: str = "r") -> Call:
    usage = TokenUsage(in_uncached=None if out is None else 150, out_total=out)
    last = Attempt(sent_at=NOW, outcome=Outcome.ANSWERED, usage=usage, status=status)
    return Call(
        key=of.key, run=run, task=of.item.task, item=of.item.item, repeat=of.repeat, order=0,
        outcome=Outcome.ANSWERED, text="", reasoning="", finish_reason="stop", served_model="m", usage=usage,
        attempts=(*earlier, last), started_at=NOW, queue_s=0.0, wall_s=1.0, timing_ok=True,
    )  # fmt: skip


def usd(out: int) -> Decimal:
    """150 prompt tokens at 1 USD and `out` tokens at 10 USD a million."""
    return Decimal(150 + 10 * out) / 1_000_000


WORST = Decimal(HIDDEN_TOKENS + 600 + 10 * (1000 + OVERRUN_TOKENS)) / 1_000_000
"""600 bytes of prompt, 1,000 tokens of answer."""


def test_without_a_price_nothing_is_known(book: prices.PriceBook) -> None:
    spending = Spending.of([endpoint("other")], book)
    of = planned(model="other")
    assert not spending.priced("other")
    assert (spending.worst(of), spending.bill(of, answered(of, 5))) == (None, None)
    found = estimate([of], spending, {"other": {"s": [1.0, 1.0]}})
    assert (found.usd, found.worst_usd, found.models[0].usd, found.models[0].worst_usd) == (None, None, None, None)
    assert "no price for openai-api/acme/other" in (found.models[0].unknown or "")


def test_local_weights_are_nobodys_bill(book: prices.PriceBook) -> None:
    local = resolve(LocalModel(label="w", model="weights/smollm2-135m-instruct"), {})
    assert Spending.of([local], book).bills == {}
    assert estimate([planned(model="w")], Spending.of([local], book), {}).models == ()


def test_without_history_there_are_only_bounds(spending: Spending) -> None:
    found = estimate([planned(n) for n in range(3)], spending, {})
    [model] = found.models
    assert (model.calls, model.usd, found.usd) == (3, None, None)
    assert model.worst_usd == found.worst_usd == 3 * WORST
    assert model.prompts_usd == (3 * Decimal(100) / 1_000_000, 3 * Decimal(300) / 1_000_000)


def test_nothing_to_ask_costs_nothing(spending: Spending) -> None:
    [model] = estimate([], spending, {}).models
    assert (model.calls, model.prompts_usd, model.worst_usd) == (0, (Decimal(0), Decimal(0)), Decimal(0))


def test_an_estimate_is_by_suite_and_never_above_the_worst_case(spending: Spending) -> None:
    calls = [planned(n) for n in range(10)] + [planned(n, "t") for n in range(10)]
    found = estimate(calls, spending, {"m": {"s": [0.001, 0.001], "t": [0.003, 0.003]}})
    assert found.usd is not None
    assert found.usd.estimate == pytest.approx(10 * 0.001 + 10 * 0.003)
    pooled = estimate(calls, spending, {"m": {"s": [0.0002, 0.0038]}}).usd
    assert pooled is not None
    assert pooled.estimate == pytest.approx(20 * 0.002), "a suite never seen takes what was seen"
    assert pooled.high == pytest.approx(float(20 * WORST))


def test_a_pilot_is_spread_over_suites_families_and_takes_first_samples() -> None:
    calls = [planned(n, suite, repeat=r) for r in (1, 0) for suite in ("s", "t") for n in range(30)]
    ranks = pilot(calls)
    chosen = [call for call in calls if call.rank in ranks]
    assert len(chosen) == PILOT
    assert {call.repeat for call in chosen} == {0}
    for suite in ("s", "t"):
        mine = [call.item for call in chosen if call.item.suite == suite]
        assert (len(mine), len({item.family for item in mine}), len({item.level for item in mine})) == (4, 4, 3)
    assert len(pilot(calls[:3])) == 3
    assert pilot([]) == frozenset()


def test_history_is_what_the_same_model_cost_at_todays_prices(tmp_path: Path, spending: Spending) -> None:
    shown = endpoint().shown()
    row = replace(ANSWERED, model="then", suite="s", in_uncached=150, out_total=50, cost_usd=9.0, cost_retries_usd=4.5)
    rows = [row, replace(row, item="1", reused=True), replace(row, item="2", score=None)]
    rows.append(replace(row, item="3", out_total=None))
    results = tmp_path / "results"
    write_run(results / "20260101T000000Z-a", rows, models={"then": shown})
    write_run(results / "20260102T000000Z-b", rows, models={"then": {**shown, "max_tokens": 5}})
    write_run(results / "20260103T000000Z-c", rows, models={"then": shown}, derived={"by": "reprice"})
    mine = write_run(results / "20260104T000000Z-d", rows, models={"then": shown})
    (results / "20260105T000000Z-e").mkdir()
    (results / "20260105T000000Z-e" / "run.json").write_text("{")
    found = history(results, [endpoint()], spending, without=mine)
    assert found["m"]["s"] == pytest.approx([float(usd(50)) * 1.5])
    assert not has_history("m", found)


def test_this_runs_own_answers_are_history_too(spending: Spending) -> None:
    calls = [planned(n) for n in range(PILOT)]
    done = {call.key: answered(call, 10) for call in calls}
    reused = {calls[0].key: replace(done[calls[0].key], source_run="x")}
    samples = with_calls({}, [*calls, planned(99)], done, spending)
    assert samples == {"m": {"s": [float(usd(10))] * PILOT}}
    assert has_history("m", samples)
    unpriced = replace(spending, bills={"m": replace(spending.bills["m"], model="other")})
    assert with_calls({}, calls, done, unpriced) == {}
    assert not has_history("m", with_calls({}, calls, {**done, **reused}, spending))


def replays() -> Iterator[tuple[Sequence[PlannedCall], dict[str, int]]]:
    """50 runs of two suites; answers' lengths are log-normal around each family's own, cut at the token cap."""
    for seed in range(50):
        dice = random.Random(seed)
        calls = [planned(n, suite, cap=16_000) for suite in ("s", "t") for n in range(100)]
        usual = {(s, f"f{f}"): dice.gauss(6.5 if s == "s" else 7.5, 0.5) for s in "st" for f in range(12)}
        lengths = {
            call.key: min(16_000, round(dice.lognormvariate(usual[call.item.suite, call.item.family], 0.8)))
            for call in calls
        }
        yield calls, lengths


def test_the_interval_after_the_pilot_covers_the_true_spend_in_45_of_50_replayed_runs(spending: Spending) -> None:
    covered = 0
    for calls, lengths in replays():
        done = {call.key: answered(call, lengths[call.key]) for call in calls}
        trial = pilot(calls)
        tried = {call.key: done[call.key] for call in calls if call.rank in trial}
        rest = [call for call in calls if call.rank not in trial]
        found = estimate(rest, spending, with_calls({}, calls, tried, spending)).usd
        true = float(sum(usd(lengths[call.key]) for call in rest))
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= true <= found.high
    assert covered >= 45
