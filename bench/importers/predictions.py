"""SWE-bench's predictions, JSON lines with `instance_id`, `model_name_or_path` and `model_patch`, and the reports that
its harness wrote of them (`MODEL.RUN_ID.json`, version 2): one item an instance, scored 1 where the report resolves it.

A prediction says neither what it cost nor how long it took. What the harness could not run, and what no report tells
of, is missing, never 0; an empty patch resolves nothing. An item's cluster is its repository, or the instance itself
by `--map cluster=instance`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench import clean
from bench.errors import UsageError
from bench.importers.source import ImportedModel, ItemEntry, Request, entry
from bench.importers.swebench import CLUSTERS
from bench.importers.textfiles import json_rows, mapping, read_json
from bench.records import sha256_of, vendor_of

SUITE = "swe-bench"
"""No file of these says which set of instances was asked."""
FIELDS = ("instance_id", "model_name_or_path", "model_patch")
LISTS = ("resolved_ids", "unresolved_ids", "empty_patch_ids")
"""Lists of a report that say what became of an instance: only the first is a success."""
LINES = (".jsonl", ".jsonl.gz")


def read(request: Request) -> Iterator[ItemEntry]:
    """An item for each prediction. UsageError where a file is neither predictions nor a report, or a model has none."""
    request.only("cluster")
    if request.mapping.get("cluster", "repository") not in CLUSTERS:
        raise UsageError(f"--map cluster={request.mapping['cluster']}: it is {' or '.join(CLUSTERS)}.")
    predictions = [path for path in request.paths if path.name.endswith(LINES)]
    reports = {path: _report(path) for path in request.paths if path not in predictions}
    if not predictions or not reports:
        raise UsageError(
            "swebench_predictions takes a file of predictions (.jsonl) and the harness's report of them "
            "(MODEL.RUN_ID.json): name both."
        )
    found: dict[str, Mapping[str, float]] = {}
    seen: set[tuple[str, str]] = set()
    order = 0
    for path in predictions:
        for where, raw in json_rows(path, request.ledger):
            instance, model, patch = (raw.get(name) for name in FIELDS)
            if not (instance and isinstance(instance, str) and model and isinstance(model, str)):
                request.ledger.drop(where, "an instance_id and a model_name_or_path are needed")
                continue
            instance, model = clean.line(instance), clean.line(model)
            if (model, instance) in seen:
                request.ledger.drop(where, f"{instance}: is there twice of {model}")
                continue
            seen.add((model, instance))
            if model not in found:
                found[model] = _results(model, reports)
            order += 1
            score = found[model].get(instance)
            yield _item(request, where, (instance, model), order=order, patch=patch, score=score)


def _report(path: Path) -> Mapping[str, Any]:
    content = mapping(read_json(path))
    if not isinstance(content.get(LISTS[0]), list):
        raise UsageError(f"{path}: is no report of SWE-bench's harness: `resolved_ids` is expected to be a list.")
    return content


def _results(model: str, reports: Mapping[Path, Mapping[str, Any]]) -> dict[str, float]:
    """By instance what a model's reports say. UsageError where none is the model's, or two say otherwise of one."""
    name = model.replace("/", "__")
    mine = [path for path in reports if path.name.startswith(f"{name}.")]
    if not mine:
        raise UsageError(
            f"no report of '{model}' is among the files: the harness calls it {name}.RUN_ID.json. Name it, too."
        )
    results: dict[str, float] = {}
    for path in mine:
        for at, key in enumerate(LISTS):
            listed = reports[path].get(key)
            for instance in listed if isinstance(listed, list) else ():
                if results.setdefault(str(instance), float(at == 0)) != float(at == 0):
                    raise UsageError(f"{path}: {instance} is resolved in one list and not in another. Name one report.")
    return results


def _item(
    request: Request, where: str, of: tuple[str, str], *, order: int, patch: object, score: float | None
) -> ItemEntry:
    instance, model = of
    if score is None:
        request.ledger.unknown("no report says what became of an instance: it counts as missing")
    if model not in request.models:
        request.models[model] = ImportedModel(
            raw=model, vendor=vendor_of(model), harness="SWE-bench's harness; the agent is unknown"
        )
    alone = request.mapping.get("cluster") == "instance"
    repository = instance.rpartition("-")[0] or instance
    return entry(
        request,
        where,
        suite=SUITE,
        task=SUITE,
        item=instance,
        model=model,
        score=score,
        order=order,
        cluster=None if alone else repository,
        family=None if alone else repository,
        question=sha256_of([SUITE, instance]),
        answer=patch if isinstance(patch, str) else None,
    )
