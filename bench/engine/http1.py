"""HTTP/1.1 over one connection of asyncio's own: every read is stamped as it leaves the socket.

httpx's transport passes each chunk through a dozen coroutines and a pool before anybody can look at the clock. Here
the protocol stamps a read, and h11, which httpx uses too, takes the framing off: the sockets are asyncio's, the
parser is h11's, and only what joins the two is ours, and how a chunk is framed (`chunked`): there, a read is a token.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from time import thread_time
from typing import NamedTuple

import h11
import httpx

from bench.engine.chunked import Chunks
from bench.engine.clock import now

IDLE_S = 60.0
"""A connection that has been idle for longer is not used again: something on the way may have forgotten it."""
HEAD_BYTES = 100 * 1024
"""A reply whose head is longer is not a reply."""
HEADERS = 256
"""A head with more lines is not a reply's."""
CHUNKED, BODILESS = (b"transfer-encoding", b"chunked"), (204, 304)
"""The header of a chunked body, as h11 says it, and the statuses of replies that have none, whatever they say."""
INTERIM = 16
"""So many 1xx heads may come before a reply's own."""
WIRE_BYTES = 128 * 1024 * 1024
"""Nothing more is read of a reply, framing included: 128,000 tokens of a kilobyte each."""
USUAL_READ = 64 * 1024
"""Bytes of a read. asyncio makes room for 256 KiB each time, which the system maps anew: half of what a read costs."""
SHORT_READ, LONG_READ_S = 16 * 1024, 0.004
"""Of a reply with a pace: bytes of a read, and seconds of work by which one is long."""
UNREAD_BYTES = 1024 * 1024
"""With this much of a reply unread, no more is taken from the socket."""


Sink = Callable[[float, bytes], bool]
"""Takes one read of a body, its `now()` and its bytes, and says whether it wants the next."""


class Read(NamedTuple):
    """What one read of the socket added to a reply's body; several events may have come in it."""

    at: float
    """`now()` of the read."""
    content: bytes
    """The bytes, never none."""


@dataclass(slots=True)
class RequestMarks:
    """What a caller learns of a request beside its reply, also where none comes."""

    sent: float | None = None
    """`now()` just before the request was written; None until then."""
    connected: bool = False
    """Whether a new connection was made for it."""


class ReadingPace:
    """Bounds what reading the replies of all the connections that share it takes: a fifth of their loop's time."""

    def __init__(self) -> None:
        self._free_at = 0.0

    def pause_s(self, spent_s: float) -> float:
        """How long a connection waits after a read that took so much work, in seconds."""
        self._free_at = max(self._free_at, now()) + 4 * spent_s
        return self._free_at - now()


class Connection(asyncio.Protocol):
    """One connection, and the reply that is arriving on it."""

    def __init__(self, *, pace: ReadingPace | None = None, most_bytes: int | None = None) -> None:
        """`pace` bounds the time that reading replies takes, whatever they are made of; None: nothing does. At most
        `most_bytes` of a reply are read; None: WIRE_BYTES."""
        self._pace, self._most = pace, WIRE_BYTES if most_bytes is None else most_bytes
        self._http = _parser()
        self._chunks: Chunks | None = None
        self._loop = asyncio.get_running_loop()
        self._lost = self._loop.create_future()
        self._alive = True
        self._complete = True
        self._last_at = now()
        self._head: h11.Response | None = None
        self._reads: deque[Read] = deque()
        self._unread = 0
        self._received = 0
        self._interim = 0
        self._sink: Sink | None = None
        self._refused: Exception | None = None
        self._error: httpx.TransportError | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio, once."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if hasattr(transport, "max_size"):
            transport.max_size = SHORT_READ if self._pace else USUAL_READ

    def data_received(self, data: bytes) -> None:
        """Called by asyncio with every read."""
        if self._pace is None:
            self._take(now(), data)
            return
        begun = thread_time()
        self._take(now(), data)
        spent = thread_time() - begun
        if spent > LONG_READ_S and self._alive and not self._complete:
            self._transport.pause_reading()
            self._loop.call_later(self._pace.pause_s(spent), self._go_on)

    def _go_on(self) -> None:
        if self._alive and self._unread <= UNREAD_BYTES:
            self._transport.resume_reading()

    def eof_received(self) -> None:
        """Called by asyncio when the other side will send no more."""
        self._take(now(), b"")

    def connection_lost(self, error: Exception | None) -> None:
        """Called by asyncio, last."""
        self._end(httpx.ReadError(f"the connection broke: {error or 'closed'}"))
        self._lost.set_result(None)

    def _take(self, at: float, data: bytes) -> None:
        """One read; without data it is the end of the stream."""
        if self._complete:  # a farewell, or bytes that no request asked for
            self.abort()
            return
        self._last_at = at
        self._received += len(data)
        parts: list[bytes] = []
        try:
            if self._chunks and not data:
                raise ValueError("the connection was closed inside a chunked body")
            if self._chunks:
                self._unframe(self._chunks, data, parts)
            else:
                self._http.receive_data(data)
                self._parse(parts)
        except (h11.RemoteProtocolError, ValueError) as error:
            self._end(httpx.RemoteProtocolError(str(error)))
        if self._received > self._most:
            self._end(httpx.RemoteProtocolError(f"the reply is longer than {self._most} bytes"))
        if parts:
            self._give(at, parts[0] if len(parts) == 1 else b"".join(parts))
        if self._sink is None or self._complete:
            self._wake()

    def _give(self, at: float, content: bytes) -> None:
        """To whoever takes the body as it comes, else among the unread."""
        if self._sink:
            try:
                wants_more = self._sink(at, content)
            except Exception as error:  # it is the caller of `pour` whom this concerns, not asyncio
                self._refused, wants_more = error, False
            if not wants_more:
                self._sink = None
            return
        self._reads.append(Read(at, content))
        self._unread += len(content)
        if self._unread > UNREAD_BYTES and self._alive:
            self._transport.pause_reading()

    def _parse(self, parts: list[bytes]) -> None:
        """Adds the body's parts in what has been received."""
        while not self._complete:
            event = self._http.next_event()
            if isinstance(event, h11.Data):
                parts.append(event.data)
            elif isinstance(event, h11.Response):
                _require_few(len(event.headers), HEADERS, "headers")
                self._head = event
                if CHUNKED in event.headers and event.status_code not in BODILESS:
                    self._chunks = Chunks()
                    self._unframe(self._chunks, self._http.trailing_data[0], parts)
                    return
            elif isinstance(event, h11.EndOfMessage):
                self._finish()
            elif isinstance(event, h11.InformationalResponse):
                self._interim += 1
                _require_few(self._interim, INTERIM, "heads before its own")
            else:
                return

    def _unframe(self, chunks: Chunks, data: bytes, parts: list[bytes]) -> None:
        """Adds the body's bytes in a read of chunks; h11 reads what follows the last of them, if anything does."""
        rest = chunks.feed(data, parts)
        if rest is None:
            return
        lasting, self._chunks = self._http.our_state is h11.DONE, None
        self._http = _parser()
        if rest != b"\r\n":
            _begin_trailers(self._http, rest, lasting=lasting)
            self._parse(parts)
            return
        self._complete = True
        self._unwatch()
        if not lasting:
            self.abort()

    def _finish(self) -> None:
        self._complete = True
        self._unwatch()
        unread, ended = self._http.trailing_data
        if self._http.our_state is self._http.their_state is h11.DONE and not unread and not ended:
            self._http.start_next_cycle()
        else:
            self.abort()

    def _end(self, error: httpx.TransportError) -> None:
        """Nothing more will come; a reply that is not complete fails with this error."""
        self._error = self._error or error
        self.abort()
        self._wake()

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

    @property
    def usable(self) -> bool:
        """Whether it may carry another request."""
        return self._alive and self._complete and now() - self._last_at < IDLE_S

    @property
    def complete(self) -> bool:
        """Whether the reply has been received to its end."""
        return self._complete

    def whole(self) -> bool:
        """The same while a sink looks at the last read: whether it is the last, and nothing is wrong with the reply."""
        return self._complete and self._error is None

    def send(self, request: httpx.Request, content: bytes, read_s: float | None) -> float:
        """Writes a request, whose reply may pause for `read_s`. Returns `now()` of just before."""
        head = h11.Request(method=request.method, target=request.url.raw_path, headers=request.headers.raw)
        data = b"".join(self._http.send(e) or b"" for e in (head, h11.Data(data=content), h11.EndOfMessage()))
        self._complete, self._head = False, None
        self._received = self._interim = 0
        self._last_at = now()
        self._transport.write(data)
        if read_s is not None:
            self._watch = self._loop.call_later(read_s, self._check, read_s)
        return self._last_at

    def _check(self, read_s: float) -> None:
        """Ends a reply of which nothing was read for too long: one timer for a reply, not one for each read."""
        left = self._last_at + read_s - now()
        if left > 0:
            self._watch = self._loop.call_later(left, self._check, read_s)
        else:
            self._end(httpx.ReadTimeout(f"nothing was read for {read_s:g} s"))

    def _unwatch(self) -> None:
        if self._watch:
            self._watch.cancel()
            self._watch = None

    async def head(self) -> h11.Response:
        """The reply's head. Raises httpx.TransportError if none comes."""
        while self._head is None:
            await self._news()
        return self._head

    async def read(self) -> Read | None:
        """The next read of the reply's body; None at its end. Raises httpx.TransportError if it breaks off."""
        while not self._reads:
            if self._complete:
                return None
            await self._news()
        return self._next()

    def _next(self) -> Read:
        """The oldest of the unread."""
        read = self._reads.popleft()
        self._unread -= len(read.content)
        if self._alive and not self._reads:
            self._transport.resume_reading()
        return read

    async def pour(self, sink: Sink) -> None:
        """Gives every read of the reply's body to `sink` inside the callback that made it: no task wakes for it.

        Returns at the body's end, or when `sink` wants no more. Raises httpx.TransportError if the body breaks off,
        and what `sink` raises.
        """
        while self._reads:
            if not sink(*self._next()):
                return
        self._sink, self._refused = sink, None
        try:
            while self._sink is not None and not self._complete:
                await self._news()
        finally:
            self._sink = None
        if self._refused:
            raise self._refused

    async def _news(self) -> None:
        if self._error:
            raise self._error
        self._waiter = self._loop.create_future()
        await self._waiter

    def abort(self) -> None:
        """Closes at once."""
        self._alive = False
        self._unwatch()
        self._transport.abort()

    async def closed(self) -> None:
        """Returns when the connection is gone."""
        await self._lost


def _parser() -> h11.Connection:
    return h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_BYTES)


def _begin_trailers(parser: h11.Connection, rest: bytes, *, lasting: bool) -> None:
    """Has a new parser read what follows a body's last chunk, as if it had read the body."""
    close = [] if lasting else [("Connection", "close")]
    parser.send(h11.Request(method="GET", target="/", headers=[("Host", ""), *close]))
    parser.send(h11.EndOfMessage())
    parser.receive_data(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + rest)
    parser.next_event()


def _require_few(count: int, most: int, what: str) -> None:
    if count > most:
        raise h11.RemoteProtocolError(f"the reply has more than {most} {what}")
