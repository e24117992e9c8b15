"""The committed coding items: what they were made from, well-formed, varied, and solved by their references."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bench.suites.coding import build
from bench.suites.coding.build import FUNCTIONS, PROBLEMS, main
from bench.suites.coding.problem import CALLS, Problem

ITEMS: list[dict[str, Any]] = [json.loads(line) for line in FUNCTIONS.read_text(encoding="utf-8").splitlines()]

item_cases = pytest.mark.parametrize("item", ITEMS, ids=lambda item: str(item["id"]))
problem_cases = pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: str(problem.id))


def test_the_committed_file_is_what_the_problems_make() -> None:
    assert main(["--check"]) == 0


def test_a_stale_file_fails_the_check_and_a_build_repairs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stale = tmp_path / "functions.jsonl"
    monkeypatch.setattr(build, "FUNCTIONS", stale)
    assert main(["--check"]) == 1
    assert "functions.jsonl: differs" in capsys.readouterr().err
    assert main([]) == 0
    assert main(["--check"]) == 0
    stale.write_text(stale.read_text(encoding="utf-8").replace("parcel", "packet"), encoding="utf-8")
    assert main(["--check"]) == 1


def test_twelve_families_have_three_levels_each() -> None:
    cells = Counter((item["family"], item["level"]) for item in ITEMS)
    assert len(ITEMS) == len(cells) == 36
    assert {level for _, level in cells} == {1, 2, 3}
    assert all(
        item["cluster"] == item["family"] and item["id"] == f"{item['family']}-{item['level']}" for item in ITEMS
    )


@pytest.mark.parametrize("field", ["id", "prompt", "entry_point", "reference"])
def test_items_are_unique(field: str) -> None:
    assert len({item[field] for item in ITEMS}) == len(ITEMS)


@item_cases
def test_prompts_are_short_and_end_with_the_form_of_the_answer(item: dict[str, Any]) -> None:
    assert len(item["prompt"]) < 1200
    assert item["prompt"].endswith("Reply with only the complete function in one ```python block.")
    assert item["prompt"].count(f"\n{item['entry_point']}(") == 2
    assert len(item["reference"].splitlines()) <= 13


@problem_cases
def test_examples_edges_and_draws_do_not_overlap(problem: Problem) -> None:
    hidden = problem.hidden_inputs()
    assert hidden == problem.hidden_inputs()
    assert len(hidden) == CALLS
    assert len({repr(args) for args in [*problem.examples, *hidden]}) == CALLS + 2


@item_cases
def test_no_constant_passes_for_a_solution(item: dict[str, Any]) -> None:
    values = Counter(json.dumps(call["value"]) for call in item["calls"])
    value, count = values.most_common(1)[0]
    assert count / len(item["calls"]) <= (0.8 if value in ("true", "false") else 0.7)


@problem_cases
def test_calls_survive_json_and_the_reference_changes_no_argument(problem: Problem) -> None:
    item = problem.item()
    assert repr(json.loads(json.dumps(item))) == repr(item)
    for args in problem.hidden_inputs():
        before = repr(args)
        problem.reference(*args)
        assert repr(args) == before


@item_cases
def test_references_pass_their_own_calls_in_the_sandbox(item: dict[str, Any]) -> None:
    sandbox = pytest.importorskip("bench.sandbox")
    calls = [sandbox.TestCall(args=tuple(call["args"]), value=call["value"]) for call in item["calls"]]
    grade = sandbox.grade(item["reference"], item["entry_point"], calls)
    assert (grade.verdict, grade.passed) == (sandbox.Verdict.PASSED, CALLS), grade.detail
