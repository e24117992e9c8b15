"""Every model against every other, the frontier, and the claims that a report writes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from statsmodels.stats.multitest import multipletests  # type: ignore[import-untyped]

from bench.records.tables import ItemRow
from bench.report import compare
from bench.report.numbers.pairwise import Difference
from bench.report.text import tables
from bench.report.write import write_report
from bench.stats.paired import Paired, tango_interval
from tests import runjson
from tests.claims.test_claims import CLAIM, rows, write
from tests.report.sample_run import model, not_asked, write_run

pytestmark = pytest.mark.usefixtures("shortcuts")


def three(n: int = 60) -> list[ItemRow]:
    """`rows`, and a third model that costs as much as "big" and solves nothing."""
    made = rows(n)
    return made + [replace(row, model="poor", score=0.0) for row in made if row.model == "big"]


def run(folder: Path, made: list[ItemRow]) -> Path:
    labels = dict.fromkeys(row.model for row in made)
    return write_run(folder, made, models={label: model(f"openai/{label}") for label in labels})


def test_pairs_of_models_with_intervals_and_holm(tmp_path: Path) -> None:
    found = compare(run(tmp_path, three())).differences
    assert [(one.model, one.other) for one in found] == [("small", "big"), ("small", "poor"), ("big", "poor")]
    assert [one.score.estimate for one in found] == [0.0, 0.5, 0.5]
    expected = tango_interval(Paired(60, 0, 30))
    assert (found[1].score.low, found[1].score.high) == pytest.approx((expected.low, expected.high))
    raw = [compare(run(tmp_path / pair, [r for r in three() if r.model in pair.split("-")])).differences[0].p
           for pair in ("small-big", "small-poor", "big-poor")]  # fmt: skip
    assert [one.p for one in found] == pytest.approx(list(multipletests(raw, method="holm")[1]))
    ratio = found[0].cost_ratio
    assert ratio is not None
    assert ratio.estimate == pytest.approx(0.05)


def test_the_frontier_and_how_sure_it_is(tmp_path: Path) -> None:
    found = compare(run(tmp_path, three())).places
    assert [(one.model, one.on_frontier, one.probability) for one in found] == [
        ("small", True, 1 - 1 / 62), ("big", False, 1 / 62), ("poor", False, 1 / 62)
    ]  # fmt: skip
    assert found[0].usd_per_1000 == pytest.approx(2.0)
    assert {one.n for one in found} == {60}


def only_pair(folder: Path, made: list[ItemRow]) -> Difference:
    [found] = compare(run(folder, made)).differences
    return found


def test_few_families_leave_bounds_open(tmp_path: Path) -> None:
    made = [replace(row, cluster=str(int(row.item) // 20)) for row in rows(60)]
    found = only_pair(tmp_path, made)
    assert (found.score.estimate, found.score.low, found.p) == (0.0, None, None)
    comparison = compare(tmp_path)
    assert comparison.places[0].probability is None
    text = tables.markdown(comparison)
    assert "| coding | small − big | 60 | +0.0 (?) | ? | x0.05 (?) |" in text
    assert "| coding | small | 60 | 50 % | 2 | yes | ? |" in text


def test_unknown_costs_have_no_ratio_and_no_place(tmp_path: Path) -> None:
    made = [replace(row, cost_usd=None) if row.model == "big" else row for row in rows(30)]
    assert only_pair(tmp_path, made).cost_ratio is None
    comparison = compare(tmp_path)
    assert comparison.places == ()
    assert "| unknown |" in tables.markdown(comparison)
    assert "## Pareto" not in tables.markdown(comparison)


def test_models_without_a_shared_score_are_no_pair(tmp_path: Path) -> None:
    def lost(row: ItemRow) -> ItemRow:
        mine = (row.model == "small") == (int(row.item) % 2 == 0)
        return replace(row, score=None, outcome="infrastructure", cost_usd=None) if mine else row

    comparison = compare(run(tmp_path / "a", [lost(row) for row in rows(30)]))
    assert (comparison.differences, comparison.places) == ((), ())
    unasked = [not_asked(row) if row.model == "small" else row for row in rows(30)]
    assert compare(run(tmp_path / "b", unasked)).differences == ()


def test_a_report_writes_its_claims(tmp_path: Path) -> None:
    other = replace(CLAIM, name="elsewhere", suites=("maths",))
    folder = write(tmp_path / "run", rows(), CLAIM, other)
    comparison, files = write_report(folder)
    assert {"claims.md", "claims.json", "comparison.md"} <= {file.name for file in files}
    assert (folder / "claims.md").read_text().startswith("# Claims\n\n## cheap: supported\n")
    assert [one["verdict"] for one in json.loads((folder / "claims.json").read_text())] == ["supported", None]
    page = (folder / "comparison.md").read_text()
    assert (
        page.index("cheap: Supported on items like these")
        < page.index("elsewhere: cannot be judged")
        < page.index("- Run ")
    )
    stored = json.loads((folder / "comparison.json").read_text())
    assert len(stored["claims"]) == 2
    assert stored["differences"][0]["score"]["estimate"] == comparison.differences[0].score.estimate
    assert [one["on_frontier"] for one in stored["frontier"]] == [True, False]


def test_a_run_without_claims_has_no_claims_files(tmp_path: Path) -> None:
    folder = write(tmp_path / "run", rows(12))
    assert runjson.content(folder)["claims"] == {}
    _, files = write_report(folder)
    assert not [file for file in files if file.stem == "claims"]
