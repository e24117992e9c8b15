"""What we rely on lm-eval for, asserted of the installed version: a release that changes it fails here first."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from lm_eval import evaluator
from lm_eval.api.instance import Instance
from lm_eval.tasks import TaskManager

from bench.scoring import graders
from bench.scoring.item import chat_template
from bench.scoring.replay import JournalLM

TASK = """\
task: sums
custom_dataset: !function bench.registry.items.jsonl
dataset_kwargs: {file: sums.jsonl}
test_split: test
num_fewshot: 0
doc_to_text: "{{prompt}}"
doc_to_target: "{{answer}}"
process_results: !function bench.scoring.graders.answer_tag
generation_kwargs: {until: [], max_gen_toks: 64, temperature: 0.0, do_sample: false}
metric_list:
  - {metric: score, aggregation: mean, higher_is_better: true}
metadata: {version: 1}
"""
ROWS = [{"id": f"i{n}", "prompt": f"{n} + {n}? „é“", "answer": str(2 * n)} for n in range(4)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sums.yaml").write_text(TASK)
    (tmp_path / "sums.jsonl").write_text("\n".join(map(json.dumps, ROWS)))
    return tmp_path


def load(folder: Path, name: str = "sums") -> Any:
    return TaskManager(include_defaults=False, include_path=[str(folder)]).load([name])["tasks"][name]


def instances(task: Any) -> list[Instance]:
    task.set_fewshot_seed(1234)
    task.build_all_requests(
        apply_chat_template=True, fewshot_as_multiturn=True, chat_template=chat_template, tokenizer_name="chat"
    )
    found: list[Instance] = task.instances
    return found


def evaluate(task: Any, samples: Sequence[int] | None) -> dict[str, Any]:
    """Every question is answered with "2"."""
    prompts = [instance.args[0] for instance in instances(task)]
    results: dict[str, Any] = evaluator.evaluate(
        lm=JournalLM(dict.fromkeys(prompts, "<answer>2</answer>")),
        task_dict={"tasks": {"sums": task}, "groups": {}, "group_map": {}},
        samples=None if samples is None else {"sums": list(samples)},
        bootstrap_iters=0,
        log_samples=True,
        apply_chat_template=True,
        fewshot_as_multiturn=True,
        confirm_run_unsafe_code=True,
    )
    return results


def test_a_custom_dataset_learns_where_its_yaml_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    assert [doc["id"] for doc in load(folder).test_docs()] == ["i0", "i1", "i2", "i3"]


def test_an_instance_carries_the_doc_the_templates_text_and_the_yamls_generation_kwargs(folder: Path) -> None:
    for at, instance in enumerate(instances(load(folder))):
        prompt, generation = instance.args
        assert (instance.doc_id, instance.request_type) == (at, "generate_until")
        assert json.loads(prompt) == [{"role": "user", "content": ROWS[at]["prompt"]}]
        assert generation == {"until": [], "max_gen_toks": 64, "temperature": 0.0, "do_sample": False}
        assert json.loads(instance.doc["_item"]) == ROWS[at]


def test_without_until_answers_would_stop_at_the_first_empty_line(folder: Path) -> None:
    (folder / "sums.yaml").write_text(TASK.replace("until: [], max_gen_toks: 64, ", ""))
    _, generation = instances(load(folder))[0].args
    assert generation["until"] == ["\n\n"]
    assert "max_gen_toks" not in generation


def test_without_generation_kwargs_an_answer_gets_256_tokens(folder: Path) -> None:
    lines = [line for line in TASK.splitlines() if not line.startswith("generation_kwargs")]
    (folder / "sums.yaml").write_text("\n".join(lines))
    _, generation = instances(load(folder))[0].args
    assert generation["until"] == ["\n\n"]
    assert generation["max_gen_toks"] == 256


def test_a_grader_stays_the_same_object_through_lm_evals_copies(folder: Path) -> None:
    assert load(folder).config.process_results is graders.answer_tag


def test_samples_choose_docs_by_sorted_position(folder: Path) -> None:
    results = evaluate(load(folder), [1, 3])
    rows = results["samples"]["sums"]
    assert [(row["doc_id"], row["doc"]["id"], row["score"]) for row in rows] == [(1, "i1", 1.0), (3, "i3", 0.0)]
    assert results["results"]["sums"]["score,none"] == 0.5
    assert results["n-samples"]["sums"]["effective"] == 2


def test_unsorted_positions_mislabel_the_docs_and_none_means_all(folder: Path) -> None:
    rows = evaluate(load(folder), [3, 1])["samples"]["sums"]
    assert [(row["doc_id"], row["doc"]["id"]) for row in rows] != [(3, "i3"), (1, "i1")]
    assert len(evaluate(load(folder), [])["samples"]["sums"]) == len(ROWS)


def test_a_sample_holds_what_the_tables_join_on(folder: Path) -> None:
    task = load(folder)
    prompts = {instance.doc["id"]: instance.args[0] for instance in instances(task)}
    for row in evaluate(task, None)["samples"]["sums"]:
        assert row["prompt_hash"] == hashlib.sha256(prompts[row["doc"]["id"]].encode()).hexdigest()
        assert row["resps"] == [["<answer>2</answer>"]]
        assert {"doc_hash", "target_hash", "arguments", "filtered_resps", "metrics", "filter"} <= set(row)


def test_a_prompt_that_was_never_asked_is_an_error(folder: Path) -> None:
    [first, *_] = instances(load(folder))
    with pytest.raises(KeyError):
        JournalLM({}).generate_until([first])
