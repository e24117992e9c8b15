"""Fresh exams: tasks whose items are generated, asked with another exam seed than the one they ship with."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.errors import UsageError
from bench.records import sha256_of, write_text
from bench.registry.files import Registry
from bench.registry.loaded import LoadedTasks, function, quiet
from bench.registry.taskfile import TaskFile
from bench.scoring.item import item_of

KEY = "exam_seed"
"""The entry of `dataset_kwargs` by which a task's YAML says that its items can be generated anew."""
FOLDER = "exam"
"""Where a run folder keeps the items of a fresh exam."""


def with_exam(registry: Registry, names: Collection[str], exam_seed: int | None) -> Registry:
    """The registry with the named suites' and tasks' generated items of another exam; None keeps the shipped ones.

    UsageError if none of them has generated items, or an exam cannot be made of the seed.
    """
    if exam_seed is None:
        return registry
    chosen = [file for files in registry.expand(names).values() for file in files if KEY in _kwargs(file)]
    if not chosen:
        raise UsageError(f"--exam-seed: no task of {', '.join(names)} has generated items. Leave the option out.")
    fresh = {file.name: _fresh(file, exam_seed) for file in chosen if _kwargs(file)[KEY] != exam_seed}
    return replace(registry, tasks={**registry.tasks, **fresh})


def write_exam(loaded: LoadedTasks, folder: Path) -> None:
    """Writes the items of fresh exams into a run's folder, one JSONL a task: hidden inputs, answers and all."""
    for name, file in loaded.files.items():
        if KEY in _kwargs(file) and file.build is not None:
            lines = [json.dumps(item_of(doc), ensure_ascii=False) + "\n" for doc in loaded.tasks[name].test_docs()]
            write_text(folder, f"{FOLDER}/{name}.jsonl", "".join(lines))


def _kwargs(file: TaskFile) -> dict[str, Any]:
    return file.config.get("dataset_kwargs") or {}


def _fresh(file: TaskFile, exam_seed: int) -> TaskFile:
    version = re.sub(r"exam\d+$", f"exam{exam_seed}", file.version)
    config = {
        **file.config,
        "dataset_kwargs": {**_kwargs(file), KEY: exam_seed},
        "metadata": {**file.metadata, "version": version},
    }
    quiet()
    try:
        splits = function(config["custom_dataset"], file.path.parent)(
            **config["dataset_kwargs"], config_source=str(file.path)
        )
    except ValueError as error:
        raise UsageError(f"--exam-seed {exam_seed} makes no exam: {error} Take another seed.") from error
    rows = [item_of(doc) for doc in splits[config["test_split"]]]

    def build() -> Any:
        from bench.registry.chat import ChatTask

        data = {
            "custom_dataset": lambda **_: splits,
            "process_results": function(config["process_results"], file.path.parent),
        }
        return ChatTask({**config, **data})

    return replace(file, config=config, sha256=sha256_of([config, rows]), build=build, count=len(rows))
