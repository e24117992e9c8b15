"""How far our own clocks are off on this machine: the real engine against an endpoint that knows the truth.

What the engine records beyond the endpoint's own times is our error: it is in every latency that we publish.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from bench import clean
from bench.doctor import scripted
from bench.engine import Lane, run_lanes
from bench.errors import IncompleteError
from bench.plan import PlannedCall, make_plan
from bench.providers import resolve
from bench.records import (
    Call,
    Item,
    RecordedCalibration,
    RecordedClockError,
    RecordedMachine,
    RemoteModel,
    RunSettings,
    utc_now,
    write_text,
)

FILE = "calibration.json"
"""The file's name inside the results folder."""
CALLS = 50
"""Calls of a calibration, if its concurrency does not need more."""
ROUNDS = 8
"""Calls that each slot makes at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Our own error, in seconds, at one concurrency: recorded minus true, without its sign."""

    concurrency: int
    """Calls in flight."""
    n: int
    """Calls made."""
    clean: int
    """Those of them that the engine itself held to be cleanly timed."""
    ttft_error_p50_s: float
    """Median error of the time to first token."""
    ttft_error_p99_s: float
    """Its 99th percentile; of fewer than 100 calls the largest."""
    latency_error_p50_s: float
    """Median error of the end-to-end latency."""
    latency_error_p99_s: float
    """Its 99th percentile; of fewer than 100 calls the largest."""


class _Silent:
    async def finished(self, planned: PlannedCall, call: Call) -> None:
        """Nothing to do."""


def calibrate(concurrency: int, record: Callable[[Call], None]) -> Calibration:
    """Measures our error with so many calls in flight; takes some seconds.

    `record` keeps a finished call, as in a run (`Journal.put`): what it costs is part of the error. Raises
    IncompleteError if the endpoint cannot be run or asked.
    """
    calls: list[Call] = []

    def keep(call: Call) -> None:
        record(call)
        calls.append(call)

    with _endpoint() as base_url:
        lane = _lane(base_url, concurrency)
        asyncio.run(run_lanes(f"calibration-{concurrency}", [lane], keep, _Silent(), {}))
    errors = [_errors(call) for call in calls]
    ttft, latency = (sorted(column) for column in zip(*errors, strict=True))
    return Calibration(
        concurrency=concurrency,
        n=len(calls),
        clean=sum(call.timing_ok for call in calls),
        ttft_error_p50_s=_quantile(ttft, 0.50),
        ttft_error_p99_s=_quantile(ttft, 0.99),
        latency_error_p50_s=_quantile(latency, 0.50),
        latency_error_p99_s=_quantile(latency, 0.99),
    )


@contextmanager
def _endpoint() -> Iterator[str]:
    """The endpoint's base URL while its process runs: inside ours it would disturb what it measures."""
    command = [sys.executable, "-I", scripted.__file__]
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    except OSError as error:
        raise IncompleteError(f"calibration: {sys.executable} cannot be started ({error.strerror}).") from error
    with process:
        assert process.stdout
        port = process.stdout.readline().strip()
        if not port:
            raise IncompleteError("calibration: its endpoint did not start; what it said stands above.")
        yield f"http://127.0.0.1:{port}/v1"


def _lane(base_url: str, concurrency: int) -> Lane:
    entry = RemoteModel(
        "calibration", "openai-api/calibration/scripted", base_url=base_url, max_connections=concurrency
    )
    endpoint, count = resolve(entry, {}), max(CALLS, ROUNDS * concurrency)
    items = [
        Item(
            suite="calibration",
            task="calibration",
            task_version="1",
            item=str(n),
            family="f",
            level=1,
            language="en",
            cluster="f",
            messages=({"role": "user", "content": f"{n}"},),
            max_tokens=64,
        )
        for n in range(count)
    ]
    plan = make_plan(items, [endpoint], RunSettings(("calibration",)), {})
    return Lane(endpoint, plan.of(entry.label), concurrency)


def _errors(call: Call) -> tuple[float, float]:
    """Of time to first token and of latency; the truth is what the answer ends with."""
    seen = call.scored_attempt
    if seen.error or seen.ttft_s is None or seen.latency_s is None:
        raise IncompleteError(f"calibration: this machine's own endpoint could not be asked ({seen.error}).")
    ttft_s, latency_s = map(float, call.text.split()[-2:])
    return abs(seen.ttft_s - ttft_s), abs(seen.latency_s - latency_s)


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def save(results: Path, machine: RecordedMachine, measured: Sequence[Calibration]) -> None:
    """Keeps calibrations in the results folder, with the machine that they hold for."""
    errors = tuple(RecordedClockError(**asdict(each)) for each in measured)
    content = RecordedCalibration(measured_at=utc_now(), machine=machine, measured=errors)
    write_text(results, FILE, json.dumps(content.to_json(), indent=2) + "\n")


def load(results: Path, machine: RecordedMachine | None) -> RecordedCalibration | None:
    """What `save` kept of this machine; None if there is nothing, or of another machine."""
    try:
        text = clean.read_text(results / FILE, below=results, most=clean.MOST_SETTINGS)
        content = RecordedCalibration.from_json(json.loads(text))
    except (OSError, ValueError, RecursionError):
        return None
    return content if content.machine == machine else None
