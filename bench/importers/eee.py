"""Every Eval Ever: one JSON file a model, with a score for each evaluation (schema 0.2 and 0.3); totals.

A score becomes a share of its stated range; a metric that is better lower, or has no range, is left out. The number of
items is the stated `num_samples` of its uncertainty. The format has no costs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.errors import UsageError
from bench.importers.names import unique_labels
from bench.importers.numbers import BadValueError, day, named, number, whole
from bench.importers.source import Request
from bench.importers.textfiles import files_below, mapping, read_json
from bench.records import AggregateRow, vendor_of


def read(request: Request) -> Iterator[AggregateRow]:
    """A row for each evaluation of each file, also of folders of files. UsageError if one is no such record."""
    request.only()
    rows: list[tuple[str, AggregateRow]] = []
    for path in _files(request):
        record = mapping(read_json(path))
        results = record.get("evaluation_results")
        if not isinstance(results, list) or not mapping(record.get("model_info")).get("name"):
            raise UsageError(
                f"{path}: is no record of Every Eval Ever: model_info and evaluation_results are expected."
            )
        for at, result in enumerate(results, 1):
            where = f"{path.name} result {at}"
            try:
                rows.append((where, _row(request, record, mapping(result))))
            except BadValueError as error:
                request.ledger.drop(where, str(error))
    yield from filter(None, unique_labels(rows, request.ledger))


def _files(request: Request) -> list[Path]:
    files: list[Path] = []
    for path in request.paths:
        inside = files_below(path, "*.json", ledger=request.ledger) if path.is_dir() else [path]
        if not inside:
            raise UsageError(f"{path}: no JSON file is in it.")
        files += inside
    return files


def _row(request: Request, record: Mapping[str, Any], result: Mapping[str, Any]) -> AggregateRow:
    name = str(result.get("evaluation_name") or "")
    if not name:
        raise BadValueError("evaluation_name is missing")
    details = mapping(result.get("score_details"))
    score = _share(details, mapping(result.get("metric_config")))
    n = named(mapping(details.get("uncertainty")), "num_samples", whole) or None
    if n is None:
        request.ledger.unknown("no num_samples: number of items unknown")
    model = mapping(record.get("model_info"))
    library = mapping(record.get("eval_library"))
    harness = " ".join(str(library.get(key)) for key in ("name", "version") if library.get(key)) or "unknown"
    settings = mapping(mapping(result.get("generation_config")).get("generation_args"))
    source = mapping(record.get("source_metadata"))
    return AggregateRow(
        source=request.provenance.source or str(source.get("source_organization_name") or request.source),
        source_commit=request.provenance.commit,
        retrieved=request.provenance.retrieved or day(record.get("retrieved_timestamp")),
        licence=request.provenance.licence,
        suite=name,
        harness=harness,
        model=str(model["name"]),
        model_raw=str(model.get("id") or model["name"]),
        vendor=vendor_of(str(model.get("developer") or "")) or vendor_of(str(model.get("id") or model["name"])),
        provider=str(mapping(model.get("inference_platform")).get("name") or model.get("inference_platform") or "")
        or None,
        effort=str(settings["reasoning_effort"]) if settings.get("reasoning_effort") else None,
        date=day(result.get("evaluation_timestamp") or record.get("evaluation_timestamp")),
        n=n,
        score=score,
        comparable=f"{name}, {harness}",
    )


def _share(details: Mapping[str, Any], metric: Mapping[str, Any]) -> float:
    """The score as a share of the metric's range."""
    score = named(details, "score", number)
    if score is None:
        raise BadValueError("score is missing")
    if metric.get("lower_is_better"):
        raise BadValueError("a metric that is better lower is no share of solved items")
    low, high = (named(metric, name, number) for name in ("min_score", "max_score"))
    low, high = (0.0 if low is None else low), (1.0 if high is None else high)
    if not low < high or not low <= score <= high:
        raise BadValueError(f"score {score:g} is not between min_score {low:g} and max_score {high:g}")
    return float((score - low) / (high - low))
