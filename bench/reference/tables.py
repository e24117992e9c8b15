"""docs/tables.md, "What a run folder holds", from the records of its tables and of run.json."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from bench.records import (
    FORMAT,
    LATENCY_COLUMNS,
    LOAD_COLUMNS,
    MARGINS,
    AggregateRow,
    AnswerRow,
    Attempt,
    Call,
    ItemRow,
    JsonRecord,
    JudgmentRow,
    LabelRow,
    Outcome,
    RecordedClaim,
    RunRecord,
    TokenUsage,
    parquet_schema,
)
from bench.reference.markdown import cell, field_docs, table

_INTRODUCTION = """\
# What a run folder holds

*Written from `bench/records/` by `make docs`. Do not edit this page.*

Runs, imports and derived runs have the same files: `run.json`, `items.parquet` (the same as `items.csv`) and
`answers.parquet`; an import of published totals has `aggregates.parquet`, a run with a latency probe `latency.csv`,
one that was measured under load `load.csv`, and one whose answers people or judges saw `labels.parquet` and
`judgments.parquet`. Everything else (`report.html`, `comparison.*`, `claims.*`, `charts/`) is made from these.
[schema/](schema/) has a JSON Schema of each: `run.json`, a row of each table with its Parquet types,
`comparison.json`, `claims.json`, what `bench gate --json` prints (`gate`) and what `--save` keeps (`baseline`).
Unknown is null (empty in CSV), never 0. Money is USD, times are seconds, and moments are UTC in ISO 8601.

```python
import pandas as pd

items = pd.read_parquet("results/<run>/items.parquet", dtype_backend="numpy_nullable")
```
"""

_ITEMS = """\
## items

One row for each model, item and repeat.
"""
_OUTCOMES = "\n### Outcomes\n"
_ANSWERS = """
## answers

The same rows' texts; joins items on run, task, item, model and repeat.
"""
_AGGREGATES = """
## aggregates

One row for each model's totals on one suite, where nobody published the single items.
"""
_LABELS = """
## labels

What people say of answers (`bench label`): one row for each rater and answer, or pair of answers. Joins items on task,
item, repeat and model.
"""
_JUDGMENTS = """
## judgments

What judge models say of answers (`bench judge`): one row for each call and criterion. A pair of answers is
judged in both orders.
"""
_LATENCY = """
## latency.csv

One line for each prompt of `bench run --latency-probe`; unknown is empty.
"""
_LOAD = """
## load.csv

One line for each prompt of `bench run --load`; unknown is empty.
"""
_RECORD = f"""
## run.json

What the run was made of, as one object. No secret is in it. `format` is {FORMAT}; files without it are of format 1, and
are read as well. A key that is not written, or null, is unknown or does not apply. Keys of later versions are kept.
*In*: a run writes it when it begins, or at its end; an import; or only where it applies.
"""

_PROBE: Mapping[str, str] = {
    "model": "The model's label in bench.toml.",
    "connection": '"cold": the first prompt on a connection of its own; "warm": the second on the same.',
    "at_once": "Calls that were to be in flight.",
    "number": "The prompt's place among those of its model and load, from 0.",
    "attempts": "HTTP exchanges made.",
    "outcome": "How the prompt ended, as in items.",
}
"""The meaning of the columns of latency.csv and load.csv that are fields of no other record."""
_UNITS: Mapping[str, str] = {
    **dict.fromkeys(("in_total", *(each.name for each in fields(TokenUsage))), "tokens"),
    **dict.fromkeys(("score", "partial"), "0 to 1"),
}
"""The units of columns whose names do not end with them."""
_JSON = {str: "text", int: "whole number", float: "number", bool: "true or false", Decimal: "decimal, as text"}


def page() -> str:
    """The whole page as Markdown. ValueError if a column or key has no meaning, or does not say when it is null."""
    parts = [_INTRODUCTION, _ITEMS, *_columns(ItemRow)]
    parts += [_OUTCOMES, *table(("outcome", "meaning"), _outcomes())]
    parts += [_ANSWERS, *_columns(AnswerRow), _AGGREGATES, *_columns(AggregateRow)]
    parts += [_LABELS, *_columns(LabelRow), _JUDGMENTS, *_columns(JudgmentRow)]
    parts += [_LATENCY, *table(("column", "unit", "meaning"), _measured(LATENCY_COLUMNS))]
    parts += [_LOAD, *table(("column", "unit", "meaning"), _measured(LOAD_COLUMNS)), _RECORD]
    head = ("key", "type", "in", "meaning")
    parts += table(head, ((*cells[:2], _written(key), cells[2]) for key, cells in _keys(RunRecord)))
    for kind in _nested(RunRecord):
        parts += [f"\n### {_title(kind)}\n", f"{_sentence(kind)}\n"]
        parts += table(("key", "type", "meaning"), (cells for _, cells in _keys(kind)))
    return "\n".join(parts) + "\n"


def _columns(kind: type[Any]) -> list[str]:
    docs = field_docs(kind)
    types = {each.name: str(each.type) for each in parquet_schema(kind)}
    rows = []
    for each in fields(kind):
        meaning, null = _split(docs.get(each.name, ""))
        if not meaning or ("None" in str(each.type)) != bool(null):
            raise ValueError(f"{kind.__name__}.{each.name}: says not what it is, or when it is None")
        rows.append((f"`{each.name}`", types[each.name], unit(each.name), meaning, null or "never"))
    return table(("column", "type", "unit", "meaning", "null"), rows)


def _split(doc: str) -> tuple[str, str]:
    """A column's meaning, and when it is null: what its docstring says after "None"."""
    meaning, _, null = doc.partition("None ")
    return meaning.rstrip(",; ").removesuffix(".") + "." if meaning else "", null.removesuffix(".")


def unit(name: str) -> str:
    """A column's unit, which its name states; empty for what has none."""
    if name.endswith("_usd"):
        return "USD"
    return "s" if name.endswith("_s") else _UNITS.get(name, "")


def _outcomes() -> Iterator[tuple[str, ...]]:
    docs = field_docs(Outcome)
    return ((f"`{outcome}`", docs[outcome.name]) for outcome in Outcome)


def _measured(columns: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The columns of a file of prompts beside the run's own calls."""
    docs = {**field_docs(TokenUsage), **field_docs(Call), **field_docs(Attempt), **_PROBE}
    return ((f"`{name}`", unit(name), docs[name].replace("None", "empty")) for name in columns)


def _keys(kind: type[JsonRecord]) -> Iterator[tuple[str, tuple[str, str, str]]]:
    """A record's keys, each with its row."""
    docs, hints = field_docs(kind), get_type_hints(kind)
    for each in fields(kind):
        if each.name not in field_names(JsonRecord):
            yield each.name, (f"`{each.name}`", _type(hints[each.name]), _null(docs[each.name]))
    if kind is RecordedClaim:
        for key, margin in MARGINS.items():
            yield key, (f"`{key}`", "number", f"{cell(margin.meaning)} Null if it claims nothing of this.")


def _null(text: str) -> str:
    return text.replace(". None", ". Null").replace("None", "null")


def field_names(kind: type[Any]) -> tuple[str, ...]:
    """The names of a dataclass's fields."""
    return tuple(each.name for each in fields(kind))


def _type(hint: Any) -> str:
    """A field's type as JSON has it."""
    options = [each for each in get_args(hint) if each is not NoneType]
    origin = get_origin(hint)
    if isinstance(hint, type) and issubclass(hint, JsonRecord):
        return f"[{_title(hint)}](#{_title(hint).replace(' ', '-')})"
    if origin is tuple:
        return f"list of {_type(options[0])}"
    if origin is Mapping:
        return "object" if options[1] is Any else f"object of {_type(options[1])}"
    return _JSON[hint] if hint in _JSON else _type(options[0])


def _title(kind: type[JsonRecord]) -> str:
    """A nested record's heading, e.g. "clock error" of RecordedClockError."""
    name = kind.__name__.removeprefix("Recorded")
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()


def _sentence(kind: type[JsonRecord]) -> str:
    return _null(" ".join((kind.__doc__ or "").split("\n\n")[0].split()))


def _nested(kind: type[JsonRecord]) -> Sequence[type[JsonRecord]]:
    """The records inside a record, those inside these included, each once and in their order."""
    nested: dict[type[JsonRecord], None] = {}
    for each in fields(kind):
        for part in _records(get_type_hints(kind)[each.name]):
            nested |= dict.fromkeys((part, *_nested(part)))
    return list(nested)


def _records(hint: Any) -> Iterator[type[JsonRecord]]:
    if isinstance(hint, type) and issubclass(hint, JsonRecord):
        yield hint
    for inner in get_args(hint):
        yield from _records(inner)


def _written(key: str) -> str:
    begin, end, imported = key in RunRecord.KEYS, key in RunRecord.ENDED, key in RunRecord.IMPORTED
    words = [word for word, holds in (("run", begin), ("its end", end), ("import", imported)) if holds]
    return ", ".join(words) or "where it applies"
