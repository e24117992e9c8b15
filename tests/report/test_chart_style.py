"""What charts share: labels that stand apart, looks that differ, texts that fit, names of files."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from bench.report import charts
from bench.report.charts import labels, style
from bench.report.charts.plane import Corner
from bench.report.page.dark import DARK, themed
from bench.report.text.names import file_name, file_names
from bench.stats import Interval
from tests.report.pictures import faults, table


def test_labels_of_points_at_one_place_stand_apart() -> None:
    figure, room = style.page(style.Words("title", "", ""), "wide", 1.0)
    axes = style.axes(figure, room)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_xticks([])
    axes.set_yticks([])
    same = [labels.Label(0.5, 0.5, f"model {n}") for n in range(6)]
    assert labels.place(axes, same) == []
    assert faults(figure) == []
    assert labels.place(axes, [labels.Label(0.5, 0.5, "a name " * 30)]) == ["a name " * 30]


def test_points_without_room_for_a_name_are_counted_below(tmp_path: Path) -> None:
    near = Interval(0.5, 0.4, 0.6, 9)
    points = [
        charts.PlanePoint(
            label=f"model-with-{'quite-' * 15}a-long-name-{n}",
            group="s",
            ratio=near,
            difference=Interval(0.0, None, None, 9),
            verdict="reported",
            n=9,
        )
        for n in range(8)
    ]
    files = charts.claim_plane(points, margins={}, title="t", caption="c.", stem=tmp_path / "p")
    assert "of 8 points have no room for a name" in files[0].read_text(encoding="utf-8")
    assert len(table(files[2])) == 8


def test_56_models_look_different() -> None:
    assert len({(look["color"], look["marker"]) for look in map(style.look, range(56))}) == 56


def test_a_filled_mark_of_any_model_is_filled_on_a_dark_page_too() -> None:
    """matplotlib leaves `fill` out where it is black, so that a page cannot turn it."""
    figure, box = style.page(style.Words("t", "s", "c"), "wide", 2.0)
    axes = style.axes(figure, style.Box(box.left + 1, box.bottom + 1, box.right, box.top))
    for at in range(len(style.COLOURS)):
        axes.plot([at], [at], linestyle="none", **style.look(at))
    axes.plot([0], [1], linestyle="none", **style.look(6), markerfacecolor="white")
    file = io.BytesIO()
    figure.savefig(file, format="svg")
    shown = themed(file.getvalue().decode())
    for colour in map(str.lower, style.COLOURS):
        named = f"var(--c{colour[1:]},{colour})" if colour in DARK else colour
        assert f"fill: {named}" in shown, colour
    hollow = [mark for mark in re.findall(r"<use [^>]*>", shown) if "--cffffff" in mark]
    assert len(hollow) == 1, "a hollow one stays hollow"
    assert not re.search(r"<path [^>]*fill: var\(--c000000", shown), "its shape has no fill of its own"


@pytest.mark.parametrize(
    ("ratio", "said"), [(0.1, "90 % less"), (0.005, "99.5 % less"), (1.0, "same"), (2.0, "2× the cost")]
)
def test_a_ratio_as_a_reader_says_it(ratio: float, said: str) -> None:
    assert Corner.of({}).tick(ratio) == said


def test_numbers_and_words_fit() -> None:
    assert (style.signed(2.5), style.signed(-0.04, 1), style.signed(0), style.signed(-3.0, 1)) == (
        "+2.5",
        "0.0",
        "0",
        "−3.0",
    )
    assert style.shortened("short", 9, 2.0) == "short"
    cut = style.shortened("a" * 40 + "z" * 40, 9, 1.0)
    assert cut.startswith("aa")
    assert cut.endswith("zz")
    assert "…" in cut
    assert style.extent(cut, 9)[0] <= 1.0
    assert style.wrap("one two", 9, 0.4) == ["one", "two"]
    assert file_name("a b/ü.c") == "a-b-.c"
    names = file_names([("a-b",), ("a/b",), ("A b",), ("c",)])
    assert len({name.casefold() for name in names.values()}) == 4
    assert (names["a-b",], names["c",]) == ("a-b", "c")
    pairs = file_names([("a", "b_against_c"), ("a_against_b", "c")], "_against_")
    assert pairs["a", "b_against_c"] == "a_against_b_against_c" != pairs["a_against_b", "c"]
