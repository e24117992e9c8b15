"""A model's turn as the loop's own client reads it: the reply that the endpoint might have sent, made of our record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bench.records import Call, TokenUsage


def as_reply(call: Call, *, anthropic: bool, streamed: bool) -> tuple[str, bytes]:
    """The content type and the body. What the vendor put into its message is in it, whatever it is."""
    if anthropic:
        return "application/json", _bytes(_message(call))
    whole = _completion(call)
    if not streamed:
        return "application/json", _bytes(whole)
    return "text/event-stream", b"".join(b"data: %s\n\n" % each for each in (*map(_bytes, _chunks(whole)), b"[DONE]"))


def refusal(why: str, *, anthropic: bool) -> bytes:
    """The body of an error that no client asks again for."""
    error = {"type": "invalid_request_error", "message": why}
    return _bytes({"type": "error", "error": error} if anthropic else {"error": error})


def _bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _id(call: Call) -> str:
    """Unique among the turns of an episode: clients put messages of one id together."""
    return f"turn-{call.key.rpartition(':')[2][:24]}"


def _completion(call: Call) -> dict[str, Any]:
    message = dict(call.message or {"role": "assistant", "content": call.text})
    choice = {"index": 0, "message": message, "finish_reason": call.finish_reason or "stop", "logprobs": None}
    return {
        "id": _id(call),
        "object": "chat.completion",
        "created": 0,
        "model": call.served_model or "model",
        "choices": [choice],
        "usage": _counts(call.usage),
    }


def _chunks(whole: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A stream's chunks: the message, its end, its counts."""
    (choice,) = whole["choices"]
    delta = dict(choice["message"])
    if delta.get("tool_calls"):
        delta["tool_calls"] = [{**each, "index": at} for at, each in enumerate(delta["tool_calls"])]
    head = {**whole, "object": "chat.completion.chunk", "usage": None}
    return [
        {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]},
        {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}]},
    ]


def _counts(usage: TokenUsage) -> dict[str, int]:
    read, written = usage.in_total or 0, usage.out_total or 0
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def _message(call: Call) -> dict[str, Any]:
    content = (call.message or {}).get("content")
    blocks = content if isinstance(content, list) else [{"type": "text", "text": call.text}]
    return {
        "id": _id(call),
        "type": "message",
        "role": "assistant",
        "model": call.served_model or "model",
        "content": blocks,
        "stop_reason": call.finish_reason or "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": call.usage.in_total or 0, "output_tokens": call.usage.out_total or 0},
    }
