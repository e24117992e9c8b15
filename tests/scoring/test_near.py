"""What is nearly right never passes: another sign, digit, order, type, unit or article, in every wrapping.

A seeded sample here, each in every third wrapping in turn; 200 answers of every kind in all of them are marked slow.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache, partial
from itertools import islice
from typing import Any

import pytest

from bench.registry.items import read_jsonl
from bench.scoring import code, graders
from bench.scoring.graders import Grader
from bench.suites.coding.build import FOLDER as CODING
from tests.scoring.cases import TASKS, functions, made, objects, shipped
from tests.scoring.wrappings import ENDING, JSON, PARTS, PROGRAM, STATED, TAGGED, Wrapping, of

Near = Callable[[str], str]
"""Makes a right answer nearly right; where it comes out the same, there is nothing to try."""

GRID = 200
sizes = pytest.mark.parametrize("limit", [3, pytest.param(GRID, marks=pytest.mark.slow)])


def _digit(text: str, step: int = 1) -> str:
    """Another last digit."""
    at = max((at for at, char in enumerate(text) if char in "0123456789"), default=-1)
    return text if at < 0 else f"{text[:at]}{(int(text[at]) + step) % 10}{text[at + 1 :]}"


def _turned(text: str) -> str:
    """Another order of the parts."""
    first, *rest = text.replace(",", " ").split()
    return ", ".join([*rest, first])


NUMBERS: Mapping[str, Near] = {
    "sign": lambda a: a.removeprefix("-") if a.startswith("-") else "-" + a,
    "another digit": _digit,
    "two off": lambda a: _digit(a, 2),
    "one digit more": lambda a: a + "1",
    "two numbers": lambda a: f"{a} or 1{a.strip('-')}",
    "a range": lambda a: f"{a} - 99",
    "times ten": lambda a: f"{a} × 10^1",
    "in ten thousands": lambda a: f"{a}万",
    "a fraction of it": lambda a: f"{a}/2",
    "another unit": lambda a: f"{a} kg",
    "percent": lambda a: f"{a} percent of it",
    "denied": lambda a: f"not {a}",
    "denied in Chinese": lambda a: f"不是{a}",
    "bounded": lambda a: f"more than {a}",
    "a date": lambda a: f"{a}-02-03",
}
"""A `number` of an own item counts with its unit, so that a unit is nearly right for typed answers alone."""
ENGLISH, JOINED = ("denied", "bounded"), ("Chinese: result",)
"""Nobody writes an English denial right behind a Chinese word."""
BARE = {name: near for name, near in NUMBERS.items() if name not in ("another unit", "percent")}
TEXTS: Mapping[str, Near] = {
    "article": lambda a: f"a {a}",
    "the": lambda a: f"the {a}",
    "plural": lambda a: f"{a}s",
    "cut": lambda a: a[:-1],
    "doubled end": lambda a: a + a[-1],
    "another case": str.swapcase,
    "denied": lambda a: f"not {a}",
    "two": lambda a: f"{a} or {a}s",
    "minus": lambda a: f"-{a}",
    "unit": lambda a: f"{a} kg",
}
PART_LISTS: Mapping[str, Near] = {
    "another digit": _digit,
    "one part less": lambda a: ", ".join(a.replace(",", " ").split()[:-1]),
    "one part twice": lambda a: f"{a}, {a.replace(',', ' ').split()[-1]}",
    "or": lambda a: f"{a} or 7",
    "denied": lambda a: f"not {a}",
}
DIGITS: Mapping[str, Near] = {"another digit": _digit, "one digit more": lambda a: a + "1", "sign": NUMBERS["sign"]}
LETTERS: Mapping[str, Near] = {
    "next letter": lambda a: "BCDA"["ABCD".index(a)],
    "two": lambda a: f"{a} or {'BCDA'['ABCD'.index(a)]}",
    "both": lambda a: f"{a} and {'BCDA'['ABCD'.index(a)]}",
    "denied": lambda a: f"not {a}",
    "denied in Chinese": lambda a: f"不是{a}",
    "an article": lambda a: f"{a} short look shows it",
    "a word": lambda a: f"{a}nd so on",
    "none of them": lambda _: "none of the above",
}
CHOICES: Mapping[str, Near] = {
    "cut": lambda a: a[:-1],
    "plural": lambda a: f"{a}s",
    "denied": lambda a: f"not {a}",
    "two": lambda a: f"{a} or {'praise' if a != 'praise' else 'spam'}",
}
OF_KIND: Mapping[str, Mapping[str, Near]] = {
    **dict.fromkeys(("integer", "decimal", "fraction"), NUMBERS),
    **dict.fromkeys(("number", "decimal number", "answer as number"), BARE),
    "digits": DIGITS,
    "tuple": {**PART_LISTS, "another order": _turned},
    "set": PART_LISTS,
    "answer": TEXTS,
    "text": {k: v for k, v in TEXTS.items() if k != "another case"},
    "choice": LETTERS,
    "choice in words": CHOICES,
}
"""By kind of item, or by `type`."""


def tried(
    grader: Grader, item: Mapping[str, Any], right: str, nears: Mapping[str, Near], ways: list[Wrapping], *, step: int
) -> int:
    """Every near answer in every way, or every so many, turn by turn; each must score 0. How many there were."""
    count = 0
    for turn, (name, near) in enumerate(nears.items()):
        text = near(right)
        if _same(text, right) or (name in ("times ten", "a fraction of it", "in ten thousands") and right == "0"):
            continue
        for wrapping in (way for way in ways[turn % step :: step] if not (name in ENGLISH and way.name in JOINED)):
            graded = grader.grade(item, wrapping.write(" ".join(text.split()) if wrapping.group == STATED else text))
            assert graded.score == 0.0, (name, wrapping, right, text, graded)
            count += 1
    return count


def _step(limit: int) -> int:
    """Of how many wrappings one is tried: of each in the whole grid."""
    return 1 if limit == GRID else 3


def _same(text: str, right: str) -> bool:
    """Whether it means what the right answer means: an empty text, -0, or parts that are all the same."""
    return not text.strip() or text == right or {text.strip("-"), right.strip("-")} == {"0"}


@sizes
@pytest.mark.parametrize("kind", [kind for kind in OF_KIND if kind not in ("digits", "text")])
def test_own_items(kind: str, limit: int) -> None:
    ways = of(TAGGED, STATED, *((PARTS,) if kind in ("tuple", "set") else (ENDING,)))
    for item, right, _ in islice(made(kind), limit):
        nears = dict(OF_KIND[kind])
        if kind in ("tuple", "set") and len(set(right.split(", "))) == 1:
            nears.pop("another order", None)
        if kind == "tuple" and _turned(right) == right:
            continue
        assert tried(graders.own, item, right, nears, ways, step=_step(limit))


@sizes
@pytest.mark.parametrize(("task", "language"), TASKS, ids=lambda name: str(name))
def test_shipped_reasoning_items(task: str, language: str, limit: int) -> None:
    cases = [*shipped(task, language)]
    total = 0
    for item, right, _ in cases[:: max(1, len(cases) // limit)]:
        nears = dict(OF_KIND[item["type"]])
        if item["type"] in ("tuple", "set"):
            nears = {name: near for name, near in nears.items() if _parts(near(right)) != _parts(right)}
        total += tried(graders.answer_tag, item, right, nears, of(TAGGED, STATED), step=_step(limit))
    assert total


def _parts(text: str) -> list[str]:
    return text.replace(",", " ").split()


VALUES: Mapping[str, Callable[[Any], Any]] = {
    "as a text": repr,
    "in a list": lambda value: [value],
    "as a float": lambda value: float(value) if isinstance(value, int) else None,
    "as a truth value": lambda value: bool(value) if value in (0, 1) and not isinstance(value, bool) else None,
    "another type of sequence": lambda value: tuple(value) if isinstance(value, list) else None,
    "backwards": lambda value: value[::-1] if isinstance(value, list | str) and value[::-1] != value else None,
    "one more": lambda value: [*value, value[-1]] if isinstance(value, list) and value else None,
    "one off": lambda value: value + 1 if isinstance(value, int) and not isinstance(value, bool) else None,
    "another case": lambda value: value.swapcase() if isinstance(value, str) and value.swapcase() != value else None,
}


@sizes
def test_values_of_programs(limit: int) -> None:
    rows = read_jsonl(CODING / "predict.jsonl")
    ways = of(TAGGED, STATED)
    for row in rows[:: max(1, len(rows) // limit)]:
        for turn, (name, near) in enumerate(VALUES.items()):
            value = near(row["value"])
            for wrapping in ways[turn % _step(limit) :: _step(limit)] if value is not None else ():
                graded = graders.python_value.grade(row, wrapping.write(repr(value)))
                assert graded.score == 0.0, (name, wrapping, row["value"], value, graded)


OBJECTS: Mapping[str, Callable[[dict[str, Any]], object]] = {
    "sign": lambda v: {**v, "count": -v["count"] or 1},
    "another digit": lambda v: {**v, "count": v["count"] + 1},
    "a number as a text": lambda v: {**v, "count": str(v["count"])},
    "a key less": lambda v: {key: value for key, value in v.items() if key != "ratio"},
    "a key more": lambda v: {**v, "note": "as asked"},
    "another order": lambda v: {**v, "tags": v["tags"][::-1]},
    "null": lambda v: {**v, "count": None},
    "another truth": lambda v: {**v, "inner": {**v["inner"], "ok": not v["inner"]["ok"]}},
    "in a list": lambda v: [v],
    "in an object": lambda v: {"answer": v},
    "another case": lambda v: {**v, "CITY": v["city"]},
}


@sizes
def test_json(limit: int) -> None:
    ways = of(JSON, STATED)
    for item, right, _ in islice(objects(), limit):
        for turn, (name, near) in enumerate(OBJECTS.items()):
            text = json.dumps(near(json.loads(right)), ensure_ascii=False)
            for wrapping in ways[turn % 3 :: 3] if limit < GRID else ways[turn % 5 :: 5]:
                graded = graders.own.grade(item, wrapping.write(text))
                assert graded.score == 0.0, (name, wrapping, text, graded)


PROGRAMS: Mapping[str, Near] = {
    "another operator": lambda p: p.replace(" * ", " + "),
    "sign": lambda p: p.replace("return ", "return -(") + ")",
    "another digit": _digit,
    "as a text": lambda p: p.replace("return ", "return str(") + ")",
    "in a list": lambda p: p.replace("return ", "return [") + "]",
    "printed": lambda p: p.replace("return ", "print(") + ")",
    "another name": lambda p: p.replace("def f", "def g"),
    "nested": lambda p: "def outer():\n    " + p.replace("\n", "\n    "),
    "signature alone": lambda p: p.partition("\n")[0] + "\n    ...",
}


@pytest.mark.usefixtures("sandbox")
@sizes
def test_programs(limit: int) -> None:
    ways = of(PROGRAM)
    for item, right, _ in islice(functions(), limit):
        if any(call["value"] in (0, call["args"][0]) for call in item["calls"]):
            continue  # where a near one is right

        score = cache(partial(_score, item))
        for turn, (name, near) in enumerate(PROGRAMS.items()):
            for wrapping in ways[turn % 9 :: 9]:
                text = near(right)
                if _values(text) == _values(right):
                    continue
                found = code.program(wrapping.write(text), "f")
                assert found is None or score(found.source) == 0.0, (name, wrapping, text, found)


def _score(item: Mapping[str, Any], source: str) -> float | None:
    return graders.own_with_code.grade(item, f"~~~~python\n{source}\n~~~~").score


def _values(program: str) -> list[object] | None:
    """What a program returns for some numbers; None where it defines no f."""
    names: dict[str, Any] = {"print": lambda *_: None}
    exec(program, names)
    return [names["f"](n) for n in (-3, 0, 7)] if "f" in names else None
