"""A snapshot as a file for version control: small JSON, sorted keys, one line an item."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench import clean
from bench.errors import UsageError
from bench.gate.field import Field
from bench.gate.shape import BaselineJson, BaselineSuite
from bench.gate.snapshot import QUANTILES, ItemRecord, ModelRecord, Sample, Snapshot, SuiteRecord, task_of
from bench.records import Outcome, write_text

FORMAT = 1
"""Changes when an older claimbench could misread the file."""
COLUMNS = ("score", "outcome", "tokens_in", "tokens_out", "cost_usd")
"""What the numbers of a sample are, in order."""
_METRICS = ("e2e_s", "ttfat_s")


def text(snapshot: Snapshot) -> str:
    """The file's text; the same snapshot gives the same bytes."""
    content: BaselineJson = {
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
    return clean.terminal(_lines(content) + "\n")


def _suite(suite: SuiteRecord) -> BaselineSuite:
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
    """Writes the file. UsageError if the run has no answer, IncompleteError if it is not finished, or not written."""
    snapshot.require_complete()
    if not snapshot.models:
        raise UsageError(f"run {snapshot.run} has no answers to make a baseline of.")
    write_text(path.parent, path.name, text(snapshot))


def read(path: Path) -> Snapshot:
    """A snapshot from its file. UsageError if it cannot be read, is damaged, or of a later format."""
    try:
        content = json.loads(clean.read_text(path), object_pairs_hook=_without_repeats, parse_constant=_no_number)
        json.dumps(content, ensure_ascii=False).encode()  # half a character could not be printed
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be read ({error.strerror}). Make a baseline with: bench gate RUN --save {path}"
        ) from error
    except ValueError as error:
        raise _damaged(path, str(error)) from error
    except RecursionError as error:
        raise _damaged(path, "it is nested too deeply") from error
    if not isinstance(content, dict) or "baseline_format" not in content:
        raise UsageError(f"{path}: is not a baseline. Make one with: bench gate RUN --save {path}")
    if content["baseline_format"] != FORMAT:
        raise UsageError(
            f"{path}: is a baseline of another format than {FORMAT}, which this claimbench reads. "
            f"Make it anew with: bench gate RUN --save {path}"
        )
    try:
        return _snapshot(Field("", content))
    except ValueError as error:
        raise _damaged(path, str(error)) from error


def _damaged(path: Path, why: str) -> UsageError:
    return UsageError(
        f"{path}: is damaged ({' '.join(why.split())}). Take it from version control again, or make it anew with: "
        f"bench gate RUN --save {path}"
    )


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A mapping; ValueError on a key that stands there twice, as after a careless merge."""
    values: dict[str, Any] = {}
    for key, value in pairs:
        if key in values:
            raise ValueError(f"'{key}' stands there twice")
        values[key] = value
    return values


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _snapshot(content: Field) -> Snapshot:
    if content["columns"].value != list(COLUMNS):
        raise ValueError(f"columns are not {', '.join(COLUMNS)}")
    tasks = {
        task: {"version": about["version"].text(), "sha256": about["sha256"].text_or_none()}
        for task, about in content["tasks"].parts()
    }
    if not dict(content["models"].parts()):
        raise ValueError("models is empty")
    return Snapshot(
        run=content["run"].text(),
        started_at=content["started_at"].text(),
        machine=content["machine"].plain(),
        versions={name: version.text_or_none() for name, version in content["versions"].parts()},
        prices_as_of=content["prices_as_of"].text_or_none(),
        tasks=tasks,
        models={
            label: ModelRecord(
                model["settings"].plain(), {name: _suite_of(suite, tasks) for name, suite in model["suites"].parts()}
            )
            for label, model in content["models"].parts()
        },
    )


def _suite_of(raw: Field, tasks: Mapping[str, Any]) -> SuiteRecord:
    items = {key: _item(item) for key, item in raw["items"].parts()}
    for key in items:
        if task_of(key, tasks) is None:
            raise ValueError(f"the task of {key} is missing")
    return SuiteRecord(
        items=items,
        latency={metric: _sketch(metric, sketch) for metric, sketch in raw["latency"].parts()},
        prices=raw["prices"].texts(),
        sampling=raw["sampling"].texts(),
        served=raw["served"].texts(),
    )


def _sketch(metric: str, raw: Field) -> dict[str, float]:
    if metric not in _METRICS:
        raise ValueError(f"{raw.where} is none of {', '.join(_METRICS)}")
    return {"n": raw["n"].count(), **{name: raw[name].amount() for name in QUANTILES}}


def _item(raw: Field) -> ItemRecord:
    samples = tuple(_sample(row) for row in raw["samples"].elements())
    if not samples:
        raise ValueError(f"{raw.where} has no sample")
    return ItemRecord(raw["prompt"].text(), samples)


def _sample(row: Field) -> Sample:
    values = row.elements()
    if len(values) != len(COLUMNS):
        raise ValueError(f"{row.where} has {len(values)} values, not {len(COLUMNS)}")
    known = {
        name: Field(f"{row.where}: {name}", part.value)
        for name, part in zip(COLUMNS, values, strict=True)
        if part.value is not None
    }
    outcome = known["outcome"].text() if "outcome" in known else ""
    if outcome not in [*Outcome]:
        raise ValueError(f"{row.where}: outcome is none of {', '.join(Outcome)}")
    if Outcome(outcome).scored != ("score" in known):
        raise ValueError(f"{row.where} is {outcome}, and {'has a' if 'score' in known else 'has no'} score")
    return Sample(
        known["score"].amount(1) if "score" in known else None,
        outcome,
        known["tokens_in"].count() if "tokens_in" in known else None,
        known["tokens_out"].count() if "tokens_out" in known else None,
        known["cost_usd"].amount() if "cost_usd" in known else None,
    )
