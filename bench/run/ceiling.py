"""An exam on paper: its prompts alone, for any solver, and what a file of replies to them scores."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bench.errors import TaskError, UsageError
from bench.records import Item, RunSettings
from bench.registry import Registry
from bench.registry.items import numbered_jsonl
from bench.run import slices
from bench.run.score import grader_of
from bench.stats import Interval, proportion_interval


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupScore:
    """What a solver scored on the items of one family at one level."""

    suite: str
    """The suite."""
    family: str
    """The family; "all" stands for all of them."""
    level: int | None
    """The level; None for all of them, or where there are none."""
    n: int
    """Replies."""
    score: Interval
    """Their mean score with a 95 % interval, items of one family as one cluster."""


def export(registry: Registry, run: RunSettings) -> Iterator[str]:
    """A line of JSON for every item that the settings ask: suite, task, item and prompt, and nothing that answers it.

    Raises UsageError as `slices.ask` does.
    """
    for item in slices.ask(registry, run, slices.expand(registry, run)).items:
        prompt = "\n\n".join(message["content"] for message in item.messages)
        line = {"suite": item.suite, "task": item.task, "item": item.item, "prompt": prompt}
        yield json.dumps(line, ensure_ascii=False)


def grade(answers: Path, registry: Registry, exam_seed: int | None = None) -> list[GroupScore]:
    """The score of a file of replies, a line of JSON each with `task`, `item` and `answer`: all, by level, by family.

    UsageError naming the line of a reply to no item, or to one that another line answers.
    """
    rows = [(f"{answers}:{number}", row) for number, row in numbered_jsonl(answers)]
    for where, row in rows:
        for key in ("task", "item", "answer"):
            if not isinstance(row.get(key), str):
                raise TaskError(where, key, f"'{key}' must be a text, as `bench tasks export` writes it.")
    suites = [_suite(registry, str(row["task"]), where) for where, row in rows]
    run = RunSettings(tuple(dict.fromkeys(suites)), exam_seed=exam_seed)
    asked = slices.ask(registry, run, slices.expand(registry, run))
    known = {(item.task, item.item): item for item in asked.items}
    replies: dict[tuple[str, str], tuple[Item, str]] = {}
    for where, row in rows:
        asked_for = (row["task"], row["item"])
        if asked_for not in known or asked_for in replies:
            why = "is answered twice" if asked_for in replies else "is not in the exam (another --exam-seed?)"
            raise TaskError(where, "item", f"item '{row['item']}' of {row['task']} {why}.")
        replies[asked_for] = (known[asked_for], row["answer"])

    def score(reply: tuple[Item, str]) -> float:
        item, text = reply
        grader = grader_of(asked.loaded, item.task)
        if grader is None:
            raise UsageError(f"{item.task}: is scored by lm-eval, and replies on paper by our graders only.")
        graded = grader.grade(asked.loaded.raw_item(item), text)
        if graded.score is None:
            raise UsageError(f"{item.task} item {item.item}: could not be graded ({graded.detail.get('why')}).")
        return graded.score

    with ThreadPoolExecutor(2) as pool:
        scores = list(pool.map(score, replies.values()))
    return list(_cells([item for item, _ in replies.values()], scores))


def _suite(registry: Registry, task: str, where: str) -> str:
    """The suite of a task. UsageError where there is no such task."""
    if task not in registry.tasks:
        raise TaskError(where, "task", f"there is no task '{task}'.")
    return next((name for name, members in registry.suites.items() if task in members), task)


def _cells(items: Sequence[Item], scores: Sequence[float]) -> Iterator[GroupScore]:
    groups: dict[tuple[str, str, int | None], list[tuple[float, str]]] = {}
    for item, score in zip(items, scores, strict=True):
        for key in ((item.suite, "all", None), (item.suite, "all", item.level), (item.suite, item.family, item.level)):
            groups.setdefault(key, []).append((score, item.cluster))
    for (suite, family, level), members in sorted(groups.items(), key=lambda each: _order(each[0])):
        interval = proportion_interval([score for score, _ in members], [cluster for _, cluster in members])
        yield GroupScore(suite=suite, family=family, level=level, n=len(members), score=interval)


def _order(key: tuple[str, str, int | None]) -> tuple[str, bool, str, int]:
    suite, family, level = key
    return suite, family != "all", family, level or 0


def table(cells: Sequence[GroupScore]) -> str:
    """The cells as a Markdown table."""
    lines = ["| suite | family | level | n | score (95 % interval) |", "|---|---|---:|---:|---:|"]
    for cell in cells:
        low, high = (_percent(bound) for bound in (cell.score.low, cell.score.high))
        level = "all" if cell.level is None else str(cell.level)
        score = f"{_percent(cell.score.estimate)} % ({low} to {high})"
        lines.append(f"| {cell.suite} | {cell.family} | {level} | {cell.n} | {score} |")
    return "\n".join(lines)


def _percent(share: float | None) -> str:
    return "?" if share is None else f"{100 * share:.0f}"
