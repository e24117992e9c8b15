"""Tasks built by lm-eval, and their items as we ask them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import hooks
from bench.errors import TaskError, UsageError
from bench.records import AgentWork, Dialogue, Item, sha256_of
from bench.registry.checks import SAMPLING
from bench.registry.files import Registry
from bench.registry.late import load_late
from bench.registry.taskfile import AGENTIC, DIALOGUE, TaskFile, parse
from bench.scoring.item import chat_template, item_of


class LoadedTasks:
    """Tasks built by lm-eval, and their items as we ask them."""

    def __init__(self, registry: Registry, names: Sequence[str]) -> None:
        """Builds the tasks. UsageError if lm-eval lost one, or cannot load it."""
        from bench.registry.templates import guard

        quiet()
        guard()
        self.files = {name: registry.file(name) for name in names}
        self.tasks: dict[str, Any] = _indexed(registry, [n for n, file in self.files.items() if file.build is None])
        for name, file in self.files.items():
            if file.build is not None:
                self.tasks[name] = file.build()
        self._docs: dict[tuple[str, str], tuple[int, Any]] = {}

    def position(self, item: Item) -> int:
        """Where an item stands in its task's data, from 0: lm-eval's doc id."""
        return self._docs[item.task, item.item][0]

    def raw_item(self, item: Item) -> dict[str, Any]:
        """An item as its JSONL line has it."""
        return item_of(self.doc(item))

    def doc(self, item: Item) -> Any:
        """An item as lm-eval's doc."""
        return self._docs[item.task, item.item][1]

    def items(self, suite: str, task: str) -> list[Item]:
        """All items of a task, in the data's order.

        UsageError if two of ours have the same id or prompt, or a template cannot be rendered.
        """
        from jinja2.exceptions import TemplateError
        from lm_eval.api.instance import Instance

        file, lm_task = self.files[task], self.tasks[task]
        lm_task.set_fewshot_seed(1234)
        try:
            lm_task.build_all_requests(
                apply_chat_template=True, fewshot_as_multiturn=True, chat_template=chat_template, tokenizer_name="chat"
            )
        except TemplateError as error:
            raise TaskError(file.path, "item", f"{error}. Mend it in the task's YAML.") from error
        instances: list[Instance] = sorted(lm_task.instances, key=lambda i: int(i.doc_id))
        items = [_item(suite, file, instance) for instance in instances]
        for at, (item, instance) in enumerate(zip(items, instances, strict=True)):
            self._docs[task, item.item] = (at, instance.doc)
        if not file.ours:
            return list({item.prompt_sha256: item for item in reversed(items)}.values())[::-1]
        for what, seen in (("id", [i.item for i in items]), ("prompt", [i.prompt_sha256 for i in items])):
            if len(set(seen)) != len(seen):
                twice = next(s for s in seen if seen.count(s) > 1)
                raise TaskError(file.path, what, f"two items have the same {what} ({twice}).")
        return items


def _indexed(registry: Registry, names: Sequence[str]) -> dict[str, Any]:
    """Tasks of YAML files in the registry's folders, which lm-eval must find there, too."""
    from lm_eval.tasks import TaskManager

    manager = TaskManager(include_defaults=False, include_path=[str(f) for f in registry.folders])
    lost = unindexed(registry, manager.all_subtasks)
    if lost:
        raise TaskError(lost[0].path, "item", f"lm-eval does not index task '{lost[0].name}'.")
    tasks: dict[str, Any] = {}
    for name in names:
        try:
            tasks[name] = _built(registry.file(name))
        except UsageError:
            raise
        except Exception as error:
            why = str(error).partition("\n")[0] or type(error).__name__
            raise TaskError(registry.file(name).path, "item", f"lm-eval cannot load task '{name}': {why}") from error
    return tasks


def _built(file: TaskFile) -> Any:
    """The task as lm-eval's TaskManager builds it, except that our hooks are found by any of their names."""
    from lm_eval.api.task import ConfigurableTask

    config = {k: v for k, v in parse(file.path, function=function).items() if k not in ("tag", "task_list")}
    config["metadata"] = {**config["metadata"], "config_source": str(file.path)}
    return config.get("class", ConfigurableTask)(config=config)


def function(dotted: str, folder: Path) -> Any:
    """What a `!function` names: one of our hooks, or what lm-eval finds beside the YAML or among installed modules."""
    from lm_eval.tasks._yaml_loader import _import_func_in_yml

    try:
        return hooks.find(dotted)
    except LookupError:
        return _import_func_in_yml(dotted, folder)


def unindexed(registry: Registry, indexed: Sequence[str]) -> list[TaskFile]:
    """Tasks whose YAML lm-eval silently passed over."""
    known = set(indexed)
    return [file for name, file in sorted(registry.tasks.items()) if file.build is None and name not in known]


def _item(suite: str, file: TaskFile, instance: Any) -> Item:
    prompt, generation = instance.args
    # Arrow fills gaps with None.
    doc = {key: value for key, value in instance.doc.items() if value is not None} if file.ours else {}
    sampling = {key: float(generation[key]) for key in SAMPLING if key in generation}
    return Item(
        suite=suite,
        task=file.name,
        task_version=file.version,
        item=str(doc.get("id", instance.doc_id)),
        family=str(doc.get("family", file.name)),
        level=doc.get("level"),
        language=str(doc.get("language", "en")),
        cluster=str(doc.get("cluster", doc.get("family", f"{file.name}/{instance.doc_id}"))),
        messages=tuple(json.JSONDecoder().raw_decode(prompt)[0]),  # an episode's setting may stand behind it
        max_tokens=int(generation["max_gen_toks"]),
        stop=tuple(generation["until"]),
        sampling=sampling,
        dialogue=_dialogue(file, instance.doc) if file.kind == DIALOGUE else None,
        traffic=_traffic(instance.doc) if file.ours else None,
        work=_work(file, instance.doc) if file.kind == AGENTIC else None,
    )


def _work(file: TaskFile, doc: Any) -> AgentWork:
    """What an agent's item holds, with the task's own caps. UsageError if its files are none."""
    item, caps = item_of(doc), file.metadata.get("caps") or {}
    try:
        if not isinstance(item["files"], dict) or not item["files"]:
            raise TypeError("'files' must be a table of texts by path")
        return AgentWork(files_sha256=sha256_of([item["files"], item.get("allowed"), item.get("protected")]), **caps)
    except (TypeError, KeyError) as error:
        raise TaskError(file.path, "files", f"an item of kind 'agentic' cannot be used ({error}).") from error


def _traffic(doc: Any) -> str | None:
    said = item_of(doc).get("traffic")
    return None if said is None else json.dumps(said, ensure_ascii=False, sort_keys=True)


def _dialogue(file: TaskFile, doc: Any) -> Dialogue:
    """What an episode declares, with the task's own caps. UsageError if its tools are none."""
    item, caps = item_of(doc), file.metadata.get("caps") or {}
    tools, later = item.get("tools"), tuple(item.get("later", ()))
    try:
        if not isinstance(tools, list) or not (tools or caps.get("once")):
            raise TypeError("'tools' must be a list of tools")
        shown = tuple({key: tool[key] for key in ("name", "description", "parameters")} for tool in tools)
        return Dialogue(tools=shown, later=later, setting=str(item.get("episode_setting", "")), **caps)
    except (TypeError, KeyError) as error:
        raise TaskError(file.path, "tools", f"an item of kind 'dialogue' cannot be used ({error}).") from error


def quiet() -> None:
    """lm-eval and datasets log a line and draw a bar per task; only their errors concern a user."""
    import logging

    for name in ("TQDM_DISABLE", "HF_DATASETS_DISABLE_PROGRESS_BARS"):
        os.environ.setdefault(name, "1")
    load_late()
    _without_chardet()
    for name in ("lm_eval", "datasets", "huggingface_hub"):
        logging.getLogger(name).setLevel(logging.ERROR)


def _without_chardet() -> None:
    """lm-eval's requests knows encodings by either of two libraries; this takes 11 MB and 0.15 s to load."""
    if "chardet" in sys.modules or "requests" in sys.modules:
        return
    sys.modules["chardet"] = None  # type: ignore[assignment]
    try:
        import lm_eval.utils  # noqa: F401
    finally:
        del sys.modules["chardet"]
