"""The final number of a reply."""

from __future__ import annotations

from fractions import Fraction

import pytest

from bench.scoring.extract import (
    final_number,
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("5-3", None),
        ("it is -3.", "-3"),
        ("(-3)", "-3"),
        ("$1,200.50!", "1200.50"),
        ("x = .5", "0.5"),
        ("1,2,3", None),
        ("1,234,567", "1234567"),
        ("between 3 and 4: the answer is 3", "3"),
        ("<answer>12 apples</answer> of 13", "12"),
        ("<answer>apples</answer> 13", "13"),
        ("+7", "7"),
        ("−7", "-7"),
        ("6.02e23", "6.02E+23"),
        ("12 %", "12"),
        ("9" * 60, "9" * 60),
        ("9" * 61, None),
        ("-$13", "-13"),
        ("it costs -€19.", "-19"),
        ("–14", "-14"),
        ("－15", "-15"),
        ("pages 3–5", None),
        ("10 - 3", None),
        ("The answer is − 5.", "-5"),
        ("The answer is minus 5.", "-5"),
        ("答案是负5。", "-5"),
        ("I count them.\n- 5", "5"),
        ("<answer>($5)</answer>", "-5"),
        ("The answer is 20 (12.50 + 7.50).", "20"),
        ("The answer is 12.50 + 7.50 = $20.", "20"),
        ("The answer is 7, because x = 3", "7"),
        ("Together 20 (12.50 + 7.50).", "20"),
        ("12 345", "12345"),
        ("1{,}234", "1234"),
        ("1_000", "1000"),
        ("1'000", "1000"),
        ("1.234,56", "1234.56"),
        ("3,14", "3.14"),
        ("12.912.933.936", "12912933936"),
        ("129,1293,3936", "12912933936"),
        ("１２", "12"),
        ("1/2", "1/2"),
        ("1½", "3/2"),
        ("\\frac{3}{4}", "3/4"),
        ("10⁶", "1000000"),
        ("1.5 × 10^6", "1500000"),
        ("3万", "30000"),
        ("none", None),
        ("", None),
    ],
)
def test_final_number(text: str, number: str | None) -> None:
    found = final_number(text)
    assert (found and found[0].value) == (None if number is None else Fraction(number))
