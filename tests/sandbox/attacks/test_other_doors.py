"""The same attacks where the program is asked in another way, attacks on a neighbour, and hostile queries."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from bench.sandbox import (
    Grade,
    ProgramCase,
    ProgramVerdict,
    TestCall,
    grade,
    grade_check,
    grade_program,
    grade_sql,
)
from tests.sandbox.attacks.catalogue import PLANTED, PROGRAMS, QUICK, arguments, limits
from tests.sandbox.attacks.stage import Stage

pytestmark = pytest.mark.usefixtures("sandbox")

NAMES = [name for name in PROGRAMS if name.startswith("forge_")] + [
    "bomb_amplified_answer",
    "bomb_answer",
    "bomb_output",
    "bomb_replies",
    "bomb_wide_numbers",
    "time_at_exit",
    "time_busy",
    "time_descriptors_closed",
    "time_without_main_thread",
]


def by_check(name: str, stage: Stage) -> Grade:
    """The test of a trusted author, with the expected value in its text."""
    source = PROGRAMS[name]
    call = ", ".join(map(repr, arguments(source, stage)))
    test = f"def check(candidate):\n    assert candidate({call}) == {PLANTED!r}\n"
    return grade_check(source, "f", test, limits(name))


def by_program(name: str, stage: Stage) -> Grade:
    """Text in, text out."""
    source = PROGRAMS[name]
    script = f"{source}\n\nimport json\n\nprint(f(*json.loads(input())))\n"
    return grade_program(script, [ProgramCase(json.dumps(arguments(source, stage)), PLANTED)], limits(name))


def honest_ones_are_graded_right(by: Callable[..., Grade]) -> None:
    once = secrets.token_hex(4)
    for verdict, program in (
        (ProgramVerdict.PASSED, "def f(n): return n + 1"),
        (ProgramVerdict.WRONG, "def f(n): return n"),
    ):
        source = f"{program}  # {once}\n"
        if by is by_check:
            got = grade_check(source, "f", "def check(candidate):\n    assert candidate(1) == 2")
        else:
            got = grade_program(f"{source}print(f(int(input())))\n", [ProgramCase("1\n", "2\n")])
        assert got.verdict is verdict


@pytest.mark.parametrize("by", [by_check, by_program])
@pytest.mark.parametrize("name", NAMES)
def test_an_attack_achieves_nothing(name: str, by: Callable[[str, Stage], Grade], stage: Stage) -> None:
    got = by(name, stage)
    assert stage.harm(QUICK.wall_s + 20) == []
    assert (got.passed, got.verdict in (ProgramVerdict.PASSED, ProgramVerdict.SANDBOX_FAILURE)) == (0, False), got
    assert PLANTED not in got.detail
    honest_ones_are_graded_right(by)


NEIGHBOUR = """
import time

def f(text):
    hoard = [text + str(number) for number in range(1000)]
    for folder in ("/tmp", "/dev/shm", "."):
        try:
            with open(folder + "/left", "w") as file:
                file.write(text)
        except OSError:
            pass
    time.sleep(1)
    return len(hoard)
"""
SPY = """
import glob, os, re, signal, time

def f(stage):
    until = time.monotonic() + 1
    while time.monotonic() < until:
        for path in [*glob.glob("/tmp/*"), *glob.glob("/scratch/*"), *glob.glob("/proc/*/mem"), "left"]:
            try:
                found = re.search(stage["pattern"], open(path).read())
            except OSError:
                continue
            if found:
                return found[0]
        for descriptor in range(3, 64):
            try:
                os.set_blocking(descriptor, False)
                found = re.search(stage["pattern"].encode(), os.read(descriptor, 2**16))
            except OSError:
                continue
            if found:
                return found[0].decode()
        for pid in range(1, 5):
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass
    return ""
"""


def test_programs_that_run_side_by_side_do_not_meet(stage: Stage) -> None:
    """A spy neither reads what its neighbour was given nor disturbs it, while the neighbour runs and afterwards."""
    grades: list[Grade] = []
    calls = [TestCall((PLANTED,), 1000)]
    neighbour = threading.Thread(target=lambda: grades.append(grade(f"{NEIGHBOUR}# {PLANTED}", "f", calls)))
    spying = [TestCall((stage.facts,), PLANTED)]
    neighbour.start()
    assert grade(SPY, "f", spying).passed == 0
    neighbour.join()
    assert [got.verdict for got in grades] == [ProgramVerdict.PASSED]
    for source in (SPY, PROGRAMS["secrets_own_memory"]):
        assert grade(source, "f", spying).passed == 0


def test_nothing_of_a_program_reaches_the_next() -> None:
    source = """
import os, random, sys

def f(mark):
    seen = [mark in vars(sys), mark in sys.modules, mark in os.environ, os.path.exists(f"/tmp/{mark}")]
    setattr(sys, mark, mark)
    sys.modules[mark] = os.environ[mark] = mark
    random.seed(mark)
    try:
        open(f"/tmp/{mark}", "w").close()
    except OSError:
        pass
    return any(seen)
"""
    for _ in range(2):
        assert grade(source, "f", [TestCall(("mark",), False)]).passed == 1


ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)"


@pytest.mark.parametrize(
    ("query", "verdict"),
    [
        ("ATTACH DATABASE '{folder}/{mark}' AS other", ProgramVerdict.RAISED),
        ("VACUUM INTO '{folder}/{mark}'", ProgramVerdict.RAISED),
        ("SELECT load_extension('{folder}/{mark}')", ProgramVerdict.RAISED),
        ("SELECT readfile('{file}')", ProgramVerdict.RAISED),
        ("SELECT writefile('{folder}/{mark}', 'x')", ProgramVerdict.RAISED),
        ("SELECT fts3_tokenizer('x', x'00')", ProgramVerdict.RAISED),
        ("PRAGMA writable_schema = ON", ProgramVerdict.RAISED),
        ("PRAGMA temp_store_directory = '{folder}'", ProgramVerdict.RAISED),
        ("CREATE TABLE mine (x)", ProgramVerdict.RAISED),
        ("INSERT INTO t VALUES ('{mark}')", ProgramVerdict.RAISED),
        ("DELETE FROM t", ProgramVerdict.RAISED),
        ("SELECT * FROM t; SELECT 1", ProgramVerdict.RAISED),
        ("SELECT 1; DROP TABLE t", ProgramVerdict.RAISED),
        (f"{ENDLESS} SELECT count(*) FROM n", ProgramVerdict.TIMEOUT),
        (f"{ENDLESS} SELECT x FROM n", ProgramVerdict.MEMORY),
        ("SELECT randomblob(1000000000)", None),
        ("SELECT printf('%.*c', 900000000, 'x')", None),
        ("SELECT hex(zeroblob(20000000))", None),
        (f"{ENDLESS} SELECT group_concat(hex(randomblob(10000))) FROM n", None),
        ("SELECT " + "(" * 5000 + "1" + ")" * 5000, ProgramVerdict.RAISED),
        ("SELECT char(0), x'ff', 1e999, -0.0", ProgramVerdict.WRONG),
        ("SELECT CAST(x'ff' AS TEXT)", ProgramVerdict.RAISED),
        ("SELECT '\ud800'", ProgramVerdict.RAISED),
        ("", ProgramVerdict.WRONG),
    ],
)
def test_a_hostile_query_achieves_nothing(query: str, verdict: ProgramVerdict | None, stage: Stage) -> None:
    for name, value in (
        ("folder", stage.facts["folder"]),
        ("mark", stage.facts["mark"]),
        ("file", stage.results),
    ):
        query = query.replace(f"{{{name}}}", str(value))
    patient = replace(QUICK, wall_s=20, cpu_s=QUICK.cpu_s if verdict is ProgramVerdict.TIMEOUT else 5)
    schema = "CREATE TABLE t (x TEXT); INSERT INTO t VALUES ('a');"
    got = grade_sql(query, schema, [(PLANTED,)], patient)
    assert stage.harm(patient.wall_s + 20) == []
    assert (got.passed, got.verdict in (ProgramVerdict.PASSED, ProgramVerdict.SANDBOX_FAILURE)) == (0, False), got
    assert got.verdict is (verdict or got.verdict), got
    assert grade_sql("SELECT x FROM t", schema, [("a",)]).verdict is ProgramVerdict.PASSED
    assert grade_sql("SELECT x FROM t", schema, [("b",)]).verdict is ProgramVerdict.WRONG
