"""One run from bench.toml to its folder: prepare, ask, score, record."""

from __future__ import annotations

from bench.run.bars import ProgressBars
from bench.run.baseline import ReuseBaseline, free_keys
from bench.run.execute import JOURNAL, Result
from bench.run.prepare import Prepared, SilentWatcher, Watcher
from bench.run.waves import Deciding

__all__ = [
    "JOURNAL",
    "Deciding",
    "Prepared",
    "ProgressBars",
    "Result",
    "ReuseBaseline",
    "SilentWatcher",
    "free_keys",
    "Watcher",
]
