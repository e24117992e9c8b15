"""A user's file of items, JSONL or CSV, with the place of each."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.errors import TaskError
from bench.registry.items import numbered_jsonl, read_text, strict_json
from bench.registry.own.items import Rows

_JSON = (
    "messages",
    "json_schema",
    "calls",
    "choices",
    "meta",
    "traffic",
    "number",
    "level",
    "ungraded",
    "fields",
    "tool_calls",
    "round_trip",
    "source_numbers",
    "source_quotes",
)
"""CSV columns whose cells are JSON."""


def read(source: Path) -> Rows:
    """The items of a .jsonl or .csv file. UsageError naming file and line for one that cannot be read."""
    if source.suffix == ".csv":
        return list(_csv(source))
    if source.suffix not in (".jsonl", ".ndjson"):
        raise TaskError(source, "file", "must be a .jsonl file, one JSON object a line, or a .csv file with a header.")
    return [(f"{source}:{line}", row) for line, row in numbered_jsonl(source)]


def _csv(source: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    reader = csv.DictReader(io.StringIO(read_text(source), newline=""), strict=True)
    last = 1
    empty = True
    try:
        names = reader.fieldnames or []
        if len(set(names)) < len(names):
            raise TaskError(f"{source}:1", "item", "the header names a column twice.")
        last = reader.line_num
        for row in reader:
            where, last = f"{source}:{last + 1}", reader.line_num
            if None in row or None in row.values():
                raise TaskError(where, "item", "has another number of cells than the header.")
            empty = False
            yield where, {key: _cell(where, key, text) for key, text in row.items() if text.strip()}
    except csv.Error as error:
        raise TaskError(f"{source}:{last + 1}", "item", f"is not valid CSV ({error}).") from error
    if empty:
        raise TaskError(source, "file", "holds no items.")


def _cell(where: str, key: str, text: str) -> Any:
    """A CSV cell as the value that its column holds."""
    if key not in _JSON:
        return text
    try:
        return strict_json(text)
    except ValueError as error:
        raise TaskError(where, "item", f"the cell '{key}' must be JSON: {error}.") from error
