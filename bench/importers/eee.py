"""Every Eval Ever: one JSON file a model, with a score for each evaluation (schema 0.2 and 0.3); totals.

A score becomes a share of its stated range; a metric that is better lower, or has no range, is left out. The number of
items is the stated `num_samples` of its uncertainty. The format has no costs.

Where a record's own interval or standard error is wider than that of independent items, its items depend on each other:
the score counts as so many independent ones as would have that interval. A record that says so without a number, and
one that claimbench wrote of a run, whose items go together in a way that totals cannot show, decide no claim.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import NormalDist
from typing import Any

from bench.errors import UsageError
from bench.importers.names import unique_labels
from bench.importers.numbers import BadValueError, day, named, number, whole
from bench.importers.source import Request
from bench.importers.textfiles import files_below, mapping, read_json
from bench.records import AggregateRow, vendor_of

OURS = "claimbench"
"""The library that our own records name."""
USUAL_LEVEL = 0.95
"""The level of an interval that states none."""
TOLERANCE = 1.02
"""How much wider than the binomial interval the rounding of a stated one makes it."""
LEAST_WORTH = 2
"""A score that is worth fewer independent items says nothing."""
_DEPENDENT = re.compile(r"cluster|(?<!in)dependent|design effect|hierarchical", re.IGNORECASE)
_OF_A_RUN = (
    "claimbench wrote the record of a run, and totals do not say how its items go together: judge the run itself"
)


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
    score, scale = _share(details, mapping(result.get("metric_config")))
    uncertainty = mapping(details.get("uncertainty"))
    n = named(uncertainty, "num_samples", whole) or None
    if n is None:
        request.ledger.unknown("no num_samples: number of items unknown")
    model = mapping(record.get("model_info"))
    library = mapping(record.get("eval_library"))
    worth, unjudged = _worth(uncertainty, n, score, scale)
    if library.get("name") == OURS:
        worth, unjudged = None, _OF_A_RUN
    if worth is not None:
        request.ledger.warn(
            f"{model['name']}, {name}: its stated interval is wider than that of {n:,} independent items: they count "
            f"as {worth:.1f}"
        )
    elif unjudged:
        request.ledger.note(f"{model['name']}, {name}: no claim is judged on its score: {unjudged}")
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
        n_effective=worth,
        unjudged=unjudged,
    )


def _worth(
    uncertainty: Mapping[str, Any], n: int | None, score: float, scale: float
) -> tuple[float | None, str | None]:
    """How many independent items a score is worth, and why no claim can be judged on it; None where nothing is odd."""
    interval, error = mapping(uncertainty.get("confidence_interval")), mapping(uncertainty.get("standard_error"))
    level = named(interval, "confidence_level", number) or USUAL_LEVEL
    z = NormalDist().inv_cdf(0.5 + (level / 100 if level > 1 else level) / 2) if 0 < level < 100 and level != 1 else 0
    low, high, se = named(interval, "lower", number), named(interval, "upper", number), named(error, "value", number)
    reaches = []
    if low is not None and high is not None:
        if not z or low > high:
            return None, "its stated interval is none"
        reaches.append((abs(high - low) / 2 / scale, z))
    if se is not None:
        usual = NormalDist().inv_cdf(0.5 + USUAL_LEVEL / 2)
        reaches.append((usual * abs(se) / scale, usual))
    said = " ".join(str(each.get("method") or "") for each in (interval, error))
    if not reaches:
        return None, "its items depend on each other, and it states no interval" if _DEPENDENT.search(said) else None
    if n is None:
        return None, None
    wider = [_independent(score, reach, z) for reach, z in reaches if reach > TOLERANCE * _binomial(score, n, z)]
    worth = min((n, *wider))
    if worth < min(n, LEAST_WORTH):
        return None, "its stated interval is as wide as if nothing had been measured"
    return (worth if worth < n else None), None


def _binomial(score: float, n: int, z: float) -> float:
    """How far the widest usual interval of n independent items reaches: Wald's or Wilson's, corrected for steps."""
    spread = score * (1 - score) / n
    wilson = z / (1 + z * z / n) * math.sqrt(spread + (z / (2 * n)) ** 2)
    return max(z * math.sqrt(spread), wilson) + 0.5 / n


def _independent(score: float, reach: float, z: float) -> float:
    """How many independent items have Wilson's interval of this reach: x = z² / n solves its square."""
    square, spread = reach * reach, score * (1 - score)
    a, b = square - 0.25, 2 * square - spread
    if a >= 0:
        return 0.0
    return z * z * -2 * a / (b + math.sqrt(b * b - 4 * a * square))


def _share(details: Mapping[str, Any], metric: Mapping[str, Any]) -> tuple[float, float]:
    """The score as a share of the metric's range, and that range."""
    score = named(details, "score", number)
    if score is None:
        raise BadValueError("score is missing")
    if metric.get("lower_is_better"):
        raise BadValueError("a metric that is better lower is no share of solved items")
    low, high = (named(metric, name, number) for name in ("min_score", "max_score"))
    low, high = (0.0 if low is None else low), (1.0 if high is None else high)
    if not low < high or not low <= score <= high:
        raise BadValueError(f"score {score:g} is not between min_score {low:g} and max_score {high:g}")
    return float((score - low) / (high - low)), float(high - low)
