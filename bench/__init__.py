"""claimbench: quality, latency and cost of models on identical suites.

    import bench
    comparison = bench.load(Path("bench.toml"))
    prepared = bench.prepare(comparison, bench.read_tasks())
    result = bench.execute(prepared, Path("results"), watcher)
    rows = bench.compare(result.folder).rows

Names are imported when first used, so that `import bench` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.config.load import load
    from bench.costs import Terms
    from bench.errors import BenchError, IncompleteError, UsageError
    from bench.records import AnswerRow, Call, Comparison, Item, ItemRow, Outcome, TokenUsage
    from bench.registry import read as read_tasks
    from bench.registry.own import task
    from bench.report import compare
    from bench.run import Prepared, Result, Watcher
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
    "Result",
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

_HOMES = {
    "bench.config.load": ("load",),
    "bench.records.settings": ("Comparison",),
    "bench.errors": ("BenchError", "IncompleteError", "UsageError"),
    "bench.registry.own": ("task",),
    "bench.run.execute": ("Prepared", "Result", "Watcher", "execute", "prepare"),
    "bench.records.items": ("AnswerRow", "Call", "Item", "ItemRow", "Outcome", "TokenUsage"),
    "bench.report": ("compare",),
    "bench.costs.spending": ("Terms",),
}


def __getattr__(name: str) -> Any:
    if name == "read_tasks":
        return importlib.import_module("bench.registry").read
    for home, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(home), name)
    raise AttributeError(f"module 'bench' has no attribute {name!r}")
