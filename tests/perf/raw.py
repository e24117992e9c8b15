"""The least that a Python client can do: a protocol that reads streams, and decodes each event, and keeps nothing.

python -m tests.perf.raw HOST PORT MODEL CALLS SLOTS    prints the CPU seconds that the calls took
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

from tests.perf.client import PROMPT


class Reader(asyncio.Protocol):
    """One connection, one answer at a time."""

    def __init__(self) -> None:
        self._unread = b""
        self._done: asyncio.Future[None] | None = None
        self._transport: asyncio.Transport | None = None
        self.pieces = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps the way to write."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    async def ask(self, request: bytes) -> None:
        """Sends a request, and waits for the end of its answer."""
        assert self._transport
        self._unread, self._done = b"", asyncio.get_running_loop().create_future()
        self._transport.write(request)
        await self._done

    def data_received(self, data: bytes) -> None:
        """Decodes what is whole."""
        self._unread += data
        *events, self._unread = self._unread.split(b"\n\n")
        for event in events:
            at = event.find(b"data: ")
            if at < 0:
                continue
            if event.endswith(b"[DONE]"):
                assert self._done
                self._done.set_result(None)
                return
            choices = json.loads(event[at + 6 :])["choices"]
            self.pieces += bool(choices and choices[0]["delta"].get("content"))


async def ask_all(host: str, port: int, model: str, calls: int, slots: int) -> int:
    """Asks; returns the pieces of content that came."""
    readers = [Reader() for _ in range(slots)]
    loop = asyncio.get_running_loop()
    for reader in readers:
        await loop.create_connection(lambda reader=reader: reader, host, port)  # type: ignore[misc]
    numbers = iter(range(calls))

    async def work(reader: Reader) -> None:
        for number in numbers:
            message = {"role": "user", "content": f"{number} {PROMPT}"}
            body = json.dumps({"model": model, "stream": True, "messages": [message]}).encode()
            head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(body)}\r\n\r\n"
            await reader.ask(head.encode() + body)

    await asyncio.gather(*(work(reader) for reader in readers))
    return sum(reader.pieces for reader in readers)


def main() -> None:
    """Measures the calls alone, imports left out."""
    host, port, model, calls, slots = sys.argv[1:]
    began = time.process_time()
    pieces = asyncio.run(ask_all(host, int(port), model, int(calls), int(slots)))
    expected = int(calls) * int(model.split("-n")[1].split("-")[0])
    assert pieces == expected, f"{pieces} pieces of {expected}"
    print(time.process_time() - began)


if __name__ == "__main__":
    main()
