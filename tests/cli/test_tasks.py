"""`bench tasks`: from a file of prompts to a table in two commands, and what a bad line says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Bench
from tests.fake_endpoint import FakeEndpoint, Reply, Request

ITEMS: list[dict[str, Any]] = [
    *({"id": f"sum-{n}", "prompt": f"What is {n} + {n}?", "number": 2 * n, "cluster": "sums"} for n in range(1, 9)),
    *({"id": f"word-{n}", "prompt": f"Say '{word}'.", "answer": word} for n, word in enumerate(["ja", "nein", "oui"])),
    {"id": "chat", "messages": [
        {"role": "system", "content": "Answer in one word."}, {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Hello"}, {"role": "user", "content": "Capital of Peru?"},
    ], "answer": "Lima"},
    {"id": "date", "prompt": "An ISO date in 2026?", "regex": r"\A2026-\d\d-\d\d\Z", "example": "2026-02-03"},
    {"id": "json", "prompt": "A point?", "json_schema": {"type": "object", "required": ["x"]}, "example": '{"x": 1}'},
    {"id": "pick", "prompt": "A fruit?", "choices": ["stone", "pear"], "answer": "pear"},
    *({"id": f"more-{n}", "prompt": f"Count to {n}?", "number": n, "level": 2} for n in range(40, 45)),
]  # fmt: skip


def write(path: Path, items: Sequence[dict[str, Any]]) -> Path:
    path.write_text("\n".join(map(json.dumps, items)) + "\n")
    return path


@pytest.fixture
def answering() -> Iterator[FakeEndpoint]:
    """The model "good" answers ITEMS rightly, any other never."""
    right = {
        "chat": "Lima",
        "date": "2026-02-03",
        "json": '```json\n{"x": 3}\n```',
        "pick": "I choose <answer>B</answer>",
    }

    def script(request: Request) -> Reply:
        content = request.prompt
        item = next(i for i in ITEMS if content.startswith(i.get("prompt") or i["messages"][-1]["content"]))
        text = right.get(item["id"]) or str(item.get("number", item.get("answer")))
        return Reply(text=text if request.body["model"] == "good" else "no idea")

    with FakeEndpoint(script) as running:
        yield running


def test_twenty_lines_become_a_table_of_two_models_in_two_commands(bench: Bench, answering: FakeEndpoint) -> None:
    assert len(ITEMS) == 20
    write(bench.folder / "mine.jsonl", ITEMS)
    bench.configure(answering, "good", "bad")

    made = bench("tasks", "new", "mine", "--from", "mine.jsonl")
    assert made.code == 0, made.err
    assert "20 items, 20 right answers tried" in made.out
    assert "Run it: bench run -t mine" in made.out

    done = bench("run", "-t", "mine", "--limit", "all", "--json")
    assert done.code == 0, done.err
    good, bad = json.loads(done.out)["rows"]
    assert (good["model"], good["suite"], good["n"], good["score"]["estimate"]) == ("good", "mine", 20, 1.0)
    assert bad["score"]["estimate"] == 0.0
    assert bad["unparsable"] == 15, "no number, JSON or letter; words are always an answer"
    chats = [r.body["messages"] for r in answering.requests if r.prompt == "Capital of Peru?"]
    assert chats == [ITEMS[11]["messages"]] * 2


def test_a_csv_is_as_good(bench: Bench) -> None:
    (bench.folder / "mine.csv").write_text(
        'id,prompt,number,answer,choices,level\n1,"one, or 1?",1,,,2\n'
        '2,word?,,"a ""b""",,\n3,pick,,y,"[""x"", ""y""]",\n'
    )
    made = bench("tasks", "new", "mine", "--from", "mine.csv", "--system", "Be short.", "--max-tokens", "64")
    assert made.code == 0, made.err
    rows = [json.loads(line) for line in (bench.folder / "bench-tasks" / "mine.jsonl").read_text().splitlines()]
    assert rows[0] == {"id": "1", "prompt": "one, or 1?", "number": 1, "level": 2}
    assert rows[1] == {"id": "2", "prompt": "word?", "answer": 'a "b"'}
    assert rows[2]["choices"] == ["x", "y"]
    assert '"system", "content": "Be short."' in made.out
    listed = [line.split() for line in bench("list", "tasks").out.splitlines()]
    assert ["mine", "1", "3", "64", "private"] in listed
    assert listed[-1][:2] == ["lm-eval's", "generative"]


GOOD = {"id": "a", "prompt": "p", "answer": "x"}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{not json}", "not valid JSON"),
        ("[1]", "each line must be a JSON object"),
        ({"prompt": "p", "answer": "x"}, "needs an 'id'"),
        ({"id": "b", "prompt": "q", "calls": [{"args": [], "value": 1}, {"args": [{"a": 1}], "value": 1, "x": 2}],
          "entry_point": "f"}, "call 2 must be"),
        ({**GOOD, "prompt": ""}, "'prompt' must be a text that is not empty"),
        ({"id": "b", "answer": "x"}, "needs either 'prompt', a text, or 'messages'"),
        ({**GOOD, "id": "b", "messages": []}, "needs either 'prompt', a text, or 'messages'"),
        ({"id": "b", "answer": "x", "messages": [{"role": "user"}]}, "every one of 'messages' must be"),
        ({"id": "b", "answer": "x", "messages": [{"role": "assistant", "content": "A"}]}, "must end with a user turn"),
        (
            {"id": "b", "answer": "x", "messages": [GOOD | {}, {"role": "user", "content": "A"}]},
            "every one of 'messages' must be",
        ),
        (
            {"id": "b", "answer": "x", "messages": [
                {"role": "user", "content": "A"}, {"role": "system", "content": "B"}, {"role": "user", "content": "A"},
            ]},
            "a system message must be the first",
        ),
        ({"id": "b", "prompt": "q"}, "to be graded by, but has none"),
        ({**GOOD, "id": "b", "number": 3}, "to be graded by, but has number and answer"),
        ({**GOOD, "id": "b", "anwser": 3}, "unknown field 'anwser'. Did you mean 'answer'?"),
        ({"id": "b", "prompt": "q", "number": "3"}, "'number' must be a number, without quotes"),
        ({"id": "b", "prompt": "q", "number": float("inf")}, "Infinity is not a number in JSON"),
        ({"id": "b", "prompt": "q", "answer": []}, "'answer' must be a text or a number"),
        ({"id": "b", "prompt": "q", "regex": "("}, "'regex' is not valid: missing )"),
        ({"id": "b", "prompt": "q", "json_schema": {"type": "thing"}}, "'json_schema' is not a valid JSON Schema"),
        ({"id": "b", "prompt": "q", "json_schema": {"$ref": "http://x.invalid/s"}}, "only references inside"),
        ({"id": "b", "prompt": "q", "choices": ["x"], "answer": "x"}, "'choices' must be a list of 2 to 26"),
        ({"id": "b", "prompt": "q", "choices": ["x", "x"], "answer": "x"}, "'choices' must differ by more than case"),
        ({"id": "b", "prompt": "q", "choices": ["x", "y"], "answer": "C"}, "its letter, A to B"),
        ({"id": "b", "prompt": "q", "calls": [{"args": [1], "value": 1}]}, "'calls' needs an 'entry_point'"),
        ({"id": "b", "prompt": "q", "calls": [], "entry_point": "f"}, "'calls' must be a list that is not empty"),
        ({"id": "b", "prompt": "q", "calls": [{"args": 1}], "entry_point": "f"}, "call 1 must be"),
        ({"id": "b", "prompt": "q", "choices": ["A.", "a"], "answer": "A"}, "must differ by more than case"),
        ({"id": "b", "prompt": "q", "choices": ["b", "x"], "answer": "x"}, "the choice 'b' would be called A"),
        ({"id": "b", "prompt": "q", "choices": [1, 2], "answer": "A"}, "'choices' must be texts"),
        ({"id": "b", "prompt": "q", "number": 10**60}, "'number' has more than 60 digits"),
        ({"id": "b", "prompt": "q", "answer": "x" * 4097}, "'answer' has more than 4096 characters"),
        ({"id": "b\nc", "prompt": "q", "answer": "x"}, "'id' must be one line"),
        ('{"id": "b", "prompt": "q", "number": 0.1234567890123456789}', "kept exactly, but only as 0.1234567"),
        ('{"id": "b", "prompt": "q", "number": 1e400}', "cannot be kept exactly, but only as inf"),
        ('{"id": "b", "prompt": "q", "answer": "x", "answer": "y"}', "'answer' is given twice"),
        ('{"id": "b", "prompt": "q", "number": ' + "9" * 5000 + "}", "a number has more than 4000 digits"),
        ('{"id": "b", "prompt": "q", "answer": "x", "meta": ' + "[" * 200 + "]" * 200 + "}", "nested deeper than 100"),
        ('{"id": "b", "prompt": "q", "answer": "x", "meta": ' + "[" * 10**5 + "]" * 10**5 + "}", "nested too deeply"),
        ('{"id": "b", "prompt": "\\uD800", "answer": "x"}', "half a character"),
        ({"id": "b", "prompt": "q", "json_schema": {"properties": {"a": {"$ref": "#/$defs/a"}}}}, "/$defs/a' does not"),
        ({"id": "b", "prompt": "q", "json_schema": {"properties": {"a": {"pattern": "("}}}}, "missing )"),
        ({**GOOD, "id": "b", "prompt": "q", "level": 0}, "'level' must be a whole number from 1"),
        ({**GOOD, "prompt": "q"}, "the id 'a' is already taken by line 1"),
        ({**GOOD, "id": "b"}, "asks the same as line 1"),
    ],
)  # fmt: skip
def test_a_bad_line_is_named(bench: Bench, line: object, problem: str) -> None:
    text = line if isinstance(line, str) else json.dumps(line)
    (bench.folder / "mine.jsonl").write_text(json.dumps(GOOD) + "\n\n" + text + "\n")
    made = bench("tasks", "new", "mine", "--from", "mine.jsonl")
    assert made.code == 2
    assert made.err.startswith("Error: mine.jsonl:3: "), made.err
    assert problem in made.err
    assert made.err.count("\n") == 1
    assert not (bench.folder / "bench-tasks").exists()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("id,prompt,number\n1,p,x\n", "mine.csv:2: the cell 'number' must be JSON"),
        ("id,prompt,number\n1,p\n", "mine.csv:2: has another number of cells"),
        ("id,prompt,number\n1,p,1,1\n", "mine.csv:2: has another number of cells"),
        ('id,prompt,number\n1,"p\nq",1\n2,r,x\n', "mine.csv:4: the cell 'number' must be JSON"),
        ("id,prompt,number,number\n1,p,1,1\n", "mine.csv:1: the header names a column twice"),
        ("id,prompt,number\n", "mine.csv: holds no items"),
        ('id,prompt,number\n1,"p,1\n', "mine.csv:2: is not valid CSV"),
    ],
)
def test_a_bad_csv_is_named(bench: Bench, text: str, problem: str) -> None:
    (bench.folder / "mine.csv").write_text(text)
    made = bench("tasks", "new", "mine", "--from", "mine.csv")
    assert (made.code, problem in made.err) == (2, True), made.err


def test_a_wrong_expectation_is_named_by_line_and_nothing_is_written(bench: Bench) -> None:
    rows = [*ITEMS[:3], {"id": "odd", "prompt": "An odd digit?", "regex": "[13579]", "example": "4"}]
    (bench.folder / "mine.jsonl").write_text("\n\n".join(map(json.dumps, rows)))
    made = bench("tasks", "new", "mine", "--from", "mine.jsonl")
    assert made.code == 2
    assert made.err.startswith("mine.jsonl:7: the right answer to item odd does not score 1 (1 of 4 items). Correct")
    assert made.err.endswith("nothing was written. Correct mine.jsonl, then run the same command again.\n")
    assert not (bench.folder / "bench-tasks").exists()


def test_files_from_other_systems_are_read(bench: Bench) -> None:
    lines = "".join(f"{json.dumps(item)}\r\n" for item in ITEMS[:3])
    (bench.folder / "mine.jsonl").write_bytes(b"\xef\xbb\xbf" + lines.encode())
    assert bench("tasks", "new", "mine", "--from", "mine.jsonl").code == 0
    (bench.folder / "wide.jsonl").write_text(lines, encoding="utf-16")
    made = bench("tasks", "new", "wide", "--from", "wide.jsonl")
    assert made.err == "Error: wide.jsonl:1: is not UTF-8 text. Save the file as UTF-8.\n"


def test_an_edit_under_an_unchanged_version_is_said_at_the_run(bench: Bench, answering: FakeEndpoint) -> None:
    write(bench.folder / "mine.jsonl", ITEMS)
    bench.configure(answering, "good")
    assert bench("tasks", "new", "mine", "--from", "mine.jsonl").code == 0
    assert "content changed" not in bench("run", "-t", "mine", "--dry-run").err
    data = bench.folder / "bench-tasks" / "mine.jsonl"
    data.write_text(data.read_text().replace('"number": 40', '"number": 39'))
    warned = bench("run", "-t", "mine", "--dry-run").err
    assert "mine.yaml: its content changed, but metadata.version is still 1" in warned


def test_a_grader_that_fails_loses_no_run(bench: Bench, answering: FakeEndpoint) -> None:
    (bench.folder / "bench-tasks").mkdir()
    (bench.folder / "bench-tasks" / "task_words.py").write_text(
        "from bench import task\n@task(version=1, grade=lambda item, text: float(text) / 0)\ndef words():\n"
        "    for n in range(1, 4):\n        yield {'id': n, 'prompt': f'What is {n} + {n}?'}\n"
    )
    bench.configure(answering, "good")
    done = bench("run", "-t", "words")
    assert done.code == 5, done.err
    assert "words: the grader failed" in done.err
    assert "ZeroDivisionError" in done.err
    assert len(answering.requests) == 3


def test_a_bad_line_that_was_edited_in_later_is_named_at_the_run(bench: Bench, answering: FakeEndpoint) -> None:
    write(bench.folder / "mine.jsonl", ITEMS)
    bench.configure(answering, "good")
    assert bench("tasks", "new", "mine", "--from", "mine.jsonl").code == 0
    with (bench.folder / "bench-tasks" / "mine.jsonl").open("a") as file:
        file.write('{"id": "new", "prompt": "?"}\n')
    done = bench("run", "-t", "mine")
    assert done.code == 2
    assert "bench-tasks/mine.jsonl:21: needs one of" in done.err
    assert not answering.requests


def test_a_name_that_is_taken_is_refused_and_replacing_raises_the_version(bench: Bench) -> None:
    write(bench.folder / "mine.jsonl", ITEMS)
    assert bench("tasks", "new", "mine", "--from", "mine.jsonl").code == 0
    again = bench("tasks", "new", "mine", "--from", "mine.jsonl")
    assert (again.code, "exists already" in again.err) == (2, True)
    write(bench.folder / "mine.jsonl", ITEMS[:19])
    replaced = bench("tasks", "new", "mine", "--from", "mine.jsonl", "--replace")
    assert (replaced.code, "(version 2)" in replaced.out) == (0, True), replaced.err
    shipped = bench("tasks", "new", "coding", "--from", "mine.jsonl")
    assert (shipped.code, "the name 'coding' is already taken" in shipped.err) == (2, True)
    assert "cannot be a task's name" in bench("tasks", "new", "a b", "--from", "mine.jsonl").err
    (bench.folder / "bench-tasks" / "mine.yaml").write_text("task: mine\n")
    odd = bench("tasks", "new", "mine", "--from", "mine.jsonl", "--replace")
    assert (odd.code, "metadata.version is not a whole number" in odd.err) == (2, True)
    (bench.folder / "mine.txt").write_text("x")
    assert "must be a .jsonl file" in bench("tasks", "new", "text", "--from", "mine.txt").err


def test_lint_says_what_it_saw_and_fails_on_a_fault(bench: Bench) -> None:
    write(bench.folder / "mine.jsonl", ITEMS)
    assert bench("tasks", "new", "mine", "--from", "mine.jsonl", "--folder", "other").code == 0
    fine = bench("tasks", "lint", "other")
    assert (fine.code, "1 task loaded, no faults" in fine.out) == (0, True)
    yaml = bench.folder / "other" / "mine.yaml"
    yaml.write_text(yaml.read_text().replace("licence: private", "note: x"))
    faulty = bench("tasks", "lint", "other", "--json")
    assert faulty.code == 2
    assert {f["field"] for f in json.loads(faulty.out)["findings"]} == {"metadata.licence", "metadata.version"}
    told = bench("tasks", "lint", "other")
    assert f"{Path('other/mine.yaml')}: metadata needs a 'licence'" in told.err
    assert "is not a folder" in bench("tasks", "lint", "other/mine.yaml").err
    assert "unknown suite or task 'nothing'" in bench("tasks", "lint", "nothing").err
