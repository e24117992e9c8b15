"""The engine's only way to a socket: one connection per slot, with the moment the request was written."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from bench.engine.clock import now

CONNECT_S = 10.0
"""Longest wait for a connection, in seconds."""


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

    async def chunks(self) -> AsyncIterator[tuple[float, bytes]]:
        """The body as it arrives, each read stamped with `now()` before anything else is done."""
        async for chunk in self.response.aiter_raw():
            yield now(), chunk

    async def text(self) -> str:
        """The whole body of an error reply."""
        await self.response.aread()
        return self.response.text


class _Marks:
    """When the body went out and whether the connection was new, from httpx's trace hook."""

    def __init__(self) -> None:
        self.sent: float | None = None
        self.connected = False

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
        tls: ssl.SSLContext | bool = True,
        transport: httpx.AsyncBaseTransport | None = None,
        *,
        secret: str | None = None,
    ) -> None:
        """`secret` is the key inside the headers, which no message may repeat; `transport` replaces the network."""
        self._secret = secret
        self._client = httpx.AsyncClient(
            base_url=base_url,
            headers={"Accept": "text/event-stream", "Accept-Encoding": "identity", **headers},
            timeout=httpx.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s), pool=None),
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=60.0),
            verify=tls,
            transport=transport,
            follow_redirects=False,
            trust_env=not _is_loopback(base_url),  # a proxy from the environment cannot reach this machine's servers
        )

    @asynccontextmanager
    async def post(self, path: str, body: Mapping[str, Any]) -> AsyncIterator[Reply]:
        """Sends a request; the body of the reply arrives inside the context.

        Raises Dropped for a stale kept-alive connection, and httpx.TransportError otherwise.
        """
        marks, asked = _Marks(), now()
        request = self._client.build_request("POST", path, json=dict(body), extensions={"trace": marks})
        try:
            response = await self._client.send(request, stream=True)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError) as error:
            if marks.connected or marks.sent is None:
                raise
            raise Dropped(str(error) or type(error).__name__) from error
        try:
            sent = asked if marks.sent is None else marks.sent
            yield Reply(response.status_code, sent, sent - asked, response)
        finally:
            await response.aclose()

    def without_secret(self, text: str) -> str:
        """A message fit to be kept: endpoints may repeat the key that they refuse."""
        return text.replace(self._secret, "***") if self._secret else text

    async def close(self) -> None:
        """Closes the connection."""
        await self._client.aclose()


def _is_loopback(base_url: str) -> bool:
    host = httpx.URL(base_url).host
    return host in ("localhost", "::1") or host.startswith("127.")


def tls_context() -> ssl.SSLContext:
    """One TLS context for all slots: building one costs tens of milliseconds."""
    return httpx.create_ssl_context()
