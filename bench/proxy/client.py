"""A client's connection: h11 takes the framing off its requests and puts it on its replies."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass

import h11

from bench.proxy.refusal import OwnReply
from bench.proxy.request import NotPassed

BODY_BYTES = 32 * 1024 * 1024
"""A longer request is refused."""
MOST_PIECES = 10_000
"""Pieces of a body."""
HELD_BYTES = 256 * 1024 * 1024
"""Of all requests that are under way, together."""
HEAD_BYTES = 64 * 1024
"""A request whose head is longer is refused; and so much may a client send before its reply has come."""
UNREAD_BYTES = 16 * 1024 * 1024
"""A client that leaves more of its reply unread is cut off."""
IDLE_S = 300.0
"""A client's connection that is idle for longer is closed; so is one whose request takes as long to arrive."""
FIRST_S = 20.0
"""So long may a new connection take to the end of its first head."""
TURN = 500
"""Pieces of a request after which others get a turn."""
LINGER_S = 10.0
"""So long may a client take to read the rest of a reply once the connection ends."""


@dataclass(slots=True)
class Room:
    """The memory that requests may take, all together."""

    free: int = HELD_BYTES
    """Bytes that are free."""

    def take(self, size: int) -> None:
        """NotPassed where so much is not free."""
        if size > self.free:
            raise NotPassed(429, "too many long requests are under way. Ask again later.")
        self.free -= size

    def give_back(self, size: int) -> None:
        """What was taken is free again."""
        self.free += size


class Client:
    """A client's connection: h11 takes the framing off and puts it on."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_BYTES)
        self._bare = self._framed = False
        self._fresh = True
        self._pieces = 0

    async def head(self) -> h11.Request | None:
        """The next request's head; None at the end."""
        async with asyncio.timeout(FIRST_S if self._fresh else IDLE_S):
            event = await self._event()
        self._fresh = False
        if not isinstance(event, h11.Request):
            return None
        self._bare = event.method == b"HEAD"
        return event

    async def body(self, room: Room) -> bytearray:
        """The body of the request whose head came last, which takes room. NotPassed where it is too long."""
        body, pieces = bytearray(), 0
        try:
            async with asyncio.timeout(IDLE_S):
                while isinstance(event := await self._event(), h11.Data):
                    pieces += 1
                    if pieces > MOST_PIECES:
                        raise NotPassed(413, f"the request comes in more than {MOST_PIECES:,} pieces")
                    if len(body) + len(event.data) > BODY_BYTES:
                        raise NotPassed(413, f"the request is longer than {BODY_BYTES // 2**20} MiB")
                    room.take(len(event.data))
                    body += event.data
            if not isinstance(event, h11.EndOfMessage):
                raise ConnectionAbortedError("the client went away")
        except BaseException:
            room.give_back(len(body))
            raise
        return body

    async def pass_over(self) -> None:
        """Reads the rest of a request that is refused, and keeps nothing: a client reads no reply while it writes."""
        passed = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_S):
                while self._http.their_state is h11.SEND_BODY and passed <= 2 * BODY_BYTES:
                    event = await self._event()
                    passed += 4096 + len(event.data) if isinstance(event, h11.Data) else 0

    async def _event(self) -> h11.Event | type[h11.PAUSED]:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            if self._http.they_are_waiting_for_100_continue:
                self._send(h11.InformationalResponse(status_code=100, headers=[]))
            self._http.receive_data(await self._reader.read(65536))
        assert not isinstance(event, type) or event is h11.PAUSED
        self._pieces += 1
        if self._pieces % TURN == 0:
            await asyncio.sleep(0)
        return event

    def next(self) -> bool:
        """Whether another request may come."""
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
            return True
        return False

    async def gone(self) -> None:
        """Returns when the client has closed its side, or sends too much; what it sends meanwhile waits."""
        waiting = 0
        while not self._reader.at_eof() and waiting <= HEAD_BYTES:
            data = await self._reader.read(65536)
            if data:
                waiting += len(data)
                self._http.receive_data(data)

    def _send(self, *events: h11.Event) -> None:
        data = b"".join(self._http.send(event) or b"" for event in events)
        self._writer.write(data)

    async def begin(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        """The head of a reply whose body is still to come."""
        self._send(h11.Response(status_code=status, headers=[*headers, (b"transfer-encoding", b"chunked")]))
        self._framed = (self._http.their_http_version or b"") >= b"1.1"

    def pass_on(self, part: bytes, *, last: bool = False) -> bool:
        """A part of the body, or the last of it with its end. False where the client has left too much unread."""
        if self._writer.transport.get_write_buffer_size() > UNREAD_BYTES:
            return False
        self._write(part, last)
        return True

    def _write(self, part: bytes, last: bool) -> None:
        """A chunk's frame is put on here: an event of h11's for each cost as much as all else that is done for it."""
        data = b"%x\r\n%b\r\n" % (len(part), part) if part and self._framed else part
        if last:
            data += self._http.send(h11.EndOfMessage()) or b""
        if data:
            self._writer.write(data)

    async def end(self, rest: bytes = b"") -> None:
        """The end of the body after this rest, unless it was passed on before."""
        if self._http.our_state is h11.SEND_BODY:
            self._write(rest, True)
        await self._drained()

    async def send_whole(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        """A whole reply, of whose body HTTP may want none."""
        if status in (204, 304):
            self._send(h11.Response(status_code=status, headers=headers), h11.EndOfMessage())
        else:
            sized = h11.Response(status_code=status, headers=[*headers, (b"content-length", str(len(body)).encode())])
            self._send(sized, *([] if self._bare else [h11.Data(data=body)]), h11.EndOfMessage())
        await self._drained()

    async def say(self, answer: OwnReply) -> None:
        """A reply of the proxy's own; nothing where one has begun."""
        if self._http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            await self.send_whole(answer.status, [(b"content-type", b"application/json")], answer.body)

    async def _drained(self) -> None:
        async with asyncio.timeout(IDLE_S):
            await self._writer.drain()

    async def close(self) -> None:
        """Ends the connection; what the client has not read soon is lost."""
        self._writer.close()
        try:
            async with asyncio.timeout(LINGER_S):
                await self._writer.wait_closed()
        except (OSError, TimeoutError, asyncio.CancelledError):
            self._writer.transport.abort()
