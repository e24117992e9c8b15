"""The rows of a run folder's items.parquet and answers.parquet: their schema."""

from __future__ import annotations

from dataclasses import dataclass

from bench.records.calls import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
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
    """Difficulty, 1 the easiest; None where the task has no levels."""
    language: str
    """Language of the prompt (BCP 47); empty where an import does not say."""
    cluster: str
    """The statistical cluster."""
    prompt_sha256: str
    """Hash of the chat prompt; equal for every model of a run."""
    model: str
    """The model's label in bench.toml."""
    served_model: str | None
    """The model id the endpoint reported; None where it reported none."""
    provider: str
    """The part of the model's name before the slash, e.g. "weights"; empty where an import does not say."""
    repeat: int
    """Independent sample number, from 0."""
    order: int
    """The call's place in the plan."""
    score: float | None
    """In [0, 1]; 0 for truncated, refused, empty and unparsable; None if missing, or where nothing grades the item."""
    partial: float | None
    """Partial credit in [0, 1], reported beside the score and never in it; None where the task gives none."""
    outcome: str
    """How the item ended, see `Outcome`."""
    in_uncached: int | None
    """Prompt tokens billed at the full input price, cache reads and writes excluded; None where the provider does not
    say."""
    in_cache_read: int | None
    """Prompt tokens read from the provider's prompt cache; None where the provider does not say."""
    in_cache_write_5m: int | None
    """Prompt tokens written to a cache that lives five minutes, or of unstated life; None where the provider does
    not say."""
    in_cache_write_1h: int | None
    """Prompt tokens written to a cache that lives an hour; None where the provider does not say."""
    out_total: int | None
    """All generated tokens, reasoning included; None where the provider does not say."""
    out_reasoning: int | None
    """Generated reasoning tokens, inside `out_total`; None where the provider does not say."""
    cost_usd: float | None
    """USD of the scored attempt; None if no price is known."""
    cost_retries_usd: float | None
    """USD of earlier billed attempts; None if no price is known."""
    cost_cap_usd: float | None
    """The most this call could have cost, see `cost_cap_basis`; None if unknown."""
    price_id: str | None
    """The price that made the cost, e.g. "usd_per_hour=0.10" or "anthropic/claude-sonnet-5-5@2026-10-07";
    None if no price is known."""
    ttft_s: float | None
    """Seconds from send to the first token of any kind; None where none came, where something between held the stream
    back, or an import does not say."""
    ttfat_s: float | None
    """Seconds from send to the first token of the answer, equal to latency_s where the reply came whole in one read,
    and then an upper bound; None where none came, where something between held it back, or an import does not say.
    """
    latency_s: float | None
    """Seconds from send to the end of the last attempt (E2E); None if that never came, or is not known."""
    wall_s: float | None
    """Seconds including retries and the waits between them; None if not asked, or not known."""
    tpot_s: float | None
    """Seconds per output token after the first, see `Attempt.tpot_s`; None without a window whose tokens are known."""
    queue_s: float | None
    """Seconds of waiting inside the harness, in no latency; None if not asked, or not known."""
    attempts: int | None
    """HTTP exchanges made, of an episode 1 and those that asked a turn again; 0 if not asked, None if an imported
    source does not say."""
    timing_ok: bool | None
    """Whether the harness kept the clock clean; None if not asked, or not known."""
    reused: bool
    """Whether the answer came from an earlier run; such rows never enter latency statistics."""
    sampling_requested: str | None
    """JSON of the sampling asked for; None if not asked, or not known."""
    sampling_applied: str | None
    """JSON of the sampling sent; None if not asked, or not known."""
    sandbox: str | None
    """The sandbox that ran the answer; None where none had to, as for tasks that run no code."""
    started_at: str | None
    """UTC, ISO 8601, of the scored attempt; None if not asked, or not known."""
    cost_reported_usd: float | None = None
    """What the provider says it charged for the scored attempt, in USD; None where it does not say."""
    cost_cap_basis: str | None = None
    """What `cost_cap_usd` rests on: "worst case" of price and token limit, or "observed bound" of a local machine;
    None without such a cap."""
    price_factor: float | None = None
    """The factor of the hour that billed the scored attempt, for a price that depends on the hour; None for others."""
    cost_traffic_usd: float | None = None
    """What the scored attempt would cost at the run's `[traffic]`; None without one, or where that is unknown."""
    turns: int | None = None
    """Turns of an episode; None for an item that is asked once. Tokens, costs and latency_s are then sums over turns,
    ttfat_s runs from the first send to the first token of the last message, tools taking no time."""
    tool_calls: int | None = None
    """Tools that an episode called; None for an item that is asked once."""
    tool_errors: int | None = None
    """Of these, calls that were refused or ended in an error; None for an item that is asked once."""
    tool_protocol: str | None = None
    """How tools reached the model: "native" or "prompted_json", or whose loop played, with its version; None for an
    item that is asked once."""
    stop_cause: str | None = None
    """Why an episode ended: "final", the model was done; "turns", "calls", "tokens", "time" or "money", a cap was
    reached; "context" or "history", the endpoint refused the next turn as too long, or for a call as the model had
    written it; "crashed", another's loop ended without a last message; else its last turn's outcome. None for an item
    that is asked once."""
    graded: bool = True
    """Whether anything grades its answer; where nothing does there is no score: its quality is not measured, and the
    answer is not missing."""
    traffic: str | None = None
    """JSON of what a log says of the item's request, see [own-traffic.md](own-traffic.md): tag, kind, model as called,
    calls, weight; None for items that were not sampled from one."""
    agent: str | None = None
    """The agent that worked on the item with the model; None where the model itself was asked. wall_s is then what the
    agent took from its start to its end."""
    agent_version: str | None = None
    """The agent's version, as it said; None without an agent."""

    @property
    def answered(self) -> bool:
        """Whether it counts in costs, times and tokens: it has a score, or an answer that nothing grades."""
        return self.score is not None or (not self.graded and Outcome(self.outcome).scored)


@dataclass(frozen=True, slots=True, kw_only=True)
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
    """The reasoning text shown by the provider; None if it shows none."""
    extracted: str | None
    """The answer as cut out of the text; None if nothing could be."""
    grade_detail: str | None
    """JSON: why the answer scored so; for truncated and refused answers also lm-eval's own score; None if nothing is
    known."""
    finish_reason: str | None
    """The provider's own word, e.g. "stop"; None where it gave none."""
    error: str | None
    """What went wrong on the wire or in the grader; None if nothing did."""
    expected: str | None = None
    """The right answer as the task states it: of code a reference or its hidden calls, of choices the letter; None if
    the task or the source states none, or the table is of an older version."""
