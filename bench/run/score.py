"""Joins calls, scores and items into the run's tables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.costs import Costs
from bench.language import counted
from bench.plan import Plan, PlannedCall
from bench.prices import PriceBook
from bench.records import AnswerRow, Call, Graded, Item, ItemRow, ModelEntry, Outcome, TurnRow, prompt_text
from bench.registry import LoadedTasks
from bench.run.elsewhere import grade_elsewhere
from bench.run.episodes import episode_columns, turn_rows
from bench.run.heldback import held_back
from bench.sandbox import doors
from bench.scoring.extract import repeats_itself
from bench.scoring.graders import Grader
from bench.scoring.item import UNGRADED

GRADER_FAILED = "the grader failed"
"""How the `error` of such an answer begins."""


@dataclass(frozen=True, slots=True)
class Scored:
    """The two tables of a run, as rows."""

    items: list[ItemRow]
    """Model x item x repeat."""
    answers: list[AnswerRow]
    """The same keys."""
    costs: Costs
    """The prices that made the costs, and what has none."""
    turns: list[TurnRow]
    """The turns of episodes; empty where there are none."""


def grader_of(loaded: LoadedTasks, task: str) -> Grader | None:
    """The task's grader, if it is one of ours."""
    scorer = loaded.tasks[task].config.process_results
    return scorer if isinstance(scorer, Grader) else None


def score_run(
    plan: Plan,
    calls: Mapping[str, Call],
    loaded: LoadedTasks,
    models: Mapping[str, ModelEntry],
    run: str,
    lm_eval_folder: Path,
    book: PriceBook,
    pool: Executor | None = None,
) -> Scored:
    """Grades every recorded answer through lm-eval, writes lm-eval's own files, and returns the tables.

    `pool` runs our graders elsewhere.
    """
    asked = [p for p in plan.calls if p.key in calls]
    graded, scores = judge(asked, calls, loaded, lm_eval_folder, pool)
    asked_items = {(p.item.task, p.item.item, p.repeat) for p in asked}
    rows = [p for p in plan.calls if (p.item.task, p.item.item, p.repeat) in asked_items]
    costs = Costs(book, models, [(p, calls[p.key]) for p in asked])
    behind = held_back(asked, calls)
    right = expected_answers(rows, loaded)
    items, answers, turns = [], [], list[TurnRow]()
    for planned in rows:
        call, verdict = calls.get(planned.key), graded.get(planned.key)
        outcome = outcome_of(call, verdict)
        items.append(
            _item_row(
                run,
                planned,
                costs,
                call=call,
                graded=verdict,
                outcome=outcome,
                lm_eval_score=scores.get(planned.key),
                held=planned.model in behind,
                measured=is_graded(loaded, planned.item),
            )
        )
        answers.append(
            answer_row(
                run,
                planned,
                call,
                graded=verdict,
                outcome=outcome,
                lm_eval_score=scores.get(planned.key),
                expected=right[planned.item.task, planned.item.item],
            )
        )
        turns += turn_rows(run, planned, call, costs) if call else ()
    return Scored(items, answers, costs, turns)


def grader_failures(answers: Sequence[AnswerRow]) -> list[str]:
    """A line for each task whose grader failed on answers; they are missing, and can be scored when it is mended."""
    failed: dict[str, list[str]] = {}
    for row in answers:
        if row.error and row.error.startswith(GRADER_FAILED):
            failed.setdefault(row.task, []).append(row.error)
    cure = "Mend the task, then: bench score"
    return [
        f"{task}: {errors[0]}; {counted(len(errors), 'answer', 'is', 'are')} missing. {cure}"
        for task, errors in failed.items()
    ]


def judge(
    asked: Sequence[PlannedCall],
    calls: Mapping[str, Call],
    loaded: LoadedTasks,
    folder: Path,
    pool: Executor | None = None,
) -> tuple[dict[str, Graded], dict[str, float]]:
    """Every recorded answer's verdict and lm-eval's score, by key; `folder` gets lm-eval's own files, and `pool` runs
    our graders elsewhere."""
    if pool is not None:
        mine = [p for p in asked if calls[p.key].outcome.scored]
        items = ((grader_of(loaded, p.item.task), loaded.raw_item(p.item), calls[p.key].text) for p in mine)
        grade_elsewhere(items, pool)
    graded = _grade_all(asked, calls, loaded)
    scores: dict[str, float] = {}
    for label, repeat in sorted({(p.model, p.repeat) for p in asked}):
        mine = [p for p in asked if (p.model, p.repeat) == (label, repeat)]
        scores |= _evaluate(label, repeat, mine, calls=calls, graded=graded, loaded=loaded, folder=folder)
    return graded, scores


def _grade_all(asked: Sequence[PlannedCall], calls: Mapping[str, Call], loaded: LoadedTasks) -> dict[str, Graded]:
    """Runs our graders in a pool first, because lm-eval runs them one by one; they remember their verdicts."""

    def grade(planned: PlannedCall) -> tuple[str, Graded] | None:
        grader = grader_of(loaded, planned.item.task)
        if grader is None or not calls[planned.key].outcome.scored:
            return None
        return planned.key, grader.grade(loaded.raw_item(planned.item), calls[planned.key].text)

    with ThreadPoolExecutor(doors()) as pool:
        return dict(graded for graded in pool.map(grade, asked) if graded)


def _evaluate(
    label: str,
    repeat: int,
    asked: Iterable[PlannedCall],
    calls: Mapping[str, Call],
    graded: dict[str, Graded],
    loaded: LoadedTasks,
    folder: Path,
) -> dict[str, float]:
    """lm-eval's score of every complete call, by key; the same scores go into its own files.

    Of a task with several filters or metrics the first of each counts. `graded` gains what lm-eval's own scorers say.
    """
    from bench.scoring import replay

    complete = {
        p.item.prompt_sha256: p
        for p in asked
        if calls[p.key].outcome.scored and (p.key not in graded or graded[p.key].score is not None)
    }
    if not complete:
        return {}
    positions: dict[str, list[int]] = {}
    for planned in complete.values():
        positions.setdefault(planned.item.task, []).append(loaded.position(planned.item))
    answers = {p.item.asked: calls[p.key].text for p in complete.values()}
    results = replay.evaluate(loaded.tasks, answers, {task: sorted(at) for task, at in positions.items()})
    scores: dict[str, float] = {}
    for task, samples in results["samples"].items():
        metric = loaded.tasks[task].config.metric_list[0]["metric"]
        for sample in samples:
            planned = complete[sample["prompt_hash"]]
            verdict = graded.setdefault(planned.key, replay.graded(sample, metric))
            if verdict.score is not None:
                scores.setdefault(planned.key, float(sample[metric]))
            sample["calls"] = [_call_fields(calls[planned.key])]
    results["group_subtasks"] = _suites(complete.values())
    replay.save(folder, label if repeat == 0 else f"{label}-repeat{repeat}", results)
    return scores


def _suites(asked: Iterable[PlannedCall]) -> dict[str, list[str]]:
    """The tasks of each suite, as lm-eval writes its groups; a task that is asked by itself is in none."""
    tasks: dict[str, dict[str, None]] = {}
    for planned in asked:
        if planned.item.suite != planned.item.task:
            tasks.setdefault(planned.item.suite, {})[planned.item.task] = None
    return {suite: [*members] for suite, members in sorted(tasks.items())}


def _call_fields(call: Call) -> dict[str, Any]:
    fields = asdict(call)
    for key in ("text", "sampling_requested"):
        del fields[key]
    return fields


def outcome_of(call: Call | None, graded: Graded | None) -> Outcome:
    """How an item ended, its answer's verdict included."""
    if call is None:
        return Outcome.NOT_ASKED
    if call.outcome is Outcome.ANSWERED and graded is not None and graded.measured:
        if graded.score is None:
            return Outcome.INFRASTRUCTURE
        if graded.extracted is None:
            return Outcome.UNPARSABLE
    return call.outcome


def is_graded(loaded: LoadedTasks, item: Item) -> bool:
    """Whether anything grades an item."""
    return grader_of(loaded, item.task) is None or loaded.raw_item(item).get(UNGRADED) is not True


def score_of(outcome: Outcome, lm_eval_score: float | None, *, measured: bool) -> float | None:
    """Truncated, refused, empty and unparsable answers score 0, whatever their text happens to contain; None where
    nothing grades the item, however its answer ended."""
    if not outcome.scored or not measured:
        return None
    return lm_eval_score if outcome is Outcome.ANSWERED else 0.0


def _item_row(
    run: str,
    planned: PlannedCall,
    costs: Costs,
    call: Call | None,
    graded: Graded | None,
    outcome: Outcome,
    lm_eval_score: float | None,
    held: bool,
    measured: bool,
) -> ItemRow:
    item = planned.item
    known = {} if call is None else call_columns(call, held=held)
    return ItemRow(
        run=run, suite=item.suite, task=item.task, task_version=item.task_version, item=item.item,
        family=item.family, level=item.level, language=item.language, cluster=item.cluster,
        prompt_sha256=item.prompt_sha256, model=planned.model, provider=costs.provider(planned.model),
        repeat=planned.repeat, order=planned.order,
        score=score_of(outcome, lm_eval_score, measured=measured),
        partial=graded.partial if graded and outcome is Outcome.ANSWERED else None,
        outcome=str(outcome),
        sandbox=graded.sandbox if graded else None,
        graded=measured,
        traffic=item.traffic,
        **costs.of(planned, call),
        **{**_NOT_ASKED, **known},
    )  # fmt: skip


_NOT_ASKED: Mapping[str, Any] = {
    **dict.fromkeys(
        (
            *("served_model", "in_uncached", "in_cache_read", "in_cache_write_5m", "in_cache_write_1h", "out_total"),
            *("out_reasoning", "ttft_s", "ttfat_s", "latency_s", "wall_s", "tpot_s"),
            *("queue_s", "timing_ok", "sampling_requested", "sampling_applied", "started_at"),
        )
    ),
    "attempts": 0,
    "reused": False,
}


def call_columns(call: Call, *, held: bool) -> dict[str, Any]:
    """What the items table says of a call beside its score and cost; `held`: the harness held its clock up."""
    scored = call.scored_attempt
    late = scored.buffered or (held and scored.reads == 1)
    return {
        "served_model": call.served_model,
        **asdict(call.usage),
        "ttft_s": None if late else scored.ttft_s,
        "ttfat_s": None if late else scored.ttfat_s,
        "latency_s": scored.latency_s,
        "tpot_s": scored.tpot_s,
        "wall_s": call.wall_s,
        "queue_s": call.queue_s,
        "attempts": len(call.attempts),
        "timing_ok": call.timing_ok,
        "reused": call.reused,
        "sampling_requested": json.dumps(dict(call.sampling_requested)),
        "sampling_applied": json.dumps(dict(call.sampling_applied)),
        "started_at": call.started_at,
        **(episode_columns(call.episode) if call.episode else {}),
    }


def answer_row(
    run: str,
    planned: PlannedCall,
    call: Call | None,
    graded: Graded | None,
    outcome: Outcome,
    lm_eval_score: float | None,
    expected: str | None = None,
) -> AnswerRow:
    """An answer's row, with its verdict and the right answer, see `expected_answers`."""
    item: Item = planned.item
    detail: dict[str, Any] = dict(graded.detail) if graded else {}
    if outcome.scored and outcome is not Outcome.ANSWERED and lm_eval_score is not None:
        detail["lm_eval_score"] = lm_eval_score
    if call and outcome is Outcome.TRUNCATED:
        detail["repeats_itself"] = repeats_itself(call.text or call.reasoning)
    if call and call.notes:
        detail["notes"] = list(call.notes)
    error = call.scored_attempt.error if call else None
    if graded is not None and graded.score is None and graded.measured:
        error = f"{GRADER_FAILED}: {json.dumps(dict(graded.detail))}"
    return AnswerRow(
        run=run,
        task=item.task,
        item=item.item,
        model=planned.model,
        repeat=planned.repeat,
        prompt=prompt_text(item.messages),
        answer=call.text if call else None,
        reasoning=call.reasoning if call else None,
        extracted=graded.extracted if graded else None,
        grade_detail=json.dumps(detail, ensure_ascii=False) if detail else None,
        finish_reason=call.finish_reason if call else None,
        error=error,
        expected=expected,
    )


def expected_answers(planned: Iterable[PlannedCall], loaded: LoadedTasks) -> dict[tuple[str, str], str | None]:
    """By task and item, the right answer as its grader, or lm-eval's target, states it; None where none does."""
    items = {(p.item.task, p.item.item): p.item for p in planned}
    return {key: _expected(item, loaded) for key, item in items.items()}


def _expected(item: Item, loaded: LoadedTasks) -> str | None:
    grader = grader_of(loaded, item.task)
    try:
        if grader is not None:
            right: Any = grader.expected(loaded.raw_item(item))
        else:
            right = loaded.tasks[item.task].doc_to_target(loaded.doc(item))
        return right if right is None or isinstance(right, str) else json.dumps(right, ensure_ascii=False)
    except Exception:  # a user's function or template; nothing is scored by it
        return None
