"""The pages of the families: each has its section, and the figures are those of the items and of the mutants."""

from __future__ import annotations

import pytest

from bench.reference import families
from bench.suites import described
from bench.suites.coding.families import EVERY
from bench.suites.coding.family import Kind
from bench.suites.coding.instance import instances
from bench.suites.coding.items import item
from bench.suites.reasoning import gym
from bench.suites.reasoning.families import EVERY as REASONED


def test_every_family_has_one_section_with_an_item_and_its_levels() -> None:
    for page, facts, names in (
        (families.coding_page(), described.coding(), [family.name for family in EVERY]),
        (families.reasoning_page(), described.reasoned(), [*gym.TASKS, *(family.name for family in REASONED)]),
    ):
        assert [family.name for family in facts] == names
        assert [line[3:] for line in page.splitlines() if line.startswith("## ")] == names
        for family in facts:
            assert f"````text\n{family.example}\n````" in page
            levels = [level.level for level in family.levels]
            assert [level for level in levels if level > 4] == [5, 6, 7] * any(
                "_hard" in each for each in family.suites
            )
            assert [level for level in levels if level < 5] in ([], [1, 2, 3], [1, 2, 3, 4])
            assert len(levels) >= 3
            assert family.about.endswith(".")
            assert family.example.count("````") == 0


@pytest.mark.parametrize("kind", [Kind.COMPLETE, Kind.SQL, Kind.PROGRAM, Kind.REPAIR])
def test_figures_are_those_of_an_item_made_anew(kind: Kind) -> None:
    family = [family for family in EVERY if family.kind is kind][-1]
    [facts] = [each.levels[0] for each in described.coding() if each.name == family.name]
    [made] = instances(family, 1, 1)
    assert facts.mutants == sum(1 for _ in made.mutants()) > 5
    asked = item(made)
    assert facts.words <= len(asked["prompt"].split()) <= facts.most_words
    assert facts.inputs is not None
    assert facts.inputs <= len(made.inputs)
    assert facts.answers is None


def test_every_reasoning_family_states_its_dial_at_each_level() -> None:
    page = families.reasoning_page()
    for facts in described.reasoned():
        of, sizes = facts.dial
        asked = [level.level for level in facts.levels]
        assert [level for level, size in zip(described.DIALLED, sizes, strict=True) if size] == asked
        assert f"\n| {facts.name} | {of} | {sizes[0]} |" in page
    assert not any(facts.dial[0] for facts in described.coding())


def test_what_is_not_known_is_a_dash() -> None:
    [facts] = [each for each in described.coding() if each.name == "marbles"]
    assert [level.inputs for level in facts.levels] == [None] * 4
    section = families.coding_page().partition("## marbles\n")[2].partition("\n## ")[0]
    assert section.count(" | - | ") == 4
    assert "no mistake" not in section or facts.equivalent
