"""The proxy between the vendors' own clients and a scripted endpoint: bytes, bill, budgets, keys, and what breaks."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from bench.proxy.rewrite import rewritten
from tests.fake_endpoint import FakeEndpoint, Reply
from tests.proxy.running import TALK, VENDOR, Running, body, running

MESSAGE: Any = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "m",
    "stop_reason": "end_turn",
    "content": [{"type": "text", "text": "It is 4."}],
    "usage": {"input_tokens": 9, "output_tokens": 5},
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


@pytest.mark.xdist_group("clients")
def test_the_vendors_own_clients_work(proxy: Running, endpoint: FakeEndpoint) -> None:
    import anthropic
    import openai

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


FIVE = {
    "anthropic/claude-opus-5-5": (4, "0.2", 5, 20),
    "anthropic/claude-haiku-4-5": (1, "0.1", "1.25", 5),
    "dashscope/qwen3.8-max": (2, "0.25", "2.5", 6),
    "moonshot/kimi-k2.6": ("0.95", "0.16", None, 4),
    "zai/glm-5.2": ("1.4", "0.26", None, "4.4"),
}
"""USD a million tokens by the vendors' lists: of the prompt, read from the cache, written to it, generated."""


def _whole(text: str, _request: object) -> Reply:
    return Reply(whole=text)


def test_dollars_are_right_to_the_cent_for_five_models(tmp_path: Path, endpoint: FakeEndpoint) -> None:
    """A long day's tokens, most of them from the cache: by hand, whatever client asked."""
    new, read, written, out = 900_000, 4_000_000, 300_000, 200_000
    chat = {
        "prompt_tokens": new + read,
        "completion_tokens": out,
        "prompt_tokens_details": {"cached_tokens": read},
    }
    message = {
        "input_tokens": new,
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": written,
        "output_tokens": out,
    }
    choice = {"index": 0, "message": {"role": "assistant", "content": "4"}, "finish_reason": "stop"}
    with running(tmp_path, endpoint, models={name: name for name in FIVE}) as proxy:
        for name in FIVE:
            ours = name.startswith("anthropic")
            whole = {**MESSAGE, "usage": message} if ours else {"model": "m", "choices": [choice], "usage": chat}
            endpoint.script = partial(_whole, json.dumps(whole))
            path = "/v1/messages" if ours else "/v1/chat/completions"
            assert proxy.ask({"model": name, "messages": TALK, "max_tokens": 9}, path).status_code == 200
        costs = {entry.begun.model: entry.settled.cost_usd for entry in proxy.entries() if entry.settled}
    for name, (fresh, cached, writing, answer) in FIVE.items():
        kept = written if name.startswith("anthropic") else 0
        counts = ((new, fresh), (read, cached), (kept, writing), (out, answer))
        by_hand = sum((Decimal(n) * Decimal(str(price or 0)) / 1_000_000 for n, price in counts), Decimal(0))
        assert by_hand > 1
        assert costs[name] == by_hand, name


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
    endpoint.script = lambda _: Reply(text="x", usage={"prompt_tokens": 100, "completion_tokens": 10}, delay_s=0.8)
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
