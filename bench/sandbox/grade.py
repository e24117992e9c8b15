"""Grades a program by calling its function: the answers come from the sandbox, the verdict is made here."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from bench.errors import UsageError
from bench.sandbox import bwrap
from bench.sandbox.bwrap import Limits, Run
from bench.sandbox.child import READY
from bench.sandbox.values import Value, require_plain, same, tree

_DEFAULT = Limits()


class Verdict(StrEnum):
    """How a program fared. All but `SANDBOX_FAILURE` are the program's own doing."""

    PASSED = "passed"
    """Every call returned the expected value."""
    WRONG = "wrong"
    """A call returned another value."""
    RAISED = "raised"
    """Loading the program, or a call, raised an exception."""
    TIMEOUT = "timeout"
    """It used up its CPU time or wall time."""
    MEMORY = "memory"
    """It used up its memory."""
    OUTPUT_FLOOD = "output_flood"
    """It wrote or returned more bytes than allowed."""
    MALFORMED = "malformed"
    """It returned no plain value, ended its process or wrote into the reply channel."""
    NOT_COMPILING = "not_compiling"
    """It is not valid Python."""
    NO_ENTRY_POINT = "no_entry_point"
    """It defines no callable of the wanted name."""
    SANDBOX_FAILURE = "sandbox_failure"
    """The sandbox did not start, or was killed from outside: infrastructure, never wrong."""


_ADMITTED = frozenset(
    {Verdict.RAISED, Verdict.MEMORY, Verdict.MALFORMED, Verdict.NOT_COMPILING, Verdict.NO_ENTRY_POINT}
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


@dataclass(frozen=True, slots=True)
class Grade:
    """What became of one program."""

    verdict: Verdict
    """The first failure's, in the order of the calls."""
    passed: int
    """Calls that returned the expected value."""
    total: int
    """Calls that were to be made."""
    detail: str
    """Why, e.g. "call 3: ValueError"; empty if all passed. Holds no expected value."""
    sandbox: str
    """The sandbox that ran it, e.g. "bubblewrap 0.11.0"."""


def grade(source: str, entry_point: str, calls: Sequence[TestCall], limits: Limits = _DEFAULT) -> Grade:
    """Runs the program in a fresh sandbox, calls `entry_point` with each call's arguments and compares the answers.

    Safe to call from several threads. Raises UsageError if no sandbox works here, or if there are no calls.
    """
    if not calls:
        raise UsageError(f"'{entry_point}' has no test calls, so nothing can be graded; give it at least one.")
    sandbox = bwrap.probe()
    try:
        run = bwrap.run(bwrap.require(), source, entry_point, [call.args for call in calls], limits)
    except OSError as error:
        return Grade(Verdict.SANDBOX_FAILURE, 0, len(calls), f"could not start: {error}", sandbox)
    if not run.replies.startswith(READY):
        return Grade(Verdict.SANDBOX_FAILURE, 0, len(calls), run.complaint, sandbox)
    passed, failures = 0, []
    for verdict, detail in _outcomes(run, calls, limits):
        passed += verdict is Verdict.PASSED
        if verdict is not Verdict.PASSED:
            failures.append((verdict, detail))
    verdict, detail = failures[0] if failures else (Verdict.PASSED, "")
    return Grade(verdict, passed, len(calls), detail, sandbox)


def _outcomes(run: Run, calls: Sequence[TestCall], limits: Limits) -> Iterator[tuple[Verdict, str]]:
    """One verdict and its reason per answered call, ending early where the replies break off or make no sense."""
    *lines, rest = run.replies.removeprefix(READY).split(b"\n", len(calls) + 1)
    for number, line in enumerate(lines):
        where = f"call {number}: " if number else ""
        reply = _parse(line, number)
        if reply is None:
            yield Verdict.MALFORMED, f"{where}broken reply"
            return
        kind, payload = reply
        if kind == "value" and number:
            right = same(tree(calls[number - 1].value), payload)
            yield (Verdict.PASSED, "") if right else (Verdict.WRONG, f"{where}wrong value")
        elif kind in _ADMITTED:
            yield Verdict(kind), where + _harmless(payload)
        elif kind != "loaded" or number:
            yield Verdict.MALFORMED, f"{where}broken reply"
            return
    if len(lines) <= len(calls):
        yield _ending(run, limits)
    elif rest:
        yield Verdict.MALFORMED, "more replies than calls"


def _parse(line: bytes, number: int) -> tuple[str, object] | None:
    """A reply's kind and payload, or None if it is not the reply to this call."""
    try:
        reply = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not (isinstance(reply, list) and len(reply) == 3 and type(reply[0]) is int and reply[0] == number):
        return None
    return (reply[1], reply[2]) if isinstance(reply[1], str) else None


def _harmless(payload: object) -> str:
    """A reply's reason, fit for a report: the program may have chosen it."""
    text = payload if isinstance(payload, str) else ""
    return "".join(c if c.isprintable() else "?" for c in text[:80]) or "no reason given"


def _ending(run: Run, limits: Limits) -> tuple[Verdict, str]:
    """Why the replies broke off."""
    if run.stopped:
        return Verdict(run.stopped), f"stopped after {run.wall_s:.1f} s"
    if run.status < 0:
        return Verdict.SANDBOX_FAILURE, "the sandbox was killed from outside"
    killed = run.status - 128
    if killed == signal.SIGXCPU or (killed == signal.SIGKILL and run.wall_s >= limits.cpu_s):
        return Verdict.TIMEOUT, f"more than {limits.cpu_s:g} s of CPU"
    return Verdict.MALFORMED, f"the program ended itself (status {run.status})"
