"""Probes of reasoning within a loop of calls, and of the prompt cache when tools change."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from bench.doctor.tools.asker import FEW_TOKENS, Asker, Said
from bench.doctor.tools.probe import (
    ASK,
    COUNTS,
    PRICE,
    RESULT,
    SENT_BACK,
    STOCK,
    ProbeResult,
    Seen,
    ToolProbe,
    did_not_call,
    differs,
    no_turn,
    not_asked,
    ok,
    unclear,
    user,
)
from bench.doctor.tools.turns import COUNT
from bench.providers import AssistantTurn, ToolResult, ToolWire, Turn

RULES = " ".join(
    f"Rule {number}: an order of more than {10 * number} pieces from shelf {number} needs a second signature, unless "
    f"its buyer has ordered from shelf {number} within the last {number + 3} weeks."
    for number in range(1, 41)
)
"""A beginning of every prompt that is long enough for the caches of all vendors: more than 1,024 tokens."""
BACK = "Send the assistant's message back exactly as it came, with all of its fields and blocks."
NO_REASONING = "the model shows no reasoning in a turn that calls"


async def shown(asker: Asker, seen: Seen) -> ProbeResult:
    """Whether a turn that calls carries reasoning, and a signature on it."""
    if not asker.can_think(True):
        return not_asked("this model does not think, as far as is known")
    seen.thought = said = await asker.ask([user(ASK)], tools=[STOCK], thinking=True)
    if missing := no_turn(said, "Switch thinking off where tools are used."):
        return missing
    assert said.turn
    if not said.turn.calls:
        return did_not_call(said)
    if _signed(said.turn.message):
        return ok("signed", "reasoning came with a signature", said)
    carries = asker.wire.without_reasoning(said.turn.message) != said.turn.message
    return ok("text" if carries else "none", "reasoning came as text" if carries else NO_REASONING, said)


async def _taken(
    asker: Asker, seen: Seen, *, made: Callable[[ToolWire, Turn], Turn], text: str, cure: str = BACK
) -> ProbeResult:
    """Whether a turn may go back so; `made` makes the message of the one that came."""
    turn = _thought(seen, asker)
    if turn is None:
        return not_asked(NO_REASONING)
    said = await _back(asker, turn, made(asker.wire, turn.message))
    return no_turn(said, cure) or ok("accepted", text, said)


unchanged = partial(
    _taken,
    made=lambda _, message: message,
    text="sent back as it came",
    cure="Take the reasoning out of messages before you send them back.",
)
"""Whether the reasoning may be sent back as it came."""
left_out = partial(_taken, made=lambda wire, message: wire.without_reasoning(message), text="left out")
"""Whether the reasoning may be left out."""
altered = partial(
    _taken, made=lambda wire, message: wire.with_other_reasoning(message), text="other words in its place"
)
"""Whether the reasoning may be changed."""


async def cache(asker: Asker, _seen: Seen) -> ProbeResult:
    """Whether the prompt cache survives a change of the tools."""
    if asker.endpoint.entry.local:
        return not_asked("local weights are asked without a cache")
    fields, turns = _long(asker)
    await asker.ask(turns, tools=[STOCK], fields=fields, tokens=FEW_TOKENS)
    again = await asker.ask(turns, tools=[STOCK], fields=fields, tokens=FEW_TOKENS)
    if missing := no_turn(again, "Send shorter prompts with tools."):
        return missing
    kept = again.usage.in_cache_read
    if not kept:
        return unclear("the same prompt twice: no cached tokens are counted", again)
    changed = await asker.ask(turns, tools=[STOCK, PRICE], fields=fields, tokens=FEW_TOKENS)
    after = changed.usage.in_cache_read
    counts = f"{kept} cached tokens, {'unknown' if after is None else after} after one more tool"
    if after is not None and after >= kept / 2:
        return ok("kept", counts, changed)
    cure = "Declare the same tools in the same order in every turn: a change pays the whole prompt anew."
    return differs("lost", counts, cure, changed)


def _long(asker: Asker) -> tuple[dict[str, Any], list[Turn]]:
    """A talk that begins with the rules, which the cache may hold; Anthropic's wants a mark behind them."""
    if asker.endpoint.preset.protocol == "anthropic":
        block = {"type": "text", "text": RULES, "cache_control": {"type": "ephemeral"}}
        return {"system": [block]}, [user("Say hello.")]
    return {}, [{"role": "system", "content": RULES}, user("Say hello.")]


def _signed(message: Turn) -> bool:
    content = message.get("content")
    blocks = content if isinstance(content, list) else []
    details = message.get("reasoning_details")
    parts = [*blocks, *(details if isinstance(details, list) else [])]
    return any(isinstance(part, dict) and (part.get("signature") or part.get("data")) for part in parts)


def _thought(seen: Seen, asker: Asker) -> AssistantTurn | None:
    """A turn with reasoning and a call; None if there is none."""
    for said in (seen.thought, seen.first):
        turn = said.turn if said else None
        if turn and turn.calls and asker.wire.without_reasoning(turn.message) != turn.message:
            return turn
    return None


async def _back(asker: Asker, turn: AssistantTurn, message: Turn) -> Said:
    results = asker.wire.results([ToolResult(call.id, COUNT) for call in turn.calls])
    thinking = True if asker.can_think(True) else None
    return await asker.ask([user(ASK), message, *results], tools=[STOCK], thinking=thinking)


_AGAIN = (RESULT, SENT_BACK)
PROBES = (
    ToolProbe("reasoning shown", "Does a turn that calls carry reasoning?", shown, expected="text"),
    ToolProbe(SENT_BACK, "May reasoning be sent back as it came?", unchanged, (RESULT,), expected="accepted"),
    ToolProbe("reasoning left out", "May reasoning be left out?", left_out, _AGAIN, expected="rejected"),
    ToolProbe("reasoning altered", "May reasoning be changed?", altered, _AGAIN, expected="rejected"),
    ToolProbe(
        "cache after tools change", "Does the prompt cache survive another tool?", cache, (COUNTS,), expected="lost"
    ),
)
"""In the order in which they are asked."""
