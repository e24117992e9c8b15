"""One call of a log: as its format says it, and as a row of `traffic.parquet`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.records import TokenUsage

TABLE = "traffic.parquet"
"""The table's file."""
RECORD = "traffic.json"
"""What was imported and what was left out, beside the table."""
SAMPLE = ".sample.json"
"""What a sample's record is called, after its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficRow:
    """One row of `traffic.parquet`: a call that somebody's program made. None is unknown, never 0."""

    where: str
    """File and line, e.g. "litellm.jsonl line 17"."""
    format: str
    """The log's format, a key of FORMATS."""
    time: str | None
    """When it was sent: UTC, ISO 8601; the day alone where the log has no time of day, None where it does not say."""
    model: str
    """The model as called."""
    served_model: str | None
    """The model id in the reply; None where the log does not say."""
    provider: str | None
    """Who was asked, as logged, e.g. "openai"; None where the log does not say."""
    kind: str
    """Shape of the request, a word of KINDS."""
    request: str | None
    """JSON of `messages` (as Chat Completions has them), `tools` and `parameters`; None where texts were not logged, or
    are not taken."""
    answer: str | None
    """The visible answer; None where it was not logged."""
    tool_calls: str | None
    """JSON of the tools that the answer calls; None without any."""
    finish_reason: str | None
    """The provider's own word."""
    request_sha256: str | None
    """Hash of `request` without its parameters, for finding equal requests; None without it."""
    in_uncached: int | None
    """Prompt tokens at the full price, cache reads and writes excluded."""
    in_cache_read: int | None
    """Prompt tokens read from the provider's cache."""
    in_cache_write_5m: int | None
    """Prompt tokens written to a cache that lives five minutes, or of unstated life."""
    in_cache_write_1h: int | None
    """Prompt tokens written to a cache that lives an hour."""
    out_total: int | None
    """Generated tokens, reasoning included."""
    out_reasoning: int | None
    """Reasoning tokens, inside `out_total`."""
    cost_usd: float | None
    """USD by the price list of that day; None where the day, a count or a price is unknown."""
    price_id: str | None
    """The price that made `cost_usd`."""
    cost_logged_usd: float | None
    """USD as the log says."""
    latency_s: float | None
    """Seconds from send to the end of the answer."""
    ttft_s: float | None
    """Seconds from send to the first token."""
    session: str | None
    """A pseudonym of the session, the same for all its calls in this table."""
    user: str | None
    """A pseudonym of the user, the same for all their calls in this table."""
    tag: str | None
    """What the log calls this kind of work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """One call as its format says it: nothing is cleaned, priced or made a pseudonym yet."""

    where: str
    """File and line."""
    model: str
    """The model as called."""
    provider: str | None = None
    """Who was asked."""
    served_model: str | None = None
    """The model id in the reply."""
    messages: Sequence[Mapping[str, Any]] | None = None
    """The request's messages as Chat Completions has them; None where they were not logged."""
    tools: Any = None
    """The tools that were offered."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """The request's settings; only those of PARAMETERS are kept."""
    answer: str | None = None
    """The visible answer."""
    tool_calls: Sequence[Any] = ()
    """The tools that the answer calls."""
    finish_reason: str | None = None
    """The provider's own word."""
    usage: TokenUsage = field(default_factory=TokenUsage)
    """Tokens by class."""
    cost_logged_usd: float | None = None
    """USD as the log says."""
    time: str | None = None
    """UTC, ISO 8601; a day alone where the log has no time of day."""
    latency_s: float | None = None
    """Seconds."""
    ttft_s: float | None = None
    """Seconds."""
    session: str | None = None
    """The session's id."""
    user: str | None = None
    """The user's id."""
    tag: str | None = None
    """A tag or the name of what was done."""
    ident: str | None = None
    """The call's own id: a second line of the same id is left out."""
    mode: str | None = None
    """The lane of another price, e.g. "batch" or "flex"; None for the usual one."""
    embeds: bool = False
    """Whether it asked for embeddings."""
    beyond: str | None = None
    """What the reply says was billed beyond its tokens, e.g. "web_search_requests"; None if nothing."""
