"""The package of BFCL's data: ours by hand, or the real one where it is installed."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.suites.bfcl import source, world
from tests.cli.conftest import bench
from tests.suites.bfcl import package

__all__ = ["bench"]


def forget() -> None:
    """As if nothing of the package had ever been loaded."""
    importlib.invalidate_caches()
    source.documented.cache_clear()
    world._class.cache_clear()
    for name in [name for name in sys.modules if name.partition(".")[0] == source.PACKAGE]:
        del sys.modules[name]


@pytest.fixture
def by_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    package.write(tmp_path / "site")
    monkeypatch.syspath_prepend(tmp_path / "site")
    forget()
    yield
    forget()


@pytest.fixture
def installed() -> Iterator[Path]:
    forget()
    found = source.folder()
    if found is None:
        pytest.skip("bfcl-eval is not installed: `pip install --no-deps bfcl-eval` beside mpmath")
    yield found
    forget()
