"""A small database as SQL text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def script(tables: str, rows: Mapping[str, Sequence[Sequence[Any]]]) -> str:
    """The statements that make a database: the tables, then their rows."""
    inserts = [f"INSERT INTO {table} VALUES ({_values(row)});" for table, lines in rows.items() for row in lines]
    return "\n".join([tables, *inserts])


def _values(row: Sequence[Any]) -> str:
    return ", ".join(
        "NULL" if value is None else "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)
        for value in row
    )
