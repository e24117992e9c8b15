"""Grades tests that a result holds: implementations that are right must pass them, and wrong ones must not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bench.sandbox import Grade, Limits, TestCall
from bench.sandbox import grade as grade_calls
from bench.suites.agentic.item import Checks
from bench.suites.agentic.running import program


def grades(files: Mapping[str, str], checks: Checks, limits: Limits) -> Iterator[Grade]:
    """A grade for each implementation, each in a process of its own: what tests did with another they cannot know.

    A right one must have a test that passes and none that fails; a wrong one a test that fails. It ends with a right
    one that does not pass: what fails whatever is tested finds nothing.
    """
    module = checks.tests.removesuffix(".py").replace("/", ".")
    for kind, versions in (("passes", checks.right), ("fails", checks.wrong)):
        call = TestCall((module,), kind)
        for version in versions:
            grade = grade_calls(program({**files, **version}), "verdict", [call], limits)
            yield grade
            if kind == "passes" and not grade.passed:
                return
