"""The letter of a choice."""

from __future__ import annotations

import pytest

from bench.scoring.choices import choice_letter


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("<answer>B</answer>", "B"),
        ("<answer>(B)</answer>", "B"),
        ("The answer is (C).", "C"),
        ("**B**", "B"),
        ("B) pear", "B"),
        ("B: pear", "B"),
        ("Pear.", "B"),
        ("I weigh them all.\nA", "A"),
        ("I think so", None),
        ("A short look shows a pear", None),
        ("A bug report", None),
        ("The answer is A or B", None),
        ("A, B", None),
        ("A. plum", None),
        ("The answer is B because it is green.", "B"),
        ("Option C", "C"),
        ("Answer: B", "B"),
        ("答案：B：pear", "B"),
        ("B、pear", "B"),
        ("（B）", "B"),
        ("Ｂ。", "B"),
        ("选项B", "B"),
        ("B pear", "B"),
        ("B is correct.", "B"),
        ("D", None),
        ("Bananas", None),
        ("b", "B"),
        ("", None),
    ],
)
def test_choice_letter(text: str, letter: str | None) -> None:
    found = choice_letter(text, ["apple", "pear", "plum"])
    assert (found and found[0]) == letter
