"""Clocks: monotonic time for latencies, and machine time shared among calls."""

from __future__ import annotations

import time

now = time.perf_counter
"""Monotonic seconds; the clock of every latency."""


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
