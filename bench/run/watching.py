"""Who watches a run that was given nobody to watch it."""

from __future__ import annotations

import sys

from bench.run.prepare import SILENT, Watcher


def usual_watcher() -> Watcher:
    """Bars in a notebook's cell; nobody in a program."""
    if "ipykernel" not in sys.modules:
        return SILENT
    from bench.run.bars import ProgressBars

    return ProgressBars()
