"""A slot's connection as httpx's client knows transports."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import partial

import h11
import httpx

from bench.engine.http1 import Connection, ReadingPace, RequestMarks


class _Body(httpx.AsyncByteStream):
    """A reply's body as httpx wants it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while read := await self._connection.read():
            yield read.content

    async def aclose(self) -> None:
        if not self._connection.complete:
            self._connection.abort()


class SlotTransport(httpx.AsyncBaseTransport):
    """One request at a time over one connection, which is kept alive; for httpx.AsyncClient.

    A request's extension `marks` is filled in, and a reply's extension `pour` is `Connection.pour`, to be used in
    place of httpx's own iterators: these know no times.
    """

    def __init__(self, tls: ssl.SSLContext, *, pace: ReadingPace | None = None, most_bytes: int | None = None) -> None:
        """`tls` is for https addresses; `pace` and `most_bytes`: see `Connection`."""
        self._tls, self._pace, self._most = tls, pace, most_bytes
        self._connection: Connection | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends a request and waits for the reply's head. Raises httpx.TransportError."""
        marks: RequestMarks = request.extensions["marks"]
        timeout: dict[str, float | None] = request.extensions["timeout"]
        content = await request.aread()
        connection = self._connection
        if connection is None or not connection.usable:
            await self.aclose()
            self._connection = connection = await self._connect(request.url, timeout["connect"])
            marks.connected = True
        try:
            marks.sent = connection.send(request, content, timeout["read"])
            head = await connection.head()
        except h11.LocalProtocolError as error:  # e.g. a configured header that HTTP cannot carry
            raise httpx.LocalProtocolError(str(error)) from error
        except BaseException:
            connection.abort()
            raise
        return httpx.Response(
            head.status_code,
            headers=head.headers.raw_items(),
            stream=_Body(connection),
            extensions={
                "http_version": b"HTTP/" + head.http_version,
                "pour": connection.pour,
                "whole": connection.whole,
            },
        )

    async def _connect(self, url: httpx.URL, timeout_s: float | None) -> Connection:
        secure, host = url.scheme == "https", url.raw_host.decode("ascii")
        with _connect_errors(url):
            async with asyncio.timeout(timeout_s):
                _, connection = await asyncio.get_running_loop().create_connection(
                    partial(Connection, pace=self._pace, most_bytes=self._most),
                    host,
                    url.port or (443 if secure else 80),
                    ssl=self._tls if secure else None,
                    server_hostname=host if secure else None,
                    happy_eyeballs_delay=0.25,
                )
        return connection

    async def aclose(self) -> None:
        """Closes the connection."""
        connection, self._connection = self._connection, None
        if connection:
            connection.abort()
            await connection.closed()


@contextmanager
def _connect_errors(url: httpx.URL) -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise httpx.ConnectTimeout(f"no connection to {url.host} in time") from error
    except (OSError, UnicodeError) as error:  # refused, unreachable, no such name or no name, a bad certificate
        raise httpx.ConnectError(str(error)) from error
