"""Probes of tool_choice: whether a call can be forced, named or forbidden, and whether that holds with thinking and
without."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from functools import partial

from bench.doctor.tools.asker import CALL_TOKENS, Asker
from bench.doctor.tools.probe import (
    ASK,
    PRICE,
    STOCK,
    ProbeResult,
    Seen,
    ToolProbe,
    differs,
    named,
    no_turn,
    not_asked,
    ok,
    user,
)

HELLO = "Say hello."
"""Nothing here needs a tool."""
INSTEAD = (
    "Leave tool_choice out, say in the prompt that a tool must be called, and ask again where none was; or switch "
    "thinking off for such requests."
)
"""What to do where a call cannot be forced."""


async def forced(asker: Asker, _seen: Seen, *, thinking: bool | None) -> ProbeResult:
    """Whether a call can be forced where nothing asks for it."""
    if why := _not_so(asker, thinking):
        return not_asked(why)
    fields = asker.wire.choice("any")
    said = await asker.ask([user(HELLO)], tools=[STOCK], fields=fields, thinking=thinking, tokens=CALL_TOKENS)
    if missing := no_turn(said, INSTEAD):
        return missing
    assert said.turn
    if said.turn.calls:
        return ok("yes", f"called {named(said.turn.calls)}", said)
    return differs("ignored", "the model answered in words all the same", INSTEAD, said)


async def one(asker: Asker, _seen: Seen, *, thinking: bool | None) -> ProbeResult:
    """Whether a call of one tool can be forced where another fits better."""
    if why := _not_so(asker, thinking):
        return not_asked(why)
    fields = asker.wire.choice("any", PRICE.name)
    said = await asker.ask([user(ASK)], tools=[STOCK, PRICE], fields=fields, thinking=thinking, tokens=CALL_TOKENS)
    if missing := no_turn(said, INSTEAD):
        return missing
    assert said.turn
    called = [call.name for call in said.turn.calls]
    if called and {*called} == {PRICE.name}:
        return ok("yes", f"called {named(said.turn.calls)}", said)
    seen = f"called {named(said.turn.calls)}" if called else "the model answered in words"
    return differs("ignored", f"{seen}, though {PRICE.name} was named", INSTEAD, said)


async def none(asker: Asker, _seen: Seen) -> ProbeResult:
    """Whether calls can be forbidden."""
    said = await asker.ask([user(ASK)], tools=[STOCK], fields=asker.wire.choice("none"), tokens=CALL_TOKENS)
    cure = "Leave the tools out of a request that must not call any."
    if missing := no_turn(said, cure):
        return missing
    assert said.turn
    if said.turn.calls:
        return differs("ignored", f"called {named(said.turn.calls)} all the same", cure, said)
    return ok("yes", "the model called nothing", said)


def _not_so(asker: Asker, thinking: bool | None) -> str:
    """Why a probe cannot be asked with thinking on, or off; empty if it can.

    None is as the model entry has it, so that the usual case is seen as a run would see it; that is not asked twice.
    """
    if thinking is None:
        return ""
    if asker.endpoint.thinks is thinking:
        return f"this model {'thinks' if thinking else 'does not think'} as it is set up: asked above"
    if asker.can_think(thinking):
        return ""
    lacks = "this model does not think" if thinking else "its thinking cannot be switched off"
    return f"{lacks}, as far as is known"


def _each(look: Callable[..., Awaitable[ProbeResult]], how: str, what: str, question: str) -> Iterator[ToolProbe]:
    """Probes as the model entry has it, with thinking switched on, and off."""
    on, off = partial(look, thinking=True), partial(look, thinking=False)
    yield ToolProbe(f"{how} {what}", f"{question}?", partial(look, thinking=None))
    yield ToolProbe(
        f"{how} while thinking", f"{question} while the model thinks?", on, expected="rejected at most vendors"
    )
    yield ToolProbe(f"{how} without thinking", f"{question} with thinking switched off?", off)


PROBES = (
    *_each(forced, "forced", "call", "Can a call be forced"),
    *_each(one, "named", "tool", "Can one tool be forced"),
    ToolProbe("calls forbidden", "Can calls be forbidden?", none),
)
"""In the order in which they are asked."""
