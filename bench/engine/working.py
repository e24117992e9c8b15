"""An item that an agent works on: the engine gives it a slot, and learns from how it went whether to go on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from bench.engine.clock import now
from bench.engine.series import Series
from bench.plan import PlannedCall
from bench.records import Call


class Crew(Protocol):
    """Who has agents work on items."""

    async def work(self, planned: PlannedCall, queue_s: float, answered: Callable[[], None]) -> Call:
        """One finished episode as a call: its text is what the agent left. `answered` is called with each reply."""


async def work(crew: Crew, series: Series, planned: PlannedCall, queue_s: float) -> Call:
    """The recorded call of an agent's episode. The machine's time counts from its start to its end."""
    state, begun = series.state, now()
    state.machine.begin(planned.order)
    try:
        call = await crew.work(planned, queue_s, state.on_first_event)
    finally:
        machine_s = state.machine.end(planned.order)
    flags = series.saturation.flags(begun, call.wall_s, None)
    state.judge_work(None if call.outcome.scored else call.attempts[-1].error or str(call.outcome))
    return replace(
        call,
        timing_ok=not flags,
        timing_flags=flags,
        machine_s=machine_s if state.lane.endpoint.entry.local else None,
    )
