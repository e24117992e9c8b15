"""The same right answer scores 1 however it is wrapped, a wrong one 0, and what is nearly right never passes.

A seeded sample here; the whole grid, up to 200 answers of every kind, is marked slow.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bench.registry.items import read_jsonl
from bench.scoring import code, graders
from bench.scoring.graders import Grader
from bench.suites.coding.build import FOLDER as CODING
from bench.suites.reasoning import exam
from bench.suites.reasoning.build import FOLDER
from tests.scoring.wrappings import ENDING, NUMERAL, PARTS, PROGRAM, STATED, TAGGED, of, table

Item = Mapping[str, Any]
Case = tuple[Item, str, str]
"""An item, its right answer, and a wrong one that looks alike."""

SAMPLE, GRID = 3, 200
"""Answers of a kind in the sample, and at most in the grid."""
WORDS = (
    *(
        "angry",
        "calm",
        "pear",
        "bug-report",
        "愤怒",
        "平静",
        "高兴",
        "Lima",
        "v2.10",
        "2026-02-03",
        "snake_case",
        "C++",
    ),
    *("O'Neill", "3.10"),
)
NOT_SQL = {
    "comment first",
    *("docstring that shows a fence", "import first", "main guard", "constant first", "stub after"),
}
NOT_JSON = NOT_SQL | {"output after", "nested Markdown"}


def shipped(task: str, language: str = "en") -> Iterator[Case]:
    """The items of a shipped reasoning task, each with another item's answer."""
    rows = read_jsonl(FOLDER / exam.SUITES[language] / f"{task}.jsonl")
    for at, row in enumerate(rows):
        wrong = next(other["answer"] for other in rows[at + 1 :] + rows if _differs(row, other))
        yield row, row["answer"], wrong


def _differs(row: Item, other: Item) -> bool:
    return bool(row["answer"] != other["answer"] and row["type"] == other["type"])


def made(kind: str) -> Iterator[Case]:
    """Own items of a kind, drawn from a seed."""
    rng = Random(f"wrappings {kind}")
    while True:
        yield _number(kind, rng) if kind in (*OWN_NUMBERS, "fraction") else _words(kind, rng)


def _number(kind: str, rng: Random) -> Case:
    number = rng.choice([rng.randrange(-99, 99), rng.randrange(-(10**10), 10**10)])
    right, wrong = str(number), str(number + rng.choice([-1, 1, 10]))
    if "decimal" in kind:
        right = f"{rng.randrange(-(10**6), 10**6)}.{rng.randrange(1, 1000):03}"
        wrong = right + "1"
    if kind == "fraction":
        right, wrong = f"{right}/7", f"{wrong}/7"
    item: dict[str, Item] = {
        "number": {"number": number},
        "decimal number": {"number": float(right) if "decimal" in kind else 0.5},
        "answer as number": {"answer": number},
    }
    return item.get(kind, {"answer": right, "type": kind}), right, wrong


def _words(kind: str, rng: Random) -> Case:
    if kind in ("tuple", "set"):
        parts = [str(rng.randrange(100)) for _ in range(rng.randrange(2, 6))]
        right, wrong = ", ".join(parts), ", ".join([*parts[:-1], str(int(parts[-1]) + 1)])
        return {"answer": right, "type": kind}, ", ".join(parts[::-1]) if kind == "set" else right, wrong
    if kind == "answer":
        word, other = rng.sample(WORDS, 2)
        return {"answer": word}, word, other
    choices = ["billing", "bug report", "praise", "spam"]
    at, other_at = rng.sample(range(4), 2)
    named = choices if kind == "choice in words" else "ABCD"
    return {"choices": choices, "answer": "ABCD"[at]}, named[at], named[other_at]


OWN_NUMBERS = ("number", "decimal number", "answer as number", "integer", "decimal")
OWN = (*OWN_NUMBERS, "fraction", "answer", "tuple", "set", "choice", "choice in words")
TASKS = [(task, language) for _, task, language in exam.files()]


def groups(kind: str, item: Item, *, own: bool) -> tuple[str, ...]:
    """The wrappings that apply to an item."""
    extra = [ENDING] if own else []
    if item.get("type") in ("integer", "decimal") or kind in OWN_NUMBERS:
        extra.append(NUMERAL)
    if item.get("type") in ("tuple", "set"):
        extra.append(PARTS)
    return (TAGGED, STATED, *extra)


def check(grader: Grader, kind: str, cases: Iterator[Case], limit: int, *, own: bool) -> None:
    """Every wrapping of every case: 1 for the right answer, 0 for the wrong one."""
    tried = 0
    for at, (item, right, wrong) in enumerate(cases):
        if at == limit:
            break
        wrappings = of(*groups(kind, item, own=own))
        assert len(wrappings) >= 60
        for wrapping in wrappings:
            for answer, score in ((right, 1.0), (wrong, 0.0)):
                one_line = " ".join(answer.split()) if wrapping.group == STATED else answer
                graded = grader.grade(item, wrapping.write(one_line))
                assert graded.score == score, (kind, item.get("id"), wrapping, wrapping.write(one_line), graded)
                tried += 1
    assert tried


sizes = pytest.mark.parametrize("limit", [SAMPLE, pytest.param(GRID, marks=pytest.mark.slow)])


@sizes
@pytest.mark.parametrize(("task", "language"), TASKS, ids="-".join)
def test_shipped_reasoning_items(task: str, language: str, limit: int) -> None:
    cases = [*shipped(task, language)]
    step = max(1, len(cases) // limit)
    check(graders.answer_tag, task, iter(cases[::step]), limit, own=False)


@sizes
@pytest.mark.parametrize("kind", OWN)
def test_own_items(kind: str, limit: int) -> None:
    check(graders.own, kind, made(kind), limit, own=True)


@sizes
def test_values_of_programs(limit: int) -> None:
    rows = read_jsonl(CODING / "predict.jsonl")[: limit if limit > SAMPLE else 2]
    for at, row in enumerate(rows):
        right = repr(row["value"])
        wrong = repr(next(r["value"] for r in rows[at + 1 :] + rows if r["value"] != row["value"]))
        for wrapping in of(TAGGED, STATED):
            assert graders.python_value.grade(row, wrapping.write(right)).score == 1.0, (wrapping, right)
            assert graders.python_value.grade(row, wrapping.write(wrong)).score == 0.0, (wrapping, wrong)


PROGRAMS = of(PROGRAM)
assert len(PROGRAMS) >= 60
CALLS = {"id": "double", "entry_point": "f", "calls": [{"args": [n], "value": 2 * n} for n in range(3)]}


@pytest.mark.usefixtures("sandbox")
@pytest.mark.parametrize(("body", "score"), [("return 2 * n", 1.0), ("return n", 0.0)])
def test_programs_run(body: str, score: float) -> None:
    for wrapping in PROGRAMS:
        graded = graders.own_with_code.grade({**CALLS, "prompt": "?"}, wrapping.write(f"def f(n):\n    {body}"))
        assert graded.score == score, (wrapping, graded)
        assert graded.detail["verdict"] == ("passed" if score else "wrong"), wrapping


@sizes
def test_programs_are_found_whole(limit: int) -> None:
    rows = [row for name in ("complete", "fix", "edit") for row in read_jsonl(CODING / f"{name}.jsonl")]
    for row in rows[:: max(1, len(rows) // limit)]:
        reference = row["reference"].strip()
        for wrapping in PROGRAMS:
            found = code.program(wrapping.write(reference), row["entry_point"])
            assert found, (wrapping, row["id"])
            assert _flush(reference) in _flush(found.source), (wrapping, row["id"])


def _flush(source: str) -> str:
    return "\n".join(line.strip() for line in source.splitlines())


@sizes
def test_queries_are_found_whole(limit: int) -> None:
    for row in read_jsonl(CODING / "sql.jsonl")[:limit]:
        for wrapping in (w for w in PROGRAMS if w.name not in NOT_SQL and "no fence" not in w.name):
            found = code.sql(wrapping.write(row["reference"]))
            if wrapping.name != "indented code":
                assert found and found[0].strip() == row["reference"].strip(), wrapping  # noqa: PT018


def test_json() -> None:
    item = {"json_schema": {"type": "object", "required": ["a"], "properties": {"a": {"const": 1}}}}
    for wrapping in (w for w in PROGRAMS if w.name not in NOT_JSON):
        for value, score in ((1, 1.0), (2, 0.0)):
            text = json.dumps({"a": value, "b": ["]", "}"]}, indent=2)
            graded = graders.own.grade(item, wrapping.write(text))
            assert (graded.score, bool(graded.extracted)) == (score, True), (wrapping, graded)


MUTATIONS: Mapping[str, Callable[[str], str]] = {
    "sign": lambda a: a.removeprefix("-") if a.startswith("-") else "-" + a,
    "last digit": lambda a: a[:-1] + str((int(a[-1]) + 1) % 10),
    "one digit less": lambda a: a[:-1],
    "one digit more": lambda a: a + "1",
    "two numbers": lambda a: f"{a} or 1{a.strip('-')}",
    "a range": lambda a: f"{a} - 99",
    "times ten": lambda a: f"{a} × 10^1",
    "in ten thousands": lambda a: f"{a}万",
    "a fraction of it": lambda a: f"{a}/2",
    "another unit": lambda a: f"{a} kg",
    "negated": lambda a: f"not {a}",
}
TEXT_MUTATIONS: Mapping[str, Callable[[str], str]] = {
    "article": lambda a: f"a {a}",
    "the": lambda a: f"the {a}",
    "plural": lambda a: f"{a}s",
    "cut": lambda a: a[:-1],
    "negated": lambda a: f"not {a}",
    "two": lambda a: f"{a} or {a}s",
    "minus": lambda a: f"-{a}",
    "unit": lambda a: f"{a} kg",
}


@pytest.mark.parametrize("kind", ["integer", "answer as number"])
def test_near_numbers_never_pass(kind: str) -> None:
    for at, (item, right, _) in enumerate(made(kind)):
        if at == 20:
            break
        for name, mutate in MUTATIONS.items():
            for wrapping in of(TAGGED, STATED)[at % 3 :: 3]:
                if abs(int(right)) > 9:
                    graded = graders.own.grade(item, wrapping.write(mutate(right)))
                    assert graded.score == 0.0, (name, wrapping, right, graded)


def test_near_words_never_pass() -> None:
    for at, (item, right, _) in enumerate(made("answer")):
        if at == 20:
            break
        for name, mutate in TEXT_MUTATIONS.items():
            for wrapping in of(TAGGED, STATED, ENDING)[at % 3 :: 3]:
                graded = graders.own.grade(item, wrapping.write(mutate(right)))
                assert graded.score == 0.0, (name, wrapping, right, graded)


def test_parts_in_another_order_never_pass() -> None:
    for at, (item, right, _) in enumerate(made("tuple")):
        if at == 40:
            break
        parts = right.split(", ")
        turned = parts[1:] + parts[:1]
        for wrapping in of(TAGGED, STATED, PARTS):
            score = graders.own.grade(item, wrapping.write(", ".join(turned))).score
            assert score == float(turned == parts), (wrapping, right)
            for near in (parts[:-1], [*parts, parts[-1]]):
                assert graders.own.grade(item, wrapping.write(", ".join(near))).score == 0.0, (wrapping, right)


def test_the_docs_show_every_wrapping() -> None:
    page = (Path(__file__).parents[2] / "docs" / "answers.md").read_text(encoding="utf-8")
    assert page.endswith("checked by the tests -->\n\n" + table()), "put `python -m tests.scoring.wrappings` there"
