"""SWE-bench: `leaderboards.json`, or CSV extracts of it: one row a model, and one row a model and instance.

Instances become items; every model also becomes a row of totals. mini-SWE-agent's rows compare within one major
version, other agents only with themselves. Costs are what the harness reckoned from list prices at the time; 0 means
unknown. An item's cluster is its repository, or the instance itself by `--map cluster=instance`. Instances that do
not add up to their model's published total are left out; the total stays.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.errors import UsageError
from bench.importers.ledger import Ledger
from bench.importers.names import effort_in, unique_labels
from bench.importers.numbers import BadValueError, named, number, positive, shown, whole
from bench.importers.source import ImportedModel, ItemEntry, Provenance, Record, Request, entry
from bench.importers.textfiles import LOST, csv_columns, csv_rows, mapping, read_json
from bench.records import AggregateRow, sha256_of, vendor_of

USUAL = Provenance("SWE-bench/swe-bench.github.io", licence="CC BY-NC 4.0: publish figures, not rows")
MODELS = {"name", "date", "resolved_pct", "total_cost_usd", "instance_cost_usd", "instance_calls", "mini_version"}
INSTANCES = {"folder", "instance_id", "resolved", "cost_usd", "api_calls"}
VERIFIED = "swe-bench-verified"
CLUSTERS = ("repository", "instance")
"""What may be taken as independent. With repositories a claim speaks of issues of other repositories, with instances
only of other issues of these ones, in this mix."""
BASIS = "reckoned by the harness from list prices of the time"
_MINI = re.compile(r"mini-v([\d.]+\d)")
_ISSUE = re.compile(r"\d+", re.ASCII)


@dataclass(frozen=True, slots=True)
class LeaderboardRow:
    """A leaderboard's row before its label is settled."""

    where: str
    """Where it stands."""
    folder: str
    """Its folder in the source, which its instances name."""
    totals: AggregateRow
    """Its totals."""
    instances: Mapping[str, Mapping[str, Any]]
    """Instance id -> resolved, cost, api_calls; empty where they come from another file or from nowhere."""


def read(request: Request) -> Iterator[Record]:
    """Totals first, then items. UsageError if a file is none of the three."""
    request.only("cluster")
    if request.mapping.get("cluster", "repository") not in CLUSTERS:
        raise UsageError(f"--map cluster={request.mapping['cluster']}: it is {' or '.join(CLUSTERS)}.")
    listed: list[LeaderboardRow] = []
    instances: list[Path] = []
    for path in request.paths:
        if path.name.removesuffix(".gz").endswith(".json"):
            listed += _boards(request, path)
            continue
        columns = set(csv_columns(path))
        if columns >= INSTANCES:
            instances.append(path)
        elif columns >= MODELS:
            listed += _models(request, path)
        else:
            nearest = MODELS if len(MODELS - columns) < len(INSTANCES - columns) else INSTANCES
            lacking = ", ".join(sorted(nearest - columns))
            raise UsageError(f"{path}: is not an extract of SWE-bench; missing columns: {lacking}.")
    listed = _without_copies(request, listed)
    rows = unique_labels([(board_row.where, board_row.totals) for board_row in listed], request.ledger)
    kept = [(board_row, row) for board_row, row in zip(listed, rows, strict=True) if row]
    yield from (row for _, row in kept)
    known = {board_row.folder: row for board_row, row in kept}
    doubted = _contradicted(request, kept, known, instances)
    for board_row, row in kept:
        if (row.suite, row.model) not in doubted:
            yield from _items(request, board_row, row)
    for path in instances:
        yield from _from_csv(request, path, known, doubted)


def _without_copies(request: Request, listed: Sequence[LeaderboardRow]) -> list[LeaderboardRow]:
    """The rows without those whose folder, or whose every instance, is that of an earlier one of the suite."""
    kept: list[LeaderboardRow] = []
    seen: dict[tuple[str, str], str] = {}
    for board_row in listed:
        marks = [board_row.folder, *([sha256_of(board_row.instances)] if board_row.instances else [])]
        copied = next(
            (seen[board_row.totals.suite, mark] for mark in marks if (board_row.totals.suite, mark) in seen), None
        )
        if copied:
            request.ledger.drop(
                board_row.where, f"{board_row.totals.model}: folder or every instance is that of {copied}"
            )
            continue
        seen |= {(board_row.totals.suite, mark): board_row.totals.model for mark in marks}
        kept.append(board_row)
    return kept


def _contradicted(
    request: Request,
    kept: Sequence[tuple[LeaderboardRow, AggregateRow]],
    known: Mapping[str, AggregateRow],
    files: Sequence[Path],
) -> set[tuple[str, str]]:
    """Suite and model of the totals that their own instances contradict; each is named. `known`: folder -> totals."""
    results = {
        (row.suite, row.model): {name: mapping(raw).get("resolved") for name, raw in board_row.instances.items()}
        for board_row, row in kept
    }
    for path in files:
        for _, raw in csv_rows(path, Ledger()):
            if row := known.get(raw["folder"]):
                results[row.suite, row.model].setdefault(raw["instance_id"], raw["resolved"])
    contradicted = set()
    for board_row, row in kept:
        if why := _contradiction(row, [*results[row.suite, row.model].values()]):
            request.ledger.drop(board_row.where, f"{row.model}: {why}: only the total is kept")
            contradicted.add((row.suite, row.model))
    return contradicted


def _contradiction(row: AggregateRow, results: Sequence[object]) -> str | None:
    """How the instances' results differ from the total by more than one instance; None if they do not.

    A percentage may be rounded, or may leave an instance out. Instances that are not given, or without a result, may
    be either.
    """
    solved, failed = (sum(_says(result, score) for result in results) for score in (1, 0))
    n = max(row.n or 0, len(results))
    said = (row.score or 0) * n
    if not results or solved - 1 - 1e-9 <= said <= n - failed + 1 + 1e-9:
        return None
    share = f"{100 * (row.score or 0):g} %"
    return f"{solved} of its {len(results)} instances are resolved, its total says {round(said)} of {n} ({share})"


def _says(result: object, score: int) -> bool:
    try:
        return number(result) == score
    except BadValueError:
        return False


def _boards(request: Request, path: Path) -> Iterator[LeaderboardRow]:
    content = read_json(path)
    boards = content.get("leaderboards") if isinstance(content, Mapping) else None
    if not isinstance(boards, list):
        raise UsageError(f"{path}: is not a leaderboards.json: `leaderboards` is expected to be a list.")
    for board in boards:
        name, results = mapping(board).get("name"), mapping(board).get("results")
        for at, raw in enumerate(results if isinstance(results, list) else (), 1):
            where = f"{path.name} {name} {at}"
            try:
                yield _result(request, where, str(name), mapping(raw))
            except BadValueError as error:
                request.ledger.drop(where, str(error))


def _result(request: Request, where: str, board: str, raw: Mapping[str, Any]) -> LeaderboardRow:
    folder, name = str(raw.get("folder") or raw.get("name") or where), str(raw.get("name") or "")
    version = raw.get("mini-swe-agent_version") or _version(folder)
    mini = bool(version) or raw.get("agent") == "mini-SWE-agent"
    details = mapping(raw.get("per_instance_details"))
    suite = VERIFIED if board == "bash-only" else f"swe-bench-{board.lower().replace(' ', '-')}"
    tags = raw.get("tags")
    models = [str(tag)[7:] for tag in (tags if isinstance(tags, list) else ()) if str(tag).startswith("Model: ")]
    cells = {
        "name": name,
        "date": raw.get("date"),
        "resolved": raw.get("resolved"),
        "total_cost": raw.get("cost"),
        "instance_cost": raw.get("instance_cost"),
        "instance_calls": raw.get("instance_calls"),
        "instances": len(details) or None,
        "version": version,
        "effort": None,
        "resolved_id": models[0] if len(models) == 1 else None,
    }
    return LeaderboardRow(where, folder, _totals(request, suite, cells, mini), details)


def _models(request: Request, path: Path) -> Iterator[LeaderboardRow]:
    for where, raw in csv_rows(path, request.ledger):
        folder = raw.get("folder", "")
        cells = {
            "name": raw["name"],
            "date": raw["date"],
            "resolved": raw["resolved_pct"],
            "total_cost": raw["total_cost_usd"],
            "instance_cost": raw["instance_cost_usd"],
            "instance_calls": raw["instance_calls"],
            "instances": raw.get("n_instances"),
            "version": raw["mini_version"],
            "effort": raw.get("reasoning_effort") or None,
            "resolved_id": None,
        }
        try:
            if folder and not re.search(rf"mini-v{re.escape(raw['mini_version'])}(?![\d.])", folder):
                request.ledger.note(f"{raw['name']}: mini_version {raw['mini_version']} is not that of {folder}")
            yield LeaderboardRow(where, folder or where, _totals(request, VERIFIED, cells, mini=True), {})
        except BadValueError as error:
            request.ledger.drop(where, str(error))


def _totals(request: Request, suite: str, cells: Mapping[str, Any], mini: bool) -> AggregateRow:
    name = cells["name"]
    if not name or LOST in name:
        raise BadValueError("name is missing or damaged")
    score = named(cells, "resolved", number)
    if score is None or not 0 <= score <= 100:
        raise BadValueError(f"resolved '{shown(cells['resolved'])}' is not a percentage")
    total, each = (named(cells, name, positive) for name in ("total_cost", "instance_cost"))
    if total is None:
        request.ledger.unknown("cost is 0 or missing: cost unknown")
    n, solved = _counts(score, named(cells, "instances", whole) or None, total, each)
    if n is None:
        request.ledger.unknown("no whole number of instances fits the percentage: n unknown")
    elif solved is None:
        request.ledger.unknown("the percentage is not a whole share of the instances: number solved unknown")
    version = cells["version"] or "of unknown version"
    return AggregateRow(
        **request.origin,
        suite=suite,
        harness=f"mini-SWE-agent {version}" if mini else "the submitter's own agent",
        model=name,
        model_raw=name,
        vendor=vendor_of(cells["resolved_id"] or name),
        effort=cells["effort"] or effort_in(name),
        date=cells["date"] or None,
        n=n,
        successes=solved,
        score=score / 100,
        cost_total_usd=total,
        cost_basis=None if total is None else BASIS,
        calls_mean=named(cells, "instance_calls", positive),
        comparable=_kind(suite, cells["version"], name) if mini else f"{suite}, {name}",
    )


def _version(folder: str) -> str | None:
    """mini-SWE-agent's version, as a folder's name has it."""
    match = _MINI.search(folder)
    return match[1] if match else None


def _kind(suite: str, version: str | None, name: str) -> str:
    """What mini-SWE-agent's rows of one major version have in common; an unknown version has nothing to share."""
    return f"{suite}, mini-SWE-agent {version.partition('.')[0]}.x" if version else f"{suite}, mini-SWE-agent ({name})"


def _counts(score: float, n: int | None, total: float | None, each: float | None) -> tuple[int | None, int | None]:
    """Instances and how many were solved. Without a stated n it is total cost / cost each, if that fits the score.

    A percentage is written with two digits, so it fits n if a whole number of instances is within 0.006 points.
    """
    if n is None and total and each and abs(total / each - round(total / each)) < 1e-6 * total / each:
        derived = round(total / each)
        return (derived, solved) if (solved := _solved(score, derived)) is not None else (None, None)
    return n, None if n is None else _solved(score, n)


def _solved(score: float, n: int) -> int | None:
    solved = round(score * n / 100)
    return solved if abs(100 * solved / n - score) < 0.006 else None


def _items(request: Request, listed: LeaderboardRow, row: AggregateRow) -> Iterator[ItemEntry]:
    for at, (instance, details) in enumerate(sorted(listed.instances.items())):
        where, raw = f"{listed.where} {instance}", mapping(details)
        cells = {"instance_id": instance, "resolved": raw.get("resolved"), "cost_usd": raw.get("cost")}
        try:
            yield _item(request, where, at, {**cells, "api_calls": raw.get("api_calls")}, row)
        except BadValueError as error:
            request.ledger.drop(where, str(error))


def _from_csv(
    request: Request, path: Path, known: Mapping[str, AggregateRow], doubted: Set[tuple[str, str]]
) -> Iterator[ItemEntry]:
    for at, (where, raw) in enumerate(csv_rows(path, request.ledger)):
        row = known.get(raw["folder"])
        if row and (row.suite, row.model) in doubted:
            continue
        try:
            yield _item(request, where, at, raw, row or raw["folder"])
        except BadValueError as error:
            request.ledger.drop(where, str(error))


def _item(request: Request, where: str, order: int, cells: Mapping[str, Any], row: AggregateRow | str) -> ItemEntry:
    """`row` is the model's totals, or its folder where no totals were given."""
    label = row if isinstance(row, str) else row.model
    suite = VERIFIED if isinstance(row, str) else row.suite
    instance = str(cells["instance_id"])
    repository, _, issue = instance.rpartition("-")
    if "__" not in repository[1:-1] or not _ISSUE.fullmatch(issue):
        raise BadValueError(f"instance_id '{shown(instance)}' is not REPOSITORY-NUMBER")
    score = named(cells, "resolved", number)
    if score not in (0, 1, None):
        raise BadValueError(f"resolved '{shown(cells['resolved'])}' is neither true nor false")
    cost, calls = named(cells, "cost_usd", positive), named(cells, "api_calls", positive)
    if cost is None:
        request.ledger.unknown("an instance's cost is 0 or missing: cost unknown")
    if label not in request.models:
        request.models[label] = _model(row)
    alone = request.mapping.get("cluster") == "instance"
    kind = _kind(suite, _version(row), row) if isinstance(row, str) else row.comparable
    return entry(
        request, where, suite=suite, task=suite, item=instance, model=label, score=score, order=order,
        cluster=None if alone else repository, family=None if alone else repository,
        question=sha256_of([instance, kind]), cost_usd=cost,
        detail=None if calls is None else json.dumps({"api_calls": int(calls)}),
    )  # fmt: skip


def _model(row: AggregateRow | str) -> ImportedModel:
    if isinstance(row, str):
        return ImportedModel(raw=row, vendor=vendor_of(row), harness="mini-SWE-agent", cost_basis=BASIS)
    return ImportedModel(
        raw=row.model_raw, vendor=row.vendor, effort=row.effort, date=row.date, harness=row.harness, cost_basis=BASIS
    )
