"""Clocks: shared machine time and the watch on the event loop."""

from __future__ import annotations

import asyncio
import time

import pytest

from bench.engine import clock
from bench.engine.clock import LoopLag, MachineTime


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


def test_a_blocked_loop_is_noticed_and_a_free_one_is_not() -> None:
    async def run() -> tuple[float, float, float]:
        lag = LoopLag()
        watch = asyncio.create_task(lag.watch())
        await asyncio.sleep(0.03)
        before = clock.now()
        time.sleep(0.2)
        await asyncio.sleep(0.03)
        during, after = lag.worst(before), clock.now()
        watch.cancel()
        return during, lag.worst(after), before

    during, later, _ = asyncio.run(run())
    assert during >= 0.15
    assert later == 0.0


def test_a_block_counts_before_the_watch_has_woken() -> None:
    async def run() -> float:
        lag = LoopLag()
        watch = asyncio.create_task(lag.watch())
        await asyncio.sleep(0.03)
        before = clock.now()
        time.sleep(0.2)
        worst = lag.worst(before)
        watch.cancel()
        return worst

    assert asyncio.run(run()) >= 0.15


def test_old_lag_is_forgotten() -> None:
    async def run() -> int:
        lag = LoopLag(remember_s=0.0)
        watch = asyncio.create_task(lag.watch())
        for _ in range(2):
            await asyncio.sleep(0.02)
            time.sleep(0.05)
            await asyncio.sleep(0.02)
        watch.cancel()
        return len(lag._late)

    assert asyncio.run(run()) <= 1
