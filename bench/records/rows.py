"""Rows to Parquet and back: a row that no table can hold is marked, never the end of a run; a stranger's is checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import MISSING, Field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import clean
from bench.records.calls import Outcome
from bench.records.details import require_settings
from bench.records.files import write_file
from bench.records.tables import AnswerRow, ItemRow

if TYPE_CHECKING:
    import pandas as pd

LONG = frozenset(
    ("prompt", "answer", "reasoning", "extracted", "expected", "grade_detail", "sampling_requested", "sampling_applied")
)
"""Columns whose texts may have several lines."""
MOMENTS = 50_000
"""Moments that are read at once."""
_SHARES = ("score", "partial", "value")
_SETTINGS = ("sampling_requested", "sampling_applied")


def parquet_schema(kind: type[Any]) -> Any:
    """The Parquet schema of a record type."""
    import pyarrow

    types = {"str": pyarrow.string(), "int": pyarrow.int64(), "float": pyarrow.float64(), "bool": pyarrow.bool_()}
    return pyarrow.schema([(f.name, types[_type(f)]) for f in fields(kind)])


def arrow_table(rows: Sequence[Any], kind: type[Any]) -> Any:
    """The rows as a table. ValueError, TypeError or OverflowError if one of them has a value that no table can hold."""
    import pyarrow

    schema = parquet_schema(kind)
    columns = [pyarrow.array([getattr(row, each.name) for row in rows], each.type) for each in schema]
    return pyarrow.Table.from_arrays(columns, schema=schema)


def arrow_tables(items: Sequence[ItemRow], answers: Sequence[AnswerRow]) -> tuple[Any, Any]:
    """Both tables of a run, whose rows stand side by side.

    Where a row cannot be stored it is cleaned, and where that is not enough replaced: its item is then missing
    (`infrastructure`), and its answer's error says why.
    """
    try:
        return arrow_table(items, ItemRow), arrow_table(answers, AnswerRow)
    except (ValueError, TypeError, OverflowError):
        pairs = [_storable(item, answer) for item, answer in zip(items, answers, strict=True)]
    return arrow_table([item for item, _ in pairs], ItemRow), arrow_table([answer for _, answer in pairs], AnswerRow)


def _storable(item: ItemRow, answer: AnswerRow) -> tuple[ItemRow, AnswerRow]:
    pair = _cleaned(item), _cleaned(answer)
    try:
        arrow_table(pair[:1], ItemRow)
        arrow_table(pair[1:], AnswerRow)
    except (ValueError, TypeError, OverflowError) as error:
        why = clean.line(f"the row could not be written ({type(error).__name__}: {error})")
        return _marked(pair[0]), replace(_marked(pair[1]), error=why)
    return pair


def _cleaned(row: Any) -> Any:
    """Texts that UTF-8 can hold; numbers that a column can hold, where unknown is allowed."""
    changes: dict[str, Any] = {}
    for each in fields(row):
        value = getattr(row, each.name)
        if isinstance(value, str):
            changes[each.name] = clean.text(value)
        elif _type(each) == "str" and value is not None:
            changes[each.name] = None if _optional(each) else clean.line(str(value))
        elif _type(each) == "int" and _optional(each):
            changes[each.name] = clean.count(value)
        elif _type(each) == "float" and _optional(each) and value is not None:
            changes[each.name] = clean.amount(value)
    return replace(row, **changes)


def write_rows(folder: Path, name: str, rows: Sequence[Any], kind: type[Any]) -> None:
    """Writes rows as a Parquet file of a run folder, cleaned where one cannot be stored as it is."""
    import pyarrow.parquet

    try:
        table = arrow_table(rows, kind)
    except (ValueError, TypeError, OverflowError):
        table = arrow_table([_cleaned(row) for row in rows], kind)
    write_file(folder, name, lambda file: pyarrow.parquet.write_table(table, file))


_EMPTY: dict[str, Any] = {"str": "", "int": 0, "float": 0.0, "bool": False}


def _marked(row: Any) -> Any:
    """What can be stored of a row's names, and nothing of what was measured."""
    kept: dict[str, Any] = {}
    for each in fields(row):
        value = getattr(row, each.name)
        fits = isinstance(value, str) if _type(each) == "str" else clean.count(value) is not None
        kept[each.name] = None if _optional(each) else value if fits else _EMPTY[_type(each)]
    if isinstance(row, ItemRow):
        kept["outcome"] = str(Outcome.INFRASTRUCTURE)
    return replace(row, **kept)


def _type(each: Field[Any]) -> str:
    return str(each.type).partition(" ")[0]


def _optional(each: Field[Any]) -> bool:
    return str(each.type).endswith("| None")


def require_columns(schema: Any, kind: type[Any]) -> None:
    """ValueError if a file's columns are not those of a record type, as this version or an older one writes them."""
    import pyarrow.types as kinds

    for each in fields(kind):
        if schema.names.count(each.name) != 1:
            if each.name not in schema.names and each.default is not MISSING:
                continue
            raise ValueError(f"column {each.name} is missing, or stands there twice")
        held = schema.field(each.name).type
        fits = {
            "str": kinds.is_string(held) or kinds.is_large_string(held),
            "int": kinds.is_integer(held) or kinds.is_floating(held),
            "float": kinds.is_integer(held) or kinds.is_floating(held),
            "bool": kinds.is_boolean(held),
        }
        if not (fits[_type(each)] or kinds.is_null(held)):
            raise ValueError(f"column {each.name} holds {held} in place of {_type(each)}")


def cleaned_table(table: pd.DataFrame, kind: type[Any]) -> pd.DataFrame:
    """The table with names in one line each; a count or an amount that cannot be is unknown.

    ValueError if a needed value is missing, a score is not from 0 to 1, or a setting cannot be read.
    """
    import numpy as np

    for each in fields(kind):
        if each.name not in table:
            continue
        column = table[each.name]
        if each.name in _SETTINGS:
            _require_settings(column, each.name)
        if not _optional(each) and each.default is MISSING and column.isna().any():
            raise ValueError(f"column {each.name} has empty cells")
        if _type(each) == "str" and each.name not in LONG:
            unique = np.asarray(column.dropna().unique(), dtype=object).tolist()
            names = {} if clean.are_lines(unique) else {name: clean.line(name) for name in unique}
            if any(name != kept for name, kept in names.items()):
                table[each.name] = column.map(lambda name, names=names: names.get(name, name)).astype(column.dtype)
        elif _type(each) in ("int", "float") and column.dtype.kind in "iuf":
            table[each.name] = _known(column, each)
    for moment in ("started_at", "labelled_at"):
        if moment in table:
            table[moment] = _moments(table[moment])
    return table


def _moments(column: pd.Series[Any]) -> pd.Series[Any]:
    """Moments in UTC as ISO 8601 has them; what is none is unknown."""
    import pandas as pd

    known = column.dropna().drop_duplicates()
    pieces = (
        known[at : at + MOMENTS].astype(object) for at in range(0, len(known), MOMENTS)
    )  # few are objects at once
    times = (pd.to_datetime(each, utc=True, format="ISO8601", errors="coerce") for each in pieces)
    wrong = [text for each in times for text in known[each.index[each.isna()]]]
    return column.mask(column.isin(wrong)) if wrong else column


def _require_settings(column: pd.Series[Any], name: str) -> None:
    for text in column.dropna().unique():
        try:
            require_settings(text, sent=name == _SETTINGS[1])
        except (ValueError, RecursionError) as error:
            raise ValueError(f"column {name} holds what are no settings") from error


def _known(column: pd.Series[Any], each: Field[Any]) -> pd.Series[Any]:
    if column.dtype == "Float32":  # which holds no bound of ours
        column = column.astype("Float64")
    most = clean.MOST_COUNT if _type(each) == "int" else 1.0 if each.name in _SHARES else clean.MOST_AMOUNT
    values = column.to_numpy(dtype=float, na_value=0.0)
    wrong = ~((values >= 0) & (values <= most))  # NaN too, which is not the same as missing
    if each.name.endswith("_usd"):  # less than a token costs anywhere
        wrong |= (values > 0) & (values < clean.LEAST_AMOUNT)
    if not wrong.any():
        return column
    if each.name in _SHARES or not _optional(each):
        raise ValueError(f"column {each.name}: {column[wrong].iloc[0]} is out of range")
    return column.mask(wrong)
