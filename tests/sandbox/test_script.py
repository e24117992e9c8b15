"""Programs that read stdin and print: what they print is compared outside."""

from __future__ import annotations

import pytest

from bench.errors import UsageError
from bench.sandbox import Grade, Limits, ProgramCase, ProgramVerdict, grade_program

pytestmark = pytest.mark.usefixtures("sandbox")

DOUBLE = "print(2 * int(input()))"
CASES = [ProgramCase("1\n", "2\n"), ProgramCase("21\n", "42\n")]


def test_a_right_program_passes(sandbox: str) -> None:
    assert grade_program(DOUBLE, CASES) == Grade(
        verdict=ProgramVerdict.PASSED, passed=2, total=2, detail="", sandbox=sandbox
    )


def test_a_wrong_case_is_the_verdict_and_the_rest_still_counts(sandbox: str) -> None:
    wrong = grade_program("print(2)", [*CASES, CASES[0]])
    assert wrong == Grade(
        verdict=ProgramVerdict.WRONG, passed=2, total=3, detail="case 2: wrong output", sandbox=sandbox
    )


@pytest.mark.parametrize(
    ("source", "stdin", "stdout"),
    [
        ("print('a ')\nprint()", "", "a"),
        ("import sys\nfor line in sys.stdin: print(line, end='')", "x\ny\n", "x\ny"),
        ("print(open(0).read())", "é" * 200_000, "é" * 200_000),
        ("import os\nwhile chunk := os.read(0, 9999): os.write(1, chunk)", "abc" * 100_000, "abc" * 100_000),
        ("import sys\nprint(1)\nsys.exit()", "", "1"),
        ("import os\nprint(1, flush=True)\nos._exit(0)", "", "1"),
        ("print(1)\nexit()\nprint(2)", "", "1"),
        ("print(1)\nquit(0)\nprint(2)", "", "1"),
        ("out = open(1, 'w')\nout.write('1')", "", "1"),
        ("out = open(1, 'wb')\nout.write(b'1')", "", "1"),
        ("import sys\nprint(1)\nsys.stdout.close()", "", "1"),
        ("import os, sys\nprint(1)\nsys.stdout = open(os.devnull, 'w')\nprint(2)", "", "1"),
        ("print(__name__)", "", "__main__"),
        ("import sys\nprint(1)\nprint(2, file=sys.stderr)", "", "1"),
        ("import atexit, threading\natexit.register(print, 2)\nthreading.Timer(0.1, print, [1]).start()", "", "1\n2"),
        ("import asyncio\nasync def main():\n    await asyncio.sleep(0)\n    print(1)\nasyncio.run(main())", "", "1"),
        ("try:\n    input()\nexcept EOFError:\n    print(1)", "", "1"),
        ("", "", ""),
    ],
)
def test_programs_run_as_scripts(source: str, stdin: str, stdout: str) -> None:
    got = grade_program(source, [ProgramCase(stdin, stdout)])
    assert got.verdict is ProgramVerdict.PASSED, got


@pytest.mark.parametrize(
    ("source", "verdict", "detail"),
    [
        ("print(3)", ProgramVerdict.WRONG, "wrong output"),
        ("print('2\\n\\n2')", ProgramVerdict.WRONG, "wrong output"),
        ("print(2)\n1 / 0", ProgramVerdict.RAISED, "ZeroDivisionError"),
        ("import sys\nprint(2)\nsys.exit(3)", ProgramVerdict.RAISED, "SystemExit"),
        (
            "import os\nprint(2, flush=True)\nos._exit(3)",
            ProgramVerdict.MALFORMED,
            "the program ended itself (status 3)",
        ),
        ("import ctypes\nctypes.string_at(0)", ProgramVerdict.MALFORMED, "the program ended itself (status -11)"),
        ("print(2", ProgramVerdict.NOT_COMPILING, "SyntaxError"),
        ("import os\nos.fork()", ProgramVerdict.FORBIDDEN, "PermissionError"),
        ("bytes(10**10)", ProgramVerdict.MEMORY, "out of memory"),
        ("while True: pass", ProgramVerdict.TIMEOUT, "more than 1 s of CPU"),
        ("while True: print('x' * 9999)", ProgramVerdict.OUTPUT_FLOOD, None),
    ],
)
def test_failures_say_why(source: str, verdict: ProgramVerdict, detail: str | None) -> None:
    got = grade_program(source, CASES[:1], Limits(cpu_s=1, output_bytes=2**20))
    assert (got.verdict, got.passed, got.total, got.final) == (verdict, 0, 1, True)
    assert detail is None or got.detail == f"case 1: {detail}"


def test_what_uses_up_its_time_ends_the_grading() -> None:
    got = grade_program("import time\ntime.sleep(60)", [*CASES] * 50, Limits(wall_s=0.5))
    assert (got.verdict, got.total, got.final) == (ProgramVerdict.TIMEOUT, 100, False)


def test_cases_share_nothing() -> None:
    source = (
        "import os, sys\nsys.modules['x'] = sys\nopen('/dev/null')\nprint('y' in sys.modules)\nsys.modules['y'] = sys"
    )
    assert grade_program(source, [ProgramCase("", "False")] * 3).passed == 3


def test_no_cases_is_an_error_not_a_pass() -> None:
    with pytest.raises(UsageError, match="no test cases"):
        grade_program(DOUBLE, [])
