"""LiveBench's release files: a table of scores, a cost file, and the categories; totals of kinds of question.

The table has a score from 0 to 100 for each subtask, the cost file has the dollars and the number of questions of each
(`nq_` columns). A model becomes a row for all questions and one for each category; every question counts the same, as
LiveBench's own average of category means states no number of questions. Subtasks are strata: `n_effective`. The files
date no row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench.errors import UsageError
from bench.importers.names import unique_labels
from bench.importers.numbers import BadValueError, named, number, positive, whole
from bench.importers.source import Provenance, Request
from bench.importers.textfiles import csv_columns, csv_rows, read_json
from bench.records import AggregateRow, vendor_of

USUAL = Provenance("LiveBench/new-livebench", licence="none stated: publish figures, not rows")
COUNT = "nq_"
"""What a column of question counts begins with."""
_RELEASE = re.compile(r"(20\d\d)[_-](\d\d)[_-](\d\d)")
_EFFORT = re.compile(r"-(x?high|max|medium|low)(?:-effort)?$")
Cells = Mapping[str, str]


def read(request: Request) -> Iterator[AggregateRow]:
    """The rows of all questions, and of each category. UsageError if the table or the cost file is missing."""
    request.only()
    tables, costs, categories = _files(request.paths)
    rows: list[tuple[str, AggregateRow]] = []
    for table in tables:
        version = "-".join(match.groups()) if (match := _RELEASE.search(table.name)) else None
        subtasks = [name for name in csv_columns(table) if name and name != "model"]
        kinds = _kinds(categories, subtasks)
        for where, cells in csv_rows(table, request.ledger):
            known = costs.get(cells["model"])
            if known is None:
                request.ledger.drop(where, f"{cells['model']} is not in the cost file: number of questions unknown")
                continue
            try:
                rows += [
                    (where, _row(request, version, kind, subtasks=each, scores=cells, costs=known))
                    for kind, each in kinds.items()
                ]
            except BadValueError as error:
                request.ledger.drop(where, f"{cells['model']}: {error}")
    yield from filter(None, unique_labels(rows, request.ledger))


def _files(paths: Sequence[Path]) -> tuple[list[Path], dict[str, Cells], Mapping[str, Sequence[str]]]:
    tables: list[Path] = []
    costs: dict[str, Cells] = {}
    categories: Mapping[str, Sequence[str]] = {}
    for path in paths:
        if path.name.removesuffix(".gz").endswith(".json"):
            categories = _categories(path)
            continue
        columns = csv_columns(path)
        if "model" not in columns:
            raise UsageError(f"{path}: is not a file of LiveBench: a column `model` is expected.")
        if any(name.startswith(COUNT) for name in columns):
            from bench.importers.ledger import Ledger

            costs |= {cells["model"]: cells for _, cells in csv_rows(path, Ledger())}
        else:
            tables.append(path)
    if not tables or not costs:
        raise UsageError(
            f"{paths[0]}: give LiveBench's table_*.csv, cost_*.csv (for the counts) and categories_*.json."
        )
    return tables, costs, categories


def _categories(path: Path) -> Mapping[str, Sequence[str]]:
    content = read_json(path)
    if not isinstance(content, Mapping) or not all(
        isinstance(tasks, list) and all(isinstance(task, str) for task in tasks) for tasks in content.values()
    ):
        raise UsageError(f"{path}: is not LiveBench's categories: a list of subtasks for each category is expected.")
    return content


def _kinds(categories: Mapping[str, Sequence[str]], subtasks: Sequence[str]) -> dict[str, Sequence[str]]:
    """Suite -> its subtasks: all of them, and each category whose every subtask is in the table."""
    kinds: dict[str, Sequence[str]] = {"livebench": subtasks}
    for name, tasks in categories.items():
        if tasks and set(tasks) <= set(subtasks):
            kinds[f"livebench-{'-'.join(name.lower().split())}"] = tasks
    return kinds


def _row(
    request: Request, version: str | None, suite: str, subtasks: Sequence[str], scores: Cells, costs: Cells
) -> AggregateRow:
    counts = {task: named(costs, COUNT + task, whole) for task in subtasks}
    shares = {task: named(scores, task, number) for task in subtasks}
    for task in subtasks:
        if not counts[task] or shares[task] is None or not 0 <= shares[task] <= 100:
            raise BadValueError(f"{task}: a score from 0 to 100 and a number of questions are needed")
    n = sum(counts.values())
    score = sum(counts[task] * shares[task] / 100 for task in subtasks) / n
    within = sum(counts[task] * shares[task] / 100 * (1 - shares[task] / 100) for task in subtasks) / n
    bills = [named(costs, task, positive) for task in subtasks]
    cost = None if None in bills else sum(bills)
    if cost is None:
        request.ledger.unknown(f"{suite}: a subtask's cost is 0 or missing: cost unknown")
    model = scores["model"]
    effort = None if model.startswith("qwen") else _EFFORT.search(model)  # "max" is a model of Qwen's
    return AggregateRow(
        **request.origin,
        suite=suite,
        suite_version=version,
        harness="LiveBench",
        model=model,
        model_raw=model,
        vendor=vendor_of(model),
        effort=effort[1] if effort else None,
        n=n,
        score=score,
        cost_total_usd=cost,
        cost_basis=None if cost is None else "dollars of the subtasks, as LiveBench reckoned them",
        comparable=", ".join(filter(None, (suite, version))),
        n_effective=score * (1 - score) / (within / n) if within > 0 else None,
    )
