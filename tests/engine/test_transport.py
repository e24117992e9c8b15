"""The wire itself: framing, broken connections, deadlines, TLS and proxies, over real sockets on loopback."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from itertools import pairwise

import httpx
import pytest

from bench.engine import http1
from bench.engine.clock import now
from bench.engine.transport import ERROR_BYTES, Channel, Dropped, Reply, tls_context
from bench.errors import UsageError
from tests.engine.loopback import (
    CHUNKED,
    OK,
    WHOLE,
    ask,
    channel,
    chunk,
    connections,
    first,
    keep,
    reads,
    replying,
    request,
    serving,
)


async def collect(reply: Reply, into: list[bytes]) -> None:
    await reply.pour(keep(into))


def reset(writer: asyncio.StreamWriter) -> None:
    """Closes with RST in place of FIN."""
    raw: socket.socket = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@pytest.mark.parametrize(
    ("reply", "body"),
    [
        ((WHOLE,), b"ok"),
        ((CHUNKED, chunk(b"o"), chunk(b"k"), chunk(b"")), b"ok"),
        ((CHUNKED + chunk(b"o") + chunk(b"k") + chunk(b""),), b"ok"),
        ((CHUNKED + chunk(b"ok") + b"0\r\nTrailer: 1\r\n\r\n",), b"ok"),
        ((b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + WHOLE), b"ok"),
        ((OK + b"\r\n", b"o", b"k"), b"ok"),
        ((b"HTTP/1.0 200 OK\r\n\r\nok",), b"ok"),
        ((OK + b"Content-Length: 0\r\n\r\n",), b""),
    ],
    ids=["length", "chunks", "one read", "trailer", "informational", "until close", "HTTP/1.0", "empty"],
)
def test_every_framing_gives_its_body(reply: tuple[bytes, ...], body: bytes) -> None:
    assert asyncio.run(first(replying(reply))) == (200, body)


def test_a_reply_without_a_body_ends_with_its_head() -> None:
    assert asyncio.run(first(replying([b"HTTP/1.1 204 No Content\r\n\r\n"]))) == (204, b"")


@pytest.mark.parametrize(
    "reply",
    [
        [OK + b"Connection: close\r\nContent-Length: 2\r\n\r\nok"],
        [WHOLE],  # hangs up in silence, as idle servers do
        [WHOLE, b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n"],
        [WHOLE + b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong"],
    ],
    ids=["announced", "silent", "farewell", "too much"],
)
def test_a_connection_that_is_over_is_replaced(reply: list[bytes]) -> None:
    assert asyncio.run(connections(replying(reply), 2, pause_s=0.05)) == 2


def test_a_connection_idle_for_long_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http1, "IDLE_S", 0.02)
    assert asyncio.run(connections(replying([WHOLE], [WHOLE]), 2, pause_s=0.05)) == 2


async def hang_up_at_the_second(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await request(reader)
    writer.write(WHOLE)
    await request(reader)


@pytest.mark.parametrize("end", [asyncio.StreamWriter.close, reset])
def test_a_kept_connection_closed_on_our_request_is_told_apart(end: Callable[[asyncio.StreamWriter], None]) -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await hang_up_at_the_second(reader, writer)
        end(writer)

    async def main() -> None:
        async with serving(handle) as port, channel(port) as opened:
            await ask(opened)
            with pytest.raises(Dropped):
                await ask(opened)
            assert await ask(opened) == (200, b"ok")

    asyncio.run(main())


@pytest.mark.parametrize("end", [asyncio.StreamWriter.close, reset])
def test_a_new_connection_closed_without_an_answer_is_an_error(end: Callable[[asyncio.StreamWriter], None]) -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        end(writer)

    with pytest.raises(httpx.TransportError):
        asyncio.run(first(handle))


@pytest.mark.parametrize(
    ("reply", "end"),
    [
        (CHUNKED + chunk(b"ok"), asyncio.StreamWriter.close),
        (CHUNKED + chunk(b"ok"), reset),
        (OK + b"Content-Length: 9\r\n\r\nok", asyncio.StreamWriter.close),
        (CHUNKED + chunk(b"ok") + b"oops\r\n", None),
    ],
    ids=["cut", "reset", "short", "bad chunk"],
)
def test_what_came_before_the_break_is_kept(reply: bytes, end: Callable[[asyncio.StreamWriter], None] | None) -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(reply)
        await asyncio.sleep(0.05)
        if end:
            end(writer)
        else:
            assert await reader.read() == b"", "we hang up"

    async def main() -> bytes:
        got: list[bytes] = []
        async with serving(handle) as port, channel(port) as opened, opened.post("/", {}) as reply:
            with pytest.raises(httpx.TransportError):
                await collect(reply, got)
        return b"".join(got)

    assert asyncio.run(main()) == b"ok"


@pytest.mark.parametrize(
    "head", [b"SSH-2.0-OpenSSH\r\n\r\n", OK + b"A: " + b"b" * 2 * http1.HEAD_BYTES, OK + b"Content-Length: -1\r\n\r\n"]
)
def test_what_is_no_http_is_an_error(head: bytes) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        asyncio.run(first(replying([head, b""])))


def test_silence_ends_at_the_read_timeout_and_bytes_put_it_off() -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(CHUNKED)
        for _ in range(6):
            await asyncio.sleep(0.1)
            writer.write(chunk(b"."))
        await asyncio.sleep(30)

    async def main() -> bytes:
        got: list[bytes] = []
        begun = now()
        async with serving(handle) as port, channel(port, 0.3) as opened, opened.post("/", {}) as reply:
            with pytest.raises(httpx.ReadTimeout):
                await collect(reply, got)
        assert 0.85 < now() - begun < 5
        return b"".join(got)

    assert asyncio.run(main()) == b"......"


@pytest.mark.parametrize("head", [b"", CHUNKED])
def test_giving_up_closes_the_connection(head: bytes) -> None:
    closed: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(head)
        closed.append(await reader.read())

    async def main() -> None:
        async with serving(handle) as port, channel(port) as opened:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await ask(opened)
            await asyncio.sleep(0.05)
            assert closed == [b""]

    asyncio.run(main())


def test_nobody_at_home_is_a_connection_error() -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        port = unheard.getsockname()[1]

        async def main() -> None:
            async with channel(port) as opened:
                await ask(opened)

        with pytest.raises(httpx.ConnectError):
            asyncio.run(main())


@pytest.mark.parametrize("host", ["a..b", "x" * 70])
def test_a_name_that_cannot_be_one_is_a_connection_error(host: str) -> None:
    async def main() -> None:
        async with channel(9, host=host) as opened:
            await ask(opened)

    with pytest.raises(httpx.ConnectError):
        asyncio.run(main())


def test_a_connection_that_is_not_taken_up_times_out() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        fillers = [socket.socket() for _ in range(3)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())

        async def main() -> None:
            async with channel(full.getsockname()[1], 0.2) as opened:
                await ask(opened)

        try:
            with pytest.raises(httpx.ConnectTimeout):
                asyncio.run(main())
        finally:
            for filler in fillers:
                filler.close()


def test_an_unread_reply_stays_in_the_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http1, "UNREAD_BYTES", 64 * 1024)
    size, sent = 16 * 1024 * 1024, 0

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await request(reader)
        writer.write(OK + b"Content-Length: %d\r\n\r\n" % size)
        while sent < size:
            writer.write(b"x" * 65536)
            await writer.drain()
            sent += 65536

    async def main() -> int:
        async with serving(handle) as port, channel(port) as opened, opened.post("/", {}) as reply:
            await asyncio.sleep(0.3)
            assert sent < size, "all of it was taken"
            return sum([len(content) for _, content in await reads(reply)])

    assert asyncio.run(main()) == size


def test_reads_are_stamped_and_events_that_came_together_stay_together() -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(CHUNKED + chunk(b"data: 1\n\n") + chunk(b"data: 2\n\n"))
        await asyncio.sleep(0.1)
        writer.write(chunk(b"data: 3\n\n") + chunk(b""))

    async def main() -> list[tuple[float, bytes]]:
        async with serving(handle) as port, channel(port) as opened:
            asked = now()
            async with opened.post("/", {}) as reply:
                assert asked <= reply.sent
                await asyncio.sleep(0.3)  # both reads were made meanwhile: what we do here must not show
                got = [(at - reply.sent, content) for at, content in await reads(reply)]
        return got

    got = asyncio.run(main())
    assert [content for _, content in got] == [b"data: 1\n\ndata: 2\n\n", b"data: 3\n\n"]
    assert all(a < b for (a, _), (b, _) in pairwise(got))
    assert got[0][0] < 0.09
    assert 0.09 < got[1][0] < 0.29


def test_only_the_beginning_of_a_long_error_is_read() -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(b"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(chunk(b"no " * 10000))
            await writer.drain()

    async def main() -> str:
        async with serving(handle) as port, channel(port) as opened, opened.post("/", {}) as reply:
            assert reply.status == 500
            return await reply.words()

    text = asyncio.run(main())
    assert len(text) == ERROR_BYTES
    assert text.startswith("no no")


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "gopher://127.0.0.1:1", "http://[::1"])
def test_a_proxy_that_cannot_be_used_is_named_with_the_cure(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(UsageError, match=r"proxy .* cannot be used .* NO_PROXY"):
        Channel("https://model.test/v1", {}, 1.0, tls_context())


def test_what_a_sink_raised_at_a_replys_end_is_no_fault_of_the_next() -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await request(reader):
            await asyncio.sleep(0.01)
            writer.write(OK + b"Content-Length: 2\r\n\r\n")
            await asyncio.sleep(0.05)  # so that the body arrives while it is being poured
            writer.write(b"ok")

    def fail(_: float, content: bytes) -> bool:
        raise LookupError(content)

    async def main() -> None:
        async with serving(handle) as port, channel(port) as opened:
            async with opened.post("/", {}) as reply:
                with pytest.raises(LookupError, match="ok"):
                    await reply.pour(fail)
            assert await ask(opened) == (200, b"ok")

    asyncio.run(main())


def test_a_sink_may_stop_and_what_it_raises_comes_to_its_caller() -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(CHUNKED + chunk(b"one"))
        for _ in range(50):
            await asyncio.sleep(0.01)
            writer.write(chunk(b"more"))

    got: list[bytes] = []

    def stop(_: float, content: bytes) -> bool:
        got.append(content)
        return content == b"one"

    def fail(_: float, content: bytes) -> bool:
        raise LookupError(content)

    async def main() -> None:
        async with serving(handle) as port, channel(port) as opened:
            async with opened.post("/", {}) as reply:
                await reply.pour(stop)
            async with opened.post("/", {}) as reply:
                with pytest.raises(LookupError, match="one"):
                    await reply.pour(fail)

    asyncio.run(main())
    assert got == [b"one", b"more"]
