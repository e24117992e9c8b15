"""Probes of one turn: whether tools reach the model, and what its call looks like."""

from __future__ import annotations

from bench.doctor.tools.asker import CALL_TOKENS, FEW_TOKENS, Asker, Said
from bench.doctor.tools.probe import (
    ASK,
    CALLS,
    COUNTS,
    LAMP,
    NO_JSON,
    PROMPTED,
    STOCK,
    ProbeResult,
    Seen,
    ToolProbe,
    did_not_call,
    differs,
    named,
    no_turn,
    not_asked,
    ok,
    unclear,
    user,
)

ACCEPTED = "tools accepted"
"""The name of the first probe: where it brings no reply, nothing else is asked."""
LEAST_TOKENS = 15
"""So many tokens the declaration of one tool takes at least, in every tokenizer."""


async def declared(asker: Asker, seen: Seen) -> ProbeResult:
    """Whether a request with tools is accepted.

    The one without any goes before it: after that, prompts begin alike, and a server that keeps beginnings has them.
    """
    seen.plain = plain = await asker.ask([user(ASK)], tokens=FEW_TOKENS)
    if not plain.turn and not plain.refused and plain.status != 200:
        return unclear(plain.words or "no reply", plain)
    seen.first = said = await asker.ask([user(ASK)], tools=[STOCK], tokens=CALL_TOKENS)
    return no_turn(said, PROMPTED, fatal=True) or ok("yes", "a request with a tool is answered", said)


async def reach(_asker: Asker, seen: Seen) -> ProbeResult:
    """Whether the declaration reaches the model: a chat template without tools drops it in silence."""
    first, plain = seen.first, seen.plain
    if not first or not first.turn or not plain:
        return not_asked("tools are not accepted")
    with_tools, without = first.usage.in_total, plain.usage.in_total
    if first.turn.calls:
        return ok("yes", "the model called the tool", first)
    if with_tools is None or without is None:
        return unclear("the endpoint counts no prompt tokens, and the model called nothing", plain)
    counts = f"{with_tools} prompt tokens with the tool, {without} without"
    if with_tools - without < LEAST_TOKENS:
        return differs(
            "dropped", f"{counts}: the chat template leaves tools out in silence", PROMPTED, plain, fatal=True
        )
    return ok("yes", counts, first)


async def calls(_asker: Asker, seen: Seen) -> ProbeResult:
    """Whether the model calls the tool that it is told to call."""
    said = seen.first
    if not said or not said.turn:
        return not_asked("tools are not accepted")
    if said.turn.calls:
        return _right(said)
    if STOCK.name in said.turn.text and "{" in said.turn.text:
        text = f'the call came as text: "{said.turn.text.strip()[:80]}"'
        return differs("as text", text, PROMPTED, said, fatal=True)
    return did_not_call(said)


def _right(said: Said) -> ProbeResult:
    assert said.turn
    call = said.turn.calls[0]
    if call.arguments is None:
        cure = "Do not trust arguments to be JSON: parse them in a try, and tell the model what is wrong with them."
        return differs(NO_JSON, f"arguments that are not a JSON object: {call.written[:80]}", cure, said)
    if call.name != STOCK.name or call.arguments != {"article": LAMP}:
        return unclear(f"the model called {named(said.turn.calls)}", said)
    return ok("yes", f"called {named(said.turn.calls)}", said)


async def ids(_asker: Asker, seen: Seen) -> ProbeResult:
    """Whether each call has an id of its own."""
    turn = seen.call() or (seen.first.turn if seen.first else None)
    if not turn or not turn.calls:
        return unclear("the model called nothing")
    given = [call.id for call in turn.calls]
    if all(given) and len({*given}) == len(given):
        return ok("yes", f"e.g. {given[0][:40]}", seen.first)
    cure = "Give each call an id of your own before you send it back: the endpoint leaves them out or repeats them."
    return differs("no", f"ids {', '.join(repr(each[:40]) for each in given)}", cure, seen.first)


async def stop(asker: Asker, seen: Seen) -> ProbeResult:
    """How a turn ends that calls a tool."""
    said = seen.first
    if not said or not said.turn or not said.turn.calls:
        return unclear("the model called nothing")
    expected, word = asker.wire.STOPS, said.turn.stop
    if word == expected:
        return ok(word, f"the turn ended with {word}", said)
    cure = f"Look for calls in the message itself, not for {expected}: turns that call tools may end otherwise here."
    return differs(word or "none", f"the turn ended with {word or 'no reason'}", cure, said)


async def usage(_asker: Asker, seen: Seen) -> ProbeResult:
    """Whether tokens are counted in a turn that calls a tool."""
    said = seen.first
    if not said or not said.turn:
        return not_asked("tools are not accepted")
    if said.usage.in_total is not None and said.usage.out_total is not None:
        return ok("yes", f"{said.usage.in_total} in, {said.usage.out_total} out", said)
    return differs("no", "no token counts came", "Costs of tool turns are unknown here: count tokens yourself.", said)


async def streams(_asker: Asker, seen: Seen) -> ProbeResult:
    """Whether a call's arguments come in pieces."""
    said = seen.first
    if not said or not said.turn or not said.turn.calls:
        return unclear("the model called nothing")
    pieces = said.turn.pieces
    if pieces > 1:
        return ok("yes", f"arguments came in {pieces} pieces", said)
    if pieces:
        return ok("at once", "arguments came in one piece", said)
    return differs("no", "the reply was not streamed", "Do not wait for pieces of arguments here.", said)


async def whole(asker: Asker, seen: Seen) -> ProbeResult:
    """Whether a reply that is not streamed says the same."""
    said = await asker.ask([user(ASK)], tools=[STOCK], streamed=False, tokens=CALL_TOKENS)
    cure = "Ask for streams here: this endpoint answers no other request with tools."
    if missing := no_turn(said, cure):
        return missing
    assert said.turn
    streamed = bool(seen.first and seen.first.turn and seen.first.turn.calls)
    if bool(said.turn.calls) == streamed:
        return ok("yes", f"{'called ' + named(said.turn.calls) if streamed else 'no call, as in the stream'}", said)
    came = "the call came only " + ("in the stream" if streamed else "without a stream")
    return differs("no", came, "Read calls in the way in which they come here.", said)


PROBES = (
    ToolProbe(ACCEPTED, "Is a request with tools answered?", declared),
    ToolProbe("tools reach the model", "Does the model see the tools?", reach),
    ToolProbe(CALLS, "Does it call the tool that it is told to call?", calls),
    ToolProbe("call ids", "Has each call an id of its own?", ids, (CALLS,)),
    ToolProbe("stop reason", "How does a turn end that calls?", stop, (CALLS,), expected="tool_calls, tool_use"),
    ToolProbe(COUNTS, "Are tokens counted in such a turn?", usage),
    ToolProbe("arguments streamed", "Do arguments come in pieces?", streams, (CALLS,), expected="yes or at once"),
    ToolProbe("not streamed", "Does a reply without a stream say the same?", whole),
)
"""In the order in which they are asked."""
