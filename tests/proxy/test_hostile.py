"""The proxy between hostile vendors and hostile clients: no key comes through, nothing is kept without bound."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import resource
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import repeat
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.prices import load
from bench.providers import openai_chat, resolve
from bench.proxy import CallLedger, Entry, KeyRing, ProxyKey, backends, proxying
from bench.proxy import server as proxy_server
from bench.proxy.client import BODY_BYTES, HEAD_BYTES, Room
from bench.proxy.meter import ReplyMeter
from bench.proxy.request import NotPassed, passed
from bench.proxy.route import Route, RouteKind
from bench.proxy.veil import Veil
from bench.records import RemoteModel, Secrets
from tests.engine.loopback import CHUNKED, OK, Handler, chunk, replying, request, serving

VENDOR = "sk-vendor/0123+456=789abcdef"
PRICES = '[[price]]\nprovider = "openai-api/acme"\nmodel = "m"\ninput = 1.0\noutput = 10.0\n'
BODY = {"model": "chat", "max_tokens": 50, "messages": [{"role": "user", "content": "2 + 2?"}]}
ANSWER = json.dumps(
    {
        "model": "m",
        "choices": [{"message": {"content": "4"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7},
    }
).encode()


@dataclass
class Between:
    """A proxy before a vendor, in this loop."""

    url: str
    """Its address."""
    token: str
    """A key of it."""
    path: Path
    """Its ledger."""
    troubles: list[str] = field(default_factory=list)
    """What it complained of."""

    async def ask(self, body: Any = BODY, headers: Mapping[bytes, bytes] | None = None) -> httpx.Response:
        async with httpx.AsyncClient(timeout=20) as client:
            return await client.post(f"{self.url}/k/{self.token}/v1/chat/completions", json=body, headers=headers)

    async def raw(self, *parts: bytes, then: int = 2**20) -> bytes:
        """Sends these bytes, and reads what comes until the end."""
        host, _, port = self.url.removeprefix("http://").rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
            return await asyncio.wait_for(reader.read(then), 10)
        finally:
            writer.close()

    def entries(self) -> list[Entry]:
        with CallLedger(self.path, read_only=True) as ledger:
            return [*ledger.entries()]

    async def settled(self) -> Entry:
        for _ in range(500):
            entries = self.entries()
            if entries and entries[-1].settled:
                return entries[-1]
            await asyncio.sleep(0.01)
        raise AssertionError("the call stays open")


@asynccontextmanager
async def between(tmp_path: Path, vendor: Handler) -> AsyncIterator[Between]:
    (tmp_path / "prices.toml").write_text(PRICES)
    environ, key, ring, troubles = {"ACME_API_KEY": VENDOR}, ProxyKey(name="a"), KeyRing(), list[str]()
    ring.add(key)
    path = tmp_path / "proxy.db"
    async with serving(vendor) as port:
        entry = RemoteModel(label="chat", model="openai-api/acme/m", base_url=f"http://127.0.0.1:{port}/v1")
        served = backends([resolve(entry, environ)], environ)
        with CallLedger(path) as ledger:
            book = load(tmp_path / "prices.toml")
            async with proxying(served, ring, ledger, book, environ, on_trouble=troubles.append) as url:
                yield Between(url, key.token, path, troubles)


def sized(body: bytes, status: bytes = b"200 OK", *headers: bytes) -> bytes:
    head = b"\r\n".join((b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *headers))
    return head + b"\r\n\r\n" + body


def forms() -> list[bytes]:
    """The key as a reply may hold it."""
    raw = VENDOR.encode()
    urls = quote_plus(VENDOR).encode()
    return [raw, raw.replace(b"/", rb"\/"), urls, base64.b64encode(b"Bearer: " + raw), raw.hex().encode()]


@pytest.mark.parametrize("status", [b"200 OK", b"401 No"])
@pytest.mark.parametrize("name", [b"X-Echo", b"Request-Id", b"Set-Cookie", b"X-" + b"a"])
def test_a_key_in_a_header_stays_here(tmp_path: Path, status: bytes, name: bytes) -> None:
    reply = sized(ANSWER, status, name + b": a=" + VENDOR.encode(), b"Location: https://example.org/", b"X-Kept: 5")

    async def run() -> None:
        async with between(tmp_path, replying([reply])) as proxy:
            seen = await proxy.ask()
            assert VENDOR not in str(seen.headers)
            assert "location" not in seen.headers
            assert seen.headers["x-kept"] == "5"
            assert VENDOR not in str(await proxy.settled())

    asyncio.run(run())


@pytest.mark.parametrize("form", range(5))
@pytest.mark.parametrize("cut", [1, 7, 10**6])
def test_a_key_in_an_answer_stays_here(tmp_path: Path, form: int, cut: int) -> None:
    secret = forms()[form]
    events = (
        b'data: {"model": "' + secret + b'", "choices": [{"delta": {"content": "a"}}]}\n\n'
        b'data: {"error": {"message": "bad key ' + secret + b'"}}\n\n: ' + secret + b"\n\n"
    )
    pieces = [chunk(events[at : at + cut]) for at in range(0, len(events), cut)]

    async def run() -> None:
        async with between(tmp_path, replying([CHUNKED, *pieces, b"0\r\n\r\n"])) as proxy:
            seen = await proxy.ask()
            assert not [each for each in forms() if each in seen.content]
            assert seen.content.count(b"***") == 3
            entry = await proxy.settled()
            assert VENDOR not in str(entry)
            assert secret.decode() not in str(entry)

    asyncio.run(run())


@settings(deadline=None, max_examples=50)
@given(st.lists(st.sampled_from([*"sk-a", "sk", "sk-key", "key", "sk-keykey"]), max_size=12))
def test_nothing_but_keys_is_changed(parts: list[str]) -> None:
    veil = Veil(["sk-key", "kkk"])
    passed = b"".join(veil(part.encode()) for part in parts) + veil.rest()
    whole = Veil(["sk-key", "kkk"])
    assert passed == whole("".join(parts).encode()) + whole.rest()
    assert b"sk-key" not in passed
    assert b"kkk" not in passed
    assert Veil([])(b"sk-key") == b"sk-key"


def test_short_secrets_are_words() -> None:
    assert not Secrets(["EMPTY"], ["a harmless header's value"]).forms
    assert VENDOR in Secrets([VENDOR]).forms


def test_a_packed_answer_is_not_passed_on(tmp_path: Path) -> None:
    reply = sized(gzip.compress(b'{"key": "' + VENDOR.encode() + b'"}'), b"200 OK", b"Content-Encoding: gzip")

    async def run() -> None:
        async with between(tmp_path, replying([reply])) as proxy:
            seen = await proxy.ask()
            assert (seen.status_code, "compressed (gzip)" in seen.text) == (502, True)
            entry = await proxy.settled()
            assert (entry.state, entry.most_usd) == ("cut", entry.begun.cap_usd)

    asyncio.run(run())


def test_a_refusal_forges_no_line(tmp_path: Path) -> None:
    words = "busy\nci fake turn 77: settled, 0.0000 USD\x1b[2J"
    reply = sized(words.encode(), b"503 Busy", b"Content-Encoding: identity")

    async def run() -> None:
        async with between(tmp_path, replying([reply])) as proxy:
            seen = await proxy.ask(headers={b"user-agent": b"a\x85b\x9b2J"})
            assert (seen.status_code, seen.text) == (503, words)
            entry = await proxy.settled()
            assert entry.settled
            assert entry.settled.error == "busy ci fake turn 77: settled, 0.0000 USD\\u001b[2J"
            assert entry.begun.agent == "a b\\u009b2J"

    asyncio.run(run())


@pytest.mark.parametrize(
    ("status", "state", "usd"),
    [(b"201 Created", "settled", "0.000081"), (b"203 Other", "settled", "0.000081"), (b"429 Wait", "refusal", "0")],
)
def test_all_that_was_answered_is_billed(tmp_path: Path, status: bytes, state: str, usd: str) -> None:
    async def run() -> None:
        async with between(tmp_path, replying([sized(ANSWER, status)])) as proxy:
            seen = await proxy.ask()
            assert (seen.status_code, seen.content) == (int(status[:3]), ANSWER)
            entry = await proxy.settled()
            assert (entry.state, f"{entry.most_usd}".rstrip("0") or "0") == (state, usd)

    asyncio.run(run())


ENDLESS: dict[str, tuple[bytes, Iterable[bytes]]] = {
    "headers": (OK, repeat(b"x: y\r\n" * 1000)),
    "one header": (OK + b"x: ", repeat(b"y" * 60_000)),
    "1xx": (b"", repeat(b"HTTP/1.1 103 Early\r\n\r\n" * 100)),
    "blank lines": (CHUNKED, repeat(chunk(b"\n" * 60_000))),
    "events": (CHUNKED, repeat(chunk(b"data: {}\n\n" * 6_000))),
    "one line": (CHUNKED, repeat(chunk(b"x" * 60_000))),
    "one event": (CHUNKED + chunk(b"data: "), repeat(chunk(b"[" * 60_000))),
    "refusal": (b"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n", repeat(chunk(b"x" * 60_000))),
}


@pytest.mark.parametrize("kind", [*ENDLESS])
def test_an_endless_reply_ends_and_fills_no_memory(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.engine.http1.WIRE_BYTES", 3 * 2**20)
    monkeypatch.setattr("bench.proxy.meter.MOST_EVENTS", 20_000)
    head, pieces = ENDLESS[kind]

    async def vendor(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(head)
        for piece in pieces:
            writer.write(piece)
            await writer.drain()

    async def run() -> None:
        async with between(tmp_path, vendor) as proxy:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            size = 0
            try:
                async with (
                    httpx.AsyncClient(timeout=20) as client,
                    client.stream("POST", f"{proxy.url}/k/{proxy.token}/v1/chat/completions", json=BODY) as reply,
                ):
                    async for part in reply.aiter_raw():
                        size += len(part)
            except httpx.RemoteProtocolError:
                pass
            assert size <= 4 * 2**20
            entry = await proxy.settled()
            assert entry.most_usd == (0 if kind == "refusal" else entry.begun.cap_usd)
            assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60 * 1024

    asyncio.run(run())


@pytest.mark.parametrize("line", [b"\n", b"data: x\n\n", b"data: []\n\n", b'data: {"a": [[[[]]]]}\n\n'])
def test_no_part_of_a_reply_holds_the_others_up(line: bytes) -> None:
    """A read of the socket brings at most 256 KiB."""
    meter, part = ReplyMeter(openai_chat), (line * 2**18)[: 2**18]
    begun = time.thread_time()
    meter.feed(part)
    assert time.thread_time() - begun < 1.0
    assert meter.end().usage.out_total is None


TINY = {"chunks": chunk(b"\n") * 50_000, "events": chunk(b'data: {"usage":{"prompt_tokens":1}}\n\n' * 9000)}


@pytest.mark.parametrize("kind", TINY)
def test_a_stream_of_tiny_pieces_leaves_time_for_others(tmp_path: Path, kind: str) -> None:
    """Another client's ping takes a few turns of the loop: it gets them while the stream goes on."""

    async def vendor(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(CHUNKED)
        while True:
            writer.write(TINY[kind])
            await writer.drain()

    ping = b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

    async def run() -> float:
        async with between(tmp_path, vendor) as proxy:
            asking = asyncio.ensure_future(proxy.ask())
            while not proxy.entries():
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.2)
            begun = time.thread_time()
            for _ in range(5):
                assert b"200" in await proxy.raw(ping)
            spent = time.thread_time() - begun
            asking.cancel()
            return spent

    assert asyncio.run(run()) < 2.0


def test_a_request_that_is_all_structure_is_refused(tmp_path: Path) -> None:
    begun = time.thread_time()
    body = b'{"model": "chat", "x": [' + b"[]," * 5_000_000 + b"1]}"
    way = Route(RouteKind.CALL, "openai", "t")
    with pytest.raises(NotPassed, match="more than 1,000,000 commas"):
        passed({}, way, body, load(None))
    assert time.thread_time() - begun < 1.0

    async def run() -> None:
        async with between(tmp_path, replying()) as proxy:
            chunks = chunk(b"x") * 20_000 + b"0\r\n\r\n"
            assert b"413" in await proxy.raw(post(proxy.token, b"Transfer-Encoding: chunked"), chunks, then=20)

    asyncio.run(run())


def test_a_client_that_reads_nothing_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.proxy.client.UNREAD_BYTES", 2**20)
    monkeypatch.setattr("bench.proxy.client.LINGER_S", 0.2)

    async def vendor(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(CHUNKED)
        while True:
            writer.write(chunk(b": x\n\n" * 10_000))
            await writer.drain()

    async def run() -> None:
        async with between(tmp_path, vendor) as proxy:
            body = json.dumps(BODY).encode()
            host, _, port = proxy.url.removeprefix("http://").rpartition(":")
            _, writer = await asyncio.open_connection(host, int(port), limit=1000)
            writer.write(
                b"POST /k/%s/v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s"
                % (proxy.token.encode(), len(body), body)
            )
            entry = await proxy.settled()
            writer.close()
            assert entry.settled
            assert (entry.state, entry.settled.error) == ("cut", "the client left its reply unread")
            assert not proxy.troubles

    asyncio.run(run())


def post(token: str, *headers: bytes) -> bytes:
    lines = (b"POST /v1/chat/completions HTTP/1.1", b"Host: localhost", b"x-api-key: " + token.encode("latin-1"))
    return b"\r\n".join((*lines, *headers)) + b"\r\n\r\n"


@pytest.mark.parametrize("token", ["", "cb-" + "0" * 32, "\xe9\xff", VENDOR])
def test_nothing_is_kept_of_a_strangers_request(tmp_path: Path, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[int] = []
    monkeypatch.setattr(Room, "take", lambda _self, size: kept.append(size))

    async def run() -> None:
        async with between(tmp_path, replying()) as proxy:
            body = b"x" * 2**20
            seen = await proxy.raw(
                post(token, b"Content-Length: %d" % (4 * len(body)), b"Connection: close"), *[body] * 4
            )
            assert seen.startswith(b"HTTP/1.1 401")
            assert not kept
            assert not proxy.troubles

    asyncio.run(run())


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ((b"Content-Length: 2", b"Transfer-Encoding: chunked"), b"400"),
        ((b"Content-Length: 2", b"Content-Length: 3"), b"400"),
        ((b"Host: localhost",), b"400"),
        ((b"Content-Length: -1",), b"400"),
        ((b"Transfer-Encoding: gzip",), b"400"),
        ((b"x: " + b"y" * 4 * HEAD_BYTES,), b"400"),
        ((b" folded: first",), b"401"),
    ],
)
def test_requests_that_can_be_read_in_two_ways_are_refused(
    tmp_path: Path, headers: tuple[bytes, ...], status: bytes
) -> None:
    async def run() -> None:
        async with between(tmp_path, replying()) as proxy:
            seen = await proxy.raw(post(proxy.token, *headers, b"Connection: close"), b"0\r\n\r\n")
            assert seen.startswith(b"HTTP/1.1 " + status)
            assert json.loads(seen.partition(b"\r\n\r\n")[2])["error"]["message"].startswith("claimbench proxy: ")
            assert not proxy.troubles
            assert not proxy.entries()

    asyncio.run(run())


def test_a_request_too_long_is_refused_and_so_are_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.proxy.client.BODY_BYTES", 100_000)

    async def run() -> None:
        async with between(tmp_path, replying([sized(ANSWER)])) as proxy:
            assert (await proxy.ask({**BODY, "user": "x" * 200_000})).status_code == 413
            assert (await proxy.ask()).status_code == 200
            monkeypatch.setattr(proxy_server, "MOST_CLIENTS", 0)
            with pytest.raises(httpx.TransportError):
                await proxy.ask()

    asyncio.run(run())
    room = Room(100)
    room.take(60)
    with pytest.raises(NotPassed, match="too many long requests"):
        room.take(41)
    room.give_back(60)
    room.take(100)
    assert Room().free > 2 * BODY_BYTES


def test_what_a_client_sends_before_its_reply_is_bounded(tmp_path: Path) -> None:
    async def vendor(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await request(reader)
        await asyncio.sleep(30)

    async def run() -> None:
        async with between(tmp_path, vendor) as proxy:
            body = json.dumps(BODY).encode()
            with suppress(ConnectionError):
                await proxy.raw(post(proxy.token, b"Content-Length: %d" % len(body)) + body, *[b"x" * 2**20] * 20)
            assert (await proxy.settled()).state == "cut"

    asyncio.run(run())


def test_a_ledger_that_cannot_be_written_passes_nothing_on(tmp_path: Path) -> None:
    async def run() -> None:
        async with between(tmp_path, replying([sized(ANSWER)])) as proxy:
            with CallLedger(proxy.path) as other:
                other._db.execute("DROP TABLE calls")
            seen = await proxy.ask()
            assert (seen.status_code, "the ledger cannot be written" in seen.text) == (503, True)
            assert len(proxy.troubles) == 1

    asyncio.run(run())


def test_counts_beyond_the_bound_raise_it(tmp_path: Path) -> None:
    """An answer of a class without a price: 500,000 tokens from the cache."""
    used = {"prompt_tokens": 500_000, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 499_000}}
    reply = json.dumps({**json.loads(ANSWER), "usage": used}).encode()

    async def run() -> None:
        async with between(tmp_path, replying([sized(reply)])) as proxy:
            await proxy.ask(headers={b"user-agent": b"agent " + proxy.token.encode()})
            entry = await proxy.settled()
            assert (entry.state, entry.begun.agent) == ("unknown", "agent ***")
            assert entry.most_usd == Decimal("0.50007")

    asyncio.run(run())


def test_a_ping_with_head_gets_an_answer(tmp_path: Path) -> None:
    async def run() -> None:
        async with between(tmp_path, replying()) as proxy, httpx.AsyncClient() as client:
            for _ in range(2):
                assert (await client.head(f"{proxy.url}/api/hello")).status_code == 200

    asyncio.run(run())
