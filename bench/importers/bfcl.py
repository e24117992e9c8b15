"""BFCL's leaderboard: `data_overall.csv`; totals of its overall and category accuracies, in percent.

The categories differ in their number of tests, which the file does not state: a difference has no interval. Its cost is
of an unstated number of tests, and is not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bench.errors import UsageError
from bench.importers.names import effort_in, unique_labels
from bench.importers.numbers import BadValueError, named, number
from bench.importers.source import Provenance, Request
from bench.importers.textfiles import csv_columns, csv_rows
from bench.records import AggregateRow, vendor_of

USUAL = Provenance("ShishirPatil/gorilla", licence="Apache-2.0")
OVERALL = "Overall Acc"


def read(request: Request) -> Iterator[AggregateRow]:
    """A row for each accuracy of each model. UsageError if a file lacks its columns."""
    request.only()
    rows: list[tuple[str, AggregateRow]] = []
    for path in request.paths:
        columns = csv_columns(path)
        if lacking := [name for name in ("Model", OVERALL) if name not in columns]:
            raise UsageError(f"{path}: is no leaderboard of BFCL; missing columns: {', '.join(lacking)}.")
        accuracies = [name for name in columns if name.endswith("Acc")]
        for where, cells in csv_rows(path, request.ledger):
            for column in accuracies:
                try:
                    row = _row(request, cells, column)
                except BadValueError as error:
                    request.ledger.drop(where, str(error))
                    continue
                rows += [] if row is None else [(where, row)]
    request.ledger.note("the file states no number of tests: differences have no interval, and no cost is read")
    yield from filter(None, unique_labels(rows, request.ledger))


def _row(request: Request, cells: Mapping[str, str], column: str) -> AggregateRow | None:
    score = named(cells, column, number)
    if score is None:
        return None
    if "%" not in cells[column]:
        score /= 100
    if not cells["Model"] or not 0 <= score <= 1:
        raise BadValueError(f"{column}: a model and an accuracy from 0 to 100 are needed")
    part = "-".join(column.removesuffix("Acc").lower().split())
    suite = "bfcl" if column == OVERALL else f"bfcl-{part}"
    model = cells["Model"]
    return AggregateRow(
        **request.origin,
        suite=suite,
        harness="BFCL",
        model=model,
        model_raw=model,
        vendor=vendor_of(cells.get("Organization") or "") or vendor_of(model),
        effort=effort_in(model),
        score=score,
        comparable=suite,
    )
