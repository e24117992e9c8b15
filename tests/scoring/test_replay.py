"""The model that only looks answers up, and lm-eval's own files."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.errors import IncompleteError
from bench.records.items import Graded, prompt_text
from bench.registry import LoadedTasks, read
from bench.sandbox import ReadingLimits
from bench.scoring import guarded, replay

TASK = """\
task: echo
custom_dataset: !function bench.registry.items.jsonl
dataset_kwargs: {file: echo.jsonl}
test_split: test
num_fewshot: 0
doc_to_text: "{{prompt}}"
doc_to_target: "{{answer}}"
process_results: !function bench.scoring.graders.answer_tag
generation_kwargs: {until: [], max_gen_toks: 64}
metric_list:
  - {metric: score, aggregation: mean, higher_is_better: true}
metadata: {version: 1}
"""


@pytest.fixture
def tasks(tmp_path: Path) -> LoadedTasks:
    """One task of three items."""
    folder = tmp_path / "tasks"
    folder.mkdir()
    (folder / "echo.yaml").write_text(TASK)
    rows = [{"id": f"i{n}", "prompt": f"Say {n} – exactly.", "answer": str(n)} for n in range(3)]
    (folder / "echo.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return LoadedTasks(read([folder]), ["echo"])


def evaluate(loaded: LoadedTasks, *at: int) -> dict[str, Any]:
    items = loaded.items("echo", "echo")
    answers = {prompt_text(items[n].messages): f"<answer>{n if n else 'wrong'}</answer>" for n in at}
    return replay.evaluate(loaded.tasks, answers, {"echo": at})


def test_only_the_chosen_positions_are_scored(tasks: LoadedTasks) -> None:
    samples = evaluate(tasks, 0, 2)["samples"]["echo"]
    assert [(s["doc"]["id"], s["score"], s["resps"]) for s in samples] == [
        ("i0", 0.0, [["<answer>wrong</answer>"]]),
        ("i2", 1.0, [["<answer>2</answer>"]]),
    ]


NOTHING: dict[str, str] = {}


def scored_with(tasks: LoadedTasks, scorer: Callable[[str], object]) -> list[Graded]:
    """The verdicts on a wrong answer and a right one, of a scorer that first does something with the text."""
    task = tasks.tasks["echo"]
    ours = task.config.process_results

    def theirs(doc: dict[str, Any], results: list[str]) -> dict[str, float]:
        scorer(results[0])
        found: dict[str, float] = ours(doc, results)
        return found

    task.config.process_results = theirs
    samples = evaluate(tasks, 0, 2)["samples"]["echo"]
    assert "process_results" not in vars(task), "the guard is gone"
    return [replay.graded(sample, "score") for sample in samples]


def test_an_answer_that_makes_a_sound_scorer_fail_scores_0_and_leaves_the_others(tasks: LoadedTasks) -> None:
    lost, kept = scored_with(tasks, lambda text: NOTHING["x"] if "wrong" in text else None)
    assert lost == Graded(score=0.0, extracted=None, detail={"why": "KeyError: 'x'"})
    assert kept.score == 1.0


def test_a_scorer_that_fails_on_an_empty_answer_too_leaves_the_item_missing(tasks: LoadedTasks) -> None:
    lost, kept = scored_with(tasks, lambda text: NOTHING["x"] if "2" not in text else None)
    assert (lost.score, lost.detail) == (None, {"why": "KeyError: 'x'"})
    assert kept.score == 1.0


def test_an_answer_that_a_scorer_never_finishes_scores_0(tasks: LoadedTasks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded, "LIMITS", ReadingLimits(cpu_s=0.5, memory_bytes=2**28))

    def endless(text: str) -> None:
        while "wrong" in text:
            pass

    begun = time.process_time()
    lost, kept = scored_with(tasks, endless)
    assert lost == Graded(score=0.0, extracted=None, detail={"why": "more than 0.5 s of CPU"})
    assert kept.score == 1.0
    lost, _ = scored_with(tasks, lambda text: str(len(bytearray(2**29))) if "wrong" in text else None)
    assert "MiB of memory" in lost.detail["why"]
    assert time.process_time() - begun < 2.0, "the parent only waits"


def test_what_is_missing_on_the_machine_is_not_the_answers_doing(tasks: LoadedTasks) -> None:
    lost, kept = scored_with(tasks, lambda text: open("/no/such/words").close() if "wrong" in text else None)
    assert lost.score is None
    assert "No such file" in lost.detail["why"]
    assert kept.score == 1.0


@pytest.mark.parametrize("score", [37.2, -1, float("nan"), ("a", "b"), None])
def test_a_score_that_is_none_is_no_score(score: object) -> None:
    graded = replay.graded({"bleu": score, "filtered_resps": ["x"]}, "bleu")
    assert graded.score is None
    assert "no number from 0 to 1" in graded.detail["why"]


def test_no_log_likelihoods_are_made_up() -> None:
    model = replay.JournalLM({})
    for method in (model.loglikelihood, model.loglikelihood_rolling):
        with pytest.raises(AssertionError):
            method([])


@pytest.mark.parametrize("label", ["qwen3.8-max", "a_b", "Ü-1", "small-repeat1"])
def test_files_lie_under_the_models_label(tasks: LoadedTasks, tmp_path: Path, label: str) -> None:
    replay.save(tmp_path / "out", label, evaluate(tasks, 1, 2))
    (folder,) = (tmp_path / "out").iterdir()
    assert folder.name == label
    (results,) = folder.glob("results_*.json")
    (samples,) = folder.glob("samples_echo_*.jsonl")
    about = json.loads(results.read_text(encoding="utf-8"))
    assert about["results"]["echo"]["score,none"] == 1
    assert about["config"]["model"] == label
    assert [json.loads(line)["score"] for line in samples.read_text(encoding="utf-8").splitlines()] == [1.0, 1.0]


def test_a_folder_that_cannot_be_written_is_not_passed_over(tasks: LoadedTasks, tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    with pytest.raises(IncompleteError, match=r"lm-eval could not write its results\. Is the disk full\?"):
        replay.save(tmp_path / "out", "small", evaluate(tasks, 1))
