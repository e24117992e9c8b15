"""Bytes may arrive in any pieces, and any bytes may arrive: the reply is the same, or a transport error."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import pairwise

import h11
import httpx
from hypothesis import given
from hypothesis import strategies as st

from bench.engine.chunked import LINE_BYTES, Chunks
from bench.engine.http1 import Connection
from tests.engine.loopback import keep

BODY = 'data: {"text": "Zoë 你好"}\r\n\r\n'.encode() * 3
HEAD = b"HTTP/1.1 200 OK\r\nX-Request-Id: 7\r\n"


class Wire(asyncio.Transport):
    """A transport that goes nowhere."""

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self.closing = False
        self._connection = connection
        connection.connection_made(self)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Sent."""

    def pause_reading(self) -> None:
        """Paused."""

    def resume_reading(self) -> None:
        """Resumed."""

    def abort(self) -> None:
        """Closed at once."""
        if not self.closing:
            self.closing = True
            asyncio.get_running_loop().call_soon(self._connection.connection_lost, None)


Outcome = tuple[int, bytes] | httpx.TransportError


async def received(pieces: Sequence[bytes], *, end: bool) -> Outcome:
    """What a reply in these pieces, and then perhaps the stream's end, comes to: read afterwards, and as it comes."""
    later, live = [await _received(pieces, end=end, live=live) for live in (False, True)]
    assert type(later) is type(live)
    assert isinstance(live, httpx.TransportError) or later == live
    return live


async def _received(pieces: Sequence[bytes], *, end: bool, live: bool) -> Outcome:
    connection = Connection()
    wire = Wire(connection)
    connection.send(httpx.Request("POST", "http://a.test/b", content=b"{}"), b"{}", None)
    parts: list[bytes] = []
    pouring = connection.pour(keep(parts))
    task = asyncio.create_task(pouring) if live else None
    await asyncio.sleep(0)
    for piece in pieces:
        if not wire.closing:
            connection.data_received(piece)
    if not wire.closing and end:
        connection.eof_received()
        wire.abort()
    try:
        await (task or pouring)
        head = await connection.head()
        assert all(parts)
        return head.status_code, b"".join(parts)
    except httpx.TransportError as error:
        return error
    finally:
        connection.abort()
        await connection.closed()


def cut(data: bytes, at: Sequence[int]) -> list[bytes]:
    """The data in pieces that end at these places."""
    places = sorted({0, *at, len(data)})
    return [data[a:b] for a, b in pairwise(places)]


def framed(framing: str, parts: Sequence[bytes]) -> bytes:
    """A reply whose body is these parts."""
    body = b"".join(parts)
    if framing == "length":
        return HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body
    if framing == "close":
        return HEAD + b"Connection: close\r\n\r\n" + body
    chunks = b"".join(b"%X;x=1\r\n%s\r\n" % (len(part), part) for part in parts)
    return HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"


@given(
    st.sampled_from(["length", "close", "chunks"]),
    st.lists(st.integers(1, len(BODY) - 1), max_size=8),
    st.lists(st.integers(1, 400), max_size=12),
)
def test_no_split_changes_a_reply(framing: str, parts: list[int], splits: list[int]) -> None:
    data = framed(framing, cut(BODY, parts))
    pieces = cut(data, [at for at in splits if at < len(data)])
    assert asyncio.run(received(pieces, end=framing == "close")) == (200, BODY)


def test_a_reply_byte_by_byte() -> None:
    data = framed("chunks", cut(BODY, [5, 20]))
    assert asyncio.run(received([bytes([byte]) for byte in data], end=False)) == (200, BODY)


def test_a_reply_cut_anywhere_is_an_error() -> None:
    data = framed("chunks", cut(BODY, [5, 20]))
    for at in range(len(data)):
        assert isinstance(asyncio.run(received([data[:at]], end=True)), httpx.TransportError), at


@given(st.lists(st.binary(min_size=1, max_size=60), max_size=6), st.sampled_from([b"", HEAD, HEAD + b"\r\n"]))
def test_any_bytes_give_a_reply_or_a_transport_error(pieces: list[bytes], head: bytes) -> None:
    asyncio.run(received([head, *pieces] if head else pieces, end=True))


def unframed(pieces: Sequence[bytes]) -> tuple[bytes, bytes | None] | None:
    """What `Chunks` makes of a body in these pieces: its bytes, and what follows its end; None if it is refused."""
    chunks, parts = Chunks(), list[bytes]()
    for at, piece in enumerate(pieces):
        try:
            rest = chunks.feed(piece, parts)
        except ValueError:
            return None
        if rest is not None:
            return b"".join(parts), b"".join((rest, *pieces[at + 1 :]))
    return b"".join(parts), None


def unframed_by_h11(body: bytes) -> tuple[bytes, bytes | None] | None:
    """The same by h11, all at once; what follows is not looked at."""
    http = h11.Connection(h11.CLIENT)
    http.send(h11.Request(method="GET", target="/", headers=[("Host", "")]))
    http.send(h11.EndOfMessage())
    http.receive_data(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
    parts, event = list[bytes](), http.next_event()
    try:
        while not isinstance(event := http.next_event(), h11.EndOfMessage):
            if event is h11.NEED_DATA:
                return b"".join(parts), None
            assert isinstance(event, h11.Data)
            parts.append(event.data)
    except h11.RemoteProtocolError:
        return None
    return b"".join(parts), b""


FRAMES = (
    *(b"2\r\nab\r\n", b"A;x=y\r\n0123456789\r\n", b"00\r\n", b"0\r\n", b"\r\n", b"\n", b"\r", b"1 \t\r\n"),
    *(b"-1\r\n", b"1\r\nab", b"g\r\n", b"f" * 21, b";", b"x", b"3\r\n\r\n\r\r\n"),
)


@given(st.lists(st.sampled_from(FRAMES), max_size=8), st.lists(st.integers(1, 60), max_size=8))
def test_chunks_are_taken_off_as_h11_takes_them_off(frames: list[bytes], splits: list[int]) -> None:
    body = b"".join(frames)
    ours = unframed(cut(body, [at for at in splits if at < len(body)]))
    if ours is None or ours[1] is None:
        assert ours == unframed_by_h11(body)
    else:
        assert (ours[0], b"") == unframed_by_h11(body.removesuffix(ours[1]) + b"\r\n")


def test_a_chunk_has_a_line_of_its_own_that_is_not_endless() -> None:
    assert unframed([b"1;" + b"x" * LINE_BYTES]) is None
    assert unframed([b"1;"] + [b"x"] * LINE_BYTES) is None
