"""The journal's records: what asking an item of a model came to, attempt by attempt. Names are public in `records`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from bench import clean
from bench.records.kinds import known_fields
from bench.records.plain import as_json, plain
from bench.records.work import AgentRun


class Outcome(StrEnum):
    """How an asked item ended. The first five score (0 for the last four of them); an imported item whose source does
    not say how it ended keeps its source's score; the others are missing."""

    ANSWERED = "answered"
    """The model ended its answer by itself."""
    TRUNCATED = "truncated"
    """The answer hit max_tokens, or our deadline passed while tokens were arriving."""
    REFUSED = "refused"
    """The vendor's filter or the model's refusal stop reason ended it."""
    UNPARSABLE = "unparsable"
    """It ended by itself, but no answer could be extracted from the text."""
    EMPTY = "empty"
    """It ended by itself without any visible text, though tokens may have been billed. Before 2026-12: unparsable."""
    UNSTATED = "unstated"
    """Imported with a score, from a source that does not say how the answer ended: truncation is unknown."""
    INFRASTRUCTURE = "infrastructure"
    """No terminal event, a dropped connection, no byte, or a failed grader: missing, never wrong."""
    NOT_ASKED = "not_asked"
    """Planned, but never asked of this model."""

    @property
    def scored(self) -> bool:
        """Whether an item with this outcome has a score."""
        return self not in (Outcome.INFRASTRUCTURE, Outcome.NOT_ASKED)


@dataclass(frozen=True, slots=True, kw_only=True)
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

    def __post_init__(self) -> None:
        """What is not a whole number from 0 to 10^9 is unknown."""
        for name in self.__slots__:
            value = getattr(self, name)
            if value is not None and (type(value) is not int or not 0 <= value <= clean.MOST_COUNT):
                object.__setattr__(self, name, None)

    @property
    def in_total(self) -> int | None:
        """All prompt tokens, or None where the provider reported none."""
        parts = (self.in_uncached, self.in_cache_read, self.in_cache_write_5m, self.in_cache_write_1h)
        known = [p for p in parts if p is not None]
        return sum(known) if known else None

    def updated(self, later: TokenUsage) -> TokenUsage:
        """This report and a later one of the same answer: what the later one says counts.

        A prompt may be estimated first and counted later. Output is counted as it grows: a 0 after more says nothing,
        and of a count that falls to less nobody knows which is right.
        """
        said = {name: value for name, value in plain(later).items() if value is not None}
        before = self.out_total or 0
        if later.out_total is not None and later.out_total < before:
            output = {} if later.out_total == 0 else {"out_total": None, "out_reasoning": None}
            said = {name: value for name, value in said.items() if name not in _OUTPUT} | output
        return replace(self, **said)

    def beside(self, *, answer: bool, reasoning: bool) -> TokenUsage:
        """The counts that can be true of a call whose `answer` and `reasoning` are texts, or are empty.

        A count of 0 where text was sent or received is not a count but a field left empty: it becomes None. Every call
        has a prompt.
        """
        counts = self
        if self.in_total == 0:
            counts = replace(counts, **dict.fromkeys(_INPUT))
        if self.out_reasoning == 0 and reasoning:
            counts = replace(counts, out_reasoning=None)
        if self.out_total == 0 and (answer or reasoning):
            counts = replace(counts, out_total=None, out_reasoning=None)
        return counts


_INPUT = ("in_uncached", "in_cache_read", "in_cache_write_5m", "in_cache_write_1h")
_OUTPUT = ("out_total", "out_reasoning")


@dataclass(frozen=True, slots=True, kw_only=True)
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
    cost_reported_usd: float | None = None
    """What the provider says it charged for this attempt, in USD; None where it does not say."""
    status: int | None = None
    """The reply's HTTP status; None where no reply came."""
    fault: str | None = None
    """The kind of failure: "model", "request" or "refused" as the vendor put it, else the engine's `Cause`."""
    request_id: str | None = None
    """The vendor's id of this request, for asking its support."""
    waited_s: float = 0.0
    """Seconds of waiting between the attempt before and this one; 0 for the first."""
    reads: int | None = None
    """Socket reads that carried text; None where none did."""
    coalesced: int | None = None
    """Of these, reads that carried more than one event: above 0, gaps between single tokens are not known."""
    window_s: float | None = None
    """Seconds from the first to the last read of the tokens that `window_tokens` counts."""
    window_tokens: int | None = None
    """Tokens that arrived within `window_s`, those of its first read not counted; None where they are not known."""
    buffered: bool = False
    """Whether a gateway held the stream back and sent it at once: its time to first token is not the model's."""
    unpriced: str | None = None
    """Why nobody knows what it cost, whatever tokens were reported, as whoever passed it on says; None where its tokens
    make its price."""
    most_usd: float | None = None
    """The most that it can have cost then, in USD; None where nothing bounds it, or `unpriced` is None."""

    def __post_init__(self) -> None:
        """Others' words become one line each, a charge that is not an amount unknown."""
        _put_lines(self, "error", "request_id", "unpriced")
        object.__setattr__(self, "cost_reported_usd", clean.amount(self.cost_reported_usd))
        object.__setattr__(self, "most_usd", clean.amount(self.most_usd))

    @property
    def billable(self) -> bool:
        """Whether a vendor may charge for it: its reply reported tokens or had begun, or our deadline cut it off, or
        the loss of the process that asked."""
        reported = self.usage != TokenUsage() or self.ttft_s is not None
        return reported or self.status == 200 or self.fault in ("deadline", "worker lost")

    @property
    def tpot_s(self) -> float | None:
        """Seconds per output token after the first, from a window whose tokens are known; None without one."""
        if self.buffered or not self.window_s or not self.window_tokens:
            return None
        return self.window_s / self.window_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeTurn:
    """What one turn of an episode came to."""

    key: str
    """The journal's key of its call."""
    attempt: Attempt
    """The attempt that counts: its tokens, times and end."""
    attempts: int
    """HTTP exchanges made for it."""
    calls: int | None
    """Tools that it called; None of an agent's, which uses them out of sight."""
    errors: int | None
    """Of these, calls that were refused or ended in an error; the same."""
    finish_reason: str | None
    """The provider's own word for why it ended."""
    timing_ok: bool
    """Whether the harness kept the clock clean."""
    text: bool
    """Whether it said anything besides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """What the journal's record of an episode holds besides what every call's has."""

    protocol: str
    """How tools reached the model: "native" or "prompted_json"; an agent's wire format; a foreign loop's version."""
    stop_cause: str
    """Why it ended: "final", the model was done; "turns", "calls", "tokens", "time" or "money", a cap was reached;
    "context", the endpoint refused the next turn as too long; "history", it refused a call as the model had written
    it; "crashed", a foreign loop gave no last message; else the outcome of its last turn, e.g. "truncated"."""
    turns: tuple[EpisodeTurn, ...]
    """In order; none where an agent called no model."""
    agent: AgentRun | None = None
    """What an agent's episode was besides; None for an episode of the model itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
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
    """How it ended on the wire: answered, empty, truncated, refused or infrastructure."""
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
    """Whether the harness itself kept the clock clean during the scored attempt; retries before it change nothing."""
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
    cost_reported_usd: float | None = None
    """What the provider says it charged for the scored attempt, in USD; None where it does not say."""
    timing_flags: tuple[str, ...] = ()
    """Why `timing_ok` is False: "loop_lag", "cpu", "run_queue", "send_delay"."""
    notes: tuple[str, ...] = ()
    """What is odd about an answer that counts: "finish_reason", a word that nobody knows; "two_reasons", another one
    followed, and the first counts; "at_cap", it ended by itself with every token that it was allowed; "not_streamed",
    it came as one JSON reply; "no_terminal_event"; "turned_away", attempts before it were, for their rate."""
    source_run: str | None = None
    """The run that really asked, where the answer is reused; None if this run did."""
    message: Mapping[str, Any] | None = None
    """Of one turn of an episode: the model's message as it goes back to it, whole and unchanged; else None."""
    episode: Episode | None = None
    """Of an episode: its turns. `text` is then its transcript as JSON, `usage` the sum over its turns, and `attempts`
    holds every exchange of all turns. None for an item that is asked once."""
    batch: str | None = None
    """The vendor's id of the batch that answered it; None for a call that was asked by itself."""

    def __post_init__(self) -> None:
        """Answers are whole characters, others' words one line each; a charge that is not an amount is unknown."""
        object.__setattr__(self, "text", clean.text(self.text))
        object.__setattr__(self, "reasoning", clean.text(self.reasoning))
        _put_lines(self, "finish_reason", "served_model", "batch")
        object.__setattr__(self, "cost_reported_usd", clean.amount(self.cost_reported_usd))

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
        record = plain(self)
        for name in ("message", "episode", "batch"):  # which few calls have
            if record[name] is None:
                del record[name]
        return as_json(record)

    @classmethod
    def from_json(cls, text: str) -> Call:
        """The record back from `to_json`. ValueError for what is of another kind and not cleaned by the record."""
        try:
            cleaned = ("finish_reason", "served_model", "batch", "cost_reported_usd")
            raw = known_fields(cls, json.loads(text), but=cleaned)
            raw["usage"] = _usage(raw["usage"], "usage")
            raw["attempts"] = tuple(_attempt(each, f"attempts.{n}") for n, each in enumerate(raw["attempts"]))
            if not raw["attempts"]:
                raise ValueError("attempts.0: is missing")
            if raw.get("episode") is not None:
                raw["episode"] = _episode(raw["episode"])
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
        return cls(**raw)


def _put_lines(record: Attempt | Call, *names: str) -> None:
    for name in names:
        object.__setattr__(record, name, clean.line_or_none(getattr(record, name)))


def _episode(raw: Any) -> Episode:
    known = known_fields(Episode, raw, "episode")
    if known.get("agent") is not None:
        known["agent"] = AgentRun(**known_fields(AgentRun, known["agent"], "episode.agent"))
    turns = [_turn(each, f"episode.turns.{number}") for number, each in enumerate(known["turns"])]
    return Episode(**known | {"turns": tuple(turns), "stop_cause": clean.line(known["stop_cause"])})


def _turn(raw: Any, where: str) -> EpisodeTurn:
    known = known_fields(EpisodeTurn, raw, where)
    return EpisodeTurn(**known | {"attempt": _attempt(known["attempt"], f"{where}.attempt")})


def _attempt(raw: Any, where: str) -> Attempt:
    known = known_fields(Attempt, raw, where, but=("error", "request_id", "cost_reported_usd"))
    return Attempt(**known | {"usage": _usage(known.get("usage", {}), f"{where}.usage")})


def _usage(raw: Any, where: str) -> TokenUsage:
    return TokenUsage(**known_fields(TokenUsage, raw, where, but=TokenUsage.__slots__))
