"""Probes of the turn after a call: how results are taken, one or several, right or wrong."""

from __future__ import annotations

from collections.abc import Sequence

from bench.doctor.tools.asker import CALL_TOKENS, FEW_TOKENS, Asker, Said
from bench.doctor.tools.probe import (
    ASK,
    CALLS,
    CHAIR,
    LAMP,
    RESULT,
    STOCK,
    ProbeResult,
    Seen,
    ToolProbe,
    did_not_call,
    differs,
    made_call,
    named,
    no_turn,
    ok,
    unclear,
    user,
)
from bench.providers import AssistantTurn, ToolResult, Turn

COUNT, OTHER = "4817", "3926"
"""What the tool returns: nobody guesses it."""
BOTH = (
    f"How many pieces of '{LAMP}' and how many of '{CHAIR}' are in stock? Call get_stock for both articles at once, "
    "with two calls in one turn."
)
"""A question that needs two calls."""


def _after(asker: Asker, seen: Seen, turn: AssistantTurn | None, count: int = 1) -> tuple[Turn, Sequence[str], str]:
    """A message that calls, the ids of its calls, and who made it."""
    if turn and len(turn.calls) >= count and all(call.id for call in turn.calls):
        ids = [call.id for call in turn.calls]
        if seen.bare:
            return asker.wire.without_reasoning(turn.message), ids, "its own call without the reasoning"
        return turn.message, ids, "its own call"
    calls = made_call(count)
    return asker.wire.called(calls), [call.id for call in calls], "a call written by hand, as the model made none"


async def _answered(
    asker: Asker,
    seen: Seen,
    turn: AssistantTurn | None,
    contents: Sequence[str],
    *,
    failed: bool = False,
    ask: str = ASK,
) -> tuple[Said, str]:
    """The reply to results of a turn's calls, and who made these calls."""
    message, ids, whose = _after(asker, seen, turn, len(contents))
    filled = [*contents, *["0"] * (len(ids) - len(contents))]
    results = [ToolResult(each, content, failed) for each, content in zip(ids, filled, strict=True)]
    talk, tokens = [user(ask), message, *asker.wire.results(results)], FEW_TOKENS if failed else CALL_TOKENS
    return await asker.ask(talk, tools=[STOCK], tokens=tokens), whose


async def result(asker: Asker, seen: Seen) -> ProbeResult:
    """Whether a tool's result is taken and used, whatever becomes of the reasoning that the call came with."""
    turn = seen.call()
    said, whose = await _answered(asker, seen, turn, [COUNT])
    if said.refused and turn and asker.wire.without_reasoning(turn.message) != turn.message:
        seen.bare = True
        again, whose = await _answered(asker, seen, turn, [COUNT])
        seen.bare = again.turn is not None
        said = again if seen.bare else said
    cure = "Send the assistant's message back whole and unchanged, then one result for each of its calls."
    if missing := no_turn(said, cure, fatal=True):
        return missing
    assert said.turn
    if COUNT in said.turn.text.replace(",", ""):
        return ok("yes", f"the answer repeats the result ({whose})", said)
    return unclear(f'the result is taken ({whose}), the answer is "{said.turn.text.strip()[:60]}"', said)


async def failed(asker: Asker, seen: Seen) -> ProbeResult:
    """Whether a result may say that the tool failed."""
    said, _ = await _answered(asker, seen, seen.call(), ["ERROR: the warehouse is closed until 8 o'clock"], failed=True)
    return no_turn(said, "Send errors of tools as an ordinary result whose text says ERROR.") or ok(
        "yes", "a result that says that the tool failed is taken", said
    )


async def unknown_id(asker: Asker, seen: Seen) -> ProbeResult:
    """Whether a result's id must be one of the calls before it."""
    message, ids, _ = _after(asker, seen, seen.call())
    results = [ToolResult(f"{each}x", COUNT) for each in ids]
    said = await asker.ask([user(ASK), message, *asker.wire.results(results)], tools=[STOCK], tokens=FEW_TOKENS)
    if said.turn:
        cure = "Check ids yourself: a result under a wrong id is taken in silence here."
        return differs("accepted", "a result under an id that no call has is taken", cure, said)
    return ok("rejected", f"HTTP {said.status}: {said.words}", said) if said.refused else unclear(said.words, said)


async def missing(asker: Asker, seen: Seen) -> ProbeResult:
    """Whether each call must have a result before the user speaks again."""
    message, _, _ = _after(asker, seen, seen.call())
    talk = [user(ASK), message, user("Never mind. Just say hello.")]
    said = await asker.ask(talk, tools=[STOCK], tokens=FEW_TOKENS)
    if said.turn:
        return ok("accepted", "a call without a result is taken", said)
    if said.refused:
        cure = "Answer every call, also those that you give up: with an error as its result."
        return differs("rejected", f"HTTP {said.status}: {said.words}", cure, said)
    return unclear(said.words, said)


async def parallel(asker: Asker, seen: Seen) -> ProbeResult:
    """Whether a turn may hold several calls."""
    seen.pair = said = await asker.ask([user(BOTH)], tools=[STOCK])
    if missing := no_turn(said, "Ask for one call a turn."):
        return missing
    assert said.turn
    if said.turn.crowded:
        cure = "Read calls by their ids: all come under one index here, and clients that go by it join them into one."
        return differs("one place", f"called {named(said.turn.calls)}, all under one index", cure, said)
    if len(said.turn.calls) >= 2:
        return ok("yes", f"called {named(said.turn.calls)}", said)
    if said.turn.calls:
        cure = "Count on one call a turn: work with several steps takes as many turns, and pays its prompt each time."
        return differs("one", f"called {named(said.turn.calls)} alone", cure, said)
    return did_not_call(said)


async def several(asker: Asker, seen: Seen) -> ProbeResult:
    """Whether several results of one turn are taken together."""
    turn = seen.pair.turn if seen.pair and seen.pair.turn and len(seen.pair.turn.calls) >= 2 else None
    said, whose = await _answered(asker, seen, turn, [COUNT, OTHER], ask=BOTH)
    if missing := no_turn(said, "Let the model call one tool a turn, and send one result a turn."):
        return missing
    assert said.turn
    text = said.turn.text.replace(",", "")
    if COUNT in text and OTHER in text:
        return ok("yes", f"the answer repeats both results ({whose})", said)
    return unclear(f'both are taken ({whose}), the answer is "{said.turn.text.strip()[:60]}"', said)


async def single(asker: Asker, _seen: Seen) -> ProbeResult:
    """Whether several calls in a turn can be turned off."""
    fields = asker.wire.choice("auto", single=True)
    said = await asker.ask([user(BOTH)], tools=[STOCK], fields=fields)
    cure = "Leave out the field that turns parallel calls off, and take the first call of a turn yourself."
    if missing := no_turn(said, cure):
        return missing
    assert said.turn
    if len(said.turn.calls) > 1:
        return differs("ignored", f"called {named(said.turn.calls)} all the same", cure, said)
    return ok("yes", "one call came", said) if said.turn.calls else did_not_call(said)


PROBES = (
    ToolProbe(RESULT, "Is a tool's result taken and used?", result),
    ToolProbe("error result", "May a result say that the tool failed?", failed, (RESULT,)),
    ToolProbe("wrong id", "What of a result under an unknown id?", unknown_id, (RESULT,), expected="rejected"),
    ToolProbe("missing result", "What of a call without a result?", missing, expected="rejected"),
    ToolProbe("parallel calls", "Can a turn hold several calls?", parallel, (CALLS,)),
    ToolProbe("several results", "Are several results taken together?", several, (RESULT,)),
    ToolProbe("one call a turn", "Can parallel calls be turned off?", single, (CALLS,)),
)
"""In the order in which they are asked."""
