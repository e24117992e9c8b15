"""From a user's JSONL or CSV to a task folder's YAML and JSONL."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.errors import IncompleteError, TaskError, UsageError
from bench.records import sha256_of, write_text
from bench.registry.own import items
from bench.registry.own.source import read
from bench.registry.taskfile import TaskFile, parse

_FUNCTIONS = {
    "class": "bench.hooks.ChatTask",
    "custom_dataset": "bench.hooks.own_items",
    "process_results": "bench.hooks.own_answer",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A task made of a user's file: each line is sound, and nothing is written yet."""

    path: Path
    """Where its YAML will be; the JSONL beside it has the same name."""
    version: int
    """1, or one more than that of the task it replaces."""
    file: TaskFile
    """The task, its items still in the user's file: for the lint, whose findings then name that file's lines."""
    rows: items.Rows
    """Its items."""

    def write(self) -> None:
        """Writes YAML and JSONL, over those of the task that it replaces.

        UsageError if they cannot be written, or are links.
        """
        data = self.path.with_suffix(".jsonl")
        config = {**self.file.config, "dataset_kwargs": {"file": data.name}}
        lines = [json.dumps(row, ensure_ascii=False) for _, row in self.rows]
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_text(self.path.parent, data.name, "\n".join(lines) + "\n")
            write_text(self.path.parent, self.path.name, _yaml(config, runs_code=items.runs_code(self.rows)))
        except (OSError, IncompleteError) as error:
            why = error.strerror if isinstance(error, OSError) else error.__cause__
            raise UsageError(f"{self.path.parent}: cannot be written ({why}).") from error


def draft(
    name: str,
    source: Path,
    folder: Path,
    *,
    max_tokens: int = 512,
    licence: str = "private",
    system: str = "",
    replace: bool = False,
) -> Draft:
    """The task `name` of a .jsonl or .csv file of items, to be written into `folder`.

    `max_tokens` are granted to an answer; `system` is the system prompt of every item. Raises UsageError naming
    file and line for a bad item, or if the task exists and is not to be replaced.
    """
    items.check_name(name)
    rows = read(source)
    items.check(rows)
    path = folder / f"{name}.yaml"
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
    in_place = {**config, "dataset_kwargs": {"file": source.name}}
    file = TaskFile(
        name=name,
        path=source,
        config=in_place,
        sha256=sha256_of([config, [row for _, row in rows]]),
        build=items.builder(config, rows),
    )
    return Draft(path, before + 1, file, rows)


def _version(path: Path) -> int:
    """The version of the task at a path; 0 if there is none."""
    if not path.exists():
        return 0
    try:
        return int(parse(path)["metadata"]["version"])
    except (KeyError, TypeError, ValueError) as error:
        raise TaskError(
            path, "metadata.version", "metadata.version is not a whole number. Correct it, or remove the file."
        ) from error


def _yaml(config: Mapping[str, Any], *, runs_code: bool) -> str:
    """The YAML, with its functions as tags that yaml itself cannot write."""
    import yaml

    functions = {**_FUNCTIONS, **({"process_results": "bench.hooks.own_code"} if runs_code else {})}
    rest = {key: value for key, value in config.items() if key != "task"}
    tags = "".join(f"{key}: !function {name}\n" for key, name in functions.items())
    head, body = (
        yaml.safe_dump(p, sort_keys=False, allow_unicode=True, width=110) for p in ({"task": config["task"]}, rest)
    )
    return head + tags + body
