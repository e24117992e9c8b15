"""`bench report --redact` takes every text out and leaves every figure."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from click.testing import CliRunner

from bench.cli import bench
from bench.errors import UsageError
from bench.records import (
    LATENCY,
    LATENCY_COLUMNS,
    read_aggregates,
    read_judgments,
    read_labels,
    read_rows,
    write_aggregates,
    write_judgments,
    write_labels,
    write_tables,
)
from bench.records.tables import AnswerRow
from bench.report.numbers.comparison import as_records, compare
from bench.report.page import read_page
from bench.report.redact import redact
from tests import runjson
from tests.records.test_opinions import JUDGMENT, LABEL
from tests.report.page import sample
from tests.report.page.test_build import SOURCE, total

pytestmark = pytest.mark.usefixtures("shortcuts")

SECRET = "Zanzibar"


def private(folder: Path) -> Path:
    """The sample with SECRET in every text that an answer has."""
    sample.write(
        folder, stopped={"cheap": f"HTTP 400: {SECRET}"},
        command=["bench", "run", "-c", SECRET], parts=[{"command": [SECRET]}],
        lanes={"cheap": {"stopped": f"HTTP 400: {SECRET}", "retries": 2}, "dear": {"stopped": None, "retries": 0}},
    )  # fmt: skip
    rows, answers = read_rows(folder)
    detail = json.dumps({"verdict": "wrong", "passed": 3, "why": SECRET, "lm_eval_score": 1.0, "repeats_itself": True})
    named = ("prompt", "answer", "reasoning", "extracted", "expected", "error", "finish_reason")
    texts: dict[str, Any] = dict.fromkeys(named, f"{SECRET} ü")
    changed = [replace(a, grade_detail=detail, **texts) for a in answers]
    write_tables(folder, rows, [*changed[:-1], replace(changed[-1], answer=None, grade_detail=None)])
    return folder


def test_no_text_is_left_and_every_figure_is(tmp_path: Path) -> None:
    folder = private(tmp_path / "run")
    (folder / LATENCY).write_text(
        ",".join(LATENCY_COLUMNS) + f"\ncheap,cold,2026,failed,1,True,,,,,,,,{SECRET}\n", encoding="utf-8"
    )
    kept = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    copy = redact(folder)
    assert copy == tmp_path / "run-redacted"
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == kept, "the run is not altered"
    items, answers = read_rows(copy)
    assert SECRET not in repr((items, answers))
    for path in copy.rglob("*"):
        assert SECRET.encode() not in path.read_bytes(), path
    assert {row.run for row in items} == {row.run for row in answers} == {"run-redacted"}
    assert answers[0].grade_detail == '{"verdict": "wrong", "passed": 3, "lm_eval_score": 1.0, "repeats_itself": true}'
    assert [len(text or "") for text in (answers[0].answer, answers[-1].answer)] == [len(SECRET) + 2, 0]
    assert as_records(compare(copy)) == as_records(compare(folder))
    kinds = [type(getattr(answers[0], f.name)) for f in fields(AnswerRow)]
    assert kinds.count(type(None)) == 3, "extracted, error and expected"


def test_what_this_version_does_not_know_is_left_out(tmp_path: Path) -> None:
    """Columns, the head of a Parquet file and keys of run.json that another version or tool wrote may hold any text."""
    folder = private(tmp_path / "run")
    for name in ("items.parquet", "answers.parquet"):
        table = pyarrow.parquet.read_table(folder / name)
        table = table.append_column("more", pyarrow.array([SECRET] * len(table)))
        pyarrow.parquet.write_table(table.replace_schema_metadata({"k": SECRET}), folder / name)
    table = pyarrow.parquet.read_table(folder / "items.parquet")
    at = table.schema.get_field_index("sampling_requested")
    asked = [f'{{"temperature": 0.0, "system": "{SECRET}", "{SECRET}": 1}}'] * len(table)
    table = table.set_column(at, "sampling_requested", pyarrow.array(asked))
    pyarrow.parquet.write_table(table, folder / "items.parquet")
    record = json.loads((folder / "run.json").read_text())
    record |= {"more": SECRET, "refused": {"other": SECRET}, "tasks": {"chain_sum": {"version": "1", "doc": SECRET}}}
    record["models"]["cheap"] |= {"headers": {"X-System": SECRET}, "more": [SECRET]}
    (folder / "run.json").write_text(json.dumps(record))
    copy = redact(folder)
    for path in copy.rglob("*"):
        assert SECRET.encode() not in path.read_bytes(), path
    items, _ = read_rows(copy)
    assert {row.sampling_requested for row in items} == {'{"temperature": 0.0}'}
    assert as_records(compare(copy)) == as_records(compare(folder))


def test_the_command_reports_the_copy_whose_page_says_so(tmp_path: Path) -> None:
    folder = private(tmp_path / "run")
    done = CliRunner().invoke(bench, ["report", "--redact", str(folder)])
    assert done.exit_code == 0, done.output
    assert not (folder / "report.html").exists()
    text = (tmp_path / "run-redacted" / "report.html").read_text(encoding="utf-8")
    shown = read_page(text)
    assert any("redacted" in line for line in shown.texts)
    assert SECRET not in repr(shown.items)
    assert "~~" not in repr(shown.items)
    assert shown.numbers["comparison.json/rows/1/score"] == "100 %"


def test_what_cannot_be_redacted_is_said(tmp_path: Path) -> None:
    copy = redact(private(tmp_path / "run"))
    with pytest.raises(UsageError, match="is redacted already"):
        redact(copy)
    assert redact(tmp_path / "run") == copy, "an earlier redaction is written over"
    (tmp_path / "run" / "answers.parquet").unlink()
    with pytest.raises(UsageError, match="has no answers"):
        redact(tmp_path / "run")


def test_an_import_keeps_its_totals_and_loses_the_cells_that_its_reasons_quote(tmp_path: Path) -> None:
    dropped = {"row": "a.csv row 3", "why": f"column score: '{SECRET}' is no number"}
    about = {**SOURCE, "dropped": [dropped], "dropped_count": 1}
    sample.write(tmp_path / "run", claims=False, imported=about)
    manifest = runjson.content(tmp_path / "run")
    models = {label: {**model, "extra_body": {"user": SECRET}} for label, model in manifest["models"].items()}
    runjson.put(tmp_path / "run", {**manifest, "models": models})
    told = total("weak", score=0.2)
    write_aggregates(tmp_path / "run", [told])
    copy = redact(tmp_path / "run")
    assert read_aggregates(copy) == [told]
    assert SECRET not in (copy / "run.json").read_text()


def test_labels_and_judgments_stay_without_the_names_of_raters_and_the_words_of_rubrics(tmp_path: Path) -> None:
    sample.write(tmp_path / "run", claims=False)
    write_labels(tmp_path / "run", [replace(LABEL, rater=SECRET)])
    write_judgments(tmp_path / "run", [replace(JUDGMENT, criterion=SECRET), JUDGMENT])
    copy = redact(tmp_path / "run")
    assert read_labels(copy) == [replace(LABEL, rater="rater-1")]
    assert read_judgments(copy) == [replace(JUDGMENT, criterion="criterion-1"), JUDGMENT]


@pytest.mark.parametrize("name", ["grade_detail", "finish_reason"])
def test_a_column_of_another_kind_leaves_nothing_half_written(tmp_path: Path, name: str) -> None:
    folder = private(tmp_path / "run")
    table = pyarrow.parquet.read_table(folder / "answers.parquet")
    at = table.schema.get_field_index(name)
    pyarrow.parquet.write_table(table.set_column(at, name, [[7] * len(table)]), folder / "answers.parquet")
    with pytest.raises(UsageError, match=f"column {name} holds int64 in place of str"):
        redact(folder)
    assert not (tmp_path / "run-redacted").exists()
