"""A run folder's tables: written in pieces, read by columns, and what damage or another run is told as."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow
import pyarrow.parquet
import pytest

from bench.errors import UsageError
from bench.records import folder, parquet, read_record, read_table, tables_kept, write_record, write_tables
from bench.records.aggregates import AggregateRow
from bench.records.episodes import TurnRow
from bench.records.folder import (
    begun_folders,
    effective_cost,
    find_run,
    find_runs,
    has_answer,
    is_graded,
    is_whole,
    read_aggregates,
    read_run,
    read_turns,
    require_all,
    require_no_more,
    require_scores,
    require_unique,
    run_folders,
    write_aggregates,
    write_turns,
)
from bench.records.recordedsource import RecordedImport
from bench.records.tables import AnswerRow
from tests.report.sample_run import ANSWERED, not_asked, write_run

TURN = TurnRow(
    run="r", suite="s", task="t", item="i", model="m", repeat=0, turn=1, key="k", calls=2, errors=None,
    finish_reason="stop", in_uncached=3, in_cache_read=None, in_cache_write_5m=None, in_cache_write_1h=None,
    out_total=4, out_reasoning=None, cost_usd=0.5, ttft_s=None, latency_s=1.5, attempts=1, timing_ok=True, reused=False,
    started_at="2026-11-20T10:15:01.000+00:00",
)  # fmt: skip
TOTAL = AggregateRow(source="s", suite="x", harness="h", model="m", model_raw="M", score=0.5, n=10, comparable="h")


def answer(item: str, text: str) -> AnswerRow:
    return AnswerRow(
        run="r", task="t", item=item, model="m", repeat=0, prompt="?", answer=text, reasoning=None, extracted=None,
        grade_detail=None, finish_reason=None, error=None,
    )  # fmt: skip


@pytest.mark.parametrize(("rows", "characters", "pieces"), [(20_000, 2 << 20, 1), (2, 2 << 20, 3), (20_000, 25, 5)])
def test_long_tables_are_written_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int, characters: int, pieces: int
) -> None:
    monkeypatch.setattr(folder, "PIECE_ROWS", rows)
    monkeypatch.setattr(folder, "PIECE_CHARACTERS", characters)
    items = [replace(ANSWERED, item=str(number)) for number in range(5)]
    write_tables(tmp_path, items, [answer(item.item, "x" * 20) for item in items])
    assert pyarrow.parquet.ParquetFile(tmp_path / "answers.parquet").metadata.num_row_groups == pieces
    assert read_table(tmp_path, "answers")["item"].tolist() == read_table(tmp_path, "items")["item"].tolist()
    assert read_table(tmp_path, "items", ["task", "score"]).columns.tolist() == ["task", "score"]


def test_turns_and_totals_come_back_and_none_are_there_before(tmp_path: Path) -> None:
    assert (read_turns(tmp_path), read_aggregates(tmp_path)) == ([], [])
    write_turns(tmp_path, [TURN, replace(TURN, turn=2, in_uncached=2**70, finish_reason="\ud800")])
    write_aggregates(tmp_path, [TOTAL, replace(TOTAL, score=None)])
    assert read_turns(tmp_path) == [TURN, replace(TURN, turn=2, in_uncached=None, finish_reason="\ufffd")]
    assert read_aggregates(tmp_path) == [TOTAL, replace(TOTAL, score=None)]


def test_a_text_that_is_none_is_unknown_where_it_may_be(tmp_path: Path) -> None:
    write_turns(tmp_path, [replace(TURN, finish_reason=3, item=4)])  # type: ignore[arg-type]
    (turn,) = read_turns(tmp_path)
    assert (turn.finish_reason, turn.item) == (None, "4")


def test_a_run_is_read_with_its_table_unless_they_are_of_different_runs(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", [ANSWERED, replace(ANSWERED, item="1")])
    record, items = read_run(run)
    assert (record.run, len(items)) == (ANSWERED.run, 2)
    assert read_run(run, ["suite", "task", "item", "model", "repeat"])[1].shape == (2, 5)
    write_record(run, replace(record, models={}))
    with pytest.raises(UsageError, match=r"run\.json: `models` lacks 'small', which items\.parquet has\. `bench run`"):
        read_run(run)
    more = write_run(tmp_path / "more", [ANSWERED, replace(ANSWERED, item="1")])
    planned = {suite: replace(about, items_planned=1) for suite, about in record.suites.items()}
    write_record(more, replace(record, suites=planned))
    with pytest.raises(UsageError, match=r"items\.parquet: has 2 rows of small, .*, and the run planned 1\."):
        read_run(more)
    twice = write_run(tmp_path / "twice", [ANSWERED, ANSWERED])
    with pytest.raises(UsageError, match=r"items\.parquet: chain_sum/0, small: is there twice\. `bench run`"):
        read_run(twice)


def test_costs_and_answers_of_rows() -> None:
    rows = pd.DataFrame(
        {
            "cost_usd": [1.0, 2.0, None],
            "cost_retries_usd": [0.5, None, 0.0],
            "score": [1.0, None, None],
            "outcome": ["answered", "answered", "infrastructure"],
        }
    )
    assert effective_cost(rows).fillna(-1.0).tolist() == [1.5, -1.0, -1.0]
    assert is_graded(rows).tolist() == [True] * 3, "a table of before anything could be ungraded"
    assert has_answer(rows).tolist() == [True, False, False]
    assert has_answer(rows.assign(graded=pd.array([True, False, None]))).tolist() == [True, True, False]
    assert [row.answered for row in (ANSWERED, replace(ANSWERED, score=None), not_asked(ANSWERED))] == [
        True,
        False,
        False,
    ]
    assert replace(ANSWERED, score=None, graded=False).answered


def test_a_run_is_whole_with_all_its_files(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", [ANSWERED])
    assert is_whole(run)
    (run / "answers.parquet").unlink()
    assert not is_whole(run)


def test_a_run_that_has_begun_is_no_run_yet_and_said_so(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / ".lock").touch()
    assert begun_folders(tmp_path) == [tmp_path / "a"]
    with pytest.raises(UsageError, match=r"has come to its tables yet\. Continue with: bench run"):
        find_run(tmp_path, None)


def test_several_runs_are_found_once_each_and_none_is_the_newest(tmp_path: Path) -> None:
    one, two = (write_run(tmp_path / f"2026010{day}T000000Z-aaaaaaaa", [ANSWERED]) for day in (1, 2))
    assert find_runs(tmp_path, [two.name, one.name, str(two)]) == [two, one]
    assert find_runs(tmp_path, []) == [two]


def test_of_runs_of_one_second_one_that_cannot_be_read_is_the_oldest(tmp_path: Path) -> None:
    sound, damaged = (write_run(tmp_path / f"20260101T000000Z-{name}", [ANSWERED]) for name in ("aaaaaaaa", "bbbbbbbb"))
    (damaged / "run.json").write_text("{")
    assert run_folders(tmp_path) == [damaged, sound]
    with pytest.raises(UsageError, match="is damaged"):
        read_record(damaged)


def test_pieces_of_a_table_hold_as_many_rows_as_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "BATCH_BYTES", 100)
    monkeypatch.setattr(parquet, "_KEPT", 2)
    pyarrow.parquet.write_table(pyarrow.table({"a": ["x" * 30] * 8, "n": range(8)}), tmp_path / "t.parquet")
    with parquet.parquet_file(tmp_path, "t.parquet", ["a", "n"]) as file:
        assert [batch.num_rows for batch in file.batches(["n"])] == [3, 3, 2]
        assert file.frame()["n"].tolist() == [*range(8)]


@pytest.mark.parametrize(
    ("table", "limits", "why"),
    [
        ({"a": ["x"] * 4}, {"MOST_ROWS": 3}, r"has 4 rows and 1 columns, more than it may have"),
        ({"a": ["x"], "b": ["y"]}, {"MOST_COLUMNS": 1}, r"has 1 rows and 2 columns, more than it may have"),
        ({"a": ["x" * 11]}, {"MOST_TEXT": 10}, r"one of its texts has more than 0 MiB"),
        ({"a": [["x"]]}, {}, r"column a holds list<.*; only texts, numbers and flags are read"),
    ],
)
def test_a_table_that_stands_for_more_than_it_may_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: dict[str, list[object]], limits: dict[str, int], why: str
) -> None:
    for name, most in limits.items():
        monkeypatch.setattr(parquet, name, most)
    pyarrow.parquet.write_table(pyarrow.table(table), tmp_path / "t.parquet")
    with pytest.raises(UsageError, match=rf"t\.parquet: cannot be read \(.*{why}"):
        parquet.read_parquet(tmp_path, "t.parquet")


def test_groups_of_rows_are_read_together_as_far_as_they_are_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "_CODED_BYTES", 3_000)
    texts = [f"{number:04}" for number in range(40)]
    pyarrow.parquet.write_table(pyarrow.table({"a": texts}), tmp_path / "t.parquet", row_group_size=10)
    assert parquet.read_parquet(tmp_path, "t.parquet")["a"].to_pylist() == texts


def test_an_error_of_another_file_stays_what_it_is(tmp_path: Path) -> None:
    pyarrow.parquet.write_table(pyarrow.table({"a": ["x"]}), tmp_path / "t.parquet")
    with pytest.raises(FileNotFoundError), parquet.parquet_file(tmp_path, "t.parquet"):
        (tmp_path / "other").read_text()


def test_tables_that_are_kept_are_read_once_until_the_file_changes(tmp_path: Path) -> None:
    write_run(tmp_path, [ANSWERED, replace(ANSWERED, item="2")])
    with tables_kept():
        assert len(read_table(tmp_path, "items", ["item"])) == 2
        first = read_table(tmp_path, "items")
        assert len(read_table(tmp_path, "items")) == len(first) == 2
        assert list(read_table(tmp_path, "items", ["item"])) == ["item"]
        write_tables(tmp_path, [ANSWERED], [answer(ANSWERED.item, "x")])
        assert len(read_table(tmp_path, "items")) == 1


def test_a_long_table_is_read_column_by_column_and_says_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [replace(ANSWERED, item=str(number), level=None if number % 2 else 2) for number in range(5)]
    write_run(tmp_path, rows)
    short = read_table(tmp_path, "items")
    monkeypatch.setattr(parquet, "SHARED_ROWS", 2)
    pd.testing.assert_frame_equal(read_table(tmp_path, "items"), short)


def test_rows_that_a_run_planned_must_be_there_and_once(tmp_path: Path) -> None:
    write_run(tmp_path, [ANSWERED])
    items, known = read_table(tmp_path, "items"), read_record(tmp_path)
    [suite] = known.suites
    planned = replace(known, suites={suite: replace(known.suites[suite], items_planned=1)})
    require_all(items, planned, tmp_path)
    require_no_more(items, planned, tmp_path)
    require_all(items[:0], replace(planned, imported=RecordedImport(format="csv")), tmp_path)  # an import had no plan
    with pytest.raises(UsageError, match=r"has 1 rows of .* and the run planned 0"):
        require_no_more(items, replace(known, suites={suite: replace(known.suites[suite], items_planned=0)}), tmp_path)
    with pytest.raises(UsageError, match="has 1 of the 2 rows of"):
        require_all(items, replace(known, suites={suite: replace(known.suites[suite], items_planned=2)}), tmp_path)
    require_unique(items, tmp_path)
    with pytest.raises(UsageError, match="is there twice"):
        require_unique(pd.concat([items, items]), tmp_path)


def test_a_row_without_the_score_of_its_outcome_is_refused(tmp_path: Path) -> None:
    items = read_table(write_run(tmp_path, [ANSWERED]), "items")
    require_scores(items, tmp_path)
    with pytest.raises(UsageError, match="score is not a number, yet it was answered"):
        require_scores(items.assign(score=pd.Series([None], dtype="Float64")), tmp_path)
    with pytest.raises(UsageError, match="has a score, yet it was infrastructure"):
        require_scores(items.assign(outcome="infrastructure"), tmp_path)
