"""One request of a probe and what came of it, read as the vendor's own client reads it."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from bench import clean
from bench.doctor.trial import small_item
from bench.engine import BROKEN_OFF, Channel, Dropped, SseParser, now
from bench.providers import (
    AssistantTurn,
    Endpoint,
    FaultKind,
    Tool,
    ToolCall,
    ToolWire,
    Turn,
    parse,
    tool_wire,
)
from bench.records import Attempt, LocalModel, Outcome, RunSettings, TokenUsage, utc_now

ANSWER_TOKENS = 96
"""The most that an answer may have: calls are short."""
CALL_TOKENS = 40
"""The same where one short call, or a sentence, is waited for."""
SPOKEN_TOKENS = 256
"""What an endpoint far away may use where it may use more than a few: some models talk before they call."""
FEW_TOKENS = 8
"""The same where it matters only that the endpoint answers, or what it counts."""
THINKING_TOKENS = 4000
"""The same while the model thinks."""
UNKNOWN_TOKENS = 1000
"""The same where nobody knows whether it thinks."""
LONGEST_S = 120.0
"""Longest wait for a whole reply, in seconds."""
TRIES = 3
"""So often a request is sent where the trouble passes."""
PAUSE_S = 2.0
"""Pause before the second try, in seconds; before the third it is twice that."""
MOST_EVENTS = 20_000
"""No more events of a stream are kept."""
SHOWN = 1500
"""Characters shown of a request and of a reply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What came of one request."""

    asked: Mapping[str, Any]
    """The body as it was sent."""
    status: int | None = None
    """HTTP status, or the one that an error inside the reply names; None where no reply came."""
    turn: AssistantTurn | None = None
    """The model's turn; None where none came."""
    usage: TokenUsage = field(default_factory=TokenUsage)
    """Tokens, as far as they were reported."""
    words: str = ""
    """The vendor's words where it refused, or why nothing can be read; without secrets."""
    refused: bool = False
    """Whether the request itself was refused, so that the same one is refused again."""
    outcome: Outcome | None = None
    """What a run counts it as; None where it could not tell, or nothing came."""
    attempt: Attempt | None = None
    """Its record, for its cost; None where no reply came."""


class Asker:
    """Asks one endpoint, one request after the other, and counts them."""

    def __init__(self, endpoint: Endpoint, environ: Mapping[str, str], tls: ssl.SSLContext) -> None:
        """Raises UsageError for a proxy that cannot be used."""
        self.endpoint = endpoint
        """Whom it asks."""
        self.wire: ToolWire = tool_wire(endpoint)
        """The wire format of its tool calls."""
        self.redact = endpoint.secrets(environ)
        """Takes the endpoint's secrets out of texts."""
        self.sent = 0
        """Requests that it sent."""
        self.attempts: list[Attempt] = []
        """The record of each reply, for its cost."""
        self._channel = Channel(endpoint.base_url or "", endpoint.headers(environ), LONGEST_S, tls)

    async def close(self) -> None:
        """Closes the connection."""
        await self._channel.close()

    def can_think(self, thinking: bool) -> bool:
        """Whether thinking can be switched so, or is so already."""
        rules, entry = self.endpoint.rules, self.endpoint.entry
        if isinstance(entry, LocalModel):
            return False
        if self.endpoint.thinks is thinking:
            return True
        return rules.problem(entry.label, entry.effort, thinking, entry.thinking_budget) is None

    async def ask(
        self,
        turns: Sequence[Turn],
        *,
        tools: Sequence[Tool] = (),
        fields: Mapping[str, Any] | None = None,
        thinking: bool | None = None,
        streamed: bool = True,
        tokens: int = ANSWER_TOKENS,
    ) -> Said:
        """Sends the talk with tools and further fields of the body; `thinking` switches it where that is not None.

        `tokens` bounds the answer of a model that does not think. Asks again where the trouble passes. Never raises for
        a failing endpoint.
        """
        endpoint = self._switched(thinking)
        declared = self.wire.tools(tools) if tools else {}
        body = {**_base(endpoint, tokens), "messages": [dict(turn) for turn in turns], **declared, **(fields or {})}
        if streamed:
            body |= endpoint.streaming
        said = Said(asked=body)
        for again in range(TRIES):
            await asyncio.sleep(again * PAUSE_S)
            self.sent += 1
            said = await self._once(endpoint, body)
            if said.attempt:
                self.attempts.append(said.attempt)
            if said.turn or said.refused or said.status == 200:
                break
        return said

    def _switched(self, thinking: bool | None) -> Endpoint:
        entry = self.endpoint.entry
        if thinking is None or isinstance(entry, LocalModel) or self.endpoint.thinks is thinking:
            return self.endpoint
        return replace(self.endpoint, entry=replace(entry, thinking=thinking))

    async def _once(self, endpoint: Endpoint, body: Mapping[str, Any]) -> Said:
        try:
            return await self._exchange(endpoint, body)
        except Dropped:  # the server had closed the kept connection: it has seen no request
            return await self._exchange(endpoint, body)

    async def _exchange(self, endpoint: Endpoint, body: Mapping[str, Any]) -> Said:
        """One request and its reply. Raises Dropped, never on a new connection."""
        begun, sent_at = now(), utc_now()
        try:
            async with asyncio.timeout(LONGEST_S), self._channel.post(endpoint.path, body) as reply:
                if reply.status != 200:
                    fault = endpoint.wire.read_fault(reply.status, self.redact(await reply.words()))
                    return Said(
                        asked=body,
                        status=reply.status,
                        words=self.redact(fault.message),
                        refused=fault.kind is not FaultKind.TRANSIENT,
                        outcome=Outcome.REFUSED if fault.kind is FaultKind.REFUSED else None,
                    )
                reader = _Reader()
                await reply.pour(reader)
        except Dropped:
            raise
        except BROKEN_OFF as error:
            return Said(asked=body, words=self.redact(f"{type(error).__name__}: {error}") or "no reply")
        with suppress(ValueError):
            reader.finish()
        attempt = Attempt(sent_at=sent_at, outcome=Outcome.ANSWERED, latency_s=now() - begun, status=200)
        return self._read(endpoint, body, reader, attempt)

    def _read(self, endpoint: Endpoint, body: Mapping[str, Any], reader: _Reader, attempt: Attempt) -> Said:
        usage, words, status, outcome = TokenUsage(), "", 200, None
        try:
            for data in reader.events:
                event = endpoint.wire.read_event(data)
                usage = usage.updated(event.usage) if event.usage else usage
                filtered = event.fault is not None and event.fault.kind is FaultKind.REFUSED
                if outcome is not Outcome.REFUSED:
                    outcome = Outcome.REFUSED if filtered else event.outcome or outcome
                if event.fault:
                    words, status = self.redact(event.fault.message), event.fault.status or 200
            parsed = [parse(data) for data in reader.events if data.lstrip().startswith("{")]
            if words or not parsed:
                turn = None
                words = words or "the reply holds no event and no JSON object"
            else:
                turn = self.wire.turn(parsed[0]) if reader.whole else self.wire.joined(parsed)
        except (ValueError, RecursionError) as error:
            turn, words = None, self.redact(f"the reply cannot be read: {error}")
        counted = replace(attempt, usage=usage)
        turn = turn and self._cleaned(turn)
        return Said(asked=body, status=status, turn=turn, usage=usage, words=words, outcome=outcome, attempt=counted)

    def _cleaned(self, turn: AssistantTurn) -> AssistantTurn:
        """The turn without secrets, before anything of it is cut, and of texts that can be written; what is sent back
        keeps its words."""

        def hide(value: Any) -> Any:
            return clean.each_text(clean.json_value(value), self.redact)

        calls = (ToolCall(hide(c.id), hide(c.name), hide(c.arguments), hide(c.written)) for c in turn.calls)
        return replace(
            turn,
            message=clean.json_value(dict(turn.message)),
            text=hide(turn.text),
            reasoning=hide(turn.reasoning),
            calls=tuple(calls),
            stop=hide(turn.stop),
        )


class _Reader:
    """Gathers the events of a reply, or the reply itself where it is one JSON object."""

    def __init__(self) -> None:
        self.events: list[str] = []
        """The data of each event; of a reply that is no stream, its whole text."""
        self.whole = False
        """Whether it was no stream."""
        self._parser, self._body = SseParser(), bytearray()

    def __call__(self, _at: float, chunk: bytes) -> bool:
        if not self.events and len(self._body) < 4 * 1024 * 1024:
            self._body += chunk
        try:
            self.events += self._parser.feed(chunk)
        except ValueError:
            return False
        return len(self.events) < MOST_EVENTS

    def finish(self) -> None:
        """The body is over. Raises ValueError where its last event is overlong."""
        rest = self._parser.close()
        text = self._body.decode("utf-8-sig", "replace").strip()
        if not self.events and rest is None and text.startswith("{"):
            self.events, self.whole = [text], True
        elif rest is not None:
            self.events.append(rest)


def _base(endpoint: Endpoint, tokens: int) -> dict[str, Any]:
    """The body's fields besides talk and tools, as a run would send them, with a low cap."""
    item = small_item("?", tokens, {"temperature": 0.0})
    body = endpoint.body(item, RunSettings(("doctor",)))
    thinking = body.get("thinking")
    budget = thinking.get("budget_tokens") if isinstance(thinking, dict) else None
    spoken = tokens if tokens <= FEW_TOKENS else max(tokens, SPOKEN_TOKENS)
    most = {True: THINKING_TOKENS, None: UNKNOWN_TOKENS, False: spoken}[endpoint.thinks]
    body[endpoint.rules.max_tokens_field] = (tokens if endpoint.entry.local else most) + (budget or 0)
    return body


def shown(value: object, redact: Any) -> str:
    """A request or a reply as it may be shown: JSON without secrets, and cut."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    masked: str = clean.text(redact(text))
    return masked if len(masked) <= SHOWN else masked[:SHOWN] + " ..."
