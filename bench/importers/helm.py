"""HELM's run folders: `per_instance_stats.json` with `run_spec.json` beside it; one item an instance and trial.

A score is `exact_match`, or the first of HELM's accuracy metrics that the run has; `--map metric=NAME` takes another.
Perturbed instances are other questions and are left out. HELM records no cost.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.errors import UsageError
from bench.importers.numbers import BadValueError, named, number, share, shown, whole
from bench.importers.source import ImportedModel, ItemEntry, Request, entry
from bench.importers.stated import Stated
from bench.importers.textfiles import files_below, is_plain, mapping, read_json
from bench.records import sha256_of, vendor_of

SAMPLING = ("temperature", "max_tokens", "num_outputs")
OF_THE_MODEL = frozenset(
    (*SAMPLING, "model", "model_deployment", "global_prefix", "global_suffix", "stop_sequences", "max_eval_instances")
)
"""What of a run's adapter does not make it another question: whom it asks, as its chat needs it, and how many items."""
TOLERANCE = 1e-6
METRICS = (
    "exact_match",
    "quasi_exact_match",
    "prefix_exact_match",
    "quasi_prefix_exact_match",
    "math_equiv",
    "f1_score",
)
"""What a score is taken from, the first that the run has."""


def read(request: Request) -> Iterator[ItemEntry]:
    """The instances of every run. UsageError if a path holds no run."""
    request.only("metric")
    order = 0
    stated = Stated(request.ledger)
    for path in request.paths:
        files = files_below(path, "per_instance_stats.json", ledger=request.ledger) if path.is_dir() else [path]
        if not files:
            raise UsageError(f"{path}: is no output of HELM: per_instance_stats.json is expected in it.")
        for file in files:
            for item in _of_run(request, file, order):
                if not stated.knows(item.item.task, item.item.model):
                    drawn = item.item.sampling_requested
                    stated.settings(item.item.task, item.item.model, json.loads(drawn) if drawn else {})
                yield item
                order += 1
    stated.warn()


def _of_run(request: Request, file: Path, order: int) -> Iterator[ItemEntry]:
    about = file.parent / "run_spec.json"
    spec = mapping(read_json(about)) if is_plain(about, file.parent) else {}
    raw = str(mapping(spec.get("adapter_spec")).get("model") or "")
    rows = read_json(file)
    if not raw or not isinstance(rows, list):
        raise UsageError(f"{file}: needs run_spec.json with a model beside it, and a list of instances in it.")
    label = raw.rpartition("/")[2]
    task = _task(str(spec.get("name") or file.parent.name))
    if label not in request.models:
        request.models[label] = ImportedModel(raw=raw, vendor=vendor_of(raw), harness="HELM")
    stats = [_stats(row) for row in rows]
    metric = request.mapping.get("metric") or next(
        (name for name in METRICS if any(name in each for each in stats)), None
    )
    if metric is None:
        known = sorted({name for each in stats[:50] for name in each})
        raise UsageError(f"{file}: has none of {', '.join(METRICS)}; --map metric= one of: {shown(', '.join(known))}.")
    request.ledger.note(f"{task}: the score is {metric}")
    for at, (row, each) in enumerate(zip(rows, stats, strict=True)):
        where = f"{file.parent.name} instance {at + 1}"
        if mapping(row).get("perturbation"):
            request.ledger.drop(where, "is perturbed: another question")
            continue
        try:
            yield _item(request, where, mapping(row), order=order + at, of=(label, task, metric), stats=each, spec=spec)
        except BadValueError as error:
            request.ledger.drop(where, str(error))


def _task(name: str) -> str:
    """A run's name without its model, e.g. "mmlu:subject=law" of "mmlu:subject=law,model=acme_m"."""
    scenario, _, arguments = name.partition(":")
    kept = [each for each in arguments.split(",") if each and not each.startswith(("model=", "model_deployment="))]
    return ":".join(filter(None, (scenario, ",".join(kept)))) or "helm"


def _stats(row: object) -> dict[str, Mapping[str, Any]]:
    stats = mapping(row).get("stats")
    entries = [mapping(stat) for stat in (stats if isinstance(stats, list) else ())]
    return {str(mapping(stat.get("name")).get("name")): stat for stat in entries}


def _item(
    request: Request,
    where: str,
    row: Mapping[str, Any],
    *,
    order: int,
    of: tuple[str, str, str],
    stats: Mapping[str, Mapping[str, Any]],
    spec: Mapping[str, Any],
) -> ItemEntry:
    label, task, metric = of
    item = str(row.get("instance_id") or "")
    if not item:
        raise BadValueError("instance_id is missing")
    score = _mean(stats.get(metric, {}))
    adapter = mapping(spec.get("adapter_spec"))
    asked = {name: value for name, value in adapter.items() if name not in OF_THE_MODEL}
    drawn = {name: adapter[name] for name in SAMPLING if name in adapter}
    if score is None:
        request.ledger.unknown(f"no {metric}: the item counts as missing")
    tokens = [named(stats.get(name, {}), "sum", whole) or None for name in ("num_prompt_tokens", "num_output_tokens")]
    return entry(
        request, where, suite=task, task=task, item=item, model=label, score=score, order=order,
        repeat=named(row, "train_trial_index", whole) or 0, tokens_in=tokens[0], tokens_out=tokens[1],
        question=sha256_of([task, item, spec.get("scenario_spec"), asked]),
        sampling=json.dumps(drawn, default=str) if drawn else None,
    )  # fmt: skip


def _mean(stat: Mapping[str, Any]) -> float | None:
    """A score; BadValueError if it is not its own sum by its own count."""
    n = named(stat, "count", whole)
    mean: float | None = named(stat, "mean", share)
    total = named(stat, "sum", number)
    if mean is not None and n and total is not None and abs(total / n - mean) > TOLERANCE:
        raise BadValueError(f"mean {mean:g} is not sum {total:g} by count {n}")
    return mean
