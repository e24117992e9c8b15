"""A result as terminal lines, Markdown, JSON and JUnit XML."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench.cli import summary
from bench.gate import GateResult, as_json, judge_folder, lines, markdown, take, xml
from tests.gate.worlds import rows, write


@pytest.fixture
def failed(tmp_path: Path) -> GateResult:
    """Twelve items lost, two won, tokens up by half, one item cut off."""
    before = rows([1.0] * 28 + [0.0] * 2) + rows([1.0] * 10, suite="coding")
    ends = ["truncated", *["answered"] * 29]
    after = rows([0.0] * 12 + [1.0] * 18, out_total=75, outcome=ends) + rows([1.0] * 10, suite="coding")
    base = take(write(tmp_path / "base", before, run="20261119T101500Z-0123abcd"))
    return judge_folder(write(tmp_path / "now", after), base, detect=0.1)


def test_the_terminal_tells_the_verdict_first(failed: GateResult) -> None:
    told = lines(failed)
    assert told[0] == (
        "gate: FAIL: small reasoning quality, small reasoning tokens out, small all suites quality "
        "(run 20261120T101500Z-0123abcd against 20261119T101500Z-0123abcd)"
    )
    assert told[1:4] == [
        "small",
        "  coding      quality 100.0 % → 100.0 %, 0 lost and 0 won of 10 items, p = 1; sees a drop of 81.0 points or "
        "more",
        "              tokens in × 1.00, tokens out × 1.00, cost × 1.00, "
        "latency not judged 1.2 → 1.2 s (p50); not asked side by side in one run",
    ]
    text = "\n".join(told)
    assert "quality FAIL 93.3 % → 60.0 %, 12 lost and 2 won of 30 items, p = 0.026; sees" in text
    assert "tokens out FAIL 50 → 75, ratio 1.50 (1.50 to 1.50), 30 items" in text
    assert "cannot tell: small, coding: 10 items cannot detect a drop of less than 81.0 points" in text
    lost = next(line for line in told if line.startswith("lost, small, reasoning: "))
    assert "reasoning_sum/0 (1 → 0, answered → truncated), reasoning_sum/1 (1 → 0, answered)," in lost
    assert lost.endswith(" and 2 more")
    assert "won, small, reasoning: reasoning_sum/28 (0 → 1, answered), reasoning_sum/29 (0 → 1, answered)" in told


def test_markdown_links_each_item_to_the_page(failed: GateResult) -> None:
    page = markdown(failed, "https://acme.example/report.html")
    assert page.startswith("## gate: FAIL: small reasoning quality, small reasoning tokens out")
    assert "| small | reasoning | quality | **FAIL** | 93.3 % → 60.0 %" in page
    assert "- [reasoning_sum/0](https://acme.example/report.html#item=reasoning_sum/0) (1 → 0, answered → " in page
    assert "- and 2 more" in page
    assert "**Cannot tell**" in page
    assert "**Changed**\n\n- small, reasoning: truncated 0.0 % → 3.3 % of the answers" in page
    hostile = replace(failed, changes=("a | b <img src=x>\n# c",), moves=())
    assert "- a | b &#60;img src=x> # c" in markdown(hostile)


def test_json_has_every_item(failed: GateResult) -> None:
    told = json.loads(json.dumps(as_json(failed)))
    assert (told["verdict"], len(told["lost"]), len(told["won"])) == ("fail", 12, 2)
    quality = next(f for f in told["findings"] if (f["suite"], f["measure"]) == ("reasoning", "quality"))
    assert (quality["status"], quality["lost"], quality["before"]) == ("fail", 12, pytest.approx(28 / 30))
    assert told["cannot_tell"]


def test_junit_names_what_failed_and_survives_control_characters(failed: GateResult) -> None:
    root = ElementTree.fromstring(xml(failed).encode())
    assert (root.get("tests"), root.get("failures")) == ("12", "4")
    boxes = {box.get("name"): box for box in root}
    assert [*boxes] == ["small.coding", "small.reasoning", "small.all suites", "power"]
    failures = {case.get("name"): case.find("failure") for case in boxes["small.reasoning"]}
    assert failures["quality"] is not None
    assert "lost: reasoning reasoning_sum/11 (answered)" in str(failures["quality"].text)
    assert failures["tokens out"] is not None
    assert "lost:" not in str(failures["tokens out"].text)
    assert boxes["small.coding"].get("skipped") == "1"
    findings = tuple(replace(f, model="a\x00<b>\ud800") for f in failed.findings)
    ElementTree.fromstring(xml(replace(failed, findings=findings)).encode())


def test_the_summary_is_written_inside_a_workflow_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(summary.VARIABLE, raising=False)
    summary.append("nowhere")
    page = tmp_path / "summary.md"
    monkeypatch.setenv(summary.VARIABLE, str(page))
    summary.append("# one\n")
    summary.append("# two")
    assert page.read_text() == "# one\n\n# two\n\n"


def test_a_run_that_ended_once_its_claims_were_decided_says_so(tmp_path: Path) -> None:
    """The gate's notes and its JUnit file know where each claim stands."""
    looks = {
        "claims": {"cheap": "0", "other": "1"}, "shape": "f^1.5", "waves": "0" * 20 + "1" * 20,
        "items": {"reasoning": [20, 40]}, "sha256": "2", "recorded_at": "2026-11-20T10:15:00.000+00:00",
        "taken": [{"at": "2026-11-20T10:16:00.000+00:00", "items": 20, "decided": {"cheap": "supported"}}],
    }  # fmt: skip
    base = take(write(tmp_path / "base", rows([1.0] * 40), run="20261119T101500Z-0123abcd"))
    now = write(tmp_path / "now", rows([1.0] * 20), looks=looks, finished_at=None)
    result = judge_folder(now, base, detect=0.5)
    assert "claim cheap: supported, decided at look 1 of 2" in result.notes
    assert "claim other: open after look 1 of 2" in result.notes
    root = ElementTree.fromstring(xml(result))
    (box,) = root.findall("testsuite[@name='claims']")
    cases = {case.get("name"): case for case in box.findall("testcase")}
    assert cases["cheap"].findtext("system-out") == "supported, decided at look 1 of 2"
    assert cases["other"].find("skipped") is not None
    looks["taken"][0]["decided"]["other"] = "refuted"  # type: ignore[index]
    ended = take(write(tmp_path / "ended", rows([1.0] * 20), looks=looks, finished_at=None))
    assert ended.ended
    assert any("the run ended early" in note for note in judge_folder(tmp_path / "ended", base, detect=0.5).notes)
