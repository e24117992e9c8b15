"""The parts of run.json: settings, suites, models, claims, machine, prices and what the run came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar, Self

from bench.records.claim import MARGINS
from bench.records.prompts import RecordedPrompt
from bench.records.recordedtask import RecordedTask
from bench.records.runjson import LARGEST_FLOAT, JsonRecord, require_time
from bench.records.vendors import is_local


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
class RecordedOrigin(JsonRecord):
    """A model of imported results, as their source describes it. None is unknown."""

    raw: str
    """The model as the source writes it."""
    vendor: str | None = None
    """Who makes it."""
    provider: str | None = None
    """The route to it."""
    effort: str | None = None
    """Reasoning effort or budget."""
    date: str | None = None
    """ISO date of its results."""
    harness: str | None = None
    """What asked and graded, with its version."""
    cost_basis: str | None = None
    """What its costs rest on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedAgent(JsonRecord):
    """The agent that worked with a model, and what it was started with."""

    name: str
    """Its name."""
    version: str = ""
    """Its version, as it said; empty where it said none."""
    program_sha256: str = ""
    """Of its program's file."""
    protocol: str = ""
    """The wire format that it speaks."""
    command: tuple[str, ...] = ()
    """Its command line, with places such as {task} as they stand."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables of its own."""
    prompts: tuple[str, ...] = ()
    """SHA-256 of system prompt and tools of its episodes' first requests, sorted; several if they change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedModel(JsonRecord):
    """A model and the settings it was asked with, without keys; None is what was not set, or an import cannot know."""

    label: str = ""
    """The name used in tables, charts and claims."""
    model: str
    """provider/model as in bench.toml, e.g. "anthropic/claude-opus-5-5"; of an import vendor/model."""
    base_url: str | None = None
    """The address that bench.toml names, without secrets."""
    region: str | None = None
    """Where it was asked, of the provider's regions."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names of the headers sent with every call; their values are hidden."""
    extra_body: Mapping[str, Any] | None = None
    """Fields added to every request's body; secrets are hidden."""
    effort: str | None = None
    """How hard it thinks, in the vendor's words."""
    thinking: bool | None = None
    """Whether it was to think at all."""
    thinking_budget: int | None = None
    """Most tokens of thinking."""
    context_window: int | None = None
    """Tokens that a prompt and its answer can have together, as bench.toml states it."""
    max_tokens: int | None = None
    """Replaces every task's token cap."""
    temperature: float | None = None
    """Replaces the run's and the tasks' temperature."""
    top_p: float | None = None
    """As it was sent."""
    seed: int | None = None
    """The endpoint's sampling seed."""
    max_connections: int | None = None
    """Calls in flight at once, at most."""
    timeout_s: float | None = None
    """Total deadline of one attempt, in seconds."""
    usd_per_hour: float | None = None
    """Local weights: the machine's price in USD; None without one."""
    slots: int | None = None
    """Local weights: answers generated at once."""
    threads: int | None = None
    """Local weights: CPU threads."""
    context: int | None = None
    """Local weights: context length of each slot, in tokens."""
    kv_unified: bool | None = None
    """Local weights: one key-value cache shared by all slots."""
    prompt_cache: bool | None = None
    """Local weights: whether a common prompt prefix was reused."""
    stream_options: bool | None = None
    """Whether a stream's token counts were asked for by `stream_options`."""
    tool_protocol: str | None = None
    """How tools reached the model in suites of episodes: "native" or "prompted_json", unless another's loop played."""
    loop: str | None = None
    """Whose loop played its episodes with tools; None for ours."""
    own_provider: Mapping[str, Any] | None = None
    """The `[providers.<name>]` table of its provider."""
    asked_order: str | None = None
    """Local weights with a prompt cache: the order of calls, "by prefix"; None for the plan's own."""
    batch: bool | None = None
    """Whether its vendor's batch interface asked it: at the batch price, and without latency."""
    identity: Mapping[str, Any] = field(default_factory=dict)
    """What its calls' keys hold of it, e.g. "base_url" or "weights_sha256"."""
    wire_model: str | None = None
    """The model as the endpoint knows it."""
    key_variable: str | None = None
    """The environment variable that held its key; None if it needs none."""
    protocol: str | None = None
    """The wire format, e.g. "openai"."""
    price_provider: str | None = None
    """Who bills it, as the price list writes it; empty or None for a vendor unknown to the presets."""
    rules: Mapping[str, Any] | None = None
    """What the model accepts, with the keys of `[providers.<name>.rules]`."""
    sampling: Mapping[str, Any] = field(default_factory=dict)
    """By parameter: "sent", "ignored", "forbidden", or the number it is fixed at."""
    prompts: Mapping[str, RecordedPrompt] = field(default_factory=dict)
    """By suite, the prompt of its own that it was asked with; empty where prompts were as written."""
    imported: RecordedOrigin | None = None
    """What the source of an import says of it; None for a run of one's own."""
    agent: RecordedAgent | None = None
    """The agent that worked with it in suites for agents; None without one."""

    @property
    def local(self) -> bool:
        """Whether it ran on the run's own machine from a weights file."""
        return is_local(self.model)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedMachine(JsonRecord):
    """A machine, as far as it explains a latency. None is unknown."""

    cpu: str | None = None
    """The processor's name."""
    cores: int | None = None
    """Usable cores."""
    memory_bytes: int | None = None
    """Its memory, in bytes."""
    system: str | None = None
    """The operating system, with its version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedPart(JsonRecord):
    """What made one part of a run: a continued run has several, with versions of their own."""

    written_at: str = ""
    """When the part began; UTC, ISO 8601."""
    command: tuple[str, ...] = ()
    """The command line."""
    versions: Mapping[str, str | None] = field(default_factory=dict)
    """Versions of Python and of what can change a result; None for what is not installed."""
    git_commit: str | None = None
    """The commit checked out where it was started; None where none is."""
    machine: RecordedMachine | None = None
    """Where it ran."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedClockError(JsonRecord):
    """Our own error at one concurrency, in seconds: recorded minus true, without its sign."""

    concurrency: int
    """Calls in flight."""
    n: int | None = None
    """Calls made; None where the file does not say."""
    clean: int | None = None
    """Those of them that the engine itself held to be cleanly timed."""
    ttft_error_p50_s: float
    """Median error of the time to first token."""
    ttft_error_p99_s: float
    """Its 99th percentile."""
    latency_error_p50_s: float
    """Median error of the end-to-end latency."""
    latency_error_p99_s: float
    """Its 99th percentile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCalibration(JsonRecord):
    """How far our clocks were off on the run's machine."""

    measured_at: str
    """When; UTC, ISO 8601."""
    machine: RecordedMachine | None = None
    """Where."""
    measured: tuple[RecordedClockError, ...] = ()
    """One a concurrency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedLane(JsonRecord):
    """How the calls of one model went, all parts of the run together. None where the file does not say."""

    stopped: str | None = None
    """Why the model was stopped, in the vendor's words; None if it was not."""
    retries: int | None = None
    """Attempts beyond the first of each call."""
    concurrency: int | None = None
    """Slots that were open at most."""
    concurrency_lowest: int | None = None
    """The fewest slots that the endpoint's complaints left open."""
    cuts: int | None = None
    """How often they were cut."""
    paused_s: float | None = None
    """Seconds of pauses that the endpoint asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedServerTime(JsonRecord):
    """What a local model's server did with its time, all parts of the run together, in seconds."""

    load_s: float = 0.0
    """Loading, until it could answer."""
    busy_s: float = 0.0
    """Answering."""
    idle_s: float = 0.0
    """Waiting for calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedSpending(JsonRecord):
    """What the run cost, and what it might."""

    budget_usd: Decimal | None = None
    """The limit of its last part; None for none. Absent of a second asking."""
    spent_usd: Decimal
    """What its calls cost, earlier parts included, in USD."""
    ended: str | None = None
    """Why items were left out on purpose; None if none were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedDerivation(JsonRecord):
    """What made a run from another one without asking anything."""

    KEYS: ClassVar[tuple[str, ...]] = ("by",)

    by: str
    """"reprice" or "score"."""
    as_of: str | None = None
    """Repriced: prices of this day, ISO 8601."""
    mode: str | None = None
    """Repriced: e.g. "batch"."""
    region: str | None = None
    """Repriced: the providers' place."""
    modes: Mapping[str, str] = field(default_factory=dict)
    """Repriced: e.g. "batch", by model's label, where `mode` is not every model's."""
    off_peak: bool | None = None
    """Repriced: True for the cheapest hours."""
    peak: bool | None = None
    """Repriced: True for the dearest hours."""
    peak_share: float | None = None
    """Repriced: the share of calls in the dearest hours, in [0, 1]."""
    time_of_day: str | None = None
    """Repriced: every call at this time, e.g. "09:30"; UTC."""
    cache_hit: float | None = None
    """Repriced: the share of prompt tokens read from the provider's cache, in [0, 1]."""
    tasks_before: Mapping[str, RecordedTask] | None = None
    """Scored again: the tasks by which the parent was scored."""
    at: str = ""
    """When; UTC, ISO 8601."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedImport(JsonRecord):
    """Where imported results come from, and what was left out of them. None is unknown."""

    format: str
    """A key of `importers.FORMATS`."""
    source: str | None = None
    """Who published it."""
    commit: str | None = None
    """Its commit or version there."""
    retrieved: str | None = None
    """ISO date on which it was fetched."""
    licence: str | None = None
    """Its licence, as found."""
    files: tuple[Mapping[str, Any], ...] = ()
    """The files that were read: "name", "sha256" and "bytes"; the last two are None for a folder."""
    map: Mapping[str, str] = field(default_factory=dict)
    """The user's choices: field -> column."""
    dropped: tuple[Mapping[str, str], ...] = ()
    """Rows that were left out, as {"row", "why"}; the first of them."""
    dropped_count: int = 0
    """All rows that were left out."""
    notes: tuple[str, ...] = ()
    """What to know, and what is unknown."""

    def __post_init__(self) -> None:
        """ValueError for a file without a name, or a row left out of which is not said which it is, or why."""
        for what, entries, needed in (("files", self.files, ("name",)), ("dropped", self.dropped, ("row", "why"))):
            for number, entry in enumerate(entries):
                for key in needed:
                    if not isinstance(entry.get(key), str):
                        raise ValueError(f"imported.{what}.{number}.{key}: a text is needed")
