"""The same right answer scores 1 however it is wrapped, and a wrong one 0; what is nearly right is in `test_near`.

A seeded sample here; the whole grid, up to 200 answers of every kind, is marked slow.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path

import pytest

from bench.registry.items import read_jsonl
from bench.scoring import code, graders, queries
from bench.scoring.graders import Grader
from bench.scoring.json_answers import json_value
from bench.suites.coding.build import FOLDER as CODING
from tests.scoring.cases import OWN, OWN_NUMBERS, TASKS, Case, Item, functions, made, objects, shipped
from tests.scoring.wrappings import ENDING, INLINE, JSON, NUMERAL, PARTS, PROGRAM, STATED, TAGGED, of, table

SAMPLE, GRID = 3, 200
"""Answers of a kind in the sample, and at most in the grid."""
NOT_SQL = {
    "comment first",
    *("docstring that shows a fence", "import first", "main guard", "constant first", "stub after"),
}
NOT_JSON = NOT_SQL | {"output after", "nested Markdown"}


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
ONE_PROGRAM = next(functions())


@pytest.mark.usefixtures("sandbox")
@sizes
def test_programs_run(limit: int) -> None:
    """Every wrapping through the sandbox, and no source twice: most wrappings lead to the very same one."""

    @cache
    def score(identity: str, source: str) -> float | None:
        return graders.own_with_code.grade(known[identity], f"~~~~python\n{source}\n~~~~").score

    known: dict[str, Item] = {}
    for item, *programs in islice(functions(), 1 if limit == SAMPLE else limit):
        known[item["id"]] = item
        for program, wanted in zip(programs, (1.0, 0.0), strict=True):
            for wrapping in (*PROGRAMS, *of(INLINE)):
                text = program.replace("\n    ", " ") if wrapping.group == INLINE else program
                found = code.program(wrapping.write(text), "f")
                assert found, (wrapping, text)
                assert score(item["id"], found.source) == wanted, (wrapping, text, found)


@pytest.mark.usefixtures("sandbox")
def test_one_program_in_every_wrapping_through_the_grader() -> None:
    item, right, _ = ONE_PROGRAM
    for wrapping in PROGRAMS:
        graded = graders.own_with_code.grade(item, wrapping.write(right))
        assert (graded.score, graded.detail["verdict"]) == (1.0, "passed"), (wrapping, graded)


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
            found = queries.sql(wrapping.write(row["reference"]))
            if wrapping.name != "indented code":
                assert found and found[0].strip() == row["reference"].strip(), wrapping  # noqa: PT018


@sizes
def test_json(limit: int) -> None:
    ways = [*(w for w in PROGRAMS if w.name not in NOT_JSON), *of(JSON, STATED)]
    assert len(ways) >= 60
    for item, *texts in islice(objects(), 1 if limit == SAMPLE else limit):
        for wrapping in ways:
            for text in texts:
                read = json_value(wrapping.write(text))
                assert read is not None, (wrapping, text)
                assert read[0] == json.loads(text), (wrapping, text, read)  # so that it scores as the text alone does
        for text, score in zip(texts, (1.0, 0.0), strict=True):
            for wrapping in ways if limit == SAMPLE else ways[:1]:
                assert graders.own.grade(item, wrapping.write(text)).score == score, (wrapping, text)


def test_the_docs_show_every_wrapping() -> None:
    page = (Path(__file__).parents[2] / "docs" / "answers.md").read_text(encoding="utf-8")
    assert page.endswith("checked by the tests -->\n\n" + table()), "put `python -m tests.scoring.wrappings` there"
