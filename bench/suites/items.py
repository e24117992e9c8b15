"""Reads a task's items and what they ask: the `custom_dataset` of every YAML in tasks/."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.errors import UsageError

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Names of an item's choices, in order."""


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSONL file; errors as in `numbered_jsonl`."""
    return [row for _, row in numbered_jsonl(path)]


def numbered_jsonl(path: Path) -> list[tuple[int, dict[str, Any]]]:
    """The objects of a JSONL file with their line numbers, blank lines skipped.

    Raises UsageError naming file and line for a missing or empty file or a line that is not a JSON object.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read ({error}).") from error
    rows: list[tuple[int, dict[str, Any]]] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise UsageError(f"{path}:{number}: not valid JSON ({error.msg}).") from error
        if not isinstance(row, dict):
            raise UsageError(f"{path}:{number}: each line must be a JSON object.")
        rows.append((number, row))
    if not rows:
        raise UsageError(f"{path}: holds no items.")
    return rows


def jsonl(file: str, config_source: str = "", **_metadata: Any) -> dict[str, Any]:
    """lm-eval's `custom_dataset` hook: `{"test": Dataset}` from the JSONL `file` beside the task's YAML.

    A relative `data_files` would resolve against the working directory; `config_source`, which lm-eval
    passes, is the YAML's own path. Nested fields are kept as JSON text in the column `_item`, because
    Arrow would force one type on arguments and values of different items.
    """
    rows = read_jsonl(Path(config_source).parent / file)
    return {"test": dataset(rows, {k for row in rows for k, v in row.items() if isinstance(v, str | int | float)})}


def dataset(rows: Sequence[Mapping[str, Any]], columns: Iterable[str]) -> Any:
    """lm-eval's Dataset of some items: the named columns where they are scalars, and the whole item in `_item`."""
    import datasets

    names = sorted(columns)
    flat = [
        {k: row[k] if isinstance(row.get(k), str | int | float) else None for k in names} | {"_item": json.dumps(row)}
        for row in rows
    ]
    return datasets.Dataset.from_list(flat)


def item_of(doc: Mapping[str, Any]) -> dict[str, Any]:
    """The item as written in the JSONL, from an lm-eval doc; a doc that is not from one of ours is its own item."""
    if "_item" not in doc:
        return dict(doc)
    item: dict[str, Any] = json.loads(doc["_item"])
    return item


def messages_of(item: Mapping[str, Any], system: str = "") -> list[dict[str, str]]:
    """An item's chat: its `messages`, or its `prompt` as one user turn; `choices` are listed under the last turn.

    `system` is the task's system prompt; an item's own system message replaces it.
    """
    messages = [dict(m) for m in item.get("messages") or [{"role": "user", "content": item["prompt"]}]]
    if system and messages[0]["role"] != "system":
        messages.insert(0, {"role": "system", "content": system})
    if item.get("choices"):
        lines = [f"{letter}. {choice}" for letter, choice in zip(LETTERS, item["choices"], strict=False)]
        end = "End your answer with the letter of the right choice, like this: <answer>A</answer>"
        messages[-1]["content"] = "\n\n".join([messages[-1]["content"], "\n".join(lines), end])
    return messages
