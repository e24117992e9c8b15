"""OpenAI Chat Completions: the request body, and the events of its stream."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bench import clean
from bench.providers import usage
from bench.providers.endings import outcome_of
from bench.providers.faults import read_fault, stated
from bench.providers.protocol import StreamEvent
from bench.providers.reading import a_text, a_word, an_event, an_object, beyond_json, first_choice, parse, texts
from bench.records import Message, Outcome

__all__ = ["PATH", "STOP", "STREAMING", "headers", "prompt", "read_event", "read_fault"]

PATH = "/chat/completions"

STREAMING: Mapping[str, Any] = {"stream": True, "stream_options": {"include_usage": True}}
"""Added to every body when it is sent; no part of a call's key."""

LEAST_LOGPROB = -1e5
"""Of a token; smaller ones are no log-probabilities. Some vendors say -9999 of what cannot be."""
MOST_TOPS, LONGEST_TOKEN = 20, 100
"""Tokens that are read of a list of the likeliest, and characters of each."""
STOP = "stop"
"""The body's field for stop sequences."""


def headers(key: str | None) -> dict[str, str]:
    """The key as a bearer token."""
    return {"Authorization": f"Bearer {key}"} if key else {}


def prompt(messages: Sequence[Message]) -> dict[str, Any]:
    """The body's fields that hold the prompt."""
    return {"messages": [dict(message) for message in messages]}


def read_event(data: str) -> StreamEvent:
    """One `data:` payload, or a whole `chat.completion`. Raises ValueError if it is neither.

    Texts of another type break the promise; odd token counts do not: they are unknown, the answer is not. A refusal
    has a field of its own, and its stream then stops as if it were an answer.
    """
    if data[:1] != "{" and (ended := beyond_json(data)) is not None:
        return StreamEvent(done=ended)
    raw = an_event(parse(data))
    choices = raw.get("choices")
    if not choices or raw.get("error"):
        return _without_choices(raw)
    choice = first_choice(choices)
    delta, reason = choice.get("delta"), a_word(choice, "finish_reason") or None
    restated = False
    if not delta:
        restated = bool(choice.get("message"))
        delta = choice.get("message") or {"content": choice.get("text")}
    delta = an_object(delta, "delta")
    if reason and choice.get("error"):
        return StreamEvent(fault=stated(choice))
    counts = raw.get("usage") or choice.get("usage")
    content, inside, refusal = delta.get("content"), "", ""
    if content.__class__ is not str:
        content, inside = texts(content, "content")
    if len(delta) > 1 or not content:
        refusal = a_text(delta, "refusal")
        inside = a_text(delta, "reasoning_content") or a_text(delta, "reasoning") or inside
    elif not (inside or reason or counts or restated or choice.get("logprobs")):
        return StreamEvent(content, served_model=a_text(raw, "model") or None)  # a token, as most events are
    return StreamEvent(
        answer=content or refusal,
        reasoning=inside,
        finish_reason=reason,
        outcome=Outcome.REFUSED if refusal else outcome_of(reason),
        usage=usage.of_chat(counts) if counts else None,
        cost_usd=_cost(counts) if counts else None,
        served_model=a_text(raw, "model") or None,
        tops=_tops(choice["logprobs"]) if choice.get("logprobs") else None,
        called=bool(delta.get("tool_calls")),
        restated=restated,
    )


def _tops(stated: object) -> dict[str, float] | None:
    """The likeliest first tokens of a choice's `logprobs`; None where they have another shape, which is no error."""
    content = stated.get("content") if isinstance(stated, dict) else None
    first = content[0] if isinstance(content, list) and content else None
    listed = first.get("top_logprobs") if isinstance(first, dict) else None
    if not isinstance(listed, list):
        return None
    pairs = ((each.get("token"), each.get("logprob")) for each in listed[:MOST_TOPS] if isinstance(each, dict))
    return {
        clean.text(token)[:LONGEST_TOKEN]: float(value)
        for token, value in pairs
        if isinstance(token, str) and isinstance(value, int | float) and LEAST_LOGPROB <= value <= 0
    } or None


def _without_choices(raw: Mapping[str, Any]) -> StreamEvent:
    """The counts behind the last choice, an error of whatever shape, or nothing."""
    counts = raw.get("usage")
    return StreamEvent(
        usage=usage.of_chat(counts) if counts else None,
        cost_usd=_cost(counts) if counts else None,
        served_model=a_text(raw, "model") or None,
        fault=stated(raw),
    )


_TICKS = 1e10
"""xAI's, to a USD."""


def _cost(counts: object) -> float | None:
    """What the vendor says it charged, in USD: OpenRouter's credits, the total of Perplexity's parts, xAI's ticks."""
    if not isinstance(counts, dict):
        return None
    cost = counts.get("cost")
    said = clean.amount(cost.get("total_cost") if isinstance(cost, dict) else cost)
    if said is None and (ticks := clean.amount(counts.get("cost_in_usd_ticks"))) is not None:
        said = ticks / _TICKS
    return None if said is None else float(said)
