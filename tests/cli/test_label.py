"""`bench label`: a sample drawn once, a blind page, and labels that come back from it."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.labels import of_run
from bench.labels.sheet import _is_text
from bench.records import read_labels, read_rows, write_tables
from tests.cli.conftest import Bench
from tests.report.page import sample

RUN = "20261120T101500Z-0123abcd"


@pytest.fixture
def ran(bench: Bench) -> Path:
    """A run of "cheap" and "dear" on twelve items, whose texts try to break out of a page."""
    return sample.write(bench.folder / "results" / RUN)


def page_data(path: Path) -> dict[str, Any]:
    """What a page was given."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', path.read_text())
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


def filled(path: Path, rows: list[dict[str, str]]) -> Path:
    """A file of labels."""
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0]])
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_no_answer_says_whose_it_is(bench: Bench, ran: Path) -> None:
    items, answers = read_rows(ran)
    write_tables(ran, items, [replace(row, answer=f"As Claude, {row.answer}") for row in answers])
    assert bench("label", "--csv", "all.csv").code == 0
    assert bench("label", "-n", "12").code == 0
    for text in ((ran / "labels-pass-one.html").read_text(), (bench.folder / "all.csv").read_text()):
        assert "As an assistant, " in text
        assert "Claude" not in text


def test_the_page_is_blind_and_its_sample_is_recorded(bench: Bench, ran: Path) -> None:
    done = bench("label", "-n", "5")
    assert done.code == 0, done.err
    assert "5 of 12 items that cheap and dear both answered, drawn by seed 1" in done.out
    page = ran / "labels-pass-one.html"
    data = page_data(page)
    assert len(data["entries"]) == 10
    text = page.read_text()
    assert "cheap" not in text
    assert "dear" not in text
    assert "weights/" not in text
    assert {len(entry["answers"]) for entry in data["entries"]} == {1}
    (recorded,) = of_run(ran)
    assert (recorded.seed, recorded.measure, len(recorded.entries)) == (1, "pass", 24)
    assert [entry["id"] for entry in data["entries"]] == [entry.id for entry in recorded.entries[:10]]
    assert {len({entry.task + entry.item for entry in recorded.first(n)}) for n in range(1, 13)} == set(range(1, 13))
    larger = bench("label", "-n", "8")
    assert larger.code == 0
    assert [entry["id"] for entry in page_data(page)["entries"]][:10] == [entry["id"] for entry in data["entries"]]
    other = bench("label", "--seed", "2")
    assert other.code == 2
    assert "drawn by seed 1" in other.err
    (ran / "labels.json").write_text((ran / "labels.json").read_text().replace('"seed": 1', '"seed": 2'))
    assert "was changed after it was drawn" in bench("label").err


def test_labels_come_back_and_two_raters_are_compared(bench: Bench, ran: Path) -> None:
    bench("label", "--measure", "preference", "-n", "12")
    entries = {entry.id: entry for entry in of_run(ran)[0].entries}
    one = [{"id": id_, "value": "a" if each.model == "dear" else "b"} for id_, each in entries.items()]
    done = bench("label", "--measure", "preference", "--import", str(filled(bench.folder / "one.csv", one)))
    assert done.code == 0, done.err
    rows = read_labels(ran)
    assert {(row.model, row.other, row.value, row.rater) for row in rows} == {("cheap", "dear", 0.0, "one")}
    assert len(rows) == 12
    assert {row.cluster for row in rows} == {f"family-{number}" for number in range(6)}
    assert {entry.model for entry in entries.values()} == {"cheap", "dear"}, "either is shown first, by lot"
    second = [{**row, "rater": "two", "value": "neither" if at == 0 else row["value"]} for at, row in enumerate(one)]
    done = bench("label", "--measure", "preference", "--import", str(filled(bench.folder / "two.csv", second)))
    assert "one and two gave the same label to 92% of 12 answers" in " ".join(done.out.split())
    again = bench("label", "--measure", "preference", "--import", str(filled(bench.folder / "two.csv", second)))
    assert "took 12 labels, 12 of them in place of earlier ones." in again.out
    assert len(read_labels(ran)) == 24


def test_bad_lines_are_named_and_nothing_is_taken(bench: Bench, ran: Path) -> None:
    assert "with one of: right, wrong." in bench("label", "--csv", str(bench.folder / "sheet.csv")).out
    with (bench.folder / "sheet.csv").open(newline="") as file:
        sheet = list(csv.DictReader(file))
    assert [*sheet[0]] == ["id", "value", "request", "answer"]
    ids = [row["id"] for row in sheet]
    assert "holds no label" in bench("label", "--import", "sheet.csv").err
    other = filled(bench.folder / "other.csv", [{"id": "0123456789ab", "value": "a"}])
    assert "is in the sample of this run for --measure pass. Give the RUN" in bench("label", "--import", str(other)).err
    bad = [
        {"id": ids[0], "value": "right", "seconds": "3.5"},
        {"id": "nobody", "value": "right", "seconds": ""},
        {"id": ids[1], "value": "perhaps", "seconds": ""},
        {"id": ids[2], "value": "wrong", "seconds": "-4"},
        {"id": ids[0], "value": "wrong", "seconds": ""},
    ]
    done = bench("label", "--import", str(filled(bench.folder / "bad.csv", bad)))
    assert done.code == 2
    for line, why in (
        (3, "'nobody' is not in the sample"),
        (4, "'perhaps' is no label"),
        (5, "seconds is '-4'"),
        (6, "is there twice"),
    ):
        assert f"bad.csv:{line}: " in done.err
        assert why in done.err
    (bench.folder / "twice.csv").write_text(f"id,value,value\n{ids[0]},right,wrong\n")
    assert "twice.csv:1: the header names a column twice" in bench("label", "--import", "twice.csv").err
    assert read_labels(ran) == []
    assert bench("label", "--import", str(filled(bench.folder / "good.csv", bad[:1]))).code == 0
    (row,) = read_labels(ran)
    assert (row.value, row.seconds, row.measure, row.other) == (1.0, 3.5, "pass", None)


@pytest.mark.parametrize("measure", ["pass", "preference"])
def test_texts_in_other_columns_or_lines_are_named(bench: Bench, ran: Path, measure: str) -> None:
    path = bench.folder / "sheet.csv"
    bench("label", "--measure", measure, "--csv", str(path))
    with path.open(newline="") as file:
        sheet = [{**row, "value": "right" if measure == "pass" else "a"} for row in csv.DictReader(file)]
    columns = [column for column in sheet[0] if column not in ("id", "value")]
    line = next(at for at, row in enumerate(sheet) if measure == "pass" or row["a"] != row["b"])
    sorted_ = [{**row, "id": sheet[at - 1]["id"]} for at, row in enumerate(sheet)]
    swapped = [{**row, "a": row["b"], "b": row["a"]} for row in sheet] if measure == "preference" else []
    changed = [*sheet[:line], {**sheet[line], columns[-1]: "an answer that nobody gave"}, *sheet[line + 1 :]]
    for wrong in filter(None, (sorted_, swapped, changed)):
        done = bench("label", "--measure", measure, "--import", str(filled(bench.folder / "wrong.csv", wrong)))
        assert done.code == 2
        assert "lines or columns were exchanged. Nothing was taken." in done.err
        assert len(done.err.strip().splitlines()) == 1
        assert read_labels(ran) == []
    assert f"wrong.csv:{line + 2}: the column {columns[-1]} has another text than {sheet[line]['id']}" in done.err
    spaced = [{**row, **{column: f" {row[column]}\r\n" for column in columns}} for row in sheet]
    done = bench("label", "--measure", measure, "--import", str(filled(bench.folder / "right.csv", spaced)))
    assert done.code == 0, done.err
    assert len(read_labels(ran)) == len(sheet)


@pytest.mark.parametrize(
    ("cell", "text", "others", "same"),
    [
        ("7", "007", ["8"], True),
        ("4-Mar", "3/4", ["8"], True),
        ("8", "007", [], False),
        ("3/4", "4/5", ["3/4"], False),
        ("an answer", "item 3", [], False),
        ("TRUE", "true", [], True),
        ("'=1+1", "=1+1", [], True),
        ("x" * 32_767, "x" * 40_000, [], True),
        ("x" * 100, "x" * 40_000, [], False),
        ("billing", "bug", [], False),
    ],
)
def test_a_cell_is_a_text_as_a_spreadsheet_keeps_it(cell: str, text: str, others: list[str], same: bool) -> None:
    assert _is_text(cell, text, others) == same


def test_a_sample_is_not_drawn_once_judges_have_spoken(bench: Bench, ran: Path) -> None:
    (ran / "judgments.parquet").write_bytes(b"")
    done = bench("label")
    assert done.code == 2
    assert "judges have spoken before a sample was drawn" in done.err
