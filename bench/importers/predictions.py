"""SWE-bench's predictions, with `instance_id`, `model_name_or_path` and `model_patch` (JSON lines, a list, or an object
by instance, as mini-SWE-agent writes it), and the reports that its harness wrote of them (`MODEL.RUN_ID.json`, version
2): one item an instance, scored 1 where the report resolves it.

A prediction says neither what it cost nor how long it took. An empty patch resolves nothing. What no report tells of is
missing, never 0. So is what stands in `error_ids`: a report does not say whether a container failed or a patch could
not be applied; `--map errors=failed` scores them 0, as SWE-bench's own share does. An item's cluster is its repository,
or the instance itself by `--map cluster=instance`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
NOTED = {
    "error_ids": "without a result of the harness (a container failed, or a patch could not be applied): missing, or "
    "0 by --map errors=failed",
    "infra_failure_ids": "that the harness takes for likely failures of its environment; they count as it counts them",
    "ambiguous_failure_ids": "that may be failures of its environment; they count as it counts them",
}
"""Lists of a report that an import tells of."""
ERRORS = ("missing", "failed")
"""What an instance that the harness has no result of may count as."""


def read(request: Request) -> Iterator[ItemEntry]:
    """An item for each prediction. UsageError where a file is neither predictions nor a report, or a model has none."""
    request.only("cluster", "errors")
    if request.mapping.get("errors", "missing") not in ERRORS:
        raise UsageError(f"--map errors={request.mapping['errors']}: it is {' or '.join(ERRORS)}.")
    if request.mapping.get("cluster", "repository") not in CLUSTERS:
        raise UsageError(f"--map cluster={request.mapping['cluster']}: it is {' or '.join(CLUSTERS)}.")
    contents = {path: read_json(path) for path in request.paths if not path.name.endswith(LINES)}
    predictions = [path for path in request.paths if path not in contents or _listed(contents[path]) is not None]
    reports = {path: _report(path, content) for path, content in contents.items() if path not in predictions}
    if not predictions or not reports:
        raise UsageError(
            "swebench_predictions takes a file of predictions (.jsonl or .json) and the harness's report of them "
            "(MODEL.RUN_ID.json): name both."
        )
    found: dict[str, Mapping[str, float]] = {}
    seen: set[tuple[str, str]] = set()
    order = 0
    for path in predictions:
        for where, raw in _rows(request, path, contents.get(path)):
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
                found[model] = _results(request, model, reports)
            order += 1
            score = found[model].get(instance)
            yield _item(request, where, (instance, model), order=order, patch=patch, score=score)


def _listed(content: object) -> Sequence[object] | None:
    """The predictions in a JSON file; None where it holds none, as a report does."""
    if isinstance(content, Mapping):
        values = list(content.values())
        return values if values and all(isinstance(value, Mapping) and FIELDS[0] in value for value in values) else None
    return content if isinstance(content, list) else None


def _rows(request: Request, path: Path, content: object) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The predictions of a file, each with its place."""
    listed = _listed(content)
    if listed is None:
        yield from json_rows(path, request.ledger)
        return
    for at, raw in enumerate(listed, 1):
        yield f"{path.name} {at}", mapping(raw)


def _report(path: Path, content: object) -> Mapping[str, Any]:
    report = mapping(content)
    if not isinstance(report.get(LISTS[0]), list):
        raise UsageError(f"{path}: is no report of SWE-bench's harness: `resolved_ids` is expected to be a list.")
    return report


def _results(request: Request, model: str, reports: Mapping[Path, Mapping[str, Any]]) -> dict[str, float]:
    """By instance what a model's reports say. UsageError where none is the model's, or two say otherwise of one."""
    name = model.replace("/", "__")
    mine = [path for path in reports if path.name.startswith(f"{name}.")]
    if not mine:
        raise UsageError(
            f"no report of '{model}' is among the files: the harness calls it {name}.RUN_ID.json. Name it, too."
        )
    results: dict[str, float] = {}
    lists = (*LISTS, "error_ids") if request.mapping.get("errors") == "failed" else LISTS
    for path in mine:
        for key, words in NOTED.items():
            if count := len(_ids(reports[path], key)):
                request.ledger.note(f"{model}: {count} {words}")
        for at, key in enumerate(lists):
            for instance in _ids(reports[path], key):
                if results.setdefault(str(instance), float(at == 0)) != float(at == 0):
                    raise UsageError(f"{path}: {instance} is resolved in one list and not in another. Name one report.")
    return results


def _ids(report: Mapping[str, Any], key: str) -> Sequence[object]:
    listed = report.get(key)
    return listed if isinstance(listed, list) else ()


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
