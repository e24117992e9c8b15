"""Anthropic Messages: the request body, and the events of its stream."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bench.providers import usage
from bench.providers.endings import outcome_of
from bench.providers.faults import read_fault, stated
from bench.providers.protocol import StreamEvent
from bench.providers.reading import a_text, a_word, an_event, an_object, beyond_json, parse, texts
from bench.records import Message

__all__ = ["PATH", "STOP", "STREAMING", "VERSION", "headers", "prompt", "read_event", "read_fault"]

VERSION = "2026-10-21"
"""The pinned `anthropic-version`: with another one, the same body means something else."""

PATH = "/messages"

STREAMING: Mapping[str, Any] = {"stream": True}
"""Added to every body when it is sent; no part of a call's key."""

STOP = "stop_sequences"
"""The body's field for stop sequences."""


def headers(key: str | None) -> dict[str, str]:
    """The pinned version, and the key as a bearer token."""
    version = {"anthropic-version": VERSION}
    return {**version, "Authorization": f"Bearer {key}"} if key else version


def prompt(messages: Sequence[Message]) -> dict[str, Any]:
    """The body's fields that hold the prompt: system messages stand apart from the talk."""
    system = "\n\n".join(message["content"] for message in messages if message["role"] == "system")
    talk = [dict(message) for message in messages if message["role"] != "system"]
    return {"system": system, "messages": talk} if system else {"messages": talk}


def read_event(data: str) -> StreamEvent:
    """One `data:` payload, or a whole message. Raises ValueError if it is not a JSON object that the protocol knows.

    Blocks are told apart by type, not by place; events and blocks of an unknown type are empty. Gateways may end it
    in OpenAI's way, with `[DONE]`.
    """
    if data[:1] != "{" and (ended := beyond_json(data)) is not None:
        return StreamEvent(done=ended)
    raw = an_event(parse(data))
    match raw.get("type"):
        case "content_block_delta":
            return _piece(an_object(raw.get("delta"), "delta"))
        case "message_start":
            message = an_object(raw.get("message"), "message")
            counts = message.get("usage")
            return StreamEvent(
                usage=usage.of_messages(counts, final=False) if counts else None,
                served_model=a_text(message, "model") or None,
            )
        case "content_block_start":
            return _piece(an_object(raw.get("content_block"), "content_block"))
        case "message_delta":
            return _ending(raw, an_object(raw.get("delta") or {}, "delta"))
        case "message_stop":
            return StreamEvent(done=True)
        case "message":
            return _message(raw)
        case None if isinstance(raw.get("delta"), dict):
            return _ending(raw, raw["delta"]) if "stop_reason" in raw["delta"] else _piece(raw["delta"])
        case str() as kind if "error" not in kind:
            return StreamEvent()
    return StreamEvent(fault=stated(raw))


def _message(raw: Mapping[str, Any]) -> StreamEvent:
    """A whole message, from a server that does not stream."""
    answer, reasoning = texts(raw.get("content"), "content")
    ending = _ending(raw, raw)
    if ending.usage:  # no earlier report says what was written to the cache
        ending = ending._replace(usage=usage.of_messages(raw["usage"], final=False).updated(ending.usage))
    return ending._replace(
        answer=answer, reasoning=reasoning, served_model=a_text(raw, "model") or None, done=True, restated=True
    )


def _piece(block: Mapping[str, Any]) -> StreamEvent:
    if block.get("type", "text") in ("text", "text_delta"):
        return StreamEvent(answer=a_text(block, "text"))
    if block.get("type") in ("thinking", "thinking_delta"):
        return StreamEvent(reasoning=a_text(block, "thinking"))
    return StreamEvent(called=block.get("type") in ("tool_use", "input_json_delta"))


def _ending(raw: Mapping[str, Any], delta: Mapping[str, Any]) -> StreamEvent:
    """The reason, with a refusal's category behind it, and the cumulative counts."""
    reason = a_word(delta, "stop_reason") or None
    details = delta.get("stop_details")
    category = details.get("category") if isinstance(details, dict) else None
    counts = raw.get("usage")
    return StreamEvent(
        finish_reason=f"{reason}: {category}" if reason and isinstance(category, str) else reason,
        outcome=outcome_of(reason),
        usage=usage.of_messages(counts, final=True) if counts else None,
    )
