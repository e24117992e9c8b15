"""Reads a task's items and what they ask: the `custom_dataset` of every YAML in tasks/."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench import clean
from bench.errors import TaskError
from bench.scoring.item import LETTERS

MOST_NESTED = 100
"""Lists and objects inside one another, beyond which a data file's JSON is refused."""
MOST_DIGITS = 4000
"""Of a whole number in a data file; Python itself refuses little more."""


def read_text(path: Path) -> str:
    """A data file's text, with or without a byte order mark. UsageError naming the line that is not UTF-8."""
    try:
        data = clean.read_bytes(path)
    except OSError as error:
        raise TaskError(path, "item", f"cannot be read ({error.strerror}).") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise TaskError(f"{path}:{line}", "item", "is not UTF-8 text. Save the file as UTF-8.") from error


def strict_json(text: str) -> Any:
    """What a JSON text says, all of it and exactly.

    Raises ValueError, in words for a user, for what is not JSON, NaN, half a character, a key that is given twice, a
    number with more digits than a float keeps, and deep nesting.
    """
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_no_number, parse_int=_int, parse_float=_float
        )
    except json.JSONDecodeError as error:
        raise ValueError(f"not valid JSON ({error.msg})") from error
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if _deeper(value, MOST_NESTED):
        raise ValueError(f"nested deeper than {MOST_NESTED}")
    if "\\ud" in text.lower():
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise ValueError("holds half a character (a lone surrogate, \\ud...)") from None
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        twice = next(key for at, (key, _) in enumerate(pairs) if key in dict(pairs[:at]))
        raise ValueError(f"'{twice}' is given twice")
    return value


def _no_number(literal: str) -> float:
    raise ValueError(f"{literal} is not a number in JSON")


def _int(literal: str) -> int:
    if len(literal) > MOST_DIGITS:
        raise ValueError(f"a number has more than {MOST_DIGITS} digits")
    return int(literal)


def _float(literal: str) -> float:
    value = float(literal)
    if not math.isfinite(value) or Decimal(repr(value)) != Decimal(literal):
        raise ValueError(f"the number {literal[:40]} cannot be kept exactly, but only as {value!r}")
    return value


def _deeper(value: object, levels: int) -> bool:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(not levels or (isinstance(part, dict | list) and _deeper(part, levels - 1)) for part in parts)


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSONL file; errors as in `numbered_jsonl`."""
    return [row for _, row in numbered_jsonl(path)]


def numbered_jsonl(path: Path) -> list[tuple[int, dict[str, Any]]]:
    """The objects of a JSONL file with their line numbers, blank lines skipped.

    Raises UsageError naming file and line for a missing or empty file, a line that is not a JSON object, and for what
    `strict_json` refuses.
    """
    rows: list[tuple[int, dict[str, Any]]] = []
    for number, line in enumerate(read_text(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = strict_json(line)
        except ValueError as error:
            cure = " Each line must be one JSON object." if isinstance(error.__cause__, json.JSONDecodeError) else ""
            raise TaskError(f"{path}:{number}", "item", f"{error}.{cure}") from error
        if not isinstance(row, dict):
            raise TaskError(f"{path}:{number}", "item", "each line must be a JSON object.")
        rows.append((number, row))
    if not rows:
        raise TaskError(path, "item", "holds no items.")
    return rows


def jsonl(file: str, config_source: str = "", **_metadata: Any) -> dict[str, Any]:
    """lm-eval's `custom_dataset` hook: `{"test": Docs}` from the JSONL `file` beside the task's YAML.

    A relative `data_files` would resolve against the working directory; `config_source`, which lm-eval
    passes, is the YAML's own path. Nested fields are kept as JSON text in the column `_item`: a template sees scalars.
    """
    rows = read_jsonl(Path(config_source).parent / file)
    return {"test": dataset(rows, {k for row in rows for k, v in row.items() if isinstance(v, str | int | float)})}


class Docs(list[dict[str, Any]]):
    """A split of docs as lm-eval reads one, a list that knows its columns; Hugging Face's own takes 0.4 s to import."""

    @property
    def features(self) -> dict[str, None]:
        """The columns by name."""
        return dict.fromkeys(self[0] if self else ())


def dataset(rows: Sequence[Mapping[str, Any]], columns: Iterable[str]) -> Docs:
    """lm-eval's docs of some items: the named columns where they are scalars, and the whole item in `_item`."""
    names = sorted(columns)
    return Docs(
        {k: row[k] if isinstance(row.get(k), str | int | float) else None for k in names} | {"_item": json.dumps(row)}
        for row in rows
    )


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
