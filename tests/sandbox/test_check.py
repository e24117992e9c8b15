"""Unmodified `check(candidate)` tests, run outside against a stand-in."""

from __future__ import annotations

import time

import pytest

from bench.errors import UsageError
from bench.sandbox import Grade, Limits, ProgramVerdict, grade_check

pytestmark = pytest.mark.usefixtures("sandbox")

CHECK = (
    "def check(candidate):\n    assert candidate([1, 2]) == {1: (1, 1), 2: (2, 2)}\n    assert candidate(n=[]) == {}\n"
)
RIGHT = "def pairs(n): return {m: (m, m) for m in n}"


def test_a_right_program_passes(sandbox: str) -> None:
    assert grade_check(RIGHT, "pairs", CHECK) == Grade(
        verdict=ProgramVerdict.PASSED, passed=1, total=1, detail="", sandbox=sandbox
    )


@pytest.mark.parametrize(
    ("source", "verdict", "detail"),
    [
        ("def pairs(n): return {}", ProgramVerdict.WRONG, "after call 1: the test's assertion failed"),
        ("def pairs(n): return {m: (m, m) for m in n} or None", ProgramVerdict.WRONG, None),
        ("def pairs(n): return n[0]", ProgramVerdict.WRONG, None),
        ("def pairs(n): return [][1]", ProgramVerdict.RAISED, "call 1: IndexError"),
        ("def pairs(n): raise AssertionError", ProgramVerdict.RAISED, "call 1: AssertionError"),
        ("class Odd(Exception): pass\ndef pairs(n): raise Odd", ProgramVerdict.RAISED, "call 1: CandidateError"),
        (
            "def pairs(n): raise UnicodeDecodeError('a', b'', 0, 1, 'b')",
            ProgramVerdict.RAISED,
            "call 1: CandidateError",
        ),
        ("def pairs(n): raise SystemExit", ProgramVerdict.RAISED, "call 1: CandidateError"),
        ("def pairs(n): return object()", ProgramVerdict.MALFORMED, "call 1: not a plain value"),
        ("def pairs(n): return {m * (2**61 - 1) for m in range(1, 400)}", ProgramVerdict.MALFORMED, None),
        ("def pairs(n): import os; os._exit(0)", ProgramVerdict.MALFORMED, "the program ended itself (status 0)"),
        ("def pairs(n): import os; os.write(3, b'[1]\\n')", ProgramVerdict.MALFORMED, "call 1: broken reply"),
        ("def pairs(n): import os; os.fork()", ProgramVerdict.FORBIDDEN, "call 1: PermissionError"),
        ("def pairs(n): return bytes(10**10)", ProgramVerdict.MEMORY, "call 1: out of memory"),
        ("def pairs(n):\n    while True: pass", ProgramVerdict.TIMEOUT, "more than 1 s of CPU"),
        ("while True: print('x' * 9999)", ProgramVerdict.OUTPUT_FLOOD, None),
        ("def pairs(n):", ProgramVerdict.NOT_COMPILING, "IndentationError"),
        ("raise ValueError", ProgramVerdict.RAISED, "ValueError"),
        ("", ProgramVerdict.NO_ENTRY_POINT, "pairs"),
    ],
)
def test_failures_say_why(source: str, verdict: ProgramVerdict, detail: str | None) -> None:
    got = grade_check(source, "pairs", CHECK, Limits(cpu_s=1, output_bytes=2**20))
    assert (got.verdict, got.passed, got.total, got.final) == (verdict, 0, 1, True), got
    assert detail in (None, got.detail)


def test_a_slow_machine_is_no_final_verdict() -> None:
    got = grade_check("import time\ndef pairs(n): time.sleep(60)", "pairs", CHECK, Limits(wall_s=0.5))
    assert (got.verdict, got.final) == (ProgramVerdict.TIMEOUT, False)


def test_a_test_may_expect_an_exception() -> None:
    check = "def check(f):\n    try:\n        f(0)\n    except ZeroDivisionError:\n        return\n    assert False"
    assert grade_check("def f(n): return 1 / n", "f", check).verdict is ProgramVerdict.PASSED
    assert grade_check("def f(n): return n", "f", check).verdict is ProgramVerdict.WRONG


def test_a_test_that_expects_any_exception_gets_none_from_a_dead_program() -> None:
    check = "def check(f):\n    try:\n        f(0)\n    except Exception:\n        return\n    assert False"
    assert grade_check("import os\ndef f(n): os._exit(1)", "f", check).verdict is ProgramVerdict.MALFORMED


def test_a_test_that_swallows_everything_passes_no_dead_program() -> None:
    check = "def check(f):\n    try:\n        f(0)\n    except:\n        pass"
    assert grade_check("import os\ndef f(n): os._exit(1)", "f", check).verdict is ProgramVerdict.MALFORMED


LOOPS = (
    "assert all(map(lambda case: candidate(case[0]) == case[1], [(1, 2), (2, 3)]))",
    "for got, want in zip(map(candidate, [1, 2]), [2, 3]):\n        assert got == want",
    "assert all(got == 2 for got in iter(lambda: candidate(1), 2))",
)


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("ends", ["raise StopIteration", "return next(iter([]))", "raise StopAsyncIteration"])
def test_a_program_cannot_end_the_tests_loop_and_pass(loop: str, ends: str) -> None:
    check = f"def check(candidate):\n    {loop}\n"
    assert grade_check("def f(n): return n + 1", "f", check).verdict is ProgramVerdict.PASSED
    got = grade_check(f"def f(n): {ends}", "f", check)
    assert (got.verdict, got.detail) == (ProgramVerdict.RAISED, "call 1: CandidateError")


@pytest.mark.parametrize(
    ("answer", "made_of_it"),
    [("[" * 199 + "]" * 199, "f(f(1))"), ("-0.5", "f(f(1) ** 0.5)"), ("2", "f(1) < 0 or f(iter([]))")],
)
def test_an_answer_never_looks_like_a_broken_test(answer: str, made_of_it: str) -> None:
    """Which would end the run of everybody else's programs."""
    got = grade_check(f"def f(n): return {answer}", "f", f"def check(f):\n    {made_of_it}\n")
    assert (got.verdict, got.detail[:14]) == (ProgramVerdict.WRONG, "after call 1: "), got
    loading = f"f({made_of_it})\n\ndef check(candidate): pass\n"
    assert grade_check(f"def f(n): return {answer}", "f", loading).verdict is ProgramVerdict.WRONG
    assert grade_check("def f(n): return 2", "f", "assert f(1) == 1").verdict is ProgramVerdict.WRONG


def test_what_ended_a_program_stays_the_reason() -> None:
    check = "def check(f):\n    try:\n        f(0)\n    except:\n        pass\n    assert False"
    assert grade_check("import os\ndef f(n): os._exit(1)", "f", check).verdict is ProgramVerdict.MALFORMED


ALIKE = """
import os
from itertools import islice, product

def f(n):
    members = (f'["tuple"{",-1" * 40},{",".join(ends)}]' for ends in product(("-1", "-2"), repeat=15))
    reply = f'[1,"value",["set",{",".join(islice(members, 18_000))}]]\\n'.encode()
    while reply:
        reply = reply[os.write(3, reply) :]
"""


def test_keys_that_collide_cost_us_little() -> None:
    begun = time.process_time()
    got = grade_check(ALIKE, "f", "def check(candidate):\n    candidate(1)\n")
    assert (got.verdict, "alike" in got.detail) == (ProgramVerdict.MALFORMED, True), got
    assert time.process_time() - begun < 4


def test_large_sets_and_dicts_are_answers() -> None:
    source = "def f(n): return {(m, -m): {m, -1, -2} for m in range(n)}"
    check = "def check(f): assert f(9_000) == {(m, -m): {m, -1, -2} for m in range(9_000)}"
    assert grade_check(source, "f", check).verdict is ProgramVerdict.PASSED


def test_helpers_of_the_prompt_and_the_functions_own_name_can_be_used() -> None:
    prompt = 'def helper(n):\n    return n + 1\n\n\ndef f(n: int) -> int:\n    """Adds one."""\n'
    check = "def check(candidate):\n    assert candidate(1) == f(1) == helper(1)\n"
    assert grade_check(f"{prompt}    return helper(n)\n", "f", check, prompt=prompt).verdict is ProgramVerdict.PASSED


@pytest.mark.parametrize(
    ("test", "prompt", "said"),
    [
        ("def check(", "", "cannot be loaded .SyntaxError"),
        ("import absent_module", "", "cannot be loaded .ModuleNotFoundError"),
        ("def verify(candidate): pass", "", "defines no function `check"),
        (CHECK, "def f(", "cannot be loaded .SyntaxError"),
        ("def check(candidate): candidate(iter([]))", "", "not a plain value"),
    ],
)
def test_a_broken_test_is_the_users_to_mend(test: str, prompt: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        grade_check(RIGHT, "pairs", test, prompt=prompt)
