"""Fresh exams: tasks whose items are generated, asked with another exam seed than the one they ship with."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.errors import UsageError
from bench.records import MOST_INSTANCES, sha256_of, write_text
from bench.registry.files import Registry
from bench.registry.items import read_jsonl
from bench.registry.loaded import LoadedTasks, function, quiet
from bench.registry.taskfile import TaskFile
from bench.scoring.item import item_of

KEY = "exam_seed"
"""The entry of `dataset_kwargs` by which a task's YAML says that its items can be generated anew."""
SIZE = "instances"
"""The argument of a task's dataset function by which its families have more or fewer items."""
FOLDER = "exam"
"""Where a run folder keeps the items of a fresh exam."""


def with_exam(
    registry: Registry, names: Collection[str], exam_seed: int | None, instances: int | Mapping[str, int] | None = None
) -> Registry:
    """The registry with the named suites' and tasks' generated items of another exam; None keeps the shipped one.

    `instances` of each family, of all tasks or by task; None, or a task that is not in it, keeps those of the first
    exam. UsageError if none of the tasks has generated items, or an exam cannot be made.
    """
    if exam_seed is None and not instances:
        return registry
    option = "--instances" if exam_seed is None else "--exam-seed"
    chosen = generated(registry, names)
    if not chosen:
        raise UsageError(f"{option}: no task of {', '.join(names)} has generated items. Leave the option out.")
    sizes = instances if isinstance(instances, Mapping) else dict.fromkeys((f.name for f in chosen), instances)
    if max((count for count in sizes.values() if count), default=0) > MOST_INSTANCES:
        raise UsageError(f"--instances: a family has at most {MOST_INSTANCES:,} instances. Ask for fewer.")
    fresh = {}
    for file in chosen:
        seed = _kwargs(file)[KEY] if exam_seed is None else exam_seed
        count = sizes.get(file.name)
        if seed != _kwargs(file)[KEY] or count:
            fresh[file.name] = _fresh(file, seed, count)
    return replace(registry, tasks={**registry.tasks, **fresh})


def generated(registry: Registry, names: Collection[str]) -> list[TaskFile]:
    """Of the named suites and tasks those whose items can be generated anew. UsageError for an unknown name."""
    return [file for files in registry.expand(names).values() for file in files if KEY in _kwargs(file)]


def write_exam(loaded: LoadedTasks, folder: Path) -> None:
    """Writes the items of fresh exams into a run's folder, one JSONL a task: hidden inputs, answers and all."""
    for name, file in loaded.files.items():
        if KEY in _kwargs(file) and file.build is not None:
            lines = [json.dumps(item_of(doc), ensure_ascii=False) + "\n" for doc in loaded.tasks[name].test_docs()]
            write_text(folder, f"{FOLDER}/{name}.jsonl", "".join(lines))


def _kwargs(file: TaskFile) -> dict[str, Any]:
    return file.config.get("dataset_kwargs") or {}


def _fresh(file: TaskFile, exam_seed: int, instances: int | None) -> TaskFile:
    """The task of another exam seed or size; the very same file where that asks what the file has."""
    version = re.sub(r"exam\d+$", f"exam{exam_seed}", file.version)
    size = {} if instances is None else {SIZE: instances}
    config = {
        **file.config,
        "dataset_kwargs": {**_kwargs(file), KEY: exam_seed, **size},
        "metadata": {**file.metadata, "version": version},
    }
    quiet()
    try:
        splits = _items_of(config, file)
    except ValueError as error:
        cure = f"--exam-seed {exam_seed} makes no exam" + (f" of {instances} instances a family" if size else "")
        raise UsageError(f"{cure}: {error} Take another seed{' or fewer instances' if size else ''}.") from error
    rows = [item_of(doc) for doc in splits[config["test_split"]]]
    if exam_seed == _kwargs(file)[KEY] and file.data is not None and rows == read_jsonl(file.data):
        return file

    def build() -> Any:
        from bench.registry.chat import ChatTask

        data = {
            "custom_dataset": lambda **_: splits,
            "process_results": function(config["process_results"], file.path.parent),
        }
        return ChatTask({**config, **data})

    return replace(file, config=config, sha256=sha256_of([config, rows]), build=build, count=len(rows))


def _items_of(config: Mapping[str, Any], file: TaskFile) -> Any:
    """lm-eval's splits of a task. UsageError if its items are made in one size only."""
    load = function(config["custom_dataset"], file.path.parent)
    if SIZE in config["dataset_kwargs"] and SIZE not in inspect.signature(load).parameters:
        raise UsageError(f"--instances: the items of '{file.name}' are made in one size. Leave the option out.")
    return load(**config["dataset_kwargs"], config_source=str(file.path))
