"""How an episode's tools reach a model and its calls come back: by the wire format's own fields, or in the prompt.

The two are never mixed: which one it is stands in the model's entry, and so in the key of every call.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Protocol

from bench.providers import anthropic_tools, openai_tools
from bench.providers.protocol import Wire
from bench.providers.reading import parse
from bench.providers.tooltypes import Tool, ToolCall, ToolResult, ToolWire, Turn
from bench.records import NATIVE, PROMPTED_JSON, Message

ANSWER = "answer"
"""What a prompted model calls in order to give its last message: small models that may write one without a call do so
at once, and call nothing. Where a tool of the episode has that name, it is the first longer word that none has."""
TOOLS = "The tools, each with the JSON schema of its arguments:"
HOW = (
    'To call a tool, reply with exactly one JSON object and nothing else: {"name": "<tool>", "arguments": {...}}. Its '
    "result comes in the next message. Do not answer from memory. When no call is left to make: "
    '{"name": "%s", "arguments": {"text": "<your last message>"}}.'
)
"""What a prompted model is told after the tools, with the word for its last message."""
_KEPT = ("type", "enum", "properties", "required", "items", "additionalProperties")
"""Keywords of a schema that every server's grammar knows; bounds are checked when the call is made."""
_MOST_TRIES = 64
"""Braces of a text that are tried as the beginning of a call."""
_FENCED = re.compile(r"```(?:json)?\s*\n(.*?)```", re.DOTALL)


class Talk(Protocol):
    """How tools reach a model in an episode."""

    @property
    def name(self) -> str:
        """The protocol's name: a value of `tool_protocol`."""

    @property
    def keeps_events(self) -> bool:
        """Whether a reply's events are needed to send its message back."""

    def among(self, names: Collection[str]) -> Talk:
        """The way of an episode whose tools have these names."""

    def opening(self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """The body's fields that hold prompt and tools."""

    def message(self, text: str, events: Sequence[str]) -> Turn:
        """A model's message as it is recorded. ValueError if its events cannot be joined."""

    def calls(self, message: Turn) -> tuple[ToolCall, ...]:
        """What a message calls; nothing for a last message. ValueError if it cannot be read."""

    def sendable(self, message: Turn) -> Turn:
        """A message as it goes back to the model. ValueError if it cannot be read."""

    def said(self, message: Turn, text: str) -> str:
        """A message's words for the user, of its visible text."""

    def results(self, results: Sequence[ToolResult]) -> list[Turn]:
        """The messages that give the results of a turn's calls."""


@dataclass(frozen=True, slots=True)
class NativeTalk:
    """By the wire format's own fields: the model's message goes back whole, with whatever the vendor put into it."""

    wire: Wire
    """The wire format of prompts."""
    tools: ToolWire
    """The wire format of tool calls."""
    name: str = NATIVE
    """The protocol's name."""
    keeps_events: bool = True
    """Its message is made of the events."""

    def among(self, names: Collection[str]) -> Talk:
        """Itself: calls and words have fields of their own."""
        del names
        return self

    def opening(self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Prompt and declared tools."""
        declared = self.tools.tools([_tool(each) for each in tools]) if tools else {}
        return {**self.wire.prompt(messages), **declared}

    def message(self, text: str, events: Sequence[str]) -> Turn:
        """The message of a stream, or of a whole reply."""
        del text
        parsed = [parse(data) for data in events if data.lstrip().startswith("{")]
        if len(parsed) == 1 and ("stop_reason" in parsed[0] or _whole(parsed[0])):
            return self.tools.kept(self.tools.turn(parsed[0]))
        return self.tools.kept(self.tools.joined(parsed))

    def calls(self, message: Turn) -> tuple[ToolCall, ...]:
        """Its calls."""
        blocks = isinstance(message.get("content"), list) and "tool_calls" not in message
        read = self.tools.turn(message if blocks else {"choices": [{"message": message}], **message})
        return tuple(map(_taken, read.calls))

    def sendable(self, message: Turn) -> Turn:
        """As the wire format takes it."""
        return self.tools.sendable(message)

    def said(self, message: Turn, text: str) -> str:
        """The visible text."""
        del message
        return text

    def results(self, results: Sequence[ToolResult]) -> list[Turn]:
        """As the wire format has them."""
        return self.tools.results(results)


def _taken(call: ToolCall) -> ToolCall:
    """A call whose arguments the endpoint sent as an object, where the protocol has a text, with these arguments."""
    return call if call.arguments is not None else call._replace(arguments=_object_of(call.written))


def _object_of(written: str) -> dict[str, Any] | None:
    try:
        value = parse(written)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _whole(reply: Any) -> bool:
    choices = reply.get("choices") if isinstance(reply, dict) else None
    return isinstance(choices, list) and bool(choices) and isinstance(choices[0], dict) and "message" in choices[0]


@dataclass(frozen=True, slots=True)
class PromptedTalk:
    """As a text in the prompt: calls are JSON objects, held to a schema where the endpoint honours one."""

    wire: Wire
    """The wire format of prompts."""
    schema: bool
    """Whether the endpoint honours `response_format` with a JSON schema."""
    name: str = PROMPTED_JSON
    """The protocol's name."""
    keeps_events: bool = False
    """Its message is its text."""
    last: str = ANSWER
    """The name under which its last message comes: no tool's."""

    def among(self, names: Collection[str]) -> Talk:
        """With a word for the last message that is none of these names."""
        last = ANSWER
        while last in names:
            last = f"last_{last}"
        return replace(self, last=last)

    def opening(self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """The prompt with the tools behind the system message."""
        declared = "\n".join(json.dumps(_declared(each), ensure_ascii=False) for each in tools)
        system = [message["content"] for message in messages if message["role"] == "system"]
        talk = [message for message in messages if message["role"] != "system"]
        told = {"role": "system", "content": "\n\n".join([*system, f"{TOOLS}\n{declared}", HOW % self.last])}
        return {**self.wire.prompt([told, *talk]), **(_format(tools, self.last) if self.schema else {})}

    def message(self, text: str, events: Sequence[str]) -> Turn:
        """Its text."""
        del events
        return {"role": "assistant", "content": text}

    def calls(self, message: Turn) -> tuple[ToolCall, ...]:
        """The object, or the list of objects, that it is or that stands in a fence."""
        value = _object_in(str(message["content"]), self.last)
        made = value if isinstance(value, list) else [value]
        return tuple(_prompted(each) for each in made if _is_call(each, self.last))

    def sendable(self, message: Turn) -> Turn:
        """As it is."""
        return message

    def said(self, message: Turn, text: str) -> str:
        """What its object gives as the answer, else the whole text."""
        value = _object_in(str(message["content"]), self.last)
        answer = _answer_of(value, self.last) if isinstance(value, dict) else None
        return answer if isinstance(answer, str) else text

    def results(self, results: Sequence[ToolResult]) -> list[Turn]:
        """One message of the user's, a line a result."""
        lines = [f"{'Error' if each.failed else 'Result'} of {each.call}: {each.content}" for each in results]
        return [{"role": "user", "content": "\n".join(lines)}]


def _tool(declared: Mapping[str, Any]) -> Tool:
    return Tool(name=declared["name"], description=declared["description"], parameters=declared["parameters"])


def _declared(tool: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tool[name] for name in ("name", "description", "parameters")}


def _format(tools: Sequence[Mapping[str, Any]], last: str) -> dict[str, Any]:
    """What holds a reply to one call, or an answer."""
    replies = [_reply(name={"const": each["name"]}, arguments=_plain(each["parameters"])) for each in tools]
    answer = _reply(name={"const": last}, arguments=_reply(text={"type": "string"}))
    schema = {"anyOf": [*replies, answer]}
    return {"response_format": {"type": "json_schema", "json_schema": {"name": "reply", "schema": schema}}}


def _reply(**properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}


def _plain(schema: Any) -> Any:
    """A schema of such keywords alone; `true`, which takes anything, is one as well."""
    if not isinstance(schema, Mapping):
        return schema
    kept: dict[str, Any] = {key: value for key, value in schema.items() if key in _KEPT}
    if "properties" in kept:
        kept["properties"] = {name: _plain(each) for name, each in kept["properties"].items()}
    if "items" in kept:
        kept["items"] = _plain(kept["items"])
    return kept


def _object_in(text: str, last: str) -> Any:
    """The JSON value that a text is, that stands in its first fence, or its first object that calls or answers."""
    fenced = _FENCED.search(text)
    for candidate in (text.strip(), fenced[1].strip() if fenced else ""):
        if candidate[:1] in ("{", "["):
            try:
                return parse(candidate)
            except ValueError:
                continue
    lines = [_object_of(line) for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and all(_is_call(each, last) for each in lines):
        return lines
    for begin in islice(re.finditer(r"\{", text), _MOST_TRIES):
        try:
            value = json.JSONDecoder().raw_decode(text, begin.start())[0]
        except (ValueError, RecursionError):
            continue
        if _is_call(value, last) or _answer_of(value, last) is not None:
            return value
    return None


def _is_call(value: Any, last: str) -> bool:
    return isinstance(value, dict) and isinstance(value.get("name"), str) and _answer_of(value, last) is None


def _answer_of(value: Mapping[str, Any], last: str) -> Any:
    """The last message that an object gives, also by itself or without its frame; None if it gives none."""
    held = value.get("arguments") if value.get("name") == last else value
    return held.get("text", held.get(last)) if isinstance(held, dict) and held is not value else value.get(last)


def _prompted(raw: Mapping[str, Any]) -> ToolCall:
    """A call; without `arguments` it is none that can be made."""
    name, arguments = str(raw["name"]), raw.get("arguments")
    written = json.dumps(arguments if "arguments" in raw else raw, ensure_ascii=False)
    held = _object_of(arguments) if isinstance(arguments, str) else arguments
    return ToolCall(name, name, held if isinstance(held, dict) else None, written)


def talk_of(protocol: str, wire: Wire, *, anthropic: bool, schema: bool) -> Talk:
    """The way of a `tool_protocol` in a wire format; `schema`: the endpoint honours `response_format`."""
    if protocol == NATIVE:
        return NativeTalk(wire, anthropic_tools if anthropic else openai_tools)
    return PromptedTalk(wire, schema and not anthropic)
