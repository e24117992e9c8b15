"""Watches our own process, so that calls whose clock it disturbed can be marked.

Four signs, each with the mark it leaves: the event loop woke late (`loop_lag`), our process used most of a core
(`cpu`), other processes kept our thread from the core (`run_queue`), or a request was written late (`send_delay`).
Reads that carry several events are counted in the attempt: they spoil the gaps between tokens, not the latency.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from bench.engine.clock import now

STEP_S = 0.01
"""The watch sleeps this long; what it oversleeps is lag."""
LAG_FLOOR_S = 0.005
"""Lag below this is not held against a call."""
LAG_SHARE = 0.02
"""Nor is lag below this share of the call's time to first token."""
WINDOW_S = 1.0
"""Processor use and run-queue wait are shares of so many seconds; in a run's first ones, waits of fewer."""
CPU_SHARE = 0.7
"""Above this share of one core, our own work delays what arrives."""
QUEUE_SHARE = 0.05
"""Above this share of time spent waiting for a core, other processes do, if a wait may have been long enough."""
QUEUE_ERROR = 0.05
"""Waiting, between two looks, for less than this share of a call's time to first token is not held against it."""
SEND_DELAY_S = 0.005
"""A request on a kept-alive connection is written within this time of asking for it."""


def run_queue() -> float | None:
    """Seconds that this thread was ready to run and kept from a core; None where the system does not tell."""
    try:
        return int(Path("/proc/thread-self/schedstat").read_bytes().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return None


class _Worst:
    """The largest value since any moment; of all values only those are kept that no later one reaches."""

    def __init__(self) -> None:
        self._kept: deque[tuple[float, float]] = deque()

    def note(self, at: float, value: float) -> None:
        while self._kept and self._kept[-1][1] <= value:
            self._kept.pop()
        self._kept.append((at, value))

    def since(self, moment: float) -> float:
        return next((value for at, value in self._kept if at >= moment), 0.0)


class Saturation:
    """Remembers how late the event loop woke and when a core was scarce."""

    def __init__(
        self, cpu_s: Callable[[], float] = time.process_time, queued: Callable[[], float | None] = run_queue
    ) -> None:
        """`cpu_s`: seconds of processor time that our process has used. `queued`: its main thread's waits."""
        self._cpu_s, self._queued = cpu_s, queued
        self._due = math.inf
        self._samples: deque[tuple[float, float, float | None]] = deque()
        self._lag, self._cpu, self._waits = _Worst(), _Worst(), _Worst()

    async def watch(self) -> None:
        """Runs until cancelled."""
        self.look(now())
        while True:
            self._due = now() + STEP_S
            await asyncio.sleep(STEP_S)
            woke = now()
            if woke - self._due > LAG_FLOOR_S:
                self._lag.note(woke, woke - self._due)
            self.look(woke)

    def look(self, at: float) -> None:
        """Takes a sample, and notes a core that was scarce during the window before it."""
        samples, cpu, queued = self._samples, self._cpu_s(), self._queued()
        samples.append((at, cpu, queued))
        while len(samples) > 2 and samples[1][0] <= at - WINDOW_S:
            samples.popleft()
        begun, cpu_before, queued_before = samples[0]
        elapsed = at - begun
        if elapsed >= WINDOW_S and cpu - cpu_before > CPU_SHARE * elapsed:  # starting up is always busy
            self._cpu.note(at, (cpu - cpu_before) / elapsed)
        if queued is not None and queued_before is not None and queued - queued_before > QUEUE_SHARE * elapsed:
            self._waits.note(at, queued - (samples[-2][2] or 0.0))

    def worst_lag(self, since: float) -> float:
        """The longest lag, in seconds, since a moment of `now()`; 0 if none was worth noting.

        A block that has just ended counts: the call it delayed may be finished before the watch wakes.
        """
        ongoing = now() - self._due
        return max(ongoing if ongoing > LAG_FLOOR_S else 0.0, self._lag.since(since))

    def flags(self, since: float, ttft_s: float | None, send_delay_s: float | None) -> tuple[str, ...]:
        """Why the clock of an attempt that has just ended is not to be trusted; empty if it is.

        `since`: `now()` when it began. `send_delay_s`: from asking for the connection to writing; None if it is new.
        """
        self.look(now())
        allowed = max(LAG_FLOOR_S, LAG_SHARE * (ttft_s or 0.0))
        signs = {
            "loop_lag": self.worst_lag(since) > allowed,
            "cpu": self._cpu.since(since) > 0.0,
            "run_queue": self._waits.since(since) > QUEUE_ERROR * (ttft_s or 0.0),
            "send_delay": send_delay_s is not None and send_delay_s > SEND_DELAY_S,
        }
        return tuple(name for name, seen in signs.items() if seen)
