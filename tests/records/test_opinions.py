from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from bench.errors import UsageError
from bench.records import (
    JUDGMENTS,
    LABELS,
    JudgmentRow,
    LabelRow,
    answers_hash,
    parquet_schema,
    read_judgments,
    read_labels,
    write_judgments,
    write_labels,
)

LABEL = LabelRow(
    suite="mine",
    task="triage",
    item="1",
    cluster="session-1",
    measure="preference",
    model="claude",
    other="qwen",
    rater="anna",
    value=0.5,
    seconds=12.5,
    labelled_at="2026-11-22T10:00:00.000+00:00",
    answers_sha256=answers_hash("yes", "no"),
)
JUDGMENT = JudgmentRow(
    suite="mine",
    task="triage",
    item="1",
    cluster="session-1",
    measure="preference",
    model="claude",
    other="qwen",
    judge="mistral",
    first="other",
    value=None,
    in_total=3000,
    cost_usd=0.001,
    key="ab12",
)


def test_labels_and_judgments_come_back_as_they_were_written(tmp_path: Path) -> None:
    labels = [LABEL, replace(LABEL, rater="ben", seconds=None, labelled_at=None, answers_sha256=None)]
    labels.append(replace(LABEL, measure="pass", model="qwen", other=None, value=1.0))
    judgments = [JUDGMENT, replace(JUDGMENT, first="model", value=0.25), replace(JUDGMENT, criterion="polite")]
    write_labels(tmp_path, labels)
    write_judgments(tmp_path, judgments)
    assert read_labels(tmp_path) == labels
    assert read_judgments(tmp_path) == judgments


def test_a_run_without_them_has_none(tmp_path: Path) -> None:
    assert read_labels(tmp_path) == []
    assert read_judgments(tmp_path) == []


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"measure": "taste"}, "measure is 'taste'"),
        ({"other": None}, "needs two models"),
        ({"model": "qwen", "other": "claude"}, "in the order of the alphabet"),
        ({"measure": "pass"}, "a single model, not also about 'qwen'"),
        ({"value": 0.7}, "0.7 is no value of a preference"),
        ({"measure": "pass", "other": None}, "0.5 is no value of a pass"),
    ],
)
def test_a_label_that_cannot_be_is_refused_with_its_row(
    tmp_path: Path, wrong: dict[str, str | float | None], why: str
) -> None:
    row = replace(LABEL, **wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=f"row 2 .triage/1.: .*{why}"):
        write_labels(tmp_path, [replace(LABEL, item="0"), row])
    table = pyarrow.Table.from_pylist([{name: getattr(row, name) for name in LabelRow.__slots__}])
    pyarrow.parquet.write_table(table.cast(parquet_schema(LabelRow)), tmp_path / LABELS)
    with pytest.raises(UsageError, match=f"{why}.*bench label"):
        read_labels(tmp_path)


@pytest.mark.parametrize("wrong", [{"first": None}, {"first": "left"}, {"value": 1.5}, {"measure": "pass"}])
def test_a_judgment_that_cannot_be_is_refused(tmp_path: Path, wrong: dict[str, str | float | None]) -> None:
    with pytest.raises(ValueError, match="row 1 "):
        write_judgments(tmp_path, [replace(JUDGMENT, **wrong)])  # type: ignore[arg-type]


def test_the_same_opinion_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"row 2 .*is there twice"):
        write_labels(tmp_path, [LABEL, replace(LABEL, value=1.0)])
    with pytest.raises(ValueError, match=r"row 2 .*is there twice"):
        write_judgments(tmp_path, [JUDGMENT, replace(JUDGMENT, value=1.0)])


def test_a_strangers_table_is_cleaned_or_refused(tmp_path: Path) -> None:
    write_labels(tmp_path, [replace(LABEL, rater="an\x1b[31mna\nb", labelled_at="yesterday")])
    (label,) = read_labels(tmp_path)
    assert (label.rater, label.labelled_at) == ("an\\u001b[31mna b", None)
    schema = parquet_schema(JudgmentRow)
    pyarrow.parquet.write_table(schema.empty_table().drop(["key"]), tmp_path / JUDGMENTS)
    with pytest.raises(UsageError, match="column key is missing"):
        read_judgments(tmp_path)
    (tmp_path / LABELS).write_bytes(b"no table")
    with pytest.raises(UsageError, match=r"labels\.parquet: cannot be read"):
        read_labels(tmp_path)


def test_a_hash_tells_which_answers_were_shown_and_in_which_order() -> None:
    assert answers_hash("a", "b") != answers_hash("b", "a")
    assert answers_hash("a", "b") != answers_hash("ab")
