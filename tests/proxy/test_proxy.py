"""The proxy between the vendors' own clients and a scripted endpoint: bytes, bill, budgets, keys, and what breaks."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import anthropic
import httpx
import openai
import pytest

from bench.errors import UsageError
from bench.prices import beside, load
from bench.providers import resolve
from bench.proxy import CallLedger, Entry, KeyRing, ProxyKey, backends, proxying
from bench.proxy.rewrite import rewritten
from bench.records import RemoteModel
from tests.fake_endpoint import FakeEndpoint, Reply

CHAT = "/v1/chat/completions"
VENDOR = "sk-vendor-0123456789abcdef"
TALK: Any = [{"role": "user", "content": "2 + 2?"}]
PRICES = "".join(
    f'[[price]]\nprovider = "{kind}/acme"\nmodel = "m"\ninput = 1.0\ncache_read = 0.1\noutput = 10.0\n'
    for kind in ("openai-api", "anthropic-api")
)
"""USD for a million tokens."""


@dataclass(frozen=True)
class Running:
    """A proxy that runs in a thread."""

    url: str
    """Its address."""
    key: ProxyKey
    """A key of it."""
    ledger: Path
    """Its ledger."""
    stop: Callable[[], bool]
    """Ends it; whether that worked."""

    def entries(self) -> list[Entry]:
        """The ledger, once nothing is open: a call is settled after its last byte was passed on."""
        for _ in range(200):
            with CallLedger(self.ledger, read_only=True) as ledger:
                found = [*ledger.entries()]
            if all(entry.settled for entry in found):
                break
            time.sleep(0.02)
        return found

    def ask(
        self, body: Mapping[str, Any] | bytes, path: str = "/v1/chat/completions", **headers: str
    ) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return httpx.post(f"{self.url}/k/{self.key.token}{path}", content=content, headers=headers, timeout=10)


@contextmanager
def running(
    tmp_path: Path, endpoint: FakeEndpoint, *, budget: str | None = None, listen: str = "127.0.0.1:0", **key: Any
) -> Iterator[Running]:
    """The proxy before an endpoint that is asked in both protocols, as `chat` and `messages`."""
    (tmp_path / "prices.toml").write_text(PRICES)
    environ = {"ACME_API_KEY": VENDOR}
    entries = [
        RemoteModel(label="chat", model="openai-api/acme/m", base_url=endpoint.url),
        RemoteModel(label="messages", model="anthropic-api/acme/m", base_url=endpoint.url),
    ]
    served = backends([resolve(entry, environ) for entry in entries], environ)
    ring, mine, ready = KeyRing(), ProxyKey(name="agent", **key), threading.Event()
    ring.add(mine)
    state: dict[str, Any] = {}

    async def serve() -> None:
        state["loop"], state["stop"] = asyncio.get_running_loop(), asyncio.Event()
        limit = None if budget is None else Decimal(budget)
        with CallLedger(tmp_path / "proxy.db") as ledger:
            book = load(beside(tmp_path / "bench.toml"))
            async with proxying(served, ring, ledger, book, environ, listen=listen, budget_usd=limit) as url:
                state["url"] = url
                ready.set()
                await state["stop"].wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(10)

    def stop() -> bool:
        if thread.is_alive():
            state["loop"].call_soon_threadsafe(state["stop"].set)
            thread.join(10)
        return not thread.is_alive()

    try:
        yield Running(state["url"], mine, tmp_path / "proxy.db", stop)
    finally:
        assert stop()


@pytest.fixture
def endpoint() -> Iterator[FakeEndpoint]:
    usage = {"prompt_tokens": 1000, "completion_tokens": 100, "prompt_tokens_details": {"cached_tokens": 500}}
    with FakeEndpoint(lambda _: Reply(text="It is 4.", usage=usage)) as running_endpoint:
        yield running_endpoint


@pytest.fixture
def proxy(tmp_path: Path, endpoint: FakeEndpoint) -> Iterator[Running]:
    with running(tmp_path, endpoint) as started:
        yield started


MESSAGE: Any = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "m",
    "stop_reason": "end_turn",
    "content": [{"type": "text", "text": "It is 4."}],
    "usage": {"input_tokens": 9, "output_tokens": 5},
}


def body(model: str = "chat", **more: Any) -> dict[str, Any]:
    return {
        "model": model,
        "max_tokens": 50,
        "messages": [{"role": "user", "content": "2 + 2?"}],
        "stream": True,
        **more,
    }


def test_a_stream_passes_byte_by_byte_and_is_billed(proxy: Running, endpoint: FakeEndpoint) -> None:
    direct = httpx.post(f"{endpoint.url}/chat/completions", json={**body(), "model": "m"}, timeout=10)
    asked = json.dumps(body(), indent=1, ensure_ascii=False).encode()
    reply = proxy.ask(asked, **{"x-session": "s1", "user-agent": "claude-cli/2.1"})
    assert (reply.status_code, reply.content) == (200, direct.content)
    assert reply.headers["content-type"] == "text/event-stream"
    sent = endpoint.requests[-1]
    assert (sent.path, sent.headers["x-session"]) == ("/v1/chat/completions", "s1")
    assert sent.body == {**body(), "model": "m", "stream_options": {"include_usage": True}}
    [entry] = proxy.entries()
    assert entry.settled
    assert (entry.state, entry.begun.key, entry.begun.agent) == ("settled", "agent", "claude-cli/2.1")
    assert entry.begun.rewrites == "model, stream_options"
    assert entry.settled.cost_usd == Decimal("0.00155"), "500 at 1, 500 at 0.1 and 100 at 10 USD a million"
    assert entry.settled.reply_bytes == len(direct.content)
    assert entry.settled.ttft_s is not None
    assert 0 < entry.settled.ttft_s <= entry.settled.latency_s


def test_the_vendors_own_clients_work(proxy: Running, endpoint: FakeEndpoint) -> None:
    chat = openai.OpenAI(base_url=f"{proxy.url}/v1", api_key=proxy.key.token)
    said = chat.chat.completions.create(model="chat", messages=TALK, stream=True, max_tokens=9)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in said if chunk.choices) == "It is 4."
    assert [model.id for model in chat.models.list()] == ["chat", "messages"]
    endpoint.script = lambda _: Reply(whole=json.dumps(MESSAGE))
    client = anthropic.Anthropic(base_url=f"{proxy.url}/k/{proxy.key.token}", api_key=proxy.key.token)
    message = client.messages.create(model="messages", max_tokens=9, messages=TALK)
    assert message.content[0].type == "text"
    assert message.content[0].text == "It is 4."
    assert [entry.begun.turn for entry in proxy.entries()] == [1, 2]
    for request in endpoint.requests:
        assert proxy.key.token not in json.dumps([dict(request.headers), request.path])
        assert VENDOR in request.headers["authorization"]


def test_the_vendors_key_never_comes_back(proxy: Running, endpoint: FakeEndpoint) -> None:
    endpoint.script = lambda request: Reply(status=401, text=f"bad key {request.headers['authorization']}")
    reply = proxy.ask(body())
    assert reply.status_code == 401
    assert VENDOR not in reply.text
    [entry] = proxy.entries()
    assert entry.settled
    assert (entry.state, entry.settled.cost_usd) == ("refusal", Decimal(0))
    assert VENDOR not in str(entry)


@pytest.mark.parametrize(
    ("model", "path", "headers", "status", "words"),
    [
        ("nosuch", "/v1/chat/completions", {}, 404, "no model 'nosuch' in the configuration. Known: chat, messages."),
        ("m", "/v1/chat/completions", {}, 404, "no model 'm'"),
        ("messages", "/v1/chat/completions", {}, 400, "the proxy does not translate"),
        ("chat", "/v1/files", {}, 404, "only /v1/messages"),
        ("chat", "/v1/chat/completions", {"host": "evil.example"}, 403, "does not name this machine"),
    ],
)
def test_what_is_not_passed_on(
    proxy: Running, endpoint: FakeEndpoint, model: str, path: str, headers: dict[str, str], status: int, words: str
) -> None:
    reply = proxy.ask(body(model), path, **headers)
    assert reply.status_code == status
    assert words in reply.json()["error"]["message"]
    assert not endpoint.requests
    assert not proxy.entries()


def test_a_stranger_is_refused_in_his_protocols_shape(proxy: Running, endpoint: FakeEndpoint) -> None:
    for token in ("", "cb-" + "0" * 32, VENDOR):
        reply = httpx.post(f"{proxy.url}/v1/messages", json=body("messages"), headers={"x-api-key": token}, timeout=10)
        assert reply.status_code == 401
        assert (reply.json()["type"], reply.json()["error"]["type"]) == ("error", "authentication_error")
    assert httpx.get(f"{proxy.url}/api/hello", timeout=10).status_code == 200
    assert not endpoint.requests


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"model": "chat", "model": "chat"}', b"\xff", b'{"model": 3}'])
def test_bodies_that_cannot_be_read(proxy: Running, content: bytes) -> None:
    assert proxy.ask(content).status_code == 400
    assert not proxy.entries()


def test_a_budget_is_never_passed_by_calls_at_once(tmp_path: Path, endpoint: FakeEndpoint) -> None:
    endpoint.script = lambda _: Reply(text="x", usage={"prompt_tokens": 100, "completion_tokens": 10}, delay_s=0.2)
    sent = rewritten(json.dumps(body()), {"model": "m", "stream_options": {"include_usage": True}})
    worst = (Decimal(len(sent)) + 10 * 60) / 10**6
    with running(tmp_path, endpoint, budget=str(3 * worst)) as proxy, ThreadPoolExecutor(8) as pool:
        replies = [*pool.map(lambda _: proxy.ask(body()), range(8))]
        assert sorted(reply.status_code for reply in replies) == [200] * 3 + [402] * 5
        refused = next(reply.json()["error"] for reply in replies if reply.status_code == 402)
        assert refused["type"] == "billing_error"
        assert "the budget of all keys" in refused["message"]
        assert proxy.ask(body()).status_code == 200, "what was set aside is free again where the calls cost less"
        spent = sum(entry.most_usd or 0 for entry in proxy.entries())
    assert spent <= 3 * worst


def test_limits_of_a_key_survive_a_new_start(tmp_path: Path, endpoint: FakeEndpoint) -> None:
    with running(tmp_path, endpoint, calls=2) as proxy:
        assert proxy.ask(body()).status_code == 200
    with running(tmp_path, endpoint, calls=2) as proxy:
        assert [proxy.ask(body()).status_code for _ in range(2)] == [200, 402]
        assert [entry.begun.turn for entry in proxy.entries()] == [1, 2]


def test_a_call_without_a_bound_does_not_fit_a_budget(tmp_path: Path, endpoint: FakeEndpoint) -> None:
    with running(tmp_path, endpoint, budget_usd=Decimal(1)) as proxy:
        reply = proxy.ask({name: value for name, value in body().items() if name != "max_tokens"})
        assert reply.status_code == 402
        assert "its max_tokens" in reply.json()["error"]["message"]


@pytest.mark.parametrize(
    ("reply", "state"),
    [
        (Reply(text="x", usage=None), "unknown"),
        (Reply(text="a b c", events=2, end="drop"), "cut"),
        (Reply(text="a b c", events=2, end="reset"), "cut"),
        (Reply(text="a b c", events=1, end="error"), "cut"),
        (Reply(events=0, end="drop"), "cut"),
    ],
)
def test_what_nobody_knows_keeps_what_was_set_aside(
    proxy: Running, endpoint: FakeEndpoint, reply: Reply, state: str
) -> None:
    endpoint.script = lambda _: reply
    with suppress(httpx.HTTPError):
        proxy.ask(body())
    [entry] = proxy.entries()
    assert entry.settled
    assert (entry.state, entry.settled.cost_usd) == (state, None)
    assert entry.most_usd == entry.begun.cap_usd
    assert entry.most_usd


def test_an_endpoint_that_is_not_there_costs_nothing(tmp_path: Path) -> None:
    with FakeEndpoint() as gone:
        pass
    with running(tmp_path, gone) as proxy:
        reply = proxy.ask(body())
        assert reply.status_code == 502
        assert "chat does not answer" in reply.json()["error"]["message"]
        [entry] = proxy.entries()
        assert entry.settled
        assert (entry.state, entry.settled.cost_usd) == ("cut", Decimal(0))


def test_a_client_that_leaves_ends_the_call(proxy: Running, endpoint: FakeEndpoint) -> None:
    endpoint.script = lambda _: Reply(text="a b c", events=2, end="hang", keep_alive_s=0.05)
    with httpx.stream("POST", f"{proxy.url}/k/{proxy.key.token}/v1/chat/completions", json=body()) as reply:
        next(reply.iter_raw())
    [entry] = proxy.entries()
    assert entry.settled
    assert (entry.state, entry.settled.error) == ("cut", "the client went away")
    assert entry.most_usd == entry.begun.cap_usd


def test_a_kept_connection_that_closed_is_not_a_failure(proxy: Running, endpoint: FakeEndpoint) -> None:
    endpoint.script = lambda _: Reply(text="x", end="hang up")
    assert [proxy.ask(body()).status_code for _ in range(3)] == [200] * 3
    assert [entry.state for entry in proxy.entries()] == ["settled"] * 3


def test_counting_tokens_is_free(proxy: Running, endpoint: FakeEndpoint) -> None:
    endpoint.script = lambda request: Reply(whole=json.dumps({"input_tokens": 7, "path": request.path}))
    reply = proxy.ask(body("messages"), "/v1/messages/count_tokens")
    assert reply.json() == {"input_tokens": 7, "path": "/v1/messages/count_tokens"}
    assert not proxy.entries()


def test_a_unix_socket_is_its_owners_alone(tmp_path: Path, endpoint: FakeEndpoint) -> None:
    path = tmp_path / "p.sock"
    with running(tmp_path, endpoint, listen=f"unix:{path}") as proxy:
        assert path.stat().st_mode & 0o777 == 0o600
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(path))) as client:
            reply = client.post(f"http://proxy/k/{proxy.key.token}/v1/chat/completions", json=body())
        assert reply.status_code == 200
        assert [entry.state for entry in proxy.entries()] == ["settled"]


@pytest.mark.parametrize(
    "listen", ["0.0.0.0:0", "10.0.0.1:80", "example.org:80", "127.0.0.1", ":80", "127.0.0.1:99999"]
)
def test_nobody_else_may_call(tmp_path: Path, listen: str) -> None:
    async def start() -> None:
        with CallLedger(tmp_path / "proxy.db") as ledger:
            async with proxying({}, KeyRing(), ledger, load(None), {}, listen=listen):
                pass

    with pytest.raises(UsageError, match="--listen"):
        asyncio.run(start())


@pytest.mark.parametrize(
    "junk", [b"\x16\x03\x01\x02", b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 20_000, b"POST / HTTP/1.1\r\n\r\n", b"\r\n" * 9]
)
def test_what_is_no_http_is_hung_up_on(proxy: Running, junk: bytes) -> None:
    host, _, port = proxy.url.removeprefix("http://").rpartition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(junk)
        connection.shutdown(socket.SHUT_WR)
        connection.recv(65536)
    assert httpx.get(f"{proxy.url}/api/hello", timeout=10).status_code == 200


def test_what_is_under_way_at_the_end_is_written_down(tmp_path: Path, endpoint: FakeEndpoint) -> None:
    endpoint.script = lambda _: Reply(text="a b c", events=2, end="hang")
    with running(tmp_path, endpoint) as proxy:
        address = f"{proxy.url}/k/{proxy.key.token}{CHAT}"
        with httpx.stream("POST", address, json=body(), timeout=10) as reply:
            parts = reply.iter_raw()
            next(parts)
            assert proxy.stop()
            with pytest.raises(httpx.RemoteProtocolError):
                list(parts)
        [entry] = proxy.entries()
    assert (entry.state, entry.most_usd) == ("cut", entry.begun.cap_usd)
