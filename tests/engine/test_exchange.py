"""One call: how every way of ending is told apart. The transport is a mock; the parsing is real."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import httpx
import pytest

from bench.engine.exchange import Answer, Rejected, exchange
from bench.engine.transport import Channel
from bench.records import Attempt, Outcome


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


def ask(
    handler: Callable[[httpx.Request], httpx.Response] | Sequence[bytes | float | Exception], timeout_s: float = 5.0
) -> tuple[Answer, list[Attempt]]:
    if not callable(handler):
        parts = handler
        handler = lambda _: httpx.Response(200, stream=Stream(parts))  # noqa: E731

    async def run() -> tuple[Answer, list[Attempt]]:
        channel = Channel("http://127.0.0.1:9/v1", {}, timeout_s, transport=httpx.MockTransport(handler))
        try:
            return await exchange(channel, {"messages": []}, timeout_s)
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
    answer, [attempt] = ask(parts)
    assert ("".join(answer.text), "".join(answer.reasoning)) == ("42", "hm ")
    assert (attempt.outcome, answer.finish_reason, answer.served_model) == (Outcome.ANSWERED, "stop", "served")
    assert (attempt.usage.in_uncached, attempt.usage.out_total) == (7, 2)
    assert attempt.ttft_s is not None
    assert attempt.ttfat_s is not None
    assert attempt.last_token_s is not None
    assert attempt.latency_s is not None
    assert 0.015 < attempt.ttft_s < attempt.ttfat_s - 0.015 < attempt.last_token_s - 0.03 <= attempt.latency_s
    assert attempt.error is None


@pytest.mark.parametrize(
    ("parts", "outcome", "error"),
    [
        ([delta("long", "length"), DONE], Outcome.TRUNCATED, None),
        ([delta("", "content_filter"), DONE], Outcome.REFUSED, None),
        ([delta("half")], Outcome.INFRASTRUCTURE, "terminal event"),
        ([delta("half", "stop")], Outcome.INFRASTRUCTURE, "terminal event"),
        ([DONE], Outcome.INFRASTRUCTURE, "terminal event"),
        ([], Outcome.INFRASTRUCTURE, "terminal event"),
        ([delta("a"), event(error={"message": "overloaded"}), DONE], Outcome.INFRASTRUCTURE, "overloaded"),
        ([delta("a", "insufficient_system_resource"), DONE], Outcome.INFRASTRUCTURE, "insufficient_system_resource"),
        ([b"data: {not json\n\n"], Outcome.INFRASTRUCTURE, "malformed reply"),
        ([delta("a"), httpx.ReadError("reset")], Outcome.INFRASTRUCTURE, "ReadError: reset"),
    ],
)
def test_every_ending(parts: list[bytes], outcome: Outcome, error: str | None) -> None:
    _, [attempt] = ask(parts)
    assert attempt.outcome is outcome
    assert attempt.error is None if error is None else error in (attempt.error or "")


def test_our_deadline_while_tokens_arrive_is_truncation() -> None:
    answer, [attempt] = ask([delta("a"), 5.0], timeout_s=0.1)
    assert attempt.outcome is Outcome.TRUNCATED
    assert "our deadline" in (attempt.error or "")
    assert answer.text == ["a"]


def test_our_deadline_before_any_token_is_infrastructure() -> None:
    _, [attempt] = ask([5.0, delta("a")], timeout_s=0.1)
    assert attempt.outcome is Outcome.INFRASTRUCTURE


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 422])
def test_a_request_that_cannot_succeed_is_rejected_with_the_vendors_words(status: int) -> None:
    with pytest.raises(Rejected, match=f"HTTP {status}: no such model") as caught:
        ask(lambda _: httpx.Response(status, json={"error": {"message": "no such model"}}))
    assert caught.value.status == status


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503, 529, 302])
def test_a_passing_fault_is_infrastructure(status: int) -> None:
    _, [attempt] = ask(lambda _: httpx.Response(status, text="busy"))
    assert attempt.outcome is Outcome.INFRASTRUCTURE
    assert attempt.error == f"HTTP {status}: busy"


@pytest.mark.parametrize("tail", [httpx.RemoteProtocolError("no last chunk"), 5.0])
def test_what_breaks_after_the_terminal_event_takes_nothing_from_the_answer(tail: Exception | float) -> None:
    answer, [attempt] = ask([delta("42", "stop"), USAGE, DONE, tail], timeout_s=0.2)
    assert (attempt.outcome, attempt.error, answer.text) == (Outcome.ANSWERED, None, ["42"])
    assert attempt.latency_s is not None
    assert attempt.latency_s < 0.15, "the wait after the terminal event is no latency"


def test_an_error_reply_that_cannot_be_decoded_is_infrastructure() -> None:
    _, [attempt] = ask(lambda _: httpx.Response(500, headers={"Content-Encoding": "gzip"}, stream=Stream([b"no gzip"])))
    assert attempt.outcome is Outcome.INFRASTRUCTURE
    assert "DecodingError" in (attempt.error or "")
