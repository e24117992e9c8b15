"""Anthropic Messages: what is sent, and what every odd event of a stream is taken for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.providers import FaultKind, StreamEvent
from bench.providers.anthropic_messages import PATH, STREAMING, VERSION, headers, prompt, read_event
from bench.records.items import Outcome, TokenUsage

USER = {"role": "user", "content": "1 + 1?"}


def test_what_is_sent_beside_the_settings() -> None:
    assert (PATH, STREAMING) == ("/messages", {"stream": True})
    assert headers(None) == {"anthropic-version": VERSION}
    assert headers("k") == {"anthropic-version": VERSION, "Authorization": "Bearer k"}


def test_system_messages_stand_apart() -> None:
    brief, kind = {"role": "system", "content": "Be brief."}, {"role": "system", "content": "Be kind."}
    assert prompt((USER,)) == {"messages": [USER]}
    assert prompt((brief, USER, kind)) == {"system": "Be brief.\n\nBe kind.", "messages": [USER]}


def event(**fields: Any) -> StreamEvent:
    return read_event(json.dumps(fields))


def ending(reason: str | None, **more: Any) -> StreamEvent:
    return event(type="message_delta", delta={"stop_reason": reason, **more})


EVENTS: list[tuple[dict[str, Any], StreamEvent]] = [
    ({"type": "ping"}, StreamEvent()),
    ({"type": "an event of tomorrow", "delta": 3}, StreamEvent()),
    ({}, StreamEvent()),
    ({"type": "message_start", "message": {"model": "m"}}, StreamEvent(served_model="m")),
    (
        {"type": "message_start", "message": {"usage": {"input_tokens": 3}}},
        StreamEvent(usage=TokenUsage(in_uncached=3)),
    ),
    ({"type": "message_start", "message": {"usage": "odd"}}, StreamEvent(usage=TokenUsage())),
    ({"type": "content_block_start", "content_block": {"type": "text", "text": "a"}}, StreamEvent(answer="a")),
    ({"type": "content_block_start", "content_block": {"type": "thinking", "thinking": ""}}, StreamEvent()),
    ({"type": "content_block_start", "content_block": {"type": "redacted_thinking", "data": "x"}}, StreamEvent()),
    (
        {"type": "content_block_delta", "index": 9, "delta": {"type": "text_delta", "text": "a"}},
        StreamEvent(answer="a"),
    ),
    ({"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": "h"}}, StreamEvent(reasoning="h")),
    ({"type": "content_block_delta", "delta": {"type": "signature_delta", "signature": "x"}}, StreamEvent()),
    (
        {"type": "content_block_delta", "delta": {"type": "input_json_delta", "partial_json": "{"}},
        StreamEvent(called=True),
    ),
    ({"type": "content_block_start", "content_block": {"type": "tool_use", "id": "a"}}, StreamEvent(called=True)),
    ({"type": "content_block_delta", "delta": {"type": "citations_delta", "citation": {}}}, StreamEvent()),
    ({"type": "content_block_stop", "index": 0}, StreamEvent()),
    ({"type": "message_delta", "usage": {"output_tokens": 3}}, StreamEvent(usage=TokenUsage(out_total=3))),
    ({"type": "message_stop"}, StreamEvent(done=True)),
]


@pytest.mark.parametrize(("raw", "expected"), EVENTS, ids=[str(raw) for raw, _ in EVENTS])
def test_events(raw: dict[str, Any], expected: StreamEvent) -> None:
    assert event(**raw) == expected


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        ("end_turn", Outcome.ANSWERED),
        ("stop_sequence", Outcome.ANSWERED),
        ("tool_use", Outcome.ANSWERED),
        ("max_tokens", Outcome.TRUNCATED),
        ("model_context_window_exceeded", Outcome.TRUNCATED),
        ("refusal", Outcome.REFUSED),
        ("pause_turn", Outcome.INFRASTRUCTURE),
        ("a reason of tomorrow", None),
    ],
)
def test_stop_reasons(reason: str, outcome: Outcome | None) -> None:
    assert ending(reason) == StreamEvent(finish_reason=reason, outcome=outcome)
    assert ending(None) == ending("") == StreamEvent()


@pytest.mark.parametrize("category", ["cyber", "bio", "frontier_llm", "reasoning_extraction", "general_harms"])
def test_a_refusals_category_is_kept(category: str) -> None:
    found = ending("refusal", stop_details={"type": "refusal", "category": category, "explanation": "no"})
    assert (found.finish_reason, found.outcome) == (f"refusal: {category}", Outcome.REFUSED)


@pytest.mark.parametrize("details", [None, "odd", {"category": None}, {"category": 3}])
def test_a_refusal_without_a_category(details: object) -> None:
    assert ending("refusal", stop_details=details).finish_reason == "refusal"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"type": "overloaded_error", "message": "Overloaded"}, FaultKind.TRANSIENT),
        ({"type": "api_error", "message": "Internal"}, FaultKind.TRANSIENT),
        ({"type": "timeout_error", "message": "Late"}, FaultKind.TRANSIENT),
        ({"type": "rate_limit_error", "message": "Slow down"}, FaultKind.TRANSIENT),
        ({"type": "invalid_request_error", "message": "Bad"}, FaultKind.REQUEST),
        ({"type": "authentication_error", "message": "Who?"}, FaultKind.MODEL),
        ({"type": "billing_error", "message": "Pay"}, FaultKind.MODEL),
        (None, FaultKind.TRANSIENT),
        ("odd", FaultKind.TRANSIENT),
    ],
)
def test_errors_after_http_200(error: object, kind: FaultKind) -> None:
    fault = event(type="error", error=error).fault
    assert fault is not None
    assert fault.kind is kind


@pytest.mark.parametrize(
    "data",
    [
        "{", "[1]", "3", "[" * 100_000,
        '{"type": "message_start"}',
        '{"type": "message_start", "message": {"model": 3}}',
        '{"type": "content_block_start", "content_block": "a"}',
        '{"type": "content_block_delta"}',
        '{"type": "content_block_delta", "delta": {"type": "text_delta", "text": 3}}',
        '{"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": ["a"]}}',
        '{"type": "message_delta", "delta": "a"}',
        '{"type": "message_delta", "delta": {"stop_reason": [3]}}',
    ],
)  # fmt: skip
def test_a_broken_promise_is_a_value_error(data: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        read_event(data)


kinds = [str(raw["type"]) for raw, _ in EVENTS if "type" in raw]
keys = ["message", "delta", "content_block", "type", "text", "thinking", "usage", "model", "stop_reason", "error"]
values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3) | st.sampled_from([*kinds, "text_delta"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(keys), inner),
    max_leaves=10,
)


@settings(deadline=None)
@given(st.sampled_from([*kinds, "error"]), values)
def test_any_json_is_an_event_or_a_value_error(kind: str, value: Any) -> None:
    raw = {"type": kind, **value} if isinstance(value, dict) else value
    try:
        found = read_event(json.dumps(raw))
    except ValueError:
        return
    assert isinstance(found.answer + found.reasoning, str)


def test_a_whole_message_is_an_answer() -> None:
    content = [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "4"}, {"type": "text", "text": "2"}]
    whole = {
        "type": "message",
        "model": "m",
        "content": content,
        "stop_reason": "end_turn",
        "usage": {"output_tokens": 5},
    }
    event = read_event(json.dumps(whole))
    assert (event.answer, event.reasoning, event.outcome, event.done) == ("42", "hm", Outcome.ANSWERED, True)
    assert event.usage == TokenUsage(out_total=5)


def test_openais_end_is_an_end() -> None:
    assert read_event("[DONE]") == StreamEvent(done=True)


@pytest.mark.parametrize("data", ['{"type": "an_event_of_tomorrow", "message": "x"}', '{"type": "ping"}'])
def test_events_of_another_type_say_nothing(data: str) -> None:
    assert read_event(data) == StreamEvent()


@pytest.mark.parametrize("data", ["", "ping", "null"])
def test_a_heartbeat_says_nothing(data: str) -> None:
    assert read_event(data) == StreamEvent()


def test_events_without_a_type_are_told_by_what_they_hold() -> None:
    assert read_event('{"index": 0, "delta": {"text": "a"}}') == StreamEvent(answer="a")
    assert read_event('{"delta": {"stop_reason": 3}}') == StreamEvent(finish_reason="3")
