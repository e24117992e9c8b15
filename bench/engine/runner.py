"""Runs lanes: each model's calls through its own slots, every finished call recorded before the next begins."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import httpx

from bench.engine.clock import LAG_FLOOR_S, LAG_SHARE, LoopLag, MachineTime, now
from bench.engine.exchange import Answer, Rejected, exchange
from bench.engine.limiter import Pacer
from bench.engine.transport import Channel, tls_context
from bench.plan import PlannedCall
from bench.providers import Endpoint, openai_chat
from bench.records import Attempt, Call, Outcome

DOWN_AFTER = 3
"""Consecutive infrastructure failures after which a model is stopped; with many slots, two rounds of them."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One model's part of a plan."""

    endpoint: Endpoint
    """Where its calls go; `base_url` must be known."""
    calls: Sequence[PlannedCall]
    """What is still to be asked, in order."""
    concurrency: int
    """Calls in flight at once."""

    @property
    def label(self) -> str:
        """The model's label."""
        return self.endpoint.entry.label


class Observer(Protocol):
    """Is told of every finished call, e.g. to show progress and grade while the slot is idle."""

    async def finished(self, planned: PlannedCall, call: Call) -> None:
        """Called after the call is recorded and before its slot takes the next."""


@dataclass(slots=True)
class _State:
    """What the slots of one lane share."""

    lane: Lane
    queue: Iterator[PlannedCall]
    machine: MachineTime = field(default_factory=MachineTime)
    failures: int = 0
    successes: int = 0
    refused: int = 0
    stopped: str | None = None


@dataclass(frozen=True, slots=True)
class _Engine:
    run: str
    record: Callable[[Call], None]
    observer: Observer
    pacer: Pacer
    lag: LoopLag
    errors: list[Exception] = field(default_factory=list)

    async def slot(self, state: _State, channel: Channel) -> None:
        label = state.lane.label
        for planned in state.queue:
            ready = now()
            await self.pacer.begin(label, planned.rank)
            if state.stopped or self.errors:
                break
            call = await self.ask(state, channel, planned, ready)
            if call is None:
                break
            await self.keep(planned, call)
        await self.pacer.leave(label)

    async def keep(self, planned: PlannedCall, call: Call) -> None:
        """Records a call and tells of it. An error there begins no new call, but lets those in flight be recorded."""
        try:
            self.record(call)
            await self.observer.finished(planned, call)
        except Exception as error:
            self.errors.append(error)

    async def ask(self, state: _State, channel: Channel, planned: PlannedCall, ready: float) -> Call | None:
        """One finished call; None if its failure stopped the lane."""
        entry, begun = state.lane.endpoint.entry, now()
        state.machine.begin(planned.order)
        try:
            answer, attempts = await exchange(channel, {**planned.body, **openai_chat.STREAMING}, entry.timeout_s)
        except Rejected as error:
            state.refused += 1
            if error.status != 400 or (not state.successes and state.refused > 1):
                state.stopped = str(error)
                return None
            answer, attempts = error.as_answer()  # this item alone may be at fault, e.g. too long
        else:
            self._watch(state, attempts[-1])
        finally:
            machine_s = state.machine.end(planned.order)
        return _call(
            self.run,
            planned,
            answer,
            attempts,
            queue_s=begun - ready,
            wall_s=now() - begun,
            timing_ok=self._clean(attempts, begun),
            machine_s=machine_s if entry.local else None,
        )

    def _clean(self, attempts: Sequence[Attempt], begun: float) -> bool:
        allowed = max(LAG_FLOOR_S, LAG_SHARE * (attempts[-1].ttft_s or 0.0))
        return len(attempts) == 1 and self.lag.worst(begun) <= allowed

    def _watch(self, state: _State, attempt: Attempt) -> None:
        if attempt.outcome is not Outcome.INFRASTRUCTURE:
            state.successes += 1
            state.failures = 0
            return
        state.failures += 1
        # Not more than there are calls: where every one of a few failed, the reason must be told as well.
        if state.failures >= min(max(DOWN_AFTER, 2 * state.lane.concurrency), len(state.lane.calls)):
            state.stopped = f"{state.failures} calls in a row failed; the last: {attempt.error}"


def _call(
    run: str,
    planned: PlannedCall,
    answer: Answer,
    attempts: Sequence[Attempt],
    *,
    queue_s: float,
    wall_s: float,
    timing_ok: bool,
    machine_s: float | None,
) -> Call:
    scored = attempts[-1]
    return Call(
        key=planned.key,
        run=run,
        task=planned.item.task,
        item=planned.item.item,
        repeat=planned.repeat,
        order=planned.order,
        outcome=scored.outcome,
        text="".join(answer.text),
        reasoning="".join(answer.reasoning),
        finish_reason=answer.finish_reason,
        served_model=answer.served_model,
        usage=answer.usage,
        attempts=tuple(attempts),
        started_at=scored.sent_at,
        queue_s=queue_s,
        wall_s=wall_s,
        timing_ok=timing_ok,
        sampling_requested=planned.sampling,
        sampling_applied=planned.sampling,
        machine_s=machine_s,
    )


async def run_lanes(
    run: str,
    lanes: Sequence[Lane],
    record: Callable[[Call], None],
    observer: Observer,
    environ: Mapping[str, str] = os.environ,
    transport: httpx.AsyncBaseTransport | None = None,
) -> dict[str, str]:
    """Asks every call of every lane; lanes run side by side, their slots independent.

    `record` is called once per finished call, before anything else happens to it. What it or the observer raises is
    raised here, once the calls in flight have ended and been recorded.
    Returns the lanes that were stopped, label -> why (the endpoint's own message).
    """
    lag = LoopLag()
    ranks = {lane.label: [call.rank for call in lane.calls] for lane in lanes}
    pacer = Pacer(ranks, {lane.label: lane.concurrency for lane in lanes})
    engine = _Engine(run, record, observer, pacer, lag)
    watch = asyncio.create_task(lag.watch())
    tls = tls_context()
    try:
        async with asyncio.TaskGroup() as group:
            states = [group.create_task(_lane(engine, lane, environ, tls, transport)) for lane in lanes]
    except BaseExceptionGroup as failed:
        raise _innermost(failed) from None
    finally:
        watch.cancel()
    if engine.errors:
        raise engine.errors[0]
    return {s.lane.label: s.stopped for s in (task.result() for task in states) if s.stopped}


def _innermost(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first error itself: two nested task groups wrap it twice."""
    first = group.exceptions[0]
    return _innermost(first) if isinstance(first, BaseExceptionGroup) else first


async def _lane(
    engine: _Engine,
    lane: Lane,
    environ: Mapping[str, str],
    tls: ssl.SSLContext,
    transport: httpx.AsyncBaseTransport | None,
) -> _State:
    endpoint = lane.endpoint
    if endpoint.base_url is None:
        raise AssertionError(f"lane {lane.label} has no address")
    key = environ.get(endpoint.key_variable) if endpoint.key_variable else None
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    state = _State(lane, iter(lane.calls))
    slots = min(lane.concurrency, max(1, len(lane.calls)))
    channels = [
        Channel(endpoint.base_url, headers, endpoint.entry.timeout_s, tls, transport, secret=key) for _ in range(slots)
    ]
    try:
        async with asyncio.TaskGroup() as group:
            for channel in channels:
                group.create_task(engine.slot(state, channel))
    finally:
        for channel in channels:
            await channel.close()
    return state
