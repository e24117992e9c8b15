"""How answers were read: shares per model, and a warning where unlike routes move a difference."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.cli import bench
from bench.records.note import Level
from bench.records.tables import ItemRow
from bench.report.numbers.comparison import compare
from tests.report.sample_run import ANSWERED, write_run

Side = Sequence[tuple[str, float]]
"""A model's items: the route of each answer and its score."""


def notes(folder: Path, small: Side, large: Side) -> list[tuple[Level, str]]:
    rows: list[ItemRow] = []
    details: dict[int, dict[str, str]] = {}
    for model, side in (("small", small), ("large", large)):
        for number, (route, score) in enumerate(side):
            if route:
                wrapped = {"wrapped": "emphasis"} if route == "stated" else {}
                details[len(rows)] = {"route": route, **wrapped}
            rows.append(replace(ANSWERED, model=model, item=str(number), score=score))
    return [(note.level, note.text) for note in compare(write_run(folder, rows, details)).routes]


def test_the_share_of_each_route_and_wrapping(tmp_path: Path) -> None:
    side = [("tag", 1.0)] * 3 + [("stated", 1.0)]
    assert notes(tmp_path, side, [("tag", 1.0)] * 4) == [
        (
            Level.INFO,
            "How answers were read on reasoning: small (n = 4) tag 75 %, stated 25 %, wrapped in emphasis 25 %; "
            "large (n = 4) tag 100 %.",
        )
    ]


def test_older_runs_say_nothing(tmp_path: Path) -> None:
    assert notes(tmp_path, [("", 1.0)] * 4, [("", 0.0)] * 4) == []


@pytest.mark.parametrize(
    ("odd", "score", "warned"),
    [
        (("stated", 0.0), 1.0, True),  # 4 of 20 read by another route, and each of them wrong
        (("stated", 1.0), 1.0, False),  # read by another route, and as right
        (("tag", 0.0), 1.0, False),  # wrong, but read by the same route
    ],
)
def test_a_warning_where_unlike_routes_move_the_difference(
    tmp_path: Path, odd: tuple[str, float], score: float, warned: bool
) -> None:
    found = notes(tmp_path, [("tag", 1.0)] * 16 + [odd] * 4, [("tag", score)] * 20)
    warnings = [text for level, text in found if level is Level.WARNING]
    assert bool(warnings) is warned
    if warned:
        assert "unlike routes in 4 of 20 items" in warnings[0]
        assert "small − large is +0.0 points, with them -20.0" in warnings[0]


def test_few_unlike_routes_are_not_looked_at(tmp_path: Path) -> None:
    side = [("tag", 1.0)] * 39 + [("stated", 0.0)]
    assert {level for level, _ in notes(tmp_path, side, [("tag", 1.0)] * 40)} == {Level.INFO}


def test_the_page_that_is_written_shows_the_shares_and_the_warning(tmp_path: Path) -> None:
    sides = {"small": [("tag", 1.0)] * 16 + [("stated", 0.0)] * 4, "large": [("tag", 1.0)] * 20}
    rows: list[ItemRow] = []
    details: dict[int, dict[str, str]] = {}
    for model, side in sides.items():
        for number, (route, score) in enumerate(side):
            details[len(rows)] = {"route": route, **({"wrapped": "emphasis"} if route == "stated" else {})}
            rows.append(replace(ANSWERED, model=model, item=str(number), score=score))
    folder = write_run(tmp_path, rows, details)
    done = CliRunner().invoke(bench, ["report", str(folder)])
    assert done.exit_code == 0, done.output
    text = " ".join(html.unescape((folder / "report.html").read_text(encoding="utf-8")).split())
    assert "small (n = 20) tag 80 %, stated 20 %, wrapped in emphasis 20 %; large (n = 20) tag 100 %." in text
    assert "were read by unlike routes in 4 of 20 items" in text
    assert "small − large is +0.0 points, with them -20.0" in text
