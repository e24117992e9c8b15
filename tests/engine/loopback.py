"""A server in the test's own loop that sends exactly these bytes, and a channel to it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from bench.engine.http1 import Sink
from bench.engine.transport import Channel, Reply, tls_context

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
WHOLE = OK + b"Content-Length: 2\r\n\r\nok"

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def chunk(content: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(content), content)


async def request(reader: asyncio.StreamReader) -> bytes:
    """A request with its body, as it came; empty if the client hung up."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
    return head + await reader.readexactly(length)


@asynccontextmanager
async def serving(handle: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """The port of a server whose connections the handler takes, in this loop."""
    tasks: set[asyncio.Task[None]] = set()

    async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        try:
            await handle(reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(guarded, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


def replying(*replies: Sequence[bytes]) -> Handler:
    """Answers the requests of each connection with these replies, each sent piece by piece, then hangs up."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for reply in replies:
            if not await request(reader):
                return
            for piece in reply:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.002)

    return handle


@asynccontextmanager
async def channel(
    port: int, timeout_s: float = 5.0, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncIterator[Channel]:
    url = f"{'https' if tls else 'http'}://{host}:{port}/v1"
    opened = Channel(url, {}, timeout_s, tls or tls_context())
    try:
        yield opened
    finally:
        await opened.close()


async def ask(opened: Channel) -> tuple[int, bytes]:
    """Status and body of one reply."""
    async with opened.post("/ask", {"q": 1}) as reply:
        return reply.status, b"".join([content for _, content in await reads(reply)])


async def reads(reply: Reply) -> list[tuple[float, bytes]]:
    """Every read of a reply's body."""
    found: list[tuple[float, bytes]] = []

    def take(at: float, content: bytes) -> bool:
        found.append((at, content))
        return True

    await reply.pour(take)
    return found


def keep(into: list[bytes]) -> Sink:
    """A sink that puts what it gets into a list."""

    def take(_: float, content: bytes) -> bool:
        into.append(content)
        return True

    return take


async def first(handle: Handler) -> tuple[int, bytes]:
    async with serving(handle) as port, channel(port) as opened:
        return await ask(opened)


async def connections(
    handle: Handler,
    requests: int,
    pause_s: float = 0.0,
    *,
    certified: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
) -> int:
    """How many connections so many good answers took; with TLS, `certified` is the server's side and `tls` ours."""
    count = 0

    async def counting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        count += 1
        await handle(reader, writer)

    host = "localhost" if tls else "127.0.0.1"
    async with serving(counting, certified) as port, channel(port, host=host, tls=tls) as opened:
        for _ in range(requests):
            assert await ask(opened) == (200, b"ok")
            await asyncio.sleep(pause_s)
    return count
