"""Answers that are stated in a sentence, the same for every model."""

from __future__ import annotations

import pytest

from bench.scoring.extract import (
    after_thinking,
    marked_answer,
)
from bench.scoring.statements import statement
from bench.scoring.unwrap import unwrapped


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("The answer is 12.", "12"),
        ("The answer is 3. No, wait.\nThe Answer is: **-7**", "-7"),
        ("the answer is <answer>A# B#", "A# B#"),
        ('The answer is "fig, plum".\nThanks', "fig, plum"),
        ("The answer is $3.5$.", "3.5"),
        ("The answer to this little sum is \\(\\boxed{9}\\).", "9"),
        ("**Answer:** 7", "7"),
        ("Answer: **B**", "B"),
        ("**Final answer: 12**", "12"),
        ("答案：B", "B"),
        ("**答案**：平静", "平静"),
        ("The correct option is C.", "C"),
        ("The answer is:\n\n**12**", "12"),
        ("$$\n\\boxed{12}\n$$\nas wanted", "12"),
        ("\\boxed{3}. No, the answer is 4", "4"),
        ("The answer is 4, so \\boxed{\\text{4 or 5}}", "4 or 5"),
        ("The answer is 5. The answer is not 6.", "5. The answer is not 6"),
        ("The answer is", None),
        ("The answer is ...", None),
        ("My answers are 1 and 2", None),
        ("The answer isn't 5", None),
        ("答案不是5", None),
        ("", None),
    ],
)
def test_statements(text: str, answer: str | None) -> None:
    found = statement(text)[0]
    assert (found and unwrapped(found.text)) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Is it 5? No.</think>\n\n7", "7"),
        ("a\n</think>\nb </think> c", "c"),
        ("<think>5</think> 7", "7"),
        ("\n<think>5</think>\n<think>6</think>\n7", "7"),
        ("<think>5", "<think>5"),
        ("So <think>5</think> 7", "So <think>5</think> 7"),
        ("The tag is `</think>`", "The tag is `</think>`"),
        ("7", "7"),
    ],
)
def test_reasoning_before_an_answer_is_none(text: str, answer: str) -> None:
    assert after_thinking(text) == answer


@pytest.mark.parametrize(
    "text", ["**43** (a common wrong answer is 42)", "43. An incorrect answer is 42.", "**43**。常见的错误答案是：42"]
)
def test_what_is_called_a_wrong_answer_is_no_statement(text: str) -> None:
    assert marked_answer(text) is None
