"""Grades a program by calling its function: the answers come from the sandbox, the verdict is made here."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from bench.errors import UsageError
from bench.sandbox import ladder, warm
from bench.sandbox.inside.child import READY
from bench.sandbox.program import ASLEEP, Limits, ProgramRun, ServerLostError
from bench.sandbox.turns import TURNS
from bench.sandbox.values import Value, require_plain, same, tree

DEFAULT = Limits()
"""What a program may use unless its grader says otherwise."""


class ProgramVerdict(StrEnum):
    """How a program fared. All but `SANDBOX_FAILURE` are the program's own doing."""

    PASSED = "passed"
    """Every answer was right."""
    WRONG = "wrong"
    """An answer was not right."""
    RAISED = "raised"
    """Loading the program, or a call, raised an exception."""
    TIMEOUT = "timeout"
    """It used up its CPU time or wall time, or slept on."""
    MEMORY = "memory"
    """It used up its memory."""
    OUTPUT_FLOOD = "output_flood"
    """It wrote or returned more bytes than allowed."""
    FORBIDDEN = "forbidden"
    """It failed by trying what the sandbox forbids: a process, a socket, a file outside, a strange system call."""
    MALFORMED = "malformed"
    """It returned no plain value, ended its process or wrote into the reply channel."""
    NOT_COMPILING = "not_compiling"
    """It is not valid Python."""
    NO_ENTRY_POINT = "no_entry_point"
    """It defines no callable of the wanted name."""
    SANDBOX_FAILURE = "sandbox_failure"
    """The sandbox did not start, or was killed from outside: infrastructure, never wrong."""


ADMITTED = frozenset(
    {
        *(ProgramVerdict.RAISED, ProgramVerdict.MEMORY, ProgramVerdict.MALFORMED, ProgramVerdict.FORBIDDEN),
        *(ProgramVerdict.NOT_COMPILING, ProgramVerdict.NO_ENTRY_POINT),
    }
)
"""Failures a reply may report. The rest are ours to find, lest a program declare itself missing."""


@dataclass(frozen=True, slots=True)
class TestCall:
    """One hidden test: the arguments, and the value that is right."""

    __test__: ClassVar[bool] = False

    args: tuple[Value, ...]
    """Positional arguments; the program gets a copy."""
    value: Value
    """The expected value; it never enters the sandbox."""

    def __post_init__(self) -> None:
        require_plain(self.args, "a test call's arguments")
        require_plain(self.value, "a test call's expected value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """What became of one program."""

    verdict: ProgramVerdict
    """The first failure's, in the order of the tests."""
    passed: int
    """Tests that passed."""
    total: int
    """Tests that were to be made."""
    detail: str
    """Why, e.g. "call 3: ValueError"; empty if all passed. Holds no expected value."""
    sandbox: str
    """The sandbox that ran it, e.g. "bubblewrap+landlock+seccomp"."""
    final: bool = True
    """False for a sandbox failure and a wall-clock timeout: another try may end otherwise, so it is not remembered."""


def grade(source: str, entry_point: str, calls: Sequence[TestCall], limits: Limits = DEFAULT) -> Grade:
    """Runs the program in a sandbox of its own, calls `entry_point` with each call's arguments, compares the answers.

    Safe to call from several threads. Raises UsageError if no sandbox works here, or if there are no calls.
    """
    if not calls:
        raise UsageError(f"'{entry_point}' has no test calls, so nothing can be graded; give it at least one.")
    requests: list[object] = [("function", source, entry_point), *((call.args, {}) for call in calls)]

    def attempt(command: warm.Command) -> TestOutcomes:
        run = warm.run(command, requests, limits)
        return TestOutcomes(len(calls), [*_outcomes(run, calls, limits)], wall=run.by_the_clock)

    return judged(attempt, len(calls))


@dataclass(frozen=True, slots=True)
class TestOutcomes:
    """What one attempt at grading found."""

    total: int
    """Tests that were to be made."""
    outcomes: Sequence[tuple[ProgramVerdict, str]]
    """A verdict and its reason for every test, ending early where the program did."""
    wall: bool = False
    """Whether a limit of wall time ended it."""

    def grade(self, sandbox: str) -> Grade:
        """The grade: the first failure's verdict."""
        failures = [outcome for outcome in self.outcomes if outcome[0] is not ProgramVerdict.PASSED]
        verdict, detail = failures[0] if failures else (ProgramVerdict.PASSED, "")
        passed = len(self.outcomes) - len(failures)
        final = verdict is not ProgramVerdict.SANDBOX_FAILURE and not (self.wall and verdict is ProgramVerdict.TIMEOUT)
        return Grade(verdict=verdict, passed=passed, total=self.total, detail=detail, sandbox=sandbox, final=final)


def judged(attempt: Callable[[warm.Command], TestOutcomes], total: int) -> Grade:
    """The grade an attempt leads to on the sandbox in use.

    A failed sandbox gets a second try on a new server, and so does a program that may have been refused what its
    neighbours had taken, on the same; that try has no neighbours. Raises UsageError if no sandbox works here.
    """
    rung = ladder.chosen()
    command = ladder.command(rung)
    with TURNS.shared() as neighbours:
        grade = _tried(attempt, command, total, rung)
    failed = grade.verdict is ProgramVerdict.SANDBOX_FAILURE
    if failed or (neighbours.any and _was_refused(grade)):
        with TURNS.alone():
            if failed:  # one that is dying may still look alive
                warm.end(command)
            return _tried(attempt, command, total, rung)
    return grade


def _tried(
    attempt: Callable[[warm.Command], TestOutcomes], command: warm.Command, total: int, rung: ladder.Rung
) -> Grade:
    try:
        marks = attempt(command)
    except (ServerLostError, OSError) as error:
        marks = TestOutcomes(total, [(ProgramVerdict.SANDBOX_FAILURE, str(error))])
    return marks.grade(str(rung))


def _was_refused(grade: Grade) -> bool:
    """Whether it may have been refused a thread ("can't start new thread" is a RuntimeError)."""
    return grade.verdict is ProgramVerdict.RAISED and grade.detail.endswith("RuntimeError")


def _outcomes(run: ProgramRun, calls: Sequence[TestCall], limits: Limits) -> Iterator[tuple[ProgramVerdict, str]]:
    """One verdict and its reason per answered call, ending early where the replies break off or make no sense."""
    if not run.replies.startswith(READY):
        yield ending(run, limits)
        return
    *lines, rest = run.replies.removeprefix(READY).split(b"\n", len(calls) + 1)
    for number, line in enumerate(lines):
        where = f"call {number}: " if number else ""
        reply = parsed(line, number)
        if reply is None:
            yield ProgramVerdict.MALFORMED, f"{where}broken reply"
            return
        kind, payload = reply
        if kind == "value" and number:
            right = same(tree(calls[number - 1].value), payload)
            yield (ProgramVerdict.PASSED, "") if right else (ProgramVerdict.WRONG, f"{where}wrong value")
        elif kind in ADMITTED:
            yield ProgramVerdict(kind), where + harmless(payload)
        elif kind != "loaded" or number:
            yield ProgramVerdict.MALFORMED, f"{where}broken reply"
            return
    if len(lines) <= len(calls):
        yield ending(run, limits)
    elif rest:
        yield ProgramVerdict.MALFORMED, "more replies than calls"
    elif run.killed:  # after the last reply: its answers do not count
        yield ending(run, limits)


def parsed(line: bytes, number: int) -> tuple[str, object] | None:
    """A reply's kind and payload, or None if it is not the reply to this call."""
    try:
        reply = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not (isinstance(reply, list) and len(reply) == 3 and type(reply[0]) is int and reply[0] == number):
        return None
    return (reply[1], reply[2]) if isinstance(reply[1], str) else None


def harmless(payload: object) -> str:
    """A reply's reason, fit for a report: the program may have chosen it."""
    text = payload if isinstance(payload, str) else ""
    return "".join(c if c.isprintable() else "?" for c in text[:80]) or "no reason given"


def ending(run: ProgramRun, limits: Limits) -> tuple[ProgramVerdict, str]:
    """Why the replies broke off."""
    if not run.replies.startswith(READY):
        why = run.replies.decode(errors="replace").strip()
        return (
            ProgramVerdict.SANDBOX_FAILURE,
            why or run.stopped or f"the program's process ended (status {run.status})",
        )
    if run.stopped == ASLEEP:
        return ProgramVerdict.TIMEOUT, f"asleep for {limits.asleep_s:g} s"
    if run.stopped:
        return ProgramVerdict(run.stopped), f"stopped after {run.wall_s:.1f} s"
    if run.cpu_spent:
        return ProgramVerdict.TIMEOUT, f"more than {limits.cpu_s:g} s of CPU"
    if run.status == -signal.SIGKILL:  # no program can send itself one
        return ProgramVerdict.SANDBOX_FAILURE, "killed from outside"
    if run.status == -signal.SIGSYS:
        return ProgramVerdict.FORBIDDEN, "a system call of another machine"
    return ProgramVerdict.MALFORMED, f"the program ended itself (status {run.status})"
