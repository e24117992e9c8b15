"""From a user's JSONL or CSV to a task folder's YAML and JSONL."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.errors import UsageError
from bench.owntasks import items
from bench.suites.items import numbered_jsonl

_STRUCTURED = ("messages", "json_schema", "calls", "choices", "meta")
"""CSV columns whose cells are JSON."""
_FUNCTIONS = {
    "class": "bench.registry.chat.ChatTask",
    "custom_dataset": "bench.owntasks.own",
    "process_results": "bench.scoring.graders.own",
}


@dataclass(frozen=True, slots=True)
class Made:
    """A task that was written."""

    path: Path
    """Its YAML; the JSONL beside it has the same name."""
    items: int
    """How many items it has."""
    version: int
    """Its version: 1, or one more than the content it replaced."""


def create(
    name: str,
    source: Path,
    folder: Path,
    *,
    max_tokens: int = 512,
    licence: str = "private",
    system: str = "",
    replace: bool = False,
) -> Made:
    """Writes `folder/name.yaml` and `folder/name.jsonl` from a .jsonl or .csv file of items.

    `max_tokens` are granted to an answer; `system` is the system prompt of every item. Raises UsageError naming
    file and line for a bad item, or if the task exists and is not to be replaced.
    """
    items.check_name(name)
    rows = _read(source)
    items.check(rows)
    path, data = folder / f"{name}.yaml", folder / f"{name}.jsonl"
    before = _version(path)
    if before and not replace:
        raise UsageError(
            f"{path}: exists already. Choose another name, or add --replace: it becomes version {before + 1}."
        )
    config = items.config_of(
        name,
        version=before + 1,
        licence=licence,
        max_tokens=max_tokens,
        cluster=items.cluster_of(rows),
        system=system,
        description=f"{len(rows)} items from {source.name}.",
    )
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(row, ensure_ascii=False) for _, row in rows]
    data.write_text("\n".join(lines) + "\n", encoding="utf-8")
    path.write_text(_yaml(config, data.name, runs_code=items.runs_code(rows)), encoding="utf-8")
    return Made(path, len(rows), before + 1)


def _read(source: Path) -> items.Rows:
    if source.suffix == ".csv":
        return list(_csv(source))
    if source.suffix not in (".jsonl", ".ndjson"):
        raise UsageError(f"{source}: must be a .jsonl file, one JSON object a line, or a .csv file with a header.")
    return [(f"{source}:{line}", row) for line, row in numbered_jsonl(source)]


def _csv(source: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    try:
        with source.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            found = False
            for row in reader:
                where = f"{source}:{reader.line_num}"
                if None in row or None in row.values():
                    raise UsageError(f"{where}: has another number of cells than the header.")
                found = True
                yield where, {key: _cell(where, key, text) for key, text in row.items() if text.strip()}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{source}: cannot be read ({error}).") from error
    if not found:
        raise UsageError(f"{source}: holds no items.")


def _cell(where: str, key: str, text: str) -> Any:
    """A CSV cell as the JSON value that its column holds."""
    if key not in (*_STRUCTURED, "number", "level"):
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise UsageError(f"{where}: the cell '{key}' must be JSON ({error}).") from error


def _version(path: Path) -> int:
    """The version of the task at a path; 0 if there is none."""
    if not path.exists():
        return 0
    from bench.registry.files import parse

    try:
        return int(parse(path)["metadata"]["version"])
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"{path}: metadata.version is no whole number. Correct it, or remove the file.") from error


def _yaml(config: Mapping[str, Any], data: str, *, runs_code: bool) -> str:
    """The YAML, with its functions as tags that yaml itself cannot write."""
    import yaml

    functions = {**_FUNCTIONS, **({"process_results": "bench.scoring.graders.own_with_code"} if runs_code else {})}
    head = {"task": config["task"]}
    rest = {key: value for key, value in config.items() if key != "task"} | {"dataset_kwargs": {"file": data}}
    tags = "".join(f"{key}: !function {name}\n" for key, name in functions.items())
    written = [yaml.safe_dump(part, sort_keys=False, allow_unicode=True, width=110) for part in (head, rest)]
    return written[0] + tags + written[1]
