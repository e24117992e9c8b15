"""An exported exam shows prompts alone; a file of replies to it is scored; each mistake is one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import registry
from bench.errors import UsageError
from bench.records import RunSettings
from bench.run import ceiling

KNOWN = registry.read()
SHORT = registry.shipped("tasks") / "starter" / "short.jsonl"
RIGHT = {row["id"]: row["answer"] for row in map(json.loads, SHORT.read_text("utf-8").splitlines())}


def replies(path: Path, *lines: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_an_exam_is_exported_without_what_answers_it_and_its_replies_are_scored(tmp_path: Path) -> None:
    lines = [json.loads(line) for line in ceiling.export(KNOWN, RunSettings(("starter_short",), levels=(1,)))]
    assert len(lines) == 30
    assert {tuple(line) for line in lines} == {("suite", "task", "item", "prompt")}
    answered = [{**line, "answer": RIGHT[line["item"]] if line["item"] != "sorting-0" else "no"} for line in lines]
    paper = ceiling.grade(replies(tmp_path / "a.jsonl", *answered), KNOWN, RunSettings(()))
    assert (paper.answered, paper.exam) == (30, 120)
    score = {(cell.family, cell.level): (cell.n, round(cell.n * cell.score.estimate)) for cell in paper.cells}
    assert score["all", None] == (30, 29)
    assert score["sorting", 1] == (5, 4)
    assert score["people", 1] == (5, 5)
    assert "| starter | sorting | 1 | 5 | 80 % (" in ceiling.table(paper.cells)


def test_a_reply_outside_of_the_slice_that_was_exported_is_one_line(tmp_path: Path) -> None:
    file = replies(tmp_path / "a.jsonl", {"task": "starter_short", "item": "sorting-0", "answer": RIGHT["sorting-0"]})
    paper = ceiling.grade(file, KNOWN, RunSettings((), levels=(1,), families=("sorting",)))
    assert (paper.answered, paper.exam) == (1, 5)
    with pytest.raises(UsageError, match="'sorting-0' of starter_short is not in the exam"):
        ceiling.grade(file, KNOWN, RunSettings((), levels=(2,)))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"item": "sorting-77"}, "item 'sorting-77' of starter_short is not in the exam"),
        ({"task": "starter_long"}, "there is no task 'starter_long'"),
        ({"answer": 5}, "'answer' must be a text"),
        ({}, "item 'sorting-1' of starter_short is answered twice"),
    ],
)
def test_a_reply_that_fits_no_item_is_one_line(tmp_path: Path, change: dict[str, object], told: str) -> None:
    good: dict[str, object] = {"task": "starter_short", "item": "sorting-1", "answer": "5"}
    with pytest.raises(UsageError) as raised:
        ceiling.grade(replies(tmp_path / "a.jsonl", good, {**good, **change}), KNOWN, RunSettings(()))
    assert "a.jsonl:2" in str(raised.value)
    assert told in str(raised.value)
