"""Concurrency that adapts: opening one by one, cuts, pauses, and growth. The clock is the test's."""

from __future__ import annotations

import asyncio

import pytest

from bench.engine import throttle as module
from bench.engine.clock import now
from bench.engine.throttle import COOLDOWN_S, Slowed, Throttle


class Clock:
    """A clock that moves when told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at = 1000.0
        monkeypatch.setattr(module, "now", lambda: self.at)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def opened(slots: int) -> Throttle:
    """All slots open, as after a ramp."""
    throttle = Throttle(slots)
    for _ in range(slots - 1):
        throttle._open_slot()
    throttle._ramped = True
    return throttle


def test_a_complaint_cuts_and_the_next_ones_of_the_same_burst_do_not(clock: Clock) -> None:
    throttle = opened(10)
    for _ in range(10):
        throttle.overloaded()
    assert (throttle.limit, throttle.cuts, throttle.lowest, throttle.highest) == (8, 1, 8, 10)
    clock.at += COOLDOWN_S
    throttle.overloaded()
    assert (throttle.limit, throttle.cuts, throttle.lowest) == (6, 2, 6)


def test_what_the_first_call_alone_was_told_keeps_no_slot_closed_but_a_complaint_of_the_ramp_does() -> None:
    async def ramped(slots: int, complain_at: int | None) -> int:
        throttle = Throttle(slots)
        throttle.overloaded()
        throttle.pause(0.0)
        task = asyncio.create_task(throttle.ramp())
        while not task.done():
            if throttle.limit == complain_at:
                throttle.overloaded()
            await asyncio.sleep(0)
        return throttle.limit

    assert asyncio.run(ramped(8, None)) == 8
    assert asyncio.run(ramped(8, 4)) == 4


def test_one_slot_always_stays(clock: Clock) -> None:
    throttle = opened(2)
    for _ in range(3):
        throttle.overloaded()
        clock.at += COOLDOWN_S
    assert (throttle.limit, throttle.cuts) == (1, 1)


def test_growth_is_one_slot_a_round_and_waits_for_calm(clock: Clock) -> None:
    throttle = opened(10)
    throttle.overloaded()
    for _ in range(20):
        throttle.succeeded()
    assert throttle.limit == 8
    clock.at += COOLDOWN_S
    throttle.succeeded()
    assert throttle.limit == 9
    for _ in range(8):
        throttle.succeeded()
    assert throttle.limit == 9
    throttle.succeeded()
    assert throttle.limit == 10
    for _ in range(50):
        throttle.succeeded()
    assert throttle.limit == 10


def test_a_failing_endpoint_is_not_cut_but_does_not_grow(clock: Clock) -> None:
    throttle = opened(10)
    throttle.overloaded()
    clock.at += COOLDOWN_S
    throttle.troubled()
    for _ in range(30):
        throttle.succeeded()
    assert (throttle.limit, throttle.cuts) == (8, 1)
    throttle.overloaded()
    assert throttle.limit == 6, "trouble just before does not forbid a cut"


def test_a_pause_holds_everybody_and_the_longest_counts(clock: Clock) -> None:
    throttle = opened(4)
    throttle.pause(5.0)
    throttle.pause(2.0)
    clock.at += 1.0
    throttle.pause(6.0)
    assert throttle.paused_s == 7.0

    async def run() -> tuple[bool, bool]:
        waiting = asyncio.create_task(throttle.ready(0))
        await asyncio.sleep(0.02)
        before = waiting.done()
        clock.at += 6.0
        throttle._tell()
        return before, await asyncio.wait_for(waiting, 1)

    assert asyncio.run(run()) == (False, True)


def test_after_a_pause_the_same_burst_is_not_cut_again(clock: Clock) -> None:
    throttle = opened(10)
    throttle.overloaded()
    throttle.pause(60.0)
    clock.at += 59.0
    throttle.overloaded()
    assert throttle.cuts == 1
    clock.at += 1.0
    throttle.overloaded()
    assert throttle.cuts == 2


def test_slots_open_slot_after_another() -> None:
    async def run() -> list[float]:
        throttle, begun, opened_at = Throttle(6), now(), list[float]()

        async def slot(number: int) -> None:
            assert await throttle.ready(number)
            opened_at.append(now() - begun)

        waiting = [asyncio.create_task(slot(number)) for number in range(6)]
        await asyncio.sleep(0)
        assert len(opened_at) == 1, "only the first slot is open before the ramp"
        await throttle.ramp()
        await asyncio.gather(*waiting)
        return opened_at

    at = asyncio.run(run())
    assert at == sorted(at)
    assert at[5] - at[1] >= 4 * 0.0099


def test_a_complaint_ends_the_ramp() -> None:
    async def run() -> int:
        throttle = Throttle(6)
        ramp = asyncio.create_task(throttle.ramp())
        await asyncio.sleep(0)
        throttle.overloaded()
        await ramp
        return throttle.limit

    assert asyncio.run(run()) == 1


def test_a_closed_throttle_lets_nobody_begin_but_those_who_wait_to_ask_again_wait_on() -> None:
    async def run() -> tuple[bool, bool, float, float]:
        throttle, begun = Throttle(2), now()
        slot, again = asyncio.create_task(throttle.ready(1)), asyncio.create_task(throttle.wait(0.05))
        await asyncio.sleep(0)
        throttle.close()
        second = await slot
        await again
        waited = now() - begun
        begun, again = now(), asyncio.create_task(throttle.wait(60.0))
        await asyncio.sleep(0)
        throttle.stop()
        await again
        return second, await throttle.ready(0), waited, now() - begun

    second, first, waited, stopped = asyncio.run(run())
    assert (second, first) == (False, False)
    assert waited >= 0.05
    assert stopped < 5


@pytest.mark.parametrize(
    ("pace", "words"),
    [
        (
            Slowed(status=429, highest=64, limit=10, retries=17, paused_s=32.4),
            "429: 64 -> 10 at once, 17 retries, paused 32 s",
        ),
        (Slowed(status=529, highest=8, limit=6, retries=1, paused_s=0.2), "529: 8 -> 6 at once, 1 retry"),
        (Slowed(status=None, highest=8, limit=8, retries=0, paused_s=2), "throttled: 8 at once, paused 2 s"),
    ],
)
def test_what_is_said_of_it_while_it_goes_on(pace: Slowed, words: str) -> None:
    assert pace.words == words


def test_an_opened_slot_wakes_itself_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    wait, woken = asyncio.Event.wait, []

    async def counted(event: asyncio.Event) -> bool:
        woken.append(event)
        return await wait(event)

    async def run() -> None:
        throttle = Throttle(200)
        slots = [asyncio.create_task(throttle.ready(number)) for number in range(200)]
        await throttle.ramp()
        assert all(await asyncio.gather(*slots))

    monkeypatch.setattr(asyncio.Event, "wait", counted)
    asyncio.run(run())
    assert 0 < len(woken) < 200
