"""A chat endpoint that states in its answer what it really did and when; `calibration` runs it as its own process.

Standard library only, so that it starts at once. It prints its port, and ends with its standard input.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

FIRST_S = 0.1
"""Seconds from reading a request to the first piece of its answer."""
PIECES = 10
"""Pieces of an answer."""
APART_S = 0.02
"""Seconds between two pieces."""
ANSWER_S = FIRST_S + (PIECES - 1) * APART_S
"""Seconds that an answer takes."""

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def _event(delta: dict[str, str], finish_reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return b"data: " + json.dumps({"model": "scripted", "choices": [choice]}).encode() + b"\n\n"


def _chunk(content: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(content), content)


class Scripted(asyncio.Protocol):
    """One connection: each request, whatever it asks, gets the scripted answer."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._request = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio, once."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Called by asyncio with every read: begins the answer once the request is whole."""
        received = time.perf_counter()
        self._request += data
        head, end, body = self._request.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        if end and len(body) >= int(length or 0):
            self._request = b""
            self._begin(received)

    def _begin(self, received: float) -> None:
        self._received, self._first = received, 0.0
        self._transport.write(_HEAD + _chunk(_event({"role": "assistant", "content": ""})))  # no token yet
        due = self._loop.time() + FIRST_S
        for piece in range(PIECES):
            self._loop.call_at(due + piece * APART_S, self._piece, piece)

    def _piece(self, piece: int) -> None:
        at = time.perf_counter() - self._received
        self._first = self._first or at
        if piece < PIECES - 1:
            self._transport.write(_chunk(_event({"content": "piece "})))
            return
        truth = _event({"content": f"{self._first} {at}"}) + _event({}, "stop")
        self._transport.write(_chunk(truth + b"data: [DONE]\n\n") + _chunk(b""))


async def serve() -> None:
    """Serves on a free port of this machine until standard input ends."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    server = await loop.create_server(Scripted, "127.0.0.1", 0, backlog=1024)
    loop.add_reader(sys.stdin, ended.set)
    print(server.sockets[0].getsockname()[1], flush=True)
    await ended.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(serve())
