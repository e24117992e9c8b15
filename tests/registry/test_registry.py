"""The task registry: what lm-eval would swallow fails here, by name and line; items carry lm-eval's own prompts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bench import registry
from bench.errors import UsageError
from bench.records.items import Item, prompt_text
from bench.registry import LoadedTasks, read
from bench.registry.items import jsonl, read_jsonl
from bench.scoring.item import item_of
from bench.scoring.replay import evaluate

TASK = """\
task: {name}
custom_dataset: !function bench.registry.items.jsonl
dataset_kwargs:
  file: {name}.jsonl
test_split: test
output_type: generate_until
num_fewshot: 0
doc_to_text: "{{{{prompt}}}}"
doc_to_target: "{{{{answer}}}}"
process_results: !function bench.scoring.graders.answer_tag
generation_kwargs:
  until: []
  max_gen_toks: 64
  temperature: 0.0
  do_sample: false
metric_list:
  - metric: score
    aggregation: mean
    higher_is_better: true
metadata:
  version: 3
"""

ROWS: list[dict[str, Any]] = [
    {"id": "one", "family": "sums", "level": 1, "language": "de", "cluster": "c1", "prompt": "1 + 1?", "answer": "2"},
    {
        "id": "two",
        "family": "sums",
        "level": 2,
        "prompt": "Wie viel ist „2“ + 2? 🙂",
        "answer": "4",
        "args": [1, ["x"]],
    },
    {"prompt": "3 + 3?", "answer": "6"},
]


def write_task(folder: Path, name: str = "sums", text: str = TASK, rows: Sequence[object] = ROWS) -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(text.format(name=name), encoding="utf-8")
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    (folder / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return path


def refused(folder: Path) -> str:
    with pytest.raises(UsageError) as caught:
        read([folder])
    message = str(caught.value)
    assert "\n" not in message
    return message


def loaded(folder: Path, *names: str) -> LoadedTasks:
    return LoadedTasks(read([folder]), names or ("sums",))


def test_the_shipped_suites_are_found() -> None:
    registry = read()
    assert {"coding", "reasoning"} <= set(registry.suites)
    assert all(task in registry.tasks for tasks in registry.suites.values() for task in tasks)
    for file in registry.tasks.values():
        assert file.version
        assert file.metadata["licence"], f"{file.path} states no licence"
        if file.kind != "answer":  # made anew each time, from the seed: the YAML holds its items' hash
            assert file.metadata["items_sha256"]
            continue
        assert file.data is not None
        assert file.data.is_file()


def test_a_suite_expands_to_its_tasks_and_a_task_to_itself(tmp_path: Path) -> None:
    write_task(tmp_path, "sums")
    write_task(tmp_path, "words")
    (tmp_path / "suite.yaml").write_text("group: mine\ntask: [words, sums]\n")
    registry = read([tmp_path])
    assert {name: [t.name for t in tasks] for name, tasks in registry.expand(["mine"]).items()} == {
        "mine": ["words", "sums"]
    }
    assert list(registry.expand(["words", "sums"])) == ["words", "sums"]
    with pytest.raises(UsageError, match=r"unknown suite or task 'word'\. Did you mean 'words'\?"):
        registry.expand(["word"])
    with pytest.raises(UsageError, match="task 'sums' is part of more than one of mine, sums"):
        registry.expand(["mine", "sums"])


def test_the_hash_follows_yaml_include_and_data(tmp_path: Path) -> None:
    path = write_task(tmp_path)
    hashes = [read([tmp_path]).tasks["sums"].sha256]
    path.write_text(TASK.format(name="sums").replace("64", "65"))
    hashes.append(read([tmp_path]).tasks["sums"].sha256)
    (tmp_path / "sums.jsonl").write_text(json.dumps(ROWS[0]))
    hashes.append(read([tmp_path]).tasks["sums"].sha256)
    (tmp_path / "_base.yaml").write_text("doc_to_text: '{{prompt}}'\nmetadata: {version: 1}\n")
    path.write_text("include: _base.yaml\n" + TASK.format(name="sums").replace('doc_to_text: "{{prompt}}"\n', ""))
    hashes.append(read([tmp_path]).tasks["sums"].sha256)
    (tmp_path / "_base.yaml").write_text("doc_to_text: 'Q: {{prompt}}'\n")
    hashes.append(read([tmp_path]).tasks["sums"].sha256)
    assert len(set(hashes)) == 5
    path.write_text("# a comment changes nothing\n" + path.read_text())
    assert read([tmp_path]).tasks["sums"].sha256 == hashes[-1]


def test_an_include_is_merged_under_the_files_own_keys(tmp_path: Path) -> None:
    path = write_task(tmp_path)
    (tmp_path / "_base.yaml").write_text("doc_to_text: 'Q: {{prompt}}'\nnum_fewshot: 5\n")
    path.write_text("include: _base.yaml\n" + TASK.format(name="sums").replace('doc_to_text: "{{prompt}}"\n', ""))
    config = read([tmp_path]).tasks["sums"].config
    assert (config["doc_to_text"], config["num_fewshot"]) == ("Q: {{prompt}}", 0)
    assert loaded(tmp_path).items("s", "sums")[0].messages[0]["content"] == "Q: 1 + 1?"


def test_files_that_begin_with_an_underscore_are_parts_of_others(tmp_path: Path) -> None:
    write_task(tmp_path)
    (tmp_path / "_part.yaml").write_text("no: task\n")
    (tmp_path / "_broken.yaml").write_text("a: [\n")
    assert list(read([tmp_path]).tasks) == ["sums"]


def test_invalid_yaml_which_lm_eval_drops_without_a_word_names_file_and_line(tmp_path: Path) -> None:
    from lm_eval.tasks import TaskManager

    write_task(tmp_path)
    (tmp_path / "broken.yaml").write_text("task: broken\nnum_fewshot: 0\nmetadata: version: 1\n")
    assert TaskManager(include_defaults=False, include_path=[str(tmp_path)]).all_subtasks == ["sums"]
    assert refused(tmp_path).startswith(f"{tmp_path / 'broken.yaml'}:3: is not valid YAML: mapping values")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("doc_to_text: a\n", "has neither 'task' nor 'group'. Name it, or begin the file's name with '_'."),
        ("task: [a, b]\n", "has neither 'task' nor 'group'"),
        ("- task: a\n", "must be a mapping of an lm-eval task or group."),
        ("", "must be a mapping"),
        ("task: x\ninclude: none.yaml\n", "include 'none.yaml' does not exist beside it."),
        ("task: x\ninclude: [a.yaml]\n", "does not exist beside it."),
        ("task: x\ninclude: x.yaml\n", "includes itself."),
        ("group: g\n", "'task' of a suite must be a list of task names."),
        ("group: g\ntask: sums\n", "'task' of a suite must be a list of task names."),
        ("group: g\ntask: [{task: sums}]\n", "'task' of a suite must be a list of task names."),
        ("group: g\ntask: [sums, sums]\n", "'task' lists a task twice."),
        ("group: g\ntask: [sum]\n", "suite 'g' lists unknown task 'sum'. Did you mean 'sums'?"),
        ("group: sums\ntask: [sums]\n", "the name 'sums' is already taken."),
        (TASK.format(name="sums"), "the name 'sums' is already taken. Rename one of the two."),
        (TASK.replace("  until: []\n", ""), "generation_kwargs needs 'until' (lm-eval would stop answers"),
        (TASK.replace("  max_gen_toks: 64\n", ""), "generation_kwargs needs 'max_gen_toks' (would be 256)."),
        ("task: x\nmetadata: {version: 1}\n", "generation_kwargs needs 'until'"),
        ("task: x\ngeneration_kwargs: [until, max_gen_toks]\n", "'generation_kwargs' must be a mapping."),
        (TASK.replace("until: []", "until: END"), "'until' must be a list of texts, [] for none."),
        (TASK.replace("until: []", "until: ['']"), "'until' must be a list of texts, [] for none."),
        (TASK.replace("until: []", "until:"), "'until' must be a list of texts, [] for none."),
        (TASK.replace("64", "'64'"), "'max_gen_toks' must be a whole number above 0."),
        (TASK.replace("64", "0"), "'max_gen_toks' must be a whole number above 0."),
        (TASK.replace("temperature: 0.0", "temperature: cold"), "'temperature' must be a number from 0 to 2."),
        (TASK.replace("64", "64\n  top_p: true"), "'top_p' must be a number from 0 to 2."),
        (TASK.replace("64", "64\n  note: 2026-13-01"), "cannot be read (month must be in 1..12)."),
        (TASK.replace("64", "true"), "'max_gen_toks' must be a whole number above 0."),
        (TASK + "gen_prefix: Sure\n", "gen_prefix begins the model's answer; chat endpoints refuse that. Take it out."),
        (TASK.replace("type: generate_until", "type: loglikelihood"), "chat endpoints give no log-likelihoods."),
        (TASK.replace("type: generate_until", "type: multiple_choice"), "output_type must be generate_until"),
        (TASK.replace("  version: 3\n", "  licence: MIT\n"), "metadata needs a 'version', a number"),
        (TASK.replace("metadata:\n  version: 3\n", ""), "metadata needs a 'version', a number"),
        (TASK.replace("metadata:\n  version: 3\n", "metadata: version\n"), "'metadata' must be a mapping."),
        (
            TASK.replace("x.jsonl", "none.jsonl").replace("{name}.jsonl", "none.jsonl"),
            "data file 'none.jsonl' does not",
        ),
        (
            TASK.replace("dataset_kwargs:\n  file: {name}.jsonl\n", "dataset_kwargs: x\n"),
            "'dataset_kwargs' must be a map",
        ),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, text: str, problem: str) -> None:
    write_task(tmp_path)
    write_task(tmp_path, "x")
    (tmp_path / "x.yaml").write_text(text.format(name="x") if "{name}" in text else text)
    message = refused(tmp_path)
    assert message.startswith(f"{tmp_path / 'x.yaml'}"), message
    assert problem in message


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"task: caf\xe9\n")
    assert refused(tmp_path).startswith(f"{tmp_path / 'latin.yaml'}: cannot be read")


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([ROWS[0], "", '{"id": "x",}'], ":3: not valid JSON ("),
        ([ROWS[0], "[1]"], ":2: each line must be a JSON object."),
        ([], ": holds no items."),
        (["", "  "], ": holds no items."),
    ],
)
def test_a_bad_data_line_is_named_even_through_lm_eval(tmp_path: Path, rows: list[object], problem: str) -> None:
    write_task(tmp_path, rows=rows)
    with pytest.raises(UsageError) as caught:
        loaded(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path / 'sums.jsonl'}{problem}")


def test_unreadable_data_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.jsonl: cannot be read"):
        read_jsonl(tmp_path / "none.jsonl")
    (tmp_path / "latin.jsonl").write_bytes(b'{"a": 1}\n{"a": "\xe9"}')
    with pytest.raises(UsageError, match=r"latin\.jsonl:2: is not UTF-8 text\. Save the file as UTF-8"):
        read_jsonl(tmp_path / "latin.jsonl")


def test_only_a_newline_ends_a_line(tmp_path: Path) -> None:
    odd = {"id": "a", "prompt": "line\u2028separator, form\x0cfeed\x85"}
    (tmp_path / "x.jsonl").write_text(json.dumps(odd, ensure_ascii=False) + "\r\n\r\n", encoding="utf-8", newline="")
    assert read_jsonl(tmp_path / "x.jsonl") == [odd]


def test_nested_fields_of_different_types_survive_arrow(tmp_path: Path) -> None:
    rows = [{"id": "a", "calls": [{"args": [1], "value": "x"}]}, {"id": "b", "calls": [{"args": ["y"], "value": None}]}]
    (tmp_path / "x.jsonl").write_text("\n".join(map(json.dumps, rows)))
    docs = jsonl(file="x.jsonl", config_source=str(tmp_path / "x.yaml"), version=1)["test"]
    assert [item_of(doc) for doc in docs] == rows


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ([ROWS[0], {**ROWS[1], "id": "one"}], r"two items have the same id \(one\)"),
        ([ROWS[0], {**ROWS[0], "id": "other"}], r"two items have the same prompt \("),
    ],
)
def test_twin_items_are_refused(tmp_path: Path, rows: list[object], what: str) -> None:
    path = write_task(tmp_path, rows=rows)
    with pytest.raises(UsageError, match=rf"{path}: {what}"):
        loaded(tmp_path).items("s", "sums")


def test_an_item_is_what_its_line_says(tmp_path: Path) -> None:
    write_task(tmp_path)
    tasks = loaded(tmp_path)
    one, two, three = tasks.items("mine", "sums")
    assert one == Item(
        suite="mine", task="sums", task_version="3", item="one", family="sums", level=1, language="de",
        cluster="c1", messages=({"role": "user", "content": "1 + 1?"},), max_tokens=64, stop=(),
        sampling={"temperature": 0.0},
    )  # fmt: skip
    assert (two.cluster, two.language, two.messages[0]["content"]) == ("sums", "en", "Wie viel ist „2“ + 2? 🙂")
    assert (three.item, three.family, three.level, three.cluster) == ("2", "sums", None, "sums/2")
    assert [tasks.position(i) for i in (one, two, three)] == [0, 1, 2]
    assert tasks.raw_item(two) == ROWS[1]


def test_a_task_that_lm_eval_cannot_build_is_a_usage_error(tmp_path: Path) -> None:
    write_task(tmp_path, text=TASK + "no_such_field: 1\n")
    with pytest.raises(UsageError, match=r"sums\.yaml: lm-eval cannot load task 'sums': "):
        loaded(tmp_path)


def test_a_task_that_lm_eval_does_not_index_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "__pycache__"
    folder.mkdir()
    path = write_task(folder)
    with pytest.raises(UsageError, match=rf"{path}: lm-eval does not index task 'sums'"):
        loaded(tmp_path)


def test_a_task_may_bring_data_that_is_not_ours(tmp_path: Path) -> None:
    text = TASK.replace("dataset_kwargs:\n  file: {name}.jsonl\n", "dataset_path: json\n")
    write_task(tmp_path, text=text)
    assert read([tmp_path]).tasks["sums"].data is None


def test_shipped_files_are_found_in_a_checkout() -> None:
    assert registry.shipped("tasks").is_dir()
    assert registry.shipped("bench.toml").is_file()


def test_every_shipped_prompt_has_the_hash_that_lm_eval_writes() -> None:
    registry = read()
    names = [name for name, file in registry.tasks.items() if file.kind != "agentic"]  # made anew, at a minute of CPU
    tasks = LoadedTasks(registry, names)
    items = [item for name in names for item in tasks.items("all", name)]
    answers = {prompt_text(item.messages): "" for item in items}
    positions = {name: range(sum(i.task == name for i in items)) for name in names}
    written = evaluate(tasks.tasks, answers, positions)["samples"]
    hashes = {(task, sample["doc"]["id"]): sample["prompt_hash"] for task, rows in written.items() for sample in rows}
    assert hashes == {(i.task, i.item): i.prompt_sha256 for i in items}
    assert len({i.prompt_sha256 for i in items}) == len(items)
    assert all(hashlib.sha256(prompt_text(i.messages).encode()).hexdigest() == i.prompt_sha256 for i in items)
