"""An episode: a call, what its tools bring, the next call, until the model is done or a cap is reached.

Each turn is a call of its own in the journal, under a key of all that was said before it. An episode that was broken
off goes on where it stood: turns that the journal has are read, never asked again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from bench.engine.retry import Cause, Failure
from bench.engine.seams import Unrecorded
from bench.engine.sender import Sender
from bench.engine.series import Series
from bench.engine.stages import Stages, Tooling
from bench.plan import PlannedCall, turn_key
from bench.providers import Fault, FaultKind, Talk, ToolCall, ToolResult, Turn
from bench.records import (
    FINAL,
    NATIVE,
    Attempt,
    Call,
    Dialogue,
    Episode,
    EpisodeTurn,
    Outcome,
    TokenUsage,
    ToolUse,
    Transcript,
    TurnSaid,
)


@dataclass(slots=True, kw_only=True)
class Played:
    """How far an episode is."""

    calls: list[Call] = field(default_factory=list)
    """Its turns' calls, in order."""
    rows: list[EpisodeTurn] = field(default_factory=list)
    """What each turn came to."""
    users: int = 0
    """Of the user's later turns, how many have begun."""
    opening: Mapping[str, Any] = field(default_factory=dict)
    """The body's fields of prompt and tools, where the user's turns have changed the tools."""
    said: list[TurnSaid] = field(default_factory=list)
    """What was said and called in each turn."""
    after: list[Turn] = field(default_factory=list)
    """The messages that follow the first prompt."""
    most_tokens: int = 0
    """An upper bound of the tokens so far: as they were counted, else as many as there are bytes."""
    usd: Decimal = Decimal(0)
    """What its turns cost, as far as that is known."""
    bytes: int = 0
    """What was said and brought so far, in bytes; a turn sends nearly all of it again."""


async def play(stages: Stages, series: Series, sender: Sender, planned: PlannedCall, queue_s: float) -> Call:
    """One finished episode as a call: its text is the transcript, its attempts are those of all turns.

    Raises Unrecorded.
    """
    dialogue = planned.item.dialogue
    assert dialogue is not None
    talk = series.state.lane.endpoint.talk.among(dialogue.names)
    tools, played = stages.opened(planned.item), Played()
    while True:
        if played.calls and series.state.throttle.stopped:
            return ended(planned, played, talk, "stopped")
        call = await _turn(stages, series, sender, planned=planned, played=played, queue_s=queue_s)
        if why := refused_for(call, played, talk):
            series.state.excuse()
            return ended(planned, played, talk, why)
        played.calls.append(call)
        message = call.message or {"role": "assistant", "content": call.text}
        if len(played.calls) == 1 and talk.name == NATIVE and (why := _dropped(planned, call)):
            series.state.stop(Failure(Cause.STATUS, why, fault=Fault(FaultKind.MODEL, why)), why)
            played.said.append(TurnSaid(text=call.text))
            played.rows.append(row_of(call, (), ()))
            return ended(planned, played, talk, "stopped")
        calls = _calls(talk, message) if call.outcome in (Outcome.ANSWERED, Outcome.EMPTY) else ()
        text = talk.said(message, call.text) if not calls else call.text
        stop = _stop(call, calls, text, dialogue, len(played.calls))
        acts = not stop or (dialogue.once and stop == FINAL)
        uses = tuple(_use(tools, each) for each in calls) if acts else ()
        played.said.append(TurnSaid(text=text, calls=uses))
        played.rows.append(row_of(call, calls, uses))
        if stop and not (stop == FINAL and played.users < len(dialogue.later)):
            return ended(planned, played, talk, stop)
        if stop:
            results = _user_turn(planned, played, talk, dialogue)
        else:
            named = zip(calls, uses, strict=True)
            results = talk.results([ToolResult(each.id, use.result, use.failed) for each, use in named])
        played.after += [_sendable(talk, message), *results]
        if stop := spent(stages, planned, played, call, results, dialogue=dialogue):
            return ended(planned, played, talk, stop)


def _user_turn(planned: PlannedCall, played: Played, talk: Talk, dialogue: Dialogue) -> list[Turn]:
    """The user goes on: their messages, and from now on perhaps other tools."""
    said = dialogue.later[played.users]
    played.users += 1
    if "tools" in said:
        played.opening = talk.opening(planned.item.messages, said["tools"])
    return [dict(message) for message in said["messages"]]


async def _turn(
    stages: Stages, series: Series, sender: Sender, *, planned: PlannedCall, played: Played, queue_s: float
) -> Call:
    """The next turn's call."""
    opening = {**planned.body, **played.opening}
    body = {**opening, "messages": [*opening["messages"], *played.after]}
    turn = replace(planned, key=turn_key(planned.key, played.after), body=body)
    return await ask_turn(stages, series, sender, turn, 0.0 if played.calls else queue_s)


async def ask_turn(stages: Stages, series: Series, sender: Sender, planned: PlannedCall, queue_s: float) -> Call:
    """A turn's call: as the journal has it, else asked and recorded. Raises Unrecorded."""
    known = stages.known.get(planned.key)
    if known is not None and known.outcome.scored:
        return known
    call = await series.ask(sender, planned, queue_s)
    if call.outcome.scored:
        try:
            if (recorded := stages.record(call)) is not None:
                await recorded
        except Exception as error:
            raise Unrecorded from error
    return call


BYTES_OF_A_TOKEN = 64
"""So many bytes a token no answer has on average: an endpoint that counts fewer is not believed, and its episodes end
at their cap of tokens all the same."""
LETTERS_OF_PROSE, LETTERS_OF_SCHEMA = 7, 9
"""So many letters a token no tokenizer reaches, in prose and in the JSON of schemas."""


def _dropped(planned: PlannedCall, call: Call) -> str:
    """Why tools cannot have reached the model: its prompt has fewer tokens than they alone need. Empty if they may."""
    dialogue, counted = planned.item.dialogue, call.usage.in_total
    prose = sum(len(message["content"]) for message in planned.item.messages)
    declared = len(json.dumps(dialogue.tools if dialogue else (), ensure_ascii=False))
    if counted is None or counted >= prose / LETTERS_OF_PROSE + declared / LETTERS_OF_SCHEMA:
        return ""
    return (
        f"its prompt of {counted} tokens cannot hold the declared tools: they were left out in silence. Set "
        'tool_protocol = "prompted_json" for this model; `bench doctor --tools` says more.'
    )


_TOO_LONG = re.compile(
    r"context.{0,20}(length|window|size|limit)|too (long|large|many tokens)|max(imum)? .{0,20}(length|tokens)|"
    r"(input|prompt) length|token limit|length of the (messages|prompt)|tokens?.{0,20} must be <=",
    re.IGNORECASE,
)
"""What endpoints say of a prompt that is longer than the model takes; with HTTP 413 they need not say it."""
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
"""A tool's name as vendors take it back."""


def refused_for(call: Call, played: Played, talk: Talk) -> str:
    """Which fault of the model's own makes the endpoint refuse the talk so far; empty if it does not, or for another
    reason. What was never answered is the endpoint's matter."""
    last = call.attempts[-1]
    if not played.calls or last.fault != FaultKind.REQUEST or last.status not in (400, 413, 422):
        return ""
    if last.status == 413 or _TOO_LONG.search(last.error or ""):
        return "context"
    uses = (use for turn in played.said for use in turn.calls) if talk.name == NATIVE else ()
    return "history" if any(use.written or not _NAME.fullmatch(use.name) for use in uses) else ""


def _sendable(talk: Talk, message: Turn) -> Turn:
    try:
        return talk.sendable(message)
    except ValueError:
        return message


def _calls(talk: Talk, message: Turn) -> tuple[ToolCall, ...]:
    try:
        return talk.calls(message)
    except ValueError:
        return ()


def _stop(call: Call, calls: Sequence[ToolCall], text: str, dialogue: Dialogue, turns: int) -> str:
    """Why an episode ends with this turn; empty if it goes on."""
    if call.outcome not in (Outcome.ANSWERED, Outcome.EMPTY):
        return str(call.outcome)
    if dialogue.once and len(calls) <= dialogue.calls:
        return FINAL
    if not calls:
        return FINAL if text.strip() else str(Outcome.EMPTY)
    if len(calls) > dialogue.calls:
        return "calls"
    return "turns" if turns >= dialogue.turns else ""


def spent(
    stages: Stages, planned: PlannedCall, played: Played, call: Call, results: Sequence[Turn], *, dialogue: Dialogue
) -> str:
    """Which cap keeps the next turn from being asked; empty if none does."""
    usage, more = call.usage, len(json.dumps(results, ensure_ascii=False).encode())
    said = _bytes([call.text, call.reasoning, call.message])
    prompt = usage.in_total if usage.in_total is not None else _bytes([planned.body, played.after])
    answer = usage.out_total if usage.out_total is not None else said
    prompt, answer = max(prompt, played.bytes // BYTES_OF_A_TOKEN), max(answer, said // BYTES_OF_A_TOKEN)
    played.bytes += said + more
    played.most_tokens += prompt + answer
    bill = stages.bill(planned, call) if stages.most_usd is not None else None
    played.usd += bill or 0
    if played.most_tokens + prompt + answer + more + planned.item.max_tokens > dialogue.tokens:
        return "tokens"
    if sum(each.attempts[-1].latency_s or 0.0 for each in played.calls) > dialogue.seconds:
        return "time"
    return "money" if stages.most_usd is not None and played.usd >= stages.most_usd else ""


def _bytes(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False, default=dict).encode())


def _use(tools: Tooling, call: ToolCall) -> ToolUse:
    arguments = {} if call.arguments is None and not call.written.strip() else call.arguments
    brought = tools.act(call.name, arguments)
    written = call.written if arguments is None else ""
    return ToolUse(
        name=call.name,
        arguments=arguments,
        result=brought.content,
        failed=brought.failed,
        written=written,
        changed=brought.changed,
    )


def row_of(call: Call, calls: Sequence[ToolCall], uses: Sequence[ToolUse]) -> EpisodeTurn:
    """The row of a turn, its calls as the model made them and as they went."""
    return EpisodeTurn(
        key=call.key,
        attempt=call.attempts[-1],
        attempts=len(call.attempts),
        calls=len(calls),
        errors=sum(use.failed for use in uses),
        finish_reason=call.finish_reason,
        timing_ok=call.timing_ok,
        text=bool(call.text),
    )


_CAPS = ("turns", "calls", "tokens", "time", "money", "context", "history", "crashed")


def ended(planned: PlannedCall, played: Played, talk: Talk, stop: str, loop: str = "") -> Call:
    """The episode's own record; `loop` is who else's loop it was, empty for ours."""
    calls, last = played.calls, played.calls[-1]
    outcome = Outcome.TRUNCATED if stop in _CAPS else Outcome.INFRASTRUCTURE if stop == "stopped" else last.outcome
    if stop in (FINAL, str(Outcome.EMPTY)):
        outcome = Outcome.ANSWERED if stop == FINAL else Outcome.EMPTY
    attempts: list[Attempt] = [attempt for call in calls for attempt in call.attempts]
    return replace(
        last,
        key=planned.key,
        outcome=outcome,
        text=Transcript(turns=tuple(played.said), stop=stop).to_json(),
        reasoning="\n\n".join(call.reasoning for call in calls if call.reasoning),
        usage=_sum([call.usage for call in calls]),
        attempts=tuple(attempts),
        started_at=calls[0].started_at,
        queue_s=calls[0].queue_s,
        wall_s=sum(call.wall_s for call in calls),
        timing_ok=all(call.timing_ok for call in calls),
        timing_flags=tuple(dict.fromkeys(flag for call in calls for flag in call.timing_flags)),
        notes=tuple(dict.fromkeys(note for call in calls for note in call.notes)),
        machine_s=_total([call.machine_s for call in calls]),
        machine_retries_s=_total([call.machine_retries_s for call in calls]),
        cost_reported_usd=_total([call.cost_reported_usd for call in calls]),
        message=None,
        episode=Episode(protocol=loop or talk.name, stop_cause=stop, turns=tuple(played.rows)),
    )


def _total(parts: Sequence[float | None]) -> float | None:
    return None if None in parts else sum(part for part in parts if part is not None)


def _sum(usages: Sequence[TokenUsage]) -> TokenUsage:
    """Tokens of all turns; a kind that one turn does not report is unknown."""
    return TokenUsage(**{name: _counted([getattr(usage, name) for usage in usages]) for name in TokenUsage.__slots__})


def _counted(parts: Sequence[int | None]) -> int | None:
    return None if None in parts else sum(part for part in parts if part is not None)
