"""One run from bench.toml to its folder: prepare, ask, score, record."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from bench.run.bars import ProgressBars
from bench.run.begin import Result
from bench.run.execute import JOURNAL
from bench.run.prepare import Prepared, SilentWatcher, Watcher

if TYPE_CHECKING:
    from bench.run.baseline import ReuseBaseline, free_keys
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

_LATE = {"ReuseBaseline": "baseline", "free_keys": "baseline", "Deciding": "waves"}
"""What needs the statistics, which take a quarter of a second to load: a run that is judged at its end asks before."""


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_LATE[name]}"), name)
