"""The lint against planted faults: each must be found, with its file, its field and a cure; and all of ours pass."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from bench.errors import TaskError, UsageError
from bench.registry import read, shipped
from bench.registry.lint import Report, lint

TASK = """\
task: sums
custom_dataset: !function bench.registry.items.jsonl
dataset_kwargs:
  file: sums.jsonl
test_split: test
output_type: generate_until
num_fewshot: 0
doc_to_text: "{{prompt}}"
doc_to_target: "{{answer}}"
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
  licence: CC0-1.0
  cluster: item
"""
ROWS: list[dict[str, Any]] = [{"id": f"i{n}", "prompt": f"{n} + 1?", "answer": str(n + 1)} for n in range(6)]
GRADERS = """\
from bench.records import Graded
from bench.scoring.graders import Grader

def _right(item):
    return f"<answer>{item['answer']}</answer>"

lenient = Grader(lambda item, text: Graded(1.0, extracted=text), oracle=_right)
strict = Grader(lambda item, text: Graded(float(text == "never"), extracted=text), oracle=_right)
broken = Grader(lambda item, text: Graded(1.0 / len(text), extracted=text), oracle=_right)
digit = Grader(lambda item, text: Graded(float(any(c.isdigit() for c in text)), extracted=text), oracle=_right)
"""


def write(folder: Path, text: str = TASK, rows: Sequence[dict[str, Any]] = ROWS) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "sums.yaml").write_text(text)
    (folder / "sums.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (folder / "mygraders.py").write_text(GRADERS)
    return folder


def without(key: str) -> str:
    lines = [line for line in TASK.splitlines() if not line.strip().startswith(f"{key}:")]
    return "\n".join(lines) + "\n"


def grader(name: str) -> str:
    return TASK.replace("bench.scoring.graders.answer_tag", f"mygraders.{name}")


Plant = Callable[[Path], object]
RANDOM = "num_fewshot: 2\nfewshot_split: test"
FAULTS: dict[str, tuple[Plant, str, str, str]] = {
    "missing until": (
        lambda f: write(f, without("until")), "sums.yaml", "generation_kwargs.until", "Write 'until: []'"
    ),
    "missing max_gen_toks": (
        lambda f: write(f, without("max_gen_toks")), "sums.yaml", "generation_kwargs.max_gen_toks", "State the tokens"
    ),
    "lost YAML": (
        lambda f: (write(f) / "other.yaml").write_text("task: x\nmetadata: a: b\n"),
        "other.yaml:2", "file", "is not valid YAML",
    ),
    "nameless YAML": (
        lambda f: (write(f) / "other.yaml").write_text("doc_to_text: x\n"), "other.yaml", "task", "Name it, or begin"
    ),
    "not indexed by lm-eval": (
        lambda f: write(f / "__pycache__"),
        "__pycache__/sums.yaml", "item", "lm-eval does not index task 'sums'",
    ),
    "suite of an unknown task": (
        lambda f: (write(f) / "suite.yaml").write_text("group: g\ntask: [sum]\n"),
        "suite.yaml", "task", "Did you mean 'sums'?",
    ),
    "prefill": (
        lambda f: write(f, TASK + "gen_prefix: Sure,\n"), "sums.yaml", "gen_prefix", "Take it out."
    ),
    "no generation": (
        lambda f: write(f, TASK.replace("generate_until", "multiple_choice")),
        "sums.yaml", "output_type", "Ask for the answer in words.",
    ),
    "no version": (lambda f: write(f, without("version")), "sums.yaml", "metadata.version", "Begin with 1."),
    "no licence": (lambda f: write(f, without("licence")), "sums.yaml", "metadata.licence", "Write e.g. 'licence:"),
    "no cluster": (lambda f: write(f, without("cluster")), "sums.yaml", "metadata.cluster", "Write 'cluster: item'"),
    "cluster that no item has": (
        lambda f: write(f, TASK.replace("cluster: item", "cluster: family")), "sums.yaml", "family", "or write 'item'"
    ),
    "unseeded few-shot": (
        lambda f: write(f, TASK.replace("num_fewshot: 0", RANDOM)), "sums.yaml", "num_fewshot", "sampler: first_n"
    ),
    "relative data path": (
        lambda f: write(f, TASK.replace("kwargs:\n  file", "kwargs:\n  data_files: {test: x.jsonl}\n  file")),
        "sums.yaml", "dataset_kwargs.data_files", "custom_dataset: !function",
    ),
    "data file that is not there": (
        lambda f: write(f, TASK.replace("sums.jsonl", "none.jsonl")), "sums.yaml", "dataset_kwargs.file", "Put it there"
    ),
    "broken data line": (
        lambda f: (write(f) / "sums.jsonl").write_text('{"id": 1, "prompt": "p", "answer": "1"}\n{"id": }'),
        "sums.jsonl:2", "item", "not valid JSON",
    ),
    "duplicate ids": (
        lambda f: write(f, rows=[*ROWS, {**ROWS[0], "prompt": "another"}]),
        "sums.yaml", "id", "two items have the same id",
    ),
    "duplicate prompts": (
        lambda f: write(f, rows=[*ROWS, {**ROWS[0], "id": "x"}]),
        "sums.yaml", "prompt", "two items have the same prompt",
    ),
    "oracle below 1": (
        lambda f: write(f, grader("strict")), "sums.jsonl:1", "process_results", "Correct the item's expected answer"
    ),
    "scorer that passes junk": (
        lambda f: write(f, grader("lenient")), "sums.yaml", "process_results", "ask for more"
    ),
    "unsound scorer": (
        lambda f: write(f, grader("digit")), "sums.jsonl:1", "process_results", "compare with this item's own answer"
    ),
    "guessable": (
        lambda f: write(f, rows=[{**row, "answer": "yes"} for row in ROWS[:4]] + ROWS[4:]),
        "sums.yaml", "answer", "Balance the answers",
    ),
    "scorer that fails": (
        lambda f: write(f, grader("broken")), "sums.yaml", "process_results", "ZeroDivisionError: float division"
    ),
    "code outside the sandbox": (
        lambda f: write(f, TASK + "unsafe_code: true\n"), "sums.yaml", "unsafe_code", "Take it out, and grade with"
    ),
    "no metric": (
        lambda f: write(f, TASK[:TASK.index("metric_list")] + TASK[TASK.index("metadata"):]),
        "sums.yaml", "metric_list", "Write '- metric: score'."
    ),
    "another metric than the grader's": (
        lambda f: write(f, TASK.replace("metric: score", "metric: exact_match")),
        "sums.yaml", "metric_list", "Write '- metric: score'."
    ),
    "no mean": (
        lambda f: write(f, TASK.replace("aggregation: mean", "aggregation: median")),
        "sums.yaml", "metric_list", "Write 'aggregation: mean'."
    ),
    "repeats of its own": (
        lambda f: write(f, TASK + "repeats: 4\n"), "sums.yaml", "repeats", "Use `--repeats`."
    ),
    "a key given twice": (
        lambda f: write(f, TASK + "task: other\n"), "sums.yaml:24", "file", "'task' is given twice"
    ),
    "no number for a version": (
        lambda f: write(f, TASK.replace("version: 3", "version:")), "sums.yaml", "metadata.version", "Begin with 1."
    ),
    "clusters that it denies": (
        lambda f: write(f, rows=[{**row, "cluster": "c"} for row in ROWS]),
        "sums.yaml", "metadata.cluster", "Write the field that says so",
    ),
    "a name of lm-eval's": (
        lambda f: write(f, TASK.replace("task: sums", "task: hellaswag")), "sums.yaml", "task", "Rename it."
    ),
    "unknown grader": (
        lambda f: write(f, grader("nothing")), "sums.yaml", "item", "nothing",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found_with_its_file_field_and_cure(tmp_path: Path, fault: str) -> None:
    plant, file, field, cure = FAULTS[fault]
    plant(tmp_path)
    findings = lint([tmp_path]).findings
    named = [f for f in findings if f.field == field and cure in str(f)]
    assert named, [f"{f.field}: {f}" for f in findings]
    assert str(named[0]).startswith(f"{tmp_path / file}: ")
    assert "\n" not in str(named[0])


def test_without_a_fault_nothing_is_found(tmp_path: Path) -> None:
    report = lint([write(tmp_path)])
    assert report.findings == ()
    (checked,) = report.tasks
    assert (checked.task, checked.version, checked.items, checked.oracles) == ("sums", "3", 6, 6)
    assert checked.common == pytest.approx(1 / 6)
    assert json.loads(checked.prompt) == [{"role": "user", "content": "0 + 1?"}]


def test_several_faults_are_found_at_once_and_hide_no_sound_task(tmp_path: Path) -> None:
    write(tmp_path, without("licence"))
    (tmp_path / "bad.yaml").write_text("task: bad\n")
    report = lint([tmp_path])
    assert [checked.task for checked in report.tasks] == ["sums"]
    assert {f.field for f in report.findings} == {
        "metadata.licence", "metadata.version", "generation_kwargs.until", "generation_kwargs.max_gen_toks",
        "metric_list",
    }  # fmt: skip


def test_a_folder_without_tasks_is_no_clean_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no task"):
        lint([tmp_path])


def test_a_scorer_of_lm_evals_kind_that_fails_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    write(tmp_path, TASK.replace("bench.scoring.graders.answer_tag", "mygraders.plain"))
    with (tmp_path / "mygraders.py").open("a") as file:
        file.write("def plain(doc, results):\n    return {'score': 1 / len(results[0])}\n")
    (fault,) = lint([tmp_path]).findings
    assert "the scorer fails on the empty answer '': ZeroDivisionError: division by zero." in str(fault)


def fields(report: Report) -> set[str]:
    return {f.field for f in report.findings}


def test_content_that_changes_needs_a_new_version(tmp_path: Path) -> None:
    write(tmp_path)
    assert lint([tmp_path], record=True).findings == ()
    write(tmp_path, rows=ROWS[:5])
    assert fields(lint([tmp_path], record=True)) == {"metadata.version"}
    assert fields(lint([tmp_path])) == {"metadata.version"}, "a fault is never recorded"
    write(tmp_path, TASK.replace("version: 3", "version: 4"), ROWS[:5])
    assert lint([tmp_path], record=True).findings == ()
    write(tmp_path, TASK.replace("version: 3", "version: 4"), ROWS[:4])
    assert fields(lint([tmp_path])) == {"metadata.version"}


def test_lm_evals_own_scorers_are_tried_too(tmp_path: Path) -> None:
    text = without("process_results").replace("metric: score", "metric: exact_match")
    fine = write(tmp_path, text + '  oracle: "{target}"\n')
    report = lint([fine])
    assert (report.findings, report.tasks[0].oracles) == ((), 6)
    write(tmp_path, text + '  oracle: "it is {target}"\n')
    assert fields(lint([tmp_path])) == {"process_results"}


@pytest.mark.slow
@pytest.mark.usefixtures("sandbox")
def test_all_of_ours_pass() -> None:
    report = lint([shipped("tasks")])
    assert [str(finding) for finding in report.findings] == []
    assert all(checked.oracles == checked.items for checked in report.tasks)
    recorded = json.loads((shipped("tasks") / "versions.json").read_text())
    assert {checked.task for checked in report.tasks} == recorded.keys(), "make the record: bench tasks lint --record"


def test_items_that_only_a_run_of_the_usual_size_draws_are_tried_too(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(shipped("tasks") / "coding", tmp_path / "coding"))
    sound = lint([folder], ["coding_predict"])
    assert (sound.findings, sound.tasks[0].items, sound.tasks[0].usual) == ((), 30, 90)
    further = folder / "further" / "predict.jsonl"
    *others, last = map(json.loads, further.read_text().splitlines())
    further.write_text("\n".join(map(json.dumps, [*others, {**last, "value": {}}])) + "\n")
    (fault,) = lint([folder], ["coding_predict"]).findings
    assert "the empty answer '{}' scores 0.33 on average" in str(fault)


def test_a_fault_brings_its_file_field_and_problem(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("task: [\n")
    with pytest.raises(TaskError) as caught:
        read([tmp_path])
    assert (caught.value.path, caught.value.field) == (f"{tmp_path / 'broken.yaml'}:2", "file")
    assert str(caught.value) == f"{caught.value.path}: {caught.value.problem}"
    assert caught.value.exit_code == UsageError.exit_code


def test_what_is_no_fault_of_a_file_is_told_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.registry.lint.LoadedTasks", _without_a_package)
    write(tmp_path)
    (fault,) = lint([tmp_path]).findings
    assert str(fault) == f"{fault.where}: task 'sums' needs a package that is not here: pip install it."
    assert fault.field == "item"


def _without_a_package(*_: object) -> None:
    raise UsageError("task 'sums' needs a package that is not here: pip install it.")
