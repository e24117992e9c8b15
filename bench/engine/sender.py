"""Who makes a slot's attempts: this process, or one on another machine; the engine decides everything else here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bench.engine.answer import Answer
from bench.engine.exchange import LONGEST, Asking, Ended, exchange
from bench.engine.retry import Failure
from bench.engine.saturation import Saturation
from bench.engine.transport import Channel
from bench.records import Attempt, Outcome

Sent = tuple[Ended, tuple[str, ...]]
"""An attempt that is over, and why its clock is not to be trusted: none of the marks where it is."""


class Sender(Protocol):
    """Makes the attempts of one slot, one after another."""

    async def send(self, body: Mapping[str, Any], waited_s: float, *, keeps_events: bool) -> Sent:
        """One attempt, after a pause of `waited_s`; see `exchange`. `Ended.begun` is a moment of this process."""

    async def close(self) -> None:
        """Ends its connection."""


class Elsewhere(Protocol):
    """Other processes, here or on other machines, that make attempts for lanes."""

    def senders(self, lane: LaneAway, count: int) -> Sequence[Sender]:
        """As many senders as a lane has slots."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneAway:
    """What another process needs to make a lane's attempts. Holds keys: it is for that process's memory alone."""

    label: str
    """The model's label."""
    base_url: str
    """Where its endpoint is."""
    headers: Mapping[str, str]
    """Every request's."""
    asking: Asking
    """What its attempts have in common."""

    def __repr__(self) -> str:
        return f"LaneAway({self.label!r})"


@dataclass(frozen=True, slots=True)
class Here:
    """Makes a slot's attempts in this process."""

    asking: Asking
    """What they have in common."""
    channel: Channel
    """The slot's connection."""
    saturation: Saturation
    """The watch on this process."""

    async def send(self, body: Mapping[str, Any], waited_s: float, *, keeps_events: bool) -> Sent:
        """One attempt."""
        ended = await exchange(self.asking, self.channel, body, waited_s, keeps_events=keeps_events)
        return ended, self.saturation.flags(ended.begun, ended.attempt.ttft_s, ended.send_delay_s)

    async def close(self) -> None:
        """Closes the connection."""
        await self.channel.close()


def unanswered(failure: Failure, *, sent_at: str, begun: float, waited_s: float) -> Ended:
    """An attempt of which nothing came back: `sent_at` (UTC, ISO 8601) and `begun`, a moment of `now()`, are its start,
    after a pause of `waited_s` seconds."""
    attempt = Attempt(
        sent_at=sent_at,
        outcome=Outcome.INFRASTRUCTURE,
        error=failure.message[:LONGEST],
        fault=failure.name,
        waited_s=waited_s,
    )
    return Ended(Answer(), attempt, failure, begun, None)
