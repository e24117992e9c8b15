"""The answers table is read as lengths, and never as texts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.errors import UsageError
from bench.records import read_rows, write_tables
from bench.report.numbers.lengths import KEYS, read_answers
from tests.report.sample_run import ANSWERED, write_run


def test_texts_are_read_as_their_lengths_in_characters(tmp_path: Path) -> None:
    folder = write_run(tmp_path, [ANSWERED, replace(ANSWERED, item="1")], {0: {"verdict": "wrong"}})
    rows, answers = read_rows(folder)
    write_tables(
        folder, rows, [replace(answers[0], answer="naïve ü"), replace(answers[1], answer=None, reasoning=None)]
    )
    found = read_answers(folder)
    assert list(found.columns) == [*KEYS, "grade_detail", "answer", "reasoning"]
    assert found["answer"].tolist() == [7, 0]
    assert found["reasoning"].tolist() == [0, 0]
    assert found["grade_detail"].notna().tolist() == [True, False]


def test_an_empty_table_has_the_same_columns(tmp_path: Path) -> None:
    folder = write_run(tmp_path, [ANSWERED])
    write_tables(folder, [], [])
    found = read_answers(folder)
    assert list(found.columns) == [*KEYS, "grade_detail", "answer", "reasoning"]
    assert len(found) == 0


def test_a_damaged_table_is_named(tmp_path: Path) -> None:
    folder = write_run(tmp_path, [ANSWERED])
    (folder / "answers.parquet").write_bytes(b"PAR1")
    with pytest.raises(UsageError, match=r"answers\.parquet: cannot be read"):
        read_answers(folder)
