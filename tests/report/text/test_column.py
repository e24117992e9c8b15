"""A column is one entry in one list, and every output is made from that list."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from bench.cli.show import print_table
from bench.records import SELDOM
from bench.records.aggregates import AggregateRow
from bench.records.note import Level, Note, recorded
from bench.report import SuiteRow, compare
from bench.report.numbers import languages
from bench.report.numbers.pairwise import Difference, Place
from bench.report.page import read_page
from bench.report.text import formats, measures, pairtables, tables, totals
from bench.report.text.column import Column, Output, chosen, csv_text, table
from bench.report.write import write_report
from bench.stats import Interval
from tests.report.page import sample
from tests.report.text.test_tables import whole

TOY = Column[SuiteRow](
    name="energy",
    key="energy_j",
    cell=lambda row: (f"{1.5 * row.n:.2f}", "guessed"),
    unit="J",
    better="down",
    group=measures.Group.COST,
    value=lambda row: 1.5 * row.n,
)


@pytest.mark.slow
def test_one_entry_more_is_one_column_more_in_every_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = sample.write(tmp_path / "run")
    before = csv.reader(io.StringIO(tables.csv_text(compare(folder))))
    every = (*measures.COLUMNS, TOY)
    monkeypatch.setattr(measures, "COLUMNS", every)
    comparison, _ = write_report(folder)
    text = {name: (folder / f"comparison.{name}").read_text(encoding="utf-8") for name in ("md", "csv", "tex", "html")}
    head, _, line, *_ = text["md"].splitlines()
    assert "| USD per 1,000 items ↓ | energy (J) ↓ | missing ↓ |" in head
    assert "| 18.00 (guessed) | 0 |" in line
    assert r"energy (J) $\downarrow$ & missing" in text["tex"]
    assert "18.00 (guessed) & 0" in text["tex"]
    assert text["html"].count("energy (J) ↓") == 1
    assert text["html"].count("18.00 (guessed)") == 2
    old = list(before)
    new = list(csv.reader(io.StringIO(text["csv"])))
    assert new == [[*first, last] for first, last in zip(old, ("energy_j", "18.0", "18.0"), strict=True)]
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "energy (J)\u00a0↓" in page
    assert read_page(page).numbers["comparison.json/rows/1/energy_j"] == "18.00"
    capsys.readouterr()
    monkeypatch.setenv("COLUMNS", "120")
    print_table(comparison)
    shown = capsys.readouterr().out
    assert "tokens in" in (heads := next(part for part in shown.split("\n\n") if "energy (J)" in part))
    assert heads.count("18.00 (guessed)") == 2


def test_every_column_of_a_terminal_is_in_one_of_its_tables() -> None:
    placed = [group for sets in measures.TERMINAL for groups in sets for group in groups]
    assert len(placed) == len(set(placed))
    assert {column.group for column in chosen(measures.COLUMNS, Output.TERMINAL)} <= set(placed)


def test_csv_has_every_field_of_a_row_once_in_order() -> None:
    shown = chosen(measures.COLUMNS, Output.CSV)
    always = [field.name for field in fields(SuiteRow) if not field.metadata.get(SELDOM)]
    assert [column.key for column in shown] == always
    assert [column.key for column in shown if column.spread] == [
        field.name for field in fields(SuiteRow) if "Interval" in str(field.type)
    ]


@pytest.mark.parametrize(
    ("columns", "record"),
    [
        (pairtables.DIFFERENCES, Difference),
        (pairtables.FRONTIER, Place),
        (languages.COLUMNS, languages.LanguageGap),
        (totals.COLUMNS, AggregateRow),
    ],
)
def test_keys_are_fields_of_the_published_record(columns: Sequence[Column[object]], record: type) -> None:
    assert {column.key for column in columns} <= {field.name for field in fields(record)}


def test_every_number_of_the_page_stands_where_it_says(reported: Path, tmp_path: Path) -> None:
    """A cell's place leads to a value of comparison.json; names have no place."""
    factors = 0
    for comparison in (compare(reported), whole(tmp_path / "whole")):
        record = {"comparison.json": json.loads(tables.json_text(comparison))}
        for made in tables.every(comparison):
            for column, cell in ((c, cell) for row in made.rows for c, cell in zip(made.columns, row, strict=True)):
                assert bool(cell.place) == (not column.names)
                at: Any = record
                for key in cell.place.split("/") if cell.place else ():
                    at = at[int(key)] if isinstance(at, list) else at[key]
                if column.key == "factor":
                    factors += 1
                    assert cell.value == f"x{at:.3g}"
    assert factors > 3


def test_headers_say_unit_and_direction_once() -> None:
    def header(name: str, unit: str = "", aside: str = "") -> str:
        return Column[str](name=name, key="x", cell=str, unit=unit, aside=aside, better="up").header

    assert header("TTFAT p50", "s") == "TTFAT p50 (s) ↑"
    assert header("output tok/s", "tok/s") == "output tok/s ↑"
    assert header("s per item", "s") == "s per item ↑"
    assert header("words", "s") == "words (s) ↑"
    assert header("score", aside="95 % interval") == "score (95 % interval) ↑"


def test_csv_and_places_of_other_rows() -> None:
    columns = (
        Column[tuple[str, int | None]](name="what", key="what", cell=lambda row: row[0], value=lambda row: row[0]),
        Column[tuple[str, int | None]](
            name="size", unit="B", key="bytes", cell=lambda row: str(row[1]), value=lambda row: row[1]
        ),
    )
    rows = [("a", 12_345_678_901), ("longer", None)]
    assert csv_text(columns, rows) == "what,bytes\na,12345678901\nlonger,\n"
    assert csv_text(columns, []) == "\n"
    assert table("t", columns, rows, place=lambda n, _: f"f/{n}").rows[1][1].place == "f/1/bytes"


def test_a_note_says_how_much_it_matters() -> None:
    assert str(Note(Level.WARNING, "mind this")) == "WARNING: mind this"
    assert str(Note(Level.INFO, "by the way")) == "by the way"
    for text in ("WARNING: mind this", "by the way"):
        assert str(recorded(text)) == text
    assert recorded("WARNING: mind this").level is Level.WARNING


def test_a_column_has_one_number_of_decimals_on_a_page() -> None:
    values = [Interval(0.694, 0.43, 1.11, 120), Interval(0.0216, 0.0142, 0.0321, 120), None]
    same = formats.alike(formats.amount, values)
    assert [same(value) for value in values] == [("0.694", "0.430–1.110"), ("0.022", "0.014–0.032"), ("unknown", "")]
    shares = [Interval(0.933, 0.86, 0.97, 120), Interval(0.9312, 0.9301, 0.9321, 9999)]
    assert [formats.alike(formats.percent, shares)(share)[0] for share in shares] == ["93.3 %", "93.1 %"]
    far = [Interval(12.5, 12.0, 13.0, 9), Interval(0.0123, 0.0120, 0.0126, 9)]
    assert formats.alike(formats.amount, far) is formats.amount, "no decimals serve both"
