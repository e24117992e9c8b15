"""A run's recorded answers scored again with today's tasks: a new folder, no call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path

from bench.errors import UsageError
from bench.journal import Journal
from bench.plan import PlannedCall
from bench.records import (
    AnswerRow,
    Call,
    Graded,
    Item,
    ItemRow,
    Outcome,
    RecordedDerivation,
    RecordedTask,
    RunRecord,
    derive_run,
    new_folder,
    read_record,
    read_rows,
    read_turns,
    remove_folder,
    write_record,
    write_tables,
    write_turns,
)
from bench.registry import LoadedTasks, Registry, with_exam
from bench.run.score import answer_row, expected_answers, grader_failures, is_graded, judge, outcome_of, score_of


@dataclass(frozen=True, slots=True)
class Rescored:
    """A derived run."""

    folder: Path
    """Its folder, complete with tables."""
    tasks: Mapping[str, tuple[str, str]]
    """Tasks whose content is another than in the run -> version then and version now."""
    changed: int
    """Rows whose score or outcome is another."""
    failures: tuple[str, ...]
    """A line for each task whose grader failed on answers."""


def rescore(parent: Path, journal: Path, registry: Registry, pool: Executor | None = None) -> Rescored:
    """Scores a run's answers, as the journal has them, by the registry's tasks; costs and times stay as they were.

    `pool` runs our graders elsewhere.
    UsageError if the parent is not a run or derived itself, the journal does not know it, or a prompt has changed:
    answers to another prompt say nothing.
    """
    record = read_record(parent)
    if record.imported:
        raise UsageError(f"{parent}: was imported; its answers' tasks and prompts are not at hand.")
    if record.derived:
        raise UsageError(f"{parent}: is derived from another run. Score that one: {record.parent}.")
    items, _ = read_rows(parent)
    calls = _calls(journal, record.run)
    names = sorted({row.task for row in items})
    loaded = LoadedTasks(_as_asked(registry, names, record), names)
    planned = _planned(items, calls, loaded)
    now = {
        name: RecordedTask(
            version=file.version,
            sha256=file.sha256,
            max_tokens=file.max_tokens,
            minutes=record.tasks[name].minutes,
        )
        for name, file in loaded.files.items()
    }
    before = {name: record.tasks[name] for name in now}
    folder, derived = derive_run(parent, RecordedDerivation(by="score", tasks_before=before))
    try:
        rows, texts = _judged(items, planned, calls, loaded, folder, pool=pool)
        write_tables(folder, rows, texts)
        if turns := read_turns(parent):
            write_turns(folder, [replace(turn, run=folder.name) for turn in turns])
        write_record(folder, replace(derived, tasks={**derived.tasks, **now}))
    except BaseException:
        remove_folder(folder)
        raise
    edited = {n: (str(before[n].version), str(now[n].version)) for n in now if before[n].sha256 != now[n].sha256}
    differ = sum((a.score, a.outcome) != (b.score, b.outcome) for a, b in zip(items, rows, strict=True))
    return Rescored(folder, edited, differ, tuple(grader_failures(texts)))


def _as_asked(registry: Registry, names: Sequence[str], record: RunRecord) -> Registry:
    """The registry with the exam that the run asked: of its seed, and as large as its items need."""
    settings = record.settings
    if settings.instances is not None:
        return with_exam(registry, names, settings.exam_seed, settings.instances)
    other = [name for name in names if record.tasks[name].sha256 != registry.file(name).sha256]
    sizes = {name: registry.usual[name] for name in other if name in registry.usual}
    return with_exam(registry, names, settings.exam_seed, sizes)


def _judged(
    items: Sequence[ItemRow],
    planned: Mapping[int, PlannedCall],
    calls: Mapping[int, Call],
    loaded: LoadedTasks,
    folder: Path,
    *,
    pool: Executor | None,
) -> tuple[list[ItemRow], list[AnswerRow]]:
    """Both tables of the derived run."""
    asked = {row.order: calls[row.order] for row in items if row.order in calls}
    recorded = {call.key: call for call in asked.values()}
    with new_folder(folder, "lm-eval") as lm_eval:
        graded, scores = judge([planned[order] for order in asked], recorded, loaded, lm_eval, pool)
    rows: list[ItemRow] = []
    texts: list[AnswerRow] = []
    right = expected_answers(planned.values(), loaded)
    for row in items:
        plan, call = planned[row.order], calls.get(row.order)
        verdict, score = graded.get(plan.key), scores.get(plan.key)
        outcome = outcome_of(call, verdict)
        measured = is_graded(loaded, plan.item)
        version = plan.item.task_version
        rows.append(
            _scored(row, folder.name, version, outcome=outcome, verdict=verdict, score=score, measured=measured)
        )
        texts.append(
            answer_row(
                folder.name,
                plan,
                call,
                graded=verdict,
                outcome=outcome,
                lm_eval_score=score,
                expected=right[plan.item.task, plan.item.item],
            )
        )
    return rows, texts


def _scored(
    row: ItemRow,
    run: str,
    version: str,
    *,
    outcome: Outcome,
    verdict: Graded | None,
    score: float | None,
    measured: bool,
) -> ItemRow:
    """A row with its score of today."""
    return replace(
        row,
        run=run,
        task_version=version,
        score=score_of(outcome, score, measured=measured),
        partial=verdict.partial if verdict and outcome is Outcome.ANSWERED else None,
        outcome=str(outcome),
        sandbox=verdict.sandbox if verdict else None,
        graded=measured,
    )


def _calls(path: Path, run: str) -> dict[int, Call]:
    """The run's recorded calls by their place in the plan."""
    if not path.exists():
        raise UsageError(f"{path}: is not there, and a run is scored from it. Name its folder with --results.")
    with Journal(path) as journal:
        calls = {call.order: call for call in journal.calls(run).values()}
    if not calls:
        raise UsageError(f"{path}: holds no answer of run {run}. Name the folder of its journal with --results.")
    return calls


def _planned(rows: Sequence[ItemRow], calls: Mapping[int, Call], loaded: LoadedTasks) -> dict[int, PlannedCall]:
    """What was asked, by its place in the plan, with today's items. UsageError if a prompt is another today."""
    suites = {row.task: row.suite for row in rows}
    today: dict[tuple[str, str], Item] = {
        (task, item.item): item for task, suite in suites.items() for item in loaded.items(suite, task)
    }
    planned = {}
    for row in rows:
        item = today.get((row.task, row.item))
        if item is None or item.prompt_sha256 != row.prompt_sha256:
            what = "is no longer there" if item is None else "has another prompt today"
            raise UsageError(
                f"{loaded.files[row.task].path}: item '{row.item}' {what} (version {row.task_version} then, "
                f"{loaded.files[row.task].version} now), so its answers cannot be scored. Ask again with `bench run`."
            )
        call = calls.get(row.order)
        planned[row.order] = PlannedCall(
            key=call.key if call else f"not asked {row.order}",
            model=row.model,
            item=item,
            repeat=row.repeat,
            order=row.order,
            rank=row.order,
            body={},
            sampling={},
            sampling_applied={},
        )
    return planned
