"""OpenAI Chat Completions: what is sent, and what every odd event of a stream is taken for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.providers import Fault, FaultKind, StreamEvent
from bench.providers.openai_chat import PATH, STREAMING, headers, prompt, read_event
from bench.records.items import Outcome, TokenUsage


def chunk(delta: Any, **choice: Any) -> str:
    return json.dumps({"id": "1", "choices": [{"index": 0, "delta": delta, **choice}]})


def test_what_is_sent_beside_the_settings() -> None:
    messages = ({"role": "system", "content": "Be brief."}, {"role": "user", "content": "1 + 1?"})
    assert prompt(messages) == {"messages": list(messages)}
    assert (headers("k"), headers(None)) == ({"Authorization": "Bearer k"}, {})
    assert PATH == "/chat/completions"
    assert STREAMING == {"stream": True, "stream_options": {"include_usage": True}}


def overloaded(message: str, status: int = 0) -> StreamEvent:
    return StreamEvent(fault=Fault(FaultKind.TRANSIENT, message, status=status))


@pytest.mark.parametrize(
    ("data", "event"),
    [
        ("[DONE]", StreamEvent(done=True)),
        (" [DONE] ", StreamEvent(done=True)),
        ("{}", StreamEvent()),
        ('{"choices": null}', StreamEvent()),
        ('{"choices": [{}]}', StreamEvent()),
        ('{"choices": [{"delta": null}]}', StreamEvent()),
        (chunk({"role": "assistant", "content": ""}), StreamEvent()),
        (chunk({"role": "assistant", "content": None}), StreamEvent()),
        (chunk({"content": "Hi"}), StreamEvent(answer="Hi")),
        (chunk({"reasoning_content": "Hm"}), StreamEvent(reasoning="Hm")),
        (chunk({"reasoning": "Hm"}), StreamEvent(reasoning="Hm")),
        (chunk({"content": [{"type": "thinking", "thinking": "Hm"}, {"text": "Hi"}]}), StreamEvent("Hi", "Hm")),
        (chunk({"content": [{"type": "reasoning", "text": "Hm"}, {"type": "image"}, "Hi"]}), StreamEvent("Hi", "Hm")),
        (chunk({"content": {"type": "text", "text": {"value": "Hi"}}}), StreamEvent(answer="Hi")),
        (chunk({"reasoning_content": "Hm", "reasoning": "Hm"}), StreamEvent(reasoning="Hm")),
        (chunk({"content": None, "reasoning_content": None}), StreamEvent()),
        (chunk({"content": "a", "reasoning": "b"}), StreamEvent(answer="a", reasoning="b")),
        (chunk({"tool_calls": []}), StreamEvent()),
        (chunk({}, finish_reason=None), StreamEvent()),
        ('{"model": "small-0801"}', StreamEvent(served_model="small-0801")),
        ('{"error": {"message": "overloaded", "code": 503}}', overloaded("overloaded", 503)),
        ('{"error": {"code": 503}}', overloaded("{'code': 503}", 503)),
        ('{"error": "overloaded"}', overloaded("overloaded")),
        ('{"error": null}', StreamEvent()),
        ('{"choices": [], "usage": null}', StreamEvent()),
    ],
)
def test_events(data: str, event: StreamEvent) -> None:
    assert read_event(data) == event


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        ("stop", Outcome.ANSWERED),
        ("length", Outcome.TRUNCATED),
        ("content_filter", Outcome.REFUSED),
        ("sensitive", Outcome.REFUSED),
        ("tool_calls", Outcome.ANSWERED),
        ("function_call", Outcome.ANSWERED),
        ("network_error", Outcome.INFRASTRUCTURE),
        ("error", Outcome.INFRASTRUCTURE),
        ("insufficient_system_resource", Outcome.INFRASTRUCTURE),
        ("a reason of tomorrow", None),
    ],
)
def test_finish_reasons(reason: str, outcome: Outcome | None) -> None:
    assert read_event(chunk({}, finish_reason=reason)) == StreamEvent(finish_reason=reason, outcome=outcome)


def test_an_empty_finish_reason_is_none() -> None:
    assert read_event(chunk({"content": "a"}, finish_reason="")) == StreamEvent(answer="a")


@pytest.mark.parametrize(
    "data",
    [
        "{",
        "[1]",
        '"text"',
        "3",
        "not json",
        "[" * 100_000,
        '{"choices": {"0": {}}}',
        '{"choices": "a"}',
        '{"choices": [null]}',
        '{"choices": ["a"]}',
        '{"choices": [{"delta": "a"}]}',
        chunk({"content": 3}),
        chunk({"content": [{"type": "text", "text": 3}]}),
        chunk({"reasoning_content": {"text": "a"}}),
        chunk({"reasoning": 3}),
        chunk({}, finish_reason={"type": "stop"}),
        '{"model": 3}',
    ],
)
def test_a_broken_promise_is_a_value_error(data: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        read_event(data)


def test_an_error_of_the_choice_that_it_ends() -> None:
    event = read_event(chunk({}, finish_reason="error", error={"code": 502, "message": "upstream"}))
    assert event == StreamEvent(fault=Fault(FaultKind.TRANSIENT, "upstream", status=502))


@pytest.mark.parametrize("data", ["", " ", "ping", ": keep-alive", "null", "[]", '"heartbeat"'])
def test_a_heartbeat_says_nothing(data: str) -> None:
    assert read_event(data) == StreamEvent()


@pytest.mark.parametrize("data", ["[DONE]", " [DONE] ", "[done]", '"[DONE]"'])
def test_the_end_in_any_case(data: str) -> None:
    assert read_event(data) == StreamEvent(done=True)


def test_usage_arrives_in_an_event_without_choices() -> None:
    event = read_event(
        '{"model": "m", "choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 7, "total_tokens": 17,'
        ' "prompt_tokens_details": {"cached_tokens": 4}, "completion_tokens_details": {"reasoning_tokens": 5}}}'
    )
    assert event == StreamEvent(
        served_model="m",
        usage=TokenUsage(in_uncached=6, in_cache_read=4, out_total=7, out_reasoning=5),
    )
    assert event.usage is not None
    assert event.usage.in_total == 10


def test_usage_may_come_with_a_choice() -> None:
    raw = {**json.loads(chunk({"content": "a"}, finish_reason="stop")), "usage": {"completion_tokens": 1}}
    event = read_event(json.dumps(raw))
    assert (event.answer, event.outcome, event.usage) == ("a", Outcome.ANSWERED, TokenUsage(out_total=1))


@pytest.mark.parametrize(
    ("cost", "expected"),
    [(0.0095, 0.0095), (0, 0.0), (-1, None), (True, None), ("1", None), (None, None), (float("inf"), None), ([], None)],
)
def test_what_openrouter_charged(cost: object, expected: float | None) -> None:
    assert read_event(json.dumps({"choices": [], "usage": {"cost": cost}})).cost_usd == expected


@pytest.mark.parametrize("odd", ["lots", [1], 7])
def test_odd_usage_never_costs_an_answer(odd: object) -> None:
    event = read_event(json.dumps({"choices": [{"delta": {"content": "a"}}], "usage": odd}))
    assert event == StreamEvent(answer="a", usage=TokenUsage())


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["choices", "delta", "content", "reasoning", "finish_reason", "usage", "model", "error"]),
            inner,
        )
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(json_values)
def test_any_json_is_an_event_or_a_value_error(value: Any) -> None:
    try:
        event = read_event(json.dumps(value))
    except ValueError:
        return
    assert isinstance(event.answer + event.reasoning, str)
    assert event.fault is None or len(event.fault.message.encode()) > 0


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        ("stop", Outcome.ANSWERED),
        ("MAX_TOKENS", Outcome.TRUNCATED),
        ("maxTokens", Outcome.TRUNCATED),
        ("FinishReason.SAFETY", Outcome.REFUSED),
        (7, None),
    ],
)
def test_finish_words_in_any_case(reason: object, outcome: Outcome | None) -> None:
    assert read_event(chunk({}, finish_reason=reason)) == StreamEvent(finish_reason=str(reason), outcome=outcome)


def test_of_a_second_choice_that_nobody_asked_for_nothing_is_read() -> None:
    ours = '{"index": 0, "delta": {"content": "ours"}}'
    other = '{"index": 1, "delta": {"content": "OTHER"}, "finish_reason": "stop"}'
    usage = '"usage": {"prompt_tokens": 1, "completion_tokens": 2}'
    alone = read_event(f'{{"choices": [{other}], {usage}}}')
    assert (alone.answer, alone.finish_reason, alone.usage) == ("", None, TokenUsage(in_uncached=1, out_total=2))
    assert read_event(f'{{"choices": [{other}, {ours}]}}') == read_event(f'{{"choices": [{ours}]}}')


@pytest.mark.parametrize(
    ("logprobs", "tops"),
    [
        (
            {"content": [{"top_logprobs": [{"token": "4", "logprob": -0.5}, {"token": "5", "logprob": 0}]}]},
            {"4": -0.5, "5": 0.0},
        ),
        ({"content": [{"top_logprobs": [{"token": "4", "logprob": 0.5}, {"token": 4, "logprob": -1}, "x"]}]}, None),
        ({"content": [{"top_logprobs": {}}]}, None),
        ({"content": ["x"]}, None),
        ({"content": []}, None),
        (["x"], None),
    ],
)
def test_the_likeliest_first_tokens_where_they_are_stated(logprobs: object, tops: dict[str, float] | None) -> None:
    assert read_event(chunk({"content": "4"}, logprobs=logprobs)).tops == tops
