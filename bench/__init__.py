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
    from bench.config import Comparison, load
    from bench.errors import BenchError, IncompleteError, UsageError
    from bench.owntasks import task
    from bench.pipeline import Prepared, Result, Watcher, execute, prepare
    from bench.records import AnswerRow, Call, Item, ItemRow, Outcome, TokenUsage
    from bench.registry import read as read_tasks
    from bench.report import compare
    from bench.spending import Terms

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
    "bench.config": ("Comparison", "load"),
    "bench.errors": ("BenchError", "IncompleteError", "UsageError"),
    "bench.owntasks": ("task",),
    "bench.pipeline": ("Prepared", "Result", "Watcher", "execute", "prepare"),
    "bench.records": ("AnswerRow", "Call", "Item", "ItemRow", "Outcome", "TokenUsage"),
    "bench.report": ("compare",),
    "bench.spending": ("Terms",),
}


def __getattr__(name: str) -> Any:
    if name == "read_tasks":
        return importlib.import_module("bench.registry").read
    for home, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(home), name)
    raise AttributeError(f"module 'bench' has no attribute {name!r}")
