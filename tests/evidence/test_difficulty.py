"""How difficult a suite is, read from run folders."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bench.evidence.difficulty import between, cells, fresh, main, read, steps
from bench.records.tables import ItemRow
from tests.report.sample_run import ANSWERED, model, write_run

FAMILIES = 10
EACH = 6
"""Items of a family at a level."""


def asked(label: str, right: Callable[[int], int]) -> list[ItemRow]:
    """Items of three levels, of which `right(level)` in every family are solved."""
    return [
        replace(
            ANSWERED, model=label, suite="reasoning", task=f"reasoning_f{family}", family=f"f{family}",
            cluster=f"f{family}", item=f"f{family}-{level}-{number}", level=level, partial=0.5,
            score=float((number + family) % EACH < right(level)), outcome="truncated" if number == 0 else "answered",
        )
        for family in range(FAMILIES) for level in (1, 2, 3) for number in range(EACH)
    ]  # fmt: skip


def run(folder: Path, *rows: ItemRow, seed: int | None = None) -> Path:
    tasks = {f"reasoning_f{n}": {"version": "2-exam1", "sha256": "00"} for n in range(FAMILIES)}
    models = {row.model: model(max_tokens=None if row.model == "only" else 320) for row in rows}
    return write_run(folder, rows, tasks=tasks, models=models, settings={"repeats": 1, "exam_seed": seed})


@pytest.fixture
def graded(tmp_path: Path) -> Path:
    """Level 1 solved in 4 of 6, level 2 in 2, level 3 in none, by one model; in fewer by the other."""
    return run(tmp_path / "run", *asked("good", lambda n: 6 - 2 * n), *asked("weak", lambda n: n == 1))


def test_levels_steps_and_pairs(graded: Path) -> None:
    rows, _ = read(graded, "reasoning")
    over_all = [cell for cell in cells(rows) if not cell.family]
    assert [(cell.model, cell.level, cell.n, round(cell.score.estimate, 3)) for cell in over_all] == [
        ("good", 1, 60, 0.667), ("good", 2, 60, 0.333), ("good", 3, 60, 0.0),
        ("weak", 1, 60, 0.167), ("weak", 2, 60, 0.0), ("weak", 3, 60, 0.0),
    ]  # fmt: skip
    assert {(cell.partial, cell.truncated) for cell in over_all} == {(0.5, 10)}
    single = [cell for cell in cells(rows) if cell.family]
    assert len(single) == 2 * 3 * FAMILIES
    assert all(cell.score.low is not None for cell in single)
    first = next(step for step in steps(rows) if step.model == "good")
    assert (first.what, first.n) == ("level 1 to 2", 6 * FAMILIES)
    assert first.score.estimate == pytest.approx(-1 / 3)
    [(change, discordant)] = between(rows)
    assert change.n == 180
    assert change.score.estimate == pytest.approx(5 / 18)
    assert discordant == pytest.approx(5 / 18)


def test_both_files_are_written(graded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    harder = run(tmp_path / "harder", *asked("good", lambda n: 3 - n), seed=2)
    arguments = [str(graded), "--suite", "reasoning", "--exam", str(harder), "-o", str(tmp_path / "out")]
    assert main(arguments) == 0, capsys.readouterr().err
    text = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "| good | 1 | 60 | 66.7 % (" in text
    assert "| good | level 1 to 2 | 60 | -33.3 (" in text
    assert "- weak: 16.7 % of 180 answers were truncated." in text
    assert "Of 30 cells of family and level, " in text
    assert "| good | exam 2, 180 items | 180 | -16.7 (" in text
    assert "- MISS: good scores otherwise on exam 2, 180 items." in text
    assert "reasoning_f0 2-exam1" in text
    assert "answers of at most 320 tokens, 1 slot(s))" in text
    assert "scores higher" not in text
    found = list(csv.DictReader((tmp_path / "out" / "cells.csv").read_text(encoding="utf-8").splitlines()))
    assert len(found) == 2 * 3 * (FAMILIES + 1)
    assert found[0]["score"] == "0.6667"


def test_what_is_not_as_it_should_be_is_said(tmp_path: Path) -> None:
    risen = run(tmp_path / "run", *asked("only", lambda n: 4 * (n - 1)))
    assert main([str(risen), "--suite", "reasoning", "-o", str(tmp_path)]) == 0
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "- MISS: no model scores more than 5 % on the lowest level." in text
    assert "- MISS: only scores higher after level 1 to 2." in text
    assert "Fresh exams" not in text
    assert "(weights/small, the tasks' own token caps, 1 slot(s))" in text


def test_a_family_that_lacks_a_level_has_no_step(tmp_path: Path) -> None:
    rows = [row for row in asked("good", lambda _n: 3) if (row.family == "f0") == (row.level == 1)]
    table, _ = read(run(tmp_path / "run", *rows), "reasoning")
    assert [step.what for step in steps(table)] == ["level 2 to 3"]
    assert list(fresh(table, table.assign(model="other"), "exam 2")) == []


def test_a_run_without_the_suite_is_refused(graded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(graded), "--suite", "coding", "-o", str(tmp_path / "out")]) == 2
    assert "holds no scored items of suite 'coding' with a level." in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
