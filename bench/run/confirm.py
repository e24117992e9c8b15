"""`bench run --gate`: the baseline is checked before anything is spent, and what failed is asked once more."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from bench import gate
from bench.costs import Terms
from bench.errors import UsageError
from bench.gate import Snapshot
from bench.journal import Journal
from bench.plan import Plan
from bench.records import (
    RecordedSpending,
    lock_folder,
    new_folder,
    read_record,
    real_folder,
    write_record,
    write_tables,
)
from bench.run import ask as asking
from bench.run.execute import JOURNAL
from bench.run.prepare import Prepared, Watcher
from bench.run.score import score_run


def check(prepared: Prepared, base: Snapshot) -> None:
    """UsageError if the plan's answers could not be judged against the baseline; IncompleteError if it has gaps."""
    base.require_complete([endpoint.entry.label for endpoint in prepared.endpoints])
    for suite, why in prepared.refused.items():
        raise UsageError(f"{suite} cannot be asked here, and so not be judged: {why}")
    tasks = {name: (file.version, file.sha256) for name, file in prepared.loaded.files.items()}
    for endpoint in prepared.endpoints:
        label = endpoint.entry.label
        asked: dict[str, dict[str, str]] = {}
        for call in prepared.plan.of(label):
            asked.setdefault(call.item.suite, {})[f"{call.item.task}/{call.item.item}"] = call.item.prompt_sha256
        gate.require_fit(base, label, label, asked, tasks)


def ask_again(
    prepared: Prepared,
    results: Path,
    folder: Path,
    suspects: Collection[tuple[str, str | None]],
    watcher: Watcher,
    environ: Mapping[str, str],
    terms: Terms,
) -> str | None:
    """Asks these suites of a finished run a second time, as far as its budget goes.

    `suspects` are (model, suite), or (model, None) for all suites of the model. The answers' tables go into the run
    folder's SECOND. Returns why some were not asked; None if all were.
    """
    record = read_record(folder)
    left = None
    if terms.budget_usd is not None:
        left = terms.budget_usd - (record.spending.spent_usd if record.spending else Decimal(0))
        if left <= 0:
            return f"the budget of {terms.budget_usd} USD is spent"
    calls = [c for c in prepared.plan.calls if {(c.model, c.item.suite), (c.model, None)} & {*suspects}]
    models = {call.model for call in calls}
    endpoints = tuple(endpoint for endpoint in prepared.endpoints if endpoint.entry.label in models)
    part = replace(prepared, plan=Plan(tuple(calls), prepared.plan.sha256), endpoints=endpoints)
    watcher.say("asking once more what failed: " + ", ".join(sorted(f"{m} {s or gate.ALL}" for m, s in suspects)))
    with Journal(results / JOURNAL, ask=1) as journal, lock_folder(folder):
        entry = journal.newest(prepared.plan.sha256, folder)
        assert entry is not None, "the run was made a moment ago"
        asked = asking.ask(
            part, journal, entry, watcher=watcher, environ=environ, terms=replace(terms, budget_usd=left)
        )
        second = real_folder(folder, gate.SECOND)
        with new_folder(second, "lm-eval") as lm_eval:
            tables = score_run(
                part.plan,
                journal.calls(entry.run),
                part.loaded,
                models=part.comparison.models,
                run=entry.run,
                lm_eval_folder=lm_eval,
                book=part.book,
                pool=part.pool,
            )
        write_tables(second, tables.items, tables.answers)
    again = RecordedSpending(spent_usd=asked.spent_usd, ended=asked.why_ended, keys=("spent_usd", "ended"))
    write_record(folder, replace(record, second_asking=again))
    if asked.ended and left is not None:
        return f"the {left} USD that the budget leaves do not hold another item"
    return asked.why_ended
