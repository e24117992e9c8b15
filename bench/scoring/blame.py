"""Whose fault it is when a grader fails on an answer: the answer's, which then scores 0, or the grader's."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import regex

from bench.errors import BenchError
from bench.records import Graded
from bench.sandbox import ReadingFailedError

Judge = Callable[[Mapping[str, Any], str], Graded]
Oracle = Callable[[Mapping[str, Any]], str | None]

BY_TEXTS = (
    *(ReadingFailedError, ValueError, TypeError, LookupError, ArithmeticError, RecursionError, AttributeError),
    *(AssertionError, SyntaxError, re.error, regex.error),
)
"""What a text can make a sound grader raise. Anything else is the machine's, a service's or the grader's doing."""


def judged(judge: Judge, oracle: Oracle, item: Mapping[str, Any], text: str) -> Graded:
    """The verdict on one answer; score None if the grader failed and the answer is not to blame.

    It is to blame, and scores 0, if the grader fails on it each time in the same way, but neither on an empty answer
    nor on the right one of the same item: what `bench tasks lint` tries. Raises BenchError, such as that no sandbox
    works.
    """
    try:
        return judge(item, text)
    except BenchError:
        raise
    except Exception as error:  # a user's function, or an answer that nobody thought of
        why = _said(error)
        known = isinstance(error, ReadingFailedError)  # by limits of CPU and memory, which do not change
        again = isinstance(error, BY_TEXTS) and (known or _fails_again(judge, item, text, why))
        if again and _works(judge, oracle, item):
            return Graded(score=0.0, extracted=None, detail={"why": why})
        return Graded(score=None, detail={"why": why}, final=False)


def _said(error: Exception) -> str:
    if isinstance(error, ReadingFailedError):
        return str(error)
    return f"{type(error).__name__}: {error}"[:300]


def _fails_again(judge: Judge, item: Mapping[str, Any], text: str, why: str) -> bool:
    try:
        judge(item, text)
    except Exception as error:
        return _said(error) == why
    return False


def _works(judge: Judge, oracle: Oracle, item: Mapping[str, Any]) -> bool:
    """Whether the grader gives a score to the item's other answers."""
    try:
        right = oracle(item)
        return all(judge(item, text).score is not None for text in ("", right) if text is not None)
    except Exception:
        return False
