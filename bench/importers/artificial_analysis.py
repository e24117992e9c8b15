"""Artificial Analysis: a CSV extract of its models, with the Intelligence Index and what running it cost.

The index is a composite of several evaluations in percent; how many questions it rests on is not in the file, so its
difference has no interval. Its parts (coding, agentic) become suites without a cost. Indices that the source itself
estimated are left out: nothing was measured.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bench.errors import UsageError
from bench.importers.names import effort_in, unique_labels
from bench.importers.numbers import BadValueError, named, number, positive
from bench.importers.source import Provenance, Request
from bench.importers.textfiles import csv_columns, csv_rows
from bench.records import AggregateRow, vendor_of

USUAL = Provenance("Artificial Analysis", licence="attribution: artificialanalysis.ai")
NEEDED = {"name", "creator", "intelligence_index", "index_cost_total"}
SUITES = {
    "intelligence_index": "artificial-analysis-index",
    "coding_index": "artificial-analysis-coding",
    "agentic_index": "artificial-analysis-agentic",
}
"""Column -> suite."""


def read(request: Request) -> Iterator[AggregateRow]:
    """A row for each index of each model. UsageError if a file lacks the columns."""
    request.only()
    rows: list[tuple[str, AggregateRow]] = []
    for path in request.paths:
        if lacking := sorted(NEEDED - set(csv_columns(path))):
            raise UsageError(
                f"{path}: is not an extract of Artificial Analysis; missing columns: {', '.join(lacking)}."
            )
        for where, cells in csv_rows(path, request.ledger):
            if cells.get("index_is_estimated", "").lower() == "true":
                request.ledger.drop(where, f"{cells['name']}: the index is the source's estimate, not a measurement")
                continue
            for column in SUITES:
                try:
                    row = _row(request, cells, column)
                except BadValueError as error:
                    request.ledger.drop(where, f"{cells['name']}: {error}")
                    continue
                if row is not None:
                    rows.append((where, row))
    yield from filter(None, unique_labels(rows, request.ledger))


def _row(request: Request, cells: Mapping[str, str], column: str) -> AggregateRow | None:
    index = named(cells, column, number)
    if index is None:
        return None
    if not 0 <= index <= 100:
        raise BadValueError(f"{column} {index:g} is not from 0 to 100")
    cost = named(cells, "index_cost_total", positive) if column == "intelligence_index" else None
    if cost is None and column == "intelligence_index":
        request.ledger.unknown("the cost of the index is 0 or missing: cost unknown")
    name = cells["name"]
    suite = SUITES[column]
    return AggregateRow(
        **request.origin,
        suite=suite,
        harness="Artificial Analysis",
        model=name,
        model_raw=name,
        vendor=vendor_of(cells["creator"]) or vendor_of(name) or ("-".join(cells["creator"].lower().split()) or None),
        effort=effort_in(name),
        date=cells.get("release_date") or None,
        score=index / 100,
        cost_total_usd=cost,
        cost_basis=None if cost is None else "cost of running the index, as the source reckoned it from list prices",
        latency_mean_s=named(cells, "e2e_p50_s", positive) if column == "intelligence_index" else None,
        comparable=suite,
    )
