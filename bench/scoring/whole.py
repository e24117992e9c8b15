"""The graders of whole programs, which read stdin and print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bench.records import Graded
from bench.sandbox import ProgramCase, grade_node_program, grade_program, node_program_trouble
from bench.scoring.graders import Grader, graded_run
from bench.scoring.programs import whole

PYTHON = ("python", "python3", "py")
"""What a code block in Python may be called."""
JAVASCRIPT = ("javascript", "js", "node", "nodejs", "mjs", "cjs", "jsx")
"""The same of JavaScript."""


def _cases(item: Mapping[str, Any]) -> list[ProgramCase]:
    return [ProgramCase(case["stdin"], case["stdout"]) for case in item["cases"]]


def _program_output(item: Mapping[str, Any], text: str) -> Graded:
    """The program in Python must print what is right in all of the item's `cases`, each in the sandbox."""
    found = whole(text, PYTHON)
    if found is None:
        return Graded(score=0.0, extracted=None)
    return graded_run(grade_program(found.source, _cases(item)), found.source, found.place)


def _program_output_js(item: Mapping[str, Any], text: str) -> Graded:
    """The same of a program in JavaScript, by node; the first failure ends it."""
    found = whole(text, JAVASCRIPT)
    if found is None:
        return Graded(score=0.0, extracted=None)
    graded = graded_run(grade_node_program(found.source, _cases(item)), found.source, found.place)
    return replace(graded, sandbox=None)  # of the two kinds of walls a verdict is remembered for the other


def _oracle(language: str) -> Any:
    return lambda item: f"```{language}\n{item['reference']}```"


program_output = Grader(
    _program_output, oracle=_oracle("python"), expected=lambda item: str(item["reference"]), sandboxed=True
)
program_output_js = Grader(
    _program_output_js,
    oracle=_oracle("javascript"),
    expected=lambda item: str(item["reference"]),
    sandboxed=True,
    trouble=node_program_trouble,
)
