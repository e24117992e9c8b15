"""The progress display: a calm line now and then, or a live table on a terminal."""

from __future__ import annotations

import io
import sys
import time
from dataclasses import replace
from decimal import Decimal

import pytest

from bench.cli import progress
from bench.cli.progress import RunProgress
from bench.costs.estimate import Estimate, ModelEstimate
from bench.engine import Slowed
from bench.plan import PlannedCall
from bench.records.items import Attempt, Call, Graded, Item, Outcome, TokenUsage
from bench.stats import Interval


def planned(model: str = "small") -> PlannedCall:
    item = Item(
        suite="s", task="t", task_version="1", item="i", family="f", level=1, language="en", cluster="f",
        messages=({"role": "user", "content": "?"},), max_tokens=5, stop=(),
    )  # fmt: skip
    return PlannedCall(
        key="key", model=model, item=item, repeat=0, order=0, rank=0, body={}, sampling={}, sampling_applied={}
    )


def call(outcome: Outcome = Outcome.ANSWERED, tokens: int | None = 30) -> Call:
    attempt = Attempt(sent_at="2026-11-20T10:00:00+00:00", outcome=outcome, latency_s=2.0)
    return Call(
        key="key", run="r", task="t", item="i", repeat=0, order=0, outcome=outcome, text="", reasoning="",
        finish_reason="stop", served_model=None, usage=TokenUsage(out_total=tokens), attempts=(attempt,),
        started_at=attempt.sent_at, queue_s=0.0, wall_s=2.0, timing_ok=True,
    )  # fmt: skip


def test_without_a_terminal_a_lane_has_a_first_and_a_last_line(capsys: pytest.CaptureFixture[str]) -> None:
    with RunProgress() as shown:
        shown.lane("small", 1, 4)
        shown.finished(planned(), call(), Graded(1.0))
        shown.finished(planned(), call(Outcome.TRUNCATED), Graded(1.0))
        shown.finished(planned(), call(), Graded(0.0))
        shown.say("scoring [1]")
    first, last, said = capsys.readouterr().err.splitlines()
    assert first == "small: 3 calls to make, 1 answered before"
    assert last == "small: 4/4 items, score so far 33 % (n = 3), 15 tok/s, done in 0:00"
    assert said == "scoring [1]"


@pytest.mark.parametrize(("attempts", "said"), [(1, ""), (2, ", 1 retry"), (4, ", 3 retries")])
def test_attempts_that_had_to_be_made_again_are_counted(
    attempts: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    again = call()
    with RunProgress() as shown:
        shown.lane("small", 0, 1)
        shown.finished(planned(), replace(again, attempts=again.attempts * attempts), Graded(1.0))
    assert f"small: 1/1 items{said}, score so far 100 %" in capsys.readouterr().err


def test_now_and_then_there_is_a_line_between(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "CALM_S", 0.0)
    with RunProgress() as shown:
        shown.fetched("small.gguf", 1_500_000, 98_000_000)
        shown.fetched("small.gguf", 98_000_000, 98_000_000)
        shown.lane("small", 0, 3)
        shown.finished(planned(), call(Outcome.INFRASTRUCTURE, None), None)
    assert capsys.readouterr().err.splitlines() == [
        "small.gguf: 2 of 98 MB",
        "small.gguf: 98 of 98 MB",
        "small: 3 calls to make, 0 answered before",
        "small: 0/3 items, 1 failed, no score yet, - tok/s, ETA 0:00",
    ]


class Terminal(io.StringIO):
    """A stderr that says it is one."""

    def isatty(self) -> bool:
        return True


def on_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Puts one in stderr's place for the rest of a test."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    return terminal


def test_a_terminal_shows_what_is_being_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch)
    with RunProgress() as shown:
        shown.fetched("small.gguf", 1_500_000, 98_000_000)
    assert "small.gguf  2 of 98 MB" in terminal.getvalue()


def test_on_a_terminal_the_table_is_live_and_what_it_shows_last_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch)
    with RunProgress() as shown:
        shown.lane("small", 0, 1)
        shown.lane("large", 0, 2)
        shown.finished(planned(), call(), Graded(1.0))
    text = terminal.getvalue()
    assert "small  1/1 items  score so far 100 % (n = 1)  15 tok/s  done in 0:00" in text
    assert "large  0/2 items  no score yet" in text
    assert "ETA -" in text
    assert "\x1b[?25h" in text, "the cursor is shown again"


def test_the_time_left_counts_down_while_a_call_is_under_way_and_the_time_taken_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lane = progress._Lane(label="small", done=0, total=3, began=100.0)

    def at(seconds: float) -> str:
        monkeypatch.setattr(time, "monotonic", lambda: seconds)
        return list(lane.cells())[-1]

    at(110.0)
    lane.add(call(), None)
    assert [at(110.0), at(115.0), at(150.0)] == ["ETA 0:20", "ETA 0:15", "ETA 0:00"]
    lane.add(call(), None)
    lane.add(call(), None)
    assert [at(150.0), at(900.0)] == ["done in 0:50", "done in 0:50"]


def test_money_is_shown_as_it_is_spent(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "CALM_S", 0.0)
    with RunProgress() as shown:
        shown.spent(Decimal(0), None, ())
        shown.spent(Decimal("0.0123"), Decimal(1), ())
        shown.spent(Decimal("1234.5"), None, ("a", "b"))
        shown.spent(Decimal("0.5"), None, (), Decimal("0.45"))
    assert capsys.readouterr().err.splitlines() == [
        "cost: 0.0123 of 1.00 USD spent",
        "cost: 1,234.50 USD spent, and unknown for a, b",
        "cost: 0.50 USD spent, 0.45 of it a worst case",
    ]


def test_an_estimate_says_what_it_rests_on(capsys: pytest.CaptureFixture[str]) -> None:
    known = ModelEstimate(
        model="a",
        calls=12,
        usd=Interval(1.5, 1.0, 2.25, 8),
        prompts_usd=(Decimal(1), Decimal(2)),
        worst_usd=Decimal(30),
        unknown=None,
    )
    vague = replace(known, model="b", calls=1, usd=Interval(1.5, None, None, 2))
    bounds = replace(known, model="c", usd=None, prompts_usd=(Decimal("0.001"), Decimal("0.003")))
    priceless = ModelEstimate(
        model="d", calls=3, usd=None, prompts_usd=None, worst_usd=None, unknown="no price for x/d."
    )
    with RunProgress() as shown:
        assert shown.estimated(Estimate((known, vague, bounds, priceless), None, None), ask=False)
        assert shown.estimated(Estimate((known, known), Interval(3, 2, 4.5, 16), Decimal(60)), ask=False)
    assert capsys.readouterr().err.splitlines() == [
        "a: 12 calls, about 1.50 USD (1.00 to 2.25, 95 %), from 8 answers; at worst 30.00 USD",
        "b: 1 call, about 1.50 USD (no interval), from 2 answers; at worst 30.00 USD",
        "c: 12 calls; no history, so no estimate: the prompts alone 0.00100 to 0.00300 USD, at worst 30.00 USD",
        "d: 3 calls, cost unknown: no price for x/d.",
        "all models: at worst unknown",
        "a: 12 calls, about 1.50 USD (1.00 to 2.25, 95 %), from 8 answers; at worst 30.00 USD",
        "a: 12 calls, about 1.50 USD (1.00 to 2.25, 95 %), from 8 answers; at worst 30.00 USD",
        "all models: about 3.00 USD (2.00 to 4.50, 95 %); at worst 60.00 USD",
    ]


PACE = Slowed(status=429, highest=64, limit=10, retries=17, paused_s=32.0)


def test_a_slowed_model_is_said_at_once_and_then_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    with RunProgress() as shown:
        shown.lane("small", 0, 2)
        for limit in (51, 40, 10):
            shown.slowed("small", replace(PACE, limit=limit))
    assert capsys.readouterr().err.splitlines()[1:] == ["small: 429: 64 -> 51 at once, 17 retries, paused 32 s"]


def test_a_terminal_shows_how_far_a_model_is_slowed(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch)
    with RunProgress() as shown:
        shown.lane("small", 0, 2)
        shown.slowed("small", PACE)
    assert "small: 429: 64 -> 10 at once, 17 retries, paused 32 s" in terminal.getvalue()
