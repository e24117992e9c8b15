"""Runs lanes: each model's calls through its own slots, every finished call recorded before the next begins."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import httpx

from bench.engine.clock import now
from bench.engine.episodes import play
from bench.engine.exchange import Asking
from bench.engine.lane import Lane, LaneResult, LaneState
from bench.engine.limiter import Pacer
from bench.engine.looped import play_by
from bench.engine.once import asking_of
from bench.engine.saturation import Saturation
from bench.engine.seams import Admission, Begins, Observer, Unlimited, Unrecorded
from bench.engine.sender import Elsewhere, Here, LaneAway, Sender
from bench.engine.series import Series
from bench.engine.stages import Record, Stages
from bench.engine.throttle import Slowed, Throttle
from bench.engine.transport import Channel, tls_context
from bench.engine.working import Crew, work
from bench.plan import PlannedCall
from bench.records import Call

CANARY_S = 30.0
"""The other models wait at most so long for one whose first call has not begun to answer."""
BACKLOG = 64
"""Finished calls that the observer may be behind before slots wait for it."""


class _Gate:
    """Opens when every remote model's first call has begun to answer, or failed: then the rest may be spent."""

    def __init__(self, labels: Iterable[str]) -> None:
        self._unknown = set(labels)
        self._open = asyncio.Event()
        self.known("")

    def known(self, label: str) -> None:
        self._unknown.discard(label)
        if not self._unknown:
            self._open.set()

    async def wait(self) -> None:
        if not self._open.is_set():
            await self._open.wait()

    def open(self) -> None:
        self._open.set()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Engine:
    run: str
    record: Record
    observer: Observer
    admission: Admission
    pacer: Pacer
    gate: _Gate
    saturation: Saturation
    states: Sequence[LaneState]
    group: asyncio.TaskGroup
    backlog: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(BACKLOG))
    errors: list[Exception]
    stages: Stages | None = None
    crew: Crew | None = None
    begins: Begins | None = None

    async def lane(self, state: LaneState, senders: Sequence[Sender], asking: Asking) -> None:
        """Runs a lane to its end."""
        series = Series(
            run=self.run,
            state=state,
            asking=asking,
            saturation=self.saturation,
            admission=self.admission,
            begins=self.begins,
        )
        try:
            async with asyncio.TaskGroup() as group:
                opening = group.create_task(self._open(state))
                slots = [group.create_task(self._slot(series, n, sender)) for n, sender in enumerate(senders)]
                await asyncio.gather(*slots)
                opening.cancel()
            self.admission.leave(state.lane.label)
        finally:
            for sender in senders:
                await sender.close()

    async def _open(self, state: LaneState) -> None:
        """Opens the other slots once this model, and all others as far as is known, can be asked at all."""
        if not state.lane.endpoint.entry.local:
            await self.gate.wait()
            await state.works.wait()
        await state.throttle.ramp()

    async def _slot(self, series: Series, number: int, sender: Sender) -> None:
        state, label = series.state, series.state.lane.label
        while await state.throttle.ready(number) and (planned := next(state.queue, None)):
            ready = now()
            if state.begun:
                await self.gate.wait()
            state.begun = True
            await self.pacer.begin(label, planned.rank)
            if state.throttle.stopped or not await self.admission.begin(label, planned.rank):
                break
            call = None
            try:
                if not state.throttle.stopped:
                    call = await self._ask(series, sender, planned, now() - ready)
            finally:
                self.admission.finished(label, planned.rank, call)
            if call:
                await self._report(planned, call, state)
        state.throttle.close()
        self.gate.known(label)
        await self.pacer.leave(label)

    async def _ask(self, series: Series, sender: Sender, planned: PlannedCall, queue_s: float) -> Call | None:
        """A recorded call; None where asking failed by an error of our own, which stops this lane alone."""
        try:
            if self.crew is not None and planned.item.work is not None:
                call = await work(self.crew, series, planned, queue_s)
            elif self.stages is not None and planned.item.dialogue is not None:
                loop = self.stages.loops.get(planned.model)
                if loop is None:
                    call = await play(self.stages, series, sender, planned, queue_s)
                else:
                    call = await play_by(loop, self.stages, series, sender, planned=planned, queue_s=queue_s)
            else:
                call = await series.ask(sender, planned, queue_s)
        except Unrecorded as error:
            self._fail(error.__cause__)
            return None
        except Exception as error:
            series.state.broke(error, series.asking.redact)
            return None
        try:
            if (recorded := self.record(call)) is not None:
                await recorded
        except Exception as error:
            self._fail(error)
        return call

    async def _report(self, planned: PlannedCall, call: Call, state: LaneState) -> None:
        if self.errors:
            return
        if state.lane.endpoint.entry.local:
            await self._observe(planned, call)
            return
        await self.backlog.acquire()
        task = self.group.create_task(self._observe(planned, call))
        task.add_done_callback(lambda _: self.backlog.release())

    async def _observe(self, planned: PlannedCall, call: Call) -> None:
        try:
            await self.observer.finished(planned, call)
        except Exception as error:
            self._fail(error)

    def _fail(self, error: BaseException | None) -> None:
        assert isinstance(error, Exception)
        _end_all(self.states, self.errors, error)


async def run_lanes(
    run: str,
    lanes: Sequence[Lane],
    record: Record,
    observer: Observer,
    environ: Mapping[str, str] = os.environ,
    transport: httpx.AsyncBaseTransport | None = None,
    *,
    admission: Admission | None = None,
    begins: Begins | None = None,
    stopped: Callable[[str, str], Mapping[str, str]] = lambda _label, _why: {},
    stages: Stages | None = None,
    crew: Crew | None = None,
    slowed: Callable[[str, Slowed], None] = lambda _label, _pace: None,
    elsewhere: Elsewhere | None = None,
) -> dict[str, LaneResult]:
    """Asks every call of every lane; lanes run side by side, their slots independent.

    Of each remote model one call is asked first: what is wrong with its key, balance or name stops that model before
    money is spent on others. `record` is called once per finished call, before anything else happens to it. What it
    or the observer raises is raised here, once the calls in flight have ended and been recorded.
    `stopped` is called at once with a model that stops, and why; it returns who need not go on either, each with the
    reason. `slowed` is called with a model whose endpoint bears fewer calls at once, whenever that changes. `stages`
    plays what is an episode; without it only its first turn is asked. `crew` has agents work on what is work for them.
    `elsewhere` makes the attempts of remote models; what may be sent, and when, is decided here all the same. Returns
    how each lane went, by label.
    """
    ranks = {lane.label: [call.rank for call in lane.calls] for lane in lanes}
    pacer = Pacer(ranks, {lane.label: lane.concurrency for lane in lanes})
    remote = [lane.label for lane in lanes if lane.calls and not lane.endpoint.entry.local]
    # A resumed model whose first item is far ahead begins later, and only because the others go on.
    gate = _Gate(label for label in remote if pacer.may_begin(label, ranks[label][0]))
    errors: list[Exception] = []
    states: list[LaneState] = []

    def tell(label: str, why: str) -> None:
        try:
            needless = stopped(label, why)
        except Exception as error:
            _end_all(states, errors, error)
            return
        for state in states:
            if state.lane.label in needless:
                state.spare(needless[state.lane.label])

    states += (_state(lane, gate, tell, slowed) for lane in lanes)
    saturation, tls = Saturation(), tls_context()
    giving_up = asyncio.get_running_loop().call_later(CANARY_S, gate.open)
    watch = asyncio.create_task(saturation.watch())
    try:
        async with asyncio.TaskGroup() as group:
            engine = _Engine(
                run=run,
                record=record,
                observer=observer,
                admission=admission or Unlimited(),
                pacer=pacer,
                gate=gate,
                saturation=saturation,
                states=states,
                group=group,
                errors=errors,
                stages=stages,
                crew=crew,
                begins=begins,
            )
            for state in states:
                away = None if state.lane.endpoint.entry.local else elsewhere
                senders, asking = _connect(
                    state, environ, tls=tls, saturation=saturation, transport=transport, elsewhere=away
                )
                group.create_task(engine.lane(state, senders, asking))
    except BaseExceptionGroup as failed:
        raise _innermost(failed) from None
    finally:
        giving_up.cancel()
        watch.cancel()
    if errors:
        raise errors[0]
    return {state.lane.label: state.result() for state in states}


def _end_all(states: Sequence[LaneState], errors: list[Exception], error: Exception) -> None:
    """An error of the run itself begins no new call, but lets those in flight be recorded."""
    errors.append(error)
    for state in states:
        state.throttle.stop()


def _state(
    lane: Lane, gate: _Gate, stopped: Callable[[str, str], None], slowed: Callable[[str, Slowed], None]
) -> LaneState:
    throttle = Throttle(min(lane.concurrency, max(1, len(lane.calls))))
    return LaneState(
        lane=lane,
        throttle=throttle,
        known=partial(gate.known, lane.label),
        on_stop=partial(stopped, lane.label),
        on_slowed=partial(slowed, lane.label),
    )


def _connect(
    state: LaneState,
    environ: Mapping[str, str],
    *,
    tls: ssl.SSLContext,
    saturation: Saturation,
    transport: httpx.AsyncBaseTransport | None,
    elsewhere: Elsewhere | None,
) -> tuple[Sequence[Sender], Asking]:
    endpoint, count = state.lane.endpoint, state.throttle.slots
    if endpoint.base_url is None:
        raise AssertionError(f"lane {state.lane.label} has no address")
    url, headers, timeout_s = endpoint.base_url, endpoint.headers(environ), endpoint.entry.timeout_s
    asking = asking_of(endpoint, environ, state.on_first_event)
    if elsewhere is not None:
        lane = LaneAway(label=state.lane.label, base_url=url, headers=headers, asking=asking)
        return elsewhere.senders(lane, count), asking
    channels = [Channel(url, headers, timeout_s, tls, transport) for _ in range(count)]
    return [Here(asking, channel, saturation) for channel in channels], asking


def _innermost(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first error itself: two nested task groups wrap it twice."""
    first = group.exceptions[0]
    return _innermost(first) if isinstance(first, BaseExceptionGroup) else first
