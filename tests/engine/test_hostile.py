"""Replies that would fill the memory, never end or cannot be: each is cut, told, and over soon."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import repeat

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.doctor.endpoint import visit_all
from bench.engine import answer, http1, transport
from bench.engine.answer import ANSWER_BYTES, Answer
from bench.engine.exchange import Asking, Ended, exchange
from bench.engine.http1 import HEADERS, INTERIM
from bench.engine.sse import MAX_EVENT_BYTES
from bench.engine.transport import Channel, tls_context
from bench.providers import StreamEvent, openai_chat, resolve
from bench.records import RemoteModel, Secrets
from bench.records.items import Outcome
from tests.engine.loopback import CHUNKED, OK, Handler, chunk, request, serving

KEY = "sk-canary/key+0123456789"


def endless(head: bytes, pieces: Callable[[], Iterator[bytes]]) -> Handler:
    """Sends a head and then piece after piece, for as long as anybody takes them."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await request(reader):
            writer.write(head)
            for piece in pieces():
                writer.write(piece)
                await writer.drain()
            writer.close()
            return

    return handle


def event(**delta: str) -> bytes:
    return b"data: " + json.dumps({"choices": [{"delta": delta}]}).encode() + b"\n\n"


async def _asked(handle: Handler, timeout_s: float, proxied: bool) -> Ended:
    asking = Asking(
        wire=openai_chat,
        path=openai_chat.PATH,
        streaming=openai_chat.STREAMING,
        thinks=None,
        timeout_s=timeout_s,
        redact=Secrets([KEY]),
        on_first_event=lambda: None,
    )
    async with serving(handle) as port:
        through = httpx.AsyncHTTPTransport() if proxied else None
        channel = Channel(f"http://127.0.0.1:{port}/v1", {}, timeout_s, tls_context(), through)
        try:
            return await exchange(asking, channel, {"messages": []})
        finally:
            await channel.close()


def asked(handle: Handler, timeout_s: float = 30.0, *, proxied: bool = False) -> Ended:
    return asyncio.run(_asked(handle, timeout_s, proxied))


BOTH = pytest.mark.parametrize("proxied", [False, True], ids=["ours", "httpx"])


@BOTH
@pytest.mark.parametrize("field", ["content", "reasoning_content"])
@pytest.mark.parametrize("piece", ["x" * 60_000, "汉字" * 10_000])
def test_an_endless_answer_is_cut_at_its_cap_and_truncated(field: str, piece: str, proxied: bool) -> None:
    ended = asked(endless(CHUNKED, lambda: repeat(chunk(event(**{field: piece})))), proxied=proxied)
    text = ended.answer.text if field == "content" else ended.answer.reasoning
    assert ANSWER_BYTES - 3 <= len(text.encode()) <= ANSWER_BYTES
    assert (piece * 60).startswith(text)
    assert ended.attempt.outcome is Outcome.TRUNCATED
    assert ended.attempt.error == f"longer than {ANSWER_BYTES} bytes, and cut there"
    assert ended.attempt.fault == "length"


def test_endless_small_pieces_are_cut_by_their_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "PIECES", 500)
    ended = asked(endless(CHUNKED, lambda: repeat(chunk(event(content="x") * 50))))
    assert ended.attempt.outcome is Outcome.TRUNCATED
    assert 500 <= len(ended.answer.text) <= 550


@BOTH
@pytest.mark.parametrize(
    "piece",
    [
        event(),
        b": ping\n\n",
        b"\n",
        event(role="assistant"),
        b'data: {"usage": {"prompt_tokens": 1}}\n\n',
    ],
    ids=["no text", "comments", "blank lines", "roles", "counts"],
)
def test_endless_events_without_a_text_end_at_a_cap_as_well(
    piece: bytes, proxied: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (http1, transport):
        monkeypatch.setattr(module, "WIRE_BYTES", 300_000)
    attempt = asked(endless(CHUNKED, lambda: repeat(chunk(piece * 100))), proxied=proxied).attempt
    assert attempt.outcome is Outcome.INFRASTRUCTURE
    assert "the reply is longer than 300000 bytes" in (attempt.error or "")


@BOTH
@pytest.mark.parametrize("piece", [b"x" * 50_000, b"data: " + b"[" * 50_000 + b"\n", b"data: x\n" * 5000])
def test_an_endless_event_ends(piece: bytes, proxied: bool) -> None:
    attempt = asked(endless(CHUNKED, lambda: repeat(chunk(piece))), proxied=proxied).attempt
    assert attempt.fault == "shape"
    assert f"an event is longer than {MAX_EVENT_BYTES} bytes" in (attempt.error or "")
    assert len(attempt.error or "") <= 400


@pytest.mark.parametrize(
    ("handle", "words"),
    [
        (endless(OK, lambda: repeat(b"X-A: b\r\n" * 100)), ""),
        (endless(OK + b"X-A: b\r\n" * (HEADERS + 1) + b"\r\n", lambda: iter([b"x"])), f"more than {HEADERS} headers"),
        (endless(OK + b"X-A: ", lambda: repeat(b"x" * 5000)), ""),
        (endless(b"", lambda: repeat(b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n")), f"more than {INTERIM} heads"),
        (endless(CHUNKED, lambda: repeat(b"1;" + b"x" * 5000)), ""),
        (endless(CHUNKED + b"0\r\n", lambda: repeat(b"X-Trailer: " + b"x" * 5000 + b"\r\n")), ""),
    ],
    ids=["header lines", "many headers", "one header", "heads before", "chunk extension", "trailers"],
)  # fmt: skip
def test_endless_framing_ends(handle: Handler, words: str) -> None:
    begun = time.monotonic()
    attempt = asked(handle).attempt
    assert attempt.outcome is Outcome.INFRASTRUCTURE
    assert words in (attempt.error or "")
    assert time.monotonic() - begun < 10, "long before the deadline"


def test_a_connection_that_the_other_side_ended_is_not_used_again() -> None:
    """Also where its end was the reply's, and nothing has told of it since."""

    async def two() -> list[int]:
        async with serving(endless(OK + b"\r\n", lambda: iter([b"ok"]))) as port:
            channel = Channel(f"http://127.0.0.1:{port}/v1", {}, 5.0, tls_context())
            try:
                return [(await channel.get("/a")).status for _ in range(2)]
            finally:
                await channel.close()

    assert asyncio.run(two()) == [200, 200]


def test_chunk_extensions_without_end_count_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http1, "WIRE_BYTES", 300_000)
    attempt = asked(endless(CHUNKED, lambda: repeat(b"1;" + b"x" * 5000 + b"\r\nx\r\n"))).attempt
    assert "the reply is longer than 300000 bytes" in (attempt.error or "")


@BOTH
def test_a_refusal_packed_thrice_is_never_unpacked(proxied: bool) -> None:
    packed = bytes(10**8)
    for _ in range(3):
        packed = gzip.compress(packed)
    head = b"HTTP/1.1 401 No\r\nContent-Encoding: gzip, gzip, gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    tracemalloc.start()
    try:
        attempt = asked(endless(head, lambda: iter([packed])), proxied=proxied).attempt
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert attempt.error == "HTTP 401: the reply is compressed (gzip, gzip, gzip), which was not asked for"
    assert peak < 20_000_000


def test_an_endless_refusal_is_left() -> None:
    attempt = asked(endless(b"HTTP/1.1 500 No\r\n\r\n", lambda: repeat(f"{KEY} ".encode() * 2000))).attempt
    assert (attempt.status, attempt.outcome) == (500, Outcome.INFRASTRUCTURE)
    assert "***" in (attempt.error or "")
    assert KEY[:12] not in (attempt.error or "")


def _visited(handle: Handler) -> tuple[str, float]:
    async def visit() -> str:
        async with serving(handle) as port:
            entry = RemoteModel("m", "openai-api/fake/m", base_url=f"http://127.0.0.1:{port}/v1")
            environ = {"FAKE_API_KEY": KEY}
            (seen,) = await visit_all([resolve(entry, environ)], environ, tls_context())
            return " ".join(f"{check.text} {check.cure}" for check in seen.checks)

    begun = time.monotonic()
    return asyncio.run(visit()), time.monotonic() - begun


PACKED = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\n"
MANY = json.dumps({"data": [{"id": "m" * 90 + str(n)} for n in range(30_000)]}).encode()
PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    ("handle", "words"),
    [
        (endless(PACKED, lambda: iter([b"12345"])), "is compressed (gzip), which was not asked for"),
        (endless(PAGE + b"\r\n", lambda: repeat(b"x" * 60_000)), "lists no models"),
        (endless(PAGE + b"\r\n", lambda: repeat(b'{"data": [' + b'{"id": "mm"},' * 4000)), "lists no models"),
        (endless(PAGE + b"Date: Mon, 01 Jan 0001 00:00:00 +2359\r\n\r\n", lambda: iter([b"[]"])), "lists no models"),
        (endless(PAGE + b"Date: 1 Jan 99999999999 00:00\r\n\r\n", lambda: iter([b"[]"])), "lists no models"),
        (endless(b"", lambda: repeat(b"HTTP/1.1 100 Continue\r\n\r\n")), "does not answer"),
        (endless(PAGE + b"\r\n", lambda: iter([MANY])), "m is there"),
    ],
)  # fmt: skip
def test_the_doctor_is_as_careful(handle: Handler, words: str) -> None:
    text, took_s = _visited(handle)
    assert words in text
    assert len(text) < 2000
    assert took_s < 10


@given(st.text(), st.sampled_from(["answer", "reasoning"]), st.integers(0, 12))
def test_a_cut_text_is_the_beginning_of_what_came(text: str, kind: str, room: int) -> None:
    seen = Answer(_room=room, _reasoning_room=room)
    for char in text:
        seen.take(1.0, StreamEvent(**{kind: char}))  # type: ignore[arg-type]
    seen.close()
    kept = seen.text if kind == "answer" else seen.reasoning
    if "<" not in text:
        assert text.startswith(kept)
        assert len(kept.encode()) <= room
        assert seen.overlong == (kept != text)
