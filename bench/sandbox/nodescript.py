"""Grades a program in JavaScript by its text: node reads stdin behind walls, and its stdout is compared here."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from bench.errors import UsageError
from bench.sandbox import node
from bench.sandbox.grade import DEFAULT, Grade, ProgramVerdict, TestOutcomes
from bench.sandbox.program import Limits
from bench.sandbox.script import ProgramCase, printed

_IMPORTS = re.compile(r"^(?:import\b\s*[\"'{*\w]|export\b)", re.MULTILINE)
_AWAITS = re.compile(r"^(?:(?:const|let|var)\b[^\n=]*=\s*|for\s+)?await\b", re.MULTILINE)
_PROBE = """
let text = "";
process.stdin.on("data", (part) => (text += part));
process.stdin.on("end", () => console.log(JSON.stringify([text, readFileSync("/dev/stdin", "utf8"), attack()])));
"""


def grade_node_program(source: str, cases: Sequence[ProgramCase], limits: Limits = DEFAULT) -> Grade:
    """Runs the source once a case, each time in a process and namespaces of its own, and compares what it prints.

    A program that imports, or awaits at its margin, is an ES module, any other CommonJS. The limits hold for each
    case. The first that is not passed ends the grading, for each costs the start of a process. Safe to call from
    several threads. UsageError where there are no cases.
    """
    if not cases:
        raise UsageError("the program has no test cases, so nothing can be graded; give it at least one.")
    why = node_program_trouble()
    if why:
        return TestOutcomes(len(cases), [(ProgramVerdict.SANDBOX_FAILURE, why)]).grade(node.NAME)
    return _graded(source, cases, limits)


@functools.cache
def node_program_trouble() -> str:
    """Why node cannot run programs here, with the cure; empty where it can. The first call attacks its walls."""
    if why := node.missing():
        return why
    case = ProgramCase("12\n", '["12\\n","12\\n",[]]')
    grade = _graded(node.attack() + _PROBE, [case], DEFAULT)
    return "" if grade.verdict is ProgramVerdict.PASSED else f"node's walls do not hold here ({grade.detail})"


def _graded(source: str, cases: Sequence[ProgramCase], limits: Limits) -> Grade:
    module = _IMPORTS.search(source) or (_AWAITS.search(source) and "require(" not in source)
    name = "program.mjs" if module else "program.cjs"
    outcomes, wall = list[tuple[ProgramVerdict, str]](), False
    for number, case in enumerate(cases, start=1):
        try:
            ended = node.ran({name: source}, case.stdin.encode(), limits, program=name)
        except OSError as error:
            verdict, why = ProgramVerdict.SANDBOX_FAILURE, str(error.strerror)
        else:
            verdict, why = _outcome(ended, case, limits)
            wall |= ended.stopped == "timeout"
        outcomes.append((verdict, why and f"case {number}: {why}"))
        if verdict is not ProgramVerdict.PASSED:
            break
    return TestOutcomes(len(cases), outcomes, wall=wall).grade(node.NAME)


def _outcome(ended: node.NodeEnded, case: ProgramCase, limits: Limits) -> tuple[ProgramVerdict, str]:
    if ended.stopped or ended.status >= 128:
        return node.ending(ended, limits)
    if ended.status:
        return ProgramVerdict.RAISED, f"ended with status {ended.status}"
    right = printed(ended.replies.decode(errors="replace")) == printed(case.stdout)
    return (ProgramVerdict.PASSED, "") if right else (ProgramVerdict.WRONG, "wrong output")
