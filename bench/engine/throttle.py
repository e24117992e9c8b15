"""How many calls of one model are in flight: fewer when its endpoint says "too many", slowly more when it does not.

Additive increase, multiplicative decrease. A slot with a number below `limit` may begin calls, so that slots open
one after another, and a cut lets calls in flight end.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from bench.engine.clock import now

CUT = 0.8
"""A cut leaves this share of the limit."""
COOLDOWN_S = 15.0
"""After a cut, further complaints are of calls already in flight: no second cut, and no growth, for so long."""
RAMP_STEP_S = 0.01
"""Slots open this far apart: calls begun in one tick of the loop delay each other, and vendors count bursts."""
RAMP_S = 0.1
"""All slots are open after this time, however many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slowed:
    """How far an endpoint slows a model down, while it is asked."""

    status: int | None
    """HTTP status of its latest complaint; None if a broken stream held it."""
    highest: int
    """Slots that were open at most."""
    limit: int
    """Slots that are open now."""
    retries: int
    """Attempts that had to be made again."""
    paused_s: float
    """Seconds of pauses that it asked for."""

    @property
    def words(self) -> str:
        """For example "429: 64 -> 10 at once, 17 retries, paused 32 s"."""
        said = [f"{self.highest} -> {self.limit} at once" if self.limit < self.highest else f"{self.limit} at once"]
        said += [f"{self.retries} {'retry' if self.retries == 1 else 'retries'}"] if self.retries else []
        said += [f"paused {self.paused_s:.0f} s"] if self.paused_s >= 1 else []
        return f"{self.status or 'throttled'}: {', '.join(said)}"


class Throttle:
    """The number of slots of one model that may begin calls, and since when."""

    def __init__(self, slots: int) -> None:
        """`slots`: the most calls in flight. One slot is open; `ramp` opens the others."""
        self.slots = slots
        """The most that may be open."""
        self.limit = 1
        """Slots open now."""
        self.lowest: int | None = None
        """The lowest limit that a cut led to; None if there was none."""
        self.highest = 1
        """The highest limit so far."""
        self.cuts = 0
        """Cuts so far."""
        self.paused_s = 0.0
        """Seconds of pauses that the endpoint asked for."""
        self._ramping = self._ramped = False
        self._successes = 0
        self._paused_until = 0.0
        self._cut_after = 0.0
        self._grow_after = 0.0
        self._closed = False
        self.stopped = False
        """Whether calls that wait to be asked again must give up."""
        self._changed = asyncio.Event()
        self._opened: dict[int, asyncio.Event] = {}

    async def ready(self, slot: int) -> bool:
        """Waits until this slot may begin a call. False: no slot will begin any more."""
        while not self._closed and (slot >= self.limit or self._paused_until > now()):
            if slot < self.limit:
                await self._change(self._paused_until - now())
            else:
                await self._opened.setdefault(slot, asyncio.Event()).wait()
        return not self._closed

    async def wait(self, seconds: float) -> None:
        """A pause before a call is asked again: at least `seconds`, and as long as the whole model pauses.

        Ends early where the model is stopped meanwhile.
        """
        until = now() + seconds
        while not self.stopped and (left := max(until, self._paused_until) - now()) > 0:
            await self._change(left)

    async def _change(self, at_most_s: float) -> None:
        changed = self._changed
        with suppress(TimeoutError):
            async with asyncio.timeout(at_most_s):
                await changed.wait()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def ramp(self) -> None:
        """Opens all slots, one after another; a complaint of the endpoint meanwhile ends it."""
        step = min(RAMP_STEP_S, RAMP_S / self.slots)
        due = now()
        self._ramping = True
        while self._ramping and self.limit < self.slots:
            self._open_slot()
            due += step
            await asyncio.sleep(max(0.0, due - now()))
        self._ramping, self._ramped = False, True

    def _open_slot(self) -> None:
        self.limit += 1
        self.highest = max(self.highest, self.limit)
        if opened := self._opened.pop(self.limit - 1, None):
            opened.set()

    def succeeded(self) -> None:
        """A call ended well: after a round of them without trouble, one slot more."""
        self._successes += 1
        if self._ramped and self.limit < self.slots and self._successes >= self.limit and now() >= self._grow_after:
            self._successes = 0
            self._open_slot()

    def overloaded(self) -> None:
        """The endpoint is asked too much (429, 529): a cut, unless one was made just now."""
        self._ramping = False
        at, cut = now(), max(1, int(self.limit * CUT))
        if at >= self._cut_after:
            self.cuts += cut < self.limit
            self.limit = cut
            self.lowest = min(cut, self.lowest or cut)
            self._cut_after = at + COOLDOWN_S
        self.troubled()

    def troubled(self) -> None:
        """The endpoint failed, though not for its load as far as is known: no growth for a while."""
        self._successes = 0
        self._grow_after = max(self._grow_after, now() + COOLDOWN_S)

    def pause(self, seconds: float) -> None:
        """The endpoint asks for a pause: nothing is begun or asked again before it is over."""
        self._ramping = False
        begins, until = max(self._paused_until, now()), now() + seconds
        if until > begins:
            self.paused_s += until - begins
            self._paused_until = until
            self._cut_after, self._grow_after = max(self._cut_after, until), max(self._grow_after, until)

    def close(self) -> None:
        """No slot begins a call any more."""
        self._closed = True
        self._tell()
        for opened in self._opened.values():
            opened.set()

    def stop(self) -> None:
        """The same, and no call is asked again."""
        self.stopped = True
        self.close()
