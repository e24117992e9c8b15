"""One model's part of a run: what its slots share, and when it is stopped."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bench.engine import retry
from bench.engine.clock import MachineTime, now
from bench.engine.exchange import Ended
from bench.engine.retry import MAX_MINUTES, MAX_WAIT_S, Cause, Failure
from bench.engine.throttle import Slowed, Throttle
from bench.engine.trouble import unforeseen
from bench.plan import PlannedCall
from bench.providers import Endpoint, Fault, FaultKind
from bench.records import Secrets

DOWN_AFTER = 3
"""Calls in a row, retries and all, that fail before a model is stopped; once one succeeded, two rounds of slots."""
BAD_REQUESTS = 2
"""Requests in a row that the endpoint calls wrong before a model is stopped, unless one succeeded before."""


LIKE_REFUSALS = 5
"""Requests in a row that the endpoint refuses in the same words before a model is stopped that had answered."""
_ITS_OWN = re.compile(r"too (long|large)|context|length|tokens", re.IGNORECASE)
"""What shows an item's own size: other items may work, however many in a row did not."""
_VALUES = re.compile(r"\d+|'[^']*'|\"[^\"]*\"|`[^`]*`")
"""What differs between refusals of one kind."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One model's part of a plan."""

    endpoint: Endpoint
    """Where its calls go; `base_url` must be known."""
    calls: Sequence[PlannedCall]
    """What is still to be asked, in order."""
    concurrency: int
    """The most calls in flight at once."""

    @property
    def label(self) -> str:
        """The model's label."""
        return self.endpoint.entry.label


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneResult:
    """How a lane went."""

    stopped: str | None
    """Why the model was stopped, in the vendor's words, and the cure; None if it was not."""
    retries: int
    """Attempts beyond the first of each call."""
    concurrency: int
    """Slots that were open at most."""
    concurrency_lowest: int
    """The fewest slots that the endpoint's complaints left open."""
    cuts: int
    """How often they were cut."""
    paused_s: float
    """Seconds of pauses that the endpoint asked for."""

    def after(self, earlier: LaneResult) -> LaneResult:
        """How a lane went that was run in two parts, this one the later."""
        return LaneResult(
            stopped=self.stopped,
            retries=earlier.retries + self.retries,
            concurrency=max(earlier.concurrency, self.concurrency),
            concurrency_lowest=min(earlier.concurrency_lowest, self.concurrency_lowest),
            cuts=earlier.cuts + self.cuts,
            paused_s=earlier.paused_s + self.paused_s,
        )


def not_begun(why: str) -> LaneResult:
    """The result of a lane that is not asked at all."""
    return LaneResult(stopped=why, retries=0, concurrency=0, concurrency_lowest=0, cuts=0, paused_s=0.0)


@dataclass(slots=True, kw_only=True)
class LaneState:
    """What the slots of one lane share."""

    lane: Lane
    """The lane."""
    throttle: Throttle
    """How many slots are open."""
    known: Callable[[], None]
    """Called when it is known whether the first call works; again and again."""
    on_stop: Callable[[str], None]
    """Called once, when the model is stopped, with the reason."""
    on_slowed: Callable[[Slowed], None]
    """Called whenever the endpoint slows the model down, or bears more again."""
    slowed: Slowed | None = None
    """What was last said of that."""
    complaint: int | None = None
    """HTTP status of the endpoint's latest complaint."""
    queue: Iterator[PlannedCall] = field(init=False)
    """What no slot has taken yet."""
    whole: Mapping[int, PlannedCall] = field(init=False)
    """Its calls by their order, which an episode's turns have from their episode."""
    machine: MachineTime = field(default_factory=MachineTime)
    """Local weights: machine time of the calls in flight."""
    works: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by the first event without a fault: key, balance and model are good."""
    reached: bool = False
    """Whether the endpoint ever sent a reply of any kind."""
    begun: bool = False
    """Whether a first call was taken."""
    stopped: str | None = None
    """Why the model was stopped."""
    retries: int = 0
    """Attempts beyond the first of each call."""
    failures: int = 0
    """Failed calls since the last success."""
    successes: int = 0
    """Calls that succeeded."""
    bad_requests: int = 0
    """Requests that the endpoint called wrong."""
    alike: int = 0
    """Of these, the last ones in a row that were refused in the same words."""
    words: str = ""
    """These words, without their values."""
    rejections: int = 0
    """Attempts in a row that were turned away for a rate, without a word on how long."""
    minutes: int = 0
    """Pauses of a minute that this led to since the last answer."""
    paused_at: float = 0.0
    """When the last of them began."""

    def __post_init__(self) -> None:
        self.queue = iter(self.lane.calls)
        self.whole = {call.order: call for call in self.lane.calls}

    def on_first_event(self) -> None:
        """The endpoint has begun to answer."""
        self.works.set()
        self.known()

    def saw(self, ended: Ended) -> None:
        """Learns from an attempt how much the endpoint bears."""
        self.reached = self.reached or ended.attempt.status is not None
        self.known()
        failure = ended.failure
        if failure is None:
            self.rejections = self.minutes = 0
            self.throttle.succeeded()
        elif failure.overload:
            self.throttle.overloaded()
        elif failure.kind is FaultKind.TRANSIENT and failure.cause not in (Cause.STALE, Cause.WORKER):
            self.throttle.troubled()
        if failure and failure.retry_after_s and failure.retry_after_s <= MAX_WAIT_S:
            self.throttle.pause(failure.retry_after_s)
        if failure and failure.unadvised and ended.begun >= self.paused_at:
            self.rejections += 1
            if self.rejections > self.throttle.limit:
                self.rejections, self.minutes, self.paused_at = 0, self.minutes + 1, now()
                if self.minutes <= MAX_MINUTES:
                    self.throttle.pause(retry.MINUTE_S)
        if failure and (failure.overload or failure.retry_after_s):
            self.complaint = ended.attempt.status
        self._say_pace()

    def _say_pace(self) -> None:
        throttle = self.throttle
        if not throttle.cuts and not throttle.paused_s:
            return
        slowed = Slowed(
            status=self.complaint,
            highest=throttle.highest,
            limit=throttle.limit,
            retries=self.retries,
            paused_s=throttle.paused_s,
        )
        if slowed != self.slowed:
            self.slowed = slowed
            self.on_slowed(slowed)

    @property
    def in_a_minutes_pause(self) -> bool:
        """Whether the model waits for a limit per minute to pass: attempts that led to it are held against no call."""
        return self.minutes > 0 and now() < self.paused_at + retry.MINUTE_S

    def judge(self, last: Ended) -> None:
        """Learns from a call's last attempt whether the model can go on at all."""
        failure = last.failure
        if failure is None or last.attempt.outcome.scored:
            self.successes += 1
            self.failures = self.alike = 0
        elif failure.kind is FaultKind.MODEL:
            self.stop(failure, failure.message)
        elif failure.kind is FaultKind.REQUEST:
            self.bad_requests += 1
            words = _VALUES.sub("#", failure.message)
            self.alike, self.words = (self.alike + 1 if words == self.words else 1), words
            if not self.successes and self.bad_requests >= min(BAD_REQUESTS, len(self.lane.calls)):
                self.stop(failure, failure.message)
            elif self.alike >= LIKE_REFUSALS and not _ITS_OWN.search(words):
                self.stop(failure, f"{self.alike} calls in a row were refused alike; the last: {failure.message}")
        else:
            self.failures += 1
            # Not more than there are calls: where every one of a few failed, the reason must be shown as well.
            rounds = 2 * self.throttle.limit if self.successes else 0
            if self.failures >= min(max(DOWN_AFTER, rounds), len(self.lane.calls)):
                self.stop(failure, f"{self.failures} calls in a row failed; the last: {failure.message}")

    def judge_work(self, trouble: str | None) -> None:
        """Learns from an agent's episode: `trouble` is why it says nothing of the model; None where it ended."""
        self.reached = True
        self.known()
        if trouble is None:
            self.successes += 1
            self.failures = 0
            self.on_first_event()
            return
        self.failures += 1
        rounds = 2 * self.throttle.limit if self.successes else 0
        if self.failures >= min(max(DOWN_AFTER, rounds), len(self.lane.calls)):
            failure = Failure(Cause.SHAPE, trouble, fault=Fault(FaultKind.MODEL, trouble))
            self.stop(failure, f"{self.failures} episodes in a row failed; the last: {trouble}")

    def excuse(self) -> None:
        """Holds the last refusal against nobody: it was for an episode's own words, which are a model's answers."""
        self.bad_requests, self.alike = self.bad_requests - 1, 0

    def stop(self, failure: Failure, why: str) -> None:
        """No call of this model begins any more; those in flight may end as they like."""
        if self.stopped is None:
            self.stopped = f"{why.rstrip('.')}. {failure.cure}" if failure.cure else why
            self.throttle.stop()
            self.on_stop(self.stopped)

    def spare(self, why: str) -> None:
        """No call begins any more, as nothing needs this model's answers."""
        if self.stopped is None:
            self.stopped = why
            self.throttle.stop()
            self.on_stop(why)

    def broke(self, error: Exception, redact: Secrets) -> None:
        """An error of our own, or one that a reply caused, ends this model's lane and no other."""
        why = unforeseen(error, redact)
        self.stop(Failure(Cause.SHAPE, why), why)

    def result(self) -> LaneResult:
        """How the lane went, once it is over."""
        throttle = self.throttle
        lowest = throttle.highest if throttle.lowest is None else throttle.lowest
        return LaneResult(
            stopped=self.stopped,
            retries=self.retries,
            concurrency=throttle.highest,
            concurrency_lowest=lowest,
            cuts=throttle.cuts,
            paused_s=throttle.paused_s,
        )
