"""Grades a program by its text: stdin goes in, and what comes out of stdout is compared here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.errors import UsageError
from bench.sandbox import warm
from bench.sandbox.grade import ADMITTED, DEFAULT, Grade, ProgramVerdict, TestOutcomes, ending, harmless, judged, parsed
from bench.sandbox.inside.child import READY
from bench.sandbox.program import Limits, ProgramRun


@dataclass(frozen=True, slots=True)
class ProgramCase:
    """One hidden test of a program."""

    stdin: str
    """What it reads."""
    stdout: str
    """What it must print; it never enters the sandbox. Blanks at the ends of lines and of the text do not count."""


def grade_program(source: str, cases: Sequence[ProgramCase], limits: Limits = DEFAULT) -> Grade:
    """Runs the source as a script, `__name__ == "__main__"`, once per case, each time in a sandbox of its own.

    The limits hold for each case. What stops a program (time, memory, a flood) ends the grading; wrong output and
    exceptions do not. Safe to call from several threads. Raises UsageError if no sandbox works here, or if there are
    no cases.
    """
    if not cases:
        raise UsageError("the program has no test cases, so nothing can be graded; give it at least one.")

    def attempt(command: warm.Command) -> TestOutcomes:
        outcomes, wall = [], False
        for number, case in enumerate(cases, start=1):
            run = warm.run(command, [("program", source)], limits, case.stdin.encode(), keep_output=True)
            verdict, why = _outcome(run, case, limits)
            wall |= run.by_the_clock
            outcomes.append((verdict, why and f"case {number}: {why}"))
            if verdict not in (ProgramVerdict.PASSED, ProgramVerdict.WRONG, ProgramVerdict.RAISED):
                break
        return TestOutcomes(len(cases), outcomes, wall=wall)

    return judged(attempt, len(cases))


def _outcome(run: ProgramRun, case: ProgramCase, limits: Limits) -> tuple[ProgramVerdict, str]:
    if not run.replies.startswith(READY) or run.stopped or run.status < 0:
        return ending(run, limits)
    if run.status == 0:
        right = printed(run.output.decode(errors="replace")) == printed(case.stdout)
        return (ProgramVerdict.PASSED, "") if right else (ProgramVerdict.WRONG, "wrong output")
    reply = parsed(run.replies.removeprefix(READY).partition(b"\n")[0], 0)
    if reply and reply[0] in ADMITTED:
        return ProgramVerdict(reply[0]), harmless(reply[1])
    return ending(run, limits)


def printed(text: str) -> list[str]:
    """A text without blanks at the ends of lines and of itself: what of an output counts."""
    return [line.rstrip() for line in text.rstrip().split("\n")]
