"""What a run may plug into the engine: an observer of finished calls, and a say in what is begun."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from bench.plan import PlannedCall
from bench.records import Call

Begins = Callable[[Call], Awaitable[None]]
"""Records a call that is about to be sent, its last attempt the one whose end nobody may learn of; waited for.
Not called for agents, whose proxy records what they begin."""


class Unrecorded(Exception):
    """A call, or a turn, could not be recorded; its cause says why. The run ends, as with any call that cannot be."""


class Observer(Protocol):
    """Learns of every finished call, e.g. to show progress and grade."""

    async def finished(self, planned: PlannedCall, call: Call) -> None:
        """Called once the call is recorded. A local model's slot waits for it, a remote one's goes on."""


class Admission(Protocol):
    """Decides what may be begun, e.g. by a budget."""

    async def begin(self, model: str, rank: int) -> bool:
        """May wait. False: the model begins no new item, which is not an error."""

    def again(self, model: str, rank: int) -> bool:
        """Whether a call may be asked again whose failed attempt may be billed; others may always."""

    def finished(self, model: str, rank: int, call: Call | None) -> None:
        """The call is over and recorded; None if it was given up without a record."""

    def leave(self, model: str) -> None:
        """All slots of the model have ended: nothing more of it is begun."""


class Unlimited:
    """Admits everything."""

    async def begin(self, _model: str, _rank: int) -> bool:
        """Always."""
        return True

    def again(self, _model: str, _rank: int) -> bool:
        """Always."""
        return True

    def finished(self, _model: str, _rank: int, _call: Call | None) -> None:
        """Nothing to note."""

    def leave(self, _model: str) -> None:
        """Nothing to note."""
