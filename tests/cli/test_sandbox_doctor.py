"""The report on sandboxes: every attack on it is real, and none works."""

from __future__ import annotations

import pytest

from bench.cli.sandbox_doctor import ATTACKS, PROGRAM, sandbox_report
from bench.sandbox import Limits, ProgramVerdict, Rung, TestCall, grade, rungs, using

WITHSTOOD_BY_LIMITS = {"take 2 GB of memory", "print 100 MB", "use CPU for ever", "read the environment"}
"""What every server withstands, also one without walls: resource limits and an empty environment."""
LEAVES_FILES = {"write a file outside /tmp"}
NEEDS_RIGHTS = {"read another process's environment", "make a user namespace"}
"""What some machines forbid to everyone."""


@pytest.mark.usefixtures("sandbox")
def test_nothing_fails_and_every_rung_is_named() -> None:
    lines = sandbox_report().split("\n")
    assert not [line for line in lines if line.startswith(("  FAILED", "  ?"))]
    assert sum(line.startswith("  HELD") for line in lines) == len(ATTACKS) * len(rungs())
    assert lines[-1] == f"in use: {rungs()[0]}"
    assert [line.partition(":")[0] for line in lines if not line.startswith((" ", "in use"))] == [
        "bubblewrap+landlock+seccomp",
        "landlock+seccomp",
    ]


def test_without_any_it_says_what_to_do() -> None:
    with using():
        assert "in use: none; model-written code is never run without a sandbox" in sandbox_report()


@pytest.mark.parametrize("name", sorted(ATTACKS.keys() - WITHSTOOD_BY_LIMITS - LEAVES_FILES - NEEDS_RIGHTS))
def test_an_attack_works_without_walls(name: str) -> None:
    with using(Rung.NOTHING):
        got = grade(PROGRAM.format(ATTACKS[name]), "attack", [TestCall((), True)], Limits(cpu_s=1.0))
    assert got.verdict is ProgramVerdict.PASSED, got
