"""What was asked for: the models, claims and settings of a bench.toml, as frozen records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, MISSING, Field, asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar, Literal

from bench.language import ENGLISH, tr
from bench.records.claim import Claim
from bench.records.episodes import NATIVE
from bench.records.pricing import RecordedTraffic
from bench.records.prompts import PromptVariant

WEIGHTS = "weights"
"""The provider of models that run on this machine from a weights file."""
USUAL_SUITES = ("coding", "reasoning")
"""What `[run]` asks where it names no suites."""


CLASSES = ("public", "internal", "restricted")
"""Who may read data: anybody; whom the user's agreements allow; of these only who states that it trains on nothing."""


@dataclass(frozen=True, slots=True)
class _Model:
    """What the two kinds of `[models.<label>]` tables share."""

    label: str
    """The name used in tables, charts and claims."""
    model: str
    """provider/model, e.g. "anthropic/claude-opus-5-5", "weights/smollm2-135m-instruct", "openai-api/acme/small"."""
    _: KW_ONLY
    extra_body: Mapping[str, Any] = field(default_factory=dict)
    """Added to every request's body as it is, in place of what we would send under the same key. What is asked (say
    `messages`) and how many answers are made (`n`) are not for one model to choose."""
    max_tokens: int | None = None
    """Replaces every task's token cap, up or down; None keeps the tasks' own."""
    temperature: float | None = None
    """Replaces `[run]`'s and the tasks' temperature; sent where the vendor takes it."""
    top_p: float | None = None
    """Nucleus sampling; sent only if set, and where the vendor takes it."""
    seed: int | None = None
    """The endpoint's sampling seed; sent only if set, and where the vendor takes it."""
    stream_options: bool = True
    """Whether a stream's token counts are asked for by `stream_options`; false for a server that refuses the field."""
    timeout_s: float = 600.0
    """Total deadline of one attempt, in seconds."""
    own_provider: Mapping[str, Any] | None = None
    """The `[providers.<name>]` table of its provider; None if bench.toml has none."""
    tool_protocol: str = NATIVE
    """How tools reach the model in a suite of episodes: "native", by the wire format's own fields, or "prompted_json",
    as a text in the prompt, its calls as JSON. Never switched by itself: the protocol moves scores more than most
    models differ."""
    loop: str | None = None
    """Whose loop plays episodes with tools in place of ours: "qwen-agent", "anthropic-tool-runner" or "openai-agents",
    installed in the environment of `BENCH_LOOP_PYTHON`; None for ours. Its name and version stand in place of the
    protocol."""
    allows: tuple[str, ...] = ()
    """Classes of data that the user's agreement with its vendor lets it receive, of CLASSES; public data always."""
    retention_days: int | None = None
    """Days for which its vendor keeps requests, as the user states it; None where that is not known."""
    agent: str | None = None
    """The agent that works with the model in suites for agents, e.g. "mini-swe-agent" (`bench agent list`); None: it is
    asked by itself. Other suites ask the model itself, whatever stands here."""
    trains_on_data: bool | None = None
    """Whether its vendor trains on requests, as the user states it; None where that is not known."""
    prompt_variants: tuple[PromptVariant, ...] = ()
    """Prompts of its own, at most three a suite, each a table `[models.<label>.prompt_variants.<name>]`: the best on a
    split of the items that no verdict uses is asked, or the prompt as written."""
    prompts: Mapping[str, PromptVariant] = field(default_factory=dict)
    """By suite, the prompt of its own that it is asked with; never in bench.toml."""

    @property
    def provider(self) -> str:
        """The part before the first slash."""
        return self.model.partition("/")[0]

    @property
    def name(self) -> str:
        """The part after the first slash."""
        return self.model.partition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteModel(_Model):
    """A `[models.<label>]` table whose model an endpoint serves."""

    base_url: str | None = None
    """Where calls go, in place of the provider's usual address and of `<PROVIDER>_BASE_URL`, which alone may hold a
    secret."""
    region: str | None = None
    """One of the provider's regions; None takes its usual one."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent with every call; "$NAME" stands for an environment variable, and keys must be written so."""
    effort: str | None = None
    """How hard the model thinks, in the vendor's words, e.g. "high"; a level it does not know is refused, None
    leaves it to the vendor."""
    thinking: bool | None = None
    """Whether it thinks at all; refused where the model cannot obey, None leaves it to the vendor."""
    thinking_budget: int | None = None
    """Most tokens of thinking, where the vendor has such a limit; refused elsewhere."""
    context_window: int | None = None
    """Tokens that a prompt and its answer can have together; a bound of what a call can cost, never sent."""
    max_connections: int | None = None
    """Calls in flight at once; None for 8."""
    batch: bool = False
    """Whether it is asked through its vendor's batch interface: within a day, at the batch price, without latency."""

    local: ClassVar[bool] = False
    """Whether the model runs on this machine from a weights file."""

    @property
    def concurrency(self) -> int:
        """Calls in flight at once."""
        return self.max_connections or 8


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalModel(_Model):
    """A `[models.<label>]` table whose model this machine serves from a weights file."""

    usd_per_hour: float | None = None
    """The machine's price in USD; without it the costs are unknown."""
    slots: int = 1
    """Answers generated at once. More than one changes temperature-0 text."""
    threads: int | None = None
    """CPU threads; None takes every usable core."""
    context: int = 4096
    """Context length of each slot, in tokens."""
    kv_unified: bool = False
    """Whether all slots share one key-value cache."""
    prompt_cache: bool = False
    """Whether a common prompt prefix is reused; on, it flatters the time to first token."""

    local: ClassVar[bool] = True
    """Whether the model runs on this machine from a weights file."""

    @property
    def concurrency(self) -> int:
        """Calls in flight at once."""
        return self.slots


ModelEntry = RemoteModel | LocalModel
"""One `[models.<label>]` table."""

_SHOWN = (
    "label", "model", "base_url", "region", "headers", "extra_body", "effort", "thinking", "thinking_budget",
    "context_window", "max_tokens", "temperature", "top_p", "seed", "max_connections", "timeout_s", "usd_per_hour",
    "slots", "threads", "context", "kv_unified", "prompt_cache", "own_provider", "stream_options", "tool_protocol",
    "loop", "batch",
)  # fmt: skip


def _default(of: Field[Any]) -> Any:
    return of.default if of.default_factory is MISSING else of.default_factory()


def default(key: str) -> Any:
    """What a key of `[models.<label>]` is without being given, for whichever kind of model has it."""
    return _default(next(f for kind in (RemoteModel, LocalModel) for f in fields(kind) if f.name == key))


def all_settings(entry: ModelEntry) -> dict[str, Any]:
    """Every setting of either kind of model as a run's record lists it; those of the other kind at their defaults."""
    own = asdict(entry)
    return {key: own[key] if key in own else default(key) for key in _SHOWN}


MOST_INSTANCES = 1_000
"""Instances of a family: each is held against all before it."""


@dataclass(frozen=True, slots=True)
class RunSettings:
    """The `[run]` table."""

    suites: tuple[str, ...]
    """Suites or single tasks to run."""
    _: KW_ONLY
    seed: int = 1
    """Draws the items that `limit` takes, and seeds the order of calls and all resampling."""
    exam_seed: int | None = None
    """Draws the items of generated tasks anew; None keeps the exam that ships."""
    limit: int | None = None
    """Items per suite, balanced over families and levels; None for all. What a first, smaller exam can fill is drawn
    from it."""
    instances: int | None = None
    """Instances of each family of generated tasks, the first ones of as many as there are; None for the suite's usual
    number (coding 30, reasoning 48, starter 10, tools 48). More than ship are generated."""
    levels: tuple[int, ...] = ()
    """Only items of these levels; none for all. Claims then speak of this slice, and say so."""
    families: tuple[str, ...] = ()
    """Only items of these families; none for all."""
    kinds: tuple[str, ...] = ()
    """Only these kinds of task, e.g. "fix" of coding or "short" of the starter: a task's name without its suite's; none
    for all."""
    load: tuple[int, ...] = ()
    """Numbers of calls at once at which `bench run` measures latency and throughput, after all else; none for none."""
    sweep: str | None = None
    """One model at several settings in its place, e.g. "good:max_tokens=1000,4000"; None where nothing is swept."""
    repeats: int = 1
    """Independent samples per item."""
    temperature: float | None = None
    """Replaces the tasks' temperature; a model's own wins."""
    episode_usd: float | None = None
    """The most that an episode with tools may have cost, in USD, before another turn of it begins; None: no cap."""
    agent_turns: int | None = None
    """Most calls of the model in an agent's episode; None for the suite's own number."""
    agent_minutes: float | None = None
    """Most minutes of an agent's episode, all told; None for the suite's own number."""
    agent_usd: float | None = None
    """Most USD of an agent's episode: a call is made only if the most that it can cost still fits; None for the suite's
    own number."""
    prompt_split: float = 0.2
    """Share of a suite's items on which `prompt_variants` are tried, and which are in no verdict."""
    reuse: float = 24.0
    """Hours for which answers of earlier runs are reused, marked so, and kept out of latencies; 0 never. Always 0 where
    `CI` is set."""


def slice_words(levels: Sequence[int], families: Sequence[str], kinds: Sequence[str]) -> str:
    """What of the suites was chosen, e.g. "levels 1 and 2, kind fix"; empty for all of it."""
    parts = (("level", "levels", levels), ("family", "families", families), ("kind", "kinds", kinds))
    return ", ".join(
        f"{(many if len(of) > 1 else one)} {tr(' and ').join(map(str, of))}" for one, many, of in parts if of
    )


ChartStyle = Literal["web", "slide", "paper"]
"""What charts are made for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSettings:
    """How reports are written."""

    language: str = ENGLISH
    """The language of page, tables, charts and sentences: "en", or "zh" for Chinese."""
    style: ChartStyle = "web"
    """The charts' style: "web"; "slide", with larger text; or "paper", without titles and with PDF files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A validated bench.toml with the command line applied."""

    source: Path
    """The file it was read from."""
    run: RunSettings
    """What is run."""
    models: Mapping[str, ModelEntry]
    """Models by label, in the file's order."""
    claims: Mapping[str, Claim] = field(default_factory=dict)
    """Claims by name, in the file's order."""
    data: Mapping[str, str] = field(default_factory=dict)
    """Suites and tasks whose data are not for everybody -> their class, of CLASSES."""
    judges: Mapping[str, ModelEntry] = field(default_factory=dict)
    """Models that judge answers (`bench judge`) and are never compared, by label."""
    providers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What bench.toml says of providers, by name."""
    traffic: RecordedTraffic | None = None
    """The traffic that costs are judged at; None: as the run's calls are made."""
    report: ReportSettings = field(default_factory=ReportSettings)
    """How its reports are written."""
