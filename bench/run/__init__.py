"""One run from bench.toml to its folder: prepare, ask, score, record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.late import late
from bench.run.bars import ProgressBars
from bench.run.begin import Result
from bench.run.egress import with_members
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
    "with_members",
]

__getattr__ = late(__name__, {".baseline": "ReuseBaseline free_keys", ".waves": "Deciding"})
"""What needs the statistics, which take a quarter of a second to load: a run that is judged at its end asks before."""
