"""The panel: it passes on what is asked, and it notices a wrong solver, a silent text, a leak and weak inputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bench.suites.coding import check
from bench.suites.coding.ambiguity import dissent, faults, leaks, untold
from bench.suites.coding.check import unnoticed
from bench.suites.coding.families import EVERY, bills, drill, inventory, outline, vans
from bench.suites.coding.family import CodingFamily, Edges, Params, Prose
from bench.suites.coding.instance import Instance, instances
from bench.suites.coding.items import item
from bench.suites.reasoning.check import FOLLOWS, ambiguous
from bench.suites.reasoning.families import EVERY as REASONED
from bench.suites.reasoning.families import parking

Faults = Callable[[Instance], Any]


def hard(family: CodingFamily, level: int = 7) -> Instance:
    """One instance of a family of levels 5 to 7; drawing all ten takes a second."""
    return instances(replace(family, levels=[level]), 1, 1)[0]


@pytest.mark.parametrize("family", [vans.FAMILY, inventory.FAMILY], ids=lambda family: str(family.name))
def test_what_is_asked_has_no_fault(family: CodingFamily) -> None:
    found, inputs = faults(family, 1)
    assert (found, inputs >= 400) == ([], True)


def test_a_solver_that_read_another_rule_is_noticed() -> None:
    def second(p: Params, weights: list[int], capacity: int) -> list[int]:
        answer: list[int] = vans.FAMILY.second(p, weights, capacity + 1)
        return answer

    one = instances(replace(vans.FAMILY, second=second), 1, 1)[0]
    assert any("vans-0: the second reference answers" in fault for fault in dissent(one))
    misread = replace(hard(drill.FAMILY, 5), family=replace(drill.FAMILY, plain=_plain))
    assert any("drill-0: the plain program answers" in fault for fault in dissent(misread))


def _plain(p: Params, script: list[Any]) -> list[int]:
    return [p.x, p.y, len(script)]


@pytest.mark.parametrize("level", [1, 3])
def test_a_text_that_leaves_a_policy_open_is_noticed(level: int) -> None:
    def prose(p: Params) -> Prose:
        return vans.FAMILY.prose(Params(**{**vars(p), "full": True}))

    one = instances(replace(vans.FAMILY, prose=prose), 1, level)[-1]
    assert list(untold(one)) == [f"{one.id}: its text is the same for another full, and what is right is not."]


def test_a_policy_that_only_the_given_program_shows_is_told() -> None:
    assert inventory.FAMILY.before is not None
    assert list(untold(instances(inventory.FAMILY, 1, 4)[3])) == []


@pytest.mark.parametrize("family", [vans.FAMILY, outline.FAMILY], ids=lambda family: str(family.name))
def test_a_hidden_call_in_the_prompt_is_noticed(family: CodingFamily) -> None:
    one = instances(family, 1, 1)[0]
    assert list(leaks(one)) == []
    leaking = replace(one)
    leaking.__dict__["_drawn"] = (one.inputs, [one.inputs[5], one.inputs[6]])
    assert len(list(leaks(leaking))) == 2


def test_the_call_of_a_report_is_the_only_hidden_one_that_a_repair_shows() -> None:
    one = instances(next(family for family in EVERY if family.name == "bookings"), 1, 1)[0]
    assert list(leaks(one)) == []
    assert any(f"`{text}`" in item(one)["prompt"] for text in map(_call, [one] * len(one.inputs), one.inputs))
    assert list(leaks(instances(bills.FAMILY, 1, 1)[0])) == []


def _call(one: Instance, args: tuple[Any, ...]) -> str:
    from bench.suites.coding.items import call

    return call(one, args)


def test_inputs_that_notice_no_planted_mistake_are_noticed() -> None:
    def edges(_p: Params) -> Edges:
        return Edges([([],)], [([["hit"]],)], [([["hit"]] * 2,)], [([["hit"]] * 9,)])

    family = replace(
        drill.FAMILY, edges=edges, large=None, draw=lambda rng, _p: ([["hit"]] * rng.randint(3, 99),), levels=[5]
    )
    weak = replace(hard(drill.FAMILY, 5), family=family)
    found = list(unnoticed([weak]))
    assert len(found) == 5
    assert "drill-0: no hidden input notices that `next` leaves the loop." in found
    few = replace(weak, family=replace(drill.FAMILY, wrong=lambda _p: {}))
    assert list(unnoticed([few])) == [f"drill-0: has 0 planted wrong solutions; {check.PLANTED} are wanted."]


def test_a_planted_mistake_whose_text_is_gone_is_refused() -> None:
    family = replace(drill.FAMILY, wrong=lambda _p: {"it is gone": ("nowhere", "here")})
    with pytest.raises(ValueError, match="drill-0: 'nowhere' is 0 times in its program"):
        list(unnoticed([replace(hard(drill.FAMILY, 5), family=family)]))


def test_reasoning_texts_tell_what_counts() -> None:
    assert list(ambiguous(parking.FAMILY)) == []
    silent = replace(parking.FAMILY, chinese=lambda _p: "?")
    assert any("(zh), and the answer is not." in fault for fault in ambiguous(silent))
    wrong = replace(parking.FAMILY, second=lambda _p: "nothing")
    assert sum("the references say" in fault for fault in ambiguous(wrong)) == 48
    assert {name for name, _ in FOLLOWS} <= {family.name for family in REASONED}


@pytest.mark.slow
@pytest.mark.parametrize("family", EVERY[::9], ids=lambda family: str(family.name))
def test_no_family_has_a_fault(family: CodingFamily) -> None:
    assert faults(family, 1)[0] == []
