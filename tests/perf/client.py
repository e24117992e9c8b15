"""The real engine as a process of its own, pinned to a core: asks a scripted endpoint and tells what it saw.

python -m tests.perf.client < spec.json > seen.json
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.engine import Lane, run_lanes
from bench.journal import Journal, Recorder
from bench.plan import PlannedCall, make_plan
from bench.providers import resolve
from bench.records.items import Call, Item
from bench.records.settings import RemoteModel, RunSettings

PROMPT = "Explain in one paragraph why the sky is blue. " * 8


@dataclass(frozen=True, slots=True)
class Spec:
    """One run of the engine."""

    base_url: str
    """The endpoint."""
    model: str
    """Its script, e.g. "mock-t400-n50-i20"."""
    calls: int
    """Calls to make."""
    slots: int
    """Calls in flight."""
    core: int
    """The core that it may use."""
    protocol: str = "openai-api"
    """Or "anthropic-api"."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the engine recorded of one call."""

    number: int
    """The endpoint's number of the request."""
    ttft_s: float
    """Recorded seconds to the first token."""
    latency_s: float
    """Recorded seconds to the end of the stream."""
    timing_ok: bool
    """The engine's own judgement of the two."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A whole run, records written."""

    cpu_s: float
    """Seconds of CPU, all threads."""
    wall_s: float
    """Seconds from first to last."""
    waited: float
    """Share of the wall time that the main thread was ready to run and did not."""
    seen: list[Seen]
    """Its calls."""


class _Silent:
    async def finished(self, planned: PlannedCall, call: Call) -> None:
        """Nothing to do."""


def _lane(spec: Spec, calls: int) -> Lane:
    entry = RemoteModel(
        "mock", f"{spec.protocol}/mock/{spec.model}", base_url=spec.base_url, max_connections=spec.slots
    )
    endpoint = resolve(entry, {"MOCK_API_KEY": "none"})
    items = [
        Item(
            suite="s",
            task="t",
            task_version="1",
            item=f"i{n}",
            family="f",
            level=1,
            language="en",
            cluster="f",
            messages=({"role": "user", "content": f"{n} {PROMPT}"},),
            max_tokens=1024,
        )
        for n in range(calls)
    ]
    plan = make_plan(items, [endpoint], RunSettings(("s",)), {})
    return Lane(endpoint, plan.of("mock"), spec.slots)


def _seen(call: Call) -> Seen:
    attempt = call.scored_attempt
    assert (call.outcome, len(call.attempts)) == ("answered", 1), attempt.error
    assert attempt.ttft_s is not None
    assert attempt.latency_s is not None
    return Seen(int(call.text.split()[0]), attempt.ttft_s, attempt.latency_s, call.timing_ok)


def _ready_s() -> float:
    """Seconds that this thread has spent waiting for a core."""
    return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9


def measure(spec: Spec) -> Measured:
    """Runs the engine once, after a warm-up that imports and connects."""
    with tempfile.TemporaryDirectory() as folder, Journal(Path(folder) / "journal.db") as journal:

        def run(name: str, lane: Lane) -> None:
            results = asyncio.run(run_lanes(name, [lane], Recorder(journal), _Silent(), {"MOCK_API_KEY": "none"}))
            assert not results["mock"].stopped, results

        run("warm-up", _lane(spec, min(4, spec.slots)))
        lane = _lane(spec, spec.calls)
        gc.collect()
        wall, cpu, ready = time.perf_counter(), time.process_time(), _ready_s()
        run("measured", lane)
        wall_s, cpu_s = time.perf_counter() - wall, time.process_time() - cpu
        waited = (_ready_s() - ready) / wall_s
        return Measured(cpu_s, wall_s, waited, [_seen(call) for call in journal.calls("measured").values()])


if __name__ == "__main__":
    wanted = Spec(**json.loads(sys.stdin.read()))
    os.sched_setaffinity(0, {wanted.core})
    print(json.dumps(asdict(measure(wanted))))
