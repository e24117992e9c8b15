"""The checks of the coding suite: they pass on it, and they notice faults that are planted."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bench.suites.coding import check
from bench.suites.coding.check import EQUIVALENT, Survivor, disagreements, main, survivors, unlisted
from bench.suites.coding.families import EVERY, FAMILIES, library, shipments, vans
from bench.suites.coding.family import Args, CodingFamily, Edges, Kind, Params, ints
from bench.suites.coding.instance import instances

family_cases = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: str(family.name))


def faults_of_mutation(family: CodingFamily) -> list[str]:
    found, total = survivors(instances(family, 1)[:4])
    assert total > 20
    return list(unlisted(found, whole=False))


@family_cases
def test_two_references_agree(family: CodingFamily) -> None:
    assert list(disagreements(family, inputs=80)) == []


@family_cases
def test_every_mutant_of_a_hard_instance_is_noticed_or_known(family: CodingFamily) -> None:
    found, total = survivors([instances(family, 1)[3]])
    assert total > 5
    assert list(unlisted(found, whole=False)) == []


def test_every_equivalent_mutant_has_a_family_and_a_reason() -> None:
    known = json.loads(EQUIVALENT.read_text(encoding="utf-8"))
    assert {entry["family"] for entry in known.values()} <= {family.name for family in EVERY}
    assert all(entry["mutant"] and entry["reason"].endswith(".") for entry in known.values())


def _load_vans(p: Params, weights: list[int], capacity: int) -> list[int]:
    return [*weights, capacity, p.level, p.most, p.extra, int(p.full), int(p.backward)]


def test_a_wrong_reference_is_caught() -> None:
    faults = list(disagreements(replace(vans.FAMILY, reference=_load_vans), inputs=200))
    assert any("vans-0: the references differ on [" in fault for fault in faults)


def test_weak_tests_are_caught() -> None:
    def edges(_p: Params) -> Edges:
        return Edges(empty=[([], 9)], single=[([5], 9)], ties=[([5, 5], 9)], maxima=[([9, 9], 9)])

    def draw(rng: Random, _p: Params) -> Args:
        return ints(rng, 1, 9, longest=2), rng.randint(6, 20)

    assert faults_of_mutation(vans.FAMILY) == []
    faults = faults_of_mutation(replace(vans.FAMILY, edges=edges, draw=draw))
    assert any("vans-2: no hidden input notices" in fault for fault in faults)


def test_a_comparison_by_an_order_that_the_prose_leaves_open_is_caught() -> None:
    def second(p: Params, tables: dict[str, list[list[Any]]]) -> list[list[Any]]:
        rows: list[list[Any]] = library.FAMILY.second(p, tables)
        return rows[::-1]

    open_order = replace(library.FAMILY, second=second)
    assert list(disagreements(open_order, inputs=200)) == []
    faults = list(disagreements(replace(open_order, ordered=True), inputs=200))
    assert any("library-0: the references differ" in fault for fault in faults)


def test_a_comparison_that_overlooks_a_decided_order_is_caught() -> None:
    assert faults_of_mutation(shipments.FAMILY) == []
    faults = faults_of_mutation(replace(shipments.FAMILY, ordered=False))
    assert any("ORDER BY" in fault for fault in faults)


@pytest.mark.parametrize(
    "change",
    [
        lambda rng, p: (tuple(vans.FAMILY.draw(rng, p)[0]), 7),
        lambda rng, _p: ([{rng.randint(1, 9): 2}, rng.randint(1, 99)], 7),
    ],
)
def test_inputs_that_json_cannot_write_are_caught(change: Callable[[Random, Params], Args]) -> None:
    family = replace(vans.FAMILY, draw=change, reference=_load_vans)
    assert any("does not survive JSON" in fault for fault in disagreements(family, inputs=200))


def test_a_second_reference_that_changes_its_input_is_caught() -> None:
    def second(p: Params, weights: list[int], capacity: int) -> list[int]:
        answer: list[int] = vans.FAMILY.second(p, list(weights), capacity)
        weights.append(0)
        return answer

    assert any("changes its input" in fault for fault in disagreements(replace(vans.FAMILY, second=second), inputs=200))


def test_what_is_listed_must_be_needed_and_reasoned(tmp_path: Path) -> None:
    path = tmp_path / "equivalent.json"
    path.write_text('{"aa": {"mutant": "m", "reason": ""}, "bb": {"mutant": "gone", "reason": "r"}}')
    found = {name: Survivor(name, "vans", "m", "vans-0") for name in ("aa", "cc")}
    assert list(unlisted(found, whole=True, path=path)) == [
        "equivalent.json: aa needs a reason.",
        "vans-0: no hidden input notices 'm'. Add one, or list cc in equivalent.json.",
        "equivalent.json: bb (gone) is killed or gone; take it out.",
    ]
    assert len(list(unlisted(found, whole=False, path=path))) == 2


def test_the_command_prints_figures_and_returns_the_verdict(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["agreement", "--family", "vans"]) == 0
    assert "1 families, exam 1: 2,000 inputs, 0 faults in " in capsys.readouterr().out
    assert main(["mutation", "--family", "vans", "--exam-seed", "1"]) == 0
    assert " mutants, 1 of them equivalent or unnoticed, 0 planted mistakes, 0 faults in " in capsys.readouterr().out
    assert main(["ambiguity", "--family", "vans"]) == 0
    assert "1 families, exam 1: 400 hidden inputs, 0 faults in " in capsys.readouterr().out
    assert main(["prompts", "--family", "vans"]) == 0
    assert capsys.readouterr().out.count("--- vans-") == 10
    monkeypatch.setattr(check, "EVERY", (replace(vans.FAMILY, reference=_load_vans),))
    assert main(["agreement"]) == 1
    assert "the references differ" in capsys.readouterr().err


def test_families_cover_all_kinds() -> None:
    kinds = [family.kind for family in FAMILIES]
    assert set(kinds) == set(Kind) - {Kind.PROGRAM, Kind.REPAIR}
    assert {family.kind for family in EVERY} == set(Kind)
    assert 0.4 <= kinds.count(Kind.COMPLETE) / len(kinds) <= 0.6
