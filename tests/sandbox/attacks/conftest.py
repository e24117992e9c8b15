"""The stage on which an attack is made, and the sandboxes it is made against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.sandbox import Rung, rungs, using
from bench.sandbox.ladder import SAFE, trouble
from tests.sandbox.attacks import processes
from tests.sandbox.attacks.catalogue import PLANTED
from tests.sandbox.attacks.stage import Stage


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`make test` makes each attack once, on the sandboxes, or by the doors, in turn; `make attack` all."""
    ways: dict[tuple[Path, str], list[pytest.Item]] = defaultdict(list)
    for item in items:
        given = getattr(getattr(item, "callspec", None), "params", {})
        if "name" in given and given.keys() & {"rung", "by"}:
            ways[item.path, given["name"]].append(item)
    for turn, several in enumerate(ways.values()):
        for way, item in enumerate(several):
            if way != turn % len(several):
                item.add_marker(pytest.mark.slow)


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """Everything an attack could get hold of or break; orphans it leaves stay in sight."""
    monkeypatch.setenv("EXAMPLE_API_KEY", PLANTED)
    (tmp_path / "stage").mkdir()
    with processes.adopting_orphans(), Stage(tmp_path / "stage", PLANTED) as stage:
        yield stage


@pytest.fixture(params=list(SAFE), ids=lambda rung: rung.name.lower())
def rung(request: pytest.FixtureRequest, sandbox: str) -> Iterator[Rung]:
    """Each sandbox that holds here, in use."""
    del sandbox
    if request.param not in rungs():
        pytest.skip(f"{request.param} does not hold here: {trouble(request.param)}")
    with using(request.param):
        yield request.param
