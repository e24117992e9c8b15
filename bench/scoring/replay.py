"""Scores recorded answers by lm-eval's own `evaluate`: a language model that only looks answers up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, SupportsFloat

from lm_eval import evaluator
from lm_eval.api.instance import Instance
from lm_eval.api.model import LM
from lm_eval.loggers import EvaluationTracker

from bench.errors import IncompleteError
from bench.records import Graded
from bench.scoring.guarded import NO_MATCH, guarded
from bench.scoring.item import ANSWER_CHARS, chat_template


class JournalLM(LM):  # type: ignore[misc]
    """Answers a chat prompt, given as the JSON text of its messages, from a mapping."""

    tokenizer_name = "chat"

    def __init__(self, answers: Mapping[str, str]) -> None:
        """`answers`: the recorded text by prompt."""
        super().__init__()
        self._answers = answers

    def apply_chat_template(self, chat_history: list[dict[str, str]], add_generation_prompt: bool = True) -> str:
        """The same text that the plan was built with."""
        return chat_template(chat_history, add_generation_prompt)

    def generate_until(self, requests: list[Instance], disable_tqdm: bool = False) -> list[str]:
        """The recorded answers. KeyError if a prompt differs from the one that was asked."""
        del disable_tqdm
        return [self._answers[request.args[0]] for request in requests]

    def loglikelihood(self, *_requests: object, **_options: object) -> list[tuple[float, bool]]:
        """Chat endpoints give none; the registry refuses such tasks."""
        raise AssertionError("no log-likelihoods in a journal")

    def loglikelihood_rolling(self, *_requests: object, **_options: object) -> list[float]:
        """See `loglikelihood`."""
        raise AssertionError("no log-likelihoods in a journal")


def evaluate(
    tasks: Mapping[str, Any], answers: Mapping[str, str], positions: Mapping[str, Sequence[int]]
) -> dict[str, Any]:
    """lm-eval's results, samples included, for the docs at `positions` (sorted, non-empty) of each task.

    A scorer that fails leaves that sample without a score, and its `error` says why; if the answer alone made it fail
    (`bench.scoring.guarded`), the sample scores 0, and its `blamed` says why.
    """
    chosen = {name: tasks[name] for name in positions}
    failed: dict[int, str] = {}
    blamed: dict[int, str] = {}
    with ExitStack() as guards:
        for task in chosen.values():
            guards.enter_context(guarded(task, failed, blamed))
        results: dict[str, Any] = evaluator.evaluate(
            lm=JournalLM(answers),
            task_dict={"tasks": chosen, "groups": {}, "group_map": {}},
            samples={name: list(at) for name, at in positions.items()},
            bootstrap_iters=0,
            log_samples=True,
            apply_chat_template=True,
            fewshot_as_multiturn=True,
        )
    for sample in (sample for rows in results["samples"].values() for sample in rows):
        for key, notes in (("error", failed), ("blamed", blamed)):
            if id(sample["doc"]) in notes:
                sample[key] = notes[id(sample["doc"])]
    return results


def graded(sample: Mapping[str, Any], metric: str) -> Graded:
    """What lm-eval's own filter and scorer made of an answer; score None if they failed."""
    score = sample.get(metric)
    if not isinstance(score, SupportsFloat) or not 0 <= float(score) <= 1:
        why = sample.get("error") or f"{metric} is {score!r}, no number from 0 to 1"
        return Graded(score=None, detail={"why": why}, final=False)
    filtered = str(sample["filtered_resps"][0])
    detail = {"why": sample["blamed"]} if "blamed" in sample else {}
    return Graded(
        score=float(score), extracted=None if filtered == NO_MATCH else filtered[:ANSWER_CHARS], detail=detail
    )


def save(folder: Path, model: str, results: dict[str, Any]) -> None:
    """Writes results and samples as `lm-eval --output_path` does. IncompleteError if a file is missing afterwards."""
    samples: dict[str, list[dict[str, Any]]] = results.pop("samples")
    tracker = EvaluationTracker(output_path=str(folder))
    tracker.general_config_tracker.log_experiment_args(
        model_source="claimbench",
        model_args=f"model={model}",
        system_instruction=None,
        chat_template=None,
        fewshot_as_multiturn=True,
    )
    tracker.save_results_aggregated(results={**results, "config": {"model": model}}, samples=samples)
    for task, rows in samples.items():
        tracker.save_results_samples(task_name=task, samples=rows)
    written = len(list(folder.glob(f"{model}/samples_*.jsonl")))
    if written < len(samples) or not list(folder.glob(f"{model}/results_*.json")):
        raise IncompleteError(f"{folder.parent}: lm-eval could not write its results. Is the disk full?")
