"""The shipped exam: what its families make, well-formed, varied, the same everywhere, and solved by its references."""

from __future__ import annotations

import json
import re
from collections import Counter
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest

from bench.registry import read, shipped
from bench.registry.items import read_jsonl
from bench.scoring import graders
from bench.scoring.item import item_of
from bench.suites.coding import build, exam
from bench.suites.coding.build import FOLDER, main
from bench.suites.coding.exam import SHIPPED_SEED, load
from bench.suites.coding.families import FAMILIES, MORE
from bench.suites.coding.family import LEVELS, CodingFamily, Kind
from bench.suites.coding.instance import INPUTS, instances

pytestmark = pytest.mark.xdist_group("exam")  # exams are made once a process

KINDS = build.kinds(exam.SUITE)
ITEMS = {kind: read_jsonl(FOLDER / f"{kind}.jsonl") for kind in KINDS}
ALL = [item for items in ITEMS.values() for item in items]
GRADER = {
    **dict.fromkeys((Kind.COMPLETE, Kind.FIX, Kind.EDIT), graders.function_calls),
    Kind.PREDICT: graders.python_value,
    Kind.SQL: graders.sql_query,
}

kind_of = attrgetter("kind")
family_cases = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: str(family.name))
item_cases = pytest.mark.parametrize("item", ALL, ids=lambda item: str(item["id"]))


@pytest.mark.slow
def test_the_committed_files_are_what_the_families_make() -> None:
    assert main(["--check"]) == 0


@pytest.mark.slow
def test_a_stale_file_fails_the_check_and_a_build_repairs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(build, "FOLDER", tmp_path / "coding")
    assert main(["--check"]) == 1
    files = 2 * len({*map(kind_of, FAMILIES)}) + len({*map(kind_of, MORE)}) + 2
    assert capsys.readouterr().err.count("differs from its families") == files
    assert main([]) == 0
    assert main(["--check"]) == 0
    stale = tmp_path / "coding_more" / "sql.jsonl"
    stale.write_text(stale.read_text(encoding="utf-8").replace("SELECT", "Select", 1), encoding="utf-8")
    assert main(["--check"]) == 1
    assert "sql.jsonl" in capsys.readouterr().err


def test_every_family_has_ten_items_of_four_levels() -> None:
    assert len({family.name for family in FAMILIES}) == len(FAMILIES) >= 20
    assert {family.kind for family in FAMILIES} == set(KINDS)
    for family in FAMILIES:
        items = [item for item in ITEMS[family.kind] if item["family"] == family.name]
        assert [(item["id"], item["level"]) for item in items] == [
            (f"{family.name}-{number}", level) for number, level in enumerate(LEVELS)
        ]
        assert {item["cluster"] for item in items} == {family.name}
    assert len(ALL) == len(FAMILIES) * len(LEVELS)


def test_the_seed_is_stated_alike_everywhere() -> None:
    registry = read([shipped("tasks")])
    assert len(registry.suites["coding"]) == len(KINDS)
    for file in registry.expand(["coding"])["coding"]:
        assert file.config["dataset_kwargs"]["exam_seed"] == SHIPPED_SEED
        assert file.version.endswith(f"-exam{SHIPPED_SEED}")
    suite = (FOLDER / "suite.yaml").read_text(encoding="utf-8")
    assert f"  exam_seed: {SHIPPED_SEED}\n" in suite
    assert re.search(rf"^  version: \d+-exam{SHIPPED_SEED}$", suite, re.MULTILINE)


@pytest.mark.parametrize("field", ["id", "prompt"])
def test_items_are_unique(field: str) -> None:
    assert len({item[field] for item in ALL}) == len(ALL)


@item_cases
def test_prompts_are_short_and_ask_for_one_fenced_block(item: dict[str, Any]) -> None:
    assert len(item["prompt"]) < 2500
    assert re.search(r"Reply with only the [^\n]* in one ```(python|sql) block\.\Z", item["prompt"])
    assert not re.search(r"  |[a-z][.;:][A-Z]|\bp\.\w", item["prompt"].partition("```")[0])
    assert not re.search(r"\bp\.\w", item["reference"])
    assert len(item["reference"].splitlines()) <= 30


@family_cases
def test_hidden_inputs_are_many_distinct_and_hold_every_edge(family: CodingFamily) -> None:
    for instance in instances(family, SHIPPED_SEED):
        assert len(instance.inputs) >= INPUTS
        assert len({json.dumps(args) for args in [*instance.inputs, *instance.examples]}) == len(instance.inputs) + 2
        edges = family.edges(instance.p)
        assert all((edges.empty, edges.single, edges.ties, edges.maxima))
        assert instance.inputs[: len(edges.all)] == edges.all


@item_cases
def test_no_constant_passes_for_a_solution(item: dict[str, Any]) -> None:
    answers = [call["value"] for call in item.get("calls", [])] or [one["rows"] for one in item.get("databases", [])]
    if answers:
        assert Counter(map(json.dumps, answers)).most_common(1)[0][1] / len(answers) <= 0.7


def test_predicted_values_differ() -> None:
    values = Counter(json.dumps(item["value"]) for item in ITEMS[Kind.PREDICT])
    assert values.most_common(1)[0][1] / len(ITEMS[Kind.PREDICT]) <= 0.2


@pytest.mark.parametrize("kind", [Kind.FIX, Kind.EDIT])
def test_given_code_is_shown_and_does_not_solve_the_item(kind: Kind) -> None:
    for family in (family for family in FAMILIES if family.kind is kind):
        for instance in instances(family, SHIPPED_SEED):
            item = next(item for item in ITEMS[kind] if item["id"] == instance.id)
            assert f"```python\n{item['given']}```" in item["prompt"]
            assert not instance.passes(item["given"])
            assert instance.passes(item["reference"])


@pytest.mark.slow
def test_a_fresh_exam_is_another_one_of_equal_design() -> None:
    fresh = exam.exam(SHIPPED_SEED + 1)
    for kind, items in ITEMS.items():
        assert [(i["id"], i["level"]) for i in fresh[kind]] == [(i["id"], i["level"]) for i in items]
    known = {item["prompt"] for item in ALL}
    assert sum(item["prompt"] in known for items in fresh.values() for item in items) <= 0.03 * len(ALL)


@pytest.mark.slow
def test_the_shipped_exam_is_read_and_any_other_made(tmp_path: Path) -> None:
    (tmp_path / "predict.jsonl").write_text(json.dumps(ITEMS[Kind.PREDICT][0]) + "\n", encoding="utf-8")
    source = str(tmp_path / "predict.yaml")
    assert list(map(item_of, load("predict.jsonl", SHIPPED_SEED, source)["test"])) == ITEMS[Kind.PREDICT][:1]
    fresh = load("predict.jsonl", SHIPPED_SEED + 1, source)["test"]
    assert list(map(item_of, fresh)) == exam.exam(SHIPPED_SEED + 1)[Kind.PREDICT]


@family_cases
def test_a_family_can_be_read_on_one_screen(family: CodingFamily) -> None:
    path = Path(build.__file__).with_name("families") / f"{family.name}.py"
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 80


@pytest.mark.usefixtures("sandbox")
@family_cases
def test_references_pass_in_the_sandbox_and_those_of_the_level_below_do_not(family: CodingFamily) -> None:
    items = [item for item in ITEMS[family.kind] if item["family"] == family.name]
    grader = GRADER[family.kind]
    right, below = grader.oracle(items[3]), grader.oracle(items[2])
    assert right is not None
    assert below is not None
    assert grader.grade(items[3], right).score == 1.0, grader.grade(items[3], right).detail
    assert grader.grade(items[3], below).score == 0.0
