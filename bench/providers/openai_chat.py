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
    **dict.fromkeys(("stop", "stop_sequence", "eos", "end_turn", "tool_calls", "function_call"), Outcome.ANSWERED),
    **dict.fromkeys(("length", "max_tokens", "model_length", "model_context_window_exceeded"), Outcome.TRUNCATED),
    **dict.fromkeys(("content_filter", "sensitive", "refusal"), Outcome.REFUSED),
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
    """One `data:` payload. Raises ValueError if it is not the JSON object that the protocol promises.

    Texts of another type break the promise; odd token counts do not: they are unknown, the answer is not.
    """
    if data.strip() == "[DONE]":
        return StreamEvent(done=True)
    raw = _object(_parse(data), "event")
    if raw.get("error"):
        return StreamEvent(error=_error_text(raw["error"]))
    choices = raw.get("choices") or [{}]
    if not isinstance(choices, list):
        raise ValueError("choices is not a list")
    choice = _object(choices[0], "choice")
    delta = _object(choice.get("delta") or {}, "delta")
    reason = _text(choice, "finish_reason") or None
    return StreamEvent(
        answer=_text(delta, "content"),
        reasoning=_text(delta, "reasoning_content") or _text(delta, "reasoning"),
        finish_reason=reason,
        outcome=_OUTCOMES.get(reason, Outcome.INFRASTRUCTURE) if reason else None,
        usage=_usage(raw["usage"]) if raw.get("usage") else None,
        served_model=_text(raw, "model") or None,
    )


def error_message(body: str) -> str:
    """The vendor's own message out of an error reply, at most 300 characters."""
    try:
        raw = _parse(body)
    except ValueError:
        return body.strip()[:300]
    return _error_text(raw.get("error", raw) if isinstance(raw, dict) else raw)


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _object(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{what} is not a JSON object")
    return value


def _text(raw: Mapping[str, Any], key: str) -> str:
    value = raw.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{key} is not a text")
    return _whole(value)


def _whole(text: str) -> str:
    """JSON may escape half of a surrogate pair, which no file and no hash can hold: it becomes U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _error_text(error: object) -> str:
    if isinstance(error, dict):
        error = error.get("message") or error
    return _whole(str(error))[:300]


def _usage(raw: object) -> TokenUsage:
    """Cached tokens are inside `prompt_tokens`, reasoning tokens inside `completion_tokens`.

    Counts that contradict this are unknown on their side, prompt or completion.
    """
    prompt, cached = _counts(raw, "prompt_tokens", "cached_tokens")
    out, reasoning = _counts(raw, "completion_tokens", "reasoning_tokens")
    return TokenUsage(
        in_uncached=None if prompt is None else prompt - (cached or 0),
        in_cache_read=cached,
        out_total=out,
        out_reasoning=reasoning,
    )


def _counts(raw: object, total_key: str, part_key: str) -> tuple[int | None, int | None]:
    total, part = _count(raw, total_key), _count(_field(raw, f"{total_key}_details"), part_key)
    return (None, None) if total is not None and part is not None and part > total else (total, part)


def _count(raw: object, key: str) -> int | None:
    value = _field(raw, key)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _field(raw: object, key: str) -> object:
    return raw.get(key) if isinstance(raw, dict) else None
