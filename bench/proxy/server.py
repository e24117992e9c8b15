"""The proxy itself: HTTP/1.1 on loopback or a unix socket, every byte of a reply passed on before it is looked at."""

from __future__ import annotations

import asyncio
import gc
import ssl
from collections import Counter, deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal

import h11

from bench import clean
from bench.engine import BROKEN_OFF, NOT_SENT, Channel, Dropped, ReadingPace, Reply, now
from bench.errors import IncompleteError
from bench.prices import PriceBook
from bench.providers import ResponsesFormat
from bench.proxy import refusal
from bench.proxy.bound import at_most
from bench.proxy.client import Client, Room
from bench.proxy.exchange import ProxyExchange, answered, keep, keep_reply, settled
from bench.proxy.keys import KeyRing, ProxyKey
from bench.proxy.ledger import Begun, CallLedger, Settled
from bench.proxy.meter import ReplyMeter
from bench.proxy.places import ClientPlace, ClientPlaces
from bench.proxy.purse import Purse
from bench.proxy.replies import ReplyStore, given_again
from bench.proxy.request import HOP_BY_HOP, KEYS, Backend, NotPassed, Passed, passed
from bench.proxy.route import Route, RouteKind, onward, own_host, route
from bench.proxy.veil import Veil, shown
from bench.records import HIDDEN, Secrets, utc_now

SPARE = 32
"""Connections to a vendor that are kept for later calls."""
SHORT_BYTES = 128 * 1024
"""A longer request is read beside the loop, so that others need not wait."""
LOST = (ConnectionError, h11.LocalProtocolError, TimeoutError, asyncio.CancelledError)
"""How a client's connection ends early."""


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
    on_trouble: Callable[[str], None] = lambda _trouble: None
    """Called with what went wrong here, without secrets."""
    replies: ReplyStore | None = None
    """Where replies are kept until their episode is over; None keeps none."""
    turns: Counter[str] = field(default_factory=Counter)
    """Calls of each key so far."""
    _spare: dict[str, deque[Channel]] = field(default_factory=dict)
    _open: set[asyncio.Task[None]] = field(default_factory=set)
    _pace: ReadingPace = field(default_factory=ReadingPace)
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    _places: ClientPlaces = field(default_factory=ClientPlaces)
    _room: Room = field(default_factory=Room)
    _forms: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Replies are searched for these."""
        self._forms = self.secrets.forms

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client's connection, to its end."""
        task, place = asyncio.current_task(), self._places.enter(writer.transport)
        assert task is not None
        if place is None:
            writer.transport.abort()
            return
        client = Client(reader, writer)
        self._open.add(task)
        task.add_done_callback(self._open.discard)
        try:
            while (request := await client.head()) is not None:
                await self._answer(client, request, place)
                self._places.end(place)
                if not client.next():
                    break
                await asyncio.sleep(0)  # requests that came in one piece take turns with others'
        except h11.RemoteProtocolError as error:
            with suppress(*LOST):
                await client.say(refusal.refusal("openai", 400, f"this is no request ({clean.line(str(error))})"))
        except LOST:
            pass
        except Exception as error:  # a fault of ours ends this connection, not the proxy
            self.on_trouble(self.secrets(f"a connection ended with {type(error).__name__}: {error}"))
        finally:
            self._places.end(place)
            await client.close()
            self._places.leave(place)

    async def _answer(self, client: Client, head: h11.Request, place: ClientPlace) -> None:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in head.headers}
        way = route(head.method.decode("ascii", "replace"), head.target.decode("latin-1"), headers)
        held = 0
        try:
            key = self._allowed(way, headers)  # before a byte of its body is kept
            if key is not None:
                self._places.begin(place, key.name)
            body = await client.body(self._room)
            held = len(body)
            if way.asked is RouteKind.HELLO:
                await client.say(refusal.hello())
            elif way.asked is RouteKind.MODELS:
                await client.say(refusal.models(way.protocol, self.backends))
            else:
                assert key is not None
                call = await self._read(way, body)
                body.clear()
                await self._pass_on(client, way, key, call, headers=headers, size=held)
        except NotPassed as why:
            await client.pass_over()
            await client.say(refusal.refusal(way.protocol, why.status, str(why)))
        finally:
            self._room.give_back(held)

    def _allowed(self, way: Route, headers: Mapping[str, str]) -> ProxyKey | None:
        """The key of a request that may be looked at; None for one that needs none. NotPassed otherwise.

        h11.RemoteProtocolError ends the connection.
        """
        if not self.local and not own_host(headers.get("host", "")):
            raise NotPassed(403, "the Host header does not name this machine")
        if "transfer-encoding" in headers and "content-length" in headers:
            raise h11.RemoteProtocolError("it states its length twice")  # where the next one begins is not known
        if way.asked is RouteKind.HELLO:
            return None
        if way.asked is RouteKind.NOTHING:
            raise NotPassed(
                404, "only /v1/messages, /v1/chat/completions, /v1/responses, token counts and /v1/models are served"
            )
        key = self.keys.find(way.token) if way.token else None
        if key is None:
            raise NotPassed(401, "this key is none of the proxy's. Use one that it printed, never a vendor's key.")
        return key

    async def _read(self, way: Route, body: bytearray) -> Passed:
        """What a request asks for; a long one is read beside the loop, one at a time. NotPassed as `passed` says."""
        if len(body) <= SHORT_BYTES:
            return passed(self.backends, way, body, self.book)
        async with self._reading:
            return await asyncio.to_thread(self._read_long, way, body)

    def _read_long(self, way: Route, body: bytearray) -> Passed:
        """JSON makes no cycles; a search for some among a million values would stop all threads for half a second."""
        collects = gc.isenabled()
        gc.disable()
        try:
            return passed(self.backends, way, body, self.book)
        finally:
            if collects:
                gc.enable()

    def _without_keys(self, text: str) -> str:
        """A client's words without keys, the proxy's own neither."""
        for token in self.keys.tokens:
            text = text.replace(token, HIDDEN)
        return self.secrets(text)

    async def _pass_on(
        self, client: Client, way: Route, key: ProxyKey, call: Passed, *, headers: Mapping[str, str], size: int
    ) -> None:
        free = way.asked is RouteKind.COUNT
        if not free and (kept := given_again(self.replies, self.ledger, self.purse, key, call.body_sha256)):
            self.turns[key.name] += 1
            self.keys.again.add(kept.id)
            await client.send_whole(200, [*kept.headers], kept.body)
            return
        if not free and (why := self.purse.admit(key, call.worst_usd)):
            self.keys.refused[key.name] += 1
            raise NotPassed(402, why + ". Raise it, or stop here.")
        self.turns[key.name] += not free
        begun = Begun(
            key=key.name,
            agent=clean.line(self._without_keys(headers.get("user-agent", ""))[:100]),
            model=call.backend.label,
            wire_model=call.backend.endpoint.wire_model,
            protocol=way.protocol,
            turn=self.turns[key.name],
            body_sha256=call.body_sha256,
            head_sha256=call.head_sha256,
            request_bytes=size,
            rewrites=", ".join(call.changed),
            cap_usd=call.worst_usd if call.billing else None,
        )
        try:
            number = None if free else self.ledger.begin(begun)
        except IncompleteError as error:
            self.purse.settle(key.name, call.worst_usd, Decimal(0))
            self.on_trouble(str(error))
            raise NotPassed(503, str(error)) from error
        exchange = ProxyExchange(
            sent_at=utc_now(),
            meter=ReplyMeter(ResponsesFormat() if call.responses else call.backend.endpoint.wire, call.lanes),
            kept=None if self.replies is None or free else bytearray(),
        )
        try:
            await self._exchange(client, way, call, exchange, headers=headers)
        finally:
            if number is not None:
                if trouble := keep_reply(self.replies, number, key.name, call.body_sha256, exchange=exchange):
                    self.on_trouble(trouble)
                ended = settled(call, exchange, self.book, self.secrets)
                self._settle(number, key, call, begun, ended, bounded=exchange.bounded)

    def _settle(self, number: int, key: ProxyKey, call: Passed, begun: Begun, ended: Settled, *, bounded: bool) -> None:
        """`bounded`: whether its tokens bound its bill."""
        most, unbounded = ended.cost_usd, None
        if most is None:
            most = at_most(call.billing, call.worst_usd, ended.usage, self.book)
            begun = replace(begun, cap_usd=most if bounded and call.billing else None)
            unbounded = None if bounded else call.worst_usd if most is None else most
        self.purse.settle(key.name, call.worst_usd, most)
        try:
            self.ledger.settle(number, ended, begun.cap_usd, unbounded_usd=unbounded)
        except IncompleteError as error:
            self.on_trouble(f"call {number} stays open: {error}")
        self.on_settled(begun, ended)

    async def _exchange(
        self, client: Client, way: Route, call: Passed, exchange: ProxyExchange, *, headers: Mapping[str, str]
    ) -> None:
        """Passes the call on and its reply back; where the client goes away, the vendor is told at once."""
        backend = call.backend
        named = {name.strip().lower() for name in headers.get("connection", "").split(",")}
        sent = {name: value for name, value in headers.items() if name not in HOP_BY_HOP | KEYS | named}
        sent |= {"accept-encoding": "identity", **{name.lower(): value for name, value in backend.headers.items()}}
        path = onward(backend.endpoint.path, way)
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
        headers = shown(reply.response.headers.raw, self.secrets)
        if reply.packed and answered(reply.status):
            exchange.error = reply.packed
            raise NotPassed(502, f"{reply.packed}. It is not passed on, for nobody can see what is in it")
        if not answered(reply.status) or reply.status == 204:
            words = self.secrets(await reply.words())
            exchange.take(now(), words.encode())
            exchange.error = words or None
            await client.send_whole(reply.status, headers, words.encode())
            exchange.ended = True
            return
        await client.begin(reply.status, headers)
        veil, reads = Veil(self._forms), True
        exchange.headers = headers

        def take(at: float, part: bytes) -> bool:
            nonlocal reads
            last = reply.whole
            shown = veil(part) + (veil.rest() if last else b"")
            reads = client.pass_on(shown, last=last)
            keep(exchange, shown)
            exchange.take(at, part)
            return reads

        await reply.pour(take)
        if not reads:
            exchange.error = "the client left its reply unread"
            raise ConnectionAbortedError(exchange.error)
        keep(exchange, rest := veil.rest())
        exchange.ended = True
        await client.end(rest)

    def _channel(self, backend: Backend) -> tuple[Channel, bool]:
        """A connection to the vendor, and whether it is a new one."""
        spare = self._spare.get(backend.label)
        if spare:
            return spare.pop(), False
        timeout_s = backend.endpoint.entry.timeout_s
        return Channel(backend.endpoint.base_url or "", {}, timeout_s, self.tls, pace=self._pace), True

    async def close(self) -> None:
        """Ends what is under way, which is written down as cut, and closes the vendors' connections."""
        for task in (under_way := [*self._open]):
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        for spare in self._spare.values():
            for channel in spare:
                await channel.close()
