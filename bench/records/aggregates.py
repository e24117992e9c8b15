"""Published totals: results of a model on a whole suite where nobody published the single items.

`AggregateRow` is the schema of `aggregates.parquet` in a run folder that `bench import` made of such a source. Unknown
is None, never 0: a source that writes 0.0 where it means "not recorded" becomes None on the way in.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AggregateRow:
    """One model's totals on one suite, under one harness and one setting."""

    source: str
    """Who published it, e.g. "Aider-AI/aider" or a file's name."""
    source_commit: str | None = None
    """The source's commit or version; None if unknown."""
    retrieved: str | None = None
    """ISO date on which the file was fetched; None if unknown."""
    licence: str | None = None
    """The source's licence, as found; None if unknown."""
    suite: str
    """The suite's name here, e.g. "aider-polyglot"."""
    suite_version: str | None = None
    """The version of the suite that the source states; None if it states none."""
    harness: str
    """What asked and graded, with its version where known, e.g. "mini-swe-agent 1.16.0"."""
    model: str
    """The model's label, unique within suite and settings."""
    model_raw: str
    """The model as the source writes it."""
    vendor: str | None = None
    """Who makes the model, e.g. "anthropic"; None if the source and the name do not tell."""
    provider: str | None = None
    """The route to the model, e.g. "openrouter"; None if unknown."""
    effort: str | None = None
    """Reasoning effort or budget, as the source states it; None if it states none."""
    settings: str | None = None
    """Anything else that makes rows unlike: edit format, user simulator, retrieval; None if there is nothing."""
    date: str | None = None
    """ISO date of the result; None if unknown."""
    n: int | None = None
    """Items that the score rests on; None if unknown."""
    successes: int | None = None
    """Of those, solved; None where a score is not a share of solved items or the source does not say."""
    score: float | None
    """Mean score in [0, 1]; None if the source has none."""
    cost_total_usd: float | None = None
    """USD for all n items; None if unknown."""
    cost_basis: str | None = None
    """What the cost rests on, in the source's or the importer's words; None where the cost is unknown."""
    latency_mean_s: float | None = None
    """Mean seconds per item; None if unknown."""
    calls_mean: float | None = None
    """Mean model calls per item; None if unknown."""
    comparable: str
    """Rows may be compared only where these are equal: suite, harness and whatever else must be alike."""
    n_effective: float | None = None
    """Independent draws whose mean would vary as much as this score: p (1 - p) / variance with kinds of item of known
    score as strata, or as many as the source's own interval is wide for, where it takes items as dependent. None where
    the source states neither."""
    unjudged: str | None = None
    """Why no claim is judged on this score, as a clause; None where one can be."""
