"""A strict endpoint with a model that does what it is told: it answers 400 where a vendor would, in either protocol.

A `Fault` makes it differ in one point, as real endpoints do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from typing import Any

from tests.fake_endpoint import Reply, Request


class Fault(StrEnum):
    """One way in which an endpoint differs from the vendors' own."""

    NONE = "none"
    NO_TOOLS = "tools are refused"
    DROPPED = "tools are dropped"
    AS_TEXT = "calls are text"
    NO_IDS = "no ids"
    STOP = "stops as if it had answered"
    NO_COUNTS = "no token counts"
    STREAM_ONLY = "calls come in streams only"
    NO_FORCE = "forced calls are refused"
    NO_NAMED = "a tool cannot be named"
    FORCE_IGNORED = "forced calls are ignored"
    NAME_IGNORED = "a named tool is ignored"
    NONE_IGNORED = "forbidden calls are made"
    ANY_ID = "unknown ids are taken"
    MISSING_TAKEN = "missing results are taken"
    SERIAL = "one call a turn"
    ONE_PLACE = "parallel calls share a place"
    NOT_SINGLE = "parallel calls cannot be turned off"
    NO_STRICT = "strict is refused"
    NOT_STRICT = "strict is taken and not kept"
    NULL_LOST = "null becomes a text"
    HARMED = "other scripts are harmed"
    FEW = "few tools"
    EMPTY = "empty arguments are an empty text"
    CACHE_KEPT = "the cache survives"
    NO_RESULTS = "results are refused"
    NO_ERRORS = "results that failed are refused"
    ONE_RESULT = "several results are refused"
    AT_ONCE = "arguments come at once"
    BROKEN = "arguments are no JSON"
    ANY_NAME = "any tool name is taken"
    FORCED_THINKING = "calls are forced while thinking"
    NAMED_THINKING = "a tool is named while thinking"
    MAY_LACK = "reasoning may be left out"
    MAY_DIFFER = "reasoning may be altered"
    NOT_BACK = "reasoning may not be sent back"
    UNSIGNED = "reasoning has no signature"
    IN_WORDS = "refuses in words"
    FILTERED = "refuses with an error"
    OTHER_WORD = "refuses with a word of its own"
    COMPLIES = "refuses nothing"


class Refused(Exception):
    """The request breaks the protocol; the message is the vendor's."""


class Filtered(Refused):
    """The vendor's filter lets the prompt not through."""


@dataclass(frozen=True)
class Ask:
    """A request in words that both protocols share."""

    tools: Mapping[str, Mapping[str, Any]]
    choice: str
    single: bool
    strict: bool
    texts: Sequence[str]
    """The user's texts, in order."""
    results: Sequence[str]
    """The results after the last call."""
    thinks: bool

    @property
    def forced(self) -> bool:
        """Whether a call must come."""
        return self.choice not in ("auto", "none")

    @property
    def wrong(self) -> bool:
        """Whether no model should do what is asked."""
        return "break into" in self.texts[-1]


class Strict:
    """A script for a `FakeEndpoint`."""

    def __init__(self, fault: Fault = Fault.NONE, *, thinks: bool | None = False) -> None:
        """`thinks` is whether its model does so unless it is switched off; None: if it is switched on."""
        self.fault, self.thinks = fault, thinks
        self._ids = count(1)
        self._cached: set[str] = set()

    def thinking(self, body: Mapping[str, Any]) -> bool:
        """Whether the model thinks of a request."""
        switch = body.get("thinking", {}).get("type")
        return switch == "enabled" if self.thinks is None else self.thinks and switch != "disabled"

    def __call__(self, request: Request) -> Reply:
        try:
            return self._reply(request)
        except Filtered as refused:
            return Reply(status=400, text=str(refused), error={"code": "content_filter"})
        except Refused as refused:
            return Reply(status=400, text=str(refused), error={"type": "invalid_request_error"})

    def _reply(self, request: Request) -> Reply:
        body = request.body
        ask = _messages(body, self) if request.anthropic else _chat(body, self)
        self._check(ask)
        text, calls = self._say(ask)
        if not body.get("stream") and self.fault is Fault.STREAM_ONLY:
            text, calls = "I cannot.", []
        ids = ["" if self.fault is Fault.NO_IDS else f"call_{next(self._ids)}" for _ in calls]
        refused = {Fault.OTHER_WORD: "sensitive"}.get(self.fault, "refusal") if ask.wrong and not text else ""
        said = {
            "text": text,
            "calls": [*zip(ids, calls, strict=True)],
            "reasoning": "Hm. " if ask.thinks else "",
            "refused": refused,
        }
        write = write_messages if request.anthropic else write_chat
        return write(body, said, self._usage(body), self.fault)

    def _usage(self, body: Mapping[str, Any]) -> dict[str, int] | None:
        if self.fault is Fault.NO_COUNTS:
            return None
        seen = {**body, "tools": None} if self.fault is Fault.DROPPED else body
        tokens = len(json.dumps([seen.get("system"), seen.get("tools"), seen["messages"]])) // 4
        key = json.dumps([seen["messages"], None if self.fault is Fault.CACHE_KEPT else seen.get("tools")])
        cached = tokens if key in self._cached and tokens > 1024 else 0
        self._cached.add(key)
        return {"in": tokens, "cached": cached, "out": 20}

    def _check(self, ask: Ask) -> None:
        if ask.tools and self.fault is Fault.NO_TOOLS:
            raise Refused("tools are not supported")
        if ask.wrong and self.fault is Fault.FILTERED:
            raise Filtered("This prompt was flagged")
        named = all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name) for name in ask.tools)
        if not named and self.fault is not Fault.ANY_NAME:
            raise Refused("a tool's name must match ^[a-zA-Z0-9_-]{1,64}$")
        if ask.strict and self.fault is Fault.NO_STRICT:
            raise Refused("unknown field strict")
        if len(ask.tools) > 32 and self.fault is Fault.FEW:
            raise Refused("at most 32 tools")
        if ask.forced and self.fault is (Fault.NO_FORCE if ask.choice == "any" else Fault.NO_NAMED):
            raise Refused("tool_choice is not supported")
        may = Fault.FORCED_THINKING if ask.choice == "any" else Fault.NAMED_THINKING
        if ask.forced and ask.thinks and self.fault is not may:
            raise Refused("Thinking mode does not support this tool_choice")
        if ask.results and self.fault is Fault.NO_RESULTS:
            raise Refused("unknown role of a message")
        if any("ERROR" in result for result in ask.results) and self.fault is Fault.NO_ERRORS:
            raise Refused("a result may not be an error")
        if len(ask.results) > 1 and self.fault is Fault.ONE_RESULT:
            raise Refused("one result a turn")

    def _say(self, ask: Ask) -> tuple[str, list[tuple[str, Any]]]:
        """Text and calls of the model."""
        if self.fault is Fault.DROPPED or not ask.tools:
            return "I would have to look that up.", []
        if ask.wrong:
            said = {Fault.IN_WORDS: "I'm sorry, but I can't help with that.", Fault.COMPLIES: "First, find a ladder."}
            return said.get(self.fault, ""), []
        if ask.results:
            return f"There are {' and '.join(ask.results)} pieces.", []
        if ask.choice == "none" and self.fault is not Fault.NONE_IGNORED:
            return "I may not look that up.", []
        calls = self._calls(ask)
        ignores = self.fault is (Fault.FORCE_IGNORED if ask.choice == "any" else Fault.NAME_IGNORED)
        if ask.forced and not ignores:
            name = next(iter(ask.tools)) if ask.choice == "any" else ask.choice
            calls = [(name, {"article": "blue lamp"})]
        if (ask.single and self.fault is not Fault.NOT_SINGLE) or self.fault is Fault.SERIAL:
            calls = calls[:1]
        if calls and self.fault is Fault.AS_TEXT and not ask.forced:
            return json.dumps({"name": calls[0][0], "arguments": calls[0][1]}), []
        return ("" if calls else "Hello."), calls

    def _calls(self, ask: Ask) -> list[tuple[str, Any]]:
        text = ask.texts[-1]
        if "hello" in text:
            return []
        if "list_shops" in ask.tools:
            return [("list_shops", {})]
        if "book_table" in ask.tools:
            lost = self.fault is (Fault.NOT_STRICT if ask.strict else Fault.NULL_LOST)
            guest = {"name": "Ana Silva", "phone": "null" if lost else None, **({"age": 3} if lost else {})}
            return [("book_table", {"guest": guest, "day": "friday", "seats": 4, "notes": ["window", "no nuts"]})]
        names = re.findall(r"'(.*?)'", text)
        if self.fault is Fault.HARMED:
            names = [name.encode("ascii", "replace").decode() for name in names]
        shop = re.search(r"in shop (\d+)", text)
        tool = f"stock_in_shop_{shop[1]}" if shop else "get_stock"
        return [(tool, {"article": name}) for name in names]


def _paired(called: Sequence[str], answered: Sequence[str], fault: Fault) -> None:
    if fault is not Fault.ANY_ID and {*answered} - {*called}:
        raise Refused("a result names an id that no call has")
    if fault is not Fault.MISSING_TAKEN and len({*called}) > len({*answered}):
        raise Refused("each call must be followed by its result")


def _thought(shown: Any, expected: Any, fault: Fault) -> None:
    """What came back of the reasoning, None if nothing did, against what must."""
    if fault is Fault.NOT_BACK:
        if shown is not None:
            raise Refused("reasoning is no input")
    elif shown is None:
        if fault is not Fault.MAY_LACK:
            raise Refused("The reasoning_content in the thinking mode must be passed back")
    elif shown != expected and fault is not Fault.MAY_DIFFER:
        raise Refused("Invalid signature in thinking block")


def thinking_block(fault: Fault) -> dict[str, Any]:
    """The reasoning as Anthropic's format has it."""
    return {"type": "thinking", "thinking": "Hm. ", "signature": "" if fault is Fault.UNSIGNED else "c2ln"}


def _chat(body: Mapping[str, Any], server: Strict) -> Ask:
    functions = [tool["function"] for tool in body.get("tools") or []]
    choice = body.get("tool_choice", "auto")
    named = choice["function"]["name"] if isinstance(choice, dict) else {"required": "any"}.get(choice, choice)
    called: list[str] = []
    results: dict[str, str] = {}
    thinks = server.thinking(body)
    for message in body["messages"]:
        if message["role"] == "assistant":
            called += [call["id"] for call in message["tool_calls"]]
            if thinks:
                _thought(message.get("reasoning_content"), "Hm. ", server.fault)
        if message["role"] == "tool":
            results[message["tool_call_id"]] = message["content"]
    _paired(called, [*results], server.fault)
    return Ask(
        tools={function["name"]: function["parameters"] for function in functions},
        choice=named,
        single=body.get("parallel_tool_calls") is False,
        strict=any("strict" in function for function in functions),
        texts=[message["content"] for message in body["messages"] if message["role"] == "user"],
        results=[*results.values()] if body["messages"][-1]["role"] == "tool" else [],
        thinks=thinks,
    )


def _messages(body: Mapping[str, Any], server: Strict) -> Ask:
    choice = body.get("tool_choice") or {"type": "auto"}
    called: list[str] = []
    results: dict[str, str] = {}
    texts = []
    thinks = server.thinking(body)
    for message in body["messages"]:
        blocks = message["content"]
        blocks = [{"type": "text", "text": blocks}] if isinstance(blocks, str) else blocks
        if message["role"] == "assistant":
            called += [block["id"] for block in blocks if block["type"] == "tool_use"]
            if thinks:
                shown = next((block for block in blocks if block["type"] == "thinking"), None)
                _thought(shown, thinking_block(server.fault), server.fault)
        results |= {block["tool_use_id"]: block["content"] for block in blocks if block["type"] == "tool_result"}
        texts += [block["text"] for block in blocks if block["type"] == "text" and message["role"] == "user"]
    _paired(called, [*results], server.fault)
    last = body["messages"][-1]["content"]
    return Ask(
        tools={tool["name"]: tool["input_schema"] for tool in body.get("tools") or []},
        choice=choice.get("name") or choice["type"],
        single=bool(choice.get("disable_parallel_tool_use")),
        strict=any("strict" in tool for tool in body.get("tools") or []),
        texts=texts,
        results=[*results.values()] if isinstance(last, list) else [],
        thinks=thinks,
    )


def _written(arguments: Any, fault: Fault) -> str:
    written = "" if not arguments and fault is Fault.EMPTY else json.dumps(arguments)
    return written[:-1] if fault is Fault.BROKEN else written


def _stop(said: Mapping[str, Any], fault: Fault, usual: Mapping[str, str]) -> str:
    """Why the turn ended; `usual` has the protocol's words for calls, a refusal and any other end."""
    if refused := said.get("refused"):
        return str(usual["refusal"] if refused == "refusal" else refused)
    return usual["calls" if said["calls"] and fault is not Fault.STOP else "end"]


def write_chat(body: Mapping[str, Any], said: Mapping[str, Any], usage: Any, fault: Fault) -> Reply:
    calls = [
        {
            "index": 0 if fault is Fault.ONE_PLACE else at,
            "id": each,
            "type": "function",
            "function": {"name": name, "arguments": _written(made, fault)},
        }
        for at, (each, (name, made)) in enumerate(said["calls"])
    ]
    stop = _stop(said, fault, {"calls": "tool_calls", "refusal": "stop", "end": "stop"})
    counts: Any = usage and {
        "prompt_tokens": usage["in"],
        "completion_tokens": usage["out"],
        "prompt_tokens_details": {"cached_tokens": usage["cached"]},
    }
    if not body.get("stream"):
        message = {"role": "assistant", "content": said["text"] or None, "tool_calls": calls}
        choice = {"index": 0, "message": message, "finish_reason": stop}
        return Reply(whole=json.dumps({"object": "chat.completion", "choices": [choice], "usage": counts}))
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": None}]
    deltas += [{"reasoning_content": said["reasoning"]}] if said["reasoning"] else []
    deltas += [{"content": said["text"]}] if said["text"] else []
    deltas += [{"refusal": piece} for piece in ("I can't ", "help.") if said.get("refused") == "refusal"]
    for call in calls:
        written = call["function"]["arguments"]
        first = len(written) if fault is Fault.AT_ONCE else 5
        deltas.append({"tool_calls": [{**call, "function": {**call["function"], "arguments": written[:first]}}]})
        if written[first:]:
            deltas.append({"tool_calls": [{"index": call["index"], "function": {"arguments": written[first:]}}]})
    chunks: list[dict[str, Any]] = [
        {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas
    ]
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": stop}]})
    chunks += [{"choices": [], "usage": counts}] if counts else []
    return Reply(raw_events=tuple(json.dumps({"model": body["model"], **chunk}) for chunk in chunks))


def write_messages(body: Mapping[str, Any], said: Mapping[str, Any], usage: Any, fault: Fault) -> Reply:
    stop = _stop(said, fault, {"calls": "tool_use", "refusal": "refusal", "end": "end_turn"})
    blocks: list[dict[str, Any]] = []
    if said["reasoning"]:
        blocks.append(thinking_block(fault))
    if said["text"]:
        blocks.append({"type": "text", "text": said["text"]})
    blocks += [{"type": "tool_use", "id": each, "name": name, "input": made} for each, (name, made) in said["calls"]]
    counts: Any = usage and {
        "input_tokens": usage["in"] - usage["cached"],
        "cache_read_input_tokens": usage["cached"],
        "output_tokens": usage["out"],
    }
    message: dict[str, Any] = {"type": "message", "role": "assistant", "model": body["model"], "usage": counts}
    if not body.get("stream"):
        return Reply(whole=json.dumps({**message, "content": blocks, "stop_reason": stop}))
    events: list[dict[str, Any]] = [{"type": "message_start", "message": {**message, "content": []}}]
    for index, block in enumerate(blocks):
        events += [{**event, "index": index} for event in _block_events(block, fault)]
    events.append({"type": "message_delta", "delta": {"stop_reason": stop}, "usage": counts})
    return Reply(raw_events=tuple(map(json.dumps, events)))


def _block_events(block: Mapping[str, Any], fault: Fault) -> Iterator[dict[str, Any]]:
    kind = block["type"]
    if kind == "tool_use":
        yield {"type": "content_block_start", "content_block": {**block, "input": {}}}
        written = _written(block["input"], fault)
        first = len(written) if fault is Fault.AT_ONCE else 5
        pieces = [written[:first], *([written[first:]] if written[first:] else [])] if block["input"] else [""]
        deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
    elif kind == "thinking":
        yield {"type": "content_block_start", "content_block": {"type": kind, "thinking": "", "signature": ""}}
        deltas = [
            {"type": "thinking_delta", "thinking": block["thinking"]},
            {"type": "signature_delta", "signature": block["signature"]},
        ]
    else:
        yield {"type": "content_block_start", "content_block": {"type": "text", "text": ""}}
        deltas = [{"type": "text_delta", "text": block["text"]}]
    for delta in deltas:
        yield {"type": "content_block_delta", "delta": delta}
    yield {"type": "content_block_stop"}
