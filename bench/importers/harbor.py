"""Harbor: the table of Harbor-Index (pairs of model and agent, dollars per run of its tasks, the share passed), or a
job's folder, whose trials each have a `result.json`: one item a task, its trials as repeats.

An agent's rows compare only with that agent's: the same model costs several times as much in another one. Where the
route is named it is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bench.errors import UsageError
from bench.importers import harbor_trials
from bench.importers.names import unique_labels
from bench.importers.numbers import BadValueError, named, number, positive, whole
from bench.importers.source import Provenance, Record, Request
from bench.importers.textfiles import csv_columns, csv_rows
from bench.records import AggregateRow, vendor_of

USUAL = Provenance("harbor-framework/terminal-bench-website", licence="none seen: publish figures, not rows")
NEEDED = {"model", "agent", "usd_per_run", "pass_rate_percent"}
TASKS = 82
"""Tasks of Harbor-Index."""


def read(request: Request) -> Iterator[Record]:
    """A row for each pair, or an item for each trial. UsageError if a file lacks the columns, or a folder any trial."""
    request.only()
    folders = [path for path in request.paths if path.is_dir()]
    yield from harbor_trials.read(request, folders)
    rows: list[tuple[str, AggregateRow]] = []
    for path in request.paths:
        if path in folders:
            continue
        if lacking := sorted(NEEDED - set(csv_columns(path))):
            raise UsageError(f"{path}: is not a table of Harbor-Index; missing columns: {', '.join(lacking)}.")
        for where, cells in csv_rows(path, request.ledger):
            try:
                rows.append((where, _row(request, cells)))
            except BadValueError as error:
                request.ledger.drop(where, str(error))
    yield from filter(None, unique_labels(rows, request.ledger))


def _row(request: Request, cells: Mapping[str, str]) -> AggregateRow:
    passed = named(cells, "pass_rate_percent", number)
    if not cells["model"] or not cells["agent"] or passed is None or not 0 <= passed <= 100:
        raise BadValueError("a model, an agent and a pass rate from 0 to 100 are needed")
    cost = named(cells, "usd_per_run", positive)
    if cost is None:
        request.ledger.unknown("usd_per_run is 0 or missing: cost unknown")
    runs = named(cells, "runs", whole) if "runs" in cells else None
    mean = "" if runs is None else f" (runs: {runs})"
    return AggregateRow(
        **request.origin,
        suite="harbor-index",
        harness=cells["agent"],
        model=f"{cells['model']} ({cells['agent']})",
        model_raw=cells["model"],
        vendor=vendor_of(cells["model"]),
        provider=cells.get("route") or None,
        n=TASKS,
        score=passed / 100,
        cost_total_usd=cost,
        cost_basis=None if cost is None else f"dollars per run of the tasks, as the page states them{mean}",
        comparable=f"harbor-index, {cells['agent']}",
    )
