"""A client's connection: h11 takes the framing off its requests and puts it on its replies."""

from __future__ import annotations

import asyncio

import h11

from bench.proxy.refusal import OwnReply

BODY_BYTES = 32 * 1024 * 1024
"""A longer request is refused."""
HEAD_BYTES = 64 * 1024
"""A request whose head is longer is refused."""
IDLE_S = 300.0
"""A client's connection that is idle for longer is closed."""


class Client:
    """A client's connection: h11 takes the framing off and puts it on."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_BYTES)

    async def request(self) -> tuple[h11.Request, bytes] | None:
        """The next request with its body; None at the end. NotPassed is not raised here: a body too long breaks off."""
        head, body = None, bytearray()
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                if self._http.they_are_waiting_for_100_continue:
                    self._send(h11.InformationalResponse(status_code=100, headers=[]))
                async with asyncio.timeout(IDLE_S):
                    self._http.receive_data(await self._reader.read(65536))
            elif isinstance(event, h11.Request):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > BODY_BYTES:
                    raise ConnectionAbortedError("the request is too long")
            elif isinstance(event, h11.EndOfMessage):
                assert head is not None
                return head, bytes(body)
            else:
                return None

    async def next(self) -> bool:
        """Whether another request may come."""
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
            return True
        return False

    async def gone(self) -> None:
        """Returns when the client has closed its side; what it sends meanwhile waits."""
        while not self._reader.at_eof():
            data = await self._reader.read(65536)
            if data:
                self._http.receive_data(data)

    def _send(self, *events: h11.Event) -> None:
        data = b"".join(self._http.send(event) or b"" for event in events)
        self._writer.write(data)

    async def begin(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        """The head of a reply whose body is still to come."""
        self._send(h11.Response(status_code=status, headers=[*headers, (b"transfer-encoding", b"chunked")]))

    def pass_on(self, part: bytes) -> None:
        """A part of the body."""
        self._send(h11.Data(data=part))

    async def end(self) -> None:
        """The end of the body."""
        self._send(h11.EndOfMessage())
        await self._writer.drain()

    async def send_whole(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        """A whole reply."""
        sized = [*headers, (b"content-length", str(len(body)).encode())]
        self._send(h11.Response(status_code=status, headers=sized), h11.Data(data=body), h11.EndOfMessage())
        await self._writer.drain()

    async def say(self, answer: OwnReply) -> None:
        """A reply of the proxy's own."""
        await self.send_whole(answer.status, [(b"content-type", b"application/json")], answer.body)
