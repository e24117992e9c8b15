"""The coding exam of the usual size: how long it takes to generate, to load and to grade."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from bench.records import RunSettings
from bench.registry import read, shipped
from bench.run import ceiling, slices
from bench.run.score import grader_of
from bench.suites.coding.exam import MORE_SUITE, exam
from bench.suites.coding.families import MORE
from bench.suites.coding.instance import INSTANCES
from tests.perf.conftest import BUSY, Bar, Hold

ITEMS = 690
"""30 instances of each of 23 families."""
PRESSURE = Path("/proc/pressure/cpu")
"""Where Linux says for how many microseconds some task of the machine waited for a core."""


def test_generating_takes_at_most_ten_seconds(hold: Hold) -> None:
    begun = time.process_time()
    assert sum(map(len, exam(7, 30).values())) == ITEMS
    hold(Bar(f"generating {ITEMS} coding items, CPU", time.process_time() - begun, 10, "s"))


def test_generating_the_other_families_takes_at_most_ten_seconds_too(hold: Hold) -> None:
    begun, wanted = time.process_time(), INSTANCES * len(MORE)
    assert sum(map(len, exam(7, suite=MORE_SUITE).values())) == wanted
    hold(Bar(f"generating {wanted} items of {MORE_SUITE}, CPU", time.process_time() - begun, 10, "s"))


@pytest.mark.usefixtures("sandbox")
def test_loading_takes_three_seconds_and_grading_thirty_five(hold: Hold, tmp_path: Path) -> None:
    registry, run = read([shipped("tasks")]), RunSettings(("coding",))
    begun = time.process_time()
    asked = slices.ask(registry, run, slices.expand(registry, run))
    loading = time.process_time() - begun
    assert len(asked.items) == ITEMS
    replies = tmp_path / "replies.jsonl"
    with replies.open("w") as file:
        for item in asked.items:
            grader = grader_of(asked.loaded, item.task)
            assert grader is not None
            answer = grader.oracle(asked.loaded.raw_item(item))
            file.write(json.dumps({"task": item.task, "item": item.item, "answer": answer}) + "\n")
    wall, waited = time.perf_counter(), _waited_s()
    assert ceiling.grade(replies, registry, run).cells[0].score.estimate == 1.0
    grading = time.perf_counter() - wall
    hold(
        Bar(f"loading {ITEMS} coding items, CPU", loading, 3, "s"),
        Bar(f"grading {ITEMS} coding references", grading, 35, "s", _busy((_waited_s() - waited) / grading)),
    )


def _waited_s() -> float:
    """Seconds for which some task of this machine was ready to run and had no core."""
    if not PRESSURE.is_file():
        return 0.0
    return float(PRESSURE.read_text().split("total=")[1].split()[0]) / 1e6


def _busy(waited: float) -> float:
    """Two graders keep two cores busy: with up to half of the time waited for one, the machine was theirs."""
    return waited * BUSY / 0.5
