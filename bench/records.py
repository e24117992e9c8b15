"""The records that everything left of the tables writes and everything right of them reads.

Money is `Decimal` USD, times are float seconds, tokens are ints. Unknown is None, never 0.
`ItemRow` and `AnswerRow` are the schema of a run folder's `items.parquet` and `answers.parquet`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

Message = Mapping[str, str]
"""A chat message: {"role": "system" | "user" | "assistant", "content": text}."""


class Outcome(StrEnum):
    """How an asked item ended. The first four score (0 for the last three of them); the others are missing."""

    ANSWERED = "answered"
    """The model ended its answer by itself."""
    TRUNCATED = "truncated"
    """The answer hit max_tokens, or our deadline passed while tokens were arriving."""
    REFUSED = "refused"
    """The vendor's filter or the model's refusal stop reason ended it."""
    UNPARSABLE = "unparsable"
    """It ended by itself, but no answer could be extracted from the text."""
    INFRASTRUCTURE = "infrastructure"
    """No terminal event, a dropped connection, no byte, or a failed grader: missing, never wrong."""
    NOT_ASKED = "not_asked"
    """Planned, but never asked of this model."""

    @property
    def scored(self) -> bool:
        """Whether an item with this outcome has a score."""
        return self not in (Outcome.INFRASTRUCTURE, Outcome.NOT_ASKED)


def sha256_of(value: object) -> str:
    """The sha256, in hex, of a value's canonical JSON (sorted keys, no spaces, UTF-8)."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def prompt_text(messages: Sequence[Message]) -> str:
    """The messages as lm-eval's chat models write them: the string whose sha256 is the prompt's hash."""
    return json.dumps([dict(m) for m in messages], ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """Tokens of one answer, normalised over providers. None where the provider does not say."""

    in_uncached: int | None = None
    """Prompt tokens billed at the full input price (cache reads and writes excluded)."""
    in_cache_read: int | None = None
    """Prompt tokens read from the provider's prompt cache."""
    in_cache_write_5m: int | None = None
    """Prompt tokens written to a cache that lives five minutes (Anthropic's default), or of unstated life."""
    in_cache_write_1h: int | None = None
    """Prompt tokens written to a cache that lives an hour."""
    out_total: int | None = None
    """All generated tokens, reasoning included."""
    out_reasoning: int | None = None
    """Generated reasoning tokens, inside `out_total`."""

    @property
    def in_total(self) -> int | None:
        """All prompt tokens, or None where the provider reported none."""
        parts = (self.in_uncached, self.in_cache_read, self.in_cache_write_5m, self.in_cache_write_1h)
        known = [p for p in parts if p is not None]
        return sum(known) if known else None


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a task, ready to be asked of any model."""

    suite: str
    """The suite's name, e.g. "coding"."""
    task: str
    """The task's name in lm-eval."""
    task_version: str
    """The version the task states, e.g. "1"."""
    item: str
    """The item's id, unique within its task."""
    family: str
    """What generated it; the unit of `--limit`'s balance."""
    level: int | None
    """Difficulty, 1 the easiest; None where the task has no levels."""
    language: str
    """Language of the prompt, as BCP 47, e.g. "en"."""
    cluster: str
    """The statistical cluster: items of one cluster are not independent."""
    messages: tuple[Message, ...]
    """The chat prompt, identical for every model."""
    max_tokens: int
    """Tokens the task grants an answer; a model entry's `max_tokens` replaces it."""
    stop: tuple[str, ...] = ()
    """Stop sequences of the task; empty for chat."""
    sampling: Mapping[str, float] = field(default_factory=dict)
    """Sampling the task states, e.g. {"temperature": 0.0}."""

    @property
    def prompt_sha256(self) -> str:
        """The prompt's sha256 in hex; equals lm-eval's own `prompt_hash` for the same chat prompt."""
        return hashlib.sha256(prompt_text(self.messages).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Attempt:
    """One HTTP exchange for a call; a retry is a second attempt. All times in seconds."""

    sent_at: str
    """UTC, ISO 8601, when the request was sent."""
    outcome: Outcome
    """How this attempt ended."""
    connect_s: float | None = None
    """From asking for a connection to writing the request; near 0 on a kept-alive connection."""
    ttft_s: float | None = None
    """From the request's last write to the first token of any kind."""
    ttfat_s: float | None = None
    """From the request's last write to the first token of the answer (reasoning excluded)."""
    last_token_s: float | None = None
    """From the request's last write to the last token."""
    latency_s: float | None = None
    """From the request's last write to the end of the stream (E2E)."""
    error: str | None = None
    """What went wrong, without secrets; None if nothing did."""
    usage: TokenUsage = field(default_factory=TokenUsage)
    """Tokens this attempt was reported to use; a broken attempt may still be billed."""


@dataclass(frozen=True, slots=True)
class Call:
    """One item asked once of one model, finished: the journal's record."""

    key: str
    """sha256 of what decides the answer: endpoint or weights, request body, task, item, repeat."""
    run: str
    """The run that holds this record."""
    task: str
    """The task's name."""
    item: str
    """The item's id."""
    repeat: int
    """0 for the first sample of the item, 1 for the second, ..."""
    order: int
    """The call's place in the plan."""
    outcome: Outcome
    """How it ended on the wire: answered, truncated, refused or infrastructure."""
    text: str
    """The visible answer, reasoning removed."""
    reasoning: str
    """The reasoning text the provider showed; empty if none."""
    finish_reason: str | None
    """The provider's own word, e.g. "stop" or "length"."""
    served_model: str | None
    """The model id in the reply."""
    usage: TokenUsage
    """Tokens of the scored attempt."""
    attempts: tuple[Attempt, ...]
    """Every exchange, in order; the last one is scored."""
    started_at: str
    """UTC, ISO 8601: the send time of the scored attempt."""
    queue_s: float
    """Seconds the call waited for a free slot inside the harness."""
    wall_s: float
    """Seconds from the first attempt's start to the end, retries and waits between them included."""
    timing_ok: bool
    """Whether the harness itself kept the clock clean: no retry and no stalled event loop during the call."""
    sampling_requested: Mapping[str, float] = field(default_factory=dict)
    """Sampling that configuration and task ask for."""
    sampling_applied: Mapping[str, float] = field(default_factory=dict)
    """Sampling that was really sent."""
    machine_s: float | None = None
    """Local weights: seconds of machine time this call owns, the integral of dt / (calls in flight)."""
    machine_retries_s: float | None = 0.0
    """Local weights: the same for earlier, failed askings of this call; None if not known."""
    ask: int = 0
    """0, except for the gate's second asking."""
    source_run: str | None = None
    """The run that really asked, where the answer is reused; None if this run did."""

    @property
    def reused(self) -> bool:
        """Whether another run's answer was taken; such rows never enter latency statistics."""
        return self.source_run is not None

    @property
    def scored_attempt(self) -> Attempt:
        """The attempt whose answer counts: the last."""
        return self.attempts[-1]

    def to_json(self) -> str:
        """The record as one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Call:
        """The record back from `to_json`."""
        raw: dict[str, Any] = json.loads(text)
        raw["outcome"] = Outcome(raw["outcome"])
        raw["usage"] = TokenUsage(**raw["usage"])
        raw["attempts"] = tuple(_attempt(a) for a in raw["attempts"])
        return cls(**raw)


def _attempt(raw: dict[str, Any]) -> Attempt:
    return Attempt(**{**raw, "outcome": Outcome(raw["outcome"]), "usage": TokenUsage(**raw["usage"])})


@dataclass(frozen=True, slots=True)
class Graded:
    """What a task's grader says of one answer, whatever the reason it ended."""

    score: float | None
    """In [0, 1]; None if the grader itself failed (then the item is missing, never wrong)."""
    partial: float | None = None
    """Partial credit in [0, 1], reported beside the score and never in it; None if the task has none."""
    extracted: str | None = None
    """The answer as cut out of the text; None if nothing could be extracted."""
    detail: Mapping[str, Any] = field(default_factory=dict)
    """Why, as plain JSON: e.g. the verdict and the number of hidden tests passed."""
    sandbox: str | None = None
    """The sandbox that ran the answer; None for tasks that run no code."""


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One row of `items.parquet`: model x item x repeat. Prompt and answer are in the answers table, same key."""

    run: str
    """The run's id, the name of its folder."""
    suite: str
    """The suite."""
    task: str
    """The task."""
    task_version: str
    """The task's version."""
    item: str
    """The item's id within the task."""
    family: str
    """What generated the item."""
    level: int | None
    """Difficulty, 1 the easiest."""
    language: str
    """Language of the prompt (BCP 47)."""
    cluster: str
    """The statistical cluster."""
    prompt_sha256: str
    """Hash of the chat prompt; equal for every model of a run."""
    model: str
    """The model's label in bench.toml."""
    served_model: str | None
    """The model id the endpoint reported."""
    provider: str
    """The part of the model's name before the slash, e.g. "weights"."""
    repeat: int
    """Independent sample number, from 0."""
    order: int
    """The call's place in the plan."""
    score: float | None
    """In [0, 1]; 0 for truncated, refused and unparsable; None if missing."""
    partial: float | None
    """Partial credit in [0, 1], where the task gives any."""
    outcome: str
    """See `Outcome`."""
    in_uncached: int | None
    """Tokens; see `TokenUsage`."""
    in_cache_read: int | None
    """Tokens; see `TokenUsage`."""
    in_cache_write_5m: int | None
    """Tokens; see `TokenUsage`."""
    in_cache_write_1h: int | None
    """Tokens; see `TokenUsage`."""
    out_total: int | None
    """Tokens; see `TokenUsage`."""
    out_reasoning: int | None
    """Tokens; see `TokenUsage`."""
    cost_usd: float | None
    """USD of the scored attempt; None if no price is known."""
    cost_retries_usd: float | None
    """USD of earlier billed attempts; None if no price is known."""
    cost_cap_usd: float | None
    """The most this call could have cost; None if unknown."""
    price_id: str | None
    """The price that made the cost, e.g. "usd_per_hour=0.10"."""
    ttft_s: float | None
    """Seconds from send to the first token of any kind."""
    ttfat_s: float | None
    """Seconds from send to the first token of the answer."""
    latency_s: float | None
    """Seconds from send to the end of the last attempt (E2E)."""
    wall_s: float | None
    """Seconds including retries."""
    tpot_s: float | None
    """Seconds per output token after the first: (last token - first token) / (out_total - 1)."""
    queue_s: float | None
    """Seconds of waiting inside the harness, in no latency."""
    attempts: int
    """HTTP exchanges made; 0 if not asked."""
    timing_ok: bool | None
    """Whether the harness kept the clock clean; None if not asked."""
    reused: bool
    """Whether the answer came from an earlier run; such rows never enter latency statistics."""
    sampling_requested: str | None
    """JSON of the sampling asked for."""
    sampling_applied: str | None
    """JSON of the sampling sent."""
    sandbox: str | None
    """The sandbox that ran the answer; None for tasks that run no code."""
    started_at: str | None
    """UTC, ISO 8601, of the scored attempt."""


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One row of `answers.parquet`; joins the items table on run, task, item, model, repeat."""

    run: str
    """The run's id."""
    task: str
    """The task."""
    item: str
    """The item's id within the task."""
    model: str
    """The model's label in bench.toml."""
    repeat: int
    """Independent sample number, from 0."""
    prompt: str
    """The chat messages as JSON."""
    answer: str | None
    """The visible answer; None if there is none."""
    reasoning: str | None
    """The reasoning text shown by the provider."""
    extracted: str | None
    """The answer as cut out of the text; None if nothing could be."""
    grade_detail: str | None
    """JSON: why the answer scored so; for truncated and refused answers also lm-eval's own score."""
    finish_reason: str | None
    """The provider's own word."""
    error: str | None
    """What went wrong on the wire or in the grader."""
