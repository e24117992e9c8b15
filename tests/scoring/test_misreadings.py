"""Plausible answers that are easily misread are read as a careful reader does, or not at all."""

from __future__ import annotations

from fractions import Fraction

import pytest

from bench.scoring import graders
from bench.scoring.choices import choice_letter
from bench.scoring.extract import final_number
from tests.scoring.misreadings.letters import CHOICES, LETTERS
from tests.scoring.misreadings.numbers import NUMBERS
from tests.scoring.misreadings.words import WORDS


@pytest.mark.parametrize("kind", NUMBERS)
def test_numbers(kind: str) -> None:
    read = {text: (found := final_number(text)) and found[0].value for text, _ in NUMBERS[kind]}
    assert read == {text: None if number is None else Fraction(number) for text, number in NUMBERS[kind]}


@pytest.mark.parametrize("kind", LETTERS)
def test_letters(kind: str) -> None:
    read = {text: (found := choice_letter(text, CHOICES)) and found[0] for text, _ in LETTERS[kind]}
    assert read == dict(LETTERS[kind])


@pytest.mark.parametrize(("kind", "right", "text", "score"), [(k, *row) for k, rows in WORDS.items() for row in rows])
def test_words_and_values(kind: str, right: str, text: str, score: float) -> None:
    item = {"answer": right, "type": kind.partition(" ")[0]}
    assert graders.own.grade(item, text).score == score
