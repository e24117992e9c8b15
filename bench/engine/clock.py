"""Clocks: wall time for records, monotonic time for latencies, and a watch on our own event loop."""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from datetime import UTC, datetime

LAG_STEP_S = 0.01
"""The watch sleeps this long; what it oversleeps is lag."""
LAG_FLOOR_S = 0.005
"""Lag below this is not held against a call."""
LAG_SHARE = 0.02
"""Nor is lag below this share of the call's time to first token."""


now = time.perf_counter
"""Monotonic seconds; the clock of every latency."""


def utc_now() -> str:
    """The time in UTC, ISO 8601 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class LoopLag:
    """Remembers how late the event loop woke, so that calls timed meanwhile can be marked."""

    def __init__(self, remember_s: float = 3600.0) -> None:
        """`remember_s`: how far back `worst` can be asked, in seconds."""
        self._late: deque[tuple[float, float]] = deque()
        self._due = math.inf
        self._remember_s = remember_s

    async def watch(self) -> None:
        """Runs until cancelled."""
        while True:
            self._due = now() + LAG_STEP_S
            await asyncio.sleep(LAG_STEP_S)
            woke = now()
            if woke - self._due > LAG_FLOOR_S:
                self._late.append((woke, woke - self._due))
                while self._late and self._late[0][0] < woke - self._remember_s:
                    self._late.popleft()

    def worst(self, since: float) -> float:
        """The longest lag, in seconds, since a moment of `now()`; 0 if none was worth noting.

        A block that has just ended counts: the call it delayed may be finished before the watch wakes.
        """
        ongoing = now() - self._due
        return max([ongoing if ongoing > LAG_FLOOR_S else 0.0, *(lag for at, lag in self._late if at >= since)])


class MachineTime:
    """Shares a machine's time among the calls in flight: each owns the integral of dt / (calls in flight)."""

    def __init__(self) -> None:
        self._owned: dict[int, float] = {}
        self._at = now()

    def _advance(self) -> None:
        at = now()
        for call in self._owned:
            self._owned[call] += (at - self._at) / len(self._owned)
        self._at = at

    def begin(self, call: int) -> None:
        """A call is in flight from now on."""
        self._advance()
        self._owned[call] = 0.0

    def end(self, call: int) -> float:
        """The call is over; the seconds it owned."""
        self._advance()
        return self._owned.pop(call)
