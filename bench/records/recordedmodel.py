"""Parts of run.json: the models, and the agents that worked with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.records.prompts import RecordedPrompt
from bench.records.runjson import JsonRecord
from bench.records.vendors import is_local


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
