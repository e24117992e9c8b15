"""The engine's only way to a socket: one connection per slot, with the moment the request was written.

Where a proxy is configured, httpx's own transport speaks to it; everywhere else `http1` does, at a third of the cost.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.request import getproxies

import httpx

from bench.engine.clock import now
from bench.engine.http1 import IDLE_S, Marks, SlotTransport
from bench.errors import UsageError

CONNECT_S = 10.0
"""Longest wait for a connection, in seconds."""
ERROR_BYTES = 64 * 1024
"""No more is read of the body of an error reply."""
PAGE_BYTES = 8 * 1024 * 1024
"""No more is read of a reply that is no stream; a gateway's list of models takes one."""


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

    async def chunks(self) -> AsyncIterator[tuple[float, bytes]]:
        """The body as it arrives, each read with its own `now()`.

        Through `http1` a pair is one read of the socket, and events that came together are together in it.
        """
        take = self.response.extensions.get("read")
        if take is None:
            async for chunk in self.response.aiter_raw():
                yield now(), chunk
            return
        while read := await take():
            yield read

    async def text(self, most: int = ERROR_BYTES) -> str:
        """The body of a reply that is no stream, or its first bytes."""
        body = bytearray()
        async for part in self.response.aiter_bytes():
            body += part
            if len(body) >= most:
                break
        return body[:most].decode("utf-8", "replace")


class Page(NamedTuple):
    """A whole HTTP reply."""

    status: int
    """HTTP status."""
    headers: Mapping[str, str]
    """Its headers; names in any case."""
    text: str
    """Its body, or the beginning of a very long one."""


class Unreachable(Exception):
    """No reply came; the message says why."""


class _Traced(Marks):
    """The same marks from the trace hook of httpx's own transport."""

    async def __call__(self, event: str, _info: Mapping[str, Any]) -> None:
        if event.endswith("send_request_body.started"):
            self.sent = now()
        elif event == "connection.connect_tcp.complete":
            self.connected = True


class Dropped(Exception):
    """A kept-alive connection turned out closed before the reply's first byte: the request was never served."""


class Channel:
    """One slot's connection: a pool of one, so that no wait inside the HTTP library is taken for latency."""

    def __init__(
        self,
        base_url: str,
        headers: Mapping[str, str],
        timeout_s: float,
        tls: ssl.SSLContext,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`transport` replaces the network. Raises UsageError for a proxy that cannot be used."""
        if transport is None and not _proxied(base_url):
            transport = SlotTransport(tls)
        try:
            self._client = httpx.AsyncClient(
                base_url=base_url,
                headers={"Accept": "text/event-stream", "Accept-Encoding": "identity", **headers},
                timeout=httpx.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s), pool=None),
                limits=httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=IDLE_S),
                verify=tls,
                transport=transport,
                follow_redirects=False,
            )
        except (ImportError, ValueError, httpx.InvalidURL) as error:  # all that httpx says of a proxy's address
            raise UsageError(
                f"the proxy that the environment names cannot be used ({error}). "
                "Set HTTPS_PROXY to http://HOST:PORT, or NO_PROXY to the endpoint's host."
            ) from error

    def post(self, path: str, body: Mapping[str, Any]) -> AbstractAsyncContextManager[Reply]:
        """Sends a request; the body of the reply arrives inside the context.

        Raises Dropped for a stale kept-alive connection, and httpx.TransportError otherwise.
        """
        return self._send("POST", path, json=dict(body))

    async def get(self, path: str) -> Page:
        """A page that is no stream. Raises Unreachable."""
        try:
            async with self._send("GET", path, headers={"Accept": "application/json"}) as reply:
                return Page(reply.status, reply.response.headers, await reply.text(PAGE_BYTES))
        except (Dropped, httpx.RequestError) as error:
            raise Unreachable(f"{type(error).__name__}: {error}") from error

    @asynccontextmanager
    async def _send(self, method: str, path: str, **content: Any) -> AsyncIterator[Reply]:
        marks, asked = _Traced(), now()
        extensions = {"trace": marks, "marks": marks}
        request = self._client.build_request(method, path, extensions=extensions, **content)
        try:
            response = await self._client.send(request, stream=True)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError) as error:
            if marks.connected or marks.sent is None:
                raise
            raise Dropped(str(error) or type(error).__name__) from error
        try:
            sent = asked if marks.sent is None else marks.sent
            yield Reply(response.status_code, sent, sent - asked, response, kept=not marks.connected)
        finally:
            await response.aclose()

    async def close(self) -> None:
        """Closes the connection."""
        await self._client.aclose()


def _proxied(base_url: str) -> bool:
    """Whether the environment names a proxy that this address may need; which hosts it spares is httpx's to know."""
    url = httpx.URL(base_url)
    local = url.host in ("localhost", "::1") or url.host.startswith("127.")  # no proxy reaches this machine's servers
    return not local and not getproxies().keys().isdisjoint((url.scheme, "all"))


def tls_context() -> ssl.SSLContext:
    """One TLS context for all slots: building one costs tens of milliseconds."""
    return httpx.create_ssl_context()
