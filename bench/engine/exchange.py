"""One call: the exchange with the endpoint, its clocks, and how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from bench.engine.clock import now, utc_now
from bench.engine.sse import SseParser
from bench.engine.transport import Channel, Dropped, Reply
from bench.providers import openai_chat
from bench.providers.events import StreamEvent
from bench.records import Attempt, Outcome, TokenUsage

TRANSIENT = (408, 409, 429)
"""4xx statuses that say nothing about the request itself."""


class Rejected(Exception):
    """The endpoint refused the request itself (4xx): asking again cannot help."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"HTTP {status}: {message}")
        self.status = status

    def as_answer(self) -> tuple[Answer, list[Attempt]]:
        """The same as a finished exchange, for an item that alone is at fault."""
        attempt = Attempt(sent_at=utc_now(), outcome=Outcome.INFRASTRUCTURE, error=str(self))
        return Answer(error=str(self)), [attempt]


@dataclass(slots=True)
class Answer:
    """What has arrived of one attempt."""

    text: list[str] = field(default_factory=list)
    """Pieces of the visible answer."""
    reasoning: list[str] = field(default_factory=list)
    """Pieces of the shown reasoning."""
    outcome: Outcome | None = None
    """What the finish reason means; None until it came."""
    finish_reason: str | None = None
    """The provider's own word."""
    served_model: str | None = None
    """The model id in the reply."""
    usage: TokenUsage = field(default_factory=TokenUsage)
    """The last usage report."""
    error: str | None = None
    """What went wrong."""
    done: float | None = None
    """`now()` of the terminal event; None until it came."""
    first: float | None = None
    """`now()` of the first token of any kind."""
    first_answer: float | None = None
    """`now()` of the first token of the answer."""
    last: float | None = None
    """`now()` of the last token."""

    def take(self, at: float, event: StreamEvent) -> None:
        """Adds one event that arrived at `at`."""
        if event.answer or event.reasoning:
            self.first = self.first or at
            self.last = at
        if event.answer:
            self.first_answer = self.first_answer or at
            self.text.append(event.answer)
        if event.reasoning:
            self.reasoning.append(event.reasoning)
        self.outcome = event.outcome or self.outcome
        self.finish_reason = event.finish_reason or self.finish_reason
        self.served_model = event.served_model or self.served_model
        self.usage = event.usage or self.usage
        self.error = event.error or self.error
        if event.done:
            self.done = self.done or at

    def judge(self) -> Outcome:
        """How the attempt ended: without a terminal event, or with an error in the stream, it is infrastructure."""
        if self.error or self.done is None or self.outcome is None:
            self.error = self.error or "the stream ended without its terminal event"
            return Outcome.INFRASTRUCTURE
        if self.outcome is Outcome.INFRASTRUCTURE:
            self.error = f"finish reason {self.finish_reason!r}"
        return self.outcome


async def exchange(channel: Channel, body: Mapping[str, Any], timeout_s: float) -> tuple[Answer, list[Attempt]]:
    """Asks once, with one clean retry where a kept-alive connection had been dropped.

    Never raises for a failing endpoint: such an attempt is `infrastructure` with its error. Raises Rejected for
    a 4xx that concerns the request, key or model.
    """
    attempts: list[Attempt] = []
    while True:
        answer, sent_at, begun = Answer(), utc_now(), now()
        reply: Reply | None = None
        outcome = Outcome.INFRASTRUCTURE
        try:
            async with asyncio.timeout(timeout_s), channel.post(openai_chat.PATH, body) as reply:
                await _read(reply, answer, channel)
            outcome = answer.judge()
        except (TimeoutError, Dropped, httpx.RequestError) as error:
            outcome = _broken(answer, error, timeout_s)
            if isinstance(error, Dropped) and not attempts:
                attempts.append(_attempt(answer, outcome, sent_at, begun, reply, channel))
                continue
        attempts.append(_attempt(answer, outcome, sent_at, begun, reply, channel))
        return answer, attempts


def _broken(answer: Answer, error: Exception, timeout_s: float) -> Outcome:
    """How an attempt ended that broke off; what came after the terminal event takes nothing from the answer."""
    if answer.done is not None:
        return answer.judge()
    if isinstance(error, TimeoutError):
        answer.error = f"no end after {timeout_s:g} s (our deadline)"
        return Outcome.TRUNCATED if answer.first else Outcome.INFRASTRUCTURE
    answer.error = f"{type(error).__name__}: {error}"[:300]
    return Outcome.INFRASTRUCTURE


async def _read(reply: Reply, answer: Answer, channel: Channel) -> None:
    if reply.status != 200:
        message = openai_chat.error_message(channel.without_secret(await reply.text()))
        if 400 <= reply.status < 500 and reply.status not in TRANSIENT:
            raise Rejected(reply.status, message)
        answer.error = f"HTTP {reply.status}: {message}"
        return
    parser = SseParser()
    async for at, chunk in reply.chunks():
        try:
            for data in parser.feed(chunk):
                answer.take(at, openai_chat.read_event(data))
        except ValueError as error:
            answer.error = f"malformed reply ({error}): {chunk[:300].decode('utf-8', 'replace')}"
            return


def _attempt(
    answer: Answer, outcome: Outcome, sent_at: str, begun: float, reply: Reply | None, channel: Channel
) -> Attempt:
    ended = now() if answer.done is None else answer.done
    sent = reply.sent if reply else begun

    def since(at: float | None) -> float | None:
        return None if at is None else at - sent

    return Attempt(
        sent_at=sent_at,
        outcome=outcome,
        connect_s=reply.connect_s if reply else None,
        ttft_s=since(answer.first),
        ttfat_s=since(answer.first_answer),
        last_token_s=since(answer.last),
        latency_s=ended - sent if reply else None,
        error=answer.error and channel.without_secret(answer.error),
        usage=answer.usage,
    )
