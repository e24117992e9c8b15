"""The event parser: whatever the chunking, the same events."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import httpx
import pytest
from httpx_sse import EventSource
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


def test_a_byte_order_mark_is_taken_off_once_however_it_is_cut() -> None:
    whole = "\ufeffdata: a\n\n\ufeffdata: b\n\ndata: \ufeffc\n\n".encode()
    for at in range(len(whole)):
        assert parse([whole[:at], whole[at:]]) == ["a", "\ufeffc"]


def test_blank_data_is_a_heartbeat() -> None:
    assert parse([b"data:\n\ndata: \n\ndata\n\ndata: \ndata:\n\ndata: a\n\n"]) == ["a"]


@pytest.mark.parametrize(("end", "event"), [(b"", "a"), (b"\n", "a"), (b"\r", "a"), (b"\n\n", None)])
def test_the_end_of_a_stream_ends_its_last_event(end: bytes, event: str | None) -> None:
    parser = SseParser()
    parser.feed(b"data: a" + end)
    assert parser.close() == event
    assert parser.close() is None


class Cut(httpx.SyncByteStream):
    """A body in these pieces."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        yield from self.pieces


LINES = st.sampled_from(
    ["data: a", "data:b", "data:  c ", "data", "data:", ": comment", "event: ping", "id: 7", "retry: 10", "",
     "other: x", "data: é漢🙂", "dataa: x", " data: x", "data: data: y"]
)  # fmt: skip
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


@given(st.lists(st.tuples(LINES, ENDS), max_size=12), st.lists(st.integers(0, 200), max_size=6))
def test_events_are_those_of_a_parser_of_strangers_however_the_bytes_are_cut(
    lines: list[tuple[str, str]], cuts: list[int]
) -> None:
    """httpx-sse gives the events of other fields too, and those without data."""
    whole = "".join(line + end for line, end in lines).encode()
    edges = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    pieces = [whole[a:b] for a, b in itertools.pairwise(edges)]
    response = httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=Cut(pieces))
    theirs = [event.data for event in EventSource(response).iter_sse()]
    assert parse(pieces) == [data for data in theirs if data.strip()]
