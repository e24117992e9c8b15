"""Lanes against a real loopback endpoint: order, concurrency, retries, and which failures stop what."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Callable, Sequence

import pytest

from bench.config import ModelEntry, RunSettings
from bench.engine import Lane, run_lanes
from bench.errors import IncompleteError
from bench.plan import Plan, PlannedCall, make_plan
from bench.providers import Endpoint, resolve
from bench.records import Call, Item, Outcome
from tests.fake_endpoint import DROP, FakeEndpoint, Reply, Request


def items(count: int) -> list[Item]:
    return [
        Item("s", "t", "1", f"i{n}", "f", 1, "en", "f", ({"role": "user", "content": f"q{n}"},), 16)
        for n in range(count)
    ]


class Seen:
    """Remembers what was recorded and told, in order."""

    def __init__(self, refuse_after: int = 10**6) -> None:
        self.calls: list[Call] = []
        self.told: list[str] = []
        self.refuse_after = refuse_after

    def record(self, call: Call) -> None:
        if len(self.calls) >= self.refuse_after:
            raise IncompleteError("the disk is full")
        self.calls.append(call)

    async def finished(self, planned: PlannedCall, call: Call) -> None:
        assert call in self.calls, "told before it was recorded"
        self.told.append(planned.model)


def run(
    endpoints: Sequence[FakeEndpoint], count: int = 4, slots: int = 2, seen: Seen | None = None, **entry: float
) -> tuple[Seen, dict[str, str], Plan]:
    seen = seen or Seen()
    models: list[Endpoint] = [
        resolve(ModelEntry(f"m{n}", f"openai-api/fake/m{n}", base_url=e.url, max_connections=slots, **entry), {})  # type: ignore[arg-type]
        for n, e in enumerate(endpoints)
    ]
    plan = make_plan(items(count), models, RunSettings(("s",)), {})
    lanes = [Lane(e, plan.of(e.entry.label), slots) for e in models]
    return seen, asyncio.run(run_lanes("r", lanes, seen.record, seen, {})), plan


def test_every_call_is_recorded_once_in_plan_order() -> None:
    with FakeEndpoint(lambda r: Reply(text=f"answer to {r.prompt}")) as endpoint:
        seen, stopped, plan = run([endpoint], count=12, slots=1)
    assert stopped == {}
    assert [c.key for c in seen.calls] == [p.key for p in plan.calls]
    assert all(c.text == f"answer to q{c.item[1:]}" and c.outcome is Outcome.ANSWERED for c in seen.calls)
    assert len({r.connection for r in endpoint.requests}) == 1
    assert all(r.body["stream_options"] == {"include_usage": True} for r in endpoint.requests)
    assert all(len(c.attempts) == 1 and c.machine_s is None for c in seen.calls)


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


def test_a_dropped_kept_alive_connection_is_retried_once_and_not_timed() -> None:
    used: set[int] = set()

    def script(request: Request) -> Reply:
        stale = request.connection in used
        used.add(request.connection)
        return DROP if stale else Reply()

    with FakeEndpoint(script) as endpoint:
        seen, stopped, _ = run([endpoint], count=3, slots=1)
    assert stopped == {}
    assert [c.outcome for c in seen.calls] == [Outcome.ANSWERED] * 3
    assert [len(c.attempts) for c in seen.calls] == [1, 2, 2]
    assert [a.outcome for a in seen.calls[1].attempts] == [Outcome.INFRASTRUCTURE, Outcome.ANSWERED]
    assert [c.timing_ok for c in seen.calls][1:] == [False, False]


def test_a_fresh_connection_that_is_dropped_is_not_retried() -> None:
    with FakeEndpoint(lambda _: DROP) as endpoint:
        seen, stopped, _ = run([endpoint], count=9, slots=1)
    assert [len(c.attempts) for c in seen.calls] == [1, 1, 1]
    assert all(c.outcome is Outcome.INFRASTRUCTURE for c in seen.calls)
    assert "3 calls in a row failed" in stopped["m0"]


@pytest.mark.parametrize("status", [401, 402, 404])
def test_a_rejected_first_call_stops_that_model_and_no_other(status: int) -> None:
    with FakeEndpoint(lambda _: Reply(text="no credit", status=status)) as bad, FakeEndpoint() as good:
        seen, stopped, _ = run([bad, good], count=5)
    assert stopped == {"m0": f"HTTP {status}: no credit"}
    assert len(bad.requests) <= 2
    assert [c.outcome for c in seen.calls] == [Outcome.ANSWERED] * 5


def test_two_bad_requests_without_a_success_stop_the_model_but_one_is_the_items_own() -> None:
    with FakeEndpoint(lambda _: Reply(text="unknown field", status=400)) as endpoint:
        seen, stopped, _ = run([endpoint], count=5, slots=1)
    assert stopped == {"m0": "HTTP 400: unknown field"}
    assert [c.outcome for c in seen.calls] == [Outcome.INFRASTRUCTURE]
    asked = itertools.count()
    with FakeEndpoint(lambda _: Reply() if next(asked) else Reply(text="too long", status=400)) as endpoint:
        seen, stopped, _ = run([endpoint], count=5, slots=1)
    assert stopped == {}
    assert [c.outcome for c in seen.calls].count(Outcome.ANSWERED) == 4


def test_an_error_while_telling_lets_calls_in_flight_be_recorded() -> None:
    class Broken(Seen):
        async def finished(self, *_: object) -> None:
            raise OSError("stderr is gone")

    seen = Broken()
    with FakeEndpoint(lambda _: Reply(delay_s=0.05)) as endpoint, pytest.raises(OSError, match="stderr is gone"):
        run([endpoint], count=20, slots=4, seen=seen)
    assert len(seen.calls) == len(endpoint.requests) == 4


def test_a_bad_request_after_a_success_concerns_that_item_only() -> None:
    with FakeEndpoint(lambda r: Reply(text="too long", status=400) if r.prompt == "q2" else Reply()) as endpoint:
        seen, stopped, _ = run([endpoint], count=5, slots=1)
    assert stopped == {}
    by_item = {c.item: c for c in seen.calls}
    assert by_item["i2"].outcome is Outcome.INFRASTRUCTURE
    assert by_item["i2"].scored_attempt.error == "HTTP 400: too long"
    assert sum(c.outcome is Outcome.ANSWERED for c in seen.calls) == 4


def test_an_endpoint_that_is_not_there_stops_after_three_calls() -> None:
    with FakeEndpoint() as gone:
        pass
    seen, stopped, _ = run([gone], count=9, slots=1)
    assert len(seen.calls) == 3
    assert "ConnectError" in stopped["m0"]


def test_a_record_that_cannot_be_kept_stops_everything_with_its_own_error() -> None:
    with FakeEndpoint() as one, FakeEndpoint() as two, pytest.raises(IncompleteError, match="disk is full"):
        run([one, two], count=30, seen=Seen(refuse_after=5))


def test_one_slow_call_holds_no_other_slot() -> None:
    slow = itertools.count()
    with FakeEndpoint(lambda _: Reply(delay_s=0 if next(slow) else 1.5)) as endpoint:
        run([endpoint], count=30, slots=4)
    early = [request for request in endpoint.requests if request.at < endpoint.requests[0].at + 1.4]
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
        model = resolve(ModelEntry("m", "openai-api/fake/m", base_url=endpoint.url), {"FAKE_API_KEY": "sk-canary"})
        plan = make_plan(items(1), [model], RunSettings(("s",)), {})
        seen = Seen()
        asyncio.run(run_lanes("r", [Lane(model, plan.calls, 1)], seen.record, seen, {"FAKE_API_KEY": "sk-canary"}))
    assert endpoint.requests[0].headers["authorization"] == "Bearer sk-canary"
    assert "sk-canary" not in seen.calls[0].to_json() + str(endpoint.requests[0].body) + repr(model)


def test_ttft_agrees_with_the_endpoints_own_delay() -> None:
    with FakeEndpoint(lambda _: Reply(text="a b c", delay_s=0.1, gap_s=0.02)) as endpoint:
        seen, _, _ = run([endpoint], count=3, slots=1)
    for call in seen.calls[1:]:
        attempt = call.scored_attempt
        assert attempt.ttft_s is not None
        assert attempt.latency_s is not None
        assert 0.118 < attempt.ttft_s < 0.4, "never early; late only by what a busy machine adds"
        assert 0.118 + 0.02 * 4 < attempt.latency_s < 0.8


@pytest.mark.parametrize("status", [401, 500])
def test_an_endpoint_that_repeats_the_key_gets_it_into_no_record(status: int) -> None:
    environ = {"FAKE_API_KEY": "sk-canary"}
    with FakeEndpoint(lambda _: Reply(text="bad key sk-canary", status=status)) as endpoint:
        model = resolve(ModelEntry("m", "openai-api/fake/m", base_url=endpoint.url), environ)
        plan = make_plan(items(3), [model], RunSettings(("s",)), {})
        seen = Seen()
        stopped = asyncio.run(run_lanes("r", [Lane(model, plan.calls, 1)], seen.record, seen, environ))
    assert "bad key ***" in stopped["m"]
    assert "sk-canary" not in str(stopped) + "".join(call.to_json() for call in seen.calls)


def test_a_proxy_in_the_environment_is_not_asked_for_this_machines_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with FakeEndpoint() as endpoint:
        seen, stopped, _ = run([endpoint], count=1)
    assert (stopped, [c.outcome for c in seen.calls]) == ({}, [Outcome.ANSWERED])
