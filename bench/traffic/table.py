"""`traffic.parquet`, written in pieces so that a log's length does not matter."""

from __future__ import annotations

from dataclasses import fields
from operator import attrgetter
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

from bench.records import NewFile, parquet_schema
from bench.traffic.rows import TABLE, TrafficRow

PIECE_ROWS, PIECE_CHARACTERS = 20_000, 16 << 20
"""Rows, and characters of their texts, that are in memory at once."""
_FIELDS = [each.name for each in fields(TrafficRow)]
_values = attrgetter(*_FIELDS)


class TrafficTable:
    """Takes rows one by one; `finish` leaves the table in the folder, readable by its owner alone."""

    def __init__(self, folder: Path) -> None:
        """Begins an empty table in an existing folder."""
        self._part = NewFile(folder, TABLE, private=True)
        self._schema = parquet_schema(TrafficRow)
        self._writer = pyarrow.parquet.ParquetWriter(self._part.file, self._schema, compression="zstd")
        self._rows: list[tuple[Any, ...]] = []
        self._characters = 0
        self.rows = 0
        """Rows taken so far."""

    def __enter__(self) -> TrafficTable:
        return self

    def __exit__(self, *_error: object) -> None:
        self._writer.close()
        self._part.close()

    def add(self, row: TrafficRow) -> None:
        """One more row."""
        self._rows.append(_values(row))
        self._characters += len(row.request or "") + len(row.answer or "") + len(row.tool_calls or "")
        self.rows += 1
        if len(self._rows) >= PIECE_ROWS or self._characters >= PIECE_CHARACTERS:
            self._flush()

    def finish(self) -> None:
        """Writes what is left and gives the file its name."""
        self._flush()
        self._writer.close()
        self._part.keep()

    def _flush(self) -> None:
        if self._rows:
            columns = dict(zip(_FIELDS, zip(*self._rows, strict=True), strict=True))
            self._writer.write_table(pyarrow.table(columns, schema=self._schema))
        self._rows, self._characters = [], 0
