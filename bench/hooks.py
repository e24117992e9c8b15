"""Stable names for the files that users write: `process_results: !function bench.hooks.answer_tag` in a task's YAML.

The code behind a name may move, the name stays. A task's hash is taken of the path that its file would have named when
the first runs were made (`hashed`), so neither a move nor a stable name in the place of an old path makes a task
another; files that still name the old path are read as ever (`find`). Importing this loads none of the code.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

_HOMES: Mapping[str, str] = {
    "ChatTask": "bench.registry.chat:ChatTask",
    "Graded": "bench.records:Graded",
    "Grader": "bench.scoring.graders:Grader",
    "agentic_items": "bench.suites.agentic.asked:load",
    "agentic_work": "bench.suites.agentic.asked:work",
    "agentic_work_js": "bench.suites.agentic.asked:work_js",
    "answer_tag": "bench.scoring.graders:answer_tag",
    "bfcl_episode": "bench.suites.bfcl.grading:episode",
    "bfcl_items": "bench.suites.bfcl.exam:load",
    "coding_items": "bench.suites.coding.exam:load",
    "function_calls": "bench.scoring.graders:function_calls",
    "human_eval": "bench.scoring.graders:human_eval",
    "jsonl_items": "bench.registry.items:jsonl",
    "own_answer": "bench.scoring.graders:own",
    "own_code": "bench.scoring.graders:own_with_code",
    "own_items": "bench.registry.own:own",
    "program_output": "bench.scoring.whole:program_output",
    "program_output_js": "bench.scoring.whole:program_output_js",
    "python_value": "bench.scoring.graders:python_value",
    "reasoning_items": "bench.suites.reasoning.exam:load",
    "repaired_files": "bench.suites.coding.grading:repaired_files",
    "sql_query": "bench.scoring.graders:sql_query",
    "starter_items": "bench.suites.starter.exam:load",
    "tool_episode": "bench.suites.tools.grading:episode",
    "tool_items": "bench.suites.tools.exam:load",
    "task": "bench.registry.own:task",
}
"""Where the code is today, as module:name. To be changed when it moves."""

OLD_PATHS: Mapping[str, str] = {
    "bench.owntasks.own": "bench.hooks.own_items",
    "bench.registry.chat.ChatTask": "bench.hooks.ChatTask",
    "bench.scoring.graders.answer_tag": "bench.hooks.answer_tag",
    "bench.scoring.graders.function_calls": "bench.hooks.function_calls",
    "bench.scoring.graders.human_eval": "bench.hooks.human_eval",
    "bench.scoring.graders.own": "bench.hooks.own_answer",
    "bench.scoring.graders.own_with_code": "bench.hooks.own_code",
    "bench.scoring.graders.python_value": "bench.hooks.python_value",
    "bench.scoring.graders.sql_query": "bench.hooks.sql_query",
    "bench.suites.coding.exam.load": "bench.hooks.coding_items",
    "bench.suites.items.jsonl": "bench.hooks.jsonl_items",
    "bench.suites.reasoning.exam.load": "bench.hooks.reasoning_items",
}
"""The path that a file named before there were stable names -> its stable name. Never to be changed: tasks are hashed
under the old paths. A hook that is younger than this table is hashed under its stable name."""

_HASHED = {stable: old for old, stable in OLD_PATHS.items()}

__all__ = ["OLD_PATHS", "find", "hashed", "name_of", *_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        return _added(name)
    module, _, attribute = _HOMES[name].partition(":")
    return getattr(import_module(module), attribute)


def _added(name: str) -> Any:
    """A grader that an installed package adds. AttributeError if none does."""
    from bench import plugins

    point = None if name.startswith("_") else plugins.named("graders").get(name)
    if point is None:
        raise AttributeError(f"module 'bench.hooks' has no attribute {name!r}")
    grader = plugins.loaded(point)
    if not isinstance(grader, __getattr__("Grader")):
        raise plugins.unfit(point, "bench.hooks.Grader")
    return grader


def __dir__() -> list[str]:
    return sorted(__all__)


def name_of(hook: object) -> str | None:
    """The stable name of what is loaded; None for what has none. Loads no code."""
    for name, home in _HOMES.items():
        module, _, attribute = home.partition(":")
        if module in sys.modules and getattr(sys.modules[module], attribute, None) is hook:
            return name
    return None


def hashed(dotted: str) -> str:
    """The name under which a `!function` enters its task's hash: the old path of a hook, any other as it is."""
    return _HASHED.get(dotted, dotted)


def find(dotted: str) -> Any:
    """What a hook's stable name or old path stands for.

    Raises LookupError if it is neither, and AttributeError for an unknown name of this module.
    """
    module, _, name = OLD_PATHS.get(dotted, dotted).rpartition(".")
    if module != __name__:
        raise LookupError(dotted)
    return __getattr__(name)
