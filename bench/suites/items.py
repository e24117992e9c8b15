"""Reads a task's items: the `custom_dataset` of every YAML in tasks/."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bench.errors import UsageError


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSONL file, blank lines skipped.

    Raises UsageError naming file and line for a missing or empty file or a line that is not a JSON object.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read ({error}).") from error
    rows = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise UsageError(f"{path}:{number}: not valid JSON ({error.msg}).") from error
        if not isinstance(row, dict):
            raise UsageError(f"{path}:{number}: each line must be a JSON object.")
        rows.append(row)
    if not rows:
        raise UsageError(f"{path}: holds no items.")
    return rows


def jsonl(file: str, config_source: str = "", **_metadata: Any) -> dict[str, Any]:
    """lm-eval's `custom_dataset` hook: `{"test": Dataset}` from the JSONL `file` beside the task's YAML.

    A relative `data_files` would resolve against the working directory; `config_source`, which lm-eval
    passes, is the YAML's own path. Nested fields are kept as JSON text in the column `_item`, because
    Arrow would force one type on arguments and values of different items.
    """
    import datasets

    rows = read_jsonl(Path(config_source).parent / file)
    flat = [
        {k: v for k, v in row.items() if isinstance(v, str | int | float | None)} | {"_item": json.dumps(row)}
        for row in rows
    ]
    return {"test": datasets.Dataset.from_list(flat)}


def item_of(doc: dict[str, Any]) -> dict[str, Any]:
    """The item as written in the JSONL, from an lm-eval doc."""
    item: dict[str, Any] = json.loads(doc["_item"])
    return item
