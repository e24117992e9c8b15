"""Each shape of a right answer counts, and none of a wrong one, a denied one, or one that is taken back."""

from __future__ import annotations

import pytest

from bench.scoring import graders
from tests.scoring.shapes import ITEMS, RIGHT, WRONG
from tests.scoring.shapes.afterwards import KEPT, TAKEN_BACK
from tests.scoring.shapes.values import PRINTED_RIGHT, PRINTED_WRONG


@pytest.mark.parametrize("kind", ITEMS)
def test_right_and_wrong(kind: str) -> None:
    misread = [text for text in RIGHT[kind] if graders.own.grade(ITEMS[kind], text).score != 1.0]
    counted = [text for text in WRONG[kind] if graders.own.grade(ITEMS[kind], text).score != 0.0]
    assert (misread, counted) == ([], [])


def test_printed_values() -> None:
    misread = [text for text in PRINTED_RIGHT if graders.python_value.grade({"value": [1]}, text).score != 1.0]
    counted = [text for text in PRINTED_WRONG if graders.python_value.grade({"value": [1]}, text).score != 0.0]
    assert (misread, counted) == ([], [])


@pytest.mark.parametrize(
    "place", ["<answer>40</answer>", "The answer is 40.", "\\boxed{40}", "**Answer: 40**", "答案是40。"]
)
def test_answers_taken_back_and_kept(place: str) -> None:
    items: list[dict[str, object]] = [{"answer": "40"}, {"number": 40}]
    counted = [text for text in TAKEN_BACK for item in items if graders.own.grade(item, f"{place}\n\n{text}").score]
    misread = [text for text in KEPT for item in items if not graders.own.grade(item, f"{place}\n\n{text}").score]
    assert (counted, misread) == ([], [])
