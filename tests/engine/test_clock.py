"""Clocks: shared machine time."""

from __future__ import annotations

import pytest

from bench.engine import clock
from bench.engine.clock import MachineTime


def test_machine_time_is_shared_among_calls_in_flight(monkeypatch: pytest.MonkeyPatch) -> None:
    at = 100.0
    monkeypatch.setattr(clock, "now", lambda: at)
    machine = MachineTime()
    at = 110.0  # idle time belongs to nobody
    machine.begin(1)
    at = 112.0
    machine.begin(2)
    at = 116.0
    assert machine.end(1) == pytest.approx(2 + 4 / 2)
    at = 117.0
    assert machine.end(2) == pytest.approx(4 / 2 + 1)
