"""`bench demo`: from nothing to verdicts and a page, without a key, a model or a network."""

from __future__ import annotations

import json

import pytest

from bench.cli.demo import EXAMPLE
from bench.records import read_record, read_table
from bench.report.verify import verify
from tests.cli.conftest import Bench


@pytest.mark.charts
def test_it_shows_a_finished_comparison_and_says_what_it_is(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("nothing is asked"))
    shown = bench("demo")
    assert shown.code == 0, shown.err
    text = " ".join(shown.out.split())
    assert "cheaper-slightly-worse: Supported on these 12 kinds of task" in text
    assert "much-cheaper: Refuted on these 12 kinds of task" in text
    assert "WARNING: an example: a script gave these answers, not a model." in text
    assert "Your own models next: `bench init`" in text
    folder = bench.folder / "results" / "demo"
    assert f"The page: {folder.relative_to(bench.folder)}/report.html" in shown.out
    assert "An example: a script gave these answers" in (folder / "report.html").read_text()
    [checked] = verify([folder])
    assert not checked.differing
    assert not checked.absent
    charts = sorted(path.suffix for path in (folder / "charts").iterdir())
    assert charts.count(".svg") == charts.count(".csv") == len(charts) // 2 > 4, "no PNG is drawn"
    assert bench("report", "demo").code == 0
    assert len([*(folder / "charts").glob("*.png")]) == len(charts) // 2
    [run] = json.loads(bench("list", "runs", "--json").out)
    assert (run["suites"], run["items"], run["spent_usd"]) == ("starter", 120, "0.08796")
    assert run["claims"] == "cheaper-slightly-worse: supported, much-cheaper: refuted"


def test_it_is_made_anew_in_its_folder_and_beside_a_run_of_the_users_own(bench: Bench) -> None:
    assert bench("demo").code == bench("demo").code == 0
    assert [path.name for path in (bench.folder / "results").iterdir()] == ["demo"]
    record = bench.folder / "results" / "demo" / "run.json"
    record.write_text(json.dumps({**json.loads(record.read_text()), "run": "mine"}))
    assert "results/demo-2/report.html" in bench("demo").out
    assert json.loads(record.read_text())["run"] == "mine"


def test_the_example_says_nothing_of_where_it_was_made() -> None:
    assert read_record(EXAMPLE).machine is None
    text = (EXAMPLE / "run.json").read_text()
    assert "127.0.0.1" not in text
    assert sum(path.stat().st_size for path in EXAMPLE.iterdir()) < 150_000
    assert len(read_table(EXAMPLE, "items", ["model", "score"])) == 240
