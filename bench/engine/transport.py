"""The engine's only way to a socket: one connection per slot, with the moment the request was written.

Where a proxy is configured, httpx's own transport speaks to it; everywhere else `http1` does, at a third of the cost.
httpx's client above both is left out: it keeps the vendors' cookies, logs every address with its query, and costs as
much as a call's record does.
"""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.request import getproxies, proxy_bypass

import httpx

from bench.engine.clock import now
from bench.engine.http1 import HEADERS, IDLE_S, WIRE_BYTES, ReadingPace, RequestMarks, Sink
from bench.engine.proxies import Proxy, named
from bench.engine.slot import SlotTransport
from bench.engine.trouble import trouble
from bench.errors import UsageError

CONNECT_S = 10.0
"""Longest wait for a connection, in seconds."""
ERROR_BYTES = 64 * 1024
"""No more is read of the body of an error reply."""
ERROR_S = 5.0
"""Nor is it waited for any longer, in seconds: its status says enough."""
PAGE_BYTES = 4 * 1024 * 1024
"""No more is read of a reply that is not a stream; a gateway's list of models takes one of them."""
PLAIN = ("", "identity", "chunked", "utf-8", "utf8", "none")
"""What a reply may call the encoding of a body that is not packed."""
SHOWN = 40
"""Characters shown of the name of any other."""
USUAL_HEADERS = {
    "User-Agent": "claimbench",
    "Accept": "text/event-stream, application/json",
    "Accept-Encoding": "identity",
}
"""Sent with every request, unless a model entry says otherwise."""


@dataclass(slots=True)
class Reply:
    """An HTTP reply whose body is still arriving."""

    status: int
    """HTTP status."""
    sent: float
    """`now()` at the moment the request's body was written."""
    connect_s: float
    """Seconds from asking to that moment: near 0 on a connection that was kept alive."""
    response: httpx.Response
    """The open response."""
    kept: bool = False
    """Whether the connection was one that had been kept alive."""

    async def pour(self, sink: Sink) -> None:
        """Gives the body to `sink` as it arrives, until its end or until `sink` wants no more.

        Through `http1` each piece is one read of the socket, and events that came together are together in it. Raises
        httpx.RequestError if the body breaks off.
        """
        pour = self.response.extensions.get("pour")
        if pour is not None:
            await pour(sink)
            return
        received, most = 0, self.response.extensions["most_bytes"]
        async for chunk in self.response.aiter_raw():
            received += len(chunk)
            if received > most:
                raise httpx.RemoteProtocolError(f"the reply is longer than {most} bytes")
            if not sink(now(), chunk):
                return

    @property
    def whole(self) -> bool:
        """Whether what a sink gets now is the last of the body; False where that is not known yet."""
        whole = self.response.extensions.get("whole")
        return whole is not None and whole()

    @property
    def packed(self) -> str | None:
        """What is wrong with a reply in an encoding that was not asked for: it is never unpacked. None if nothing."""
        encoding = self.response.headers.get("content-encoding", "")
        if all(part.strip().lower() in PLAIN for part in encoding.split(",")):
            return None
        return f"the reply is compressed ({encoding[:SHOWN]}), which was not asked for"

    async def text(self) -> str:
        """The body of a reply that is not a stream, or its first bytes. Raises httpx.RequestError if it breaks off."""
        if self.packed:
            return self.packed
        body = bytearray()
        await self._gather(body, PAGE_BYTES)
        return body.decode("utf-8", "replace")

    async def words(self) -> str:
        """What an error reply says, or as much of it as comes soon. Never raises for a reply that breaks off."""
        if self.packed:
            return self.packed
        body = bytearray()
        with suppress(TimeoutError, httpx.RequestError):
            async with asyncio.timeout(ERROR_S):
                await self._gather(body, ERROR_BYTES)
        return body.decode("utf-8", "replace")

    async def _gather(self, body: bytearray, most: int) -> None:
        async for part in self.response.aiter_raw():  # never `aiter_bytes`, which unpacks whatever comes
            body += part[: most - len(body)]
            if len(body) == most:
                return


class Page(NamedTuple):
    """A whole HTTP reply."""

    status: int
    """HTTP status."""
    headers: Mapping[str, str]
    """Its headers; names in any case."""
    text: str
    """Its body, or the beginning of a very long one; of a packed one, that it is."""
    packed: bool = False
    """Whether it came in an encoding that was not asked for."""


class Unreachable(Exception):
    """No reply came; the message says why, `cure` what the user can do, as far as it is known."""

    def __init__(self, message: str, cure: str) -> None:
        super().__init__(message)
        self.cure = cure


class _Traced(RequestMarks):
    """The same marks from the trace hook of httpx's own transport."""

    async def __call__(self, event: str, _info: Mapping[str, Any]) -> None:
        if event.endswith("send_request_body.started"):
            self.sent = now()
        elif event == "connection.connect_tcp.complete":
            self.connected = True


class Dropped(Exception):
    """A kept-alive connection turned out closed before the reply's first byte: the request was never served."""


NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout)
"""What is raised where no connection is made: nothing was sent."""
BROKEN_OFF = (TimeoutError, Dropped, httpx.RequestError)
"""What an exchange raises that breaks off, within a time limit."""


class Channel:
    """One slot's connection: a pool of one, so that no wait inside the HTTP library is taken for latency."""

    def __init__(
        self,
        base_url: str,
        headers: Mapping[str, str],
        timeout_s: float,
        tls: ssl.SSLContext,
        transport: httpx.AsyncBaseTransport | None = None,
        *,
        pace: ReadingPace | None = None,
        most_bytes: int | None = None,
    ) -> None:
        """`transport` replaces the network; `pace` and `most_bytes`: see `Connection`.

        Raises UsageError for a proxy that cannot be used.
        """
        self.proxy = None if transport else proxy_for(base_url)
        """The proxy between; None if there is none."""
        self._base_url, self._most = base_url, WIRE_BYTES if most_bytes is None else most_bytes
        self._transport = transport or _transport(self.proxy, tls, pace, most_bytes)
        self._headers = httpx.Headers(USUAL_HEADERS)
        self._headers.update(httpx.Headers(headers, encoding="utf-8"))
        self._timeout = httpx.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s), pool=None).as_dict()

    def post(self, path: str, body: Mapping[str, Any]) -> AbstractAsyncContextManager[Reply]:
        """Sends a request; the body of the reply arrives inside the context.

        Raises Dropped for a stale kept-alive connection, and httpx.TransportError otherwise.
        """
        return self._send(path, json=dict(body))

    def forward(self, path: str, headers: Mapping[str, str], content: bytes) -> AbstractAsyncContextManager[Reply]:
        """Sends somebody else's request as it is, with these headers alone; otherwise as `post`."""
        return self._send(path, headers=httpx.Headers(headers, encoding="latin-1"), content=content)

    def fetch(self, path: str) -> AbstractAsyncContextManager[Reply]:
        """Asks for a page whose body arrives inside the context; otherwise as `post`."""
        return self._send(path)

    def send(self, path: str, content: bytes, kind: str) -> AbstractAsyncContextManager[Reply]:
        """Sends a body of the content type `kind`; otherwise as `post`."""
        headers = httpx.Headers(self._headers)
        headers["Content-Type"] = kind
        return self._send(path, headers=headers, content=content)

    async def get(self, path: str) -> Page:
        """A page that is not a stream. Raises Unreachable."""
        try:
            async with self._send(path) as reply:
                return Page(reply.status, reply.response.headers, await reply.text(), bool(reply.packed))
        except (Dropped, httpx.RequestError) as error:
            why = trouble(error, self.proxy)
            raise Unreachable(why.message, why.cure) from error

    @asynccontextmanager
    async def _send(self, path: str, **content: Any) -> AsyncIterator[Reply]:
        marks, asked = _Traced(), now()
        content.setdefault("headers", self._headers)
        request = httpx.Request(
            "POST" if len(content) > 1 else "GET",
            _url(self._base_url + path),
            extensions={"trace": marks, "marks": marks, "timeout": self._timeout},
            **content,
        )
        try:
            response = await self._transport.handle_async_request(request)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError) as error:
            if marks.connected or marks.sent is None:
                raise
            raise Dropped(str(error) or type(error).__name__) from error
        try:
            if len(response.headers) > HEADERS:
                raise httpx.RemoteProtocolError(f"the reply has more than {HEADERS} headers")
            sent = asked if marks.sent is None else marks.sent
            response.extensions["most_bytes"] = self._most
            yield Reply(response.status_code, sent, sent - asked, response, kept=not marks.connected)
        finally:
            await response.aclose()

    async def close(self) -> None:
        """Closes the connection."""
        await self._transport.aclose()


_url = lru_cache(maxsize=64)(httpx.URL)


def _transport(
    proxy: Proxy | None, tls: ssl.SSLContext, pace: ReadingPace | None, most: int | None
) -> httpx.AsyncBaseTransport:
    """The way to an address: through the proxy that the environment names for it, or directly."""
    if proxy is None:
        return SlotTransport(tls, pace=pace, most_bytes=most)
    limits = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=IDLE_S)
    try:
        return httpx.AsyncHTTPTransport(verify=tls, limits=limits, proxy=proxy.url)
    except (ImportError, ValueError, httpx.InvalidURL) as error:  # all that httpx says of a proxy's address
        raise UsageError(
            f"the proxy that {proxy.variable} names cannot be used ({error}). "
            "Set HTTPS_PROXY to http://HOST:PORT, or NO_PROXY to the endpoint's host."
        ) from error


def proxy_for(base_url: str) -> Proxy | None:
    """The proxy that the environment names for an address; None where it is asked directly."""
    url = httpx.URL(base_url)
    if url.host in ("localhost", "::1") or url.host.startswith("127.") or proxy_bypass(url.host):
        return None  # no proxy reaches this machine's own servers
    proxies = getproxies()
    kind = next((kind for kind in (url.scheme, "all") if proxies.get(kind)), None)
    return named(kind, proxies[kind], url.host, proxies.get("no", "")) if kind else None


def tls_context() -> ssl.SSLContext:
    """One TLS context for all slots: building one costs tens of milliseconds.

    Raises UsageError if the environment names a file of certificates that cannot be read.
    """
    try:
        return httpx.create_ssl_context()
    except OSError as error:  # ssl.SSLError is one
        named = {name: os.environ[name] for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)}
        lost = {name: path for name, path in named.items() if not os.path.exists(path)}
        names = [f"{name}={path}" for name, path in (lost or named).items()]
        why = error.strerror or type(error).__name__
        raise UsageError(
            f"{' and '.join(names) or 'the system'}: no certificates can be read there ({why}). "
            "Name a PEM file that exists, or unset it."
        ) from error
