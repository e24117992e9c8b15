"""What the items table says of episodes is held against the rows of their turns."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from bench.report.numbers.added import Misadded, misadded
from bench.report.numbers.billed import COUNTS

PLACE = {"suite": "s", "task": "t", "item": "i", "model": "m", "repeat": 0}


def turn(number: int, **more: Any) -> dict[str, Any]:
    row = {**PLACE, "turn": number, **dict.fromkeys(COUNTS, 5), "calls": 1, "errors": 0, "cost_usd": 0.1, **more}
    return {**row, "in_cache_write_1h": None if number == 1 else 5}


def tables(**more: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    item = {**PLACE, "turns": 2, **dict.fromkeys(COUNTS, 10), "in_cache_write_1h": None, "tool_calls": 2, **more}
    once = {**PLACE, "item": "asked once", "turns": None, "out_total": 7}
    return pd.DataFrame([once, item]), pd.DataFrame([turn(2), turn(1)])


def test_sums_that_add_up_are_nothing_to_name() -> None:
    assert list(misadded(*tables(cost_usd=0.2, tool_errors=None))) == []
    assert list(misadded(*tables(cost_usd=None))) == []
    items, turns = tables()
    assert list(misadded(items.drop(columns="turns"), None)) == []
    assert list(misadded(items.iloc[:1], turns.iloc[:0])) == []


@pytest.mark.parametrize(
    ("more", "column", "said", "by_turns"),
    [
        ({"out_total": 11}, "out_total", 11, 10),
        ({"in_uncached": None}, "in_uncached", None, 10),
        ({"in_cache_write_1h": 10}, "in_cache_write_1h", 10, None),
        ({"tool_calls": 3}, "tool_calls", 3, 2),
        ({"cost_usd": 0.1}, "cost_usd", 0.1, 0.2),
        ({"turns": 3}, "turns", 3, 2),
    ],
)
def test_a_sum_that_does_not_is_named(more: dict[str, Any], column: str, said: float, by_turns: float) -> None:
    assert list(misadded(*tables(**more))) == [Misadded("items", 1, column, said, by_turns)]


def test_turns_of_no_episode_are_named_and_episodes_without_turns() -> None:
    items, turns = tables()
    assert list(misadded(items, None)) == [Misadded("items", 1, "turns", 2, 0)]
    strange = misadded(items, pd.concat([turns, turns.assign(model="zz")], ignore_index=True))
    assert [(each.table, each.row) for each in strange] == [("turns", 2), ("turns", 3)]
    assert [each.column for each in misadded(items, turns.assign(turn=1))] == ["turns"]
