from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from bench.report import charts, compare
from bench.report.write import write_report
from tests.report.sample_run import ANSWERED, model, not_asked, write_run


def run_of(
    folder: Path, costs: Sequence[float | None], suites: Sequence[str] = ("coding", "reasoning"), name: str = "model"
) -> Path:
    """Models that differ in cost, six items of each suite."""
    rows = [
        replace(
            ANSWERED, suite=suite, task=f"{suite}-task", item=str(n), cluster=str(n),
            model=f"{name}-{number}", score=float(n % 3 > 0), cost_usd=None if cost is None else cost * (1 + n / 10),
        )
        for suite in suites
        for n in range(6)
        for number, cost in enumerate(costs)
    ]  # fmt: skip
    return write_run(folder, rows)


def drawn(folder: Path) -> tuple[str, float, float]:
    """The SVG's text, width and height."""
    write_report(folder)
    text = (folder / "charts" / "cost_quality.svg").read_text(encoding="utf-8")
    root = ElementTree.fromstring(text)
    return text, float(root.attrib["width"].removesuffix("pt")), float(root.attrib["height"].removesuffix("pt"))


def drawing(folder: Path) -> Any:
    """The laid-out figure."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure = charts._draw(compare(folder))
    figure.draw_without_rendering()
    plt.close(figure)
    return figure


def test_svg_and_png_are_written_and_the_svg_is_stable(tmp_path: Path) -> None:
    folder = run_of(tmp_path, [0.001, 0.01])
    _, files = write_report(folder)
    assert [str(f.relative_to(folder)) for f in files] == [
        "comparison.md", "comparison.csv", "comparison.json", "charts/cost_quality.svg", "charts/cost_quality.png",
    ]  # fmt: skip
    assert files[4].read_bytes().startswith(b"\x89PNG")
    first = files[3].read_bytes()
    write_report(folder)
    assert files[3].read_bytes() == first
    assert sorted(p.name for p in (folder / "charts").iterdir()) == ["cost_quality.png", "cost_quality.svg"]


@pytest.mark.parametrize(
    "costs",
    [[0.001], [None], [0.001, None, None], [None, None], [0.0, 0.001], [10 ** (n / 2 - 3) for n in range(8)]],
    ids=["one model", "one unknown", "some unknown", "all unknown", "free", "eight models"],
)
def test_every_model_is_in_the_legend(tmp_path: Path, costs: list[float | None]) -> None:
    text, _, _ = drawn(run_of(tmp_path, costs))
    for number in range(len(costs)):
        assert text.count(f"<!-- model-{number} -->") == 1
    assert ("<!-- unknown -->" in text) is (None in costs or 0.0 in costs)
    assert ("<!-- cost 0 or -->" in text) is (0.0 in costs)
    assert ("<!-- cost per 1,000 items (USD) -->" in text) is any(costs)


def test_each_suite_has_a_titled_panel(tmp_path: Path) -> None:
    text, wide, high = drawn(run_of(tmp_path, [0.001, 0.01], suites=["a", "b", "c", "d"]))
    for suite in "abcd":
        assert f"<!-- {suite} (n = 6) -->" in text
    assert high > wide / 2, "the fourth panel begins a second row"


@pytest.mark.parametrize("name", ["a", "a-model-with-quite-a-long-name-indeed"])
@pytest.mark.parametrize("suites", [["coding"], ["coding", "reasoning"]])
def test_nothing_overlaps_or_is_cut(tmp_path: Path, name: str, suites: list[str]) -> None:
    figure = drawing(run_of(tmp_path, [10 ** (n / 2 - 3) for n in range(8)], suites=suites, name=name))
    page = figure.bbox
    parts = [figure._suptitle, figure._supxlabel, *figure.legends, *figure.axes]
    boxes = [part.get_tightbbox() for part in parts]
    for box in boxes:
        assert page.x0 <= box.x0 < box.x1 <= page.x1
        assert page.y0 <= box.y0 < box.y1 <= page.y1
    assert not [(a, b) for a, b in combinations(boxes, 2) if a.overlaps(b)]


def test_a_model_without_a_score_is_named(tmp_path: Path) -> None:
    folder = write_run(tmp_path, [ANSWERED, not_asked(replace(ANSWERED, model="large"))])
    text, _, _ = drawn(folder)
    assert "<!-- no score: large -->" in text


def test_56_models_look_different() -> None:
    assert len({(look["color"], look["marker"]) for look in map(charts._look, range(56))}) == 56


def test_a_log_axis_shows_at_least_a_decade(tmp_path: Path) -> None:
    low, high = drawing(run_of(tmp_path, [0.001], suites=["coding"])).axes[0].get_xlim()
    assert high / low >= 9.99


def test_remote_models_have_no_machine_price_in_the_caption(tmp_path: Path) -> None:
    models = {"small": model("openai-api/acme/small", usd_per_hour=None)}
    text, _, _ = drawn(write_run(tmp_path, [ANSWERED], models=models))
    assert "USD/hour" not in text
