from __future__ import annotations

import errno
import json
import os
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import IO

import pandas as pd
import pyarrow
import pyarrow.parquet
import pytest

from bench.errors import IncompleteError, UsageError
from bench.records import (
    derive_run,
    find_run,
    parquet,
    read_record,
    read_rows,
    read_table,
    remove_folder,
    run_folders,
    write_file,
    write_record,
    write_text,
)
from bench.records.recordedsource import RecordedDerivation
from bench.records.tables import AnswerRow, ItemRow
from tests.report.sample_run import ANSWERED, not_asked, with_prompts, write_run
from tests.runjson import record


def test_tables_come_back_as_they_were_written(tmp_path: Path) -> None:
    rows = [ANSWERED, not_asked(replace(ANSWERED, item="1")), replace(ANSWERED, item="2", level=None, partial=0.5)]
    write_run(tmp_path, rows)
    table = read_table(tmp_path, "items")
    assert list(table.columns) == [f.name for f in fields(ItemRow)]
    back = [{k: None if pd.isna(v) else v for k, v in record.items()} for record in table.to_dict(orient="records")]
    assert back == [asdict(row) for row in with_prompts(rows)]
    assert list(read_table(tmp_path, "answers").columns) == [f.name for f in fields(AnswerRow)]


def test_rows_come_back_as_records(tmp_path: Path) -> None:
    rows = [ANSWERED, not_asked(replace(ANSWERED, item="1")), replace(ANSWERED, item="2", level=None, partial=0.5)]
    items, answers = read_rows(write_run(tmp_path, rows, {0: {"verdict": "right"}}))
    assert items == with_prompts(rows)
    assert [type(value) for value in asdict(items[0]).values()] == [type(value) for value in asdict(rows[0]).values()]
    assert [answer.item for answer in answers] == [row.item for row in rows]
    assert answers[0].grade_detail == '{"verdict": "right"}'
    assert answers[1].grade_detail is None


def test_unknown_is_empty_in_csv_and_never_0(tmp_path: Path) -> None:
    write_run(tmp_path, [not_asked(ANSWERED)])
    (record,) = pd.read_csv(tmp_path / "items.csv").to_dict(orient="records")
    for name in ("score", "cost_usd", "out_total", "ttft_s", "timing_ok", "started_at"):
        assert pd.isna(record[name])
    assert record["attempts"] == 0


def test_a_failed_write_leaves_the_old_file_and_no_litter(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(tmp_path, "a.txt", "old")

    def fail(file: IO[bytes]) -> None:
        file.write(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(IncompleteError, match=r"a\.txt: cannot be written \(the disk is full\).*run the same command"):
        write_file(tmp_path, "a.txt", fail)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(IncompleteError, match=r"cannot be written \(.+\)\. Every answer is safe"):
        write_text(tmp_path / "file", "run.json", "{}")


@pytest.mark.parametrize("name", ["items", "answers"])
@pytest.mark.parametrize("damage", ["missing", "cut", "garbage"])
def test_a_damaged_table_names_the_cure(tmp_path: Path, name: str, damage: str) -> None:
    path = write_run(tmp_path, [ANSWERED]) / f"{name}.parquet"
    content = path.read_bytes()
    path.unlink()
    if damage != "missing":
        path.write_bytes(content[:-9] if damage == "cut" else b"garbage")
    with pytest.raises(UsageError, match=rf"{name}\.parquet: cannot be read .*`bench run` rebuilds it") as error:
        read_table(tmp_path, name)
    assert "\n" not in str(error.value)


def test_a_damaged_manifest_names_the_cure(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(UsageError, match=r"run\.json: is damaged .*`bench run` rebuilds it"):
        read_record(tmp_path)
    (tmp_path / "run.json").write_bytes(b"\xff")
    with pytest.raises(UsageError, match=r"run\.json: is damaged"):
        read_record(tmp_path)


def test_a_folder_without_a_manifest_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"is not a run folder .*`bench list runs`"):
        read_record(tmp_path)


def test_find_by_id_by_path_and_the_newest(tmp_path: Path) -> None:
    old = write_run(tmp_path / "20260101T000000Z-aaaaaaaa", [ANSWERED])
    new = write_run(tmp_path / "20260201T000000Z-bbbbbbbb", [ANSWERED])
    (tmp_path / "20260301T000000Z-cccccccc").mkdir()
    assert run_folders(tmp_path) == [old, new]
    assert find_run(tmp_path, None) == new
    assert find_run(tmp_path, old.name) == old
    assert find_run(tmp_path / "elsewhere", str(old)) == old
    for name, at in (("cccccccc", "2026-03-01T00:00:00.900+00:00"), ("dddddddd", "2026-03-01T00:00:00.100+00:00")):
        folder = write_run(tmp_path / f"20260301T000001Z-{name}", [ANSWERED])
        write_record(folder, replace(read_record(folder), started_at=at))
    assert find_run(tmp_path, None).name == "20260301T000001Z-cccccccc", "of the same second the one that began later"
    with pytest.raises(UsageError, match=r"no run 'x' here or in .*`bench list runs`"):
        find_run(tmp_path, "x")


def test_no_run_yet_says_how_to_begin(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no run in .* yet\. Begin with: bench run"):
        find_run(tmp_path, None)


def test_the_manifest_is_readable_json(tmp_path: Path) -> None:
    text = record(run="Zoë", command=["bench", "-o", tmp_path]).text()
    assert {"run": "Zoë", "command": ["bench", "-o", str(tmp_path)]}.items() <= json.loads(text).items()
    assert "Zoë" in text


def test_clear_removes_what_is_there_or_not(tmp_path: Path) -> None:
    (tmp_path / "lm-eval" / "a").mkdir(parents=True)
    remove_folder(tmp_path / "lm-eval")
    remove_folder(tmp_path / "lm-eval")
    assert list(tmp_path.iterdir()) == []


def test_a_derived_run_lies_beside_its_parent_and_names_it(tmp_path: Path) -> None:
    parent = write_run(tmp_path / "20260101T000000Z-aaaaaaaa", [ANSWERED])
    before = {path: path.read_bytes() for path in parent.iterdir()}
    folder, made = derive_run(parent, RecordedDerivation(by="reprice", mode="batch"))
    assert folder.name == "20260101T000000Z-aaaaaaaa-reprice"
    assert list(folder.iterdir()) == [], "run.json comes last, so that half a folder is never taken for a run"
    assert made.run == folder.name
    assert made.parent == ANSWERED.run
    assert made.derived
    assert made.derived.to_json() == {"by": "reprice", "mode": "batch", "at": made.derived.at}
    assert made.models == read_record(parent).models
    assert derive_run(parent, RecordedDerivation(by="reprice"))[0].name == "20260101T000000Z-aaaaaaaa-reprice-2"
    assert {path: path.read_bytes() for path in parent.iterdir()} == before


def test_deriving_needs_a_run_and_room(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a run folder"):
        derive_run(tmp_path, RecordedDerivation(by="score"))
    parent = write_run(tmp_path / ("n" * 250), [ANSWERED])
    with pytest.raises(UsageError, match=r"a folder cannot be made there \(File name too long\)\."):
        derive_run(parent, RecordedDerivation(by="reprice"))


@pytest.mark.parametrize("compression", ["snappy", "gzip"])
def test_repeated_texts_count_as_often_as_they_stand_there(
    compression: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether they are read many at once, each repeated one once, or few at once."""
    monkeypatch.setattr(parquet, "UNPACKED_BYTES", 10 << 20)
    monkeypatch.setattr(parquet, "UNPACKED_RATIO", 0)
    for times, refused in ((9_000, False), (11_000, True)):
        table = pyarrow.table({"a": ["x" * 1_000] * times, "b": [None, "y"] * (times // 2)})
        pyarrow.parquet.write_table(table, tmp_path / "items.parquet", compression=compression)
        if refused:
            with pytest.raises(UsageError, match="its cells unpack to more than 10 MiB"):
                parquet.read_parquet(tmp_path, "items.parquet")
        else:
            assert parquet.read_parquet(tmp_path, "items.parquet").num_rows == times


def test_a_table_without_rows_is_read(tmp_path: Path) -> None:
    """As an import of totals alone writes its items."""
    empty = pyarrow.table({"run": pyarrow.array([], pyarrow.string()), "n": pyarrow.array([], pyarrow.int64())})
    pyarrow.parquet.write_table(empty, tmp_path / "items.parquet")
    assert parquet.read_parquet(tmp_path, "items.parquet").equals(empty)
    pyarrow.parquet.ParquetWriter(tmp_path / "items.parquet", empty.schema).close()  # not even a group of rows
    assert parquet.read_parquet(tmp_path, "items.parquet").equals(empty)
