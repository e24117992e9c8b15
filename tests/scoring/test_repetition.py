"""Endless repetition, told from honest text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.scoring.extract import (
    repeats_itself,
)

WORD = "again "


LINE = "So the answer is the sum of both numbers.\n"


PARAGRAPH = (
    "Let us count the parcels. Parcel one weighs three, parcel two weighs nine, and the limit is eight.\n"
    "Only parcel two is heavier than the limit, so the list holds nine.\n\nWait, let me check that again.\n\n"
)


OPENING = "First I read the question carefully, and then, having understood it, I begin.\n"


@pytest.mark.parametrize("block", [WORD, LINE, PARAGRAPH, ".", "\n", "ab", "def f(x):\n    return x\n\n"])
@pytest.mark.parametrize("cut", [0, 1, 3, 17, 50])
def test_endless_repetition_wherever_it_breaks_off(block: str, cut: int) -> None:
    text = OPENING + block * (4 + 100 // len(block))
    assert repeats_itself(text + block[: cut % len(block)])


@settings(deadline=None)
@given(st.text("abcde \n", min_size=10, max_size=120), st.integers(4, 9), st.integers(0, 119))
def test_any_block_said_four_times_and_a_bit(block: str, copies: int, cut: int) -> None:
    assert repeats_itself(OPENING + block * copies + block[: cut % len(block)])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n",
        OPENING,
        PARAGRAPH,
        OPENING + LINE * 3,
        "Hm......",
        "[0, 0, 0, 0, 0, 0]",
        "1. apple\n2. pear\n3. plum\n4. cherry\n5. fig\n6. date\n",
        "\n".join(
            f"Step {n}: {word} comes next." for n, word in enumerate(["add", "halve", "double", "round", "sort"], 1)
        ),
        "def f(xs):\n    out = []\n    for x in xs:\n        if x > 3:\n            out.append(x)\n    return out\n",
        "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n",
        LINE * 9 + "But then I stopped repeating myself and said something else entirely.",
    ],
)
def test_honest_text_does_not_repeat_itself(text: str) -> None:
    assert not repeats_itself(text)


def test_counting_on_and_on_is_repetition() -> None:
    assert repeats_itself("The seats are " + ", ".join(str(n) for n in range(1, 60)))
    assert repeats_itself("".join(f"hours[{n}] * 2 + " for n in range(1, 40)))
