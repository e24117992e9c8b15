"""Numbers: read exactly, unknown, or refused; never guessed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bench.importers.numbers import BadValueError, amount, number, positive, share, shown, whole


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.5", 0.5), (" 7 ", 7.0), ("-1e-3", -0.001), (".5", 0.5), ("5.", 5.0), ("74.24%", 0.7424), ("50 %", 0.5),
        ("true", 1.0), ("False", 0.0), (3, 3.0), (0.25, 0.25), (True, 1.0), (None, None), ("", None), ("N/A", None),
        ("nan", None), ("-", None), ("None", None),
    ],
)  # fmt: skip
def test_what_a_cell_says(text: object, value: float | None) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0,74", "give --decimal ,"), ("1e999", "out of range"), ("1,234.5", "is not a number"),
        ("inf", "is not a number"), ("٣", "is not a number"), ("0x10", "is not a number"),
        ("12 USD", "is not a number"), ("1_000", "is not a number"),
    ],
)  # fmt: skip
def test_nothing_is_guessed(text: str, why: str) -> None:
    with pytest.raises(BadValueError, match=why):
        number(text)


def test_a_decimal_comma_where_it_is_said_to_be_one() -> None:
    assert number("0,74", ",") == 0.74
    assert number("74,2%", ",") == pytest.approx(0.742)
    for text in ("0.74", "1.234,5"):
        with pytest.raises(BadValueError, match="has a point"):
            number(text, ",")


@pytest.mark.parametrize(
    ("read", "good", "value", "bad"),
    [
        (whole, "12", 12, "1.5"), (whole, "3.0", 3, "-1"), (whole, "0", 0, "1e17"),
        (share, "1", 1.0, "1.01"), (share, "0", 0.0, "-0.1"),
        (amount, "0", 0.0, "-2"), (positive, "0.0000", None, "-2"), (positive, "2", 2.0, "x"),
    ],
)  # fmt: skip
def test_ranges(read: Callable[[object], float | None], good: str, value: float | None, bad: str) -> None:
    assert read(good) == value
    assert read("") is None
    with pytest.raises(BadValueError):
        read(bad)


def test_a_value_in_a_message_is_one_short_line() -> None:
    assert shown("a\nb\udce9") == "a b\\udce9"
    assert len(shown("x" * 500)) == 40
