"""Episodes of runs that end in the middle: a process that is killed, a disk without room. Nothing is paid twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence

import pandas as pd
import pytest

from bench.journal import Journal
from bench.journal.entries import Noted
from tests.cli.conftest import Bench
from tests.cli.test_episodes import MESSAGES, NATIVE, configure, tables
from tests.fake_endpoint import FakeEndpoint, Reply, Request
from tests.tool_solver import Solver

SAME = ["model", "item", "score", "turns", "tool_calls", "tool_errors", "stop_cause", "out_total"]
"""Columns of an items table that no crash may change."""


@pytest.fixture
def solver() -> Iterator[FakeEndpoint]:
    with FakeEndpoint(Solver(thinks=True)) as endpoint:
        yield endpoint


def answered_twice(requests: list[Request]) -> list[str]:
    """Bodies that were answered more than once."""
    bodies = [json.dumps([request.path, request.body], sort_keys=True) for request in requests]
    return [body for body in {*bodies} if bodies.count(body) > 1]


def without_times(items: pd.DataFrame) -> pd.DataFrame:
    """What a run came to."""
    return items[SAME].sort_values(["model", "item"]).reset_index(drop=True)


@pytest.mark.parametrize(
    "models", [(NATIVE,), pytest.param((NATIVE, MESSAGES), marks=pytest.mark.slow)], ids=["one lane", "two lanes"]
)
def test_a_disk_that_fills_between_two_turns_ends_the_run_in_one_line(
    bench: Bench, solver: FakeEndpoint, monkeypatch: pytest.MonkeyPatch, models: tuple[str, ...]
) -> None:
    configure(bench, solver, *models, limit=2)
    put_all, room = Journal.put_all, 2

    def fills(journal: Journal, entries: Sequence[Noted]) -> list[Exception | None]:
        """From the third record on SQLite has no further page: its own error."""
        nonlocal room
        fitting, rest = entries[:room], entries[room:]
        room -= len(fitting)
        done = put_all(journal, fitting) if fitting else []
        if rest:
            journal._db.execute("PRAGMA max_page_count = 1")  # SQLite takes the pages that there are
        return [*done, *(put_all(journal, rest) if rest else [])]

    monkeypatch.setattr(Journal, "put_all", fills)
    full = bench("run", "--yes")
    assert full.code == 5, full.err
    assert "cannot be written (database or disk is full)" in full.err
    assert "run the same command again" in full.err
    assert "unexpected error" not in full.err + full.out
    assert "Traceback" not in full.err
    kept = len(solver.requests)
    monkeypatch.undo()
    monkeypatch.chdir(bench.folder)
    done = bench("run", "--yes")
    assert done.code == 0, done.err
    items, turns = tables(bench)
    assert items["score"].tolist() == [1.0] * len(items)
    lost = len(solver.requests) - len(turns)
    assert 0 < lost <= kept - 2, "what was recorded is not asked again"


def _killed_at(bench: Bench, solver: FakeEndpoint, number: int) -> list[Request]:
    """Runs `bench run` in a process that is killed while its request of this number is answered; what was answered."""
    before, works = len(solver.requests), solver.script
    environ = {name: value for name, value in os.environ.items() if name not in ("CI",)}
    process = subprocess.Popen(
        [sys.executable, "-m", "bench", "run", "--yes"], cwd=bench.folder, env=environ, stderr=subprocess.DEVNULL
    )

    def kills(request: Request) -> Reply:
        if len(solver.requests) - before >= number:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        return works(request)

    solver.script = kills
    assert process.wait(300) == -signal.SIGKILL
    solver.script = works
    return solver.requests[before : before + number - 1]


@pytest.mark.slow
@pytest.mark.parametrize("model", [NATIVE, MESSAGES], ids=["Chat Completions", "Messages"])
def test_a_run_that_is_killed_within_episodes_pays_nothing_twice_and_comes_to_the_same(
    bench: Bench, solver: FakeEndpoint, model: str
) -> None:
    configure(bench, solver, f"{model} max_connections = 1", limit=2)
    assert bench("run", "--yes", "-o", "whole").code == 0
    whole = without_times(pd.read_parquet(bench.folder / "whole" / "items.parquet"))
    (bench.folder / "results" / "journal.db").unlink()
    answered = [request for number in (2, 4) for request in _killed_at(bench, solver, number)]
    before = len(solver.requests)
    done = bench("run", "--yes")
    assert done.code == 0, done.err
    assert without_times(tables(bench)[0]).equals(whole)
    assert answered_twice([*answered, *solver.requests[before:]]) == []
    assert len(tables(bench)[1]) == len({*tables(bench)[1]["key"]})
