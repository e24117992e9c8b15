"""Token counts of every vendor as one record: parts inside their whole, and unknown where they are not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.providers import openai_chat
from bench.providers.usage import of_chat, of_messages
from bench.records.items import TokenUsage

UNKNOWN = TokenUsage()


def chat(prompt: Any = None, cached: Any = None, out: Any = None, reasoning: Any = None, **more: Any) -> dict[str, Any]:
    return {
        "prompt_tokens": prompt,
        "completion_tokens": out,
        "prompt_tokens_details": {"cached_tokens": cached},
        "completion_tokens_details": {"reasoning_tokens": reasoning},
        **more,
    }


CHAT: list[tuple[object, TokenUsage]] = [
    # No prompt has 0 tokens: nothing was counted. Whether 0 were generated, the text tells.
    (chat(0, None, 0), TokenUsage(out_total=0)),
    (chat(0, 0, 5, total_tokens=5), TokenUsage(out_total=5)),
    (chat(0, 4, 5), TokenUsage(out_total=5)),
    ({"prompt_tokens": 0, "prompt_cache_hit_tokens": 0, "prompt_cache_miss_tokens": 0}, UNKNOWN),
    # A total of 0 says nothing of its parts.
    (chat(9, None, 5, total_tokens=0), TokenUsage(in_uncached=9, out_total=5)),
    ({"prompt_tokens": 9}, TokenUsage(in_uncached=9)),
    ({"prompt_tokens": 9, "prompt_tokens_details": None}, TokenUsage(in_uncached=9)),
    (chat(9, 0), TokenUsage(in_uncached=9, in_cache_read=0)),
    (chat(9, 9), TokenUsage(in_uncached=0, in_cache_read=9)),
    (chat(None, 4), TokenUsage(in_cache_read=4)),
    ({"total_tokens": 9}, UNKNOWN),
    # OpenAI: writes are inside the prompt as well.
    (
        chat(10, prompt_tokens_details={"cached_tokens": 4, "cache_write_tokens": 3}),
        TokenUsage(in_uncached=3, in_cache_read=4, in_cache_write_5m=3),
    ),
    (chat(6, prompt_tokens_details={"cached_tokens": 4, "cache_write_tokens": 3}), UNKNOWN),
    # DeepSeek: hit + miss is the prompt.
    (
        {"prompt_tokens": 10, "prompt_cache_hit_tokens": 4, "prompt_cache_miss_tokens": 6},
        TokenUsage(in_uncached=6, in_cache_read=4),
    ),
    ({"prompt_tokens": 10, "prompt_cache_hit_tokens": 4, "prompt_cache_miss_tokens": 5}, UNKNOWN),
    (chat(10, 4, prompt_cache_hit_tokens=4, prompt_cache_miss_tokens=6), TokenUsage(in_uncached=6, in_cache_read=4)),
    (chat(10, 4, prompt_cache_hit_tokens=5), UNKNOWN),
    # Qwen: an explicit cache's writes.
    (
        chat(10, prompt_tokens_details={"cached_tokens": 0, "cache_creation_input_tokens": 8}),
        TokenUsage(in_uncached=2, in_cache_read=0, in_cache_write_5m=8),
    ),
    # LiteLLM before a Claude: both at the top, inside the prompt's count, and once more among the details.
    (
        chat(10, 2, cache_creation_input_tokens=5, cache_read_input_tokens=2),
        TokenUsage(in_uncached=3, in_cache_read=2, in_cache_write_5m=5),
    ),
    (
        chat(
            10,
            cache_creation_input_tokens=5,
            prompt_tokens_details={
                "cache_creation_tokens": 5,
                "cache_creation_token_details": {"ephemeral_5m_input_tokens": 1, "ephemeral_1h_input_tokens": 4},
            },
        ),
        TokenUsage(in_uncached=5, in_cache_write_5m=1, in_cache_write_1h=4),
    ),
    (
        chat(10, prompt_tokens_details={"cache_creation_token_details": {"ephemeral_1h_input_tokens": 4}}),
        UNKNOWN,
    ),
    (chat(10, 2, cache_creation_input_tokens=5, prompt_tokens_details={"cache_write_tokens": 4}), UNKNOWN),
    # Kimi: cached tokens at the top.
    ({"prompt_tokens": 10, "cached_tokens": 4}, TokenUsage(in_uncached=6, in_cache_read=4)),
    # A total that is more than prompt and completion: reasoning was counted beside the completion.
    (chat(10, None, 5, 7, total_tokens=22), TokenUsage(in_uncached=10)),
    (chat(10, None, 5, 4, total_tokens=15), TokenUsage(in_uncached=10, out_total=5, out_reasoning=4)),
    # Contradictions are unknown on their own side only.
    (chat(3, 4, 7), TokenUsage(out_total=7)),
    (chat(3, None, 7, 8), TokenUsage(in_uncached=3)),
    # What is no count is unknown.
    (chat("9", None, 7), TokenUsage(out_total=7)),
    (chat(9.0, None, True), UNKNOWN),
    (chat(-1), UNKNOWN),
    (chat(9, prompt_tokens_details=[4]), TokenUsage(in_uncached=9)),
    (chat(9, "4"), TokenUsage(in_uncached=9)),
    ("lots", UNKNOWN),
    ([1], UNKNOWN),
    (7, UNKNOWN),
]


@pytest.mark.parametrize(("raw", "expected"), CHAT, ids=[str(raw) for raw, _ in CHAT])
def test_chat_counts(raw: object, expected: TokenUsage) -> None:
    assert of_chat(raw) == expected


MESSAGES: list[tuple[object, TokenUsage]] = [
    ({"input_tokens": 100, "output_tokens": 7}, TokenUsage(in_uncached=100, out_total=7)),
    # The input leaves the cache out.
    (
        {"input_tokens": 100, "cache_read_input_tokens": 900, "cache_creation_input_tokens": 50, "output_tokens": 7},
        TokenUsage(in_uncached=100, in_cache_read=900, out_total=7),
    ),
    (
        {
            "cache_creation_input_tokens": 50,
            "cache_creation": {"ephemeral_5m_input_tokens": 30, "ephemeral_1h_input_tokens": 20},
        },
        TokenUsage(in_cache_write_5m=30, in_cache_write_1h=20),
    ),
    ({"cache_creation": {"ephemeral_1h_input_tokens": 20}}, TokenUsage(in_cache_write_1h=20)),
    (
        {
            "input_tokens": 100,
            "cache_creation_input_tokens": 60,
            "cache_creation": {"ephemeral_5m_input_tokens": 30},
            "output_tokens": 7,
        },
        TokenUsage(out_total=7),
    ),
    ({"output_tokens": 7, "output_tokens_details": {"thinking_tokens": 5}}, TokenUsage(out_total=7, out_reasoning=5)),
    (
        {"input_tokens": 1, "output_tokens": 7, "output_tokens_details": {"thinking_tokens": 8}},
        TokenUsage(in_uncached=1),
    ),
    ({"output_tokens": 7, "output_tokens_details": None}, TokenUsage(out_total=7)),
    ({"input_tokens": None, "output_tokens": "7"}, UNKNOWN),
    # A prompt may be read from the cache as a whole; 0 in all of its parts is no count.
    (
        {"input_tokens": 0, "cache_read_input_tokens": 90, "output_tokens": 7},
        TokenUsage(in_uncached=0, in_cache_read=90, out_total=7),
    ),
    (
        {"input_tokens": 0, "cache_read_input_tokens": 0, "cache_creation_input_tokens": 0, "output_tokens": 7},
        TokenUsage(out_total=7),
    ),
    ("lots", UNKNOWN),
]


@pytest.mark.parametrize(("raw", "expected"), MESSAGES, ids=[str(raw) for raw, _ in MESSAGES])
def test_messages_counts(raw: object, expected: TokenUsage) -> None:
    assert of_messages(raw, final=True) == expected


def test_nothing_is_known_of_the_output_before_the_final_report() -> None:
    assert of_messages({"input_tokens": 100, "output_tokens": 1}, final=False) == TokenUsage(in_uncached=100)


def test_a_cache_of_unstated_life_lives_five_minutes() -> None:
    assert of_messages({"cache_creation_input_tokens": 50}, final=False) == TokenUsage(in_cache_write_5m=50)


def test_a_later_report_updates_an_earlier_one() -> None:
    first = of_messages(
        {"input_tokens": 1, "cache_creation": {"ephemeral_5m_input_tokens": 2, "ephemeral_1h_input_tokens": 3},
         "output_tokens": 1},
        final=False,
    )  # fmt: skip
    last = of_messages({"cache_creation_input_tokens": 5, "cache_read_input_tokens": 4, "output_tokens": 9}, final=True)
    assert first.updated(last) == TokenUsage(
        in_uncached=1, in_cache_read=4, in_cache_write_5m=2, in_cache_write_1h=3, out_total=9
    )


def reports(*said: dict[str, Any], final: bool = True) -> TokenUsage:
    """What reports of one stream in Anthropic's protocol come to, the first of them without output."""
    first, *later = said
    found = of_messages(first, final=False)
    for raw in later:
        found = found.updated(of_messages(raw, final=final))
    return found


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (({"input_tokens": 40, "output_tokens": 1}, {"input_tokens": 0, "output_tokens": 5}),
         TokenUsage(in_uncached=40, out_total=5)),
        (({"input_tokens": 0, "output_tokens": 0}, {"input_tokens": 40, "output_tokens": 5}),
         TokenUsage(in_uncached=40, out_total=5)),
        (({"input_tokens": 0, "output_tokens": 0}, {"output_tokens": 5}), TokenUsage(out_total=5)),
        (
            (
                {"input_tokens": 8, "cache_read_input_tokens": 32},
                {"input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": 5},
            ),
            TokenUsage(in_uncached=8, in_cache_read=32, out_total=5),
        ),
        # An estimate first, the count later.
        (({"input_tokens": 44}, {"input_tokens": 12, "cache_read_input_tokens": 28, "output_tokens": 5}),
         TokenUsage(in_uncached=12, in_cache_read=28, out_total=5)),
        # Output only grows.
        (({"input_tokens": 40}, {"output_tokens": 5}, {"output_tokens": 0}), TokenUsage(in_uncached=40, out_total=5)),
        (({"input_tokens": 40}, {"output_tokens": 5}, {"output_tokens": 9}), TokenUsage(in_uncached=40, out_total=9)),
        (({"input_tokens": 40}, {"output_tokens": 5}, {"output_tokens": 3}), TokenUsage(in_uncached=40)),
    ],
)  # fmt: skip
def test_reports_of_one_stream_never_make_a_count_of_0(said: tuple[dict[str, Any], ...], expected: TokenUsage) -> None:
    assert reports(*said) == expected


def test_zeros_after_the_real_counts_say_nothing() -> None:
    real, zeros = of_chat(chat(40, 8, 5, 3, total_tokens=45)), of_chat(chat(0, 0, 0, 0, total_tokens=0))
    assert real.updated(zeros) == real


@pytest.mark.parametrize(
    ("counts", "answer", "reasoning", "expected"),
    [
        (TokenUsage(in_uncached=9, out_total=0), True, False, TokenUsage(in_uncached=9)),
        (TokenUsage(in_uncached=9, out_total=0, out_reasoning=0), False, True, TokenUsage(in_uncached=9)),
        (TokenUsage(in_uncached=9, out_total=0), False, False, TokenUsage(in_uncached=9, out_total=0)),
        (TokenUsage(in_uncached=9, out_total=7, out_reasoning=0), True, True, TokenUsage(in_uncached=9, out_total=7)),
        (
            TokenUsage(in_uncached=9, out_total=7, out_reasoning=0),
            True,
            False,
            TokenUsage(in_uncached=9, out_total=7, out_reasoning=0),
        ),
        (
            TokenUsage(in_uncached=0, in_cache_read=0, in_cache_write_5m=0, in_cache_write_1h=0, out_total=7),
            True,
            False,
            TokenUsage(out_total=7),
        ),
        (
            TokenUsage(in_uncached=0, in_cache_read=9, out_total=7),
            True,
            False,
            TokenUsage(in_uncached=0, in_cache_read=9, out_total=7),
        ),
    ],
)
def test_a_count_of_0_beside_a_text_is_unknown(
    counts: TokenUsage, answer: bool, reasoning: bool, expected: TokenUsage
) -> None:
    assert counts.beside(answer=answer, reasoning=reasoning) == expected


count = st.none() | st.integers(-5, 50) | st.text(max_size=2)


@settings(deadline=None)
@given(count, count, count, count, count, count)
def test_parts_never_exceed_their_whole(
    prompt: Any, cached: Any, written: Any, missed: Any, completion: Any, reasoning: Any
) -> None:
    found = of_chat(
        chat(
            prompt,
            None,
            completion,
            reasoning,
            prompt_tokens_details={"cached_tokens": cached, "cache_write_tokens": written},
            prompt_cache_miss_tokens=missed,
        )
    )
    assert found.in_uncached is None or (found.in_uncached >= 0 and found.in_total == prompt > 0)
    assert found.out_reasoning is None or found.out_total is None or found.out_reasoning <= found.out_total


def test_a_charge_that_a_vendor_states_in_ticks_is_in_dollars() -> None:
    event = openai_chat.read_event(
        json.dumps({"choices": [], "usage": {**chat(9, out=5), "cost_in_usd_ticks": 37_756_000}})
    )
    assert event.cost_usd == pytest.approx(0.0037756)
