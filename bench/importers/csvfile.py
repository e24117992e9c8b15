"""Any table of results: CSV (comma, semicolon, tab, bar) or JSON lines, with a map from our fields to its columns.

With a column for `item` its rows are single results, otherwise each is a model's total on a suite. A field is mapped
by `FIELD=COLUMN`, by `FIELD=COLUMN/100` where a column holds percent, or set by `FIELD==VALUE`; columns that are named
like a field need no map.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.errors import UsageError, suggest
from bench.importers.ledger import Ledger
from bench.importers.names import unique_labels
from bench.importers.numbers import BadValueError, amount, number, share, shown, whole
from bench.importers.source import ImportedModel, Record, Request, entry
from bench.importers.textfiles import csv_columns, csv_rows, json_rows
from bench.records import AggregateRow, sha256_of, vendor_of

MODEL = ("model", "vendor", "provider", "effort", "harness", "cost_basis")
ITEM = (
    "suite", "task", "task_version", "item", "cluster", "repeat", "score", "cost_usd", "latency_s", "tokens_in",
    "tokens_out", "prompt", "answer", "expected", "date",
)  # fmt: skip
TOTAL = (
    "suite",
    "suite_version",
    "settings",
    "date",
    "n",
    "successes",
    "score",
    "cost_total_usd",
    "latency_mean_s",
    "calls_mean",
)
ROUNDING = 0.005 + 1e-9
"""How far a total's score may be from successes / n: it may be rounded to whole percent."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field's value comes from."""

    columns: Mapping[str, str]
    """Field -> column."""
    percent: frozenset[str]
    """Fields whose column holds percent."""
    constants: Mapping[str, str]
    """Field -> the same value for every row."""
    decimal: str
    """The decimal point."""

    def __contains__(self, field: str) -> bool:
        """Whether the field has a value in some row."""
        return field in self.columns or field in self.constants

    def text(self, row: Mapping[str, Any], field: str) -> str | None:
        """A field's text; None if it is empty or has no column."""
        column = self.columns.get(field)
        value = self.constants.get(field, None if column is None else row.get(column))
        if value is None or str(value).strip() == "":
            return None
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    def needed(self, row: Mapping[str, Any], field: str) -> str:
        """A field's text. BadValueError if it is empty."""
        text = self.text(row, field)
        if text is None:
            raise BadValueError(f"column {self.columns.get(field, field)}: is empty, and {field} is needed")
        return text.strip()

    def value(self, row: Mapping[str, Any], field: str, read: Callable[[object, str], Any]) -> Any:
        """A field's number, None if unknown. BadValueError names the column."""
        text = self.text(row, field)
        try:
            if field not in self.percent:
                return read(text, self.decimal)
            percent = number(text, self.decimal)
            return None if percent is None else read(repr(percent / 100), ".")
        except BadValueError as error:
            hint = ""
            if read is share and _exceeds_1(text, self.decimal):
                hint = f"; if the column holds percent, give --map {field}={self.columns.get(field, field)}/100"
            raise BadValueError(f"column {self.columns.get(field, field)}: {error}{hint}") from error

    def cost(self, row: Mapping[str, Any], field: str, ledger: Ledger) -> float | None:
        """A cost in USD, None if unknown: so is a 0, unless the user sets it or says what it rests on."""
        value: float | None = self.value(row, field, amount)
        if value == 0 and field not in self.constants and self.text(row, "cost_basis") is None:
            ledger.unknown(
                f"{field} is 0: cost unknown; if it was free, say so: --map cost_basis==free, or --map {field}==0"
            )
            return None
        return value

    def counted(self, row: Mapping[str, Any], field: str, read: Callable[[object, str], Any], ledger: Ledger) -> Any:
        """Seconds or tokens, of which no answer has 0: None if unknown."""
        value = self.value(row, field, read)
        if value == 0:
            ledger.unknown(f"{field} is 0: unknown")
        return value or None


class Repeats:
    """Numbers the repeats of each item: a column's whole numbers as they are, any other labels by first appearance."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        self._seen: dict[tuple[str, ...], dict[str, int]] = {}

    def __call__(self, key: tuple[str, ...], columns: Columns, row: Mapping[str, Any]) -> int:
        """The number of a row's repeat of the item `key`; 0 where it states none."""
        label = columns.text(row, "repeat")
        if label is None:
            return 0
        try:
            return columns.value(row, "repeat", whole) or 0
        except BadValueError:
            known = self._seen.setdefault(key, {})
            return known.setdefault(label.strip(), len(known))


def _exceeds_1(text: object, decimal: str) -> bool:
    try:
        return (number(text, decimal) or 0) > 1
    except BadValueError:
        return False


def read(request: Request) -> Iterator[Record]:
    """The rows of files that share one map. UsageError if a column is missing that is mapped or needed."""
    totals: list[tuple[str, AggregateRow]] = []
    for path in request.paths:
        columns = _mapped(request, path)
        missing = [field for field in ("model", "score") if field not in columns]
        if missing == ["score"] and "item" not in columns and "n" in columns and "successes" in columns:
            missing = []
        if missing:
            have = ", ".join(shown(name) if name else "one without a name" for name in _names(path))
            raise UsageError(f"{path}: no column for {' and '.join(missing)}. It has {have}. Give --map FIELD=COLUMN.")
        if "item" in columns:
            yield from _items(request, path, columns)
        else:
            totals += _totals(request, path, columns)
    yield from filter(None, unique_labels(totals, request.ledger))


def _names(path: Path) -> list[str]:
    """The columns, of JSON lines those of every line; "" where one has no name. UsageError if there is none."""
    if not _is_json(path):
        return csv_columns(path)
    names: dict[str, None] = {}
    left_out = Ledger()
    for _, row in json_rows(path, left_out, flat=True):
        names.update(dict.fromkeys(row))
    if not names:
        first = "".join(f"; {dropped['row']}: {dropped['why']}" for dropped in left_out.dropped[:1])
        raise UsageError(f"{path}: holds no JSON object{first}.")
    return list(names)


def _is_json(path: Path) -> bool:
    return path.name.removesuffix(".gz").endswith((".jsonl", ".ndjson"))


def _mapped(request: Request, path: Path) -> Columns:
    names = _names(path)
    known = {*MODEL, *ITEM, *TOTAL}
    request.only(*sorted(known))
    columns = {field: field for field in sorted(known & set(names)) if field not in request.mapping}
    percent, constants = set(), {}
    for field, said in request.mapping.items():
        if said.startswith("="):
            constants[field] = said[1:]
            continue
        column = said if said in names else said.removesuffix("/100")
        if not column or column not in names:
            near = suggest(column, filter(None, names))
            raise UsageError(f"{path}: --map {field}={said}: there is no such column.{near}")
        columns[field] = column
        if column != said:
            percent.add(field)
    mapped = ", ".join(f"{field} from {shown(column)}" for field, column in columns.items())
    unused = ", ".join(
        shown(name) or f"column {at}, which has no name"
        for at, name in enumerate(names, 1)
        if name not in columns.values()
    )
    request.ledger.note(f"{path.name}: {mapped}" + (f"; not read: {unused}" if unused else ""))
    return Columns(columns, frozenset(percent), constants, request.decimal)


def _rows(request: Request, path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    return json_rows(path, request.ledger, flat=True) if _is_json(path) else csv_rows(path, request.ledger)


def _items(request: Request, path: Path, columns: Columns) -> Iterator[Record]:
    stem, ledger, numbered = path.name.partition(".")[0], request.ledger, Repeats()
    for order, (where, row) in enumerate(_rows(request, path)):
        try:
            suite = columns.text(row, "suite") or stem
            task = columns.text(row, "task") or suite
            item, model = columns.needed(row, "item"), " ".join(columns.needed(row, "model").split())
            prompt, expected = columns.text(row, "prompt") or "", columns.text(row, "expected")
            cluster, repeat = columns.text(row, "cluster"), numbered((suite, task, item, model), columns, row)
            if model not in request.models:
                request.models[model] = _model(columns, row, model)
            item_entry = entry(
                request, where, suite=suite, task=task, item=item, model=model, order=order,
                version=columns.text(row, "task_version") or "", cluster=cluster,
                question=sha256_of([suite, task, item, prompt, *([expected] if expected else [])]), repeat=repeat,
                score=columns.value(row, "score", share), cost_usd=columns.cost(row, "cost_usd", ledger),
                latency_s=columns.counted(row, "latency_s", amount, ledger),
                tokens_in=columns.counted(row, "tokens_in", whole, ledger),
                tokens_out=columns.counted(row, "tokens_out", whole, ledger), prompt=prompt,
                answer=columns.text(row, "answer"), expected=expected,
            )  # fmt: skip
        except BadValueError as error:
            ledger.drop(where, str(error))
            continue
        if item_entry.item.score is None:
            ledger.unknown("a score is empty: the item counts as missing")
        yield item_entry


def _model(columns: Columns, row: Mapping[str, Any], label: str) -> ImportedModel:
    vendor, provider, effort, harness, basis, date = (
        columns.text(row, name) for name in ("vendor", "provider", "effort", "harness", "cost_basis", "date")
    )
    return ImportedModel(
        raw=label,
        vendor=vendor or vendor_of(label),
        provider=provider,
        effort=effort,
        date=date,
        harness=harness,
        cost_basis=basis,
    )


def _totals(request: Request, path: Path, columns: Columns) -> Iterator[tuple[str, AggregateRow]]:
    for where, row in _rows(request, path):
        try:
            yield where, _total(request, path, columns, row)
        except BadValueError as error:
            request.ledger.drop(where, str(error))


def _total(request: Request, path: Path, columns: Columns, row: Mapping[str, Any]) -> AggregateRow:
    def text(field: str) -> str | None:
        return columns.text(row, field)

    n, successes = columns.value(row, "n", whole), columns.value(row, "successes", whole)
    score = columns.value(row, "score", share)
    if n is not None and successes is not None and successes > n:
        column = columns.columns.get("successes", "successes")
        raise BadValueError(f"column {column}: {successes} of {n} is not a share")
    if n and successes is not None:
        if score is None:
            score = successes / n
        elif abs(score - successes / n) > ROUNDING:
            raise BadValueError(f"column {columns.columns.get('score', 'score')}: {score:g} is not {successes} of {n}")
    suite, model = text("suite") or path.name.partition(".")[0], columns.needed(row, "model")
    harness = text("harness") or "unknown"
    cost = columns.cost(row, "cost_total_usd", request.ledger)
    return AggregateRow(
        **request.origin,
        suite=suite,
        suite_version=text("suite_version"),
        harness=harness,
        model=model,
        model_raw=model,
        vendor=text("vendor") or vendor_of(model),
        provider=text("provider"),
        effort=text("effort"),
        settings=text("settings"),
        date=text("date"),
        n=n,
        successes=successes,
        score=score,
        cost_total_usd=cost,
        cost_basis=None if cost is None else text("cost_basis") or "as the file states it",
        latency_mean_s=columns.counted(row, "latency_mean_s", amount, request.ledger),
        calls_mean=columns.counted(row, "calls_mean", amount, request.ledger),
        comparable=", ".join(filter(None, (suite, text("suite_version"), harness, text("settings")))),
    )
