"""No answer holds the interpreter: while any of them is graded, other threads go on, at the latest after 0.2 s."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from bench.records.items import Graded
from bench.scoring import graders, whole
from bench.scoring.graders import Grader
from bench.suites.coding.grading import repaired_files
from tests.sampling import sampled
from tests.scoring.hostile import HOSTILE, LONG

MOST_S = 0.2
"""CPU seconds for which no other thread comes to its turn."""
ALWAYS = ("thousands", "JSON arrays", "a JSON list", "fences", "LaTeX spaces in a fence")
"""Answers that once held it for seconds."""
READ_S = 2.0
"""CPU seconds that reading one answer may take of this process."""
GRADERS: dict[str, tuple[Grader, Mapping[str, Any]]] = {
    "answer tag, a number": (graders.answer_tag, {"answer": "42"}),
    "answer tag, a list": (graders.answer_tag, {"answer": "1 2 3"}),
    "python value": (graders.python_value, {"value": [1, 2]}),
    "number": (graders.own, {"number": 4}),
    "answer": (graders.own, {"answer": "Paris"}),
    "choices": (graders.own, {"answer": "Paris", "choices": ["Paris", "Rome", "A"]}),
    "regex": (graders.own, {"regex": r"(?i)answer:\s*paris"}),
    "regex that backtracks": (graders.own, {"regex": r"^(a|aa)+$"}),
    "schema of an object": (graders.own, {"json_schema": {"type": "object", "properties": {"a": {"type": "integer"}}}}),
    "schema of an array": (
        graders.own,
        {"json_schema": {"type": "array", "items": {"multipleOf": 0.1, "pattern": "^(a|aa)+$"}, "uniqueItems": True}},
    ),
    "calls": (graders.function_calls, {"entry_point": "f", "calls": [{"args": [1], "value": 2}]}),
    "query": (graders.sql_query, {"schema": "", "databases": [{"tables": {}, "rows": []}], "ordered": False}),
    "program": (whole.program_output, {"cases": [{"stdin": "", "stdout": "4"}]}),
    "files": (
        repaired_files,
        {"files": {"a.py": "def f(n): ..."}, "module": "a", "entry_point": "f", "calls": [{"args": [1], "value": 2}]},
    ),
    "human eval": (
        graders.human_eval,
        {"entry_point": "f", "prompt": "def f(n):\n", "test": "def check(c):\n    assert c(1) == 2"},
    ),
}


class Watch:
    """Measures how long other threads had to wait: this process's CPU between two of the watcher's turns."""

    def __init__(self) -> None:
        self.longest_s = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _tick(self) -> None:
        before = time.process_time()
        while not self._stop.is_set():
            time.sleep(0.002)
            now = time.process_time()
            self.longest_s = max(self.longest_s, now - before)
            before = now


def held(action: Callable[[], object]) -> tuple[float, float]:
    """The longest wait of other threads while an action runs, and the action's own CPU seconds here."""
    with Watch() as watch:
        begun = time.process_time()
        action()
        spent = time.process_time() - begun
    return watch.longest_s, spent


def test_the_watch_sees_a_hold() -> None:
    longest, spent = held(lambda: sum(range(10**7)))
    assert longest > max(0.02, free_wait(spent))
    assert held(lambda: time.sleep(0.1))[0] < MOST_S


@pytest.mark.usefixtures("sandbox")
@pytest.mark.parametrize("name", sampled(HOSTILE, 8, ALWAYS))
def test_no_answer_holds_the_interpreter(name: str) -> None:
    assert {way: found for way in GRADERS if (found := too_long(way, name))} == {}


def free_wait(seconds: float) -> float:
    """The longest wait of other threads beside a plain loop of so many CPU seconds, which holds nothing."""

    def loop() -> None:
        until = time.process_time() + seconds
        while time.process_time() < until:
            pass

    return held(loop)[0]


def too_long(way: str, name: str) -> tuple[float, float] | None:
    """The longest wait and the CPU seconds, rounded, where a grader takes too long for an answer; else None.

    A thread waits for a core too: only what waits longer than beside a plain loop of the same length is a hold.
    """
    grader, item = GRADERS[way]
    for again in range(4):
        found: list[Graded] = []
        given = {"id": f"x{again}", "prompt": "?", **item}
        longest, spent = held(lambda: found.append(grader.grade(given, HOSTILE[name])))  # noqa: B023
        assert found[0].score in (0.0, 1.0), (way, name, found[0])
        if spent <= READ_S and (longest <= MOST_S or longest - free_wait(spent) <= MOST_S):
            return None
    return round(longest, 2), round(spent, 2)


def test_the_table_is_long_and_of_many_kinds() -> None:
    assert len(HOSTILE) > 100
    assert all(0.9 * LONG < len(text) <= LONG for text in HOSTILE.values())
    assert sys.getswitchinterval() <= 0.005
