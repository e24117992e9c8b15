"""bench.toml -> Comparison: what is compared, on what, and which claims were declared. Validated and frozen."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bench import clean, plugins
from bench.config.claims import read_claims_of
from bench.config.file import TABLES, ConfigFile
from bench.config.prompts import variants_of
from bench.errors import UsageError, suggest
from bench.providers import Preset, preset_of, problem_of_fields, shipped, wire_model
from bench.records import (
    CLASSES,
    USUAL_SUITES,
    WEIGHTS,
    Claim,
    Comparison,
    LocalModel,
    ModelEntry,
    RecordedTraffic,
    RemoteModel,
    ReportSettings,
    RunSettings,
    default,
)

MOST_LABEL = 100
"""Bytes of a model's label: files are named after one, or two."""
JUDGES = "judges"
"""Tables of models that judge: they hold what `[models.<label>]` holds."""
LOCAL_KEYS = ("slots", "threads", "context", "kv_unified", "prompt_cache", "usd_per_hour")
REMOTE_KEYS = (
    "base_url",
    "max_connections",
    "region",
    "headers",
    "effort",
    "thinking",
    "thinking_budget",
    "context_window",
    "batch",
)


def load(path: Path, suites: Collection[str] | None = None) -> Comparison:
    """Reads and validates a bench.toml; `suites` are the known suites and tasks, None leaves them unchecked.

    Raises UsageError naming file and line for bad TOML, an unknown key or model, or a value out of range.
    """
    return read(path, _text(path), suites)


def _text(path: Path) -> str:
    try:
        # Editors on Windows write a byte order mark.
        return clean.read_text(path, most=clean.MOST_SETTINGS, encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path}: is not UTF-8 text ({error.reason} at byte {error.start}). Save it as UTF-8."
        ) from error


def _toml(path: Path, text: str) -> dict[str, Any]:
    try:
        return clean.toml(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(_toml_problem(path, str(error))) from error


def read(path: Path, text: str, suites: Collection[str] | None = None) -> Comparison:
    """The comparison that a file's text describes, whether it is written yet or not; errors as in `load`."""
    file, raw = ConfigFile(path, text), _toml(path, text)
    tables = (*TABLES, JUDGES)
    for name in raw:
        if name not in tables:
            file.fail(f"unknown table or key '{name}'.{suggest(name, tables)}", name)
    run = file.table(raw.get("run", {}), "run")
    providers = {name: file.provider(table, name) for name, table in file.tables(raw, "providers").items()}
    models = {
        label: _model(file, label, table, providers, suites=suites)
        for label, table in file.tables(raw, "models").items()
    }
    judges = {
        label: _model(file, label, table, providers, kind=JUDGES) for label, table in file.tables(raw, JUDGES).items()
    }
    for label in judges:
        if label in models:
            file.fail(f"'{label}' is a model and a judge: give one of them another label.", JUDGES, label)
    if not models:
        file.fail('no model is defined. Add e.g. [models.small] with model = "weights/smollm2-135m-instruct".')
    chosen = tuple(run.pop("suites", USUAL_SUITES))
    for name in chosen:
        if suites is not None and name not in suites:
            file.fail(f"unknown suite or task '{name}'.{suggest(name, suites)}", "run", "suites")
    claims = {each.name: each for each in read_claims_of(file, raw, models=models, suites=chosen)}
    lists: dict[str, Any] = {key: tuple(run.pop(key)) for key in ("levels", "families", "kinds", "load") if key in run}
    settings = RunSettings(suites=chosen, **lists, **run)
    return Comparison(
        source=path,
        run=settings,
        models=MappingProxyType(models),
        claims=MappingProxyType(claims),
        judges=MappingProxyType(judges),
        data=MappingProxyType(_data(file, raw, suites)),
        providers=MappingProxyType(providers),
        traffic=_traffic(file, raw["traffic"], models) if "traffic" in raw else None,
        report=ReportSettings(**file.table(raw.get("report", {}), "report")),
    )


def _data(file: ConfigFile, raw: Mapping[str, Any], suites: Collection[str] | None) -> dict[str, str]:
    """The `[data.<suite>]` tables: classes by suite or task."""
    classes = {}
    for name, table in file.tables(raw, "data").items():
        if suites is not None and name not in suites:
            file.fail(f"unknown suite or task '{name}'.{suggest(name, suites)}", "data", name)
        values = file.table(table, "data", name)
        if "class" not in values:
            file.fail(f"[data.{name}] needs a class: {', '.join(CLASSES)}.", "data", name)
        classes[name] = values["class"]
    return classes


def read_report(path: Path) -> ReportSettings:
    """The `[report]` table of a bench.toml, whose other tables are passed over. Raises UsageError as `load` does."""
    text = _text(path)
    return ReportSettings(**ConfigFile(path, text).table(_toml(path, text).get("report", {}), "report"))


def read_claims(path: Path, models: Collection[str], suites: Collection[str]) -> list[Claim]:
    """The `[claims.<name>]` tables of a TOML file about a run's models and suites; its other tables are passed over.

    Raises UsageError naming file and line as `load` does, and where there is no claim.
    """
    text = _text(path)
    file, raw = ConfigFile(path, text), _toml(path, text)
    if not file.tables(raw, "claims"):
        file.fail("holds no claim: write [claims.<name>] with candidate, baseline and a margin.")
    return read_claims_of(file, raw, models=models, suites=suites, whose=("this run", "this run"))


def _traffic(file: ConfigFile, table: Any, models: Mapping[str, ModelEntry]) -> RecordedTraffic | None:
    """The `[traffic]` table; None where it says nothing."""
    values = file.table(table, "traffic")
    for label in values.get("mode", {}):
        if label not in models:
            file.fail(f"mode: '{label}' is not a model of this file.{suggest(label, models)}", "traffic", "mode")
        if isinstance(models[label], LocalModel):
            file.fail(f"mode: '{label}' runs on this machine: it has no price list.", "traffic", "mode")
    return RecordedTraffic(**values) if values else None


def _toml_problem(path: Path, message: str) -> str:
    """tomllib's "what (at line 7, column 3)" with the line where an editor finds it."""
    at = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", message, re.DOTALL)
    what, line = (at[1], f":{at[2]}") if at else (message, "")
    return f"{path}{line}: is not valid TOML: {what}."


def _model(
    file: ConfigFile,
    label: str,
    table: Any,
    providers: Mapping[str, Mapping[str, Any]],
    kind: str = "models",
    suites: Collection[str] | None = None,
) -> ModelEntry:
    where = (kind, label)
    values = file.table(table, *where, checks=TABLES["models"])
    if "model" not in values:
        file.fail(f'[{kind}.{label}] needs a model, e.g. model = "weights/smollm2-135m-instruct".', *where)
    if not re.fullmatch(r"\w[\w.-]*", label):
        file.fail(f"label '{label}' must begin with a letter or digit; '.', '-' and '_' may follow.", *where)
    if (size := len(label.encode())) > MOST_LABEL:
        file.fail(f"label '{label[:40]}...' has {size:,} bytes, and {MOST_LABEL} at most go into files' names.", *where)
    if "prompt_variants" in values:
        if kind == JUDGES:
            file.fail("a judge has no prompts of its own: `bench judge --rubric` says what it is asked.", *where)
        values["prompt_variants"] = variants_of(file, label, values["prompt_variants"], suites)
    try:
        return read_model(label, values, providers)
    except SettingError as problem:
        file.fail(str(problem), *where, problem.key)


class SettingError(UsageError):
    """A model's settings that contradict each other or what is known of the model."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key
        """The key of `[models.<label>]` that is wrong."""


def read_model(label: str, values: Mapping[str, Any], providers: Mapping[str, Mapping[str, Any]]) -> ModelEntry:
    """A model from the values of its `[models.<label>]`, each checked by itself already.

    `providers` are bench.toml's own, by name. Raises SettingError where the values do not go together.
    """
    provider = values["model"].partition("/")[0]
    kind, other_keys = (LocalModel, REMOTE_KEYS) if provider == WEIGHTS else (RemoteModel, LOCAL_KEYS)
    misplaced = [key for key in other_keys if key in values and values[key] != default(key)]
    own = {key: value for key, value in values.items() if key not in other_keys}
    if "allows" in own:
        own["allows"] = tuple(own["allows"])
    entry = kind(label=label, own_provider=providers.get(provider) or _added(provider), **own)
    preset = _preset(entry)
    if not entry.name:
        raise SettingError("model", f"'{entry.model}' names no model: write {entry.provider}/<model>.")
    if isinstance(entry, LocalModel):
        _check_local(entry, misplaced)
        if problem := problem_of_fields(preset.rules(entry.name), entry.extra_body, None):
            raise SettingError(*problem)
    else:
        _check_remote(entry, preset, misplaced)
    return entry


def _added(provider: str) -> Mapping[str, Any] | None:
    """The table of a provider that an installed package adds (`claimbench.providers`), checked; None if none does."""
    if provider == WEIGHTS or provider in shipped() or (point := plugins.named("providers").get(provider)) is None:
        return None
    return ConfigFile(Path(plugins.package(point)), "").provider(plugins.loaded(point), provider)


def _preset(entry: ModelEntry) -> Preset:
    try:
        return preset_of(entry)
    except UsageError as error:
        raise SettingError("model", str(error)) from error


def _check_remote(entry: RemoteModel, preset: Preset, misplaced: Sequence[str]) -> None:
    for key in misplaced:
        raise SettingError(key, f"{key} is for local weights only; '{entry.model}' is a remote endpoint.")
    name = wire_model(entry)
    if not name or entry.name.startswith("/"):
        raise SettingError("model", f"'{entry.model}' must be written {entry.provider}/<vendor>/<model>.")
    if entry.region and entry.region not in preset.regions:
        hint = suggest(entry.region, preset.regions)
        raise SettingError("region", f"{preset.title} has no region '{entry.region}'.{hint}")
    if entry.batch and preset.batch is False:
        raise SettingError("batch", f"{preset.title} has no batch interface. Take batch out of [models.{entry.label}].")
    if entry.batch and (lane := next((key for key in ("service_tier", "speed") if key in entry.extra_body), None)):
        raise SettingError("batch", f"batch and extra_body's {lane} choose two prices for one request. Keep one.")
    rules = preset.rules(name)
    problem = rules.problem(entry.model, entry.effort, entry.thinking, entry.thinking_budget)
    if problem := problem or problem_of_fields(rules, entry.extra_body, entry.thinking_budget):
        raise SettingError(*problem)


def _check_local(entry: LocalModel, misplaced: Sequence[str]) -> None:
    from bench.weights.catalog import resolve

    try:
        resolve(entry.name)
    except UsageError as error:
        raise SettingError("model", str(error)) from error
    for key in misplaced:
        cure = ": use slots." if key == "max_connections" else "."
        raise SettingError(key, f"{key} is for remote endpoints; weights are served here{cure}")
