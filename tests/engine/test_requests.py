"""What goes out: the request's line, its headers, and nothing that a vendor's reply put there."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from bench.engine.transport import Channel, tls_context
from tests.engine.loopback import OK, WHOLE, ask, channel, reads, replying, request, serving


def test_the_request_is_what_http_asks_for() -> None:
    seen: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await request(reader))
        writer.write(WHOLE)

    async def main() -> int:
        async with serving(handle) as port, channel(port) as opened:
            await ask(opened)
            return port

    port = asyncio.run(main())
    head, _, body = seen[0].partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"POST /v1/ask HTTP/1.1"
    assert f"Host: 127.0.0.1:{port}".encode() in lines
    assert b"Accept-Encoding: identity" in lines
    assert body == b'{"q":1}'


def test_no_cookie_comes_back_and_no_address_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    seen: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while got := await request(reader):
            seen.append(got)
            writer.write(OK + b"Set-Cookie: lane=7; Path=/\r\nContent-Length: 2\r\n\r\nok")

    async def main() -> None:
        async with serving(handle) as port, channel(port) as opened:
            for _ in range(2):
                async with opened.post("/ask?key=secret-1", {}) as reply:
                    assert [content for _, content in await reads(reply)] == [b"ok"]

    asyncio.run(main())
    assert [got.partition(b" HTTP")[0] for got in seen] == [b"POST /v1/ask?key=secret-1"] * 2
    assert b"cookie" not in seen[1].lower()
    assert "secret-1" not in caplog.text


def test_a_model_entrys_headers_are_sent_as_they_are_and_replace_the_usual_ones() -> None:
    seen: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await request(reader))
        writer.write(WHOLE)

    async def main() -> None:
        async with serving(handle) as port:
            own = {"X-Team": "Zo\u00eb", "user-agent": "mine"}
            opened = Channel(f"http://127.0.0.1:{port}/v1", own, 5.0, tls_context())
            assert await ask(opened) == (200, b"ok")
            await opened.close()

    asyncio.run(main())
    lines = seen[0].split(b"\r\n")
    assert "X-Team: Zo\u00eb".encode() in lines
    assert [line for line in lines if line.lower().startswith(b"user-agent")] == [b"user-agent: mine"]


def test_a_header_that_http_cannot_carry_is_an_error() -> None:
    async def main() -> None:
        async with serving(replying([WHOLE])) as port:
            opened = Channel(f"http://127.0.0.1:{port}/v1", {"X-Team": "a\r\nX-Other: b"}, 5.0, tls_context())
            try:
                await ask(opened)
            finally:
                await opened.close()

    with pytest.raises(httpx.LocalProtocolError, match="header"):
        asyncio.run(main())
