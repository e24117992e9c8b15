"""Probes of schemas, arguments and names: strict, nested, none at all, in other scripts, many at once, a bad one."""

from __future__ import annotations

from typing import Any

from jsonschema import Draft202012Validator

from bench.doctor.tools.asker import CALL_TOKENS, FEW_TOKENS, Asker, Said
from bench.doctor.tools.probe import (
    ASK,
    CALLS,
    STOCK,
    ProbeResult,
    Seen,
    ToolProbe,
    did_not_call,
    differs,
    named,
    no_json,
    no_turn,
    ok,
    unclear,
    user,
)
from bench.providers import Tool, ToolCall

MANY = 64
"""Tools in one request."""
SHOP = 41
"""The one of them that is asked for."""
BOOK = Tool(
    name="book_table",
    description="Books a table in the restaurant.",
    parameters={
        "type": "object",
        "properties": {
            "guest": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "phone": {"type": ["string", "null"]}},
                "required": ["name", "phone"],
                "additionalProperties": False,
            },
            "day": {"type": "string", "enum": ["thursday", "friday", "saturday"]},
            "seats": {"type": "integer"},
            "notes": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["guest", "day", "seats", "notes"],
        "additionalProperties": False,
    },
)
"""Arguments within arguments, one of which may be null."""
BOOKING = (
    "Book a table for the guest Ana Silva, whose phone number is not known (null), on friday, for 4 seats, with the "
    "notes 'window' and 'no nuts'. Call the tool book_table."
)
BOOKED = {
    "guest": {"name": "Ana Silva", "phone": None},
    "day": "friday",
    "seats": 4,
    "notes": ["window", "no nuts"],
}
"""The arguments that this asks for."""
SHOPS = Tool(name="list_shops", description="Lists all shops.", parameters={"type": "object", "properties": {}})
"""A tool without arguments."""
SCRIPTS = "蓝色台灯 «Été» 🪔"
"""An article in other scripts."""
_SIMPLER = "Use flat schemas without null here, or check every argument against its schema before you act on it."


async def strict(asker: Asker, seen: Seen) -> ProbeResult:
    """Whether a strict schema is taken and kept to."""
    tool = Tool(name=BOOK.name, description=BOOK.description, parameters=BOOK.parameters, strict=True)
    said = await asker.ask([user(BOOKING)], tools=[tool])
    return _judged(seen, said, "Leave strict out, and check arguments against the schema yourself.")


async def nested(asker: Asker, seen: Seen) -> ProbeResult:
    """Whether nested arguments, lists and null come as stated."""
    return _judged(seen, await asker.ask([user(BOOKING)], tools=[BOOK]), _SIMPLER)


def _judged(seen: Seen, said: Said, cure: str) -> ProbeResult:
    if missing := no_turn(said, cure):
        return missing
    assert said.turn
    if not said.turn.calls:
        return did_not_call(said)
    arguments = said.turn.calls[0].arguments
    if arguments is None:
        return no_json(seen, said, cure)
    broken = next(Draft202012Validator(BOOK.parameters).iter_errors(dict(arguments)), None)
    if broken:
        where = "/".join(map(str, broken.absolute_path)) or "the arguments"
        return differs("broken", f"{where}: {broken.message[:100]}", cure, said)
    if arguments == BOOKED:
        return ok("yes", "arguments came as stated", said)
    return unclear(f"the schema is kept to, but the arguments are {said.turn.calls[0].written[:100]}", said)


async def scripts(asker: Asker, seen: Seen) -> ProbeResult:
    """Whether text beyond ASCII comes back unharmed."""
    ask = f"How many pieces of the article '{SCRIPTS}' are in stock? Call get_stock with exactly this name."
    said = await asker.ask([user(ask)], tools=[STOCK])
    if missing := no_turn(said, "Send ASCII only."):
        return missing
    assert said.turn
    if not said.turn.calls:
        return did_not_call(said)
    if said.turn.calls[0].arguments is None:
        return no_json(seen, said, "Refer to such names by ASCII ids.")
    got = _argument(said.turn.calls[0], "article")
    if got == SCRIPTS:
        return ok("yes", "the name came back unharmed", said)
    if got is None or "\ufffd" in got or "\\u" in got or "?" in got:
        return differs("harmed", f"the name came back as {got!r}", "Refer to such names by ASCII ids.", said)
    return unclear(f"the model wrote {got!r}", said)


async def many(asker: Asker, _seen: Seen) -> ProbeResult:
    """Whether many tools fit into a request, and the right one is called."""
    schema = {"type": "object", "properties": {"article": {"type": "string"}}}
    tools = [
        Tool(name=f"stock_in_shop_{n}", description=f"Stock in shop {n}.", parameters=schema)
        for n in range(1, MANY + 1)
    ]
    ask = f"How many pieces of the article 'blue lamp' are in stock in shop {SHOP}? Call the tool for this shop."
    said = await asker.ask([user(ask)], tools=tools, tokens=CALL_TOKENS)
    if missing := no_turn(said, f"Declare fewer than {MANY} tools a request: choose them beforehand."):
        return missing
    assert said.turn
    if not said.turn.calls:
        return did_not_call(said)
    if said.turn.calls[0].name == f"stock_in_shop_{SHOP}":
        return ok("yes", f"called {named(said.turn.calls)}", said)
    return unclear(f"called {named(said.turn.calls)}, not shop {SHOP}", said)


async def empty(asker: Asker, seen: Seen) -> ProbeResult:
    """What the arguments of a tool without any look like."""
    ask = "Which shops are there? Call the tool list_shops."
    said = await asker.ask([user(ask)], tools=[SHOPS], tokens=CALL_TOKENS)
    cure = "Take empty or missing arguments for {}."
    if missing := no_turn(said, "Declare at least one argument for every tool."):
        return missing
    assert said.turn
    if not said.turn.calls:
        return did_not_call(said)
    call = said.turn.calls[0]
    if call.arguments == {}:
        return ok("yes", "the arguments are {}", said)
    if call.arguments:
        return unclear(f"the model made arguments up: {call.written[:80]}", said)
    return no_json(seen, said, cure)


async def bad_name(asker: Asker, _seen: Seen) -> ProbeResult:
    """What comes of a tool whose name no vendor allows: an error that can be read, or an answer all the same."""
    bad = Tool(name="get.stock now", description=STOCK.description, parameters=STOCK.parameters)
    said = await asker.ask([user(ASK)], tools=[bad], tokens=FEW_TOKENS)
    if said.turn:
        return ok("accepted", "a name with a dot and a blank is taken", said)
    if said.refused and said.words:
        return ok("rejected", f"HTTP {said.status}: {said.words}", said)
    return unclear(said.words or "no reply", said)


def _argument(call: ToolCall, name: str) -> str | None:
    value: Any = (call.arguments or {}).get(name)
    return value if isinstance(value, str) else None


PROBES = (
    ToolProbe("strict schema", "Is a strict schema taken and kept to?", strict, (CALLS,)),
    ToolProbe("nested arguments", "Do lists, objects and null come as stated?", nested, (CALLS,)),
    ToolProbe("other scripts", "Does text beyond ASCII come back unharmed?", scripts, (CALLS,)),
    ToolProbe(f"{MANY} tools", f"Do {MANY} tools fit into a request?", many, (CALLS,)),
    ToolProbe("no arguments", "What are the arguments of a tool without any?", empty, (CALLS,), expected="{}"),
    ToolProbe("bad tool name", "A name that no vendor allows?", bad_name, expected="rejected"),
)
"""In the order in which they are asked."""
