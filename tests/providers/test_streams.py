"""Recorded and documented streams of every vendor, read whole; and the same text however the bytes are cut."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.providers import FaultKind, anthropic_messages, openai_chat
from bench.providers.protocol import Wire
from bench.records.items import Outcome, TokenUsage
from tests.providers.samples import FIXTURES, read

THOUGHT, SAID = "Two and two make four.", "Vier – 四 😀"
CUT = "Alejandro, a wise and"

COUNTED = TokenUsage(in_uncached=100, in_cache_read=900, out_total=42, out_reasoning=30)
STREAMS: list[tuple[str, dict[str, Any]]] = [
    (
        "anthropic_thinking",
        {
            "reasoning": THOUGHT,
            "answer": SAID,
            "finish_reason": "end_turn",
            "outcome": Outcome.ANSWERED,
            "usage": replace(COUNTED, in_cache_write_5m=30, in_cache_write_1h=20),
            "served_model": "claude-opus-5-5",
        },
    ),
    (
        "anthropic_refusal",
        {
            "answer": "",
            "finish_reason": "refusal: cyber",
            "outcome": Outcome.REFUSED,
            "usage": TokenUsage(in_uncached=20, out_total=3),
        },
    ),
    ("anthropic_error", {"answer": "Vi", "outcome": None, "usage": TokenUsage(in_uncached=20), "done": False}),
    (
        "openai",
        {
            "reasoning": "",
            "answer": SAID,
            "finish_reason": "stop",
            "outcome": Outcome.ANSWERED,
            "usage": replace(COUNTED, in_cache_write_5m=50),
            "served_model": "gpt-6.1-sol-2026-10-01",
        },
    ),
    ("deepseek", {"reasoning": THOUGHT, "answer": SAID, "usage": COUNTED}),
    ("qwen", {"reasoning": THOUGHT, "answer": SAID, "usage": replace(COUNTED, in_cache_write_5m=50)}),
    ("kimi", {"reasoning": THOUGHT, "answer": SAID, "usage": COUNTED}),
    (
        "openrouter",
        {"reasoning": THOUGHT, "answer": SAID, "usage": COUNTED, "cost_usd": 0.0095},
    ),
    (
        "vllm_think",
        {"reasoning": THOUGHT, "answer": SAID, "usage": TokenUsage(in_uncached=20, out_total=42), "cost_usd": None},
    ),
    (
        "llamacpp_chat",
        {
            "answer": CUT,
            "finish_reason": "length",
            "outcome": Outcome.TRUNCATED,
            "usage": TokenUsage(in_uncached=36, in_cache_read=0, out_total=8),
        },
    ),
    (
        "llamacpp_messages",
        {
            "answer": CUT,
            "finish_reason": "max_tokens",
            "outcome": Outcome.TRUNCATED,
            "usage": TokenUsage(in_uncached=36, in_cache_read=0, out_total=8),
        },
    ),
]


def stream(name: str) -> tuple[Wire, bytes]:
    wire: Wire = anthropic_messages if name.startswith("anthropic") or name.endswith("messages") else openai_chat
    return wire, (FIXTURES / f"{name}.sse").read_bytes()


@pytest.mark.parametrize(("name", "expected"), STREAMS, ids=[name for name, _ in STREAMS])
def test_a_stream_is_read_whole(name: str, expected: dict[str, Any]) -> None:
    wire, data = stream(name)
    found = read(wire, [data])
    assert {key: getattr(found, key) for key in expected} == expected
    assert found.done is expected.get("done", True)
    assert (found.fault is None) is (name != "anthropic_error")


def test_every_recorded_stream_is_tested() -> None:
    assert {path.stem for path in FIXTURES.iterdir()} == {name for name, _ in STREAMS}


def test_an_error_after_http_200_is_a_fault() -> None:
    fault = read(*_one("anthropic_error")).fault
    assert fault is not None
    assert (fault.kind, fault.message) == (FaultKind.TRANSIENT, "Overloaded")


def _one(name: str) -> tuple[Wire, list[bytes]]:
    wire, data = stream(name)
    return wire, [data]


@pytest.mark.parametrize("name", [name for name, _ in STREAMS])
def test_one_byte_at_a_time(name: str) -> None:
    wire, data = stream(name)
    assert read(wire, [data[n : n + 1] for n in range(len(data))]) == read(wire, [data])


@settings(deadline=None, max_examples=60)
@given(st.sampled_from([name for name, _ in STREAMS]), st.lists(st.integers(0, 6000), max_size=12))
def test_any_cut_of_the_bytes_gives_the_same(name: str, cuts: list[int]) -> None:
    wire, data = stream(name)
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    assert read(wire, [data[a:b] for a, b in pairwise(edges)]) == read(wire, [data])


texts = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("<>/think😀"), max_size=30)


def units(text: str) -> list[str]:
    """The text as UTF-16 code units: a character beyond the first plane comes in two halves."""
    raw = text.encode("utf-16-le")
    return [raw[n : n + 2].decode("utf-16-le", "surrogatepass") for n in range(0, len(raw), 2)]


@settings(deadline=None)
@given(texts, st.booleans())
def test_any_cut_of_the_text_into_events_gives_the_same(text: str, anthropic: bool) -> None:
    def event(piece: str) -> bytes:
        chunk: dict[str, Any] = {"choices": [{"delta": {"content": piece}}]}
        if anthropic:
            chunk = {"type": "content_block_delta", "delta": {"type": "text_delta", "text": piece}}
        return f"data: {json.dumps(chunk)}\n\n".encode()

    wire: Wire = anthropic_messages if anthropic else openai_chat
    once, apart = read(wire, [event(text)]), read(wire, [event(unit) for unit in units(text)])
    assert (apart.answer, apart.reasoning) == (once.answer, once.reasoning)


def test_half_a_character_without_its_other_half_becomes_a_replacement_character() -> None:
    piece = b'data: {"choices": [{"delta": {"content": "a\\ud83d", "reasoning": "\\ude00"}}]}\n\n'
    assert read(openai_chat, [piece])[:2] == ("a\ufffd", "\ufffd")
