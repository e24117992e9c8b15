"""Gateways that limit by the minute, or whose budget ends in the middle: what is waited out, and what stops a model."""

from __future__ import annotations

import itertools
import threading
import time
from collections import deque
from types import SimpleNamespace
from typing import Any

import pytest

from bench.engine import lane, retry
from bench.engine.retry import Cause, Failure
from bench.engine.throttle import Throttle
from bench.providers import Fault, FaultKind
from bench.records.items import Outcome
from tests.engine.lanes import run
from tests.fake_endpoint import FakeEndpoint, Reply, Request

WINDOW_S = 0.4


class Gateway:
    """Lets so many calls a window pass; those that it turns away count as well."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.seen: deque[float] = deque()
        self.lock = threading.Lock()

    def __call__(self, _: Request) -> Reply:
        with self.lock:
            now = time.perf_counter()
            while self.seen and self.seen[0] < now - WINDOW_S:
                self.seen.popleft()
            self.seen.append(now)
            return Reply() if len(self.seen) <= self.limit else Reply(status=429, text="Rate limit exceeded: 3 rpm")


@pytest.mark.parametrize("slots", [1, 8])
def test_a_limit_per_minute_that_names_no_pause_is_waited_out(slots: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "MINUTE_S", 1.2 * WINDOW_S)
    with FakeEndpoint(Gateway(3)) as endpoint:
        ran = run([endpoint], count=12, slots=slots)
    assert [call.outcome for call in ran.calls] == [Outcome.ANSWERED] * 12
    assert ran.stopped == {}
    assert ran.lanes["m0"].paused_s >= 2 * WINDOW_S


def test_what_no_minute_cures_ends_after_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "MINUTE_S", 0.1)
    begun = time.perf_counter()
    with FakeEndpoint(lambda _: Reply(status=429, text="slow down")) as endpoint:
        ran = run([endpoint], count=9, slots=3)
    assert "slow down" in ran.stopped["m0"]
    assert 0.2 <= time.perf_counter() - begun < 5


@pytest.mark.parametrize(
    "refusal",
    [
        Reply(status=422, text="Budget has been exceeded! Current cost: 1.2, Max budget: 1.0"),
        Reply(status=400, text="ExceededBudget: User sk-1 over budget", error={"type": "budget_exceeded"}),
    ],
)
def test_a_budget_that_ends_in_the_middle_stops_the_model_at_once(refusal: Reply) -> None:
    asked = itertools.count()
    with FakeEndpoint(lambda _: Reply() if next(asked) < 5 else refusal) as endpoint:
        ran = run([endpoint], count=20, slots=1)
    assert "udget" in ran.stopped["m0"]
    assert "Top up" in ran.stopped["m0"]
    assert len(endpoint.requests) == 6


def test_a_row_of_like_refusals_stops_a_model_that_had_answered() -> None:
    asked = itertools.count()

    def script(_: Request) -> Reply:
        number = next(asked)
        return Reply() if number < 3 else Reply(status=400, text=f"request {number} of 'team {number}' is not admitted")

    with FakeEndpoint(script) as endpoint:
        ran = run([endpoint], count=30, slots=1)
    assert ran.stopped["m0"].startswith(f"{lane.LIKE_REFUSALS} calls in a row were refused alike; the last: HTTP 400")
    assert len(endpoint.requests) == 3 + lane.LIKE_REFUSALS


def test_refusals_of_an_items_own_size_stop_nothing_and_neither_do_unlike_ones() -> None:
    for words in ("This model's maximum context length is 8192 tokens", "odd{}"):
        asked = itertools.count()

        def script(_: Request, asked: itertools.count[int] = asked, words: str = words) -> Reply:
            number = next(asked)
            return Reply() if number < 2 else Reply(status=400, text=words.format("abcdefghij"[number % 10]))

        with FakeEndpoint(script) as endpoint:
            ran = run([endpoint], count=15, slots=1)
        assert ran.stopped == {}
        assert len(endpoint.requests) == 15


@pytest.mark.parametrize(
    ("form", "sent"),
    [
        ({}, {"include_usage": True}),
        ({"stream_options": False}, None),
        ({"extra_body": {"stream_options": {"x": 1}}}, {"x": 1}),
    ],
)
def test_stream_options_can_be_kept_out(form: dict[str, Any], sent: dict[str, Any] | None) -> None:
    with FakeEndpoint() as endpoint:
        run([endpoint], count=1, **form)
    asked = endpoint.requests[0].body
    assert (asked["stream"], asked.get("stream_options")) == (True, sent)


def test_a_refusal_of_stream_options_names_its_cure() -> None:
    refused = Reply(status=422, text="body.stream_options: Extra inputs are not permitted")
    with FakeEndpoint(lambda _: refused) as endpoint:
        ran = run([endpoint], count=4)
    assert "Set stream_options = false for the model" in ran.stopped["m0"]


@pytest.mark.parametrize("excused", [False, True])
def test_refusals_of_what_a_model_wrote_itself_stop_no_model(excused: bool) -> None:
    stops: list[str] = []
    calls = [SimpleNamespace(order=order) for order in range(9)]
    planned: Any = SimpleNamespace(label="m", calls=calls, endpoint=None)
    state = lane.LaneState(
        lane=planned, throttle=Throttle(4), known=lambda: None, on_stop=stops.append, on_slowed=lambda _: None
    )
    failure = Failure(Cause.STATUS, "HTTP 400: no", fault=Fault(FaultKind.REQUEST, "no"))
    refusal: Any = SimpleNamespace(failure=failure, attempt=SimpleNamespace(outcome=Outcome.INFRASTRUCTURE))
    answered: Any = SimpleNamespace(failure=None)
    state.judge(answered)
    for _ in range(lane.LIKE_REFUSALS):
        state.judge(refusal)
        if excused:
            state.excuse()
    assert len(stops) == (0 if excused else 1)
