"""Our reading of BFCL's rules against its own checker, on every listed answer and on thousands of altered ones."""

from __future__ import annotations

import copy
import importlib
import json
import random
import sys
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from bench.suites.bfcl.exam import items
from bench.suites.bfcl.grading import oracle
from bench.suites.bfcl.source import SYNTAX, TALKS
from bench.suites.bfcl.syntax import right
from tests.suites.bfcl.test_bfcl import SPARED, Calls

Check = Callable[[Mapping[str, Any], Calls, str], bool]
MUTANTS = 3
"""Altered answers of each item: 7,053 of 2,351."""


@pytest.fixture
def theirs(installed: Path) -> Check:
    """BFCL's checker; of its constants it needs one, and of its converters none for Python."""
    del installed
    config = types.ModuleType("bfcl_eval.constants.model_config")
    config.__dict__["MODEL_CONFIG_MAPPING"] = {"m": types.SimpleNamespace(underscore_to_dot=True)}
    sys.modules[config.__name__] = config
    for language in ("java", "js"):
        name = f"{language}_type_converter"
        stub = types.ModuleType(f"bfcl_eval.eval_checker.ast_eval.type_convertor.{name}")
        stub.__dict__[name] = None
        sys.modules[stub.__name__] = stub
    check = importlib.import_module("bfcl_eval.eval_checker.ast_eval.ast_checker").ast_checker
    python = importlib.import_module("bfcl_eval.constants.enums").Language.PYTHON

    def valid(item: Mapping[str, Any], calls: Calls, category: str) -> bool:
        made = [{name: copy.deepcopy(arguments)} for name, arguments in calls]
        try:
            return bool(check(item["functions"], made, item["answers"], python, category, "m")["valid"])
        except Exception:  # it fails on values of other kinds than it expects
            return False

    return valid


def calls_of(item: Mapping[str, Any]) -> Calls:
    """The calls of the listed answer."""
    turns = json.loads(oracle(item))["turns"]
    return [(call["name"], call["arguments"]) for turn in turns for call in turn["calls"]]


def altered(calls: Calls, other: Calls, dice: random.Random) -> Calls:
    """The calls with one thing changed."""
    made = copy.deepcopy(calls)
    at = dice.randrange(len(made))
    name, arguments = made[at]
    key = dice.choice([*arguments]) if arguments else ""
    value = arguments.get(key)
    how = dice.randrange(10)
    if how == 0:
        del made[at]
    elif how == 1:
        made.append(made[at])
    elif how == 2:
        made[at] = (f"{name}x", arguments)
    elif how == 3:
        return other
    elif how == 4:
        dice.shuffle(made)
    elif how == 5:
        arguments["extra"] = 1
    elif not key:
        pass
    elif how == 6:
        del arguments[key]
    elif how == 7:
        arguments[key] = str(value).upper() if isinstance(value, str) else str(value)
    elif how == 8:
        arguments[key] = dice.choice([None, 0, 1.5, True, "", [], {}, "x", [1], [{}], {"a": 1}, [["a"]]])
    else:
        arguments[key] = next(_nearly(value))
    return made


def _nearly(value: Any) -> Iterator[Any]:
    if isinstance(value, bool):
        yield not value
    if isinstance(value, int | float):
        yield value + 1
    if isinstance(value, str):
        yield f"{value}z"
    if isinstance(value, list):
        yield value + value
    yield {**value, "q": 1} if isinstance(value, dict) else value


@pytest.mark.slow
def test_ours_and_bfcl_s_checker_agree(theirs: Check) -> None:
    dice, apart, checked, accepted = random.Random(1), list[str](), 0, 0
    for category in SYNTAX:
        every = [*items(category)]
        for number, item in enumerate(every):
            calls, other = calls_of(item), calls_of(every[(number + 1) % len(every)])
            for tried in (calls, *(altered(calls, other, dice) for _ in range(MUTANTS))):
                ours = right(item["functions"], tried, item["answers"])
                apart += [f"{item['id']}: {tried}"] if ours != theirs(item, tried, category) else []
                checked, accepted = checked + 1, accepted + ours
    assert (apart, checked) == ([], 2351 * (1 + MUTANTS))
    assert 2300 < accepted < checked / 2


Talked = Callable[[Mapping[str, Any], Sequence[Sequence[str]]], bool]


@pytest.fixture
def theirs_of_talks(installed: Path) -> Talked:
    """BFCL's checker of talks, which evaluates what it is given: here the reference's own calls alone."""
    del installed
    place = "bfcl_eval.eval_checker.multi_turn_eval.multi_turn"
    check = importlib.import_module(f"{place}_checker").multi_turn_checker
    kept = vars(importlib.import_module(f"{place}_utils"))

    def valid(item: Mapping[str, Any], turns: Sequence[Sequence[str]]) -> bool:
        try:
            return bool(check([[turn] for turn in turns], item["ground_truth"], item, item["family"], "m")["valid"])
        finally:  # it goes on with the instances that it finds under the item's name
            for name in [name for name in kept if name.startswith("m_")]:
                del kept[name]

    return valid


@pytest.mark.slow
@pytest.mark.parametrize("category", TALKS)
def test_bfcl_s_checker_spares_the_same_calls_of_its_talks(category: str, theirs_of_talks: Talked) -> None:
    """What ours makes of the same is in test_bfcl."""
    for item in items(category):
        right: list[list[str]] = item["ground_truth"]
        places = [(turn, number) for turn, calls in enumerate(right) for number in range(len(calls))]
        cuts = [
            [*right[:turn], [*right[turn][:number], *right[turn][number + 1 :]], *right[turn + 1 :]]
            for turn, number in places
        ]
        assert theirs_of_talks(item, right), item["id"]
        spared = [at for at, cut in enumerate(cuts) if theirs_of_talks(item, cut)]
        assert spared == SPARED.get(item["id"], []), item["id"]
