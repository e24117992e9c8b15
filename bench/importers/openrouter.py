"""OpenRouter's activity: the CSV of generations that its site exports; totals of calls, dollars and seconds by model.

There are no scores, and each model served other requests: rows compare with nothing, and only tell what was paid.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bench.errors import UsageError
from bench.importers.numbers import BadValueError, amount, named, positive
from bench.importers.source import Request
from bench.importers.textfiles import csv_columns, csv_rows
from bench.records import AggregateRow, vendor_of

COST = ("cost_total", "cost")
MODEL = ("model_permaslug", "model")
DAY = ("created_at", "date")
SUITE = "openrouter-activity"


@dataclass(slots=True)
class ActivitySum:
    """What one model was asked and cost."""

    calls: int = 0
    """Generations."""
    usd: float = 0.0
    """Dollars."""
    seconds: list[float] = field(default_factory=list)
    """Of each generation that has them."""
    day: str = ""
    """The last one's date."""


def read(request: Request) -> Iterator[AggregateRow]:
    """A row for each model. UsageError if a file lacks its columns."""
    request.only()
    sums: dict[str, ActivitySum] = defaultdict(ActivitySum)
    for path in request.paths:
        columns = csv_columns(path)
        model, cost, day = (_column(names, columns) for names in (MODEL, COST, DAY))
        if model is None or cost is None or day is None:
            raise UsageError(
                f"{path}: is no activity of OpenRouter: created_at, model_permaslug and cost_total expected."
            )
        for where, cells in csv_rows(path, request.ledger):
            try:
                _add(sums[cells[model]], cells, cost, cells[day][:10])
            except BadValueError as error:
                request.ledger.drop(where, str(error))
    request.ledger.note(
        "no scores: what was paid, and for how many calls; a saving needs the same requests of both models"
    )
    for name, total in sums.items():
        if total.calls:
            yield _row(request, name, total)


def _column(names: Sequence[str], columns: Sequence[str]) -> str | None:
    return next((name for name in names if name in columns), None)


def _add(total: ActivitySum, cells: Mapping[str, str], cost: str, day: str) -> None:
    usd = named(cells, cost, amount)
    if usd is None:
        raise BadValueError(f"{cost}: is empty")
    total.calls, total.usd, total.day = total.calls + 1, total.usd + usd, max(total.day, day)
    milliseconds = named(cells, "generation_time_ms", positive) if "generation_time_ms" in cells else None
    total.seconds += [] if milliseconds is None else [milliseconds / 1000]


def _row(request: Request, name: str, total: ActivitySum) -> AggregateRow:
    return AggregateRow(
        source=request.provenance.source or "OpenRouter",
        source_commit=request.provenance.commit,
        retrieved=request.provenance.retrieved,
        licence=request.provenance.licence,
        suite=SUITE,
        harness="your own requests",
        model=name,
        model_raw=name,
        vendor=vendor_of(name),
        provider="openrouter",
        date=total.day or None,
        n=total.calls,
        score=None,
        cost_total_usd=total.usd or None,
        cost_basis="billed by OpenRouter" if total.usd else None,
        latency_mean_s=sum(total.seconds) / len(total.seconds) if total.seconds else None,
        comparable=f"{SUITE}, requests to {name}",
    )
