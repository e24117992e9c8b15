"""Loads matplotlib without what the folder or the environment would tell it: both may be a stranger's.

It reads `matplotlibrc` of the folder that a command is called in, waits for it where it is a pipe, and refuses to load
where MPLBACKEND names no backend.
"""

from __future__ import annotations

import contextlib
import importlib
import os
from pathlib import Path


def _load() -> None:
    os.environ["MPLBACKEND"] = "agg"
    os.environ.pop("MATPLOTLIBRC", None)
    here = None
    with contextlib.suppress(OSError):  # it may be gone
        here = os.getcwd()
    os.chdir(Path(__file__).parent)
    try:
        importlib.import_module("matplotlib")
    finally:
        if here is not None:
            os.chdir(here)


_load()
