"""Measurements want a quiet machine: they run only when they are asked for, by `make perf`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from tests.perf.harness import missing, server_core
from tests.perf.mock import Mock, build

BUSY = 0.05
"""With a larger share of time spent waiting for a core, times say more of the machine than of the program."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One value beside its bar; lower is better."""

    name: str
    """What was measured, and of what."""
    value: float
    """The value, in `unit`."""
    bar: float
    """The most it may be."""
    unit: str = ""
    """E.g. "ms"."""
    waited: float | None = None
    """Share of the time that the program waited for a core; None where that does not matter."""

    @property
    def busy(self) -> bool:
        """Whether the machine was too busy for it to mean anything."""
        return self.waited is not None and self.waited > BUSY


class Hold(Protocol):
    """Puts bars into the table, and fails or skips the test that a broken one belongs to."""

    def __call__(self, *bars: Bar) -> None:
        """Fails where a value exceeds its bar; skips where the machine was too busy."""


TABLE = pytest.StashKey[list[Bar]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--slack`: how far a shared machine may miss a bar."""
    parser.addoption("--slack", type=float, default=1.0, help="multiply every bar by this")


def pytest_configure(config: pytest.Config) -> None:
    """Begins the table."""
    config.stash[TABLE] = []


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leaves this folder out unless the command line names it."""
    del collection_path
    return None if any("perf" in arg for arg in config.args) else True


@pytest.fixture
def hold(request: pytest.FixtureRequest) -> Hold:
    """The judge of this session's bars."""
    slack: float = request.config.getoption("--slack")

    def judge(*bars: Bar) -> None:
        request.config.stash[TABLE] += bars
        missed = [bar.name for bar in bars if not bar.busy and bar.value > slack * bar.bar]
        assert not missed
        if any(bar.busy for bar in bars):
            pytest.skip("machine busy")

    return judge


@pytest.fixture(scope="session")
def mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mock]:
    """The mock server, running."""
    why = missing()
    if why:
        pytest.skip(why)
    with Mock(build(tmp_path_factory.mktemp("mock")), server_core()) as running:
        yield running


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Prints the table."""
    bars = config.stash[TABLE]
    width = max((len(bar.name) for bar in bars), default=0)
    for bar in bars:
        verdict = "machine busy, skipped" if bar.busy else "ok" if bar.value <= bar.bar else "MISSED"
        terminalreporter.write_line(f"{bar.name:{width}}  {bar.value:8.3f}  bar {bar.bar:7.3f} {bar.unit:4}  {verdict}")
