"""Answer tags, and where a short answer is found: the same leniency for every model."""

from __future__ import annotations

import pytest

from bench.scoring.extract import (
    answer_tag,
    short_answer,
)
from bench.scoring.item import ANSWER_CHARS
from bench.scoring.statements import ReadAnswer
from bench.scoring.unwrap import unwrapped


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("<answer>42</answer>", "42"),
        ("I think.\n\n<answer>\n  42\n</answer>\nDone.", "42"),
        ("<ANSWER>42</Answer>", "42"),
        ("**<answer>42</answer>**", "42"),
        ("<answer>1</answer> no: <answer>2</answer>", "2"),
        ("<answer>a\r\nb</answer>\r\n", "a\r\nb"),
        ("<answer>a < b > c</answer>", "a < b > c"),
        ("<answer></answer>", ""),
        ("<answer>1</answer> <answer></answer>", ""),
        ("I put it in <answer> tags: <answer>42</answer>", "42"),
        ("<answer><answer>42</answer></answer>", "42"),
        ("<answer>42</answer> and <answer>never closed", "42"),
        ("</answer><answer>42</answer></answer>", "42"),
        ("<answer>" + "x" * ANSWER_CHARS + "</answer>", "x" * ANSWER_CHARS),
        ("", None),
        ("42", None),
        ("<answer>42", "42"),
        ("I think.\n<answer>\n42\n", "42"),
        ("I think.\n<answer>42\nThe answer is 7.", None),
        ("I put it in <answer> tags.", None),
        ("42</answer>", None),
        ("<answer>42<answer>", None),
        ("<answers>42</answers>", None),
        ("&lt;answer&gt;42&lt;/answer&gt;", None),
        ("<answer>1</answer><answer>" + "x" * (ANSWER_CHARS + 1) + "</answer>", None),
    ],
)
def test_answer_tags(text: str, answer: str | None) -> None:
    assert answer_tag(text) == answer


def test_short_answers_and_their_places() -> None:
    assert short_answer("so\n<answer> a </answer>") == ReadAnswer("a", "tag")
    assert short_answer("The answer is b.") == ReadAnswer("b.", "stated")
    assert short_answer("first\n last \n") == ReadAnswer("last", "last line")
    assert short_answer("whole") == ReadAnswer("whole", "whole reply")
    assert short_answer("") is None
    assert short_answer("<answer></answer>") is None
    assert short_answer("x" * (ANSWER_CHARS + 1)) is None
    assert unwrapped("**`a b`**.") == "a b"
    assert unwrapped("$.") == "$", "what is nothing but wrapping is itself"
