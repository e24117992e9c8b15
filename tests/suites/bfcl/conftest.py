"""The package of BFCL's data: ours by hand, or the real one, which `make servers` installs."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.suites.bfcl import source, world
from tests.cli.conftest import bench
from tests.servers.conftest import INSTALLED, missing
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
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The real package's folder; its environment comes last, so that nothing of it stands before our own."""
    places = [str(place) for place in (INSTALLED / "bfcl" / "lib").glob("python*/site-packages")]
    monkeypatch.setattr(sys, "path", [*sys.path, *places])
    forget()
    found = source.folder()
    if found is None:
        missing("bfcl-eval is not installed: run make servers")
    yield found
    forget()
