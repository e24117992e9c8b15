"""The suite `coding_hard`, levels 5 to 7: long texts, large inputs that the plain program does not finish."""

from __future__ import annotations

import json
import os
from collections import Counter
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest

from bench.registry import read
from bench.registry.items import read_jsonl
from bench.registry.versions import edited
from bench.scoring import graders
from bench.suites.coding import build
from bench.suites.coding.check import EQUIVALENT, PLANTED, disagreements, unnoticed
from bench.suites.coding.exam import HARD_SUITE, SHIPPED_SEED
from bench.suites.coding.families import HARD
from bench.suites.coding.family import HARD_LEVELS, CodingFamily, Kind
from bench.suites.coding.instance import INPUTS, INSTANCES, instances
from bench.suites.coding.items import item as made

ITEMS = read_jsonl(build.FOLDER.with_name(HARD_SUITE) / "complete.jsonl")
FAMILIES = Path(build.__file__).with_name("families")
LEVELS = 3
"""Instances that have one of each level: the first ones."""
LINES = 340
"""The longest file of a family; its further solutions stand in another one."""
family_cases = pytest.mark.parametrize("family", HARD, ids=lambda family: str(family.name))


def items_of(family: CodingFamily) -> list[dict[str, Any]]:
    return [item for item in ITEMS if item["family"] == family.name]


@family_cases
def test_every_family_has_ten_items_of_levels_five_to_seven(family: CodingFamily) -> None:
    assert family.kind is Kind.COMPLETE
    assert family.levels is HARD_LEVELS
    assert family.plain
    assert family.large
    assert family.wrong
    assert [(item["id"], item["level"]) for item in items_of(family)] == [
        (f"{family.name}-{number}", level) for number, level in enumerate(HARD_LEVELS)
    ]
    assert len((FAMILIES / f"{family.name}.py").read_text(encoding="utf-8").splitlines()) <= LINES


def test_texts_are_long_and_no_constant_passes() -> None:
    for item in ITEMS:
        text = item["prompt"].partition("\n\nExamples:\n")[0]
        assert 300 <= len(text.split()) <= 900, item["id"]
        assert len(item["reference"].splitlines()) <= 90, item["id"]
        answers = Counter(json.dumps(call["value"]) for call in item["calls"])
        assert answers.most_common(1)[0][1] / len(item["calls"]) <= 0.3, item["id"]
        assert len(item["calls"]) > INPUTS


def test_contents_are_those_recorded_for_their_version_and_in_no_other_suite() -> None:
    registry = read()
    files = registry.expand([HARD_SUITE])[HARD_SUITE]
    assert [file.name for file in files] == [f"{HARD_SUITE}_complete"]
    assert not list(edited(registry, files))
    asked = [suite for suite, names in registry.suites.items() if f"{HARD_SUITE}_complete" in names]
    assert asked == [HARD_SUITE]


@pytest.mark.slow
@family_cases
def test_solutions_agree_and_mistakes_are_noticed(family: CodingFamily) -> None:
    """One instance a level, and some of the mutants of the last; `make agreement` and `make mutation` try them all."""
    assert list(disagreements(family, inputs=INSTANCES, count=LEVELS)) == []
    of_levels = instances(family, SHIPPED_SEED, LEVELS)
    assert list(unnoticed(of_levels)) == []
    assert sum(len(each.wrong) for each in of_levels) >= PLANTED * len(of_levels)
    known = json.loads(EQUIVALENT.read_text(encoding="utf-8"))
    tried = islice(of_levels[-1].mutants(), 0, None, 20)
    assert [
        each.label for each in tried if of_levels[-1].passes(each.source) and each.digest(family.name) not in known
    ] == []


@pytest.mark.slow
@family_cases
def test_a_fresh_exam_is_made_in_the_same_way(family: CodingFamily) -> None:
    fresh = instances(family, SHIPPED_SEED + 1, LEVELS)
    assert list(unnoticed(fresh)) == []
    known = {item["prompt"] for item in ITEMS}
    assert not known & {made(instance)["prompt"] for instance in fresh}


@pytest.mark.slow
@pytest.mark.usefixtures("sandbox")
@pytest.mark.parametrize("family", HARD if os.environ.get("TEST_HARD") else HARD[:1], ids=attrgetter("name"))
def test_the_plain_program_passes_all_but_the_large_calls(family: CodingFamily) -> None:
    """Burns 5 seconds of processor time a family: all of them by `make test-hard`."""
    one, asked = instances(family, SHIPPED_SEED, LEVELS)[2], items_of(family)[2]
    right = graders.function_calls.grade(asked, f"```python\n{one.program}```")
    assert right.score == 1.0, right.detail
    plain = graders.function_calls.grade(asked, f"```python\n{one.plain}```")
    assert plain.score == 0.0
    assert plain.detail["verdict"] in ("timeout", "memory")
    assert plain.detail["passed"] >= len(one.inputs) - len(one.large)
    small = {**asked, "calls": asked["calls"][: -len(one.large)]}
    assert graders.function_calls.grade(small, f"```python\n{one.plain}```").score == 1.0
