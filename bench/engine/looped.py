"""An episode whose loop is somebody else's: it asks the model and calls the tools through us, turn by turn.

Each of its requests is a turn as ours are: with caps, a record in the journal, costs and times. A loop that begins anew
after a kill asks the same, and gets what the journal has.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bench import clean
from bench.engine.episodes import Played, ask_turn, ended, refused_for, row_of, spent
from bench.engine.retry import Cause, Failure
from bench.engine.sender import Sender
from bench.engine.series import Series
from bench.engine.stages import Brought, ForeignLoop, LoopEnd, Stages, Tooling
from bench.plan import PlannedCall, turn_key
from bench.providers import Fault, FaultKind, ToolCall
from bench.records import FINAL, Attempt, Call, Outcome, ToolUse, TurnSaid, unanswered_call, utc_now

OURS = ("model", "stream", "stream_options", "max_tokens", "max_completion_tokens")
"""Fields of a loop's request in whose place ours stand."""
THEIRS = ("messages", "system", "tools", "response_format", "loop")
"""Fields of our own request in whose place a loop's stand."""


@dataclass(slots=True, kw_only=True)
class _Looped:
    """An episode under way."""

    stages: Stages
    series: Series
    sender: Sender
    planned: PlannedCall
    queue_s: float
    tools: Tooling
    played: Played = field(default_factory=Played)
    uses: list[ToolUse] = field(default_factory=list)
    """What was called since the last turn."""
    asked: Counter[str] = field(default_factory=Counter)
    """How often each request came."""
    stop: str = ""
    """Why no turn follows."""
    trouble: BaseException | None = None
    """What ends the run itself."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def ask(self, body: Mapping[str, Any]) -> Call | None:
        """The model's turn; None where the episode is over."""
        async with self.lock:
            self._close_turn()
            if self.stop or self._over():
                return None
            ours = {name: value for name, value in self.planned.body.items() if name not in THEIRS}
            sent = {**{name: value for name, value in body.items() if name not in OURS}, **ours}
            turn = replace(self.planned, key=self._key(sent), body=sent)
            try:
                call = await ask_turn(
                    self.stages, self.series, self.sender, turn, 0.0 if self.played.calls else self.queue_s
                )
            except Exception as error:
                self.stop, self.trouble = "stopped", error
                return None
            if why := refused_for(call, self.played, self.series.state.lane.endpoint.talk):
                self.series.state.excuse()
                self.stop = why
                return None
            self.played.calls.append(call)
            if call.outcome not in (Outcome.ANSWERED, Outcome.EMPTY):
                self.stop = str(call.outcome)
                return None
            return call

    def _key(self, sent: Mapping[str, Any]) -> str:
        """The turn's key. A loop that cannot use an answer asks the very same again: each time is a turn of its own."""
        first = turn_key(self.planned.key, [sent])
        self.asked[first] += 1
        return first if self.asked[first] == 1 else turn_key(self.planned.key, [sent, {"time": self.asked[first]}])

    def act(self, name: str, arguments: Mapping[str, Any] | None) -> Brought:
        """A call of the loop's."""
        brought = self.tools.act(name, arguments)
        if not self.played.calls or len(self.played.said) == len(self.played.calls):
            return brought  # no turn asked for it: the transcript has no place for it, and so it scores nothing
        self.uses.append(
            ToolUse(
                name=name,
                arguments=arguments,
                result=brought.content,
                failed=brought.failed,
                changed=brought.changed,
            )
        )
        return brought

    def _over(self) -> bool:
        """Whether a cap, or the model's lane, lets no turn follow."""
        dialogue, played = self.planned.item.dialogue, self.played
        assert dialogue is not None
        if not played.calls:
            return False
        said = played.said[-1]
        results = [{"content": use.result} for use in said.calls]
        if self.series.state.throttle.stopped:
            self.stop = "stopped"
        elif len(said.calls) > dialogue.calls:
            self.stop = "calls"
        elif len(played.calls) >= dialogue.turns:
            self.stop = "turns"
        else:
            self.stop = spent(self.stages, self.planned, played, played.calls[-1], results, dialogue=dialogue)
        return bool(self.stop)

    def _close_turn(self) -> None:
        """What was called since belongs to the last turn."""
        played = self.played
        if len(played.said) == len(played.calls):
            return
        call, uses = played.calls[-1], tuple(self.uses)
        self.uses.clear()
        played.said.append(TurnSaid(text=call.text, calls=uses))
        made = [ToolCall("", use.name, use.arguments, "") for use in uses]
        played.rows.append(row_of(call, made, uses))

    def end(self, loop: ForeignLoop, over: LoopEnd) -> Call:
        """The episode's record."""
        self._close_turn()
        played, state = self.played, self.series.state
        if self.trouble is not None:
            raise self.trouble
        if not played.calls:
            why = f"its loop, {loop.title}, asked nothing: {over.trouble or 'it ended at once'}"
            state.stop(Failure(Cause.SHAPE, why, fault=Fault(FaultKind.MODEL, why)), why)
            attempt = Attempt(sent_at=utc_now(), outcome=Outcome.INFRASTRUCTURE, error=why)
            return unanswered_call(self.planned, self.series.run, attempt, queue_s=self.queue_s)
        stop = self.stop or ("crashed" if over.last is None else "")
        if not stop:
            last = clean.text(self.series.asking.redact.in_answer(over.last or ""))
            played.said[-1] = replace(played.said[-1], text=last)
            stop = FINAL if last.strip() else str(Outcome.EMPTY)
        return ended(self.planned, played, state.lane.endpoint.talk, stop, loop.title)


async def play_by(
    loop: ForeignLoop, stages: Stages, series: Series, sender: Sender, *, planned: PlannedCall, queue_s: float
) -> Call:
    """One finished episode of somebody else's loop as a call; a loop that ends without a last message scores nothing.

    Raises Unrecorded.
    """
    episode = _Looped(
        stages=stages,
        series=series,
        sender=sender,
        planned=planned,
        queue_s=queue_s,
        tools=stages.opened(planned.item),
    )
    over = await loop.run(planned, episode.ask, episode.act)
    return episode.end(loop, over)
