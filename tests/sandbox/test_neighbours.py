"""What programs beside each other, and after their last answer, can do to a verdict: nothing."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from bench.sandbox import (
    Limits,
    ProgramCase,
    ProgramVerdict,
    TestCall,
    bwrap,
    doors,
    grade,
    grade_check,
    grade_program,
    ladder,
    rungs,
    using,
    warm,
)
from bench.sandbox.grade import Grade, judged
from bench.sandbox.grade import TestOutcomes as Outcomes
from bench.sandbox.turns import Turns

pytestmark = pytest.mark.usefixtures("sandbox")

CALL = TestCall((1,), 2)
BRIEF = Limits(cpu_s=0.3, wall_s=20, asleep_s=1.0)
SLEEPER = "import time\ndef f(n):\n    time.sleep(30)\n    return n + 1"
BOMB = """
import threading, time
def f(n):
    threading.stack_size(65536)
    threads = []
    try:
        while len(threads) < 600:
            threads.append(threading.Thread(target=time.sleep, args=(0.8,), daemon=True))
            threads[-1].start()
    except RuntimeError:
        time.sleep(0.8)
    return n
"""
THREADED = """
import threading, time
def f(n):
    time.sleep(0.3)
    added = []
    threads = [threading.Thread(target=added.append, args=(1,)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return n + len(added) - 19
"""
THEN_SPINS = """
import os
def spins(*_):
    while True: pass
def f(n):
    os._exit = spins
    return n + 1
"""


@pytest.fixture(params=ladder.SAFE, ids=lambda rung: rung.name.lower(), autouse=True)
def rung(request: pytest.FixtureRequest) -> object:
    if request.param not in rungs():
        pytest.skip(f"{request.param} does not work here")
    with using(request.param):
        yield request.param


def test_a_program_killed_after_its_last_right_answer_does_not_pass() -> None:
    assert grade("def f(n): return n + 1", "f", [CALL], BRIEF).verdict is ProgramVerdict.PASSED
    assert grade(THEN_SPINS, "f", [CALL], BRIEF).verdict is ProgramVerdict.TIMEOUT
    test = "def check(candidate):\n    assert candidate(1) == 2"
    assert grade_check(THEN_SPINS, "f", test, BRIEF).verdict is ProgramVerdict.TIMEOUT


def test_sleepers_are_stopped_side_by_side_and_the_busy_are_left_their_time() -> None:
    begun = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        sleeping = [pool.submit(grade, f"{SLEEPER} # {n}", "f", [CALL], BRIEF) for n in range(3)]
        busy = pool.submit(grade, "def f(n):\n    return sum(range(3_000_000)) and n + 1", "f", [CALL], BRIEF)
    for each in sleeping:
        got = each.result()
        assert (got.verdict, got.detail, got.final) == (ProgramVerdict.TIMEOUT, "asleep for 1 s", False)
    assert busy.result().verdict is ProgramVerdict.PASSED
    assert time.monotonic() - begun < 15


def test_a_sleeping_script_is_stopped_too() -> None:
    got = grade_program("import time\ntime.sleep(30)", [ProgramCase("", "")], BRIEF)
    assert (got.verdict, got.detail) == (ProgramVerdict.TIMEOUT, "case 1: asleep for 1 s")


def test_a_program_that_waits_for_its_test_does_not_sleep() -> None:
    test = "import time\ndef check(candidate):\n    candidate(1)\n    time.sleep(3)\n    assert candidate(1) == 2"
    assert grade_check("def f(n): return n + 1", "f", test, BRIEF).verdict is ProgramVerdict.PASSED


def test_no_program_sleeps_longer_than_ten_seconds() -> None:
    assert Limits().asleep_s == 10
    assert doors() >= 2


@pytest.mark.slow
def test_a_bomb_of_threads_leaves_an_honest_program_its_own() -> None:
    limits = Limits(cpu_s=10, wall_s=30, asleep_s=10)
    with ThreadPoolExecutor(3) as pool:
        bombs = [pool.submit(grade, f"{BOMB} # {n}", "f", [CALL], limits) for n in range(2)]
        honest = pool.submit(grade, THREADED, "f", [CALL], limits)
    assert honest.result().verdict is ProgramVerdict.PASSED
    assert ProgramVerdict.PASSED not in {bomb.result().verdict for bomb in bombs}


def outcome(verdict: ProgramVerdict, why: str) -> Outcomes:
    return Outcomes(1, [(verdict, why)])


def graded(first: Outcomes, second: Outcomes, *, neighbours: bool) -> tuple[Grade, int]:
    """The grade of a program with these outcomes, beside another or not, and how often it was tried."""
    tries = iter([first, second])
    count, started, done = [0], threading.Event(), threading.Event()

    def attempt(_command: warm.Command) -> Outcomes:
        count[0] += 1
        return next(tries)

    def beside(_command: warm.Command) -> Outcomes:
        started.set()
        done.wait(20)
        return outcome(ProgramVerdict.PASSED, "")

    other = threading.Thread(target=judged, args=(beside, 1))
    if neighbours:
        other.start()
        assert started.wait(20)
        threading.Timer(0.3, done.set).start()
    found = judged(attempt, 1)
    if neighbours:
        other.join()
    return found, count[0]


REFUSED = outcome(ProgramVerdict.RAISED, "call 1: RuntimeError")
WRONG = outcome(ProgramVerdict.WRONG, "call 1: wrong value")
PASSED = outcome(ProgramVerdict.PASSED, "")


def test_a_program_that_was_refused_a_thread_beside_others_is_graded_again_alone() -> None:
    found, tries = graded(REFUSED, PASSED, neighbours=True)
    assert (found.verdict, tries) == (ProgramVerdict.PASSED, 2)
    found, tries = graded(REFUSED, REFUSED, neighbours=True)
    assert (found.verdict, tries) == (ProgramVerdict.RAISED, 2)


def test_a_program_without_neighbours_is_graded_once() -> None:
    found, tries = graded(REFUSED, PASSED, neighbours=False)
    assert (found.verdict, tries) == (ProgramVerdict.RAISED, 1)
    assert graded(WRONG, PASSED, neighbours=True)[1] == 1


def test_turns_alone_wait_for_the_others_and_keep_them_out() -> None:
    turns, now, most = Turns(), [0], [0]
    lonely = []

    def shared() -> None:
        with turns.shared():
            now[0] += 1
            most[0] = max(most[0], now[0])
            time.sleep(0.01)
            now[0] -= 1

    def alone() -> None:
        with turns.alone():
            lonely.append(now[0])
            time.sleep(0.01)
            lonely.append(now[0])

    with ThreadPoolExecutor(8) as pool:
        done = [pool.submit(shared if n % 4 else alone) for n in range(40)]
    for each in done:
        each.result()
    assert set(lonely) == {0}
    assert most[0] > 1


def test_packages_of_other_pythons_are_hidden() -> None:
    source = """
import os
def f(roots):
    seen = []
    for root in roots:
        for folder, names, files in os.walk(root):
            if folder.endswith("-packages") and (names or files):
                seen.append(folder)
            if folder.count("/") - root.count("/") > 3:
                names.clear()
    return seen
"""
    roots = [root for root in bwrap._roots() if root.endswith("lib")]
    found = grade(source, "f", [TestCall((roots,), [])], replace(BRIEF, cpu_s=5))
    assert found.verdict is ProgramVerdict.PASSED, found
