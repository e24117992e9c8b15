"""Grades a program with a test written for the same process, such as HumanEval's `check(candidate)`, from outside.

The test runs here, unmodified and trusted; `candidate` is a stand-in whose calls are answered in the sandbox, and what
comes back is rebuilt as plain values. So no test text and no expected value is where the program is.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any, NoReturn

from bench.errors import UsageError
from bench.sandbox import warm
from bench.sandbox.grade import ADMITTED, DEFAULT, Grade, ProgramVerdict, TestOutcomes, ending, harmless, judged, parsed
from bench.sandbox.inside.child import READY
from bench.sandbox.program import Limits, Program, ServerLostError
from bench.sandbox.values import Value, plain, require_plain


class CandidateError(Exception):
    """The candidate raised an exception that is none of Python's own."""


_ENDS_OF_LOOPS = (StopIteration, StopAsyncIteration)


class _Ended(BaseException):
    """The program is over, with this outcome; no `except Exception` of a test must catch it."""


def grade_check(source: str, entry_point: str, test: str, limits: Limits = DEFAULT, *, prompt: str = "") -> Grade:
    """Runs the test's `check` against the program's `entry_point`: one test, passed if `check` returns.

    `prompt` is the text the program continues: tests may use the helpers it defines. The test and the prompt are
    executed in this process, so they must be trusted; nothing bounds their time. Safe to call from several threads.
    Raises UsageError if no sandbox works here, or if the test itself is broken.
    """
    check = _check(entry_point, test, prompt)

    def attempt(command: warm.Command) -> TestOutcomes:
        with warm.server(command).begin(limits) as program:
            candidate = _Candidate(program, limits)
            try:
                candidate.load(source, entry_point)
                check(candidate)
                candidate.close()
            except _Ended:
                pass
            except UsageError:
                raise
            except Exception as error:
                candidate.blame(error)
            outcome = candidate.outcome or (ProgramVerdict.PASSED, "")
            wall = program.by_the_clock
        return TestOutcomes(1, [outcome], wall=wall)

    return judged(attempt, 1)


def _check(entry_point: str, test: str, prompt: str) -> Callable[[_Candidate], object]:
    """`check` with the candidate also under its own name, where some tests look for it.

    It raises UsageError only for what the program has no part in: no answer may look like a test to be mended.
    """
    where = f"the test of '{entry_point}'"

    def check(candidate: _Candidate) -> object:
        namespace: dict[str, Any] = {"__name__": "check"}
        try:
            if prompt:
                exec(compile(f"{prompt}    pass\n", "prompt.py", "exec", dont_inherit=True), namespace)
            namespace[entry_point] = candidate
            exec(compile(test, "test.py", "exec", dont_inherit=True), namespace)
        except Exception as error:
            if candidate.answered:
                raise
            raise UsageError(f"{where} cannot be loaded ({type(error).__name__}: {error}); mend it.") from error
        if not callable(namespace.get("check")):
            raise UsageError(f"{where} defines no function `check(candidate)`; add it.")
        return namespace["check"](candidate)

    return check


class _Candidate:
    """What a test calls in place of the program's function."""

    def __init__(self, program: Program, limits: Limits) -> None:
        self._program = program
        self._limits = limits
        self._calls = 0
        self._raised: BaseException | None = None
        self.outcome: tuple[ProgramVerdict, str] | None = None

    def load(self, source: str, entry_point: str) -> None:
        """Waits until the program is loaded; raises _Ended if it cannot be."""
        self._program.say(("function", source, entry_point))
        if self._line() != READY.rstrip():
            self._end()
        self._take("loaded")

    @property
    def answered(self) -> bool:
        """Whether the test knows any answer, from which it may have made anything."""
        return self._calls > 0

    def __call__(self, *args: Value, **kwargs: Value) -> Value:
        try:
            require_plain((args, kwargs), "an argument in the test")
        except UsageError as error:
            if not self.answered:
                raise
            self._end((ProgramVerdict.WRONG, f"after call {self._calls}: {error}"))
        self._calls += 1
        self._program.say((args, kwargs))
        payload = self._take("value")
        try:
            return plain(payload)
        except ValueError as error:
            self._end((ProgramVerdict.MALFORMED, f"call {self._calls}: {error}"))

    def close(self) -> None:
        """Waits for the program's end; raises _Ended if it had to be stopped."""
        try:
            run = self._program.finish()
        except ServerLostError as error:
            self._end((ProgramVerdict.SANDBOX_FAILURE, str(error)))
        if run.killed and self.outcome is None:
            self._end(ending(run, self._limits))

    def blame(self, error: Exception) -> None:
        """Records why the test failed, unless the program had ended before and the test went on."""
        if self.outcome:
            return
        if error is self._raised:
            self.outcome = (ProgramVerdict.RAISED, f"call {self._calls}: {type(error).__name__}")
        elif isinstance(error, AssertionError):
            self.outcome = (ProgramVerdict.WRONG, f"after call {self._calls}: the test's assertion failed")
        else:
            self.outcome = (ProgramVerdict.WRONG, f"after call {self._calls}: the test raised {type(error).__name__}")

    def _line(self) -> bytes | None:
        try:
            return self._program.reply()
        except ServerLostError as error:
            self._end((ProgramVerdict.SANDBOX_FAILURE, str(error)))

    def _take(self, wanted: str) -> object:
        """The payload of the next reply, which must be of the wanted kind."""
        line = self._line()
        where = f"call {self._calls}: " if self._calls else ""
        reply = None if line is None else parsed(line, self._calls)
        if line is None:
            self._end()
        if reply and reply[0] == wanted:
            return reply[1]
        if reply and reply[0] == ProgramVerdict.RAISED and self._calls:
            self._raised = _exception(harmless(reply[1]))
            raise self._raised
        if reply and reply[0] in ADMITTED:
            self._end((ProgramVerdict(reply[0]), where + harmless(reply[1])))
        self._end((ProgramVerdict.MALFORMED, f"{where}broken reply"))

    def _end(self, outcome: tuple[ProgramVerdict, str] | None = None) -> NoReturn:
        if outcome is None:
            try:
                outcome = ending(self._program.finish(), self._limits)
            except ServerLostError as error:
                outcome = (ProgramVerdict.SANDBOX_FAILURE, str(error))
        self.outcome = outcome
        raise _Ended


def _exception(name: str) -> Exception:
    """What the program raised, as far as a test may look for it: Python's own exceptions are themselves.

    Not those that end a loop: `all(map(...))` in a test would take them for the end of its cases.
    """
    kind = getattr(builtins, name, None)
    if isinstance(kind, type) and issubclass(kind, Exception) and not issubclass(kind, _ENDS_OF_LOOPS):
        try:
            return kind("raised by the candidate")
        except TypeError:  # it needs more arguments than a text
            pass
    return CandidateError(name)
