"""Grades a program whose calls may ask for data while they run: what they ask for stays here, and is handed out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from bench.errors import UsageError
from bench.sandbox import warm
from bench.sandbox.grade import ADMITTED, DEFAULT, Grade, ProgramVerdict, TestOutcomes, ending, harmless, judged, parsed
from bench.sandbox.inside.child import READY
from bench.sandbox.program import Limits, Program
from bench.sandbox.values import Value, plain, require_plain, same, tree

ASKED = -1
"""In the place of a call's number: the line is a request, not an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedCall:
    """One hidden call of a function that asks for data through the sandbox's channel."""

    __test__: ClassVar[bool] = False

    args: tuple[Value, ...]
    """Positional arguments; the program gets a copy."""
    value: Value
    """The expected value; it never enters the sandbox."""
    serving: Callable[[], Callable[[Value], Value]]
    """Makes what hands out data, anew for each try. ValueError from it ends the call as wrong."""
    fine: Callable[[Callable[[Value], Value]], bool]
    """Whether what was asked of it is within bounds, once the call has answered."""


def grade_served(source: str, entry_point: str, calls: Sequence[ServedCall], limits: Limits = DEFAULT) -> Grade:
    """As `grade`; a line `[-1,"asked",payload]` from the program is answered with a value, marshalled and led by its
    length in 8 bytes, lowest first. What is forged there is a request like others.
    """
    if not calls:
        raise UsageError(f"'{entry_point}' has no test calls, so nothing can be graded; give it at least one.")
    for call in calls:
        require_plain((call.args, call.value), "a served call")

    def attempt(command: warm.Command) -> TestOutcomes:
        with warm.server(command).begin(limits) as program:
            outcomes, ended = [], False
            for outcome in _outcomes(program, source, entry_point, calls):
                ended = outcome is None
                if outcome:
                    outcomes.append(outcome)
            run = program.finish()
            if ended or run.killed:
                outcomes = [*outcomes[: len(calls) - 1], ending(run, limits)]
            return TestOutcomes(len(calls), outcomes, wall=run.by_the_clock)

    return judged(attempt, len(calls))


def _outcomes(
    program: Program, source: str, entry_point: str, calls: Sequence[ServedCall]
) -> Iterator[tuple[ProgramVerdict, str] | None]:
    """A verdict and its reason per call, None where the program has ended; no more after what cannot go on."""
    program.say(("function", source, entry_point))
    if program.reply() != READY.rstrip():
        yield None
        return
    line = program.reply()
    reply = None if line is None else parsed(line, 0)
    if reply is None or reply[0] != "loaded":
        admitted = reply is not None and reply[0] in ADMITTED
        yield None if line is None else (_failed(reply, "") if admitted else _BROKEN)
        return
    for number, call in enumerate(calls, start=1):
        outcome, on = _called(program, call, number)
        yield outcome
        if not on:
            return


def _called(program: Program, call: ServedCall, number: int) -> tuple[tuple[ProgramVerdict, str] | None, bool]:
    """What became of one call, and whether another can follow."""
    where, serve = f"call {number}: ", call.serving()
    program.say((call.args, {}))
    while (line := program.reply()) is not None:
        if asked := parsed(line, ASKED):
            try:
                program.say(serve(plain(asked[1])))
            except ValueError as error:
                return (ProgramVerdict.WRONG, f"{where}{error}"), False
            continue
        reply = parsed(line, number)
        if reply and reply[0] == "value":
            if not call.fine(serve):
                return (ProgramVerdict.WRONG, f"{where}asked too often"), True
            right = same(tree(call.value), reply[1])
            return ((ProgramVerdict.PASSED, "") if right else (ProgramVerdict.WRONG, f"{where}wrong value")), True
        return (_failed(reply, where), True) if reply and reply[0] in ADMITTED else (_BROKEN, False)
    return None, False


_BROKEN = (ProgramVerdict.MALFORMED, "broken reply")


def _failed(reply: tuple[str, object] | None, where: str) -> tuple[ProgramVerdict, str]:
    assert reply is not None
    return ProgramVerdict(reply[0]), where + harmless(reply[1])
