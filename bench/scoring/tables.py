"""Joins calls, scores and items into the run's tables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.config import ModelEntry
from bench.plan import Plan, PlannedCall
from bench.records import AnswerRow, Call, Graded, Item, ItemRow, Outcome, prompt_text
from bench.registry import LoadedTasks
from bench.scoring.extract import repeats_itself
from bench.scoring.graders import Grader


@dataclass(frozen=True, slots=True)
class Scored:
    """The two tables of a run, as rows."""

    items: list[ItemRow]
    """Model x item x repeat."""
    answers: list[AnswerRow]
    """The same keys."""


def grader_of(loaded: LoadedTasks, task: str) -> Grader | None:
    """The task's grader, if it is one of ours."""
    found = loaded.tasks[task].config.process_results
    return found if isinstance(found, Grader) else None


def score_run(
    plan: Plan,
    calls: Mapping[str, Call],
    loaded: LoadedTasks,
    models: Mapping[str, ModelEntry],
    run: str,
    lm_eval_folder: Path,
    workers: int = 2,
) -> Scored:
    """Grades every recorded answer through lm-eval, writes lm-eval's own files, and returns the tables."""
    asked = [p for p in plan.calls if p.key in calls]
    graded = _grade_all(asked, calls, loaded, workers)
    scores: dict[str, float] = {}
    for label in models:
        for repeat in sorted({p.repeat for p in asked if p.model == label}):
            mine = [p for p in asked if p.model == label and p.repeat == repeat]
            scores |= _evaluate(label, repeat, mine, calls, graded, loaded, lm_eval_folder)
    asked_items = {(p.item.task, p.item.item, p.repeat) for p in asked}
    rows = [p for p in plan.calls if (p.item.task, p.item.item, p.repeat) in asked_items]
    items, answers = [], []
    for planned in rows:
        call, verdict = calls.get(planned.key), graded.get(planned.key)
        outcome = _outcome(call, verdict)
        items.append(_item_row(run, planned, models[planned.model], call, verdict, outcome, scores.get(planned.key)))
        answers.append(_answer_row(run, planned, call, verdict, outcome, scores.get(planned.key)))
    return Scored(items, answers)


def _grade_all(
    asked: Sequence[PlannedCall], calls: Mapping[str, Call], loaded: LoadedTasks, workers: int
) -> dict[str, Graded]:
    """Runs our graders in a pool first, because lm-eval runs them one by one; they remember their verdicts."""

    def grade(planned: PlannedCall) -> tuple[str, Graded] | None:
        grader = grader_of(loaded, planned.item.task)
        if grader is None or not calls[planned.key].outcome.scored:
            return None
        return planned.key, grader.grade(loaded.raw_item(planned.item), calls[planned.key].text)

    with ThreadPoolExecutor(workers) as pool:
        return dict(found for found in pool.map(grade, asked) if found)


def _evaluate(
    label: str,
    repeat: int,
    asked: Iterable[PlannedCall],
    calls: Mapping[str, Call],
    graded: Mapping[str, Graded],
    loaded: LoadedTasks,
    folder: Path,
) -> dict[str, float]:
    """lm-eval's score of every complete call, by key; the same scores go into its own files."""
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
    answers = {prompt_text(p.item.messages): calls[p.key].text for p in complete.values()}
    results = replay.evaluate(loaded.tasks, answers, {task: sorted(at) for task, at in positions.items()})
    scores: dict[str, float] = {}
    for task, samples in results["samples"].items():
        metric = loaded.tasks[task].config.metric_list[0]["metric"]
        for sample in samples:
            planned = complete[sample["prompt_hash"]]
            scores.setdefault(planned.key, float(sample[metric]))
            sample["calls"] = [_call_fields(calls[planned.key])]
    replay.save(folder, label if repeat == 0 else f"{label}-repeat{repeat}", results)
    return scores


def _call_fields(call: Call) -> dict[str, Any]:
    fields = asdict(call)
    for key in ("text", "sampling_requested"):
        del fields[key]
    return fields


def _outcome(call: Call | None, graded: Graded | None) -> Outcome:
    if call is None:
        return Outcome.NOT_ASKED
    if call.outcome is Outcome.ANSWERED and graded is not None:
        if graded.score is None:
            return Outcome.INFRASTRUCTURE
        if graded.extracted is None:
            return Outcome.UNPARSABLE
    return call.outcome


def _score(outcome: Outcome, lm_eval_score: float | None) -> float | None:
    """Truncated, refused and unparsable answers score 0, whatever their text happens to contain."""
    if not outcome.scored:
        return None
    return lm_eval_score if outcome is Outcome.ANSWERED else 0.0


def _item_row(
    run: str,
    planned: PlannedCall,
    entry: ModelEntry,
    call: Call | None,
    graded: Graded | None,
    outcome: Outcome,
    lm_eval_score: float | None,
) -> ItemRow:
    item = planned.item
    rate = entry.usd_per_hour
    price_id = None if rate is None else f"usd_per_hour={rate:g}"
    known = {} if call is None else _measured(call, rate)
    return ItemRow(
        run=run, suite=item.suite, task=item.task, task_version=item.task_version, item=item.item,
        family=item.family, level=item.level, language=item.language, cluster=item.cluster,
        prompt_sha256=item.prompt_sha256, model=planned.model, provider=entry.provider,
        repeat=planned.repeat, order=planned.order,
        score=_score(outcome, lm_eval_score),
        partial=graded.partial if graded and outcome is Outcome.ANSWERED else None,
        outcome=str(outcome), cost_cap_usd=None, price_id=price_id,
        sandbox=graded.sandbox if graded else None,
        **{**_NOT_ASKED, **known},
    )  # fmt: skip


_NOT_ASKED: Mapping[str, Any] = {
    **dict.fromkeys(
        (
            *("served_model", "in_uncached", "in_cache_read", "in_cache_write_5m", "in_cache_write_1h", "out_total"),
            *("out_reasoning", "cost_usd", "cost_retries_usd", "ttft_s", "ttfat_s", "latency_s", "wall_s", "tpot_s"),
            *("queue_s", "timing_ok", "sampling_requested", "sampling_applied", "started_at"),
        )
    ),
    "attempts": 0,
    "reused": False,
}


def _measured(call: Call, usd_per_hour: float | None) -> dict[str, Any]:
    scored, usage = call.scored_attempt, call.usage

    def cost(machine_s: float | None) -> float | None:
        return None if usd_per_hour is None or machine_s is None else usd_per_hour / 3600 * machine_s

    tpot = None
    if scored.ttft_s is not None and scored.last_token_s is not None and usage.out_total and usage.out_total > 1:
        tpot = (scored.last_token_s - scored.ttft_s) / (usage.out_total - 1)
    return {
        "served_model": call.served_model,
        **asdict(usage),
        "cost_usd": cost(call.machine_s),
        "cost_retries_usd": cost(call.machine_retries_s),
        "ttft_s": scored.ttft_s,
        "ttfat_s": scored.ttfat_s,
        "latency_s": scored.latency_s,
        "wall_s": call.wall_s,
        "tpot_s": tpot,
        "queue_s": call.queue_s,
        "attempts": len(call.attempts),
        "timing_ok": call.timing_ok,
        "reused": call.reused,
        "sampling_requested": json.dumps(dict(call.sampling_requested)),
        "sampling_applied": json.dumps(dict(call.sampling_applied)),
        "started_at": call.started_at,
    }


def _answer_row(
    run: str,
    planned: PlannedCall,
    call: Call | None,
    graded: Graded | None,
    outcome: Outcome,
    lm_eval_score: float | None,
) -> AnswerRow:
    item: Item = planned.item
    detail: dict[str, Any] = dict(graded.detail) if graded else {}
    if outcome.scored and outcome is not Outcome.ANSWERED and lm_eval_score is not None:
        detail["lm_eval_score"] = lm_eval_score
    if call and outcome is Outcome.TRUNCATED:
        detail["repeats_itself"] = repeats_itself(call.text or call.reasoning)
    error = call.scored_attempt.error if call else None
    if graded is not None and graded.score is None:
        error = f"the grader failed: {json.dumps(dict(graded.detail))}"
    return AnswerRow(
        run=run, task=item.task, item=item.item, model=planned.model, repeat=planned.repeat,
        prompt=prompt_text(item.messages),
        answer=call.text if call else None,
        reasoning=call.reasoning if call else None,
        extracted=graded.extracted if graded else None,
        grade_detail=json.dumps(detail, ensure_ascii=False) if detail else None,
        finish_reason=call.finish_reason if call else None,
        error=error,
    )  # fmt: skip
