"""ARC Prize's leaderboard: JSON with a score and a cost per task for each model and setting.

The semi-private sets of ARC-AGI-1 and -2 have 100 and 120 tasks; a score is a mean over them, and a cost is USD per
task. Where a data set states the cost of the whole run instead (ARC-AGI-3), several rows at one round figure are the
budget at which they were stopped, not a bill: their cost is unknown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.errors import UsageError
from bench.importers.names import effort_in, unique_labels
from bench.importers.numbers import BadValueError, named, number, positive
from bench.importers.source import Provenance, Request
from bench.importers.textfiles import LOST, read_json
from bench.records import AggregateRow, vendor_of

USUAL = Provenance("ARC Prize leaderboard", licence="none stated: publish figures, not rows")
TASKS = {"v1_Semi_Private": 100, "v2_Semi_Private": 120}
"""Tasks of each data set, as arcprize.org counts them."""
BY_MODELS = frozenset({"CoT", "Base LLM", "CoT + Synthesis"})
"""Kinds of row that are one model; others are systems built around models."""


def read(request: Request) -> Iterator[AggregateRow]:
    """A row for each evaluation of one model. UsageError if a file is not a leaderboard."""
    request.only()
    rows: list[tuple[str, AggregateRow]] = []
    for path in request.paths:
        evaluations = _evaluations(path)
        bills = Counter(entry.get("cost") for entry in evaluations if entry.get("cost"))
        for at, entry in enumerate(evaluations, 1):
            where = f"{path.name} evaluation {at}"
            if entry.get("modelType") not in BY_MODELS:
                request.ledger.drop(where, f"{entry.get('modelId')}: is a system or a person, not a model")
                continue
            try:
                rows.append((where, _row(request, entry, bills)))
            except BadValueError as error:
                request.ledger.drop(where, f"{entry.get('modelId')}: {error}")
    yield from filter(None, unique_labels(rows, request.ledger))


def _evaluations(path: Path) -> list[Mapping[str, Any]]:
    content = read_json(path)
    evaluations = content.get("evaluations") if isinstance(content, Mapping) else None
    if not isinstance(evaluations, list) or not all(isinstance(entry, Mapping) for entry in evaluations):
        raise UsageError(f"{path}: is not ARC Prize's leaderboard: `evaluations` is expected to be a list.")
    return evaluations


def _row(request: Request, entry: Mapping[str, Any], bills: Counter[Any]) -> AggregateRow:
    name, score = str(entry.get("modelDisplayName") or entry.get("modelId") or ""), named(entry, "score", number)
    if not name or LOST in name or score is None or not 0 <= score <= 1:
        raise BadValueError("a name and a score from 0 to 1 are needed")
    board = str(entry.get("datasetId") or "unknown")
    suite = "-".join(str(entry.get("datasetDisplayName") or board).lower().split())
    n = TASKS.get(board)
    if n is None:
        request.ledger.unknown(f"{suite}: number of tasks unknown")
    total, basis = _cost(request, suite, entry, n, bills)
    return AggregateRow(
        **request.origin,
        suite=suite,
        harness="ARC Prize",
        model=name,
        model_raw=str(entry.get("modelId") or name),
        vendor=vendor_of(str(entry.get("providerDisplayName") or "")) or vendor_of(name),
        effort=effort_in(name),
        date=str(entry.get("modelReleaseDate") or "")[:10] or None,
        n=n,
        score=score,
        cost_total_usd=total,
        cost_basis=basis,
        comparable=board,
    )


def _cost(
    request: Request, suite: str, entry: Mapping[str, Any], n: int | None, bills: Counter[Any]
) -> tuple[float | None, str | None]:
    """Dollars of all tasks, and what they rest on."""
    each = named(entry, "costPerTask", positive)
    if each is not None and n is not None:
        return each * n, "USD per task, as ARC Prize states it, times the tasks"
    whole = named(entry, "cost", positive)
    if whole is not None and bills[entry.get("cost")] == 1:
        return whole, "USD of the whole run, as ARC Prize states it"
    capped = whole is not None
    request.ledger.unknown(f"{suite}: {'several rows state one cost, a limit' if capped else 'no cost'}: cost unknown")
    return None, None
