"""The record of a call that nobody knows an answer of: nothing was asked, or whoever asked ended before it came."""

from __future__ import annotations

from typing import Protocol

from bench.records.calls import Attempt, Call, Outcome, TokenUsage


class _Place(Protocol):
    @property
    def task(self) -> str: ...
    @property
    def item(self) -> str: ...


class _Planned(Protocol):
    """What of a planned call its record repeats."""

    @property
    def key(self) -> str: ...
    @property
    def item(self) -> _Place: ...
    @property
    def repeat(self) -> int: ...
    @property
    def order(self) -> int: ...


def unanswered_call(planned: _Planned, run: str, *attempts: Attempt, queue_s: float = 0.0, wall_s: float = 0.0) -> Call:
    """A call of a run that came to nothing but these attempts, at least one; it began when its first was sent."""
    return Call(
        key=planned.key,
        run=run,
        task=planned.item.task,
        item=planned.item.item,
        repeat=planned.repeat,
        order=planned.order,
        outcome=Outcome.INFRASTRUCTURE,
        text="",
        reasoning="",
        finish_reason=None,
        served_model=None,
        usage=TokenUsage(),
        attempts=attempts,
        started_at=attempts[0].sent_at,
        queue_s=queue_s,
        wall_s=wall_s,
        timing_ok=False,
    )


def cut_off(sent_at: str) -> Attempt:
    """An attempt under way when the process that made it ended: it may be billed, and its tokens are not known."""
    why = "cut off: the run ended meanwhile"
    return Attempt(sent_at=sent_at, outcome=Outcome.INFRASTRUCTURE, error=why, fault="deadline")
