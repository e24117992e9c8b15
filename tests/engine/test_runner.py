"""Lanes against a real loopback endpoint: order, concurrency, retries, and which failures stop what."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from bench.engine import Lane, LaneResult, run_lanes, runner
from bench.errors import IncompleteError
from bench.plan import PlannedCall, make_plan
from bench.providers import StreamEvent, openai_chat, resolve
from bench.records.items import Call, Outcome
from bench.records.settings import LocalModel, RemoteModel, RunSettings
from tests.engine.lanes import Broken, Seen, items, run
from tests.fake_endpoint import DROP, FakeEndpoint, Reply, Request


def test_every_call_is_recorded_once_in_plan_order() -> None:
    with FakeEndpoint(lambda r: Reply(text=f"answer to {r.prompt}")) as endpoint:
        ran = run([endpoint], count=12, slots=1)
    assert ran.stopped == {}
    assert [c.key for c in ran.calls] == [p.key for p in ran.plan.calls]
    assert all(c.text == f"answer to q{c.item[1:]}" and c.outcome is Outcome.ANSWERED for c in ran.calls)
    assert len({r.connection for r in endpoint.requests}) == 1
    assert all(r.body["stream_options"] == {"include_usage": True} for r in endpoint.requests)
    assert all(len(c.attempts) == 1 and c.machine_s is None for c in ran.calls)
    assert len(ran.told) == 12


def test_slots_bound_the_calls_in_flight() -> None:
    flight, most, lock = 0, 0, threading.Lock()

    def script(_: Request) -> Reply:
        nonlocal flight, most
        with lock:
            flight += 1
            most = max(most, flight)
        threading.Event().wait(0.03)
        with lock:
            flight -= 1
        return Reply()

    with FakeEndpoint(script) as endpoint:
        run([endpoint], count=20, slots=4)
    assert most == 4


def test_a_dropped_kept_alive_connection_is_retried_at_once() -> None:
    used: set[int] = set()

    def script(request: Request) -> Reply:
        stale = request.connection in used
        used.add(request.connection)
        return DROP if stale else Reply()

    with FakeEndpoint(script) as endpoint:
        ran = run([endpoint], count=3, slots=1)
    assert ran.stopped == {}
    assert [c.outcome for c in ran.calls] == [Outcome.ANSWERED] * 3
    assert [len(c.attempts) for c in ran.calls] == [1, 2, 2]
    first, second = ran.calls[1].attempts
    assert (first.outcome, first.fault, second.outcome) == (
        Outcome.INFRASTRUCTURE,
        "stale connection",
        Outcome.ANSWERED,
    )
    assert second.waited_s < 0.1


def test_no_model_is_asked_a_second_time_before_every_first_call_has_begun_to_answer() -> None:
    slow_began: list[float] = []

    def slow(_: Request) -> Reply:
        slow_began.append(time.perf_counter())
        return Reply(delay_s=0.3, text="a b c", gap_s=0.1)

    with FakeEndpoint(slow) as one, FakeEndpoint() as two:
        run([one, two], count=6, slots=3)
    assert two.requests[1].at - two.requests[0].at >= 0.3
    assert two.requests[1].at - slow_began[0] < 0.3 + 0.1 * 4, "the first event is enough"
    assert one.requests[1].at - one.requests[0].at >= 0.3


def test_a_first_call_that_hangs_holds_the_others_only_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "CANARY_S", 0.2)
    begun = time.perf_counter()
    with FakeEndpoint(lambda _: Reply(events=0, end="hang")) as hung, FakeEndpoint() as good:
        ran = run([hung, good], count=2, slots=2, timeout_s=1.5)
    assert 0.2 <= good.requests[1].at - begun < 1.5
    assert hung.requests[1].at - hung.requests[0].at >= 1.4, "its own calls one at a time"
    assert [c.outcome for c in ran.calls].count(Outcome.ANSWERED) == 2


def test_slots_open_one_after_another() -> None:
    """Slots that a busy machine opens late open together, so the spread is the largest of some tries."""
    spread = 0.0
    for _ in range(6):
        with FakeEndpoint(lambda _: Reply(delay_s=0.2)) as endpoint:
            ran = run([endpoint], count=9, slots=8)
        times = [request.at for request in endpoint.requests]
        assert times[1] - times[0] >= 0.19, "the first call alone"
        spread = max(spread, times[7] - times[1])
        if spread >= 0.03:
            break
    assert spread >= 0.03, "the others not in one burst"
    assert (ran.lanes["m0"].concurrency, ran.lanes["m0"].concurrency_lowest) == (8, 8)


def test_a_resumed_model_far_ahead_holds_nobody_up() -> None:
    with FakeEndpoint() as behind, FakeEndpoint() as ahead:
        seen, begun = Seen(), time.perf_counter()
        models = [
            resolve(RemoteModel(f"m{n}", f"openai-api/fake/m{n}", base_url=e.url), {})
            for n, e in enumerate((behind, ahead))
        ]
        plan = make_plan(items(40), models, RunSettings(("s",)), {})
        lanes = [Lane(models[0], plan.of("m0"), 2), Lane(models[1], plan.of("m1")[30:], 2)]
        asyncio.run(run_lanes("r", lanes, seen.record, seen, {}))
    assert time.perf_counter() - begun < runner.CANARY_S / 2
    assert (len(behind.requests), len(ahead.requests)) == (40, 10)
    assert behind.requests[20].at < ahead.requests[0].at < behind.requests[39].at


def test_an_error_of_our_own_lets_the_other_models_calls_in_flight_be_recorded() -> None:
    seen = Seen()
    with FakeEndpoint(lambda _: Reply(status=401)) as bad, FakeEndpoint(lambda _: Reply(delay_s=0.3)) as good:
        models = [
            resolve(RemoteModel(f"m{n}", f"openai-api/fake/m{n}", base_url=e.url), {})
            for n, e in enumerate((bad, good))
        ]
        plan = make_plan(items(4), models, RunSettings(("s",)), {})

        def stopped(_label: str, _why: str) -> dict[str, str]:
            raise OSError("stderr is gone")

        lanes = [Lane(model, plan.of(model.entry.label), 2) for model in models]
        with pytest.raises(OSError, match="stderr is gone"):
            asyncio.run(run_lanes("r", lanes, seen.record, seen, {}, stopped=stopped))
    assert [call.outcome for call in seen.calls] == [Outcome.INFRASTRUCTURE, Outcome.ANSWERED]


def test_two_parts_of_a_lane_are_one_in_the_record() -> None:
    first, second = (
        LaneResult(stopped="no credit", retries=3, concurrency=8, concurrency_lowest=4, cuts=2, paused_s=1.5),
        LaneResult(stopped=None, retries=1, concurrency=6, concurrency_lowest=6, cuts=0, paused_s=0.5),
    )
    assert second.after(first) == LaneResult(
        stopped=None, retries=4, concurrency=8, concurrency_lowest=4, cuts=2, paused_s=2.0
    )


def test_an_error_while_telling_lets_calls_in_flight_be_recorded() -> None:
    seen = Broken()
    with FakeEndpoint(lambda _: Reply(delay_s=0.05)) as endpoint, pytest.raises(OSError, match="stderr is gone"):
        run([endpoint], count=20, slots=4, seen=seen)
    assert 1 <= len(seen.calls) == len(endpoint.requests) < 20


class Slow(Seen):
    """Takes its time to be told, and counts how many calls it is told of at once."""

    def __init__(self) -> None:
        super().__init__()
        self.at_once = self.most = 0

    async def finished(self, planned: PlannedCall, call: Call) -> None:
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(0.05)
        self.at_once -= 1
        await super().finished(planned, call)


def test_a_slow_observer_holds_no_slot_of_a_remote_model() -> None:
    seen = Slow()
    with FakeEndpoint() as endpoint:
        ran = run([endpoint], count=20, slots=1, seen=seen)
    assert seen.most > 1
    assert len(ran.told) == 20, "everybody has been told at the end"


def test_a_local_models_slot_waits_until_its_answer_is_graded() -> None:
    seen = Slow()
    entry = LocalModel("local", "weights/smollm2-135m-instruct", slots=2)
    with FakeEndpoint() as endpoint:
        model = replace(resolve(entry, {}), base_url=endpoint.url)
        plan = make_plan(items(6), [model], RunSettings(("s",)), {})
        asyncio.run(run_lanes("r", [Lane(model, plan.calls, 2)], seen.record, seen, {}))
    assert (seen.most, len(seen.told)) == (2, 6)
    assert all(call.machine_s and call.machine_retries_s == 0.0 for call in seen.calls)


def test_the_backlog_of_what_is_to_be_told_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "BACKLOG", 3)
    seen = Slow()
    with FakeEndpoint() as endpoint:
        ran = run([endpoint], count=20, slots=2, seen=seen)
    assert (seen.most, len(ran.told)) == (3, 20)


def test_a_call_that_waits_to_be_asked_again_gives_up_when_its_model_is_stopped() -> None:
    asked = itertools.count()
    pause = Reply(status=429, headers={"Retry-After": "60"}, delay_s=0.4)
    replies = [Reply(), pause, *[Reply(status=402, delay_s=1.0)] * 2]
    with FakeEndpoint(lambda _: replies[next(asked)]) as endpoint:
        begun = time.perf_counter()
        ran = run([endpoint], count=9, slots=3)
        took = time.perf_counter() - begun
    assert took < 30, "not the pause"
    assert ran.stopped["m0"].startswith("HTTP 402")
    assert sorted(str(call.scored_attempt.fault) for call in ran.calls) == ["None", "model", "model", "status"]


def test_a_bad_request_after_a_success_concerns_that_item_only() -> None:
    with FakeEndpoint(lambda r: Reply(text="too long", status=400) if r.prompt == "q2" else Reply()) as endpoint:
        ran = run([endpoint], count=5, slots=1)
    assert ran.stopped == {}
    by_item = {c.item: c for c in ran.calls}
    assert by_item["i2"].outcome is Outcome.INFRASTRUCTURE
    assert by_item["i2"].scored_attempt.error == "HTTP 400: too long"
    assert sum(c.outcome is Outcome.ANSWERED for c in ran.calls) == 4


def test_an_endpoint_that_is_not_there_stops_after_three_calls() -> None:
    with FakeEndpoint() as gone:
        pass
    ran = run([gone], count=9, slots=1)
    assert len(ran.calls) == 3
    assert "ConnectError" in ran.stopped["m0"]


def test_a_record_that_cannot_be_kept_stops_everything_with_its_own_error() -> None:
    with FakeEndpoint() as one, FakeEndpoint() as two, pytest.raises(IncompleteError, match="disk is full"):
        run([one, two], count=30, seen=Seen(refuse_after=5))


def test_one_slow_call_holds_no_other_slot() -> None:
    asked = itertools.count()
    with FakeEndpoint(lambda _: Reply(gap_s=0.6 if next(asked) == 0 else 0.0)) as endpoint:
        run([endpoint], count=30, slots=4)
    early = [request for request in endpoint.requests if request.at < endpoint.requests[0].at + 1.7]
    assert len(early) == 30


def test_models_stay_together_in_time() -> None:
    order: list[str] = []

    def noting(name: str, pause: float) -> Callable[[Request], Reply]:
        def script(_: Request) -> Reply:
            order.append(name)
            return Reply(delay_s=pause)

        return script

    with FakeEndpoint(noting("fast", 0)) as fast, FakeEndpoint(noting("slow", 0.02)) as slow:
        run([fast, slow], count=30, slots=1)
    ahead = [order[: n + 1].count("fast") - order[: n + 1].count("slow") for n in range(len(order))]
    assert max(ahead) <= 10


def test_the_key_goes_into_the_header_and_nowhere_else() -> None:
    with FakeEndpoint() as endpoint:
        model = resolve(RemoteModel("m", "openai-api/fake/m", base_url=endpoint.url), {"FAKE_API_KEY": "sk-canary"})
        plan = make_plan(items(1), [model], RunSettings(("s",)), {})
        seen = Seen()
        asyncio.run(run_lanes("r", [Lane(model, plan.calls, 1)], seen.record, seen, {"FAKE_API_KEY": "sk-canary"}))
    assert endpoint.requests[0].headers["authorization"] == "Bearer sk-canary"
    assert "sk-canary" not in seen.calls[0].to_json() + str(endpoint.requests[0].body) + repr(model)


def test_ttft_agrees_with_the_endpoints_own_delay() -> None:
    with FakeEndpoint(lambda _: Reply(text="a b c", delay_s=0.1, gap_s=0.02)) as endpoint:
        ran = run([endpoint], count=3, slots=1)
    for call in ran.calls[1:]:
        attempt = call.scored_attempt
        assert attempt.ttft_s is not None
        assert attempt.latency_s is not None
        assert 0.118 < attempt.ttft_s < 0.4, "never early; late only by what a busy machine adds"
        assert 0.118 + 0.02 * 4 < attempt.latency_s < 0.8


def test_a_proxy_in_the_environment_is_not_asked_for_this_machines_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with FakeEndpoint() as endpoint:
        ran = run([endpoint], count=1)
    assert (ran.stopped, [c.outcome for c in ran.calls]) == ({}, [Outcome.ANSWERED])


def test_an_unexpected_error_ends_its_own_lane_with_the_reason_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    read = openai_chat.read_event

    def broken(data: str) -> StreamEvent:
        if "m0" in data:
            raise AttributeError("no such thing, sk-canary-0123456789")
        return read(data)

    monkeypatch.setattr(openai_chat, "read_event", broken)
    with FakeEndpoint() as bad, FakeEndpoint() as good:
        ran = run([bad, good], environ={"FAKE_API_KEY": "sk-canary-0123456789"})
    assert [call.outcome for call in ran.calls] == [Outcome.ANSWERED] * 4
    assert list(ran.stopped) == ["m0"]
    assert "unexpected error at test_runner.py" in ran.stopped["m0"]
    assert "(AttributeError: no such thing, ***); please report it" in ran.stopped["m0"]
