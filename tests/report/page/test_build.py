"""What stands on the page, whatever the run is like."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from bench.records import read_rows, write_aggregates, write_tables
from bench.records.aggregates import AggregateRow
from bench.report import compare
from bench.report.page import PageSource, Shown, page, read_page
from bench.report.verify import verify
from bench.report.write import write_report
from tests import runjson
from tests.report.page import sample
from tests.report.sample_run import ANSWERED, model, write_run


def shown(folder: Path) -> Shown:
    """The page of a run folder, without charts, read back."""
    return read_page(page([PageSource(folder, compare(folder), [])]))


def at(folder: Path, key: str) -> Any:
    """What a marked number's key names in the published files."""
    name, *path = key.split("/")
    found = json.loads((folder / name).read_text(encoding="utf-8"))
    for step in path:
        found = found[int(step)] if isinstance(found, list) else found[step]
    return found


def test_every_marked_number_stands_in_a_published_file(reported: Path) -> None:
    numbers = read_page((reported / "report.html").read_text(encoding="utf-8")).numbers
    assert len(numbers) > 20
    for key, text in numbers.items():
        value = at(reported, key)
        assert (value is None) == (text in ("unknown", "?")), key
    assert numbers["claims.json/0/verdict"] == at(reported, "claims.json/0/verdict").capitalize()
    assert numbers["comparison.json/rows/1/score"] == "100 %"


@pytest.mark.slow
def test_the_page_is_the_same_for_the_same_run(tmp_path: Path) -> None:
    folder = sample.write(tmp_path)
    source = PageSource(folder, compare(folder), [])
    assert page([source]) == page([source])


def test_without_a_claim_the_page_tells_what_was_measured(tmp_path: Path) -> None:
    found = shown(sample.write(tmp_path, claims=False))
    assert "Measured" in found.texts
    assert any("so there is no verdict" in text for text in found.texts)
    assert found.numbers["comparison.json/differences/0/cost_ratio/estimate"] == "90.0 % less"
    assert found.numbers["comparison.json/differences/0/score/estimate"] == "33.3 points lower"


def test_a_pair_is_told_from_the_cheaper_side(tmp_path: Path) -> None:
    turned = {label: model(f"weights/{label}") for label in ("dear", "cheap")}
    found = shown(sample.write(tmp_path, claims=False, models=turned))
    assert found.numbers["comparison.json/differences/0/cost_ratio/estimate"] == "90.0 % less"
    assert found.numbers["comparison.json/differences/0/score/estimate"] == "33.3 points lower"


def test_what_is_not_known_stands_under_one_heading(tmp_path: Path) -> None:
    folder = sample.write(tmp_path, 80)
    found, _ = read_rows(folder)
    lost = [replace(row, score=None, outcome="infrastructure") if row.item == "item-9" else row for row in found]
    write_tables(folder, lost, [])
    text = page([PageSource(folder, compare(folder), [])])
    section = text.split('class="change unknown"')[1].split("</section>")[0]
    assert "<h4>What is not known</h4>" in section
    assert "Whether it holds on other kinds of task than these 6" in section
    assert "Cheap lacks 1 of 80 scores and dear lacks 1 of 80 scores." in section
    assert "only a run on them tells" in section
    rest = text.replace(section, "")
    assert all(said not in rest for said in ("lacks 1 of 80", "Caution: ", ">Open: "))


def test_the_page_names_kinds_of_task_both_models_parts_and_the_price_of_a_wrong_answer(tmp_path: Path) -> None:
    text = page([PageSource(folder := sample.write(tmp_path, 80), compare(folder), [])])
    assert "Kinds of task (6): reasoning: family-0, family-1, family-2, family-3, family-4, family-5." in text
    assert "candidate <b>cheap</b> · baseline <b>dear</b>" in text
    assert "today<small>dear</small>" in text
    assert "candidate<small>cheap</small>" in text
    assert "<b>Price of a wrong answer:</b> " in text


def test_a_refuted_saving_that_is_still_one_stands_in_the_second_line(tmp_path: Path) -> None:
    sample.write(tmp_path, 80)
    folder = sample_with(tmp_path, cheaper_by=0.97, worse_by=None)
    write_tables(folder, [replace(row, cost_cap_usd=row.cost_usd) for row in sample.rows(80)], [])
    text = page([PageSource(folder, compare(folder), [])])
    assert '<p class="line">It still saves 90.0 %. ' in text
    assert "<li>The score: this claim does not speak of it.</li>" in text


def test_a_claim_on_another_model_cannot_be_judged_and_says_why(tmp_path: Path) -> None:
    found = shown(sample.write(tmp_path, claims=False) and sample_with(tmp_path, candidate="other"))
    assert "Cannot be judged" in found.texts
    assert any("the run has no model 'other'" in text for text in found.texts)


def sample_with(folder: Path, **claim: Any) -> Path:
    """The sample with its claim changed."""
    manifest = runjson.content(folder)
    changed = {**sample.CLAIM, **claim}
    runjson.put(folder, {**manifest, "claims": {changed["name"]: changed}})
    return folder


def test_a_latency_claim_and_an_unknown_cost_are_told(tmp_path: Path) -> None:
    folder = sample.write(tmp_path)
    rows, answers = read_rows(folder)
    write_tables(folder, [replace(r, cost_usd=None, provider="x") for r in rows], answers)
    remote = {label: model(f"x/{label}") for label in ("cheap", "dear")}
    manifest = {**runjson.content(folder), "models": remote, "prices": {"as_of": "2026-10-26"}}
    runjson.put(folder, manifest)
    found = shown(sample_with(folder, slower_by=2.0, confidence=0.9))
    said = list(found.numbers.values())
    assert "unknown" in said
    assert "1.00 times as long" in said
    assert {"claimed: at most 2 times as long", "list prices of 2026-10-26", "open"} <= set(found.texts)


def test_one_model_is_a_page_too(tmp_path: Path) -> None:
    found = shown(write_run(tmp_path, [ANSWERED, replace(ANSWERED, item="1", score=0.0)]))
    assert any("there is nothing to compare" in text for text in found.texts)
    assert found.numbers["comparison.json/rows/0/score"] == "50 %"


def test_warnings_stand_beside_the_verdict_and_names_are_text(tmp_path: Path) -> None:
    folder = sample.write(tmp_path, refused={"<b>other</b>": "its prompts differ."})
    text = page([PageSource(folder, compare(folder), [])])
    found = read_page(text)
    assert found.texts.index("Mind this") < found.texts.index("Tables", found.texts.index("Mind this"))
    assert any("truncated unequally" in line for line in found.texts)
    assert any(line.startswith("<b>other</b> was left out") for line in found.texts)
    assert "<b>other" not in text


SOURCE = {
    "format": "csv", "source": "example/board", "commit": "abc", "retrieved": "2026-11-01", "licence": "MIT",
    "files": [], "map": {}, "dropped": [], "dropped_count": 0, "notes": [],
}  # fmt: skip


def imported(label: str, date: str | None) -> dict[str, Any]:
    """A model's part of an import's manifest."""
    told = {"raw": label, "resolved": None, "vendor": None, "provider": None, "effort": None, "harness": "h 1"}
    return model(label, imported={**told, "date": date, "cost_basis": None}, usd_per_hour=None)


def test_an_import_tells_its_source_and_its_own_dates(tmp_path: Path) -> None:
    models = {"cheap": imported("cheap", "2025-08-01"), "dear": imported("dear", None)}
    folder = sample.write(tmp_path, claims=False, imported=SOURCE, models=models)
    rows, answers = read_rows(folder)
    unsaid: dict[str, Any] = {"outcome": "unstated", "latency_s": None, "ttfat_s": None, "started_at": None}
    write_tables(folder, [replace(r, **unsaid) for r in rows], answers)
    found = shown(folder)
    assert any("Imported from example/board, commit abc" in text for text in found.texts)
    assert found.texts[found.texts.index("results of") + 1] == "2025-08-01 (cheap) and an unknown date (dear)"
    assert any(text.startswith("imported on 2026-11-20") for text in found.texts)
    assert found.numbers["comparison.json/differences/0/cost_ratio/estimate"] == "90.0 % less"


def total(label: str, **changes: Any) -> AggregateRow:
    """A published total."""
    unknown: dict[str, Any] = dict.fromkeys(field.name for field in fields(AggregateRow))
    known = {"source": "example/board", "suite": "board", "harness": "h 1", "model": label, "model_raw": label}
    return AggregateRow(**{**unknown, **known, "comparable": "board, h 1", "n": 100, "date": "2025-08-01", **changes})


def test_totals_without_items_have_a_page_and_a_table(tmp_path: Path) -> None:
    totals = [
        total("weak", successes=20, score=0.2, cost_total_usd=1.0), total("strong", successes=90, score=0.9),
        total("unscored"),
    ]  # fmt: skip
    models = {one.model: imported(one.model, one.date) for one in totals}
    write_tables(tmp_path, [], [])
    write_aggregates(tmp_path, totals)
    manifest = {
        "run": "board", "started_at": "2026-11-20T10:15:00+00:00", "settings": {"repeats": 1}, "suites": {},
        "models": models, "imported": SOURCE, "versions": {"claimbench": "0.1.0"},
    }  # fmt: skip
    runjson.put(tmp_path, manifest)
    write_report(tmp_path)
    found = read_page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert any("strong has the best score of 2 models" in text for text in found.texts)
    assert found.numbers["totals.csv/1/score"].startswith("90 %")
    assert found.numbers["totals.csv/0/cost_total_usd"] == "0.01"
    assert found.items == {}
    [verified] = verify([tmp_path])
    assert (verified.differing, verified.absent) == ((), ())
