from __future__ import annotations

import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bench.errors import UsageError
from bench.sandbox import Grade, Limits, ProgramVerdict, Rung, TestCall, grade, ladder, rungs, using, warm

pytestmark = pytest.mark.usefixtures("sandbox")

ADD = "def add(a, b):\n    return a + b\n"
CALLS = [TestCall((1, 2), 3), TestCall(([1], [2]), [1, 2]), TestCall(("a", "b"), "ab")]


def test_a_right_program_passes(sandbox: str) -> None:
    assert grade(ADD, "add", CALLS) == Grade(
        verdict=ProgramVerdict.PASSED, passed=3, total=3, detail="", sandbox=sandbox
    )
    assert sandbox in {"bubblewrap+landlock+seccomp", "landlock+seccomp"}


def test_the_first_failure_is_the_verdict_and_the_rest_still_counts(sandbox: str) -> None:
    source = "def add(a, b):\n    return a + b if a != [1] else (1, 2)\n"
    assert grade(source, "add", CALLS) == Grade(
        verdict=ProgramVerdict.WRONG, passed=2, total=3, detail="call 2: wrong value", sandbox=sandbox
    )


@pytest.mark.parametrize(
    ("source", "verdict", "detail"),
    [
        ("def add(a, b): return [a] / b", ProgramVerdict.RAISED, "call 1: TypeError"),
        ("import numpy_is_absent", ProgramVerdict.RAISED, "ModuleNotFoundError"),
        ("raise SystemExit(0)", ProgramVerdict.RAISED, "SystemExit"),
        ("def add(a, b):\nreturn", ProgramVerdict.NOT_COMPILING, "IndentationError"),
        ("x = '\0'", ProgramVerdict.NOT_COMPILING, None),
        ("x = '\ud800'", ProgramVerdict.NOT_COMPILING, "UnicodeEncodeError"),
        ("def sub(a, b): return a", ProgramVerdict.NO_ENTRY_POINT, "add"),
        ("add = 5", ProgramVerdict.NO_ENTRY_POINT, "add"),
        ("if __name__ == '__main__':\n    def add(a, b): return a + b", ProgramVerdict.NO_ENTRY_POINT, "add"),
        ("def add(a, b): return iter([a, b])", ProgramVerdict.MALFORMED, "call 1: not a plain value"),
        ("def add(a, b): return input()", ProgramVerdict.RAISED, "call 1: EOFError"),
        ("def add(a, b): return add(a, b)", ProgramVerdict.RAISED, "call 1: RecursionError"),
    ],
)
def test_failures_say_why(source: str, verdict: ProgramVerdict, detail: str | None) -> None:
    got = grade(source, "add", CALLS)
    assert (got.verdict, got.passed, got.total) == (verdict, 0, 3)
    assert detail in (got.detail, None)


def test_ordinary_programs_work() -> None:
    source = """
from __future__ import annotations
import collections, dataclasses, functools, heapq, itertools, json, math, re, threading, typing

@dataclasses.dataclass(order=True)
class Edge:
    cost: int
    name: str = ""

@functools.cache
def fib(n: int) -> int:
    return n if n < 2 else fib(n - 1) + fib(n - 2)

def work(n: int) -> dict[str, typing.Any]:
    print("debugging", n)
    thread = threading.Thread(target=fib, args=(n,))
    thread.start()
    thread.join()
    return {"fib": fib(n), "heap": heapq.nsmallest(1, [Edge(2), Edge(1)])[0].cost, "name": __name__}

if __name__ == "__main__":
    raise SystemExit(work(3))
"""
    calls = [TestCall((90,), {"fib": 2880067194370816120, "heap": 1, "name": "candidate"})]
    assert grade(source, "work", calls).verdict is ProgramVerdict.PASSED


@pytest.mark.skipif(not Path("/usr/share/zoneinfo/Europe/Berlin").exists(), reason="this machine has no time zones")
@pytest.mark.parametrize("rung", ladder.SAFE)
def test_time_zones_are_there(rung: Rung) -> None:
    if rung not in rungs():
        pytest.skip(f"{rung} does not work here")
    source = "import zoneinfo\ndef f(name): return str(zoneinfo.ZoneInfo(name))"
    with using(rung):
        assert grade(source, "f", [TestCall(("Europe/Berlin",), "Europe/Berlin")]).verdict is ProgramVerdict.PASSED


def test_arguments_arrive_as_unshared_copies() -> None:
    row: list[int] = [0, 0]
    call = TestCall(([row, row],), [[1, 0], [0, 0]])
    source = "def mark(grid):\n    grid[0][0] += 1\n    return grid"
    assert grade(source, "mark", [call, call]).passed == 2
    assert call.args == ([[0, 0], [0, 0]],)


def test_set_order_is_the_same_every_time() -> None:
    words = [f"word{n}" for n in range(30)]
    source = "def order(words): return list(set(words))"
    requests: list[object] = [("function", source, "order"), ((words,), {})]
    assert len({warm.run(ladder.command(ladder.chosen()), requests, Limits()).replies for _ in range(3)}) == 1


def test_large_values_pass_both_ways() -> None:
    numbers = [random.Random(1).randrange(10**12) for _ in range(20_000)]
    calls = [TestCall((numbers,), sorted(numbers)), TestCall(([10**6000, 1],), [1, 10**6000])]
    assert grade("def f(n): return sorted(n)", "f", calls).verdict is ProgramVerdict.PASSED


def test_limits_are_as_asked() -> None:
    slow = "def f(n):\n    while n: pass\n    return n"
    got = grade(slow, "f", [TestCall((0,), 0), TestCall((1,), 1), TestCall((0,), 0)], Limits(cpu_s=1))
    assert (got.verdict, got.passed, got.detail) == (ProgramVerdict.TIMEOUT, 1, "more than 1 s of CPU")
    sleepy = "import time\ndef f(): time.sleep(60)"
    assert grade(sleepy, "f", [TestCall((), 1)], Limits(wall_s=0.5)).verdict is ProgramVerdict.TIMEOUT
    big = "def f(n): return len(bytes(n))"
    size = 100 * 2**20
    assert grade(big, "f", [TestCall((size,), size)]).verdict is ProgramVerdict.PASSED
    assert grade(big, "f", [TestCall((size,), size)], Limits(memory_bytes=size)).verdict is ProgramVerdict.MEMORY
    chatty = "def f(n):\n    print('x' * n, flush=True)\n    return n"
    assert grade(chatty, "f", [TestCall((50_000,), 50_000)]).verdict is ProgramVerdict.PASSED
    flood = grade(chatty, "f", [TestCall((500_000,), 500_000)], Limits(output_bytes=10_000))
    assert flood.verdict is ProgramVerdict.OUTPUT_FLOOD


def test_grading_from_several_threads() -> None:
    def one(n: int) -> tuple[ProgramVerdict, int]:
        got = grade(f"def f(a): return a + {n}", "f", [TestCall((a,), a + 3) for a in range(5)])
        return got.verdict, got.passed

    with ThreadPoolExecutor(4) as pool:
        got = list(pool.map(one, range(12)))
    assert got == [(ProgramVerdict.PASSED, 5) if n == 3 else (ProgramVerdict.WRONG, 0) for n in range(12)]


def test_the_interpreter_inside_is_ours() -> None:
    source = "import sys\ndef version(): return sys.version"
    assert grade(source, "version", [TestCall((), sys.version)]).verdict is ProgramVerdict.PASSED


def test_no_calls_is_an_error_not_a_pass() -> None:
    with pytest.raises(UsageError, match="'add' has no test calls"):
        grade(ADD, "add", [])


def test_cpu_is_counted_finely_and_over_all_threads() -> None:
    busy = "def f():\n    while True: pass"
    started = time.monotonic()
    got = grade(busy, "f", [TestCall((), 1)], Limits(cpu_s=0.2, wall_s=30))
    assert (got.verdict, got.detail, got.final) == (ProgramVerdict.TIMEOUT, "more than 0.2 s of CPU", True)
    assert time.monotonic() - started < 10
    asleep = "import time\ndef f():\n    time.sleep(0.5)\n    return 1"
    assert grade(asleep, "f", [TestCall((), 1)], Limits(cpu_s=0.2)).verdict is ProgramVerdict.PASSED


def test_a_flood_that_ends_with_the_right_answer_is_a_flood() -> None:
    source = "import os\ndef f():\n    for _ in range(20): os.write(1, bytes(3000))\n    return 1"
    for _ in range(5):
        got = grade(source, "f", [TestCall((), 1)], Limits(output_bytes=10_000))
        assert got.verdict is ProgramVerdict.OUTPUT_FLOOD
