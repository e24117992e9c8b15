"""claimbench: quality, latency and cost of models on identical suites.

    from pathlib import Path
    from bench import compare, execute, load, prepare, read_tasks
    comparison = load(Path("bench.toml"))
    result = execute(prepare(comparison, read_tasks()), Path("results"))
    for row in compare(result.folder).rows:
        print(row.suite, row.model, row.score)

docs/python.md says more. Names are imported when first used, so that `import bench` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from bench.late import late

if TYPE_CHECKING:
    from bench.config.load import load
    from bench.costs import Terms
    from bench.errors import BenchError, IncompleteError, UsageError
    from bench.records import AnswerRow, Call, Comparison, Item, ItemRow, Outcome, TokenUsage
    from bench.registry import read as read_tasks
    from bench.registry.own import task
    from bench.report import RunTables, compare
    from bench.run import Prepared, ProgressBars, Result, SilentWatcher, Watcher
    from bench.run.execute import execute
    from bench.run.prepare import prepare

__all__ = [
    "AnswerRow",
    "BenchError",
    "Call",
    "Comparison",
    "IncompleteError",
    "Item",
    "ItemRow",
    "Outcome",
    "Prepared",
    "ProgressBars",
    "Result",
    "RunTables",
    "SilentWatcher",
    "Terms",
    "TokenUsage",
    "UsageError",
    "Watcher",
    "compare",
    "execute",
    "load",
    "prepare",
    "read_tasks",
    "task",
]

_found = late(
    __name__,
    {
        "bench.config.load": "load",
        "bench.costs": "Terms",
        "bench.errors": "BenchError IncompleteError UsageError",
        "bench.records": "AnswerRow Call Comparison Item ItemRow Outcome TokenUsage",
        "bench.registry.own": "task",
        "bench.report": "RunTables compare",
        "bench.run": "ProgressBars Result",
        "bench.run.execute": "execute",
        "bench.run.prepare": "Prepared SilentWatcher Watcher prepare",
    },
)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return importlib.import_module("importlib.metadata").version("claimbench")
    if name == "read_tasks":
        return importlib.import_module("bench.registry").read
    return _found(name)
