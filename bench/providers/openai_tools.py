"""Tool calls in OpenAI Chat Completions: declared, chosen, read from replies and streams, and answered."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bench.providers.reading import a_text, a_word, an_object, first_choice, parse, texts
from bench.providers.tooltypes import AssistantTurn, Choice, Tool, ToolCall, ToolResult, Turn

STOPS = "tool_calls"
"""The word for a turn that ended in order to call tools."""
_CHOICES: Mapping[Choice, str] = {"auto": "auto", "any": "required", "none": "none"}
_REASONING = ("reasoning_content", "reasoning", "reasoning_details")
"""The fields in which vendors and gateways show reasoning, and want it back."""
_MOST_CALLS = 256
"""More calls in one turn are not read."""


def tools(tools: Iterable[Tool]) -> dict[str, Any]:
    """The body's field that declares tools."""
    return {"tools": [{"type": "function", "function": _function(tool)} for tool in tools]}


def _function(tool: Tool) -> dict[str, Any]:
    strict = {} if tool.strict is None else {"strict": tool.strict}
    stated = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
    return {**stated, **strict}


def choice(kind: Choice, name: str = "", *, single: bool = False) -> dict[str, Any]:
    """The body's fields that let, make or forbid the model call a tool."""
    forced = {"type": "function", "function": {"name": name}} if name else _CHOICES[kind]
    return {"tool_choice": forced, **({"parallel_tool_calls": False} if single else {})}


def called(calls: Sequence[ToolCall]) -> Turn:
    """A message of a model that calls tools, made by hand."""
    made = [
        {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.written}}
        for call in calls
    ]
    return {"role": "assistant", "content": None, "tool_calls": made}


def results(results: Sequence[ToolResult]) -> list[Turn]:
    """A message a result."""
    return [{"role": "tool", "tool_call_id": result.call, "content": result.content} for result in results]


def turn(reply: Mapping[str, Any]) -> AssistantTurn:
    """A whole `chat.completion`. Raises ValueError if it is none."""
    choice = _first(reply)
    if choice is None:
        raise ValueError("the reply has no choice")
    message = {"role": "assistant", **an_object(choice.get("message"), "message")}
    return _turn(message, a_word(choice, "finish_reason") or None)


def joined(events: Iterable[Mapping[str, Any]]) -> AssistantTurn:
    """The chunks of a stream. Fields that are not known are kept: a vendor may want them back."""
    message: dict[str, Any] = {"role": "assistant", "content": None}
    calls, stop = _Calls(), None
    for event in events:
        choice = _first(event)
        if choice is None:
            continue
        stop = stop or a_word(choice, "finish_reason") or None
        whole = not choice.get("delta")
        if whole and (calls.count or len(message) > 2 or message["content"]):
            continue  # the message as a whole, after its pieces
        for name, value in an_object((choice.get("message") if whole else choice["delta"]) or {}, "delta").items():
            if name == "tool_calls":
                calls.add(value)
            elif name != "role":
                message[name] = _longer(message.get(name), value)
    if calls.odd and not calls.count:
        raise ValueError("a tool call is not a JSON object")
    if calls.count:
        message["tool_calls"] = [call for at in sorted(calls.at) for call in calls.at[at]]
    crowded = any(len(each) > 1 for each in calls.at.values())
    return replace(_turn(message, stop, calls.pieces), crowded=crowded)


def kept(turn: AssistantTurn) -> Turn:
    """A turn's message as it is recorded: its calls hold what was written."""
    return turn.message


def sendable(message: Turn) -> Turn:
    """A recorded message as it goes back: arguments that are no JSON object are {}, as vendors refuse any others."""
    calls = message.get("tool_calls")
    return {**message, "tool_calls": [_sendable(each) for each in calls]} if calls else message


def _sendable(call: Mapping[str, Any]) -> dict[str, Any]:
    function = an_object(call.get("function"), "function")
    arguments = _call(call).arguments
    held = isinstance(function.get("arguments"), dict) or (arguments is not None and _is_plain(arguments))
    return dict(call) if held else {**call, "function": {**function, "arguments": "{}"}}


def _is_plain(arguments: Mapping[str, Any]) -> bool:
    """Whether they can be written as JSON, which has no NaN and no number beyond floats."""
    try:
        json.dumps(arguments, allow_nan=False)
    except ValueError:
        return False
    return True


def without_reasoning(message: Turn) -> Turn:
    """A model's message without its reasoning fields."""
    return {name: value for name, value in message.items() if name not in _REASONING}


def with_other_reasoning(message: Turn) -> Turn:
    """A model's message with other words in its first reasoning field."""
    field = next((name for name in _REASONING if name in message), None)
    if field is None:
        return message
    return {**message, field: "Something else was thought." if isinstance(message[field], str) else []}


def _first(raw: Mapping[str, Any]) -> dict[str, Any] | None:
    choices = raw.get("choices")
    return first_choice(choices) if choices else None


def _longer(before: Any, piece: Any) -> Any:
    """A field with another piece: texts and lists grow, anything else is what came last; null says nothing."""
    if piece is None:
        return before
    grows = isinstance(piece, str | list) and isinstance(before, type(piece))
    return before + piece if grows else piece


@dataclass(slots=True)
class _Calls:
    """The calls of a stream, as their pieces come.

    A model may call however often: what is beyond _MOST_CALLS is left out. So is what an endpoint sends beside calls
    that is no piece of one.
    """

    at: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    """By place, as the endpoint gave it; several where it gave them all the same."""
    count: int = 0
    """How many they are."""
    pieces: int = 0
    """Pieces that carried arguments."""
    odd: bool = False
    """Whether something was no piece of a call."""
    new: dict[str, Any] | None = None
    """The last call that began, as long as it has its first piece alone."""

    def add(self, parts: Any) -> None:
        """Adds the pieces of one event."""
        for part in parts if isinstance(parts, list) else [parts] if parts else ():
            function = (part.get("function") or {}) if isinstance(part, dict) else None
            if not isinstance(function, dict):
                self.odd = True
                continue
            before = self.count
            call = self._of(part, function)
            if call is None:
                continue
            self.new = call if self.count > before else None
            call.update({key: value for key, value in part.items() if key not in ("index", "id", "type", "function")})
            piece = function.get("arguments")
            if piece:
                self.pieces += 1
                call["function"]["arguments"] = _longer(call["function"]["arguments"], piece)

    def _of(self, part: Mapping[str, Any], function: Mapping[str, Any]) -> dict[str, Any] | None:
        """The call that a piece belongs to; None for one more than are read.

        A name under another id begins a call, as gateways give all calls the same place; so does, where none has an id,
        a name after a call that came whole in its first piece.
        """
        at, id_, name = part.get("index"), part.get("id"), function.get("name")
        id_ = id_ if isinstance(id_, str | int) and not isinstance(id_, bool) else ""
        name = name if isinstance(name, str) else ""
        if not isinstance(at, int):  # some servers send each call whole, without its place
            at = self.count if id_ or not self.at else max(self.at)
        call = self.at[at][-1] if at in self.at else None
        if call is self.new and call is not None and name and not (id_ or call["id"]) and _is_whole(call):
            call, at = None, at if "index" in part else self.count
        if call is None or (id_ and name and call["id"] and call["id"] != id_):
            if self.count >= _MOST_CALLS:
                return None
            call = {"id": "", "type": "function", "function": {"name": "", "arguments": ""}}
            self.at.setdefault(at, []).append(call)
            self.count += 1
        call["id"] = call["id"] or id_
        call["function"]["name"] = call["function"]["name"] or name
        return call


def _is_whole(call: Mapping[str, Any]) -> bool:
    """Whether a call's arguments are all there."""
    return _call(call).arguments is not None


def _turn(message: dict[str, Any], stop: str | None, pieces: int = 0) -> AssistantTurn:
    made = message.get("tool_calls") or []
    if not isinstance(made, list):
        raise ValueError("tool_calls is not a list")
    text, inside = texts(message.get("content"), "content")
    shown = (message.get(name) for name in _REASONING)
    return AssistantTurn(
        message=message,
        text=text,
        reasoning=next((value if isinstance(value, str) else json.dumps(value) for value in shown if value), inside),
        calls=tuple(_call(an_object(call, "a tool call")) for call in made),
        stop=stop,
        pieces=pieces,
    )


def _call(raw: Mapping[str, Any]) -> ToolCall:
    function = an_object(raw.get("function"), "function")
    written = function.get("arguments")
    if not isinstance(written, str):  # some servers send an object where the protocol has a text
        return ToolCall(a_word(raw, "id"), a_text(function, "name"), None, json.dumps(written))
    try:
        arguments = parse(written)
    except ValueError:
        arguments = None
    return ToolCall(
        a_word(raw, "id"), a_text(function, "name"), arguments if isinstance(arguments, dict) else None, written
    )
