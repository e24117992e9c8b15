"""A call has a known bill only where nothing in request and reply can move its price beyond the tokens."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bench.prices import PriceBook
from bench.providers import anthropic_messages, chosen_lanes, openai_chat
from bench.proxy.meter import ReplyMeter
from bench.proxy.route import route
from tests.proxy.test_bound import book, call

__all__ = ["book"]

CHAT: dict[str, Any] = {"prompt_tokens": 11, "completion_tokens": 7}
MESSAGES: dict[str, Any] = {"input_tokens": 11, "output_tokens": 7}
WHOLE = {**MESSAGES, "cache_read_input_tokens": 0}


def said(usage: dict[str, Any], more: dict[str, Any], asked: dict[str, Any] | None = None) -> set[str | None]:
    """What is found in a whole reply and in a stream."""
    found: set[str | None] = set()
    wire = anthropic_messages if "input_tokens" in usage else openai_chat
    for streams in (False, True):
        meter = ReplyMeter(wire, chosen_lanes(asked or {}))
        for event in _events(usage, more, streams):
            text = json.dumps(event)
            meter.feed((f"data: {text}\n\n" if streams else text).encode())
        seen = meter.end()
        assert (seen.usage.in_uncached, seen.usage.out_total) == (11, 7)
        found.add(seen.unpriced)
    return found


def _events(usage: dict[str, Any], more: dict[str, Any], streams: bool) -> list[dict[str, Any]]:
    if "input_tokens" not in usage:
        part = "delta" if streams else "message"
        more = {part: {"content": "4"}, **more} if "annotations" not in more else {part: {"content": "4", **more}}
        top = {name: value for name, value in more.items() if name not in ("delta", "message")}
        return [{"model": "m", "choices": [{part: more[part], "finish_reason": "stop"}], "usage": usage, **top}]
    message = {"type": "message", "model": "m", "content": [{"type": "text", "text": "4"}], **more}
    if not streams:
        return [{**message, "stop_reason": "end_turn", "usage": usage}]
    blocks = [{"type": "content_block_start", "content_block": block} for block in message.pop("content")]
    ending = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": usage}
    return [{"type": "message_start", "message": {**message, "usage": usage}}, *blocks, ending]


COMPACTED = [{"type": "compaction", "input_tokens": 180_000}, {"type": "message", **MESSAGES}]


@pytest.mark.parametrize(
    ("usage", "more", "what"),
    [
        ({**MESSAGES, "service_tier": "priority"}, {}, "service_tier 'priority'"),
        ({**MESSAGES, "speed": "fast"}, {}, "speed 'fast'"),
        ({**MESSAGES, "inference_geo": "us"}, {}, "inference_geo 'us'"),
        ({**MESSAGES, "iterations": COMPACTED}, {}, "usage.iterations"),
        ({**MESSAGES, "iterations": [{"type": "message", "input_tokens": 9**6}]}, {}, "usage.iterations"),
        ({**MESSAGES, "server_tool_use": {"odd_requests": 1}}, {}, "usage.server_tool_use.odd_requests"),
        (MESSAGES, {"content": [{"type": "web_search_tool_result", "content": []}]}, "a block of type"),
        (MESSAGES, {"container": {"id": "x"}}, "container"),
        (CHAT, {"service_tier": "priority"}, "service_tier 'priority'"),
        (CHAT, {"service_tier": ["x"]}, "service_tier"),
        ({**CHAT, "cost": {"request_cost": 5}}, {}, "usage.cost"),
        ({**CHAT, "cost": 5.0}, {}, "usage.cost"),
        ({**CHAT, "search_context_size": "high"}, {}, "usage.search_context_size"),
        ({**CHAT, "server_side_tool_usage_details": {"web_search_calls": 9}}, {}, "usage.server_side_tool"),
        ({**CHAT, "plugins": {"search": {"count": 5}}}, {}, "usage.plugins"),
        ({**CHAT, "completion_tokens_details": {"audio_tokens": 5}}, {}, "usage.completion_tokens_details.audio"),
        ({**CHAT, "new_tokens": 1}, {}, "usage.new_tokens"),
        (CHAT, {"search_results": [{"url": "x"}]}, "search_results"),
        (CHAT, {"annotations": [{"type": "url_citation"}]}, "annotations"),
        (CHAT, {"search": {"num_search_queries": 2}}, "num_search_queries"),
    ],
)
def test_what_moves_a_bill_is_seen(usage: dict[str, Any], more: dict[str, Any], what: str) -> None:
    found = said(usage, more)
    assert None not in found
    assert all(str(each).startswith(what) for each in found), found


@pytest.mark.parametrize(
    ("usage", "more"),
    [
        (
            {**MESSAGES, "service_tier": "standard", "speed": "standard", "inference_geo": "not_available"},
            {"container": None, "content": [{"type": "tool_use", "id": "t", "name": "f", "input": {}}]},
        ),
        (
            {**WHOLE, "cache_creation_input_tokens": 0, "cache_creation": {"ephemeral_1h_input_tokens": 0}},
            {"content": [{"type": "thinking", "thinking": 'the "usage": {"cost": 5}'}]},
        ),
        ({**MESSAGES, "iterations": [{"type": "message", **MESSAGES}]}, {"context_management": {"applied_edits": []}}),
        ({**MESSAGES, "server_tool_use": {"web_search_requests": 0, "web_fetch_requests": 3}}, {}),
        (
            {**CHAT, "total_tokens": 18, "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0}},
            {"service_tier": "default", "system_fingerprint": "fp", "provider": "x", "annotations": []},
        ),
        ({**CHAT, "completion_tokens_details": {"reasoning_tokens": 3, "rejected_prediction_tokens": 0}}, {}),
        ({**CHAT, "prompt_cache_hit_tokens": 0, "prompt_cache_miss_tokens": 11, "num_sources_used": 0}, {}),
        ({**CHAT, "cost": 0, "plugins": {}, "prompt_tokens_details": None}, {"citations": []}),
    ],
)
def test_a_usual_reply_has_a_known_bill(usage: dict[str, Any], more: dict[str, Any]) -> None:
    assert said(usage, more) == {None}


def test_a_lane_is_billed_only_where_the_reply_does_not_say_another() -> None:
    flex = {"service_tier": "flex"}
    assert said(CHAT, flex, flex) == said(CHAT, {}, flex) == said(CHAT, {"service_tier": "default"}) == {None}
    assert said(CHAT, {"service_tier": "default"}, flex) == {"service_tier 'default'"}
    assert said({**MESSAGES, "service_tier": "priority"}, {}, {"service_tier": "auto"}) != {None}


def test_nesting_is_no_crash() -> None:
    meter = ReplyMeter(openai_chat)
    meter.feed(b'{"usage": {"prompt_tokens": 11, "odd": ' + b"[" * 20_000 + b"]" * 20_000 + b"}}")
    assert meter.end().usage.out_total is None


COMPACT = {"context_management": {"edits": [{"type": "compact_20260112"}]}}
CLEAR = {"context_management": {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]}}


@pytest.mark.parametrize(
    "more",
    [
        *({name: {}} for name in ("web_search_options", "search_parameters", "odd")),
        *({"odd": None}, {"odd": False}),
        *({"plugins": []}, {"route": "fallback"}, {"inference_geo": "global"}, {"enable_search": 0}),
        *(COMPACT, {"context_management": {}}, {"context_management": {"edits": [None]}}, {"context_management": None}),
        *({"tools": [None]}, {"tool_choice": {"type": "web_search"}}, {"tool_choice": {"type": ["x"]}}),
    ],
)
def test_a_field_that_is_not_known_has_no_known_bill(book: PriceBook, more: dict[str, Any]) -> None:
    asked = call(book, more)
    assert asked.unpriced
    assert asked.worst_usd is None


def test_what_clients_send_is_billed_by_its_tokens(book: PriceBook) -> None:
    tools = [{"name": "f", "input_schema": {}, "eager_input_streaming": True}]
    claude = {"tools": tools, "metadata": {"user_id": "u"}, "thinking": {"type": "adaptive"}, **CLEAR}
    qwen = {"vl_high_resolution_images": True, "metadata": {"sessionId": "s"}, "enable_thinking": True, "tools": None}
    for more in (claude, qwen, {"reasoning": {"effort": "high"}, "usage": {"include": True}}):
        assert call(book, more).unpriced is None
    assert call(book, claude).worst_usd is not None
    assert call(book, {"reasoning": {"max_tokens": 10**6}}).worst_usd is None
    assert call(book, {"odd": 1}, extra_body={"odd": 1}).unpriced is None


@pytest.mark.parametrize(
    "name",
    ["x-dashscope-plugin", "x-service-tier", "x-amzn-bedrock-service-tier", "x-new", "priority", "x-litellm-tags", ""],
)
def test_a_header_that_is_not_known_has_no_known_bill(book: PriceBook, name: str) -> None:
    asked = call(book, {}, route("POST", "/v1/chat/completions", {"user-agent": "x", name: "x"}))
    assert (asked.unpriced, asked.worst_usd) == (f"header '{name}'", None)


SENT = (
    *("host", "connection", "content-length", "content-type", "accept", "accept-language", "accept-encoding"),
    *("user-agent", "sec-fetch-mode", "traceparent", "x-request-id", "idempotency-key", "http-referer", "x-title"),
    *("x-stainless-lang", "x-stainless-retry-count", "x-stainless-helper-method", "openai-beta", "openai-organization"),
    *("anthropic-beta", "anthropic-version", "anthropic-dangerous-direct-browser-access", "anthropic-workspace-id"),
    *("x-app", "x-claude-code-session-id", "x-client-request-id", "x-dashscope-cachecontrol", "x-dashscope-useragent"),
    *("x-dashscope-authtype", "x-opencode-session", "x-session-affinity", "x-initiator", "x-openrouter-title"),
)
"""What SDKs, Claude Code, Qwen Code, mini-swe-agent and opencode send."""


def test_what_clients_send_in_headers_has_a_known_bill(book: PriceBook) -> None:
    way = route("POST", "/v1/chat/completions", dict.fromkeys(SENT, "x") | {"anthropic-version": "2023-06-01"})
    assert way.extra is None
    assert call(book, {}, way._replace(protocol="openai")).unpriced is None
