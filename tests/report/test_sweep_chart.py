"""A sweep's chart, and the sentence about its cheapest setting that does."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.claims import cheapest_settings
from bench.records import read_sweep
from bench.records.tables import ItemRow
from bench.report import charts, compare
from bench.report.charts import sweep as chart
from tests.report.pictures import faults
from tests.report.sample_run import ANSWERED, model, write_run

VALUES = {"16": (0.5, 0.002), "64": (0.9, 0.004), "256": (0.9, 0.009)}
"""Share solved, and dollars an item."""
CLAIM: dict[str, Any] = {
    "baseline": "dear",
    "suites": [],
    "over": "each",
    "cheaper_by": None,
    "worse_by": 0.1,
    "slower_by": None,
    "confidence": 0.95,
    "sha256": "",
    "recorded_at": None,
}


def rows(count: int = 120) -> list[ItemRow]:
    """`dear` solves nine of ten items; `good` at three caps."""
    made = []
    for n in range(count):
        base = replace(ANSWERED, item=str(n), family=f"f{n % 12}", cluster=f"f{n % 12}", cost_cap_usd=0.02)
        made.append(replace(base, model="dear", score=float(n % 10 > 0), cost_usd=0.02, latency_s=3.0))
        for value, (share, usd) in VALUES.items():
            label, score = f"good-{value}", float(n % 10 >= 10 * (1 - share))
            made.append(replace(base, model=label, score=score, cost_usd=usd, latency_s=100 * usd))
    return made


def manifest(**changes: Any) -> dict[str, Any]:
    labels = [f"good-{value}" for value in VALUES]
    return {
        "claims": {f"enough-{value}": {**CLAIM, "candidate": f"good-{value}"} for value in VALUES},
        "models": {label: model() for label in (*labels, "dear")},
        "settings": {"suites": ["reasoning"], "seed": 1, "sweep": "good:max_tokens=16,64,256"},
        **changes,
    }


def test_the_cheapest_setting_that_does_is_named(tmp_path: Path) -> None:
    write_run(tmp_path, rows(), **manifest())
    comparison = compare(tmp_path)
    [said] = cheapest_settings(comparison.ruling, comparison.record)
    assert (said.claim, said.cheapest) == ("enough", "64")
    assert said.line == (
        "the cheapest setting of good that is shown to do is max_tokens=64 "
        "(max_tokens=16 refuted, max_tokens=64 supported, max_tokens=256 supported)"
    )


@pytest.mark.parametrize(
    ("value", "line"),
    [("64", "which setting of good that does is cheapest is not known, as a cost is unknown"), (None, "no setting of")],
)
def test_without_a_cost_or_a_supported_setting_none_is_named(tmp_path: Path, value: str | None, line: str) -> None:
    made = rows()
    if value:
        made = [
            replace(row, cost_usd=None) if row.model == f"good-{value}" and row.item == "1" else row for row in made
        ]
    else:
        made = [replace(row, score=0.0) if row.model != "dear" else row for row in made]
    write_run(tmp_path, made, **manifest())
    comparison = compare(tmp_path)
    [said] = cheapest_settings(comparison.ruling, comparison.record)
    assert said.cheapest is None
    assert said.line.startswith(line)


@pytest.mark.slow
def test_the_curve_joins_the_settings_on_both_axes(tmp_path: Path) -> None:
    write_run(tmp_path, rows(), **manifest())
    files = {path.name: path for path in charts.write_charts(compare(tmp_path), tmp_path, "wide")}
    with files["sweep.csv"].open(encoding="utf-8", newline="") as file:
        shown = {row["model"]: row for row in csv.DictReader(file)}
    assert {label: row["max_tokens"] for label, row in shown.items()} == {
        "good-16": "16", "good-64": "64", "good-256": "256", "dear": "",
    }  # fmt: skip
    assert float(shown["good-64"]["usd_per_1000"]) == pytest.approx(4.0)
    swept = read_sweep("good:max_tokens=16,64,256")
    assert swept is not None
    for shape in ("wide", "square"):
        figure = chart.draw(compare(tmp_path), swept, "basis", shape)
        assert not faults(figure)
        dollars, seconds = figure.axes
        curve = max((np.asarray(line.get_xdata(), dtype=float) for line in dollars.lines), key=len)
        assert curve.tolist() == pytest.approx([2.0, 4.0, 9.0])
        assert "USD" in dollars.get_xlabel()
        assert "seconds" in seconds.get_xlabel()


def test_a_run_without_a_sweep_has_no_such_chart(tmp_path: Path) -> None:
    write_run(tmp_path, rows(24), **manifest(settings={"suites": ["reasoning"], "seed": 1}))
    comparison = compare(tmp_path)
    assert cheapest_settings(comparison.ruling, comparison.record) == []
    assert chart.sweep(comparison, "basis", tmp_path / "sweep") == []
