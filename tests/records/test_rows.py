from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import Any

import pandas as pd
import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import clean
from bench.records.rows import arrow_tables, cleaned_table, require_columns
from bench.records.tables import AnswerRow, ItemRow
from tests.report.sample_run import ANSWERED

_VALUES: dict[str, Any] = {each.name: getattr(ANSWERED, each.name, None) for each in fields(AnswerRow)}
ANSWER = AnswerRow(**{**_VALUES, "prompt": "?", "answer": "!"})


@dataclass(frozen=True, kw_only=True)
class Reading:
    name: str
    count: int | None
    score: float | None
    needed: float
    later: int = 0


def table(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame({name: pd.array(values) for name, values in columns.items()})


def test_a_row_that_can_be_cleaned_keeps_what_was_measured() -> None:
    items, answers = arrow_tables([replace(ANSWERED, out_total=2**70)], [replace(ANSWER, answer="half \ud83d")])
    (item,), (answer,) = items.to_pylist(), answers.to_pylist()
    assert (item["out_total"], item["score"], item["outcome"]) == (None, ANSWERED.score, ANSWERED.outcome)
    assert answer["answer"].startswith("half ")
    assert answer["error"] is None


def test_a_row_that_cannot_be_stored_is_missing_and_says_why() -> None:
    damaged = replace(ANSWERED, repeat=2**70)
    items, answers = arrow_tables([ANSWERED, damaged], [ANSWER, ANSWER])
    (sound, item), (kept, answer) = items.to_pylist(), answers.to_pylist()
    assert (sound["outcome"], sound["score"], kept["answer"]) == (ANSWERED.outcome, ANSWERED.score, "!")
    assert (item["outcome"], item["score"], item["repeat"]) == ("infrastructure", None, 0)
    assert answer["error"].startswith("the row could not be written (")


@pytest.mark.parametrize(
    ("names", "kinds", "why"),
    [
        (["name", "count", "score"], ["string", "int64", "float64"], "column needed is missing"),
        (
            ["name", "name", "count", "score", "needed"],
            ["string"] * 2 + ["int64"] * 3,
            "column name is missing, or stand",
        ),
        (
            ["name", "count", "score", "needed"],
            ["string", "string", "int64", "int64"],
            "count holds string in place of",
        ),
    ],
)
def test_columns_of_another_kind_are_named(names: list[str], kinds: list[str], why: str) -> None:
    schema = pyarrow.schema(list(zip(names, map(pyarrow.type_for_alias, kinds), strict=True)))
    with pytest.raises(ValueError, match=why):
        require_columns(schema, Reading)


def test_a_column_with_a_default_may_be_missing_and_an_unknown_one_empty() -> None:
    columns = {"name": "large_string", "count": "null", "score": "int64", "needed": "float64"}
    require_columns(pyarrow.schema([(name, pyarrow.type_for_alias(kind)) for name, kind in columns.items()]), Reading)


def test_a_count_that_cannot_be_is_unknown_and_a_name_stands_in_one_line() -> None:
    cleaned = cleaned_table(table(name=["a\nb", "c"], count=[-1, 3], score=[0.5, None], needed=[1.0, 2.0]), Reading)
    assert "\n" not in cleaned["name"][0]
    assert cleaned["name"][1] == "c"
    assert cleaned["count"].isna().tolist() == [True, False]
    assert cleaned["score"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        ({"score": [1.5]}, "column score: 1.5 is out of range"),
        ({"needed": [-1.0]}, "column needed: -1.0 is out of range"),
        ({"needed": pd.array([None], dtype="Float32")}, "column needed has empty cells"),
        ({"needed": pd.array([-2.0], dtype="Float32")}, "column needed: -2.0 is out of range"),
    ],
)
def test_a_score_or_a_needed_number_out_of_range_is_an_error(damage: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        cleaned_table(table(**{"name": ["a"], "count": [1], "score": [0.5], "needed": [1.0], **damage}), Reading)


def test_a_moment_that_is_none_is_unknown_and_settings_that_are_none_an_error() -> None:
    moments = cleaned_table(table(started_at=["2026-12-01T00:00:00+00:00", "yesterday"]), ItemRow)["started_at"]
    assert moments.isna().tolist() == [False, True]
    with pytest.raises(ValueError, match="column sampling_requested holds what are no settings"):
        cleaned_table(table(sampling_requested=["{"]), ItemRow)


@pytest.mark.parametrize("value", [5e-324, 1e-320, 1e-200, 9e-13, 1e16, 1e200, 1e299, 1e308, -1.0, float("nan")])
def test_money_that_nobody_can_be_charged_is_unknown(value: float) -> None:
    columns = {name: pd.array([value, 0.0, 1e-12, 1e15], dtype="Float64") for name in ("cost_usd", "cost_cap_usd")}
    for name, column in cleaned_table(pd.DataFrame(columns), ItemRow).items():
        assert column.isna().tolist() == [True, False, False, False], name


@given(st.one_of(st.floats(), st.integers(), st.text(max_size=2), st.none(), st.booleans()))
def test_an_amount_is_nought_or_one_that_can_be_squared(value: Any) -> None:
    known = clean.amount(value)
    assert known is None or known == 0 or (0 < 1 / known**2 < math.inf and 0 < known**2 < math.inf)
    assert known is None or known == value
