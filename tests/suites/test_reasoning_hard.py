"""The suite `reasoning_hard`, levels 5 to 7: the dial turned on, every item noticing solvers that misread a rule."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bench.registry import edited, read
from bench.registry.items import read_jsonl
from bench.scoring.graders import answer_tag
from bench.suites.coding.family import Params
from bench.suites.reasoning import build, exam, misread, own
from bench.suites.reasoning.check import ambiguous, main
from bench.suites.reasoning.families import EVERY, HARD, contracts, parking, timecards, zones
from bench.suites.reasoning.family import ReasoningFamily
from bench.suites.reasoning.hard import WORDS, standing, steps
from bench.suites.reasoning.misread import CAUGHT, MISREAD, caught, misreaders
from bench.suites.reasoning.own import HARD_CLOSING, HARD_LEVELS, HARD_PER_CELL, LEVELS

FAMILIES = 15
"""Families that are asked at these levels at least."""
family_cases = pytest.mark.parametrize("family", HARD, ids=lambda family: str(family.name))
CHEAP = ("contracts", "zones", "tricks")
"""Families whose items are drawn in milliseconds; `make reasoning-hard` draws all of them anew."""


def items_of(family: ReasoningFamily) -> list[dict[str, Any]]:
    return read_jsonl(build.FOLDER / exam.HARD_SUITE / f"{family.name}.jsonl")


def drawn(family: ReasoningFamily, level: int, number: int = 0) -> Params:
    return Params(level=level, **family.params(Random(f"hard {number}"), level))


def test_there_are_enough_families_and_none_is_in_a_suite_of_the_default_exams() -> None:
    assert len(HARD) >= FAMILIES
    assert {family.name for family in HARD} == {*MISREAD}
    registry = read()
    files = registry.expand([exam.HARD_SUITE])[exam.HARD_SUITE]
    assert [file.name for file in files] == [f"{exam.HARD_SUITE}_{family.name}" for family in HARD]
    assert not list(edited(registry, files))
    for name, tasks in registry.suites.items():
        assert name == exam.HARD_SUITE or not {*tasks} & {file.name for file in files}


@family_cases
def test_items_are_well_formed_and_no_answer_can_be_guessed(family: ReasoningFamily) -> None:
    items = items_of(family)
    assert [(item["id"], item["level"]) for item in items] == [
        (f"{family.name}-{level}-{number}", level) for level in HARD_LEVELS for number in range(HARD_PER_CELL)
    ]
    assert sorted(map(own.place, items)) == [*range(len(items))]
    answers = [item["answer"] for item in items]
    assert max(map(answers.count, answers)) <= 0.2 * len(items)
    for item in items:
        assert item["prompt"].endswith("\n\n" + HARD_CLOSING)
        assert re.search("Write X as |X is (?:a whole number|the number)", item["prompt"])
        assert len(item["prompt"].split()) <= WORDS
    for item in items[::HARD_PER_CELL]:
        others = sorted({*answers} - {item["answer"]})[:3]
        assert answer_tag.grade(item, f"The answer is <answer>{item['answer']}</answer>").score == 1.0
        for reply in (item["prompt"], "", *(f"<answer>{other}</answer>" for other in others)):
            assert answer_tag.grade(item, reply).score == 0.0


@pytest.mark.parametrize("name", CHEAP)
def test_items_are_what_the_families_make_and_notice_misreadings(name: str) -> None:
    [family] = [family for family in HARD if family.name == name]
    assert own.items(family, exam.SHIPPED_SEED, "en", hard=True) == items_of(family)
    for _, p in own.instances(family, exam.SHIPPED_SEED, hard=True):
        assert len(caught(family, p)) >= CAUGHT
        assert family.second(p) == family.reference(p)
    if name == CHEAP[0]:
        fresh = own.items(family, 2, "en", hard=True)
        assert not {item["prompt"] for item in fresh} & {item["prompt"] for item in items_of(family)}


@family_cases
def test_every_family_has_planted_solvers_that_follow_the_reference_but_for_a_rule(family: ReasoningFamily) -> None:
    assert len(MISREAD[family.name]) >= CAUGHT
    source = Path(str(sys.modules[family.params.__module__].__file__)).read_text(encoding="utf-8")
    assert [old for slips in MISREAD[family.name].values() for old, _ in slips[:1] if source.count(old) != 1] == []
    p = drawn(family, HARD_LEVELS[0])
    assert family.reference(p) == family.second(p)
    assert re.search(r"[一-鿿]", family.chinese(p))
    assert "{" not in family.english(p) + family.chinese(p)
    assert [family.dial.at(level) for level in HARD_LEVELS if not family.dial.at(level)] == []


def test_every_family_has_a_dial() -> None:
    for family in EVERY:
        assert family.dial.of
        assert all(family.dial.at(level) for level in LEVELS)


def test_steps_grow_and_what_is_wrong_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert standing(timecards.FAMILY, exam.SHIPPED_SEED, draws=3).faults == []
    for level, after in ((3, 5), (5, 6), (6, 7)):
        assert steps(zones.FAMILY, drawn(zones.FAMILY, level)) < steps(zones.FAMILY, drawn(zones.FAMILY, after))
    wrong = replace(parking.FAMILY, second=lambda p: "0" if p.level == 6 else parking.FAMILY.reference(p))
    found = standing(wrong, exam.SHIPPED_SEED, draws=2).faults
    assert len(found) == 2 + HARD_PER_CELL
    assert re.match(r"parking, level 6, draw 0: the references say \d+ and 0\.", found[0])
    slips = {**MISREAD["parking"], "nothing": [["hours = -(-stay", "hours = -(-stay"]]}
    monkeypatch.setattr(misread, "MISREAD", {**MISREAD, "parking": slips})
    assert "parking: no item notices that nothing." in standing(replace(wrong, type="text"), 1, draws=0).faults


def test_a_misreading_whose_text_is_gone_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(misread, "MISREAD", {"parking": {"it is gone": [["nowhere", "here"]]}})
    with pytest.raises(ValueError, match="parking, it is gone: 'nowhere' is 0 times in its file, and not once"):
        misreaders(replace(parking.FAMILY, type="decimal"))


def test_items_that_notice_too_little_are_drawn_again() -> None:
    blind = replace(contracts.FAMILY, reference=lambda _p: _Everything())
    with pytest.raises(ValueError, match="contracts-5-0: 200 draws gave no instance"):
        own.instances(blind, 2, hard=True)


class _Everything(str):
    """An answer that every other one equals."""

    def __eq__(self, _other: object) -> bool:
        return True

    def __ne__(self, _other: object) -> bool:
        return False

    __hash__ = str.__hash__


def test_texts_tell_what_counts() -> None:
    assert list(ambiguous(contracts.FAMILY, hard=True)) == []
    silent = replace(
        contracts.FAMILY, english=lambda p: contracts.FAMILY.english(Params(**{**vars(p), "outside": True}))
    )
    assert any("its text is the same for another outside" in fault for fault in ambiguous(silent, hard=True))


def test_the_check_prints_its_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prompts", "--hard", "--family", "league"]) == 0
    assert capsys.readouterr().out.count("--- league-") == len(HARD_LEVELS) * HARD_PER_CELL


def test_a_larger_exam_begins_with_the_shipped_one() -> None:
    source = str(build.FOLDER / exam.HARD_SUITE / "league.yaml")
    usual = [*exam.load("league.jsonl", 1, config_source=source, suite=exam.HARD_SUITE)["test"]]
    assert [row["id"] for row in usual] == [
        item["id"] for item in items_of(next(f for f in HARD if f.name == "league"))
    ]
    few = [*exam.load("league.jsonl", 1, config_source=source, suite=exam.HARD_SUITE, instances=5)["test"]]
    assert [row["id"] for row in few] == ["league-5-0", "league-5-1", "league-6-0", "league-6-1", "league-7-0"]
    more = exam.exam("league", "en", 1, 30, exam.HARD_SUITE)
    assert [item["id"] for item in more[:24]] == [row["id"] for row in usual]
    assert [(item["level"], item["id"][-1]) for item in more[24:]] == [(level, n) for level in (5, 6, 7) for n in "89"]
