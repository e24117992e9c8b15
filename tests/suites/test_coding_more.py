"""The suite `coding_more`: the items of its families are fair, distinct from those of `coding`, and as recorded."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bench.registry import read
from bench.registry.items import read_jsonl
from bench.registry.versions import edited
from bench.scoring import graders, whole
from bench.scoring.item import item_of
from bench.suites.coding import build, exam, grading
from bench.suites.coding.check import disagreements, survivors, unlisted
from bench.suites.coding.exam import MORE_SUITE, SHIPPED_SEED
from bench.suites.coding.families import EVERY, MORE
from bench.suites.coding.family import LEVELS, CodingFamily, Kind
from bench.suites.coding.instance import INPUTS, instances
from bench.suites.coding.items import item as made

FOLDER = build.FOLDER.with_name(MORE_SUITE)
KINDS = [kind for kind in Kind if any(family.kind is kind for family in MORE)]
ITEMS = {kind: read_jsonl(FOLDER / f"{kind}.jsonl") for kind in KINDS}
ALL = [item for items in ITEMS.values() for item in items]
LINES = 140
"""The longest file of a family."""
ENGINE_LINES = 250
"""The same of whole programs and of files to repair."""
ASKS = re.compile(r"Reply with only the [^\n]* in one ```(python|sql) block\.\Z")
DAMAGED = re.compile(r'"\n"|\b(?:a|an|and|by|earlier than|from|later than|of|or|than|the|to|with)[.;:](?=\s)')
"""A text that was broken in the middle: quotes around a line's end, or a sentence that stops before its last word."""
FILES = Path(build.__file__).with_name("families")
GRADER = {
    **dict.fromkeys((Kind.COMPLETE, Kind.FIX, Kind.EDIT), graders.function_calls),
    Kind.PREDICT: graders.python_value,
    Kind.SQL: graders.sql_query,
    Kind.PROGRAM: whole.program_output,
    Kind.REPAIR: grading.repaired_files,
}

family_cases = pytest.mark.parametrize("family", MORE, ids=lambda family: str(family.name))


def items_of(family: CodingFamily) -> list[dict[str, Any]]:
    return [item for item in ITEMS[family.kind] if item["family"] == family.name]


def test_every_family_is_new_and_has_ten_items_of_four_levels() -> None:
    assert len({family.name for family in EVERY}) == len(EVERY)
    assert len(ALL) == len(MORE) * len(LEVELS)
    for family in MORE:
        assert [(item["id"], item["level"], item["cluster"]) for item in items_of(family)] == [
            (f"{family.name}-{number}", level, family.name) for number, level in enumerate(LEVELS)
        ]
        most = ENGINE_LINES if family.kind in (Kind.PROGRAM, Kind.REPAIR) else LINES
        assert len((FILES / f"{family.name}.py").read_text(encoding="utf-8").splitlines()) <= most
    assert len({item["prompt"] for item in ALL}) == len(ALL)


def test_contents_are_those_recorded_for_their_versions() -> None:
    registry = read()
    files = registry.expand([MORE_SUITE])[MORE_SUITE]
    assert [file.name for file in files] == [f"{MORE_SUITE}_{kind}" for kind in KINDS]
    for file in files:
        assert file.config["dataset_kwargs"]["exam_seed"] == SHIPPED_SEED
        assert file.version.endswith(f"-exam{SHIPPED_SEED}")
    assert not list(edited(registry, files))


def test_prompts_are_short_and_no_constant_passes() -> None:
    for item in ALL:
        assert len(item["prompt"]) < (4000 if "files" in item else 2800), item["id"]
        assert "files" in item or ASKS.search(item["prompt"])
        assert not re.search(r"  |[a-z][.;:][A-Z]|\bp\.\w", item["prompt"].partition("```")[0]), item["id"]
        assert not DAMAGED.search(item["prompt"]), item["id"]
        assert len(item["reference"].splitlines()) <= (80 if "files" in item or "cases" in item else 30), item["id"]
        tests = item.get("calls") or item.get("databases") or item.get("cases", [])
        answers = [each.get("value", each.get("rows", each.get("stdout"))) for each in tests]
        shares = Counter(map(json.dumps, answers)).most_common(1)
        assert not shares or shares[0][1] / len(answers) <= 0.7, item["id"]


@pytest.mark.parametrize("family", MORE[::13], ids=lambda family: str(family.name))
def test_a_hard_item_is_what_its_family_makes_and_its_tests_are_strong(family: CodingFamily) -> None:
    one = instances(family, SHIPPED_SEED, 4)[3]
    assert made(one) == items_of(family)[3]
    assert list(unlisted(survivors([one])[0], whole=False)) == []


def test_a_fresh_exam_of_the_suite_is_made_and_the_shipped_is_read() -> None:
    kind = MORE[-1].kind
    source = str(FOLDER / f"{kind}.yaml")
    shipped = exam.load(f"{kind}.jsonl", SHIPPED_SEED, source, 2, MORE_SUITE)["test"]
    names = [family.name for family in MORE if family.kind is kind]
    assert [item["id"] for item in map(item_of, shipped)] == [f"{name}-{at}" for name in names for at in range(2)]


@pytest.mark.slow
@family_cases
def test_two_references_agree_and_every_mutant_is_noticed(family: CodingFamily) -> None:
    assert list(disagreements(family, inputs=400)) == []
    of_levels = instances(family, SHIPPED_SEED)[:4]
    assert list(unlisted(survivors(of_levels)[0], whole=False)) == []


@pytest.mark.slow
@family_cases
def test_hidden_inputs_are_many_distinct_and_hold_every_edge(family: CodingFamily) -> None:
    for instance in instances(family, SHIPPED_SEED):
        assert len(instance.inputs) >= INPUTS
        assert len({json.dumps(args) for args in [*instance.inputs, *instance.examples]}) == len(instance.inputs) + 2
        edges = family.edges(instance.p)
        assert all((edges.empty, edges.single, edges.ties, edges.maxima))
        if family.kind in (Kind.FIX, Kind.EDIT):
            item = items_of(family)[instance.number]
            assert not instance.passes(item["given"])
            assert instance.passes(item["reference"])


@pytest.mark.slow
@family_cases
def test_a_fresh_exam_is_another_one(family: CodingFamily) -> None:
    known = {item["prompt"] for item in ALL}
    fresh = [made(instance)["prompt"] for instance in instances(family, SHIPPED_SEED + 1)]
    assert sum(prompt in known for prompt in fresh) <= 3


@pytest.mark.slow
@pytest.mark.usefixtures("sandbox")
@family_cases
def test_references_pass_in_the_sandbox_and_those_of_the_level_below_do_not(family: CodingFamily) -> None:
    items = items_of(family)
    grader = GRADER[family.kind]
    right, below = grader.oracle(items[3]), grader.oracle(items[2])
    assert right is not None
    assert below is not None
    assert grader.grade(items[3], right).score == 1.0, grader.grade(items[3], right).detail
    assert grader.grade(items[3], below).score == 0.0
