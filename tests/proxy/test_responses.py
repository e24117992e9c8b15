"""OpenAI's Responses by way of the proxy: bytes, bill, budgets, and what may not pass unbounded."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.fake_endpoint import FakeEndpoint, Reply
from tests.proxy.running import Running, running

PATH = "/v1/responses"
USAGE = {
    "input_tokens": 1000,
    "input_tokens_details": {"cached_tokens": 500},
    "output_tokens": 100,
    "output_tokens_details": {"reasoning_tokens": 30},
    "total_tokens": 1100,
}
SAID = {"type": "message", "id": "m1", "role": "assistant", "content": [{"type": "output_text", "text": "It is 4."}]}


def response(**more: Any) -> dict[str, Any]:
    """A whole response, at 0.00155 USD: 500 at 1, 500 at 0.1 and 100 at 10 USD a million."""
    said = {"id": "r1", "object": "response", "model": "m-1", "status": "completed", "output": [SAID]}
    return {**said, "service_tier": "default", "usage": USAGE, **more}


def stream(*items: Mapping[str, Any], **more: Any) -> Reply:
    begun = {"type": "response.created", "response": {"id": "r1", "service_tier": "auto", "usage": None}}
    done = [{"type": "response.output_item.done", "item": item} for item in items or (SAID,)]
    ended = {"type": "response.completed", "response": response(output=[], **more)}
    return Reply(raw_events=tuple(json.dumps(each) for each in (begun, *done, ended)), end="silent")


def _given(reply: Reply, _request: object) -> Reply:
    return reply


def body(**more: Any) -> dict[str, Any]:
    items = [
        {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "You are an agent."}]},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "2 + 2?"}]},
        {"type": "function_call", "name": "exec", "arguments": "{}", "call_id": "c1"},
        {"type": "function_call_output", "call_id": "c1", "output": "4"},
    ]
    tool = {"type": "function", "name": "exec", "description": "", "strict": False, "parameters": {}}
    return {
        "model": "chat",
        "input": items,
        "instructions": "Be brief.",
        "stream": True,
        "store": False,
        "tools": [tool, {"type": "namespace", "name": "n", "description": "", "tools": [tool]}],
        "reasoning": {"summary": "auto"},
        "include": ["reasoning.encrypted_content"],
        "max_output_tokens": 100,
        **more,
    }


@pytest.fixture
def endpoint() -> Iterator[FakeEndpoint]:
    with FakeEndpoint(lambda _: stream()) as started:
        yield started


@pytest.fixture
def proxy(tmp_path: Path, endpoint: FakeEndpoint) -> Iterator[Running]:
    with running(tmp_path, endpoint, budget="1") as started:
        yield started


def test_streams_and_whole_responses_are_billed(proxy: Running, endpoint: FakeEndpoint) -> None:
    reply = proxy.ask(body(), PATH)
    assert reply.status_code == 200
    assert "response.completed" in reply.text
    assert endpoint.requests[-1].path == "/v1/responses"
    assert endpoint.requests[-1].body == {**body(), "model": "m"}
    endpoint.script = lambda _: Reply(whole=json.dumps(response()))
    assert proxy.ask(body(stream=False), PATH).json() == response()
    for entry in proxy.entries():
        assert entry.settled
        usage = entry.settled.usage
        assert (usage.in_uncached, usage.in_cache_read, usage.out_total, usage.out_reasoning) == (500, 500, 100, 30)
        assert (entry.state, entry.settled.cost_usd) == ("settled", Decimal("0.00155"))
        assert (entry.settled.served_model, entry.begun.rewrites) == ("m-1", "model")
    first, second = proxy.entries()
    assert first.begun.head_sha256 == second.begun.head_sha256


def test_a_budget_is_held_before_a_call(tmp_path: Path, endpoint: FakeEndpoint) -> None:
    """By the cap that the request states; without one and without a known window nothing bounds it."""
    with running(tmp_path, endpoint, budget_usd=Decimal("0.005")) as proxy:
        assert proxy.ask(body(max_output_tokens=300), PATH).status_code == 402
        assert proxy.ask(body(max_output_tokens=50), PATH).status_code == 200
        for unbounded in ({"max_output_tokens": None}, {"max_output_tokens": 50, "previous_response_id": "r0"}):
            assert proxy.ask({k: v for k, v in body(**unbounded).items() if v is not None}, PATH).status_code == 402
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize(
    "more",
    [
        {"tools": [{"type": "web_search"}]},
        {"tools": [{"type": "namespace", "name": "n", "tools": [{"type": "code_interpreter"}]}]},
        {"background": True},
        {"conversation": "c"},
        {"input": [{"type": "message", "role": "user", "content": [{"type": "input_image", "image_url": "x"}]}]},
        {"input": [{"type": "item_reference", "id": "x"}]},
    ],
)
def test_what_nothing_bounds_is_not_passed_on(tmp_path: Path, endpoint: FakeEndpoint, more: Mapping[str, Any]) -> None:
    with running(tmp_path, endpoint, budget_usd=Decimal("0.5")) as proxy:
        assert proxy.ask(body(**more), PATH).status_code == 402
    assert not endpoint.requests


def test_what_a_reply_bills_beyond_tokens_has_no_known_cost(proxy: Running, endpoint: FakeEndpoint) -> None:
    replies = (
        stream(SAID, {"type": "web_search_call", "id": "w"}),
        stream(service_tier="priority"),
        stream(usage={**USAGE, "total_tokens": 5}),
        Reply(raw_events=(json.dumps({"type": "response.created", "response": {}}),), end="silent"),
    )
    for reply in replies:
        endpoint.script = partial(_given, reply)
        proxy.ask(body(), PATH)
    found = proxy.entries()
    assert [entry.settled and entry.settled.cost_usd for entry in found] == [None] * 4
    assert [entry.state for entry in found] == ["unknown", "unknown", "unknown", "cut"]


def test_each_path_takes_its_own_bodies(proxy: Running, endpoint: FakeEndpoint) -> None:
    chat = {"model": "chat", "max_tokens": 5, "messages": [{"role": "user", "content": "x"}]}
    assert proxy.ask(chat, PATH).status_code == 400
    assert proxy.ask(body()).status_code == 400
    assert proxy.ask({**body(), "model": "messages"}, PATH).status_code == 400
    assert not endpoint.requests
