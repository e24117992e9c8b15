"""The proxy before hostile clients: nothing is kept without bound, and nobody shuts others out."""

from __future__ import annotations

import asyncio
import gc
import json
import threading
import time
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.prices import load
from bench.providers import resolve
from bench.proxy import CallLedger, Entry, backends
from bench.proxy import places as proxy_places
from bench.proxy.client import BODY_BYTES, HEAD_BYTES, Room
from bench.proxy.request import NotPassed, Passed, passed
from bench.proxy.rewrite import written
from bench.proxy.route import Route, RouteKind
from bench.records import RemoteModel
from tests.engine.loopback import CHUNKED, chunk, replying, request
from tests.proxy.between import ANSWER, BODY, Between, between, post, sized


def test_a_request_that_is_all_structure_is_refused(tmp_path: Path) -> None:
    begun = time.thread_time()
    body = b'{"model": "chat", "x": [' + b"[]," * 5_000_000 + b"1]}"
    way = Route(RouteKind.CALL, "openai", "t")
    with pytest.raises(NotPassed, match="more than 1,000,000 commas"):
        passed({}, way, body, load(None))
    assert time.thread_time() - begun < 1.0

    async def run() -> None:
        async with between(tmp_path, replying()) as proxy:
            chunks = chunk(b"x") * 20_000 + b"0\r\n\r\n"
            assert b"413" in await proxy.raw(post(proxy.token, b"Transfer-Encoding: chunked"), chunks, then=20)

    asyncio.run(run())


def test_a_client_that_reads_nothing_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.proxy.client.UNREAD_BYTES", 2**20)
    monkeypatch.setattr("bench.proxy.client.LINGER_S", 0.2)

    async def vendor(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(CHUNKED)
        while True:
            writer.write(chunk(b": x\n\n" * 10_000))
            await writer.drain()

    async def run() -> None:
        async with between(tmp_path, vendor) as proxy:
            body = json.dumps(BODY).encode()
            host, _, port = proxy.url.removeprefix("http://").rpartition(":")
            _, writer = await asyncio.open_connection(host, int(port), limit=1000)
            writer.write(
                b"POST /k/%s/v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s"
                % (proxy.token.encode(), len(body), body)
            )
            entry = await proxy.settled()
            writer.close()
            assert entry.settled
            assert (entry.state, entry.settled.error) == ("cut", "the client left its reply unread")
            assert not proxy.troubles

    asyncio.run(run())


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ((b"Content-Length: 2", b"Transfer-Encoding: chunked"), b"400"),
        ((b"Content-Length: 2", b"Content-Length: 3"), b"400"),
        ((b"Host: localhost",), b"400"),
        ((b"Content-Length: -1",), b"400"),
        ((b"Transfer-Encoding: gzip",), b"400"),
        ((b"x: " + b"y" * 4 * HEAD_BYTES,), b"400"),
        ((b" folded: first",), b"401"),
    ],
)
def test_requests_that_can_be_read_in_two_ways_are_refused(
    tmp_path: Path, headers: tuple[bytes, ...], status: bytes
) -> None:
    async def run() -> None:
        async with between(tmp_path, replying()) as proxy:
            seen = await proxy.raw(post(proxy.token, *headers, b"Connection: close"), b"0\r\n\r\n")
            assert seen.startswith(b"HTTP/1.1 " + status)
            assert json.loads(seen.partition(b"\r\n\r\n")[2])["error"]["message"].startswith("claimbench proxy: ")
            assert not proxy.troubles
            assert not proxy.entries()

    asyncio.run(run())


def test_after_a_request_of_two_lengths_no_further_one_is_read(tmp_path: Path) -> None:
    async def run() -> None:
        async with between(tmp_path, replying()) as proxy:
            host, _, port = proxy.url.removeprefix("http://").rpartition(":")
            reader, writer = await asyncio.open_connection(host, int(port))
            twice = post(proxy.token, b"Content-Length: 2", b"Transfer-Encoding: chunked")
            writer.write(twice + b"0\r\n\r\n" + post(proxy.token, b"Content-Length: 2") + b"{}")
            seen = await asyncio.wait_for(reader.read(), 10)
            writer.close()
            assert [seen.count(b"HTTP/1.1 "), seen[:12]] == [1, b"HTTP/1.1 400"]

    asyncio.run(run())


def test_a_request_too_long_is_refused_and_so_are_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.proxy.client.BODY_BYTES", 100_000)

    async def run() -> None:
        async with between(tmp_path, replying([sized(ANSWER)])) as proxy:
            assert (await proxy.ask({**BODY, "user": "x" * 200_000})).status_code == 413
            assert (await proxy.ask()).status_code == 200
            monkeypatch.setattr(proxy_places, "MOST_CLIENTS", 0)
            with pytest.raises(httpx.TransportError):
                await proxy.ask()

    asyncio.run(run())
    room = Room(100)
    room.take(60)
    with pytest.raises(NotPassed, match="too many long requests"):
        room.take(41)
    room.give_back(60)
    room.take(100)
    assert Room().free > 2 * BODY_BYTES


def test_what_a_client_sends_before_its_reply_is_bounded(tmp_path: Path) -> None:
    async def vendor(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await request(reader)
        await asyncio.sleep(30)

    async def run() -> None:
        async with between(tmp_path, vendor) as proxy:
            body = json.dumps(BODY).encode()
            with suppress(ConnectionError):
                await proxy.raw(post(proxy.token, b"Content-Length: %d" % len(body)) + body, *[b"x" * 2**20] * 20)
            assert (await proxy.settled()).state == "cut"

    asyncio.run(run())


def test_a_ledger_that_cannot_be_written_passes_nothing_on(tmp_path: Path) -> None:
    async def run() -> None:
        async with between(tmp_path, replying([sized(ANSWER)])) as proxy:
            with CallLedger(proxy.path) as other:
                other._db.execute("DROP TABLE calls")
            seen = await proxy.ask()
            assert (seen.status_code, "the ledger cannot be written" in seen.text) == (503, True)
            assert len(proxy.troubles) == 1

    asyncio.run(run())


def test_a_ping_with_head_gets_an_answer(tmp_path: Path) -> None:
    async def run() -> None:
        async with between(tmp_path, replying()) as proxy, httpx.AsyncClient() as client:
            for _ in range(2):
                assert (await client.head(f"{proxy.url}/api/hello")).status_code == 200

    asyncio.run(run())


PING = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"


def test_a_long_request_is_read_beside_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it is read a short call goes through, and collecting garbage, which stops all threads, is put off."""
    reading, go_on = threading.Event(), threading.Event()

    def slow(*given: Any) -> Passed:
        if threading.current_thread() is not threading.main_thread():
            assert not gc.isenabled()
            reading.set()
            assert go_on.wait(10)
        return passed(*given)

    monkeypatch.setattr("bench.proxy.server.passed", slow)
    monkeypatch.setattr("bench.proxy.server.SHORT_BYTES", 1000)

    async def run() -> None:
        async with between(tmp_path, replying([sized(ANSWER)])) as proxy:
            long = asyncio.ensure_future(proxy.ask({**BODY, "user": "x" * 2000}))
            while not reading.is_set():
                await asyncio.sleep(0.01)
            assert (await proxy.ask()).status_code == 200
            assert not long.done()
            go_on.set()
            assert (await long).status_code == 200
            assert gc.isenabled()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"model": "chat"' + b" " * 2**23 + b"}", None),
        (b'{"model": "chat", "x": 1.' + b"1" * 2**22 + b"}", "more than 4,000 digits"),
        (b'{"model": "chat"' + b"".join(b', "f%d": 1' % at for at in range(2000)) + b"}", "more than 1,000 fields"),
    ],
    ids=["blanks", "digits", "fields"],
)
def test_no_request_takes_long_to_read(body: bytes, status: str | None) -> None:
    environ = {"ACME_API_KEY": "k" * 20}
    entry = RemoteModel(label="chat", model="openai-api/acme/m", base_url="http://127.0.0.1:1/v1")
    served, way = backends([resolve(entry, environ)], environ), Route(RouteKind.CALL, "openai", "t")
    begun = time.thread_time()
    with nullcontext() if status is None else pytest.raises(NotPassed, match=status):
        passed(served, way, body, load(None))
    assert time.thread_time() - begun < 0.5


@settings(max_examples=30, deadline=None)
@given(st.recursive(st.none() | st.text(max_size=3) | st.integers(), st.lists, max_leaves=20))
def test_what_is_hashed_is_json(value: object) -> None:
    assert "".join(written(value)) == json.dumps(value, sort_keys=True, ensure_ascii=False)


async def opened(proxy: Between) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, _, port = proxy.url.removeprefix("http://").rpartition(":")
    return await asyncio.open_connection(host, int(port))


def test_idle_connections_give_way_to_new_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Strangers before those that had a good key, and never one whose request is under way."""
    monkeypatch.setattr(proxy_places, "MOST_CLIENTS", 3)
    asked, reply = asyncio.Event(), asyncio.Event()

    async def vendor(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        asked.set()
        await reply.wait()
        writer.write(sized(ANSWER))

    async def run() -> None:
        async with between(tmp_path, vendor) as proxy:
            models = post(proxy.token).replace(b"POST /v1/chat/completions", b"GET /v1/models")
            known = await opened(proxy)
            known[1].write(models)
            assert b"200" in await known[0].read(2**16)
            busy = asyncio.ensure_future(proxy.ask())
            await asked.wait()
            idle = [await opened(proxy) for _ in range(300)]
            assert await asyncio.wait_for(idle[0][0].read(), 5) == b""
            assert not known[0].at_eof()
            assert b"200" in await proxy.raw(PING, then=20)
            reply.set()
            assert (await busy).status_code == 200
            known[1].write(models)
            assert b"200" in await known[0].read(2**16)
            for _, writer in (known, *idle):
                writer.close()

    asyncio.run(run())


def test_a_connection_that_says_nothing_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.proxy.client.FIRST_S", 0.05)

    async def run() -> None:
        async with between(tmp_path, replying()) as proxy:
            assert await proxy.raw(b"GET /health HTTP/1.1\r\nHost: loc") == b""

    asyncio.run(run())


def test_no_key_takes_all_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy_places, "MOST_OF_A_KEY", 0)

    async def run() -> None:
        async with between(tmp_path, replying([sized(ANSWER)])) as proxy:
            seen = await proxy.ask()
            assert (seen.status_code, "requests of key 'a' are under way" in seen.text) == (429, True)
            monkeypatch.setattr(proxy_places, "MOST_OF_A_KEY", 1)
            assert [(await proxy.ask()).status_code for _ in range(2)] == [200, 200]

    asyncio.run(run())


def test_requests_that_come_at_once_take_turns_with_others(tmp_path: Path) -> None:
    async def run() -> None:
        async with between(tmp_path, replying()) as proxy:
            reader, writer = await opened(proxy)
            writer.write(PING)
            size = len(await reader.read(2**14))
            writer.write(PING * 300)
            reading, turns = asyncio.ensure_future(reader.readexactly(300 * size)), 0
            while not reading.done():
                await asyncio.sleep(0)
                turns += 1
            assert reading.result().count(b"HTTP/1.1 200") == 300
            assert turns > 300
            writer.close()

    asyncio.run(run())


def test_a_ledger_is_read_once_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[str] = []

    def entries(_ledger: CallLedger, since: str = "", **_of: object) -> Iterator[Entry]:
        reads.append(since)
        return iter(())

    monkeypatch.setattr(CallLedger, "entries", entries)

    async def run() -> None:
        async with between(tmp_path, replying()):
            pass

    asyncio.run(run())
    assert len(reads) == 1
