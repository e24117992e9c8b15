"""Attempts that another process makes: the same records, and what a lost one costs."""

from __future__ import annotations

import asyncio
import io
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from types import ModuleType
from typing import Any

from bench.engine import Cause, Failure, Lane, LaneAway, Sent, Station, now, run_lanes, unanswered
from bench.plan import make_plan
from bench.providers import resolve
from bench.records import Call, Outcome, RemoteModel, RunSettings, utc_now
from tests.engine.lanes import Seen, items
from tests.fake_endpoint import FakeEndpoint, Reply

KEY = "sk-elsewhere-0123456789abcdef"


class _Pickler(pickle.Pickler):
    """Modules go by name, as Ray's pickler has it: a wire format is one."""

    def reducer_override(self, value: object) -> Any:
        return (import_module, (value.__name__,)) if isinstance(value, ModuleType) else NotImplemented


def carried(value: object) -> Any:
    """What arrives of a value in another process."""
    sent = io.BytesIO()
    _Pickler(sent).dump(value)
    return pickle.loads(sent.getvalue())


def ignored() -> None:
    """What another process cannot tell."""


@dataclass(slots=True)
class Another:
    """A process of its own, as far as what goes there and comes back is pickled; it loses chosen attempts."""

    lose: set[int] = field(default_factory=set)
    asked: int = 0
    station: Station = field(default_factory=Station)

    def senders(self, lane: LaneAway, count: int) -> Sequence[_Slot]:
        away = replace(lane, asking=replace(lane.asking, on_first_event=ignored))
        return [_Slot(self, lane, carried(away), slot) for slot in range(count)]


@dataclass(frozen=True, slots=True)
class _Slot:
    another: Another
    lane: LaneAway
    away: LaneAway
    slot: int

    async def send(self, body: Mapping[str, Any], waited_s: float, *, keeps_events: bool) -> Sent:
        self.another.asked += 1
        number, begun = self.another.asked, now()
        await self.another.station.open(self.lane.label, self.away)
        said = [each async for each in self.another.station.first("m0", self.slot, body, waited_s, keeps_events)]
        self.lane.asking.on_first_event()
        if number in self.another.lose:
            lost = Failure(Cause.WORKER, "the node that asked was lost")
            return unanswered(lost, sent_at=utc_now(), begun=begun, waited_s=waited_s), ()
        assert said[:-1] in ([], [None])
        assert said[-1] is not None
        sent: Sent = carried(said[-1])
        return sent

    async def close(self) -> None:
        await self.another.station.close(self.lane.label)


def asked(endpoint: FakeEndpoint, another: Another | None, count: int = 6) -> list[Call]:
    """The calls of a run of one model in one slot."""
    model = resolve(RemoteModel("m0", "openai-api/fake/m0", base_url=endpoint.url), {"FAKE_API_KEY": KEY})
    plan, seen = make_plan(items(count), [model], RunSettings(("s",)), {}), Seen()
    lanes = [Lane(model, plan.calls, 1)]
    asyncio.run(run_lanes("r", lanes, seen.record, seen, {"FAKE_API_KEY": KEY}, elsewhere=another))
    return seen.calls


def untimed(call: Call) -> Call:
    """A call without what no two runs share."""
    attempts = tuple(
        replace(each, sent_at="", connect_s=None, ttft_s=None, ttfat_s=None, last_token_s=None, latency_s=None)
        for each in call.attempts
    )
    attempts = tuple(replace(each, reads=None, coalesced=None, window_s=None, window_tokens=None) for each in attempts)
    same = {"started_at": "", "queue_s": 0.0, "wall_s": 0.0, "timing_ok": True, "timing_flags": ()}
    return replace(call, attempts=attempts, **same)  # type: ignore[arg-type]


def test_calls_made_elsewhere_are_recorded_as_those_made_here() -> None:
    with FakeEndpoint(lambda r: Reply(text=f"{r.prompt} {r.headers['authorization']}")) as endpoint:
        here, away = asked(endpoint, None), asked(endpoint, Another())
    assert [untimed(call) for call in here] == [untimed(call) for call in away]
    assert all(KEY not in call.text and call.outcome is Outcome.ANSWERED for call in away)
    assert all(call.attempts[-1].latency_s and call.attempts[-1].sent_at for call in away)


def test_a_lost_attempt_may_be_billed_and_is_asked_again() -> None:
    with FakeEndpoint() as endpoint:
        calls = asked(endpoint, Another(lose={3}), count=3)
        assert len(endpoint.requests) == 4
    assert [len(call.attempts) for call in calls] == [1, 1, 2]
    lost, again = calls[2].attempts
    assert (lost.fault, lost.billable, lost.usage.out_total) == ("worker lost", True, None)
    assert again.outcome is Outcome.ANSWERED


def test_what_goes_elsewhere_shows_no_key() -> None:
    shown: list[str] = []

    class Showing(Another):
        def senders(self, lane: LaneAway, count: int) -> Sequence[_Slot]:
            shown.append(f"{lane!r} {lane}")
            return Another.senders(self, lane, count)

    with FakeEndpoint() as endpoint:
        asked(endpoint, Showing(), count=1)
    assert shown == ["LaneAway('m0') LaneAway('m0')"]
