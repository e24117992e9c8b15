"""One run from bench.toml to its folder: prepare, ask, score, record."""

from __future__ import annotations

from bench.run.execute import JOURNAL, Result
from bench.run.prepare import Prepared, SilentWatcher, Watcher

__all__ = [
    "JOURNAL",
    "Prepared",
    "Result",
    "SilentWatcher",
    "Watcher",
]
