"""The hourglass from bench.toml to a run folder: plan, journal, engine, scoring, tables."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench import prices
from bench.config import environment
from bench.costs import Billing, Terms, at_traffic, billing_of, retold
from bench.costs import machine as machinetime
from bench.doctor import calibration
from bench.errors import UsageError
from bench.journal import Journal, RunEntry
from bench.language import counted
from bench.providers import missing_keys
from bench.records import (
    Call,
    RecordedLooks,
    RecordedPrices,
    RecordedSpending,
    RunRecord,
    is_whole,
    lock_folder,
    new_folder,
    read_record,
    utc_now,
    write_record,
    write_tables,
    write_text,
    write_turns,
)
from bench.registry import write_exam
from bench.run import ask as asking
from bench.run import choosing, describe
from bench.run.asked import Asked, as_recorded
from bench.run.begin import Result, new_run
from bench.run.earlier import may_reuse, take_over, unread
from bench.run.egress import recipients
from bench.run.prepare import Prepared, Watcher, runs_code
from bench.run.score import Scored, grader_failures, score_run
from bench.run.watching import usual_watcher

if TYPE_CHECKING:
    from bench.run.baseline import ReuseBaseline
    from bench.run.waves import Deciding

JOURNAL = "journal.db"
"""The journal's file name inside the results folder."""
AGREED = Terms()
"""No limit, and no question asked."""


def execute(
    prepared: Prepared,
    results: Path,
    watcher: Watcher | None = None,
    *,
    output: Path | None = None,
    fresh: bool = False,
    environ: Mapping[str, str] | None = None,
    terms: Terms = AGREED,
    deciding: Deciding | None = None,
    reuse: ReuseBaseline | None = None,
) -> Result:
    """Runs a plan: continues its unfinished run, reads a finished one again, or begins a new one.

    With `deciding` it is judged on the way and ends once its claims are decided; with `reuse` earlier answers of its
    baselines count, once a sample asked again shows no drift. A notebook without a `watcher` shows `ProgressBars`.
    `environ` holds the keys: the process's own with `.env` beside bench.toml, unless it is given. In a notebook, whose
    event loop waits meanwhile, it works as anywhere.
    Raises UsageError before anything is asked, IncompleteError if the disk stops it, KeyboardInterrupt as it came.
    """
    watcher = watcher or usual_watcher()
    environ = environment(prepared.comparison.source.parent) if environ is None else environ
    for suite, why in prepared.refused.items():
        watcher.say(f"{suite} is left out. {why}")
    prepared, terms = choosing.choose(prepared, terms, watcher, partial(execute, results=results, fresh=fresh), environ)
    apart = reuse.labels(prepared.comparison) if reuse else ()
    with Journal(results / JOURNAL) as journal, ExitStack() as running:
        with lock_folder(results, wait=True):  # of two commands begun at once, the second must see the first one's run
            opened = _open(
                prepared,
                journal,
                results,
                output=output,
                environ=environ,
                running=running,
                fresh=fresh,
                deciding=deciding,
            )
        if isinstance(opened, Result):
            return opened
        entry, often = opened.entry, may_reuse(environ) and not fresh
        opened = _with_reused(prepared, journal, opened, watcher, apart=apart, often=often)
        before = journal.calls(entry.run)
        scored = 0

        def close(asked: Asked, record: RunRecord) -> RunRecord:
            nonlocal scored
            tables = _score(prepared, entry, journal.calls(entry.run), watcher)
            scored = sum(row.answered for row in tables.items)
            return _ended(prepared, replace(opened, record=record), asked, tables, terms)

        if reuse is None and opened.record.looks is None:
            asked = asking.ask(prepared, journal, entry, watcher=watcher, environ=environ, terms=terms)
            record = close(asked, opened.record)
        else:
            from bench.run import baseline, looking

            session = looking.Session(
                prepared=prepared,
                journal=journal,
                entry=entry,
                watcher=watcher,
                environ=environ,
                terms=terms,
                deciding=deciding,
                score=close,
            )
            record, asked = baseline.judged(session, opened.record, reuse)
        calls = journal.calls(entry.run)
        missing = len(prepared.plan.calls) - (scored if record.looks is None else len(calls))
        _finish(journal, entry, describe.with_prompts(record, prepared, calls), whole=not missing)
        return Result(
            folder=entry.folder,
            started_at=entry.started_at,
            asked=sum(before.get(key) != call for key, call in calls.items()),
            missing=0 if deciding and record.looks and record.looks.done else missing,
            stopped=record.stopped,
            ended=asked.ended,
            looks=record.looks,
        )


def _finish(journal: Journal, entry: RunEntry, record: RunRecord, *, whole: bool) -> None:
    """Writes the record of a run that ends now, finished if its plan is done."""
    finished_at = (entry.finished_at or utc_now()) if whole else None
    write_record(entry.folder, replace(record, finished_at=finished_at))
    if finished_at:
        journal.finish(entry.run, finished_at)


@dataclass(frozen=True, slots=True)
class _Opened:
    """A run that may begin, or go on."""

    entry: RunEntry
    record: RunRecord
    earlier: RunRecord | None
    """What earlier parts of the run recorded."""


def _open(
    prepared: Prepared,
    journal: Journal,
    results: Path,
    output: Path | None,
    environ: Mapping[str, str],
    running: ExitStack,
    *,
    fresh: bool,
    deciding: Deciding | None,
) -> _Opened | Result:
    """Enters a run into the journal and locks its folder while `running` is open; a finished one is only read again.

    A part of a run is fresh if its first part was. UsageError if it cannot begin.
    """
    known = None if fresh else journal.newest(prepared.plan.sha256, output)
    if known and not output:
        _require_inside(known.folder, results)
    entry = known or new_run(prepared.plan, results, output)
    looks, new = _looks(prepared, journal, known, deciding)
    declared = journal.declare(list(prepared.comparison.claims.values()))
    if known and known.finished_at and is_whole(known.folder):
        describe.update_claims(known.folder, prepared.comparison, declared)
        retold(known.folder, _bills(prepared), prepared.comparison.traffic, prepared.book)
        return Result(folder=known.folder, started_at=known.started_at, asked=0, missing=0, stopped={}, looks=looks)
    _require_going_on(prepared, known, environ)
    sandbox = _check_sandbox(prepared)
    running.enter_context(lock_folder(entry.folder))
    earlier = describe.of_journal(known.manifest) if known else None
    fresh = fresh or bool(earlier and earlier.fresh)
    record = describe.build(prepared, entry.run, entry.started_at, declared, sandbox, fresh=fresh)
    record = replace(record, baseline_reuse=earlier.baseline_reuse if earlier else {})
    record = describe.with_parts(record, entry.manifest)
    record = replace(record, calibration=calibration.load(results, record.machine))
    if looks and new:
        looks = replace(looks, recorded_at=journal.declare_looks(looks.sha256, f"looks of {entry.run}"))
    record = replace(record, looks=looks)
    journal.begin(entry.run, prepared.plan.sha256, entry.folder, record.text())
    return _Opened(entry, record, _earlier(entry.folder))


def _looks(
    prepared: Prepared, journal: Journal, known: RunEntry | None, deciding: Deciding | None
) -> tuple[RecordedLooks | None, bool]:
    """When the run may be judged before its end, and whether that is new."""
    if known is None and deciding is None:
        return None, False
    from bench.run import looking

    earlier = describe.of_journal(known.manifest) if known else None
    answered = len(journal.calls(known.run)) if known else 0
    return looking.begin(prepared, journal, deciding, earlier, answered)


def _require_inside(folder: Path, results: Path) -> None:
    """UsageError if a journal, perhaps from others, names a folder elsewhere: nothing is written there unasked."""
    if folder.is_symlink() or os.path.abspath(folder.parent) != os.path.abspath(results):
        raise UsageError(
            f"{results / JOURNAL}: says that this run's folder is {folder}, which is not in {results}/. Continue it "
            f"there with -o {folder}, or begin anew with --fresh."
        )


def _require_going_on(prepared: Prepared, known: RunEntry | None, environ: Mapping[str, str]) -> None:
    """UsageError if a key is missing, or a known run was begun with other prices: it goes on with its own."""
    problem = missing_keys(prepared.endpoints, environ)
    if problem:
        raise UsageError(problem)
    earlier = _earlier(known.folder) if known else None
    if known and earlier and earlier.prices:
        prepared.book.verify(earlier.prices.to_json(), str(known.folder))


def _earlier(folder: Path) -> RunRecord | None:
    """What earlier parts of the run recorded; None if nothing is written yet, or damaged: then it is made anew."""
    try:
        return read_record(folder)
    except UsageError:
        return None


def _with_reused(
    prepared: Prepared, journal: Journal, opened: _Opened, watcher: Watcher, *, apart: Collection[str], often: bool
) -> _Opened:
    """Takes over other runs' answers, and records which runs share answers, and the claims kept from before.

    `apart`: models whose earlier answers are taken over otherwise. `often`: whether those of others are at all.
    """
    record, earlier = opened.record, opened.earlier
    if not record.fresh and often:
        for why in unread(journal):
            watcher.say(why)
        take_over(journal, prepared, record.run, apart)
    record = describe.with_history(record, journal.sharing(record.run))
    kept = describe.kept_claims(earlier, record.claims) if earlier else {}
    return replace(opened, record=describe.bounded(replace(record, claims={**record.claims, **kept})))


def _score(prepared: Prepared, entry: RunEntry, calls: Mapping[str, Call], watcher: Watcher) -> Scored:
    """Scores a run's answers and writes its tables."""
    watcher.say("scoring")
    choosing.keep(entry.folder, prepared.tried)
    book = prepared.book
    write_exam(prepared.loaded, entry.folder)
    with new_folder(entry.folder, "lm-eval") as lm_eval:
        tables = score_run(
            prepared.plan,
            calls,
            prepared.loaded,
            models=prepared.comparison.models,
            run=entry.run,
            lm_eval_folder=lm_eval,
            book=book,
            pool=prepared.pool,
        )
    items = at_traffic(tables.items, _bills(prepared), prepared.comparison.traffic, book, tables.turns)
    write_tables(entry.folder, items, tables.answers)
    if tables.turns:
        write_turns(entry.folder, tables.turns)
    if book.override is not None:
        write_text(entry.folder, prices.OVERRIDE, book.override)
    for line in grader_failures(tables.answers):
        watcher.say(line)
    for why, count in tables.costs.unknown.most_common():
        watcher.say(f"cost unknown for {counted(count, 'call')} of {why}")
    return tables


def _bills(prepared: Prepared) -> dict[str, Billing | None]:
    return {label: billing_of(entry) for label, entry in prepared.comparison.models.items()}


def _ended(prepared: Prepared, opened: _Opened, asked: Asked, tables: Scored, terms: Terms) -> RunRecord:
    """The record of a run whose answers are scored, earlier parts included; not yet whether it is finished."""
    earlier = opened.earlier
    return replace(
        opened.record.with_keys(*RunRecord.ENDED),
        stopped={label: lane.stopped for label, lane in asked.lanes.items() if lane.stopped},
        lanes=as_recorded(asked.lanes, earlier.lanes if earlier else {}),
        received=recipients(tables.items, prepared.endpoints, prepared.comparison.data),
        prices=RecordedPrices.from_json(prepared.book.as_recorded(tables.costs.used)),
        machine_time=machinetime.as_recorded(asked.machines, earlier.machine_time if earlier else {}),
        spending=RecordedSpending(budget_usd=terms.budget_usd, spent_usd=asked.spent_usd, ended=asked.why_ended),
    )


def _check_sandbox(prepared: Prepared) -> str | None:
    """The sandbox that will run model-written code; None if no task needs one. Raises UsageError if none works."""
    if not any(runs_code(prepared.loaded, name) for name in prepared.loaded.files):
        return None
    from bench.sandbox import probe

    return probe()
