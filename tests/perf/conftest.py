"""Measurements want a quiet machine: they run only when they are asked for, by `make perf`."""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leaves this folder out unless the command line names it."""
    del collection_path
    return None if any("perf" in arg for arg in config.args) else True
