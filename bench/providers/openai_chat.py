"""OpenAI Chat Completions: the request body, and the events of its stream."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bench.providers.events import StreamEvent
from bench.records import Item, Outcome, TokenUsage

PATH = "/chat/completions"

STREAMING: Mapping[str, Any] = {"stream": True, "stream_options": {"include_usage": True}}
"""Added to every body when it is sent; no part of a call's key."""

_OUTCOMES = {
    "stop": Outcome.ANSWERED,
    "length": Outcome.TRUNCATED,
    "content_filter": Outcome.REFUSED,
}


def request_body(model: str, item: Item, max_tokens: int, sampling: Mapping[str, float]) -> dict[str, Any]:
    """The body that decides the answer, without streaming options."""
    body: dict[str, Any] = {
        "model": model,
        "messages": [dict(message) for message in item.messages],
        "max_tokens": max_tokens,
        **sampling,
    }
    if item.stop:
        body["stop"] = list(item.stop)
    return body


def read_event(data: str) -> StreamEvent:
    """One `data:` payload. Raises ValueError if it is not the JSON object that the protocol promises."""
    if data.strip() == "[DONE]":
        return StreamEvent(done=True)
    raw = json.loads(data)
    if not isinstance(raw, dict):
        raise ValueError("event is not a JSON object")
    if raw.get("error"):
        return StreamEvent(error=_error_text(raw["error"]))
    choices = raw.get("choices") or [{}]
    delta = choices[0].get("delta") or {}
    reason = choices[0].get("finish_reason")
    return StreamEvent(
        answer=delta.get("content") or "",
        reasoning=delta.get("reasoning_content") or delta.get("reasoning") or "",
        finish_reason=reason,
        outcome=_OUTCOMES.get(reason, Outcome.INFRASTRUCTURE) if reason else None,
        usage=_usage(raw["usage"]) if raw.get("usage") else None,
        served_model=raw.get("model"),
    )


def error_message(body: str) -> str:
    """The vendor's own message out of an error reply, at most 300 characters."""
    try:
        raw = json.loads(body)
    except ValueError:
        return body.strip()[:300]
    return _error_text(raw.get("error", raw) if isinstance(raw, dict) else raw)


def _error_text(error: object) -> str:
    if isinstance(error, dict):
        error = error.get("message") or error
    return str(error)[:300]


def _usage(raw: Mapping[str, Any]) -> TokenUsage:
    """Cached tokens are inside `prompt_tokens`, reasoning tokens inside `completion_tokens`."""
    prompt = raw.get("prompt_tokens")
    cached = (raw.get("prompt_tokens_details") or {}).get("cached_tokens")
    reasoning = (raw.get("completion_tokens_details") or {}).get("reasoning_tokens")
    return TokenUsage(
        in_uncached=None if prompt is None else prompt - (cached or 0),
        in_cache_read=cached,
        out_total=raw.get("completion_tokens"),
        out_reasoning=reasoning,
    )
