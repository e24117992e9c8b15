"""The task registry: tasks/**/*.yaml, read by ourselves first and then through lm-eval.

lm-eval drops an invalid YAML without a word and invents `until` and `max_gen_toks` where a task states none,
so every file is parsed here and both are required. Reading the registry needs only yaml; building items
imports lm-eval.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.errors import UsageError, suggest
from bench.records import Item, prompt_text
from bench.suites.items import item_of

_PACKAGE = Path(__file__).parent
SAMPLING = ("temperature", "top_p")
"""generation_kwargs that are sampling; the rest are caps, stops or lm-eval's own switches."""


def shipped(name: str) -> Path:
    """A file or folder that ships with the package: in the wheel, or in the checkout of an editable install."""
    packed = _PACKAGE / "_shipped" / name
    return packed if packed.exists() else _PACKAGE.parent / name


@dataclass(frozen=True, slots=True)
class TaskFile:
    """One task as its YAML states it, not yet loaded by lm-eval."""

    name: str
    """The `task:` name."""
    path: Path
    """The YAML file."""
    config: Mapping[str, Any]
    """The YAML with its `include` merged; `!function` values are their dotted names."""
    sha256: str
    """Hash of the YAML, what it includes and its data file: what makes two versions the same task."""

    @property
    def metadata(self) -> Mapping[str, Any]:
        """The task's `metadata` mapping."""
        found: Mapping[str, Any] = self.config["metadata"]
        return found

    @property
    def version(self) -> str:
        """The version the task states."""
        return str(self.metadata["version"])

    @property
    def data(self) -> Path | None:
        """The JSONL file of its items, if it reads one of ours."""
        file = (self.config.get("dataset_kwargs") or {}).get("file")
        return self.path.parent / file if file else None


@dataclass(frozen=True, slots=True)
class Registry:
    """All tasks and suites found under some folders."""

    tasks: Mapping[str, TaskFile]
    """Tasks by name."""
    suites: Mapping[str, tuple[str, ...]]
    """Task names by suite (an lm-eval group)."""
    folders: tuple[Path, ...]
    """Where they were found."""

    def expand(self, names: Iterable[str]) -> dict[str, tuple[TaskFile, ...]]:
        """The tasks of each named suite; a task's own name is a suite of one.

        Raises UsageError on an unknown name, or if a task would be asked under two names.
        """
        chosen = {}
        for name in names:
            if name not in self.suites and name not in self.tasks:
                raise UsageError(f"unknown suite or task '{name}'.{suggest(name, [*self.suites, *self.tasks])}")
            chosen[name] = tuple(self.tasks[task] for task in self.suites.get(name, (name,)))
        for task, times in Counter(task.name for tasks in chosen.values() for task in tasks).items():
            if times > 1:
                raise UsageError(f"task '{task}' is part of more than one of {', '.join(chosen)}. Take one out.")
        return chosen


def read(folders: Sequence[Path] | None = None) -> Registry:
    """Parses every YAML under the folders (default: the shipped tasks/).

    Raises UsageError naming the file for invalid YAML, a nameless or twice-named task, a suite that lists an
    unknown task, or a task without what a chat endpoint needs.
    """
    roots = tuple(folders or (shipped("tasks"),))
    tasks: dict[str, TaskFile] = {}
    groups: dict[str, tuple[Path, list[str]]] = {}
    for path in (p for root in roots for p in sorted(root.glob("**/*.yaml"))):
        if path.name.startswith("_"):
            continue
        config = _parse(path)
        name = config.get("group") or config.get("task")
        if not isinstance(name, str):
            raise UsageError(f"{path}: has neither 'task' nor 'group'. Name it, or begin the file's name with '_'.")
        if name in tasks or name in groups:
            raise UsageError(f"{path}: the name '{name}' is already taken. Rename one of the two.")
        if "group" in config:
            groups[name] = (path, _members(path, config))
        else:
            tasks[name] = _task(path, name, config)
    for name, (path, members) in groups.items():
        for member in members:
            if member not in tasks:
                raise UsageError(f"{path}: suite '{name}' lists unknown task '{member}'.{suggest(member, tasks)}")
    return Registry(tasks, {name: tuple(members) for name, (_, members) in groups.items()}, roots)


def _parse(path: Path, included_by: tuple[Path, ...] = ()) -> dict[str, Any]:
    import yaml

    class Loader(yaml.SafeLoader):
        pass

    Loader.add_constructor("!function", lambda loader, node: loader.construct_scalar(node))  # type: ignore[arg-type]
    try:
        config = yaml.load(path.read_text(encoding="utf-8"), Loader=Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise UsageError(f"{where}: is not valid YAML: {getattr(error, 'problem', None) or error}.") from error
    except (OSError, ValueError) as error:  # not UTF-8, or a date that is none
        raise UsageError(f"{path}: cannot be read ({error}).") from error
    if not isinstance(config, dict):
        raise UsageError(f"{path}: must be a mapping of an lm-eval task or group.")
    base = config.pop("include", None)
    if base is None:
        return config
    if not isinstance(base, str) or not (path.parent / base).is_file():
        raise UsageError(f"{path}: include '{base}' does not exist beside it.")
    if path in included_by:
        raise UsageError(f"{path}: includes itself.")
    return {**_parse(path.parent / base, (*included_by, path)), **config}


def _members(path: Path, config: Mapping[str, Any]) -> list[str]:
    members = config.get("task")
    if not isinstance(members, list) or not members or not all(isinstance(m, str) for m in members):
        raise UsageError(f"{path}: 'task' of a suite must be a list of task names.")
    if len(set(members)) < len(members):
        raise UsageError(f"{path}: 'task' lists a task twice.")
    return members


def _mapping(path: Path, config: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = config.get(key) or {}
    if not isinstance(found, dict):
        raise UsageError(f"{path}: '{key}' must be a mapping.")
    return found


def _task(path: Path, name: str, config: dict[str, Any]) -> TaskFile:
    generation, _ = _mapping(path, config, "generation_kwargs"), _mapping(path, config, "dataset_kwargs")
    for key, why in (("until", "lm-eval would stop answers at the first empty line"), ("max_gen_toks", "would be 256")):
        if key not in generation:
            raise UsageError(f"{path}: generation_kwargs needs '{key}' ({why}).")
    until, cap = generation["until"], generation["max_gen_toks"]
    if not isinstance(until, list) or not all(isinstance(stop, str) and stop for stop in until):
        raise UsageError(f"{path}: 'until' must be a list of texts, [] for none.")
    if not isinstance(cap, int) or isinstance(cap, bool) or cap < 1:
        raise UsageError(f"{path}: 'max_gen_toks' must be a whole number above 0.")
    for key in SAMPLING:
        value = generation.get(key, 0)
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise UsageError(f"{path}: '{key}' must be a number.")
    if config.get("gen_prefix"):
        raise UsageError(f"{path}: gen_prefix begins the model's answer; chat endpoints refuse that. Take it out.")
    if config.get("output_type", "generate_until") != "generate_until":
        raise UsageError(f"{path}: output_type must be generate_until; chat endpoints give no log-likelihoods.")
    if "version" not in _mapping(path, config, "metadata"):
        raise UsageError(f"{path}: metadata needs a 'version'.")
    task = TaskFile(name, path, config, "")
    if task.data and not task.data.is_file():
        raise UsageError(f"{path}: data file '{task.data.name}' does not exist beside it.")
    content = hashlib.sha256(json.dumps(config, sort_keys=True, default=str).encode())
    if task.data:
        content.update(task.data.read_bytes())
    return TaskFile(name, path, config, content.hexdigest())


class LoadedTasks:
    """Tasks built by lm-eval, and their items as we ask them."""

    def __init__(self, registry: Registry, names: Sequence[str]) -> None:
        """Builds the tasks. UsageError if lm-eval lost one, or cannot load it."""
        _quiet()
        from lm_eval.tasks import TaskManager

        manager = TaskManager(include_defaults=False, include_path=[str(f) for f in registry.folders])
        lost = sorted(set(registry.tasks) - set(manager.all_subtasks))
        if lost:
            raise UsageError(f"{registry.tasks[lost[0]].path}: lm-eval does not index task '{lost[0]}'.")
        try:
            self.tasks: dict[str, Any] = manager.load(list(names))["tasks"]
        except UsageError:
            raise
        except Exception as error:
            raise UsageError(f"lm-eval cannot load the tasks {', '.join(names)}: {error}") from error
        self.files = {name: registry.tasks[name] for name in names}
        self._docs: dict[tuple[str, str], tuple[int, Any]] = {}

    def position(self, item: Item) -> int:
        """Where an item stands in its task's data, from 0: lm-eval's doc id."""
        return self._docs[item.task, item.item][0]

    def raw_item(self, item: Item) -> dict[str, Any]:
        """An item as its JSONL line has it."""
        return item_of(self._docs[item.task, item.item][1])

    def items(self, suite: str, task: str) -> list[Item]:
        """All items of a task, in the data's order. UsageError if two have the same id or prompt."""
        from lm_eval.api.instance import Instance

        file, lm_task = self.files[task], self.tasks[task]
        lm_task.set_fewshot_seed(1234)
        lm_task.build_all_requests(
            apply_chat_template=True, fewshot_as_multiturn=True, chat_template=chat_template, tokenizer_name="chat"
        )
        instances: list[Instance] = sorted(lm_task.instances, key=lambda i: int(i.doc_id))
        items = [_item(suite, file, instance) for instance in instances]
        for at, (item, instance) in enumerate(zip(items, instances, strict=True)):
            self._docs[task, item.item] = (at, instance.doc)
        for what, seen in (("id", [i.item for i in items]), ("prompt", [i.prompt_sha256 for i in items])):
            if len(set(seen)) != len(seen):
                twice = next(s for s in seen if seen.count(s) > 1)
                raise UsageError(f"{file.path}: two items have the same {what} ({twice}).")
        return items


def chat_template(messages: list[dict[str, str]], add_generation_prompt: bool = True) -> str:
    """The chat as JSON text; planning and scoring both build prompts with it, so their hashes are equal."""
    del add_generation_prompt
    return prompt_text(messages)


def _item(suite: str, file: TaskFile, instance: Any) -> Item:
    prompt, generation = instance.args
    doc = {key: value for key, value in instance.doc.items() if value is not None}  # Arrow fills gaps with None.
    sampling = {key: float(generation[key]) for key in SAMPLING if key in generation}
    return Item(
        suite=suite,
        task=file.name,
        task_version=file.version,
        item=str(doc.get("id", instance.doc_id)),
        family=str(doc.get("family", file.name)),
        level=doc.get("level"),
        language=str(doc.get("language", "en")),
        cluster=str(doc.get("cluster", doc.get("family", instance.doc_id))),
        messages=tuple(json.loads(prompt)),
        max_tokens=int(generation["max_gen_toks"]),
        stop=tuple(generation["until"]),
        sampling=sampling,
    )


def _quiet() -> None:
    """lm-eval and datasets log a line and draw a bar per task; only their errors concern a user."""
    import logging
    import os

    os.environ.setdefault("TQDM_DISABLE", "1")

    import datasets

    for name in ("lm_eval", "datasets"):
        logging.getLogger(name).setLevel(logging.ERROR)
    datasets.disable_progress_bars()
