"""Own tasks: every kind of answer is graded as documented, chats reach every model alike, Python tasks too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import bench
from bench.errors import UsageError
from bench.records.items import Graded
from bench.registry import LoadedTasks, read, survey
from bench.registry.lint import lint
from bench.registry.own import check, draft
from bench.scoring import graders
from bench.scoring.item import KINDS

CALLS = {"entry_point": "f", "calls": [{"args": [2], "value": 4}, {"args": [0], "value": 0}]}


@pytest.mark.parametrize(
    ("item", "text", "score", "extracted"),
    [
        ({"answer": "Lima"}, "Lima", 1.0, "Lima"),
        ({"answer": "Lima"}, "  **Lima**.\n", 1.0, "**Lima**."),
        ({"answer": "Lima"}, "Let me see.\nLima", 1.0, "Lima"),
        ({"answer": "Lima"}, "The answer is Lima.", 1.0, "Lima"),
        ({"answer": "Lima"}, "Lima\n<answer>Quito</answer>", 0.0, "Quito"),
        ({"answer": "Lima"}, "lima", 0.0, "lima"),
        ({"answer": "two\nlines"}, "two\nlines", 1.0, "two\nlines"),
        ({"answer": 4}, "4", 1.0, "4"),
        ({"answer": "Lima"}, " \n", 0.0, None),
        ({"answer": "**"}, "**", 1.0, "**"),
        ({"answer": "**"}, "$$", 0.0, "$$"),
        ({"choices": ["*", "+"], "answer": "*"}, "*", 1.0, "A"),
        ({"choices": ["*", "+"], "answer": "*"}, "$", 0.0, None),
        ({"number": 4}, "2 + 2 = 4", 1.0, "4"),
        ({"number": 4}, "It costs $4.00.", 1.0, "4"),
        ({"number": 1200}, "<answer>1,200</answer> in 2024", 1.0, "1200"),
        ({"number": -3}, "The answer is −3 degrees", 1.0, "-3"),
        ({"number": 0.1}, "0.1", 1.0, "0.1"),
        ({"number": 0.333}, "0.33", 0.0, "0.33"),
        ({"number": 4}, "four", 0.0, None),
        ({"number": 4}, "4" * 61, 0.0, None),
        ({"regex": r"\bERR-\d+"}, "see ERR-12 there", 1.0, "ERR-12"),
        ({"regex": r"\bERR-\d+"}, "see ERR", 0.0, "see ERR"),
        ({"regex": "x"}, "", 0.0, None),
        ({"json_schema": {"required": ["a"]}}, '```json\n{"a": 1}\n```', 1.0, '{"a": 1}'),
        ({"json_schema": {"required": ["a"]}}, '{"b": 1}', 0.0, '{"b": 1}'),
        ({"json_schema": {"required": ["a"]}}, "no JSON", 0.0, None),
        ({"choices": ["pear", "plum"], "answer": "plum"}, "B", 1.0, "B"),
        ({"choices": ["pear", "plum"], "answer": "B"}, "It is (B).\n<answer>B</answer>", 1.0, "B"),
        ({"choices": ["pear", "plum"], "answer": "B"}, "The answer is plum.", 1.0, "B"),
        ({"choices": ["pear", "plum"], "answer": "B"}, "A) pear", 0.0, "A"),
        ({"choices": ["pear", "plum"], "answer": "B"}, "C", 0.0, None),
        ({"choices": ["B", "A"], "answer": "A"}, "B", 0.0, "A"),
    ],
)
def test_every_kind_of_answer(item: dict[str, Any], text: str, score: float, extracted: str | None) -> None:
    graded = graders.own.grade({"id": "x", "prompt": "?", **item}, text)
    assert (graded.score, graded.extracted) == (score, extracted)


@pytest.mark.usefixtures("sandbox")
def test_calls_run_in_the_sandbox() -> None:
    right = graders.own_with_code.grade({"id": "x", **CALLS}, "```python\ndef f(n):\n    return n * 2\n```")
    assert (right.score, right.sandbox is not None) == (1.0, True)
    wrong = graders.own_with_code.grade({"id": "x", **CALLS}, "```python\ndef f(n):\n    return 4\n```")
    assert (wrong.score, wrong.partial) == (0.0, 0.5)


def test_an_answer_that_drives_a_sound_regex_on_and_on_scores_0() -> None:
    graded = graders.own.grade({"id": "x", "regex": "(a|aa)+$"}, "a" * 60 + "b")
    assert (graded.score, graded.final) == (0.0, True)
    assert "took more than" in graded.detail["why"]


def test_of_an_endless_text_the_end_is_read() -> None:
    assert graders.own.grade({"id": "x", "number": 7}, "1 " * 1_000_000 + "7").score == 1.0
    assert graders.own.grade({"id": "x", "regex": "begin"}, "begin" + " " * 1_000_000).score == 0.0


def make(folder: Path, rows: list[dict[str, Any]], **options: Any) -> LoadedTasks:
    source = folder / "rows.jsonl"
    source.write_text("\n".join(map(json.dumps, rows)))
    draft("mine", source, folder / "own", **options).write()
    return LoadedTasks(read([folder / "own"]), ["mine"])


def test_a_system_prompt_stands_before_every_item_but_one_with_its_own(tmp_path: Path) -> None:
    own = [{"role": "system", "content": "Be long."}, {"role": "user", "content": "Hi"}]
    rows: list[dict[str, Any]] = [
        {"id": 1, "prompt": "Hi", "answer": "x"},
        {"id": 2, "messages": own, "answer": "x"},
        {"id": 3, "messages": [{"role": "user", "content": "{{braces}} stay"}], "answer": "x"},
    ]
    items = make(tmp_path, rows, system="Be {{short}}.").items("s", "mine")
    short = {"role": "system", "content": "Be {{short}}."}
    assert items[0].messages == (short, {"role": "user", "content": "Hi"})
    assert items[1].messages == tuple(own)
    assert items[2].messages == (short, {"role": "user", "content": "{{braces}} stay"})


def test_choices_are_listed_under_the_question(tmp_path: Path) -> None:
    (item,) = make(tmp_path, [{"id": 1, "prompt": "Which?", "choices": ["x", "y"], "answer": "y"}]).items("s", "mine")
    assert item.messages[0]["content"] == (
        "Which?\n\nA. x\nB. y\n\nEnd your answer with the letter of the right choice, like this: <answer>A</answer>"
    )


def test_items_depend_on_each_other_only_where_they_say_so(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"id": 1, "prompt": "a", "answer": "x", "cluster": "c"},
        {"id": 2, "prompt": "b", "answer": "x", "cluster": "c"},
        {"id": "z", "prompt": "d", "answer": "x"},
    ]
    items = make(tmp_path, rows).items("s", "mine")
    assert [(i.item, i.cluster) for i in items] == [("1", "c"), ("2", "c"), ("z", "mine/2")]


PYTHON = '''\
from bench import task


@task(version=2, licence="CC0-1.0", system="Be brief.")
def doubles():
    """Doubles."""
    for n in range(5):
        yield {"id": n, "prompt": f"Twice {n + 10}?", "number": 2 * n + 20, "family": "twice"}


@task(version=1, grade=lambda item, text: text.count(item["letter"]) / 10, oracle=lambda item: item["letter"] * 10)
def letters():
    for letter in "jqz":
        yield {"id": letter, "prompt": f"Ten times {letter}!", "letter": letter}
'''


def test_python_functions_are_tasks(tmp_path: Path) -> None:
    (tmp_path / "task_mine.py").write_text(PYTHON)
    registry = read([tmp_path])
    loaded = LoadedTasks(registry, ["doubles", "letters"])
    doubles, letters = loaded.items("s", "doubles"), loaded.items("s", "letters")
    assert doubles[1].messages == (
        {"role": "system", "content": "Be brief."}, {"role": "user", "content": "Twice 11?"},
    )  # fmt: skip
    assert (doubles[1].task_version, doubles[1].cluster, loaded.files["doubles"].metadata["description"]) == (
        "2", "twice", "Doubles.",
    )  # fmt: skip
    grader = loaded.tasks["letters"].config.process_results
    assert grader.grade(loaded.raw_item(letters[0]), "jjjjj") == Graded(0.5, extracted="jjjjj")
    report = lint([tmp_path])
    assert report.findings == ()
    assert [(checked.task, checked.oracles) for checked in report.tasks] == [("doubles", 5), ("letters", 3)]


@pytest.mark.parametrize(
    ("grade", "why"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("3", "ValueError: grade() gave 3, which is not a number from 0 to 1"),
        ("float('nan')", "grade() gave nan"),
        ("None", "grade() gave None"),
        ("'good'", "grade() gave 'good'"),
        ("Graded(-1.0)", "grade() gave -1.0"),
    ],
)
def test_a_grade_function_that_fails_makes_the_item_missing(tmp_path: Path, grade: str, why: str) -> None:
    text = PYTHON.replace('text.count(item["letter"]) / 10', grade)
    text = text.replace("import task", "import task\nfrom bench.records.items import Graded")
    (tmp_path / "task_mine.py").write_text(text)
    loaded = LoadedTasks(read([tmp_path]), ["letters"])
    item = loaded.items("s", "letters")[0]
    graded = loaded.tasks["letters"].config.process_results.grade(loaded.raw_item(item), "x")
    assert graded.score is None
    assert why in graded.detail["why"]


@pytest.mark.parametrize("oracle", ["1 / 0", "5"])
def test_an_oracle_that_fails_is_a_finding(tmp_path: Path, oracle: str) -> None:
    (tmp_path / "task_mine.py").write_text(PYTHON.replace('item["letter"] * 10)', f"{oracle})"))
    (fault,) = [str(f) for f in lint([tmp_path], ["letters"]).findings]
    assert "the oracle has no answer to item j" in fault
    assert fault.endswith("It must return a text, or None.")


def test_what_a_python_file_yields_and_prints_is_tidied(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "task_mine.py").write_text(
        "from bench import task\nprint('hello')\n@task(version=1)\ndef code():\n    print('hello')\n"
        "    yield {'id': 1, 'prompt': 'p', 'entry_point': 'f', 'calls': [{'args': (1, 2), 'value': 3}]}\n"
        "alias = code\n"
    )
    loaded = LoadedTasks(read([tmp_path]), ["code"])
    (item,) = loaded.items("s", "code")
    assert loaded.raw_item(item)["calls"] == [{"args": [1, 2], "value": 3}], "a tuple is a list, as in a file"
    assert capsys.readouterr().out == "", "stdout is for what was asked for"


def test_a_python_task_changes_its_hash_with_its_file(tmp_path: Path) -> None:
    hashes = set()
    for text in (PYTHON, PYTHON + "# a word\n"):
        (tmp_path / "task_mine.py").write_text(text)
        hashes.add(read([tmp_path]).tasks["doubles"].sha256)
    assert len(hashes) == 2


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("import nothing_of_this_name\n", "cannot be imported (ModuleNotFoundError"),
        ("x = 1\n", "holds no @task function"),
        (PYTHON.replace("range(5)", "range(0)"), "doubles() yields no items"),
        (PYTHON.replace('"number": 2 * n + 20', '"numbr": 1'), "doubles() item:1: unknown field 'numbr'"),
        (PYTHON.replace('"twice"}', '"twice", "meta": object()}'), "doubles() item:1: is not JSON"),
        (PYTHON.replace('{"id": n,', '[] if n else {"id": n,'), "doubles() item:2: must be a dict"),
        (
            "from random import random\n" + PYTHON.replace('ce"}', 'ce", "meta": random()}'),
            "yields other items each time",
        ),
        (PYTHON.replace("version=2", "version=None"), "metadata needs a 'version'"),
        (PYTHON.replace("version=2", "version=2, max_tokens=0"), "'max_gen_toks' must be a whole number above 0"),
        ("raise SystemExit(3)\n", "cannot be imported (SystemExit: 3)"),
        (PYTHON.replace("range(5)", "[0, 0]"), "doubles() item:2: the id '0' is already taken"),
        (PYTHON.replace("for n in range(5)", "for n in 5"), "doubles() failed (TypeError"),
    ],
)
def test_a_bad_python_task_is_named(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "task_mine.py").write_text(text)
    with pytest.raises(UsageError) as caught:
        read([tmp_path])
    assert str(caught.value).startswith(f"{tmp_path / 'task_mine.py'}: "), caught.value
    assert problem in str(caught.value)
    _, findings = survey([tmp_path])
    assert [problem in str(finding) for finding in findings] == [True]


def test_the_decorator_is_public() -> None:
    from bench.registry.own import task

    assert bench.task is task


GUIDE = Path(__file__).parents[3] / "docs" / "tasks.md"


def block(kind: str) -> str:
    """The first block of a kind in docs/tasks.md."""
    return GUIDE.read_text(encoding="utf-8").split(f"```{kind}\n")[1].split("```")[0]


def test_what_the_guide_shows_works_as_it_says(tmp_path: Path) -> None:
    (tmp_path / "tickets.jsonl").write_text(block("json"))
    made = draft("tickets", tmp_path / "tickets.jsonl", tmp_path / "bench-tasks")
    made.write()
    (tmp_path / "bench-tasks" / "task_doubles.py").write_text(block("python"))
    report = lint([tmp_path / "bench-tasks"])
    assert (len(made.rows), report.findings) == (11, ())
    assert [(checked.task, checked.items, checked.oracles) for checked in report.tasks] == [
        ("tickets", 11, 9),
        ("doubles", 40, 40),
    ]
    kinds = {kind for line in block("json").splitlines() for kind in KINDS if kind in json.loads(line)}
    assert kinds == set(KINDS) - {"calls"}
    for field in ("`id`", "`prompt` or `messages`", *(f"`{kind}`" for kind in KINDS), "`cluster`", "`meta`"):
        assert f"| {field}" in GUIDE.read_text(encoding="utf-8"), field


def test_a_regex_nested_too_deeply_is_a_fault_of_its_line() -> None:
    with pytest.raises(UsageError, match="'regex' is not valid: it is nested too deeply"):
        check([("i.jsonl line 1", {"id": "a", "prompt": "p", "regex": "(" * 3000 + ")" * 3000, "example": "x"})])
