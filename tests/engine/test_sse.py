"""The event parser: whatever the chunking, the same events."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.engine.sse import MAX_EVENT_BYTES, SseParser

STREAM = (
    ': keep-alive\n\ndata: {"a": "é 漢字 🙂"}\n\nevent: message\nid: 7\ndata: two\ndata: lines\r\n\r\n'
    "data:no space\r\rdata: [DONE]\n\n"
).encode()
EVENTS = ['{"a": "é 漢字 🙂"}', "two\nlines", "no space", "[DONE]"]


def parse(chunks: list[bytes]) -> list[str]:
    parser = SseParser()
    return [event for chunk in chunks for event in parser.feed(chunk)]


@pytest.mark.parametrize("at", range(len(STREAM) + 1))
def test_one_split_at_every_byte(at: int) -> None:
    assert parse([STREAM[:at], STREAM[at:]]) == EVENTS


def test_one_byte_at_a_time() -> None:
    assert parse([bytes([b]) for b in STREAM]) == EVENTS


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_any_splits(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(STREAM)]
    assert parse([STREAM[a:b] for a, b in itertools.pairwise(edges)]) == EVENTS


def test_an_unfinished_event_is_not_told() -> None:
    assert parse([b"data: cut\n"]) == []


def test_overlong_event_is_refused() -> None:
    parser = SseParser()
    parser.feed(b"x" * MAX_EVENT_BYTES)
    with pytest.raises(ValueError, match="longer"):
        parser.feed(b"x")
