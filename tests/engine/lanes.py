"""Runs lanes against loopback endpoints, for the tests of the engine."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.engine import Admission, Begins, Lane, LaneResult, Slowed, run_lanes
from bench.errors import IncompleteError
from bench.plan import Plan, PlannedCall, make_plan
from bench.providers import resolve
from bench.records.items import Call, Item
from bench.records.settings import RemoteModel, RunSettings
from tests.fake_endpoint import FakeEndpoint


def items(count: int) -> list[Item]:
    """Items whose prompts are q0, q1, ..."""
    return [
        Item(
            suite="s",
            task="t",
            task_version="1",
            item=f"i{n}",
            family="f",
            level=1,
            language="en",
            cluster="f",
            messages=({"role": "user", "content": f"q{n}"},),
            max_tokens=16,
        )
        for n in range(count)
    ]


class Seen:
    """Remembers what was recorded and told, in order."""

    def __init__(self, refuse_after: int = 10**6) -> None:
        self.calls: list[Call] = []
        self.told: list[str] = []
        self.refuse_after = refuse_after

    def record(self, call: Call) -> None:
        """Keeps a call; like a disk, it may be full."""
        if len(self.calls) >= self.refuse_after:
            raise IncompleteError("the disk is full")
        self.calls.append(call)

    async def finished(self, planned: PlannedCall, call: Call) -> None:
        """Notes that it was told."""
        assert call in self.calls, "told before it was recorded"
        self.told.append(planned.model)


class Broken(Seen):
    """Cannot be told anything."""

    async def finished(self, *_: object) -> None:
        """Raises what a closed terminal does."""
        raise OSError("stderr is gone")


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run came to."""

    calls: list[Call]
    """In the order they were recorded."""
    told: list[str]
    """The models of the calls that the observer was told of."""
    lanes: Mapping[str, LaneResult]
    """How each lane went; the labels are m0, m1, ..."""
    plan: Plan
    """What was planned."""
    slowed: list[tuple[str, Slowed]]
    """What was said of endpoints that slow a model down, in order."""

    @property
    def stopped(self) -> dict[str, str]:
        """The models that were stopped, and why."""
        return {label: lane.stopped for label, lane in self.lanes.items() if lane.stopped}


def run(
    endpoints: Sequence[FakeEndpoint],
    count: int = 4,
    slots: int = 2,
    *,
    seen: Seen | None = None,
    protocol: str = "openai",
    environ: Mapping[str, str] | None = None,
    admission: Admission | None = None,
    begins: Begins | None = None,
    **entry: float,
) -> Ran:
    """Asks every endpoint `count` items through so many slots each."""
    seen, environ = seen or Seen(), environ or {}
    models = [
        resolve(
            RemoteModel(f"m{n}", f"{protocol}-api/fake/m{n}", base_url=e.url, max_connections=slots, **entry),  # type: ignore[arg-type]
            environ,
        )
        for n, e in enumerate(endpoints)
    ]
    plan = make_plan(items(count), models, RunSettings(("s",)), {})
    lanes = [Lane(e, plan.of(e.entry.label), slots) for e in models]
    said: list[str] = []

    def stopped(label: str, why: str) -> dict[str, str]:
        said.append(f"{label}: {why}")
        return {}

    slowed: list[tuple[str, Slowed]] = []

    def slow(label: str, pace: Slowed) -> None:
        slowed.append((label, pace))

    results = asyncio.run(
        run_lanes(
            "r", lanes, seen.record, seen, environ, admission=admission, begins=begins, stopped=stopped, slowed=slow
        )
    )
    ran = Ran(seen.calls, seen.told, results, plan, slowed)
    assert sorted(said) == sorted(f"{label}: {why}" for label, why in ran.stopped.items()), "told once, as it happened"
    return ran
