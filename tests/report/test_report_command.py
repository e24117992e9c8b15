"""`bench report`: of one run, and of several side by side."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.cli import bench, summary
from bench.report.page import read_page
from tests.report.page import sample

pytestmark = pytest.mark.usefixtures("shortcuts")


def test_several_runs_get_a_page_and_a_list_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(summary.VARIABLE, str(tmp_path / "step.md"))
    for name in ("first", "second"):
        sample.write(tmp_path / "results" / name, 6, run=name, claims=False)
    results = tmp_path / "results"
    done = CliRunner().invoke(bench, ["report", "first", "second", "first", "--results", str(results), "--json"])
    assert done.exit_code == 0, done.output
    assert [[row["model"] for row in one["rows"]] for one in json.loads(done.output)] == [["cheap", "dear"]] * 2
    path = results / "report.html"
    found = read_page(path.read_text(encoding="utf-8"))
    assert {run for run, _, _ in found.items} == {"first", "second"}
    assert len(found.items) == 12
    assert found.numbers["second/comparison.json/rows/1/score"] == "100 %"
    assert (tmp_path / "step.md").read_text(encoding="utf-8").count("| cheap | reasoning |") == 2
