"""`make ceiling`: an exam on paper, from its export to a score, beside a run's models."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import CODING, Bench
from tests.fake_endpoint import FakeEndpoint

PUBLISHED = Path(__file__).parents[2] / "results" / "published" / "ceiling"
RIGHT = {item["id"]: f"```\n{repr(item['value']) if 'value' in item else item['reference']}\n```" for item in CODING}
SLICE = ("--instances", "2", "--levels", "1,2", "--families", "vans,meter,conveyor,receipts,library")
"""Two items of a family of each kind."""


def answered(bench: Bench, answers: dict[str, str] | None, *flags: str) -> str:
    """What `bench tasks grade` prints of replies to the exported slice: these answers, or blanks."""
    exported = [json.loads(line) for line in bench("tasks", "export", "coding", *SLICE).out.splitlines()]
    assert len(exported) == 10
    lines = [{**line, "answer": answers[line["item"]] if answers else ""} for line in exported]
    (bench.folder / "replies.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    graded = bench("tasks", "grade", "replies.jsonl", *SLICE, *flags)
    assert graded.code == 0, graded.err
    return graded.out


@pytest.mark.usefixtures("sandbox")
def test_references_as_replies_score_all_and_blanks_nothing(bench: Bench, endpoint: FakeEndpoint) -> None:
    right = answered(bench, RIGHT)
    assert "| on paper | coding | all | all | 10 | 100 % (" in right
    assert "| on paper | coding | library | 2 | 1 | 100 % |" in right
    assert "items are answered" not in right
    bench.configure(endpoint, "other", limit=4)
    assert bench("run", "--yes").code == 0
    blank = answered(bench, None, "--beside", bench.run_folder.name)
    assert "| on paper | coding | all | all | 10 | 0 % (" in blank
    assert "| other | coding | all | all | 4 | 0 % (" in blank


@pytest.mark.slow
@pytest.mark.usefixtures("sandbox")
@pytest.mark.parametrize(("suite", "n", "options"), [
    ("coding", 24, "--exam-seed 5 --instances 5 --levels 2,3,4"), ("reasoning", 32, "--instances 6 --levels 2,3"),
    ("starter", 24, "--exam-seed 5 --instances 2"),
])  # fmt: skip
def test_the_published_replies_score_what_their_page_says(bench: Bench, suite: str, n: int, options: str) -> None:
    graded = bench("tasks", "grade", str(PUBLISHED / f"{suite}.jsonl"), *options.split())
    (line,) = [line for line in graded.out.splitlines() if line.startswith(f"| on paper | {suite} | all | all |")]
    scored = line.partition("| all | all ")[2]
    assert scored.startswith(f"| {n} | 100 % (")
    assert scored in (PUBLISHED / "README.md").read_text()


def test_a_run_that_asked_something_else_stands_beside_nothing(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", limit=1)
    assert bench("run", "--yes").code == 0
    (bench.folder / "replies.jsonl").write_text(
        json.dumps({"task": "starter_short", "item": "sorting-0", "answer": "5"}) + "\n"
    )
    told = bench("tasks", "grade", "replies.jsonl", "--beside", bench.run_folder.name)
    assert (told.code, "holds no scored items of starter." in told.err, told.err.count("\n")) == (2, True, 1)
    part = bench("tasks", "grade", "replies.jsonl")
    assert "1 of the exam's 120 items are answered, and only these are scored." in part.out
