"""One attempt: the exchange with the endpoint, its clocks, and how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import httpx

from bench.engine.advice import reset_s, retry_after_s, should_retry, words_after_s
from bench.engine.answer import Answer
from bench.engine.clock import now
from bench.engine.retry import MAX_WAIT_S, Cause, Failure
from bench.engine.sse import MAX_EVENT_BYTES, SseParser
from bench.engine.transport import BROKEN_OFF, Channel, Dropped, Reply
from bench.engine.trouble import REDIRECT, place, sender, trouble
from bench.providers import BEYOND, Fault, FaultKind, Tariff, Wire, chosen_lanes, page_title
from bench.records import Attempt, Outcome, Secrets, utc_now

SHOWN = 300
"""Characters kept of a reply in the wrong shape."""
LONGEST = 400
"""Characters kept of any message: the vendor's words, or so much of a reply, and what we say of them."""
DRAIN_S = 1.0
"""How long a stream may stay open after its terminal event before its connection is given up."""
SETTLED_S = 5.0
"""How long its terminal event is waited for once its finish reason and its counts have come."""
REQUEST_IDS = (
    *("request-id", "x-request-id", "x-ds-trace-id", "x-litellm-call-id", "apim-request-id", "x-amzn-requestid"),
    *("x-generation-id", "x-portkey-trace-id", "helicone-id", "x-correlation-id", "x-trace-id", "cf-ray"),
)
"""Headers in which vendors, and gateways before them, name a request, in the order they are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What every attempt of one lane has in common."""

    wire: Wire
    """The protocol."""
    path: str
    """Where requests go, relative to the base URL."""
    streaming: Mapping[str, Any]
    """Added to every body: what asks for a stream and its counts."""
    thinks: bool | None
    """Whether the model thinks; None if unknown."""
    timeout_s: float
    """Total deadline of one attempt, in seconds."""
    redact: Secrets
    """Takes the lane's secrets out of messages."""
    credential: str = ""
    """A sentence on what every request shows of who asks: which key, never its value, or that there is none."""
    on_first_event: Callable[[], None]
    """Called at an attempt's first event that reports no fault: key, balance and model are good."""


@dataclass(frozen=True, slots=True)
class Ended:
    """An attempt that is over."""

    answer: Answer
    """What arrived."""
    attempt: Attempt
    """Its record."""
    failure: Failure | None
    """Why it brought no answer; None if it did."""
    begun: float
    """`now()` when it began."""
    send_delay_s: float | None
    """Seconds from asking for the connection to writing the request; None where the connection was new."""


async def exchange(
    asking: Asking, channel: Channel, body: Mapping[str, Any], waited_s: float = 0.0, *, keeps_events: bool = False
) -> Ended:
    """Asks once, after a pause of `waited_s`. Never raises for a failing endpoint: the result says how it failed.

    `keeps_events`: the answer keeps its events as they came.
    """
    answer, sent_at, begun = Answer(kept=[] if keeps_events else None), utc_now(), now()
    reply: Reply | None = None
    tariff = Tariff(lanes=chosen_lanes(body), charge_kept=True)
    try:
        async with asyncio.timeout(asking.timeout_s) as deadline, channel.post(asking.path, body) as reply:
            failure = await _read(asking, channel, reply, answer, deadline, tariff=tariff)
    except BROKEN_OFF as error:
        # What the connection does once the answer is complete changes nothing.
        failure = answer.failure("") if answer.complete else _broken(error, channel, reply, asking.timeout_s)
    ended = answer.ended or now()
    answer.close()
    if failure:
        failure = replace(failure, message=asking.redact(failure.message)[:LONGEST])
    sent = reply.sent if reply else begun

    def since(at: float | None) -> float | None:
        return None if at is None else at - sent

    window_s, window_tokens = answer.window(asking.thinks)
    attempt = Attempt(
        sent_at=sent_at,
        outcome=_outcome(answer, failure),
        connect_s=reply.connect_s if reply else None,
        ttft_s=since(answer.first),
        ttfat_s=since(answer.first_answer),
        last_token_s=since(answer.last),
        latency_s=since(ended) if reply else None,
        error=failure.message if failure else None,
        usage=answer.usage,
        cost_reported_usd=answer.cost_usd,
        status=reply.status if reply else None,
        fault=failure.name if failure else None,
        request_id=_request_id(reply, asking.redact),
        waited_s=waited_s,
        reads=answer.reads or None,
        coalesced=answer.coalesced if answer.reads else None,
        window_s=window_s,
        window_tokens=window_tokens,
        buffered=answer.buffered,
        unpriced=answer.unpriced and asking.redact(BEYOND + answer.unpriced)[:LONGEST],
    )
    return Ended(answer, attempt, failure, begun, reply.connect_s if reply and reply.kept else None)


async def _read(
    asking: Asking, channel: Channel, reply: Reply, answer: Answer, deadline: asyncio.Timeout, *, tariff: Tariff
) -> Failure | None:
    """Reads a reply to its end; returns why it is not an answer, or None."""
    if reply.status != 200:
        return _refusal(asking, channel, reply, await reply.words())
    if reply.packed:
        return Failure(Cause.SHAPE, reply.packed, status=200)
    reader = _Reader(asking, answer, deadline, tariff)
    await reply.pour(reader)
    reader.finish(now())
    body = asking.redact(reader.body.decode("utf-8", "replace"))
    if page := page_title(body):
        return Failure(Cause.SHAPE, f"{page}{sender(reply.response.headers, channel.proxy)}", status=200)
    failure = reader.failure or answer.failure(body[:SHOWN])
    if failure and failure.cause is Cause.STATUS:
        return _advised(failure, reply)
    return failure


class _Reader:
    """Takes the reads of one reply as they come, and says whether it wants the next."""

    def __init__(self, asking: Asking, answer: Answer, deadline: asyncio.Timeout, tariff: Tariff) -> None:
        self.body = bytearray()
        """What came before the first event: the whole reply of a server that does not stream."""
        self.failure: Failure | None = None
        """What is wrong with its shape."""
        self._asking, self._answer, self._deadline, self._tariff = asking, answer, deadline, tariff
        self._parser = SseParser()

    def __call__(self, at: float, chunk: bytes) -> bool:
        answer = self._answer
        if answer.done:
            return True  # nothing that follows the terminal event is read
        if not answer.events and len(self.body) < MAX_EVENT_BYTES:
            self.body += chunk
        data = ""
        try:
            for data in self._parser.feed(chunk):
                self._take(at, data)
                if answer.done:
                    break
        except ValueError as error:
            if not answer.complete:
                self._malformed(error, data)
            return False
        if answer.finish_reason is not None and answer.complete:
            left_s = DRAIN_S if answer.done else SETTLED_S
            self._deadline.reschedule(asyncio.get_running_loop().time() + left_s)
        return answer.fault is None and not answer.overlong

    def finish(self, at: float) -> None:
        """The body is over: its last event may lack its blank line, or it may be one JSON reply and no stream."""
        if self.failure or self._answer.done or self._answer.fault:
            return
        rest = self._parser.close()
        with suppress(ValueError):  # an event that was cut off says nothing
            if rest is not None:
                self._take(at, rest)
            elif not self._answer.events:
                self._take_whole(at, bytes(self.body).decode("utf-8-sig", "replace").strip())

    def _take_whole(self, at: float, text: str) -> None:
        if not text.startswith(("{", "[")):
            return
        event = self._asking.wire.read_event(text)
        if event.fault or event.finish_reason or event.answer:
            self._take(at, text)
            self._answer.whole = True
            self._answer.done = self._answer.done or at

    def _malformed(self, error: ValueError, data: str) -> None:
        shown = self._asking.redact(data)[:SHOWN]
        self.failure = Failure(Cause.SHAPE, f"malformed reply ({error}): {shown}", status=200)

    def _take(self, at: float, data: str) -> None:
        wire = self._asking.wire
        event = wire.read_event(data)
        if event.fault:
            event = wire.read_event(self._asking.redact(data))  # before a message is cut, perhaps inside a secret
        elif not self._answer.events:
            self._asking.on_first_event()
        if self._answer.unpriced is None:
            self._answer.unpriced = self._tariff.beyond(data)
        self._answer.keep(data)
        self._answer.take(at, event)


def _advised(failure: Failure, reply: Reply) -> Failure:
    """A failure with what the reply's headers say of asking again."""
    headers = reply.response.headers
    after_s = _after_s(headers, failure.status, failure.message)
    return replace(failure, retry_after_s=after_s, should_retry=should_retry(headers))


def _after_s(headers: Mapping[str, str], status: int | None, words: str) -> float | None:
    """When to ask again: as the headers say, else as the words do, else when the limits are whole again."""
    at = datetime.now(UTC)
    after_s = retry_after_s(headers, at)
    if after_s is not None or status not in (429, 503, 529):
        return after_s
    guesses = (words_after_s(words), reset_s(headers, at) if status == 429 else None)
    return next((seconds for seconds in guesses if seconds is not None and seconds <= MAX_WAIT_S), None)


def _refusal(asking: Asking, channel: Channel, reply: Reply, body: str) -> Failure:
    headers, body = reply.response.headers, asking.redact(body)
    fault = asking.wire.read_fault(reply.status, body)
    if 300 <= reply.status < 400 and (where := place(headers)):
        fault = Fault(FaultKind.MODEL, asking.redact(f"redirects to {where}"), REDIRECT)
    elif reply.status in (401, 403) and fault.kind is FaultKind.MODEL:
        fault = fault._replace(cure=" ".join(filter(None, (fault.cure, asking.credential))))
    after_s = _after_s(headers, reply.status, fault.message)
    too_long = f" (asks for a pause of {after_s:.0f} s)" if after_s and after_s > MAX_WAIT_S else ""
    by = asking.redact(sender(headers, channel.proxy)) if page_title(body) or reply.status == 407 else ""
    message = f"HTTP {reply.status}: {fault.message}{by}{too_long}"
    return Failure(
        Cause.STATUS,
        message,
        fault=fault,
        status=reply.status,
        retry_after_s=after_s,
        should_retry=should_retry(headers),
    )


def _broken(error: Exception, channel: Channel, reply: Reply | None, timeout_s: float) -> Failure:
    """Why an exchange broke off. A connection that is not made in time is a connection error, not our deadline."""
    if isinstance(error, TimeoutError | httpx.ReadTimeout | httpx.WriteTimeout):
        return Failure(Cause.DEADLINE, f"no end after {timeout_s:g} s (our deadline)")
    why = trouble(error, channel.proxy)
    fault = Fault(FaultKind.MODEL if why.lasting else FaultKind.TRANSIENT, why.message, why.cure)
    if isinstance(error, Dropped):
        return Failure(Cause.STALE, why.message)
    cause = Cause.CONNECTION if reply is None else Cause.STREAM
    return Failure(cause, why.message, fault=fault if why.cure else None)


def _outcome(answer: Answer, failure: Failure | None) -> Outcome:
    if failure is None:
        return answer.ending()
    if failure.cause in (Cause.DEADLINE, Cause.LENGTH) and answer.first:
        return Outcome.TRUNCATED
    return Outcome.REFUSED if failure.kind is FaultKind.REFUSED else Outcome.INFRASTRUCTURE


def _request_id(reply: Reply | None, redact: Secrets) -> str | None:
    headers = reply.response.headers if reply else {}
    return next((redact(headers[name])[:LONGEST] for name in REQUEST_IDS if name in headers), None)
