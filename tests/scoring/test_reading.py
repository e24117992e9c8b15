"""Patterns and schemas in the reading process, and whose fault a failed grader is."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from bench.errors import UsageError
from bench.records.items import Graded
from bench.sandbox import ReadingFailedError
from bench.scoring import blame, graders, reading

NEVER_ENDS = r"^(a|aa)+$"


def test_a_pattern_finds_what_it_finds() -> None:
    assert reading.search(r"\d+", "so 42 it is") == "42"
    assert reading.search(r"\d+", "none") is None


def test_a_text_that_drives_a_pattern_on_ends_without_work_here() -> None:
    begun = time.process_time()
    with pytest.raises(ReadingFailedError, match="the regex took more than 2 s of CPU"):
        reading.search(NEVER_ENDS, "a" * 200 + "b")
    assert time.process_time() - begun < 0.5


@pytest.mark.parametrize("number", ["1e999", "-1e999", "1e308", "1e-320", "123456789012345678901234567890"])
def test_a_number_that_no_float_holds_breaks_a_multiple_of_or_fails_it(number: str) -> None:
    rules = {"type": "number", "multipleOf": 0.25}

    item = {"id": "x", "prompt": "?", "json_schema": rules, "example": "0.5"}
    graded = graders.own.grade(item, number)
    assert (graded.score in (0.0, 1.0), graded.final) == (True, True), graded
    assert graders.own.grade(item, "0.5").score == 1.0


def test_an_answer_that_drives_its_tasks_own_pattern_on_scores_0() -> None:
    """Never missing: the pattern works on the item's right answer, so what ended it is the answer's doing."""
    item = {"id": "x", "prompt": "?", "regex": NEVER_ENDS, "example": "aaaa"}
    assert graders.own.grade(item, "aaaa").score == 1.0
    graded = graders.own.grade(item, "a" * 200 + "b")
    assert (graded.score, graded.final) == (0.0, True), graded


def test_infinity_is_no_multiple_and_scores_0() -> None:
    item = {"id": "x", "prompt": "?", "json_schema": {"type": "number", "multipleOf": 0.25}, "example": "0.5"}
    for number in ("1e999", "-1e999"):
        graded = graders.own.grade(item, number)
        assert (graded.score, graded.final) == (0.0, True), graded


@pytest.mark.parametrize(
    ("fails_on", "score"),
    [(("bad",), 0.0), (("bad", ""), None), (("bad", "right"), None)],
)
def test_an_answer_is_to_blame_where_the_grader_works_on_others(fails_on: tuple[str, ...], score: float | None) -> None:
    def judge(_item: Mapping[str, Any], text: str) -> Graded:
        if text in fails_on:
            raise ValueError("no number")
        return Graded(1.0)

    found = blame.judged(judge, lambda _item: "right", {}, "bad")
    assert (found.score, found.detail) == (score, {"why": "ValueError: no number"})
    assert found.final == (score is not None)


@pytest.mark.parametrize(
    "error", [OSError("disk full"), ImportError("x"), NameError("x"), MemoryError(), TimeoutError()]
)
def test_a_failure_of_the_machine_or_the_grader_is_no_answers_fault(error: Exception) -> None:
    def judge(_item: Mapping[str, Any], text: str) -> Graded:
        if text == "bad":
            raise error
        return Graded(1.0)

    assert blame.judged(judge, lambda _item: None, {}, "bad").score is None


def test_a_failure_that_passes_by_itself_is_no_answers_fault() -> None:
    tries: Iterator[ValueError | Graded] = iter([ValueError("busy"), Graded(1.0), Graded(1.0)])

    def judge(_item: Mapping[str, Any], _text: str) -> Graded:
        found = next(tries)
        if isinstance(found, Exception):
            raise found
        return found

    assert blame.judged(judge, lambda _item: None, {}, "bad").score is None


def test_what_the_user_must_mend_is_raised() -> None:
    def judge(_item: Mapping[str, Any], _text: str) -> Graded:
        raise UsageError("no sandbox")

    with pytest.raises(UsageError):
        blame.judged(judge, lambda _item: None, {}, "bad")
