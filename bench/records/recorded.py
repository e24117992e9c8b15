"""Parts of run.json: what was to be asked and what is claimed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from bench.records.claim import MARGINS
from bench.records.runjson import LARGEST_FLOAT, JsonRecord, require_time


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedSettings(JsonRecord):
    """The `[run]` table with the command line applied; of an import, what its tables amount to."""

    KEYS: ClassVar[tuple[str, ...]] = ("suites", "seed", "exam_seed", "limit", "repeats", "temperature", "reuse")

    suites: tuple[str, ...] = ()
    """Suites or single tasks that were to be run."""
    seed: int | None = None
    """Seeds the order of calls and all resampling; None where the file does not say."""
    exam_seed: int | None = None
    """What the items of generated tasks were drawn by; None for the exam that ships."""
    limit: int | None = None
    """Items per suite; None for all."""
    repeats: int = 1
    """Independent samples per item."""
    temperature: float | None = None
    """Replaces the tasks' temperature; None leaves it to them."""
    reuse: float | None = None
    """Hours for which answers of earlier runs were reused; None where the file does not say."""
    slice_seed: int | None = None
    """Drew the items that `limit` took; None where all were asked, or the first ones, as once was done."""
    instances: int | None = None
    """Instances of each family of generated tasks that were chosen; None for the usual number."""
    levels: tuple[int, ...] = ()
    """The levels that were chosen; empty for all."""
    families: tuple[str, ...] = ()
    """The families that were chosen; empty for all."""
    kinds: tuple[str, ...] = ()
    """The kinds of task that were chosen; empty for all."""
    episode_usd: float | None = None
    """The most that an episode may have cost before another of its turns began, USD; None for no cap."""
    agent_turns: int | None = None
    """Most calls of an agent's episode that were chosen; None for the suite's own number."""
    agent_minutes: float | None = None
    """Most minutes of it; the same."""
    agent_usd: float | None = None
    """Most USD of it; the same."""
    sweep: str | None = None
    """The model that was asked at several settings, as `Sweep.text` says it; None where none was."""
    prompt_split: float = 0.2
    """Share of a suite's items on which models' own prompts were to be tried."""
    load: tuple[int, ...] = ()
    """Numbers of calls at once at which latency and throughput were to be measured; empty for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedSuite(JsonRecord):
    """How much of a suite was to be asked."""

    items_planned: int
    """Items of the plan."""
    items_available: int
    """Items the suite has, before `limit`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedClaim(JsonRecord):
    """A claim of the run, as bench.toml or `bench claim --keep` states it: its words and what is known of them.

    Its margins, e.g. "cheaper_by", stand in `extra` under their own keys: which there are, the claims' parts say.
    """

    KEYS: ClassVar[tuple[str, ...]] = ("name", "candidate", "baseline", "sha256", "recorded_at")

    name: str = ""
    """Its name."""
    candidate: str
    """Label of the model that is claimed to be e.g. cheaper."""
    baseline: str
    """Label of the model it is compared with."""
    suites: tuple[str, ...] = ()
    """Suites it speaks of; empty for all of the run."""
    over: str = "each"
    """"each": every suite must hold; "mean": their unweighted mean; "traffic": all items, weighted by the log."""
    about: str = "these"
    """What it is about, a key of ABOUT; see `Claim`."""
    measure: str | None = None
    """"pass" or "preference" where `worse_by` speaks of people's labels; None where it speaks of scores."""
    within_minutes: float | None = None
    """The minutes within which an answer must be there to count as solved; None where time does not move the score."""
    at_load: int | None = None
    """The calls at once at which `slower_by` speaks of latency; None for the items' own calls."""
    confidence: float = 0.95
    """1 - alpha, in (0.5, 1), where alpha is the risk that a verdict errs."""
    slice: Mapping[str, str] | None = None
    """The kind of work it speaks of: its `name`, which items, and its `evidence`; None for all items."""
    sha256: str | None = None
    """`Claim.sha256` of the words that were recorded; None where the file does not say."""
    recorded_at: str | None = None
    """When these words were first recorded; UTC, ISO 8601."""
    seen_in: tuple[str, ...] | None = None
    """Earlier runs of other plans that judged it on some of the same answers; None where nobody looked."""
    kept: bool = False
    """Whether it was given on the command line and kept: it is exploratory then."""

    def __post_init__(self) -> None:
        """ValueError for a margin that is not a number, or a time that is none; a later version's keys are kept."""
        require_time(self.recorded_at, f"claims.{self.name}.recorded_at")
        for key in MARGINS:
            value = self.extra.get(key)
            if value is not None and (type(value) not in (int, float) or not abs(value) < LARGEST_FLOAT):
                raise ValueError(f"claims.{self.name}.{key}: a number is needed")

    def margin(self, key: str) -> float | None:
        """What it claims under a margin's key, e.g. "cheaper_by"; None if nothing."""
        value: float | None = self.extra.get(key)
        return value

    @classmethod
    def of(cls, words: Mapping[str, Any], sha256: str, recorded_at: str, *, kept: bool = False) -> Self:
        """The record of a claim's words, keys as in bench.toml and its name."""
        return cls.from_json(
            {**words, "sha256": sha256, "recorded_at": recorded_at, **({"kept": True} if kept else {})}
        )
