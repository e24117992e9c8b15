"""What episodes need besides what every call does: what their calls act on, and perhaps somebody else's loop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from bench.plan import PlannedCall
from bench.records import Call, Item

Record = Callable[[Call], Awaitable[None] | None]
"""Records a finished call; awaited where it takes a while."""


class Tooling(Protocol):
    """What an episode's calls act on."""

    def act(self, name: str, arguments: Mapping[str, Any] | None) -> Brought:
        """Makes one call. Never raises for a bad one."""


class Brought(Protocol):
    """What a call brought."""

    @property
    def content(self) -> str:
        """The result, or the error, as a text."""

    @property
    def failed(self) -> bool:
        """Whether it is an error."""

    @property
    def changed(self) -> tuple[str, ...]:
        """What it changed, as lines to be read."""


class LoopEnd(NamedTuple):
    """How somebody else's loop ended an episode."""

    last: str | None
    """The last message that it gives its user; None where it gave none."""
    trouble: str = ""
    """What went wrong with it, without secrets; empty if nothing did."""


class ForeignLoop(Protocol):
    """Somebody else's loop, which asks the model and calls the tools of an episode by itself."""

    @property
    def title(self) -> str:
        """Its name and version."""

    async def run(
        self,
        planned: PlannedCall,
        ask: Callable[[Mapping[str, Any]], Awaitable[Call | None]],
        act: Callable[[str, Mapping[str, Any] | None], Brought],
    ) -> LoopEnd:
        """Plays an episode to its end. `ask` takes a request's body as the loop wrote it and gives the model's turn, or
        None where the episode is over; `act` makes a call. Never raises for a loop that fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """What the episodes of a run need besides what every call does."""

    opened: Callable[[Item], Tooling]
    """Begins an item's episode, in a world of its own."""
    known: Mapping[str, Call] = field(default_factory=dict)
    """Turns that were asked before, by key."""
    record: Record = lambda _call: None
    """Called once per finished turn, before its tools act, and waited for."""
    bill: Callable[[PlannedCall, Call], Decimal | None] = lambda _planned, _call: None
    """What a turn cost, in USD; None where that is unknown."""
    most_usd: Decimal | None = None
    """The most that an episode may have cost before another turn begins; None for no cap."""
    loops: Mapping[str, ForeignLoop] = field(default_factory=dict)
    """Whose loop plays a model's episodes in place of ours, by the model's label."""
