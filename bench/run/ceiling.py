"""An exam on paper: its prompts alone, for any solver, and what a file of replies to them scores."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from bench.errors import TaskError, UsageError
from bench.records import Item, RunSettings, read_run
from bench.registry import Registry
from bench.registry.items import numbered_jsonl
from bench.run import slices
from bench.run.score import grader_of
from bench.stats import Interval, proportion_interval

ON_PAPER = "on paper"
"""What the solver of a file of replies is called beside models."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupScore:
    """What a solver scored on the items of one family at one level."""

    solver: str
    """`ON_PAPER`, or a model's label in a run."""
    suite: str
    """The suite."""
    family: str
    """The family; "all" stands for all of them."""
    level: int | None
    """The level; None for all of them, or where there are none."""
    n: int
    """Replies with a score."""
    score: Interval
    """Their mean score with a 95 % interval: over all families with each as one cluster, of a single family for more
    items of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A file of replies, scored."""

    cells: list[GroupScore]
    """All, by level, by family."""
    answered: int
    """Items that the file answers; only these are in a score."""
    exam: int
    """Items of the exam, of the size and slice that were named."""


@dataclass(frozen=True, slots=True)
class _Marked:
    """One answer's score."""

    suite: str
    """Its item's suite."""
    family: str
    """Its item's family."""
    level: int | None
    """Its item's level, where it has one."""
    cluster: str
    """Items of one cluster are alike."""
    score: float
    """0 to 1."""


def export(registry: Registry, run: RunSettings) -> Iterator[str]:
    """A line of JSON for every item that the settings ask: suite, task, item and prompt, and nothing that answers it.

    Raises UsageError as `slices.ask` does.
    """
    for item in slices.ask(registry, run, slices.expand(registry, run)).items:
        prompt = "\n\n".join(message["content"] for message in item.messages)
        line = {"suite": item.suite, "task": item.task, "item": item.item, "prompt": prompt}
        yield json.dumps(line, ensure_ascii=False)


def grade(answers: Path, registry: Registry, run: RunSettings) -> Paper:
    """The score of a file of replies, a line of JSON each with `task`, `item` and `answer`.

    `run` has the exam's seed, size and slice; its suites are those of the replies. UsageError naming the line of a
    reply to no item of this exam, or to one that another line answers.
    """
    rows = [(f"{answers}:{number}", row) for number, row in numbered_jsonl(answers)]
    for where, row in rows:
        for key in ("task", "item", "answer"):
            if not isinstance(row.get(key), str):
                raise TaskError(where, key, f"'{key}' must be a text, as `bench tasks export` writes it.")
    suites = [_suite(registry, str(row["task"]), where) for where, row in rows]
    run = replace(run, suites=tuple(dict.fromkeys(suites)))
    asked = slices.ask(registry, run, slices.expand(registry, run))
    known = {(item.task, item.item): item for item in asked.items}
    replies: dict[tuple[str, str], tuple[Item, str]] = {}
    for where, row in rows:
        asked_for = (row["task"], row["item"])
        if asked_for not in known or asked_for in replies:
            why = (
                "is answered twice" if asked_for in replies else "is not in the exam (export's options belong here too)"
            )
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
    items = [item for item, _ in replies.values()]
    marked = [_Marked(i.suite, i.family, i.level, i.cluster, each) for i, each in zip(items, scores, strict=True)]
    return Paper(cells=list(_cells(ON_PAPER, marked)), answered=len(replies), exam=len(known))


def beside(run: Path, suites: Collection[str]) -> list[GroupScore]:
    """The cells of every model of a run on its items of these suites. UsageError if it has none."""
    _, rows = read_run(run)
    rows = rows[rows["suite"].isin(suites) & rows["score"].notna()]
    if rows.empty:
        raise UsageError(f"{run}: holds no scored items of {', '.join(suites)}.")
    cells: list[GroupScore] = []
    for model, part in rows.groupby("model", sort=False):
        levels = [None if level != level else int(level) for level in part["level"].astype(float)]  # NaN is no level
        named = (part["suite"], part["family"], levels, part["cluster"], part["score"].astype(float))
        cells += _cells(str(model), map(_Marked, *named))
    return cells


def _suite(registry: Registry, task: str, where: str) -> str:
    """The suite of a task. UsageError where there is no such task."""
    if task not in registry.tasks:
        raise TaskError(where, "task", f"there is no task '{task}'.")
    return next((name for name, members in registry.suites.items() if task in members), task)


def _cells(solver: str, marked: Iterable[_Marked]) -> Iterator[GroupScore]:
    groups: dict[tuple[str, str, int | None], list[_Marked]] = {}
    for mark in marked:
        for family, level in {("all", None), ("all", mark.level), (mark.family, mark.level)}:
            groups.setdefault((mark.suite, family, level), []).append(mark)
    for (suite, family, level), members in sorted(groups.items(), key=lambda each: _order(each[0])):
        alike = [mark.cluster if family == "all" else str(at) for at, mark in enumerate(members)]
        interval = proportion_interval([mark.score for mark in members], alike)
        yield GroupScore(solver=solver, suite=suite, family=family, level=level, n=len(members), score=interval)


def _order(key: tuple[str, str, int | None]) -> tuple[str, bool, str, int]:
    suite, family, level = key
    return suite, family != "all", family, level or 0


def table(cells: Sequence[GroupScore]) -> str:
    """The cells as a Markdown table."""
    lines = ["| solver | suite | family | level | n | score (95 % interval) |", "|---|---|---|---:|---:|---:|"]
    for cell in cells:
        level = "all" if cell.level is None else str(cell.level)
        lines.append(f"| {cell.solver} | {cell.suite} | {cell.family} | {level} | {cell.n} | {_score(cell.score)} |")
    return "\n".join(lines)


def _score(score: Interval) -> str:
    """In percent; without an interval where a family alone gives none."""
    bounds = "" if score.low is None or score.high is None else f" ({100 * score.low:.0f} to {100 * score.high:.0f})"
    return f"{100 * score.estimate:.0f} %{bounds}"
