"""Runs the engine's process against the mock's, each on a core of its own, and compares what both say."""

from __future__ import annotations

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.perf.client import Measured, Seen, Spec
from tests.perf.mock import Mock, Truth

ROOT = Path(__file__).parents[2]
WRONG = 0.10
"""A recorded time further than this share from the true one is wrong."""


def quantile(values: Iterable[float], share: float) -> float:
    """The value below which this share of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def answer_s(model: str) -> float:
    """Seconds that the script in a model's name takes."""
    first, pieces, apart = (int(n) for n in re.fullmatch(r"mock-t(\d+)-n(\d+)-i(\d+)", model).groups())  # type: ignore[union-attr]
    return (first + (pieces - 1) * apart) / 1000


@dataclass(frozen=True, slots=True)
class Result:
    """One run of the engine beside the server's log."""

    spec: Spec
    """What was run."""
    measured: Measured
    """What the engine's process says."""
    pairs: Sequence[tuple[Seen, Truth]]
    """Each call as recorded, and as it was."""

    @property
    def wall_ratio(self) -> float:
        """From the first request's arrival to the last answer's end, over what an ideal client needs."""
        span = max(true.done for _, true in self.pairs) - min(true.received for _, true in self.pairs)
        return span / (-(-self.spec.calls // self.spec.slots) * answer_s(self.spec.model))

    @property
    def cpu_per_chunk_s(self) -> float:
        """CPU seconds for each piece of content, requests and records included."""
        pieces = int(self.spec.model.split("-n")[1].split("-")[0])
        return self.measured.cpu_s / (self.spec.calls * pieces)

    @property
    def ttft_errors_s(self) -> list[float]:
        """Recorded minus true time to first token."""
        return [abs(seen.ttft_s - true.ttft_s) for seen, true in self.pairs]

    @property
    def latency_errors_s(self) -> list[float]:
        """Recorded minus true end-to-end latency."""
        return [abs(seen.latency_s - true.latency_s) for seen, true in self.pairs]

    @property
    def flagged(self) -> float:
        """Share of calls that the engine marks as not cleanly timed."""
        return statistics.mean(not seen.timing_ok for seen, _ in self.pairs)

    @property
    def wrong(self) -> list[Seen]:
        """Calls of which one time or the other is wrong."""
        return [seen for seen, true in self.pairs if _wrong(seen, true)]


def _wrong(seen: Seen, true: Truth) -> bool:
    ttft, latency = abs(seen.ttft_s - true.ttft_s), abs(seen.latency_s - true.latency_s)
    return ttft > WRONG * true.ttft_s or latency > WRONG * true.latency_s


class Hog:
    """A process that uses a core fully while its context is open."""

    def __init__(self, core: int) -> None:
        loop = f"import os\nos.sched_setaffinity(0, {{{core}}})\nprint(flush=True)\nwhile True: pass"
        self._process = subprocess.Popen([sys.executable, "-c", loop], stdout=subprocess.PIPE)
        assert self._process.stdout
        self._process.stdout.readline()

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()


def missing() -> str | None:
    """Why nothing can be measured here; None if it can."""
    if not hasattr(os, "sched_getaffinity"):
        return "processes cannot be pinned to cores here"
    if not shutil.which("gcc"):
        return "no gcc to compile the mock server with"
    cores = len(os.sched_getaffinity(0))
    return None if cores > 1 else "one core is not enough: client and server must not disturb each other"


def client_core() -> int:
    """The core of the engine under test."""
    return min(os.sched_getaffinity(0))


def server_core() -> int:
    """The core of the mock server."""
    return max(os.sched_getaffinity(0))


def run(mock: Mock, model: str, *, slots: int, calls: int, protocol: str = "openai-api") -> Result:
    """Runs the engine once."""
    mock.reset()
    spec = Spec(f"{mock.root}/v1", model, calls, slots, client_core(), protocol)
    done = subprocess.run(
        [sys.executable, "-m", "tests.perf.client"],
        input=json.dumps(asdict(spec)), capture_output=True, text=True, cwd=ROOT, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    raw = json.loads(done.stdout)
    measured = Measured(**{**raw, "seen": [Seen(**seen) for seen in raw["seen"]]})
    log = mock.log()
    assert len(measured.seen) == calls
    return Result(spec, measured, [(seen, log[seen.number]) for seen in measured.seen])
