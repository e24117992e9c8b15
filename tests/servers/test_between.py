"""The same calls directly and through a proxy of strangers: the same answers, tokens and errors, hardly later."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from bench.prices import cost, load
from bench.records.items import Call, Outcome, TokenUsage
from bench.weights.server import LlamaServer
from tests.engine.lanes import run
from tests.fake_endpoint import FakeEndpoint, Reply, Request
from tests.servers.conftest import KEY, Between

SAID = "four is the answer, as two and two make four and nothing else could be made of them at all"
PAUSE_S = 0.3
"""Before the first event: the time to first token that a proxy must let us see."""
LATER_S = 0.25
"""How much later a first token may be seen through a proxy, on a busy machine of two cores."""
COUNT = 4


def reply(request: Request) -> Reply:
    """The last item is refused; the others are answered with counts of their own."""
    [number] = map(int, re.findall(r'"q(\d+)"', json.dumps(request.body["messages"])))  # a text, or parts of one
    if number == COUNT - 1:
        return Reply(status=400, text="max_tokens is too large for q3", error={"type": "invalid_request_error"})
    usage = {"prompt_tokens": 11 + number, "completion_tokens": 7 + number, "total_tokens": 18 + 2 * number}
    return Reply(text=f"{SAID} {number}", usage=usage, stall_s=PAUSE_S, gap_s=0.01)


@dataclass(frozen=True)
class Address:
    """A base URL, in place of an endpoint."""

    url: str


def asked(protocol: str, *urls: str, **entry: float) -> list[Call]:
    """The calls of m0, m1, ... at these addresses, in the order of their items."""
    places = cast("Any", [Address(url) for url in urls])
    ran = run(places, count=COUNT, slots=1, protocol=protocol, environ={"FAKE_API_KEY": KEY}, **cast("Any", entry))
    return sorted(ran.calls, key=lambda call: call.item)


def whole(call: Call) -> tuple[Outcome, str, TokenUsage, int | None, int]:
    """What of a call must not depend on who stands between."""
    return call.outcome, call.text, call.usage, call.scored_attempt.status, len(call.attempts)


@pytest.mark.parametrize("protocol", [pytest.param("openai", marks=pytest.mark.slow), "anthropic"])
def test_nginx_changes_nothing(nginx: Between, protocol: str) -> None:
    with FakeEndpoint(reply) as endpoint, nginx(endpoint.url) as url:
        check(asked(protocol, endpoint.url), asked(protocol, url))
        assert all(call.scored_attempt.request_id for call in asked(protocol, url))


@pytest.mark.slow
@pytest.mark.parametrize("protocol", ["openai", "anthropic"])
def test_mitmproxy_changes_nothing(mitmproxy: Between, protocol: str) -> None:
    with FakeEndpoint(reply) as endpoint, mitmproxy(endpoint.url) as url:
        check(asked(protocol, endpoint.url), asked(protocol, url))


def check(direct: list[Call], between: list[Call]) -> None:
    """The same answers, tokens and errors; first tokens within bounds, and no stream held back."""
    assert list(map(whole, between)) == list(map(whole, direct))
    assert [call.scored_attempt.error for call in between] == [call.scored_attempt.error for call in direct]
    assert [call.outcome for call in direct] == [Outcome.ANSWERED] * (COUNT - 1) + [Outcome.INFRASTRUCTURE]
    ttfts = [call.scored_attempt.ttft_s for call in between[:-1] if call.scored_attempt.ttft_s]
    assert len(ttfts) == COUNT - 1
    assert min(ttfts) >= PAUSE_S
    assert min(ttfts) < PAUSE_S + LATER_S, "what holds streams back holds all of them; a busy machine not"
    assert not any(call.scored_attempt.buffered for call in between[:-1])


@pytest.mark.slow
def test_nginx_that_buffers_lets_events_pass_as_they_come(buffering_nginx: Between) -> None:
    with FakeEndpoint(reply) as endpoint, buffering_nginx(endpoint.url) as url:
        check(asked("openai", endpoint.url), asked("openai", url))


@pytest.mark.slow
def test_litellm_speaks_both_protocols_of_models_behind_either(litellm: Between) -> None:
    """Answers, tokens and errors are the endpoint's own, however often they were translated."""
    with FakeEndpoint(reply) as endpoint, litellm(endpoint.url) as url:
        for protocol in ("openai", "anthropic"):
            asked(protocol, url, url)  # its first calls load what they need, for seconds
            calls = asked(protocol, url, url)
            assert len(calls) == 2 * COUNT
            for call in calls:
                number = int(call.item.removeprefix("i"))
                if number == COUNT - 1:
                    assert call.outcome is Outcome.INFRASTRUCTURE
                    assert (call.scored_attempt.status, len(call.attempts)) == (400, 1)
                    assert "max_tokens is too large for q3" in (call.scored_attempt.error or "")
                    continue
                assert (call.outcome, call.text) == (Outcome.ANSWERED, f"{SAID} {number}")
                assert (call.usage.in_total, call.usage.out_total) == (11 + number, 7 + number)
                assert call.scored_attempt.request_id, "what its own log calls the request"
                assert call.scored_attempt.ttft_s is not None
                assert PAUSE_S <= call.scored_attempt.ttft_s < PAUSE_S + 4 * LATER_S


@pytest.mark.slow
@pytest.mark.parametrize("name", ["nginx", "mitmproxy"])
@pytest.mark.parametrize("protocol", ["openai", "anthropic"])
def test_the_embedded_server_answers_the_same_behind_a_proxy(
    smollm2_server: LlamaServer, name: str, protocol: str, request: pytest.FixtureRequest
) -> None:
    between: Between = request.getfixturevalue(name)

    def answers(url: str) -> list[tuple[str, int | None, int | None]]:
        calls = asked(protocol, url, temperature=0.0)
        assert all(call.outcome.scored and call.usage.in_total for call in calls)
        return [(call.text, call.usage.in_total, call.usage.out_total) for call in calls]

    with between(smollm2_server.base_url) as url:
        assert answers(url) == answers(smollm2_server.base_url)


@pytest.mark.slow
def test_litellm_before_the_embedded_server_changes_neither_tokens_nor_costs(
    smollm2_server: LlamaServer, litellm: Between
) -> None:
    """Both protocols, from us to the proxy and from the proxy to the server; greedy answers of one slot."""
    at = datetime(2026, 12, 1, tzinfo=UTC)
    price = load().find("anthropic", "claude-opus-5-5", at=at)
    assert price is not None

    def told(calls: list[Call]) -> list[Any]:
        assert all(call.outcome.scored and call.usage.in_total and call.usage.out_total for call in calls)
        return sorted((c.text, c.usage.in_total, c.usage.out_total, cost(price, c.usage, at).usd) for c in calls)

    with litellm(smollm2_server.base_url) as url:
        for protocol in ("openai", "anthropic"):
            direct = told(asked(protocol, smollm2_server.base_url, smollm2_server.base_url, temperature=0.0))
            assert all(usd > 0 for *_, usd in direct)
            assert told(asked(protocol, url, url, temperature=0.0)) == direct, protocol
