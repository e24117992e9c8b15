"""The watch on our own process: each sign alone, at its threshold."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.engine import saturation
from bench.engine.clock import now
from bench.engine.saturation import CPU_SHARE, QUEUE_SHARE, SEND_DELAY_S, Saturation, _Worst, run_queue


def watched(during: Callable[[Saturation], object]) -> tuple[float, float]:
    """The worst lag of a time in which something happened, and of the time after it."""

    async def run() -> tuple[float, float]:
        watch = Saturation()
        task = asyncio.create_task(watch.watch())
        await asyncio.sleep(0.03)
        before = now()
        during(watch)
        await asyncio.sleep(0.03)
        worst, after = watch.worst_lag(before), now()
        task.cancel()
        return worst, watch.worst_lag(after)

    return asyncio.run(run())


def test_a_blocked_loop_is_noticed_and_a_free_one_is_not() -> None:
    worst, later = watched(lambda _: time.sleep(0.2))
    assert worst >= 0.15
    assert later < 0.1, "only what a busy machine adds"


def test_a_block_counts_before_the_watch_has_woken() -> None:
    found: list[float] = []

    def block(watch: Saturation) -> None:
        before = now()
        time.sleep(0.2)
        found.append(watch.worst_lag(before))

    watched(block)
    assert found[0] >= 0.15


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1, exclude_min=True)), max_size=30), st.floats(0, 10))
def test_the_worst_since_any_moment_is_remembered(steps: list[tuple[float, float]], moment: float) -> None:
    worst, noted, at = _Worst(), list[tuple[float, float]](), 0.0
    for step, value in steps:
        at += step
        noted.append((at, value))
        worst.note(at, value)
    assert worst.since(moment) == max((value for when, value in noted if when >= moment), default=0.0)


class Machine:
    """Readings of processor time and run-queue wait, as the test says, over seconds that it says as well."""

    def __init__(self, cpu: float, queued: float | None, monkeypatch: pytest.MonkeyPatch) -> None:
        """`cpu`, `queued`: shares of each second."""
        self.cpu, self.queued = cpu, queued
        self.at = self.cpu_s = self.queued_s = 0.0
        monkeypatch.setattr(saturation, "now", lambda: self.at)
        self.watch = Saturation(lambda: self.cpu_s, lambda: None if self.queued is None else self.queued_s)

    def run(self, seconds: float) -> None:
        """Time passes, with a look every hundredth of a second; the waits are as many, and each as long."""
        for _ in range(round(seconds * 100)):
            self.at += 0.01
            self.cpu_s += 0.01 * self.cpu
            self.queued_s += 0.01 * (self.queued or 0.0)
            self.watch.look(self.at)

    def flags(self, since: float) -> tuple[str, ...]:
        return self.watch.flags(since, ttft_s=0.01, send_delay_s=None)


@pytest.mark.parametrize(
    ("cpu", "queued", "flags"),
    [
        (0.1, 0.0, ()),
        (CPU_SHARE - 0.05, QUEUE_SHARE - 0.01, ()),
        (CPU_SHARE + 0.05, 0.0, ("cpu",)),
        (0.1, QUEUE_SHARE + 0.01, ("run_queue",)),
        (0.1, None, ()),
        (0.9, 0.5, ("cpu", "run_queue")),
    ],
)
def test_a_scarce_core_is_noticed(
    cpu: float, queued: float | None, flags: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(cpu, queued, monkeypatch)
    machine.run(3.0)
    assert machine.flags(since=machine.at - 0.5) == flags


def test_a_call_after_a_scarce_time_is_clean_again(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(1.0, 0.0, monkeypatch)
    machine.run(3.0)
    machine.cpu = 0.1
    machine.run(1.5)
    assert machine.flags(since=machine.at - 0.5) == ()
    assert machine.flags(since=machine.at - 2.0) == ("cpu",), "a call that was there then"


@pytest.mark.parametrize(
    ("queued", "ttft_s", "flags"),
    [
        (0.2, 0.03, ("run_queue",)),
        (0.2, 0.05, ()),
        (0.9, 0.05, ("run_queue",)),
        (0.9, 0.5, ()),
        (0.9, None, ("run_queue",)),
    ],
)
def test_waits_too_short_to_matter_are_not_held_against_a_call(
    queued: float, ttft_s: float | None, flags: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(0.1, queued, monkeypatch)
    machine.run(2.0)
    assert machine.watch.flags(machine.at - 0.5, ttft_s, None) == flags


def test_a_single_long_wait_among_none_is_found_while_waiting_is_common(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(0.1, 0.06, monkeypatch)
    machine.run(2.0)
    assert machine.watch.flags(machine.at - 0.1, 0.03, None) == ()
    machine.queued_s += 0.003
    assert machine.watch.flags(machine.at - 0.1, 0.03, None) == ("run_queue",)


@pytest.mark.parametrize(
    ("queued", "flags"), [(QUEUE_SHARE + 0.01, ("run_queue",)), (QUEUE_SHARE - 0.01, ()), (None, ())]
)
def test_in_the_first_second_only_waits_count_for_starting_up_is_always_busy(
    queued: float | None, flags: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(1.0, queued, monkeypatch)
    machine.watch.look(machine.at)
    machine.run(0.5)
    assert machine.flags(since=0.0) == flags


@pytest.mark.parametrize(("delay", "flags"), [(None, ()), (SEND_DELAY_S, ()), (SEND_DELAY_S * 1.1, ("send_delay",))])
def test_a_late_write_is_noticed(delay: float | None, flags: tuple[str, ...]) -> None:
    assert Saturation(lambda: 0.0, lambda: None).flags(now(), 0.1, delay) == flags


@pytest.mark.parametrize(("ttft", "flags"), [(0.1, ("loop_lag",)), (0.9, ("loop_lag",)), (1.1, ())])
def test_lag_is_held_against_a_call_in_proportion(ttft: float, flags: tuple[str, ...]) -> None:
    watch = Saturation(lambda: 0.0, lambda: None)
    watch._lag.note(now(), 0.02)
    assert watch.flags(now() - 1.0, ttft, None) == flags


def test_the_systems_own_reading_only_grows_or_is_unknown() -> None:
    before, after = run_queue(), run_queue()
    assert (before is None) == (after is None)
    if before is not None and after is not None:
        assert 0 <= before <= after
