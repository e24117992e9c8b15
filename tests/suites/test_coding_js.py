"""The suite `coding_js`: the programs of `coding_more` asked in JavaScript, and references that solve them in node."""

from __future__ import annotations

from typing import Any

import pytest

from bench.registry import read
from bench.registry.items import read_jsonl
from bench.registry.versions import edited
from bench.sandbox import node_program_trouble
from bench.scoring.whole import program_output_js
from bench.suites.coding import build
from bench.suites.coding.exam import JS_SUITE, MORE_SUITE, SUITES
from bench.suites.coding.items import FEWEST
from bench.suites.coding.programs import WRITTEN

ITEMS = read_jsonl(build.FOLDER.with_name(JS_SUITE) / "program.jsonl")
IN_PYTHON = {item["id"]: item for item in read_jsonl(build.FOLDER.with_name(MORE_SUITE) / "program.jsonl")}
needs_node = pytest.mark.skipif(bool(node_program_trouble()), reason=node_program_trouble() or "node is here")


def test_the_items_are_those_in_python_with_some_of_their_inputs() -> None:
    assert [item["id"] for item in ITEMS] == list(IN_PYTHON)
    for item in ITEMS:
        same = IN_PYTHON[item["id"]]
        assert (item["family"], item["level"], item["cluster"]) == (same["family"], same["level"], same["cluster"])
        assert len(item["cases"]) >= FEWEST
        assert all(case in same["cases"] for case in item["cases"])
        assert item["prompt"].endswith("```javascript block.")
        assert "Python" not in item["prompt"]
        assert item["reference"].startswith("const p = ")


def test_each_program_has_a_reference_in_javascript_and_the_items_are_recorded() -> None:
    assert {path.stem for path in WRITTEN.glob("*.js")} == {family.name for family in SUITES[JS_SUITE]}
    registry = read()
    assert not list(edited(registry, registry.expand([JS_SUITE])[JS_SUITE]))


@needs_node
@pytest.mark.slow
@pytest.mark.parametrize(
    "item", [item for item in ITEMS if item["id"].endswith("-3")], ids=lambda item: str(item["id"])
)
def test_the_reference_solves_a_hard_item_and_that_of_a_level_below_does_not(item: dict[str, Any]) -> None:
    right, below = (program_output_js.oracle(each) for each in (item, ITEMS[ITEMS.index(item) - 1]))
    assert right is not None
    assert below is not None
    assert program_output_js.grade(item, right).score == 1.0, program_output_js.grade(item, right).detail
    assert program_output_js.grade(item, below).score == 0.0
