"""A snapshot as a file for version control: small JSON, sorted keys, one line an item."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench import runfolder
from bench.errors import UsageError
from bench.gate.snapshot import ItemRecord, ModelRecord, Sample, Snapshot, SuiteRecord
from bench.records import Outcome

FORMAT = 1
"""Changes when an older claimbench could misread the file."""
COLUMNS = ("score", "outcome", "tokens_in", "tokens_out", "cost_usd")
"""What the numbers of a sample are, in order."""


def text(snapshot: Snapshot) -> str:
    """The file's text; the same snapshot gives the same bytes."""
    content = {
        "baseline_format": FORMAT,
        "columns": list(COLUMNS),
        "run": snapshot.run,
        "started_at": snapshot.started_at,
        "machine": dict(snapshot.machine),
        "versions": dict(snapshot.versions),
        "prices_as_of": snapshot.prices_as_of,
        "tasks": {task: dict(about) for task, about in snapshot.tasks.items()},
        "models": {
            label: {
                "settings": dict(model.settings),
                "suites": {name: _suite(suite) for name, suite in model.suites.items()},
            }
            for label, model in snapshot.models.items()
        },
    }
    return _lines(content) + "\n"


def _suite(suite: SuiteRecord) -> dict[str, Any]:
    return {
        "items": {key: {"prompt": i.prompt, "samples": [_row(s) for s in i.samples]} for key, i in suite.items.items()},
        "latency": {name: dict(sketch) for name, sketch in suite.latency.items()},
        "prices": list(suite.prices),
        "sampling": list(suite.sampling),
        "served": list(suite.served),
    }


def _row(sample: Sample) -> list[Any]:
    return [_short(getattr(sample, name)) for name in COLUMNS]


def _short(value: Any) -> Any:
    """1.0 as 1: most scores are whole."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _lines(value: Any, indent: str = "") -> str:
    """JSON in which a mapping that holds no other stands on one line."""
    if not isinstance(value, Mapping) or not any(isinstance(part, Mapping) for part in value.values()):
        return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    inner = indent + " "
    parts = [
        f"{inner}{json.dumps(key, ensure_ascii=False)}: {_lines(part, inner)}" for key, part in sorted(value.items())
    ]
    return "{\n" + ",\n".join(parts) + f"\n{indent}}}"


def save(snapshot: Snapshot, path: Path) -> None:
    """Writes the file. UsageError if the run has no answer, IncompleteError if it cannot be written."""
    if not snapshot.models:
        raise UsageError(f"run {snapshot.run} has no answers to make a baseline of.")
    runfolder.write_text(path, text(snapshot))


def read(path: Path) -> Snapshot:
    """A snapshot from its file. UsageError if it cannot be read, is damaged, or of a later format."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_without_repeats)
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be read ({error.strerror}). Make a baseline with: bench gate RUN --save {path}"
        ) from error
    except ValueError as error:
        raise _damaged(path, str(error)) from error
    if not isinstance(content, dict) or "baseline_format" not in content:
        raise UsageError(f"{path}: is no baseline. Make one with: bench gate RUN --save {path}")
    if content["baseline_format"] != FORMAT:
        raise UsageError(
            f"{path}: is a baseline of format {content['baseline_format']}; this claimbench reads format {FORMAT}. "
            f"Make it anew with: bench gate RUN --save {path}"
        )
    try:
        return _snapshot(content)
    except KeyError as error:
        raise _damaged(path, f"{error} is missing") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise _damaged(path, str(error)) from error


def _damaged(path: Path, why: str) -> UsageError:
    return UsageError(
        f"{path}: is damaged ({why}). Take it from version control again, or make it anew with: "
        f"bench gate RUN --save {path}"
    )


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A mapping; ValueError on a key that stands there twice, as after a careless merge."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"'{key}' stands there twice")
        found[key] = value
    return found


def _snapshot(content: Mapping[str, Any]) -> Snapshot:
    if content["columns"] != list(COLUMNS):
        raise ValueError(f"columns are {content['columns']}")
    models = {
        label: ModelRecord(
            dict(model["settings"]), {name: _suite_of(name, suite) for name, suite in _parts(model, "suites")}
        )
        for label, model in _parts(content, "models")
    }
    tasks = {task: {key: about[key] for key in ("version", "sha256")} for task, about in _parts(content, "tasks")}
    for key in (key for model in models.values() for suite in model.suites.values() for key in suite.items):
        if key.partition("/")[0] not in tasks:
            raise ValueError(f"the task of {key} is missing")
    return Snapshot(
        run=str(content["run"]),
        started_at=str(content["started_at"]),
        machine=dict(content["machine"]),
        versions=dict(content["versions"]),
        prices_as_of=content["prices_as_of"],
        tasks=tasks,
        models=models,
    )


def _parts(content: Mapping[str, Any], key: str) -> Any:
    return content[key].items()


def _suite_of(name: str, raw: Mapping[str, Any]) -> SuiteRecord:
    return SuiteRecord(
        items={key: _item(f"{name}: {key}", item) for key, item in _parts(raw, "items")},
        latency={metric: dict(sketch) for metric, sketch in _parts(raw, "latency")},
        prices=tuple(raw["prices"]),
        sampling=tuple(raw["sampling"]),
        served=tuple(raw["served"]),
    )


def _item(where: str, raw: Mapping[str, Any]) -> ItemRecord:
    samples = tuple(_sample(where, row) for row in raw["samples"])
    if not samples or not isinstance(raw["prompt"], str):
        raise ValueError(f"{where} has no sample or no prompt")
    return ItemRecord(raw["prompt"], samples)


def _sample(where: str, row: list[Any]) -> Sample:
    score, outcome, *amounts = row
    numbers = [value for value in (score, *amounts) if value is not None]
    if len(amounts) != 3 or not all(_possible(value) for value in numbers) or (score is not None and score > 1):
        raise ValueError(f"{where} has the sample {json.dumps(row)}")
    if Outcome(outcome).scored != (score is not None):
        raise ValueError(f"{where} is {outcome}, yet its score is {json.dumps(score)}")
    tokens_in, tokens_out, cost = amounts
    return Sample(score if score is None else float(score), outcome, tokens_in, tokens_out, cost)


def _possible(value: Any) -> bool:
    """Whether a value is a finite number of at least 0."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0
