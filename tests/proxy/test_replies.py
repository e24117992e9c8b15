"""The proxy before hostile vendors: every reply ends, is billed, and leaves time and memory to others."""

from __future__ import annotations

import asyncio
import gzip
import json
import resource
import time
from collections.abc import Iterable
from decimal import Decimal
from itertools import repeat
from pathlib import Path
from typing import Any

import httpx
import pytest

from bench.engine import ReadingPace
from bench.providers import openai_chat
from bench.proxy import Entry
from bench.proxy.meter import ReplyMeter
from tests.engine.loopback import CHUNKED, OK, chunk, replying, request
from tests.proxy.between import ANSWER, BODY, VENDOR, between, sized


def test_a_packed_answer_is_not_passed_on(tmp_path: Path) -> None:
    reply = sized(gzip.compress(b'{"key": "' + VENDOR.encode() + b'"}'), b"200 OK", b"Content-Encoding: gzip")

    async def run() -> None:
        async with between(tmp_path, replying([reply])) as proxy:
            seen = await proxy.ask()
            assert (seen.status_code, "compressed (gzip)" in seen.text) == (502, True)
            entry = await proxy.settled()
            assert (entry.state, entry.most_usd) == ("cut", entry.begun.cap_usd)

    asyncio.run(run())


def test_a_refusal_forges_no_line(tmp_path: Path) -> None:
    words = "busy\nci fake turn 77: settled, 0.0000 USD\x1b[2J"
    reply = sized(words.encode(), b"503 Busy", b"Content-Encoding: identity")

    async def run() -> None:
        async with between(tmp_path, replying([reply])) as proxy:
            seen = await proxy.ask(headers={b"user-agent": b"a\x85b\x9b2J"})
            assert (seen.status_code, seen.text) == (503, words)
            entry = await proxy.settled()
            assert entry.settled
            assert entry.settled.error == "busy ci fake turn 77: settled, 0.0000 USD\\u001b[2J"
            assert entry.begun.agent == "a b\\u009b2J"

    asyncio.run(run())


@pytest.mark.parametrize(
    ("status", "state", "usd"),
    [(b"201 Created", "settled", "0.000081"), (b"203 Other", "settled", "0.000081"), (b"429 Wait", "refusal", "0")],
)
def test_all_that_was_answered_is_billed(tmp_path: Path, status: bytes, state: str, usd: str) -> None:
    async def run() -> None:
        async with between(tmp_path, replying([sized(ANSWER, status)])) as proxy:
            seen = await proxy.ask()
            assert (seen.status_code, seen.content) == (int(status[:3]), ANSWER)
            entry = await proxy.settled()
            assert (entry.state, f"{entry.most_usd}".rstrip("0") or "0") == (state, usd)

    asyncio.run(run())


ENDLESS: dict[str, tuple[bytes, Iterable[bytes]]] = {
    "headers": (OK, repeat(b"x: y\r\n" * 1000)),
    "one header": (OK + b"x: ", repeat(b"y" * 60_000)),
    "1xx": (b"", repeat(b"HTTP/1.1 103 Early\r\n\r\n" * 100)),
    "blank lines": (CHUNKED, repeat(chunk(b"\n" * 60_000))),
    "events": (CHUNKED, repeat(chunk(b"data: {}\n\n" * 6_000))),
    "one line": (CHUNKED, repeat(chunk(b"x" * 60_000))),
    "one event": (CHUNKED + chunk(b"data: "), repeat(chunk(b"[" * 60_000))),
    "refusal": (b"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n", repeat(chunk(b"x" * 60_000))),
}


@pytest.mark.parametrize("kind", [*ENDLESS])
def test_an_endless_reply_ends_and_fills_no_memory(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.engine.http1.WIRE_BYTES", 3 * 2**20)
    monkeypatch.setattr("bench.proxy.meter.MOST_EVENTS", 20_000)
    head, pieces = ENDLESS[kind]

    async def vendor(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(head)
        for piece in pieces:
            writer.write(piece)
            await writer.drain()

    async def run() -> None:
        async with between(tmp_path, vendor) as proxy:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            size = 0
            try:
                async with (
                    httpx.AsyncClient(timeout=20) as client,
                    client.stream("POST", f"{proxy.url}/k/{proxy.token}/v1/chat/completions", json=BODY) as reply,
                ):
                    async for part in reply.aiter_raw():
                        size += len(part)
            except httpx.RemoteProtocolError:
                pass
            assert size <= 4 * 2**20
            entry = await proxy.settled()
            assert entry.most_usd == (0 if kind == "refusal" else entry.begun.cap_usd)
            assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60 * 1024

    asyncio.run(run())


@pytest.mark.parametrize("line", [b"\n", b"data: x\n\n", b"data: []\n\n", b'data: {"a": [[[[]]]]}\n\n'])
def test_no_part_of_a_reply_holds_the_others_up(line: bytes) -> None:
    """A read of the socket brings at most 256 KiB."""
    meter, part = ReplyMeter(openai_chat), (line * 2**18)[: 2**18]
    begun = time.thread_time()
    meter.feed(part)
    assert time.thread_time() - begun < 1.0
    assert meter.end().usage.out_total is None


@pytest.mark.parametrize("line", [b"[],", b'{"b":{}},', b"1e5,"])
def test_no_whole_reply_holds_the_others_up(line: bytes) -> None:
    meter = ReplyMeter(openai_chat)
    meter.feed(b'{"usage": {"prompt_tokens": 1}, "a": [' + line * (2**23 // len(line) - 9) + b"1]}")
    begun = time.thread_time()
    assert meter.end().usage.in_total is None
    assert time.thread_time() - begun < 0.3


def test_replies_share_a_fifth_of_the_time() -> None:
    pace = ReadingPace()
    assert [round(pace.pause_s(0.1), 1) for _ in range(3)] == [0.4, 0.8, 1.2]


TINY = {"chunks": chunk(b"\n") * 50_000, "events": chunk(b'data: {"usage":{"prompt_tokens":1}}\n\n' * 9000)}


@pytest.mark.parametrize("kind", TINY)
def test_a_stream_of_tiny_pieces_leaves_time_for_others(tmp_path: Path, kind: str) -> None:
    """Another client's ping takes a few turns of the loop: it gets them while the stream goes on."""

    async def vendor(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(CHUNKED)
        while True:
            writer.write(TINY[kind])
            await writer.drain()

    ping = b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

    async def run() -> float:
        async with between(tmp_path, vendor) as proxy:
            asking = asyncio.ensure_future(proxy.ask())
            while not proxy.entries():
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.2)
            begun = time.thread_time()
            for _ in range(5):
                assert b"200" in await proxy.raw(ping)
            spent = time.thread_time() - begun
            asking.cancel()
            return spent

    assert asyncio.run(run()) < 2.0


def test_counts_beyond_the_bound_raise_it(tmp_path: Path) -> None:
    """An answer of a class without a price: 500,000 tokens from the cache."""
    used = {"prompt_tokens": 500_000, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 499_000}}
    reply = json.dumps({**json.loads(ANSWER), "usage": used}).encode()

    async def run() -> None:
        async with between(tmp_path, replying([sized(reply)])) as proxy:
            await proxy.ask(headers={b"user-agent": b"agent " + proxy.token.encode()})
            entry = await proxy.settled()
            assert (entry.state, entry.begun.agent) == ("unknown", "agent ***")
            assert entry.most_usd == Decimal("0.50007")

    asyncio.run(run())


@pytest.mark.parametrize(
    ("asked", "used", "state", "words"),
    [
        ({}, {"server_tool_use": {"web_search_requests": 0, "num_search_queries": None}}, "settled", None),
        ({}, {"server_tool_use": {"web_search_requests": 50}}, "unknown", "billed beyond tokens: web_search_requests"),
        ({"tools": [{"type": "web_search"}]}, {}, "unknown", "billed beyond tokens: tool of type 'web_search'"),
        ({"enable_search": True}, {}, "unknown", "billed beyond tokens: field 'enable_search'"),
        ({"enable_search": False}, {}, "unknown", "billed beyond tokens: field 'enable_search'"),
        ({"context_management": {"edits": [{"type": "clear_tool_uses_20250919"}]}}, {}, "settled", None),
        ({}, {"cost": 5.0}, "unknown", "billed beyond tokens: usage.cost"),
    ],
)
def test_a_vendors_own_search_is_no_part_of_a_bill(
    tmp_path: Path, asked: dict[str, Any], used: dict[str, Any], state: str, words: str | None
) -> None:
    """Nor do its tokens bound the bill then; a model that writes of it changes nothing."""
    answer = json.loads(ANSWER.replace(b'"4"', b'"\\"web_search_requests\\": 5"'))
    reply = json.dumps({**answer, "usage": {**answer["usage"], **used}}).encode()

    async def run() -> None:
        async with between(tmp_path, replying([sized(reply)])) as proxy:
            await proxy.ask({**BODY, **asked})
            entry = await proxy.settled()
            assert entry.settled
            assert (entry.state, entry.settled.error) == (state, words)
            assert (entry.most_usd is None) == (state == "unknown")

    asyncio.run(run())


def test_what_is_set_aside_for_a_bill_without_bound_outlives_a_restart(tmp_path: Path) -> None:
    answer = json.loads(ANSWER)
    reply = json.dumps({**answer, "usage": {**answer["usage"], "cost": 5.0}}).encode()

    async def run(budget: Decimal | None) -> tuple[int, list[Entry]]:
        async with between(tmp_path, replying([sized(reply)]), budget) as proxy:
            status = (await proxy.ask()).status_code
            await proxy.settled()
            return status, proxy.entries()

    status, (first,) = asyncio.run(run(Decimal(100)))
    assert (status, first.most_usd, first.begun.cap_usd, first.state) == (200, None, None, "unknown")
    assert first.held_usd > 0
    again, second = asyncio.run(run(first.held_usd))
    assert (again, len(second)) == (402, 1)
    assert asyncio.run(run(Decimal(100)))[0] == 200
