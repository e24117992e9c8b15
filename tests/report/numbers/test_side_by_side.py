"""What is read by column gives what the same tables give row by row, or read again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bench.records import RunRecord, parquet, parquet_file, read_run, read_table, tables_kept
from bench.report.numbers import comparison
from bench.report.numbers.lengths import KEYS, SAID, read_answers, with_answers
from bench.report.numbers.peritem import PerItem
from bench.report.page import items as page_items
from bench.stats import mean_interval
from tests.perf.million import calls
from tests.report.sample_run import ANSWERED, write_run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two models on 40 items, out of order."""
    folder = tmp_path_factory.mktemp("run") / "run"
    rows = [
        replace(
            ANSWERED, item=str(7 * at % 40), cluster=f"c{at % 9}", model=model, score=float((at + len(model)) % 3 > 0)
        )
        for at in range(40)
        for model in ("small", "large")
    ]
    write_run(folder, rows)
    return folder


def test_answers_beside_their_items_are_those_that_a_merge_finds(folder: Path) -> None:
    items, answers = read_run(folder)[1], read_answers(folder)
    merged = items.merge(answers[[*KEYS, *SAID]], on=[*KEYS], validate="one_to_one")
    shuffled = answers.sample(frac=1, random_state=1).reset_index(drop=True)
    for side in (answers, shuffled):
        pd.testing.assert_frame_equal(with_answers(items, side), merged, check_dtype=False)
    assert len(with_answers(items, answers[3:].reset_index(drop=True))) == len(items) - 3


def test_a_text_of_all_rows_is_held_once_and_read_as_it_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = read_table(folder, "items")
    monkeypatch.setattr(parquet, "SHARED_ROWS", 16)
    shared = read_table(folder, "items")
    pd.testing.assert_frame_equal(shared, plain)
    assert len(shared["suite"].array.__arrow_array__().chunks) > len(shared["item"].array.__arrow_array__().chunks)


def test_items_that_are_kept_are_the_file_s_until_it_changes(folder: Path, tmp_path: Path) -> None:
    plain, some = read_table(folder, "items"), ["item", "score"]
    with tables_kept():
        first = read_table(folder, "items")
        first["score"] = 0.0
        pd.testing.assert_frame_equal(read_table(folder, "items"), plain)
        pd.testing.assert_frame_equal(read_table(folder, "items", some), plain[some])
        for rows in (2, 3):
            write_run(tmp_path / "run", [replace(ANSWERED, item=str(at)) for at in range(rows)])
            assert len(read_table(tmp_path / "run", "items")) == rows
        with (
            parquet_file(folder, "answers.parquet") as file,
            parquet_file(folder, "answers.parquet", ["item"]) as again,
        ):
            assert file.read(["item"]).equals(again.read(["item"]))


def test_items_are_taken_in_the_order_of_their_ids(folder: Path) -> None:
    rows = read_run(folder)[1]
    mine = rows[rows["model"] == "small"]
    keys = list(zip(mine["task"], mine["item"], strict=True))
    order = sorted(range(len(keys)), key=keys.__getitem__)
    values = mine["score"] + 0.1
    found = PerItem(mine).interval(values, mean_interval)
    clusters = [str(mine["cluster"].iloc[at]) for at in order]
    assert found == mean_interval(values.to_numpy(dtype=float)[order], clusters)
    assert comparison.suite_rows(folder)[0].score == comparison.compare(folder).rows[0].score


def test_texts_gathered_at_once_are_those_that_were_measured_first(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record: RunRecord = read_run(folder)[0]
    at_once = page_items.inside(folder, record)
    gathered = page_items._Texts._gathered
    monkeypatch.setattr(
        page_items._Texts, "_gathered", lambda self, most, room: gathered(self, most, room) if room > 1e300 else None
    )
    assert page_items.inside(folder, record) == at_once
    assert at_once.chunks


def test_a_call_is_written_as_json_writes_its_fields() -> None:
    def plain(record: Any) -> dict[str, Any]:
        return (
            dict(record) if isinstance(record, Mapping) else {f.name: getattr(record, f.name) for f in fields(record)}
        )

    for call in next(calls(2)):
        seldom = {
            name: value
            for name, value in plain(call).items()
            if value is not None or name not in ("message", "episode", "batch")
        }
        assert call.to_json() == json.dumps(seldom, ensure_ascii=False, separators=(",", ":"), default=plain)
