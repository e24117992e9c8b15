"""OpenAI Chat Completions: what is sent, and what every odd event of a stream is taken for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.providers import StreamEvent
from bench.providers.openai_chat import PATH, STREAMING, error_message, read_event, request_body
from bench.records import Item, Outcome, TokenUsage

ITEM = Item(
    suite="s", task="t", task_version="1", item="i", family="f", level=None, language="en", cluster="f",
    messages=({"role": "system", "content": "Be brief."}, {"role": "user", "content": "1 + 1?"}), max_tokens=64,
)  # fmt: skip


def chunk(delta: Any, **choice: Any) -> str:
    return json.dumps({"id": "1", "choices": [{"index": 0, "delta": delta, **choice}]})


def usage(**counts: Any) -> TokenUsage | None:
    return read_event(json.dumps({"choices": [], "usage": counts})).usage


def test_the_body_holds_exactly_what_decides_the_answer() -> None:
    assert request_body("small", ITEM, 32, {"temperature": 0.0}) == {
        "model": "small",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "1 + 1?"}],
        "max_tokens": 32,
        "temperature": 0.0,
    }
    assert PATH == "/chat/completions"
    assert STREAMING == {"stream": True, "stream_options": {"include_usage": True}}


def test_stop_sequences_are_sent_only_if_the_task_has_some() -> None:
    assert "stop" not in request_body("small", ITEM, 32, {})
    with_stop = Item(**{**{f: getattr(ITEM, f) for f in ITEM.__dataclass_fields__}, "stop": ("END",)})
    assert request_body("small", with_stop, 32, {})["stop"] == ["END"]


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
        (chunk({"reasoning_content": "Hm", "reasoning": "Hm"}), StreamEvent(reasoning="Hm")),
        (chunk({"content": None, "reasoning_content": None}), StreamEvent()),
        (chunk({"content": "a", "reasoning": "b"}), StreamEvent(answer="a", reasoning="b")),
        (chunk({"tool_calls": []}), StreamEvent()),
        (chunk({}, finish_reason=None), StreamEvent()),
        ('{"model": "small-0801"}', StreamEvent(served_model="small-0801")),
        ('{"error": {"message": "overloaded", "code": 503}}', StreamEvent(error="overloaded")),
        ('{"error": {"code": 503}}', StreamEvent(error="{'code': 503}")),
        ('{"error": "overloaded"}', StreamEvent(error="overloaded")),
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
        ("insufficient_system_resource", Outcome.INFRASTRUCTURE),
        ("a reason of tomorrow", Outcome.INFRASTRUCTURE),
    ],
)
def test_finish_reasons(reason: str, outcome: Outcome) -> None:
    assert read_event(chunk({}, finish_reason=reason)) == StreamEvent(finish_reason=reason, outcome=outcome)


def test_an_empty_finish_reason_is_none() -> None:
    assert read_event(chunk({"content": "a"}, finish_reason="")) == StreamEvent(answer="a")


@pytest.mark.parametrize(
    "data",
    [
        "",
        "{",
        "null",
        "[]",
        '"text"',
        "3",
        "not json",
        "[" * 100_000,
        '{"choices": {"0": {}}}',
        '{"choices": "a"}',
        '{"choices": [null]}',
        '{"choices": ["a"]}',
        '{"choices": [{"delta": "a"}]}',
        chunk({"content": ["a"]}),
        chunk({"content": [{"type": "text", "text": "a"}]}),
        chunk({"content": 3}),
        chunk({"reasoning_content": {"text": "a"}}),
        chunk({"reasoning": 3}),
        chunk({}, finish_reason={"type": "stop"}),
        '{"model": 3}',
    ],
)
def test_a_broken_promise_is_a_value_error(data: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        read_event(data)


def test_half_a_character_becomes_a_replacement_character() -> None:
    half = read_event('{"choices": [{"delta": {"content": "a\\ud83d"}}]}').answer
    assert half == "a\ufffd"
    assert read_event('{"choices": [{"delta": {"content": "\\ud83d\\ude00"}}]}').answer == "😀"
    error = read_event('{"error": "\\ud83d"}').error
    assert error == "\ufffd"


def test_usage_arrives_in_an_event_without_choices() -> None:
    event = read_event(
        '{"model": "m", "choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 7, "total_tokens": 17,'
        ' "prompt_tokens_details": {"cached_tokens": 4}, "completion_tokens_details": {"reasoning_tokens": 5}}}'
    )
    assert event == StreamEvent(served_model="m", usage=TokenUsage(6, 4, None, None, 7, 5))
    assert event.usage is not None
    assert event.usage.in_total == 10


def test_usage_may_come_with_a_choice() -> None:
    raw = {**json.loads(chunk({"content": "a"}, finish_reason="stop")), "usage": {"completion_tokens": 1}}
    event = read_event(json.dumps(raw))
    assert (event.answer, event.outcome, event.usage) == ("a", Outcome.ANSWERED, TokenUsage(out_total=1))


UNKNOWN = TokenUsage()


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"prompt_tokens": 0, "completion_tokens": 0}, TokenUsage(in_uncached=0, out_total=0)),
        ({"prompt_tokens": 9}, TokenUsage(in_uncached=9)),
        ({"prompt_tokens": 9, "prompt_tokens_details": None}, TokenUsage(in_uncached=9)),
        ({"prompt_tokens": 9, "prompt_tokens_details": {"cached_tokens": 0}}, TokenUsage(9, 0)),
        ({"prompt_tokens": 9, "prompt_tokens_details": {"cached_tokens": 9}}, TokenUsage(0, 9)),
        ({"prompt_tokens_details": {"cached_tokens": 4}}, TokenUsage(in_cache_read=4)),
        ({"total_tokens": 9}, UNKNOWN),
        # Contradictions are unknown on their own side only.
        (
            {"prompt_tokens": 3, "prompt_tokens_details": {"cached_tokens": 4}, "completion_tokens": 7},
            TokenUsage(out_total=7),
        ),
        (
            {"prompt_tokens": 3, "completion_tokens": 7, "completion_tokens_details": {"reasoning_tokens": 8}},
            TokenUsage(3),
        ),
        # What is no count is unknown.
        ({"prompt_tokens": "9", "completion_tokens": 7}, TokenUsage(out_total=7)),
        ({"prompt_tokens": 9.0, "completion_tokens": True}, UNKNOWN),
        ({"prompt_tokens": -1, "completion_tokens": None}, UNKNOWN),
        ({"prompt_tokens": 9, "prompt_tokens_details": [4]}, TokenUsage(in_uncached=9)),
        ({"prompt_tokens": 9, "prompt_tokens_details": {"cached_tokens": "4"}}, TokenUsage(in_uncached=9)),
    ],
)
def test_token_counts(counts: dict[str, Any], expected: TokenUsage) -> None:
    assert usage(**counts) == expected


@pytest.mark.parametrize("odd", ["lots", [1], 7])
def test_odd_usage_never_costs_an_answer(odd: object) -> None:
    assert read_event(json.dumps({"choices": [], "usage": odd})).usage == UNKNOWN


count = st.none() | st.integers(-5, 50) | st.text(max_size=2)


@settings(deadline=None)
@given(count, count, count, count)
def test_parts_never_exceed_their_whole(prompt: Any, cached: Any, completion: Any, reasoning: Any) -> None:
    found = usage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        prompt_tokens_details={"cached_tokens": cached},
        completion_tokens_details={"reasoning_tokens": reasoning},
    )
    assert found is not None
    assert found.in_uncached is None or found.in_uncached >= 0
    assert found.in_cache_read is None or found.in_uncached is None or found.in_total == prompt
    assert found.out_reasoning is None or found.out_total is None or found.out_reasoning <= found.out_total


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
    (event.answer + event.reasoning + (event.error or "")).encode()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('{"error": {"message": "no such model", "type": "x"}}', "no such model"),
        ('{"error": "bad key"}', "bad key"),
        ('{"message": "not found"}', "not found"),
        ('{"detail": "not found"}', "{'detail': 'not found'}"),
        ('["odd"]', "['odd']"),
        ("  <h1>Bad gateway</h1>\n", "<h1>Bad gateway</h1>"),
        ("", ""),
        ("x" * 400, "x" * 300),
        (json.dumps({"error": "y" * 400}), "y" * 300),
        ("[" * 100_000, "[" * 300),
    ],
)
def test_the_vendors_own_message(body: str, message: str) -> None:
    assert error_message(body) == message
