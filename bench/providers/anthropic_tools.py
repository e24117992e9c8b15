"""Tool calls in Anthropic Messages: declared, chosen, read from replies and streams, and answered."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bench.providers.reading import a_text, a_word, an_object, parse
from bench.providers.tooltypes import AssistantTurn, Choice, Tool, ToolCall, ToolResult, Turn

STOPS = "tool_use"
"""The word for a turn that ended in order to call tools."""
_REASONING = ("thinking", "redacted_thinking")
"""The blocks that show reasoning, and must come back first and unchanged."""
_PIECES = {"text_delta": "text", "thinking_delta": "thinking", "signature_delta": "signature"}
"""The deltas that lengthen a text of their block."""
_MOST_BLOCKS = 1024
"""More blocks in one turn are not read."""


def tools(tools: Iterable[Tool]) -> dict[str, Any]:
    """The body's field that declares tools."""
    return {"tools": [_stated(tool) for tool in tools]}


def _stated(tool: Tool) -> dict[str, Any]:
    strict = {} if tool.strict is None else {"strict": tool.strict}
    return {"name": tool.name, "description": tool.description, "input_schema": dict(tool.parameters), **strict}


def choice(kind: Choice, name: str = "", *, single: bool = False) -> dict[str, Any]:
    """The body's field that lets, makes or forbids the model call a tool."""
    forced: dict[str, Any] = {"type": "tool", "name": name} if name else {"type": kind}
    return {"tool_choice": {**forced, **({"disable_parallel_tool_use": True} if single else {})}}


def called(calls: Sequence[ToolCall]) -> Turn:
    """A message of a model that calls tools, made by hand."""
    blocks = [
        {"type": "tool_use", "id": call.id, "name": call.name, "input": dict(call.arguments or {})} for call in calls
    ]
    return {"role": "assistant", "content": blocks}


def results(results: Sequence[ToolResult]) -> list[Turn]:
    """One message: all results of a turn belong together."""
    blocks = [
        {
            "type": "tool_result",
            "tool_use_id": result.call,
            "content": result.content,
            **({"is_error": True} if result.failed else {}),
        }
        for result in results
    ]
    return [{"role": "user", "content": blocks}]


def turn(reply: Mapping[str, Any]) -> AssistantTurn:
    """A whole message. Raises ValueError if it is none."""
    content = reply.get("content")
    if not isinstance(content, list):
        raise ValueError("content is not a list")
    blocks = [an_object(block, "a block") for block in content]
    return _turn(blocks, {}, a_word(reply, "stop_reason") or None)


def joined(events: Iterable[Mapping[str, Any]]) -> AssistantTurn:
    """The events of a stream. Blocks that are not known are kept as they began: a vendor may want them back."""
    blocks: dict[int, dict[str, Any]] = {}
    inputs: dict[int, str] = {}
    stop, pieces = None, 0
    for event in events:
        at = event.get("index")
        match event.get("type"):
            case "content_block_start" if isinstance(at, int) and len(blocks) < _MOST_BLOCKS:
                blocks[at] = dict(an_object(event.get("content_block"), "content_block"))
            case "content_block_delta" if isinstance(at, int) and at in blocks:
                delta = an_object(event.get("delta"), "delta")
                if delta.get("type") == "input_json_delta":
                    piece = a_text(delta, "partial_json")
                    inputs[at], pieces = inputs.get(at, "") + piece, pieces + bool(piece)
                else:
                    _lengthen(blocks[at], delta)
            case "message_delta":
                stop = stop or a_word(an_object(event.get("delta") or {}, "delta"), "stop_reason") or None
    for at, written in inputs.items():
        if written:
            blocks[at]["input"] = _arguments(written) or {}
    return _turn([blocks[at] for at in sorted(blocks)], _by_block(blocks, inputs), stop, pieces)


def kept(turn: AssistantTurn) -> Turn:
    """A turn's message as it is recorded: an input that is no JSON object is the text that was written."""
    calls = iter(turn.calls)  # in the order of their blocks: ids may be lacking, or alike
    return {
        **turn.message,
        "content": [
            _kept(block, next(calls)) if block.get("type") == STOPS else dict(block)
            for block in turn.message["content"]
        ],
    }


def _kept(block: Mapping[str, Any], call: ToolCall) -> dict[str, Any]:
    return {**block, "input": call.written} if call.arguments is None else dict(block)


def sendable(message: Turn) -> Turn:
    """A recorded message as it goes back: without empty texts, inputs that are no objects as {}; others are refused."""
    blocks = message.get("content")
    if not isinstance(blocks, list):
        return message
    sent = [{**block, "input": {}} if _is_broken(block) else block for block in blocks if not _is_empty(block)]
    return {**message, "content": sent or blocks}


def _is_broken(block: Mapping[str, Any]) -> bool:
    return block.get("type") == "tool_use" and not isinstance(block.get("input"), dict)


def _is_empty(block: Mapping[str, Any]) -> bool:
    return block.get("type") == "text" and not block.get("text")


def without_reasoning(message: Turn) -> Turn:
    """A model's message without its thinking blocks."""
    return {**message, "content": [block for block in message["content"] if block.get("type") not in _REASONING]}


def with_other_reasoning(message: Turn) -> Turn:
    """A model's message whose thinking says something else under the same signature."""
    other = {"thinking": {"thinking": "Something else was thought."}, "redacted_thinking": {"data": "c29tZXRoaW5n"}}
    content = [{**block, **other.get(str(block.get("type")), {})} for block in message["content"]]
    return {**message, "content": content}


def _lengthen(block: dict[str, Any], delta: Mapping[str, Any]) -> None:
    field = _PIECES.get(str(delta.get("type")))
    if field:
        block[field] = a_text(block, field) + a_text(delta, field)


def _by_block(blocks: Mapping[int, Any], inputs: Mapping[int, str]) -> dict[int, str]:
    """What was written of each block's input, by the block's place among all."""
    return {place: inputs[at] for place, at in enumerate(sorted(blocks)) if inputs.get(at)}


def _turn(
    blocks: Sequence[dict[str, Any]], written: Mapping[int, str], stop: str | None, pieces: int = 0
) -> AssistantTurn:
    return AssistantTurn(
        message={"role": "assistant", "content": list(blocks)},
        text="".join(a_text(block, "text") for block in blocks if block.get("type") == "text"),
        reasoning="".join(a_text(block, "thinking") for block in blocks if block.get("type") == "thinking"),
        calls=tuple(
            _call(block, written.get(place)) for place, block in enumerate(blocks) if block.get("type") == "tool_use"
        ),
        stop=stop,
        pieces=pieces,
    )


def _call(block: Mapping[str, Any], written: str | None) -> ToolCall:
    held = block.get("input")
    arguments = (held if isinstance(held, dict) else None) if written is None else _arguments(written)
    if written is None:
        written = held if isinstance(held, str) else json.dumps(held)
    return ToolCall(a_word(block, "id"), a_text(block, "name"), arguments, written)


def _arguments(written: str) -> dict[str, Any] | None:
    try:
        value = parse(written)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
