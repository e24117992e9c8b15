"""Several samples of each item, and answers that were cut on one side only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bench.records.note import Level
from bench.records.tables import ItemRow
from bench.report import compare
from bench.report.text import tables
from bench.report.text.measures import planned
from tests.report.sample_run import ANSWERED, write_run

SETTINGS = {"repeats": 3}


def repeated(scores: Sequence[Sequence[float | None]]) -> list[ItemRow]:
    """A row for each item x repeat, items in clusters of their own."""
    return [
        replace(
            ANSWERED, item=str(item), cluster=str(item), repeat=repeat, score=score,
            outcome="answered" if score is not None else "infrastructure", latency_s=1.0 + item + 10 * repeat,
        )
        for item, row in enumerate(scores)
        for repeat, score in enumerate(row)
    ]  # fmt: skip


def test_repeats_are_averaged_within_their_item_before_anything_else(tmp_path: Path) -> None:
    folder = write_run(tmp_path, repeated([[1.0, 0.0, 0.0], [1.0, 1.0, 1.0], [0.0, 0.0, 0.0]]), settings=SETTINGS)
    (row,) = compare(folder).rows
    assert (row.n, row.planned, row.repeats) == (9, 9, 3)
    assert row.score is not None
    assert row.score.n == 3
    assert row.score.estimate == pytest.approx((1 / 3 + 1 + 0) / 3)
    assert row.pass_at_k is not None
    assert row.pass_at_k.n == 3
    assert row.pass_at_k.estimate == pytest.approx(2 / 3)


def test_asking_more_often_makes_no_interval_narrower_than_the_items_allow(tmp_path: Path) -> None:
    same = [[float(item % 2)] * 3 for item in range(10)]
    (often,) = compare(write_run(tmp_path / "3", repeated(same), settings=SETTINGS)).rows
    (once,) = compare(write_run(tmp_path / "1", repeated([row[:1] for row in same]))).rows
    assert often.score == once.score
    assert often.e2e_p50_s == once.e2e_p50_s
    assert once.pass_at_k is None


def test_pass_at_k_rests_on_items_with_all_their_answers(tmp_path: Path) -> None:
    folder = write_run(tmp_path, repeated([[0.0, 1.0, 0.0], [0.0, None, 0.0]]), settings=SETTINGS)
    (row,) = compare(folder).rows
    assert row.pass_at_k is not None
    assert (row.pass_at_k.estimate, row.pass_at_k.n, row.missing) == (1.0, 1, 1)
    (none,) = compare(write_run(tmp_path / "b", repeated([[0.0, None, 0.0]]), settings=SETTINGS)).rows
    assert none.pass_at_k is None


def test_the_table_has_a_column_for_it_and_says_how_repeats_count(tmp_path: Path) -> None:
    comparison = compare(write_run(tmp_path, repeated([[1.0, 0.0, 1.0]]), settings=SETTINGS))
    head, rule, line = tables.markdown(comparison).splitlines()[:3]
    assert "| score (95 % interval) ↑ | pass@3 ↑ | truncated ↓ |" in head
    assert head.count("|") == rule.count("|") == line.count("|")
    assert any("repeats are never counted as items" in note for note in map(str, tables.notes(comparison)))
    (row,) = comparison.rows
    assert planned(row) == (str(row.n // 3), "× 3"), "n is the number of items"
    once = compare(write_run(tmp_path / "once", [ANSWERED]))
    assert "pass@" not in tables.markdown(once)


def test_unequal_truncation_carries_a_warning_and_equal_does_not(tmp_path: Path) -> None:
    made = [replace(ANSWERED, item=str(n)) for n in range(4)]
    cut = replace(made[0], outcome="truncated", score=0.0)
    other = [replace(row, model="large") for row in made]
    unequal = compare(write_run(tmp_path / "a", [cut, *made[1:], *other]))
    (warning,) = [note.text for note in tables.notes(unequal) if note.level is Level.WARNING]
    assert "on reasoning answers were truncated unequally (small 1 of 4, large 0 of 4)" in warning
    assert "max_tokens" in warning
    equal = compare(write_run(tmp_path / "b", [cut, *made[1:], replace(cut, model="large"), *other[1:]]))
    assert not [note for note in tables.notes(equal) if note.level is Level.WARNING]
