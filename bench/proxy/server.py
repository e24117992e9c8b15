"""The proxy itself: HTTP/1.1 on loopback or a unix socket, every byte of a reply passed on before it is looked at."""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter, deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import h11

from bench.engine import BROKEN_OFF, NOT_SENT, Channel, Dropped, Reply, now
from bench.prices import PriceBook
from bench.proxy import refusal
from bench.proxy.client import Client
from bench.proxy.exchange import ProxyExchange, settled
from bench.proxy.keys import KeyRing, ProxyKey
from bench.proxy.ledger import Begun, CallLedger, Settled
from bench.proxy.purse import Purse
from bench.proxy.request import HOP_BY_HOP, KEYS, Backend, NotPassed, Passed, passed
from bench.proxy.route import Route, RouteKind, own_host, route
from bench.records import Secrets, utc_now

SPARE = 32
"""Connections to a vendor that are kept for later calls."""
NOT_SHOWN = frozenset(("content-length", "transfer-encoding", "connection", "keep-alive", "set-cookie"))
"""Headers of a reply that are not passed back."""


@dataclass(slots=True, kw_only=True)
class ProxyServer:
    """What all connections of a running proxy share."""

    backends: Mapping[str, Backend]
    """The models that are served, by label."""
    keys: KeyRing
    """Who may call."""
    purse: Purse
    """What may still be spent."""
    ledger: CallLedger
    """Where each call is written down."""
    book: PriceBook
    """Prices."""
    tls: ssl.SSLContext
    """For the vendors' addresses."""
    secrets: Secrets
    """What no error that is passed back may hold: the vendors' keys."""
    local: bool = False
    """Whether it listens on a unix socket, whose clients need no Host header."""
    on_settled: Callable[[Begun, Settled], None] = lambda _begun, _settled: None
    """Called when a call is over."""
    turns: Counter[str] = field(default_factory=Counter)
    """Calls of each key so far."""
    _spare: dict[str, deque[Channel]] = field(default_factory=dict)
    _open: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client's connection, to its end."""
        client, task = Client(reader, writer), asyncio.current_task()
        assert task is not None
        self._open.add(task)
        task.add_done_callback(self._open.discard)
        try:
            while (request := await client.request()) is not None:
                await self._answer(client, *request)
                if not await client.next():
                    break
        except (ConnectionError, h11.RemoteProtocolError, h11.LocalProtocolError, TimeoutError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            with suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _answer(self, client: Client, head: h11.Request, body: bytes) -> None:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in head.headers}
        way = route(head.method.decode("ascii", "replace"), head.target.decode("latin-1"), headers)
        try:
            key = self._allowed(way, headers)
            if way.asked is RouteKind.HELLO:
                await client.say(refusal.hello())
            elif way.asked is RouteKind.MODELS:
                await client.say(refusal.models(way.protocol, self.backends))
            else:
                assert key is not None
                call = passed(self.backends, way.protocol, body, self.book)
                await self._pass_on(client, way, key, call, headers=headers, size=len(body))
        except NotPassed as why:
            await client.say(refusal.refusal(way.protocol, why.status, str(why)))

    def _allowed(self, way: Route, headers: Mapping[str, str]) -> ProxyKey | None:
        """The key of a request that may be looked at; None for one that needs none. NotPassed otherwise."""
        if not self.local and not own_host(headers.get("host", "")):
            raise NotPassed(403, "the Host header does not name this machine")
        if way.asked is RouteKind.HELLO:
            return None
        if way.asked is RouteKind.NOTHING:
            raise NotPassed(
                404, "only /v1/messages, /v1/chat/completions, their token counts and /v1/models are served"
            )
        key = self.keys.find(way.token) if way.token else None
        if key is None:
            raise NotPassed(401, "this key is none of the proxy's. Use one that it printed, never a vendor's key.")
        return key

    async def _pass_on(
        self, client: Client, way: Route, key: ProxyKey, call: Passed, *, headers: Mapping[str, str], size: int
    ) -> None:
        free = way.asked is RouteKind.COUNT
        if not free and (why := self.purse.admit(key, call.worst_usd)):
            self.keys.refused[key.name] += 1
            raise NotPassed(402, why + ". Raise it, or stop here.")
        self.turns[key.name] += not free
        begun = Begun(
            key=key.name,
            agent=headers.get("user-agent", "")[:100],
            model=call.backend.label,
            wire_model=call.backend.endpoint.wire_model,
            protocol=way.protocol,
            turn=self.turns[key.name],
            body_sha256=call.body_sha256,
            head_sha256=call.head_sha256,
            request_bytes=size,
            rewrites=", ".join(call.changed),
            cap_usd=call.worst_usd,
        )
        number = None if free else self.ledger.begin(begun)
        exchange = ProxyExchange(sent_at=utc_now())
        try:
            await self._exchange(client, way, call, exchange, headers=headers)
        finally:
            if number is not None:
                ended = settled(call, exchange, self.book)
                self.ledger.settle(number, ended)
                self.purse.settle(key.name, call.worst_usd, ended.cost_usd)
                self.on_settled(begun, ended)

    async def _exchange(
        self, client: Client, way: Route, call: Passed, exchange: ProxyExchange, *, headers: Mapping[str, str]
    ) -> None:
        """Passes the call on and its reply back; where the client goes away, the vendor is told at once."""
        backend = call.backend
        sent = {name: value for name, value in headers.items() if name not in HOP_BY_HOP | KEYS}
        sent |= {"accept-encoding": "identity", **{name.lower(): value for name, value in backend.headers.items()}}
        path = backend.endpoint.path
        if way.asked is RouteKind.COUNT:
            path = path.replace("/messages", "/messages/count_tokens", 1)
        passing = asyncio.ensure_future(
            self._forward(client, backend, exchange, path=path, headers=sent, body=call.content)
        )
        gone = asyncio.ensure_future(client.gone())
        try:
            await asyncio.wait((passing, gone), return_when=asyncio.FIRST_COMPLETED)
            if not passing.done():
                exchange.error = "the client went away"
                raise ConnectionAbortedError(exchange.error)
            await passing
        except BROKEN_OFF as error:
            exchange.error = self.secrets(f"{type(error).__name__}: {error}")
            exchange.never_sent = isinstance(error, NOT_SENT)
            if exchange.status is None:
                raise NotPassed(502, f"{backend.label} does not answer ({exchange.error})") from error
            raise ConnectionAbortedError("the vendor broke off") from error
        finally:
            for task in (passing, gone):
                task.cancel()
            await asyncio.gather(passing, gone, return_exceptions=True)

    async def _forward(
        self,
        client: Client,
        backend: Backend,
        exchange: ProxyExchange,
        *,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
    ) -> None:
        """One exchange with the vendor; where a kept connection turns out closed, nothing was served: once more."""
        while True:
            channel, fresh = self._channel(backend)
            try:
                async with channel.forward(path, headers, body) as reply:
                    exchange.status, exchange.request_id = reply.status, reply.response.headers.get("request-id")
                    await self._pour(client, reply, exchange)
            except Dropped:
                await channel.close()
                if fresh:
                    raise
            except BaseException:
                await channel.close()
                raise
            else:
                self._spare.setdefault(backend.label, deque(maxlen=SPARE)).append(channel)
                return

    async def _pour(self, client: Client, reply: Reply, exchange: ProxyExchange) -> None:
        """Passes a reply back as it comes; errors are held until their end, for a key in them must not pass."""
        headers = [(n, v) for n, v in reply.response.headers.raw if n.decode("latin-1").lower() not in NOT_SHOWN]
        if reply.status != 200:
            words = self.secrets(await reply.words()).encode()
            exchange.take(now(), words)
            exchange.error = words[:300].decode("utf-8", "replace")
            await client.send_whole(reply.status, headers, words)
            exchange.ended = True
            return
        await client.begin(reply.status, headers)

        def take(at: float, part: bytes) -> bool:
            client.pass_on(part)
            exchange.take(at, part)
            return True

        await reply.pour(take)
        await client.end()
        exchange.ended = True

    def _channel(self, backend: Backend) -> tuple[Channel, bool]:
        """A connection to the vendor, and whether it is a new one."""
        spare = self._spare.get(backend.label)
        if spare:
            return spare.pop(), False
        return Channel(backend.endpoint.base_url or "", {}, backend.endpoint.entry.timeout_s, self.tls), True

    async def close(self) -> None:
        """Ends what is under way, which is written down as cut, and closes the vendors' connections."""
        for task in (under_way := [*self._open]):
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        for spare in self._spare.values():
            for channel in spare:
                await channel.close()
