"""One attempt: how every way of ending is told apart. The transport is a mock; the parsing is real."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import httpx
import pytest

from bench.engine import exchange as module
from bench.engine import transport
from bench.engine.exchange import Asking, Ended, exchange
from bench.engine.retry import Cause, Failure
from bench.engine.transport import Channel, tls_context
from bench.providers import openai_chat
from bench.providers.protocol import FaultKind
from bench.records import Secrets
from bench.records.items import Outcome


class Stream(httpx.AsyncByteStream):
    """Chunks with pauses; an exception among them is raised in its turn."""

    def __init__(self, parts: Sequence[bytes | float | Exception]) -> None:
        self.parts = parts

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self.parts:
            if isinstance(part, Exception):
                raise part
            if isinstance(part, float):
                await asyncio.sleep(part)
            else:
                yield part


def event(**fields: Any) -> bytes:
    return f"data: {json.dumps(fields)}\n\n".encode()


def delta(text: str = "", reason: str | None = None, **more: Any) -> bytes:
    return event(model="served", choices=[{"delta": {"content": text, **more}, "finish_reason": reason}])


USAGE = event(choices=[], usage={"prompt_tokens": 7, "completion_tokens": 2})
DONE = b"data: [DONE]\n\n"


CANARY = "sk-canary-0123456789"


def ask(
    handler: Callable[[httpx.Request], httpx.Response] | Sequence[bytes | float | Exception],
    timeout_s: float = 5.0,
    on_first_event: Callable[[], None] = lambda: None,
    address: str = "",
) -> Ended:
    """`address`: asked over the network, in place of the handler."""
    if not callable(handler):
        parts = handler
        handler = lambda _: httpx.Response(200, stream=Stream(parts))  # noqa: E731

    async def run() -> Ended:
        mock = None if address else httpx.MockTransport(handler)
        channel = Channel(address or "http://127.0.0.1:9/v1", {}, timeout_s, tls_context(), mock)
        asking = Asking(
            wire=openai_chat,
            path=openai_chat.PATH,
            streaming=openai_chat.STREAMING,
            thinks=None,
            timeout_s=timeout_s,
            redact=Secrets([CANARY]),
            credential="The key in K was sent.",
            on_first_event=on_first_event,
        )
        try:
            return await exchange(asking, channel, {"messages": []})
        finally:
            await channel.close()

    return asyncio.run(run())


def test_a_complete_answer_with_its_clocks() -> None:
    parts: list[bytes | float | Exception] = [
        delta(),
        0.02,
        delta(reasoning_content="hm "),
        0.02,
        delta("4"),
        0.02,
        delta("2", "stop"),
        USAGE,
        DONE,
    ]
    ended = ask(parts)
    answer, attempt = ended.answer, ended.attempt
    assert (answer.text, answer.reasoning, ended.failure) == ("42", "hm ", None)
    assert (attempt.outcome, answer.finish_reason, answer.served_model) == (Outcome.ANSWERED, "stop", "served")
    assert (attempt.usage.in_uncached, attempt.usage.out_total, attempt.status) == (7, 2, 200)
    assert attempt.ttft_s is not None
    assert attempt.ttfat_s is not None
    assert attempt.last_token_s is not None
    assert attempt.latency_s is not None
    assert 0.015 < attempt.ttft_s < attempt.ttfat_s - 0.015 < attempt.last_token_s - 0.03 <= attempt.latency_s
    assert (attempt.error, attempt.fault, attempt.reads, attempt.coalesced) == (None, None, 3, 0)


@pytest.mark.parametrize(
    ("parts", "outcome", "fault", "error"),
    [
        ([delta("long", "length"), DONE], Outcome.TRUNCATED, None, None),
        ([delta("", "content_filter"), DONE], Outcome.REFUSED, None, None),
        ([delta("half")], Outcome.INFRASTRUCTURE, "stream", "terminal event"),
        ([delta("half", "stop")], Outcome.INFRASTRUCTURE, "stream", "terminal event"),
        ([DONE], Outcome.INFRASTRUCTURE, "stream", "terminal event"),
        ([], Outcome.INFRASTRUCTURE, "stream", "terminal event"),
        ([b": keep-alive\n\n"], Outcome.INFRASTRUCTURE, "shape", "the reply holds no event: : keep-alive"),
        ([b'{"choices": [{"message": {"content": "4"}}]}'], Outcome.INFRASTRUCTURE, "stream", "terminal event"),
        ([b'{"models": ["a"]}'], Outcome.INFRASTRUCTURE, "shape", 'no event: {"models"'),
        (
            [b"<html>", b"no such page"],
            Outcome.INFRASTRUCTURE,
            "shape",
            'a web page ("no such page")',
        ),
        ([delta("a"), event(error={"message": "overloaded"}), DONE], Outcome.INFRASTRUCTURE, "stream", "overloaded"),
        ([delta("a"), event(error={"message": "insufficient balance"})], Outcome.INFRASTRUCTURE, "model", "balance"),
        ([event(error={"code": "data_inspection_failed", "message": "no"})], Outcome.REFUSED, "refused", "no"),
        ([delta("a", "insufficient_system_resource"), DONE], Outcome.INFRASTRUCTURE, "stream", "insufficient_system"),
        ([delta("a"), b"data: {not json\n\n"], Outcome.INFRASTRUCTURE, "shape", "malformed reply"),
        ([b"data: [1]\n\n"], Outcome.INFRASTRUCTURE, "shape", "JSON object): [1]"),
        ([delta("a"), httpx.ReadError("reset")], Outcome.INFRASTRUCTURE, "stream", "ReadError: reset"),
        ([httpx.ReadTimeout("late")], Outcome.INFRASTRUCTURE, "deadline", "our deadline"),
    ],
)
def test_every_ending(parts: list[bytes], outcome: Outcome, fault: str | None, error: str | None) -> None:
    attempt = ask(parts).attempt
    assert (attempt.outcome, attempt.fault) == (outcome, fault)
    assert attempt.error is None if error is None else error in (attempt.error or "")


@pytest.mark.parametrize(
    ("reasons", "outcome", "kept", "odd"),
    [
        (("length", "stop"), Outcome.TRUNCATED, "length", True),
        (("stop", "length"), Outcome.ANSWERED, "stop", True),
        (("stop", "stop"), Outcome.ANSWERED, "stop", False),
        (("stop", "content_filter"), Outcome.REFUSED, "stop", True),
        (("content_filter", "stop"), Outcome.REFUSED, "content_filter", True),
        (("length", "odd", "stop"), Outcome.TRUNCATED, "length", True),
    ],
)
def test_the_first_finish_reason_holds(reasons: tuple[str, ...], outcome: Outcome, kept: str, odd: bool) -> None:
    ended = ask([delta("4", reasons[0]), *(delta("", reason) for reason in reasons[1:]), USAGE, DONE])
    assert (ended.attempt.outcome, ended.answer.finish_reason, ended.answer.contradicted) == (outcome, kept, odd)


COUNTS: dict[str, Any] = {"prompt_tokens": 7, "completion_tokens": 2}
BEYOND: list[tuple[dict[str, Any], str | None, float | None]] = [
    ({}, None, None),
    ({"service_tier": "default"}, None, None),
    *(({"service_tier": tier}, f"service_tier {tier!r}", None) for tier in ("priority", "flex", "batch", "scale")),
    ({"usage": {**COUNTS, "num_search_queries": 3, "cost": {"total_cost": 0.0062}}}, "num_search_queries", 0.0062),
    ({"usage": {**COUNTS, "cost": {"total_cost": 0.005, "request_cost": 0.004}}}, "usage.cost.request_cost", 0.005),
    ({"usage": {**COUNTS, "cost": {"total_cost": 0.005, "input_tokens_cost": 0.005}}}, None, 0.005),
    ({"usage": {**COUNTS, "cost": 0.002, "cost_details": {"upstream_inference_cost": None}}}, None, 0.002),
    ({"usage": {**COUNTS, "cost_in_usd_ticks": 37756000}}, None, 0.0037756),
    ({"usage": {**COUNTS, "server_tool_use": {"web_search_requests": 5}}}, "web_search_requests", None),
    ({"citations": ["https://example.org"]}, "citations", None),
]


@pytest.mark.parametrize(("more", "why", "charged"), BEYOND)
def test_a_bill_beyond_tokens_is_told_as_the_proxy_tells_it(
    more: dict[str, Any], why: str | None, charged: float | None
) -> None:
    said = event(model="m", choices=[{"delta": {}, "finish_reason": "stop"}], **({"usage": COUNTS} | more))
    for parts in ([delta("4"), said, DONE], [json.dumps(whole(more)).encode()]):
        attempt = ask(parts).attempt
        assert attempt.unpriced == (None if why is None else f"billed beyond tokens: {why}")
        assert attempt.cost_reported_usd == (None if charged is None else pytest.approx(charged))
        assert (attempt.usage.in_uncached, attempt.usage.out_total) == (7, 2)


def whole(more: dict[str, Any]) -> dict[str, Any]:
    """A reply that was not streamed."""
    message = {"message": {"content": "4"}, "finish_reason": "stop"}
    return {"model": "m", "choices": [message], "usage": COUNTS} | more


def test_our_deadline_while_tokens_arrive_is_truncation() -> None:
    ended = ask([delta("a"), 5.0], timeout_s=0.1)
    assert ended.attempt.outcome is Outcome.TRUNCATED
    assert "our deadline" in (ended.attempt.error or "")
    assert ended.answer.text == "a"


def test_our_deadline_before_any_token_is_infrastructure() -> None:
    assert ask([5.0, delta("a")], timeout_s=0.1).attempt.outcome is Outcome.INFRASTRUCTURE


def test_a_connection_that_cannot_be_had_in_time_is_no_deadline() -> None:
    def handler(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectTimeout("no route")

    failure = ask(handler).failure
    assert failure is not None
    assert failure.cause is Cause.CONNECTION


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((status, FaultKind.MODEL) for status in (302, 401, 402, 403, 404)),
        *((status, FaultKind.REQUEST) for status in (400, 413, 422)),
        *((status, FaultKind.TRANSIENT) for status in (408, 409, 429, 500, 503, 529)),
    ],
)
def test_a_status_is_told_in_the_vendors_words(status: int, kind: FaultKind) -> None:
    headers = {"retry-after": "3", "x-should-retry": "false", "request-id": "req_7"}
    ended = ask(
        lambda _: httpx.Response(status, headers=headers, stream=Stream([b'{"error": {"message": "so it is"}}']))
    )
    failure, attempt = ended.failure, ended.attempt
    assert failure is not None
    assert (failure.cause, failure.kind, failure.status) == (Cause.STATUS, kind, status)
    assert (failure.retry_after_s, failure.should_retry) == (3.0, False)
    assert (attempt.outcome, attempt.error) == (Outcome.INFRASTRUCTURE, f"HTTP {status}: so it is")
    assert (attempt.status, attempt.request_id) == (status, "req_7")


@pytest.mark.parametrize("after", [httpx.ReadError("reset"), httpx.ReadTimeout("late"), 60.0])
@pytest.mark.parametrize(("status", "kind"), [(401, FaultKind.MODEL), (429, FaultKind.TRANSIENT)])
def test_a_status_counts_though_its_words_break_off_or_never_end(
    status: int, kind: FaultKind, after: float | Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "ERROR_S", 0.05)
    reply = httpx.Response(status, headers={"retry-after": "3"}, stream=Stream([b"not so ", after]))
    failure = ask(lambda _: reply).failure
    assert failure is not None
    assert (failure.cause, failure.kind, failure.retry_after_s) == (Cause.STATUS, kind, 3.0)
    assert failure.message == f"HTTP {status}: not so"


@pytest.mark.parametrize("encoding", ["gzip", "gzip, gzip, gzip", "br", "deflate", "zstd", "GZIP"])
def test_an_error_in_an_encoding_that_nobody_asked_for_is_told_and_never_unpacked(encoding: str) -> None:
    packed = gzip.compress(gzip.compress(gzip.compress(bytes(10**8))))
    assert len(packed) < 2000
    reply = httpx.Response(401, headers={"content-encoding": encoding}, stream=Stream([packed]))
    attempt = ask(lambda _: reply).attempt
    assert attempt.error == f"HTTP 401: the reply is compressed ({encoding}), which was not asked for"
    assert (attempt.status, attempt.fault) == (401, "model")


@pytest.mark.parametrize("encoding", ["", "identity", "UTF-8", "identity, identity", "chunked"])
def test_an_encoding_that_packs_nothing_is_read(encoding: str) -> None:
    reply = httpx.Response(401, headers={"content-encoding": encoding}, stream=Stream([b"so it is"]))
    assert ask(lambda _: reply).attempt.error == "HTTP 401: so it is"


def test_a_compressed_stream_is_named_as_such() -> None:
    packed = gzip.compress(delta("4", "stop") + DONE)
    attempt = ask(lambda _: httpx.Response(200, headers={"content-encoding": "gzip"}, stream=Stream([packed]))).attempt
    assert (attempt.outcome, attempt.fault) == (Outcome.INFRASTRUCTURE, "shape")
    assert attempt.error == "the reply is compressed (gzip), which was not asked for"


def test_a_malformed_event_is_shown_whole_wherever_the_reads_were_cut() -> None:
    assert ask([delta("a"), b"data: <html>", b"busy</html>\n\n"]).attempt.error == (
        "malformed reply (Expecting value: line 1 column 1 (char 0)): <html>busy</html>"
    )


def test_a_refusal_in_its_own_field_is_one_though_the_stream_then_stops() -> None:
    ended = ask([delta("", None, refusal="I can't "), delta("", None, refusal="help."), delta("", "stop"), USAGE, DONE])
    assert (ended.attempt.outcome, ended.answer.text, ended.failure) == (Outcome.REFUSED, "I can't help.", None)


def test_a_pause_that_is_too_long_is_told() -> None:
    ended = ask(lambda _: httpx.Response(429, headers={"retry-after": "3600"}, stream=Stream([b"slow down"])))
    assert ended.attempt.error == "HTTP 429: slow down (asks for a pause of 3600 s)"


@pytest.mark.parametrize(
    "parts",
    [
        [f"{'x' * 290} {CANARY}".encode()],
        [f"data: {'x' * 285}{CANARY}\n\n".encode()],
        [event(error={"message": "x" * 295 + CANARY})],
        [httpx.ReadError("x" * 390 + CANARY)],
        [delta("a", f"odd {CANARY}"), DONE],
    ],
)
def test_no_secret_and_no_half_of_one_is_kept(parts: list[bytes]) -> None:
    error = ask(parts).attempt.error or ""
    assert "x" in error or "***" in error
    assert "sk-c" not in error


@pytest.mark.parametrize("status", [400, 401, 500])
def test_no_status_brings_a_secret_back(status: int) -> None:
    reply = httpx.Response(status, headers={"request-id": CANARY}, stream=Stream([f"{'x' * 295}{CANARY}".encode()]))
    attempt = ask(lambda _: reply).attempt
    assert (attempt.error, attempt.request_id) == (f"HTTP {status}: {'x' * 295}***", "***")


def test_what_follows_the_terminal_event_takes_nothing_from_the_answer() -> None:
    for after in (httpx.ReadError("reset"), httpx.RemoteProtocolError("cut")):
        assert ask([delta("4", "stop"), DONE, after]).attempt.outcome is Outcome.ANSWERED


def test_a_stream_that_stays_open_after_its_terminal_event_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DRAIN_S", 0.05)
    attempt = ask([delta("4", "stop"), DONE, 5.0]).attempt
    assert attempt.outcome is Outcome.ANSWERED
    assert attempt.latency_s is not None
    assert attempt.latency_s < 0.05, "the latency ends with the terminal event"


def test_the_first_good_event_is_reported_once_and_a_fault_is_not() -> None:
    seen: list[bool] = []
    ask([b": wait\n\n", delta("4"), delta("2", "stop"), DONE], on_first_event=lambda: seen.append(True))
    assert seen == [True]
    ask([event(error={"message": "overloaded"})], on_first_event=lambda: seen.append(True))
    assert seen == [True]


def test_a_certificate_that_nobody_we_know_signed_stops_the_model_with_its_cure() -> None:
    def handler(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate")

    failure = ask(handler).failure
    assert failure is not None
    assert (failure.cause, failure.kind) == (Cause.CONNECTION, FaultKind.MODEL)
    assert "set SSL_CERT_FILE to a PEM file" in failure.cure


def page(status: int, headers: dict[str, str], body: str) -> Failure:
    failure = ask(lambda _: httpx.Response(status, headers=headers, stream=Stream([body.encode()]))).failure
    assert failure is not None
    return failure


def test_a_web_page_of_a_gateway_is_told_by_its_title_and_who_sent_it() -> None:
    body = "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body>" + "x" * 9000
    by_title = 'HTTP 502: a web page ("502 Bad Gateway") in place of an answer (from nginx/1.24, via 1.1 squid)'
    assert page(502, {"Server": "nginx/1.24", "Via": "1.1 squid"}, body).message == by_title
    login = page(200, {"Server": "gate"}, "<html><title>Sign in</title>")
    assert (login.cause, login.message) == (Cause.SHAPE, 'a web page ("Sign in") in place of an answer (from gate)')
    assert "Check that base_url is right" in login.cure


def test_a_proxy_that_cannot_be_reached_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://user:canary@127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "elsewhere.example")
    failure = ask([], address="http://model.example/v1").failure
    assert failure is not None
    assert failure.message.endswith("(through the proxy http://127.0.0.1:9 of http_proxy)")
    assert failure.cure == "Check the proxy that http_proxy names, or add the endpoint's host to NO_PROXY."
    assert (failure.cause, failure.kind) == (Cause.CONNECTION, FaultKind.TRANSIENT)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_says_which_was_sent(status: int) -> None:
    cure = "Check the key, and that it belongs to this vendor, region and plan. The key in K was sent."
    assert page(status, {}, "who are you?").cure == cure
