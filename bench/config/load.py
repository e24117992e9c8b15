"""bench.toml -> Comparison: what is compared, on what, and which claims were declared. Validated and frozen."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from bench.config.file import TABLES, ConfigFile
from bench.errors import UsageError, suggest
from bench.records.claim import MARGINS, Claim, margin_keys

if TYPE_CHECKING:
    from bench.providers.presets import Preset

LOCAL_KEYS = ("slots", "threads", "context", "kv_unified", "prompt_cache", "usd_per_hour")
REMOTE_KEYS = ("base_url", "max_connections", "region", "headers", "effort", "thinking", "thinking_budget")


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One `[models.<label>]` table."""

    label: str
    """The name used in tables, charts and claims."""
    model: str
    """provider/model, e.g. "anthropic/claude-opus-5-5", "weights/smollm2-135m-instruct", "openai-api/acme/small"."""
    base_url: str | None = None
    """Overrides the endpoint's address and <PROVIDER>_BASE_URL."""
    region: str | None = None
    """One of the provider's regions; None takes its usual one."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent with every call; "$NAME" stands for an environment variable."""
    extra_body: Mapping[str, Any] = field(default_factory=dict)
    """Added to every request's body as it is."""
    effort: str | None = None
    """How hard the model thinks, in the vendor's words, e.g. "high"; None leaves it to the vendor."""
    thinking: bool | None = None
    """Whether it thinks at all; None leaves it to the vendor."""
    thinking_budget: int | None = None
    """Most tokens of thinking, where the vendor has such a limit."""
    max_tokens: int | None = None
    """Replaces every task's token cap, up or down; None keeps the tasks' own."""
    temperature: float | None = None
    """Replaces `[run]`'s and the tasks' temperature."""
    top_p: float | None = None
    """Sent only if set."""
    seed: int | None = None
    """The endpoint's sampling seed; sent only if set."""
    max_connections: int | None = None
    """Calls in flight at once; for local weights always `slots`."""
    timeout_s: float = 600.0
    """Total deadline of one attempt, in seconds."""
    usd_per_hour: float | None = None
    """Local weights: the machine's price; without it their cost is unknown."""
    slots: int = 1
    """Local weights: answers generated at once. More than one changes temperature-0 text."""
    threads: int | None = None
    """Local weights: CPU threads; None takes every usable core."""
    context: int = 4096
    """Local weights: context length of each slot, in tokens."""
    kv_unified: bool = False
    """Local weights: one key-value cache shared by all slots."""
    prompt_cache: bool = False
    """Local weights: reuse a common prompt prefix; on, it flatters the time to first token."""
    own_provider: Mapping[str, Any] | None = None
    """The `[providers.<name>]` table of its provider; None if bench.toml has none."""

    @property
    def provider(self) -> str:
        """The part before the first slash."""
        return self.model.partition("/")[0]

    @property
    def name(self) -> str:
        """The part after the first slash."""
        return self.model.partition("/")[2]

    @property
    def wire_model(self) -> str:
        """The model as the endpoint knows it: without provider, and without the vendor of a generic one."""
        from bench.providers.presets import GENERIC

        return self.name.partition("/")[2] if self.provider in GENERIC else self.name

    def preset(self) -> Preset:
        """What is known of its provider, in the region it names. UsageError if the provider is unknown."""
        from bench.providers.presets import find, shipped

        found = find(self.provider, self.name.partition("/")[0], self.own_provider)
        if found is None:
            raise UsageError(
                f"unknown provider '{self.provider}' in '{self.model}'.{suggest(self.provider, shipped())}"
            )
        return replace(found, region=self.region or found.region)

    @property
    def local(self) -> bool:
        """Whether the model runs on this machine from a weights file."""
        return self.provider == "weights"

    @property
    def concurrency(self) -> int:
        """Calls in flight at once."""
        return self.slots if self.local else self.max_connections or 8


@dataclass(frozen=True, slots=True)
class RunSettings:
    """The `[run]` table."""

    suites: tuple[str, ...]
    """Suites or single tasks to run."""
    seed: int = 1
    """Seeds the order of calls and all resampling."""
    exam_seed: int | None = None
    """Draws the items of generated tasks anew; None keeps the exam that ships."""
    limit: int | None = None
    """Items per suite, balanced over families and levels; None for all."""
    repeats: int = 1
    """Independent samples per item."""
    temperature: float | None = None
    """Replaces the tasks' temperature."""
    reuse: float = 24.0
    """Hours for which answers of earlier runs are reused; 0 never."""


@dataclass(frozen=True, slots=True)
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
    providers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What bench.toml says of providers, by name."""


def load(path: Path, suites: Collection[str] | None = None) -> Comparison:
    """Reads and validates a bench.toml; `suites` are the known suites and tasks, None leaves them unchecked.

    Raises UsageError naming file and line for bad TOML, an unknown key or model, or a value out of range.
    """
    try:
        text = path.read_text(encoding="utf-8")
        raw = tomllib.loads(text)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: is not UTF-8 text ({error.reason} at byte {error.start}).") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(_toml_problem(path, str(error))) from error
    file = ConfigFile(path, text)
    for name in raw:
        if name not in TABLES:
            file.fail(f"unknown table or key '{name}'.{suggest(name, TABLES)}", name)
    run = file.table(raw.get("run", {}), "run")
    providers = {name: file.provider(table, name) for name, table in _tables(file, raw, "providers").items()}
    models = {label: _model(file, label, table, providers) for label, table in _tables(file, raw, "models").items()}
    if not models:
        file.fail('no model is defined. Add e.g. [models.small] with model = "weights/smollm2-135m-instruct".')
    chosen = tuple(run.pop("suites", ("coding", "reasoning")))
    for name in chosen:
        if suites is not None and name not in suites:
            file.fail(f"unknown suite or task '{name}'.{suggest(name, suites)}", "run", "suites")
    claims = {name: _claim(file, name, table, models, chosen) for name, table in _tables(file, raw, "claims").items()}
    settings = RunSettings(suites=chosen, **run)
    return Comparison(path, settings, MappingProxyType(models), MappingProxyType(claims), MappingProxyType(providers))


def _toml_problem(path: Path, message: str) -> str:
    """tomllib's "what (at line 7, column 3)" with the line where an editor finds it."""
    at = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", message, re.DOTALL)
    what, line = (at[1], f":{at[2]}") if at else (message, "")
    return f"{path}{line}: is not valid TOML: {what}."


def _tables(file: ConfigFile, raw: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    tables = raw.get(kind, {})
    if not isinstance(tables, dict) or not all(isinstance(t, dict) for t in tables.values()):
        file.fail(f"write one table per entry: [{kind}.<name>].", kind)
    return tables


def _model(file: ConfigFile, label: str, table: Any, providers: Mapping[str, Mapping[str, Any]]) -> ModelEntry:
    where = ("models", label)
    values = file.table(table, *where)
    if "model" not in values:
        file.fail(f'[models.{label}] needs a model, e.g. model = "weights/smollm2-135m-instruct".', *where)
    if not re.fullmatch(r"\w[\w.-]*", label):
        file.fail(f"label '{label}' must begin with a letter or digit; '.', '-' and '_' may follow.", *where)
    entry = ModelEntry(label=label, **values)
    entry = replace(entry, own_provider=providers.get(entry.provider))
    problem = check_model(entry)
    if problem:
        file.fail(problem[1], *where, problem[0])
    return entry


def check_model(entry: ModelEntry) -> tuple[str, str] | None:
    """What is wrong with a model entry as (key, message); None if nothing is."""
    try:
        preset = entry.preset()
    except UsageError as error:
        return "model", str(error)
    if not entry.name:
        return "model", f"'{entry.model}' names no model: write {entry.provider}/<model>."
    if entry.local:
        return _check_local(entry)
    for key in LOCAL_KEYS:
        if getattr(entry, key) != getattr(ModelEntry("", ""), key):
            return key, f"{key} is for local weights only; '{entry.model}' is a remote endpoint."
    if not entry.wire_model or entry.name.startswith("/"):
        return "model", f"'{entry.model}' must be written {entry.provider}/<vendor>/<model>."
    if entry.region and entry.region not in preset.regions:
        return "region", f"{preset.title} has no region '{entry.region}'.{suggest(entry.region, preset.regions)}"
    rules = preset.rules(entry.wire_model)
    return rules.problem(entry.model, entry.effort, entry.thinking, entry.thinking_budget)


def _check_local(entry: ModelEntry) -> tuple[str, str] | None:
    from bench.weights.catalog import resolve

    try:
        resolve(entry.name)
    except UsageError as error:
        return "model", str(error)
    for key in REMOTE_KEYS:
        if getattr(entry, key) != getattr(ModelEntry("", ""), key):
            cure = ": use slots." if key == "max_connections" else "."
            return key, f"{key} is for remote endpoints; weights are served here{cure}"
    return None


def _claim(
    file: ConfigFile, name: str, table: Any, models: Mapping[str, ModelEntry], run_suites: tuple[str, ...]
) -> Claim:
    where = ("claims", name)
    values = file.table(table, *where)
    for side in ("candidate", "baseline"):
        if side not in values:
            file.fail(f"[claims.{name}] needs a {side}.{suggest('', models)}", *where)
        if values[side] not in models:
            file.fail(f"{side} '{values[side]}' is no model of this file.{suggest(values[side], models)}", *where, side)
    if values["candidate"] == values["baseline"]:
        file.fail("candidate and baseline are the same model.", *where, "candidate")
    if not set(MARGINS) & set(values):
        file.fail(f"[claims.{name}] says nothing: give {margin_keys()}.", *where)
    for suite in values.get("suites", ()):
        if suite not in run_suites:
            file.fail(f"suite '{suite}' is not part of [run].{suggest(suite, run_suites)}", *where, "suites")
    return Claim.of(name, values)
