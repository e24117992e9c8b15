"""Tables by level and family, and of choices."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow.parquet
import pytest

from bench.records import read_record, read_rows, read_table, write_tables
from bench.report.numbers import choices, slices
from bench.report.text.column import BEST
from tests.report.page import sample


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """12 items of two models on three levels and six families."""
    return sample.write(tmp_path_factory.mktemp("slices"))


def test_every_level_and_family_has_score_cost_and_time(run: Path) -> None:
    items, record = read_table(run, "items"), read_record(run)
    levels = {(row.name, row.model): row for row in slices.slices(items, record, "level")}
    assert len(levels) == 3 * 2
    third = levels["level 3", "cheap"]  # items 2, 5, 8, 11: the first two are wrong
    assert third.n == 4
    assert third.score is not None
    assert third.score.estimate == 0.5
    assert third.cost_per_1000_usd is not None
    assert third.cost_per_1000_usd.estimate == pytest.approx(1.0)
    assert third.e2e_p50_s is not None
    assert third.e2e_p50_s.estimate == pytest.approx(1.065, abs=0.02)
    assert len(slices.slices(items, record, "family")) == 6 * 2
    assert [made.title for made in slices.tables(items, record)] == ["By level of difficulty", "By family"]


def test_an_unknown_cost_or_time_of_a_slice_is_unknown(run: Path) -> None:
    items, record = read_table(run, "items"), read_record(run)
    items.loc[items["item"] == "item-2", "cost_usd"] = None
    items["reused"] = True
    third = next(row for row in slices.slices(items, record, "level") if row.name == "level 3")
    assert (third.cost_per_1000_usd, third.e2e_p50_s) == (None, None)


def chosen(folder: Path, expected: dict[str, str]) -> Path:
    """The sample's answers, as if its questions had choices: "cheap" names A, or nothing for item-4."""
    found, answers = read_rows(sample.write(folder))
    write_tables(
        folder,
        found,
        [
            replace(
                a,
                expected=expected.get(a.item, "B"),
                extracted="A" if a.model == "cheap" and a.item != "item-4" else expected.get(a.item, "B"),
            )
            for a in answers
        ],
    )
    return folder


def test_choices_are_counted_by_what_was_expected(tmp_path: Path) -> None:
    folder = chosen(tmp_path, {"item-0": "A", "item-1": "A"})
    rows = choices.choices(folder, read_record(folder))
    counted = {(row.model, row.expected): dict(row.given) for row in rows}
    assert counted == {
        ("cheap", "A"): {"A": 2},
        ("cheap", "B"): {"A": 9, "B": 1},
        ("dear", "A"): {"A": 2},
        ("dear", "B"): {"B": 10},
    }
    [made] = choices.tables(rows)
    marked = {
        (row[0].value, column.name)
        for row in made.rows
        for column, cell in zip(made.columns, row, strict=True)
        if cell.mark == BEST
    }
    assert marked == {("A", "answered A"), ("B", "answered B")}


def test_a_task_with_other_answers_has_no_choices(tmp_path: Path) -> None:
    folder = chosen(tmp_path, {"item-0": "A", "item-1": "42"})
    assert choices.choices(folder, read_record(folder)) == []


def test_a_run_of_an_older_version_has_no_choices_and_still_reads(run: Path, tmp_path: Path) -> None:
    table = pyarrow.parquet.read_table(run / "answers.parquet").drop_columns(["expected"])
    (tmp_path / "run.json").write_bytes((run / "run.json").read_bytes())
    (tmp_path / "items.parquet").write_bytes((run / "items.parquet").read_bytes())
    pyarrow.parquet.write_table(table, tmp_path / "answers.parquet")
    assert choices.choices(tmp_path, read_record(tmp_path)) == []
    assert {answer.expected for answer in read_rows(tmp_path)[1]} == {None}
