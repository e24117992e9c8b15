"""Where the loops of others are installed."""

from __future__ import annotations

import pytest

from tests.cli.conftest import bench
from tests.servers.conftest import INSTALLED, missing

__all__ = ["bench"]


@pytest.fixture
def loops(monkeypatch: pytest.MonkeyPatch) -> str:
    """The interpreter that has them, which `bench` is told of."""
    python = INSTALLED / "loops" / "bin" / "python"
    if not python.is_file():
        missing("loops of others are not installed: run make servers")
    monkeypatch.setenv("BENCH_LOOP_PYTHON", str(python))
    return str(python)
