"""Items that nothing grades: they run and count in cost and latency, and their quality is "not measured"."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from bench.records import read_rows
from tests.cli.conftest import Bench
from tests.fake_endpoint import FakeEndpoint, Reply, Request

FREE = [{"id": f"f{n}", "prompt": f"Write about {n}.", "ungraded": True} for n in range(24)]
MARKED = [{"id": f"m{n}", "prompt": f"What is {n} + 1?", "number": n + 1} for n in range(12)]
CLAIM = """
[claims.{name}]
candidate = "cheap"
baseline = "dear"
suites = ["{suite}"]
{margins}
"""


@pytest.fixture
def writing() -> Iterator[FakeEndpoint]:
    """Writes a line, or the number asked for; "cheap" is refused one item, and cut short in another."""

    def script(request: Request) -> Reply:
        cheap = request.body["model"] == "cheap"
        if request.prompt == "Write about 3." and cheap:
            return Reply(text="I will not.", finish_reason="content_filter")
        if request.prompt == "Write about 4." and cheap:
            return Reply(text="It is a", finish_reason="length")
        words = request.prompt.split()
        return Reply(text=str(int(words[2]) + 1) if words[0] == "What" else f"About {words[2]} much is known.")

    with FakeEndpoint(script) as running:
        yield running


def made(bench: Bench, name: str, items: list[dict[str, Any]]) -> None:
    (bench.folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, items)))
    done = bench("tasks", "new", name, "--from", f"{name}.jsonl", "--max-tokens", "40")
    assert done.code == 0, done.err


def configure(bench: Bench, endpoint: FakeEndpoint, suites: list[str], claims: str) -> None:
    """Two models at prices of 100 and 1 USD a million tokens."""
    tables, prices = [f"[run]\nsuites = {json.dumps(suites)}\n"], []
    for model, usd in (("dear", 100), ("cheap", 1)):
        address = f'base_url = "{endpoint.url}"\nmax_tokens = 40\n'
        tables.append(f'[models.{model}]\nmodel = "openai-api/acme/{model}"\n{address}')
        prices.append(
            f'[[price]]\nprovider = "openai-api/acme"\nmodel = "{model}"\ninput = "{usd}"\noutput = "{usd}"\n'
        )
    (bench.folder / "bench.toml").write_text("\n".join([*tables, claims]))
    (bench.folder / "prices.toml").write_text("\n".join(prices))


def test_what_nothing_grades_runs_and_is_judged_by_cost_alone(bench: Bench, writing: FakeEndpoint) -> None:
    made(bench, "free", FREE)
    both = CLAIM.format(name="both", suite="free", margins="cheaper_by = 0.5\nworse_by = 0.05")
    cost = CLAIM.format(name="cost", suite="free", margins="cheaper_by = 0.5")
    configure(bench, writing, ["free"], both + cost)
    done = bench("run", "--yes")
    assert done.code == 0, done.err
    items, answers = read_rows(bench.run_folder)
    assert len(items) == 48
    assert {(row.score, row.graded) for row in items} == {(None, False)}
    ended = {row.item: row.outcome for row in items if row.model == "cheap" and row.outcome != "answered"}
    assert ended == {"f3": "refused", "f4": "truncated"}
    assert {row.error for row in answers} == {None}
    judged = {each["name"]: each for each in json.loads(bench("claim", "--json").out)}
    assert bench("claim", "--claim", "cost").code == 0, "supported: nothing but cost is claimed"
    assert judged["cost"]["verdict"] == "supported"
    undecided = bench("claim", "--claim", "both")
    assert undecided.code == 4
    assert "not measured: nothing grades the items of free" in " ".join(undecided.out.split())
    text = " ".join((bench.run_folder / "comparison.md").read_text().split())
    assert "not measured" in text
    assert "cheap on free: nothing grades 24 of 24 answers" in text
    assert "missing and in no number" not in text
    [alike] = json.loads((bench.run_folder / "comparison.json").read_text())["likenesses"]
    assert (alike["n"], alike["likeness"]["estimate"], alike["equal"]["estimate"]) == (22, 1.0, 1.0), "22 are whole"
    assert "Likeness of answers that nothing grades" in text
    assert "count 0" not in text
    page = (bench.run_folder / "report.html").read_text()
    assert "not measured" in page
    assert "Likeness of answers that nothing grades" in page
    assert bench("verify", str(bench.run_folder)).code == 0
    refused = bench("gate", "--save", "base.json")
    assert refused.code == 2
    assert "nothing grades some answers of free" in refused.err
    said = json.loads(bench("score", "--json").out)
    assert [(row["n"], row["missing"], row["ungraded"], row["score"]) for row in said["rows"]] == [
        (24, 0, 24, None)
    ] * 2
    assert all(row["cost_per_1000_usd"]["n"] == 24 and row["tokens_out"]["n"] == 24 for row in said["rows"])


def test_of_a_mixed_suite_the_score_rests_on_what_is_graded(bench: Bench, writing: FakeEndpoint) -> None:
    made(bench, "mixed", [*FREE, *MARKED])
    configure(
        bench, writing, ["mixed"], CLAIM.format(name="both", suite="mixed", margins="cheaper_by = 0.5\nworse_by = 0.3")
    )
    done = bench("run", "--yes")
    assert done.code == 0, done.err
    rows = json.loads((bench.run_folder / "comparison.json").read_text())["rows"]
    assert [(row["n"], row["score"]["n"], row["score"]["estimate"], row["ungraded"]) for row in rows] == [
        (36, 12, 1.0, 24)
    ] * 2
    (judged,) = json.loads(bench("claim", "--json").out)
    parts = {part["name"]: part for part in judged["parts"]}
    assert (parts["quality"]["n"], parts["cost"]["n"]) == (12, 36)
    assert parts["quality"]["notes"] == ["the score rests on the 12 of 36 items that are graded"]


def test_a_forgotten_answer_is_no_ungraded_item(bench: Bench) -> None:
    (bench.folder / "mine.jsonl").write_text(json.dumps({"id": "a", "prompt": "?"}))
    forgotten = bench("tasks", "new", "mine", "--from", "mine.jsonl")
    assert forgotten.code == 2
    kinds = (
        "calls, json_schema, regex, number, choices, answer, fields, tool_calls, round_trip, "
        "source_numbers, source_quotes, ungraded"
    )
    assert f"needs one of {kinds}" in " ".join(forgotten.err.split())
    (bench.folder / "mine.jsonl").write_text(json.dumps({"id": "a", "prompt": "?", "ungraded": True, "number": 1}))
    assert bench("tasks", "new", "mine", "--from", "mine.jsonl").code == 2
