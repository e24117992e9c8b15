"""run.json: what was run, on what, with which versions and settings; no secret is in it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench import clean
from bench.engine import ANSWER_BYTES
from bench.errors import UsageError
from bench.records import (
    FORMAT,
    RecordedClaim,
    RecordedModel,
    RecordedPart,
    RecordedSettings,
    RecordedSuite,
    RecordedTask,
    RunRecord,
    git_commit,
    installed_versions,
    read_record,
    this_machine,
    utc_now,
    write_record,
)

if TYPE_CHECKING:
    from bench.journal import RunEntry
    from bench.providers import Endpoint
    from bench.records import Call, Claim, Comparison
    from bench.run.prepare import Prepared


def build(
    prepared: Prepared, run: str, started_at: str, declared: Mapping[str, str], sandbox: str | None, *, fresh: bool
) -> RunRecord:
    """The record of a run that begins.

    `declared` holds when each claim's hash was first recorded (UTC); `fresh`: no answer of another run is reused.
    """
    comparison, plan = prepared.comparison, prepared.plan
    minutes = {call.item.task: call.item.work.minutes for call in plan.calls if call.item.work}
    return RunRecord(
        format=FORMAT,
        run=run,
        started_at=started_at,
        written_at=utc_now(),
        plan_sha256=plan.sha256,
        command=("bench", *sys.argv[1:]),
        fresh=fresh,
        answer_bytes=ANSWER_BYTES,
        settings=RecordedSettings(**asdict(comparison.run), slice_seed=_slice_seed(prepared)),
        planned_calls=len(plan.calls),
        traffic=comparison.traffic,
        suites=_suites(prepared),
        tasks={
            name: RecordedTask(
                version=file.version,
                sha256=file.sha256,
                max_tokens=file.max_tokens,
                minutes=minutes.get(name),
            )
            for name, file in prepared.loaded.files.items()
        },
        models={e.entry.label: _model(prepared, e) for e in prepared.endpoints},
        claims=_claims(comparison, declared),
        prompt_choices=prepared.choices,
        sandbox=sandbox,
        refused=dict(prepared.refused),
        versions=installed_versions(),
        git_commit=git_commit(Path.cwd()),
        machine=this_machine(),
    )


def _model(prepared: Prepared, endpoint: Endpoint) -> RecordedModel:
    agent = prepared.agents.get(endpoint.entry.label)
    return endpoint.recorded() if agent is None else replace(endpoint.recorded(), agent=agent.recorded())


def with_prompts(record: RunRecord, prepared: Prepared, calls: Mapping[str, Call]) -> RunRecord:
    """Adds to agents what their first requests held besides messages, as far as episodes are over."""
    found: dict[str, set[str]] = {label: set() for label in prepared.agents}
    for planned in prepared.plan.calls if found else ():
        call = calls.get(planned.key)
        agent = call.episode.agent if call and call.episode else None
        if agent is not None and agent.prompt_sha256:
            found[planned.model].add(agent.prompt_sha256)
    models = {
        label: model
        if model.agent is None
        else replace(model, agent=replace(model.agent, prompts=(*sorted(found.get(label, ())),)))
        for label, model in record.models.items()
    }
    return replace(record, models=models) if found else record


def of_journal(manifest: str) -> RunRecord:
    """The record that a journal keeps of a run. UsageError if it is damaged."""
    try:
        return RunRecord.read(manifest)
    except ValueError as error:
        why = clean.line(str(error))
        raise UsageError(
            f"the journal's record of a run is damaged ({why}). Move journal.db aside, or ask into another --results."
        ) from error


def with_parts(record: RunRecord, earlier: str) -> RunRecord:
    """Adds `parts`: when, by which versions and on which machine each part of a continued run was asked; and the
    claims that bench.toml has no more.

    `earlier` is the text of the run's record of the part before; empty for a new run.
    """
    part = RecordedPart(
        written_at=record.written_at or "",
        command=record.command,
        versions=record.versions,
        git_commit=record.git_commit,
        machine=record.machine,
    )
    before = [of_journal(earlier)] if earlier else []
    parts = (*(part for old in before for part in old.parts), part)
    return bounded(replace(record, withdrawn_claims=_withdrawn(record.claims, before), parts=parts))


def _claims(comparison: Comparison, declared: Mapping[str, str]) -> dict[str, RecordedClaim]:
    return {name: _recorded(claim, declared[claim.sha256]) for name, claim in comparison.claims.items()}


def _recorded(claim: Claim, at: str, *, kept: bool = False) -> RecordedClaim:
    return RecordedClaim.of(claim.as_dict(), claim.sha256, at, kept=kept)


def with_history(record: RunRecord, sharing: Sequence[RunEntry]) -> RunRecord:
    """Adds to `claims` in which earlier runs of another plan each was judged on some of the same answers (`seen_in`),
    and to `withdrawn_claims` those that any run ever had with which this one shares answers.
    """
    others = [[of_journal(run.manifest)] for run in sharing]
    for run, records in zip(sharing, others, strict=True):
        with contextlib.suppress(UsageError):  # its folder may be gone; the journal still has what it began with
            records.append(read_record(run.folder))
    earlier = [
        records
        for records in others
        if records[0].plan_sha256 != record.plan_sha256 and records[0].started_at < record.started_at
    ]
    claims = {
        name: replace(entry, seen_in=tuple(old[0].run for old in earlier if entry.sha256 in _hashes(old)))
        for name, entry in record.claims.items()
    }
    before = [record, *(old for records in others for old in records)]
    return replace(record, claims=claims, withdrawn_claims=_withdrawn(claims, before))


def _hashes(records: Sequence[RunRecord]) -> set[str | None]:
    return {entry.sha256 for record in records for entry in record.claims.values()}


def _withdrawn(claims: Mapping[str, RecordedClaim], before: Sequence[RunRecord]) -> tuple[RecordedClaim, ...]:
    """The claims that records ever had and `claims` has no more: they still count when claims are judged together."""
    ever = [entry for old in before for entry in (*old.withdrawn_claims, *old.claims.values())]
    kept = {entry.sha256 for entry in claims.values()}
    return (*{entry.sha256: entry for entry in ever if entry.sha256 not in kept}.values(),)


def bounded(record: RunRecord) -> RunRecord:
    """The record, if every command can read it. UsageError if it has more claims, models or suites than that."""
    if record.excess:
        raise UsageError(f"{record.excess}. Take some out of bench.toml; where they were withdrawn, ask with --fresh.")
    return record


def update_claims(folder: Path, comparison: Comparison, declared: Mapping[str, str]) -> None:
    """Puts today's claims into the run.json of a finished run, which is the same for them.

    `recorded_at` shows those that are younger than its answers; those that are gone move to
    `withdrawn_claims`. Raises IncompleteError if it cannot be written.
    """
    record = read_record(folder)
    seen = {entry.sha256: entry.seen_in or () for entry in record.claims.values()}
    today = _claims(comparison, declared)
    claims = {name: replace(entry, seen_in=seen.get(entry.sha256, ())) for name, entry in today.items()}
    claims = {**claims, **kept_claims(record, claims)}
    if claims != record.claims:
        changed = replace(record, claims=claims, withdrawn_claims=_withdrawn(claims, [record]))
        write_record(folder, bounded(changed).with_keys("withdrawn_claims"))


def kept_claims(record: RunRecord, claims: Collection[str]) -> dict[str, RecordedClaim]:
    """The claims of the command line that a run keeps, as far as `claims` leaves their names to them."""
    return {name: entry for name, entry in record.claims.items() if entry.kept and name not in claims}


def keep_claim(folder: Path, claim: Claim) -> None:
    """Puts a claim of the command line into a run's run.json, so that its report shows it, as exploratory.

    A claim that the run holds with the same content stays as it is; a name that is taken gets a number. Raises
    UsageError if it holds as many as it can, IncompleteError if it cannot be written.
    """
    record = read_record(folder)
    claims = record.claims
    if any(replace(claim, name=name).sha256 == entry.sha256 for name, entry in claims.items()):
        return
    names = (claim.name, *(f"{claim.name} ({number})" for number in range(2, len(claims) + 3)))
    own = replace(claim, name=next(name for name in names if name not in claims))
    entry = _recorded(own, utc_now(), kept=True)
    write_record(folder, bounded(replace(record, claims={**claims, own.name: entry})))


def _slice_seed(prepared: Prepared) -> int | None:
    run = prepared.comparison.run
    sliced = run.limit is not None and any(run.limit < size for size in prepared.available.values())
    return run.seed if sliced else None


def _suites(prepared: Prepared) -> dict[str, RecordedSuite]:
    planned: dict[str, set[tuple[str, str]]] = {}
    for call in prepared.plan.calls:
        planned.setdefault(call.item.suite, set()).add((call.item.task, call.item.item))
    return {
        suite: RecordedSuite(items_planned=len(planned.get(suite, ())), items_available=available)
        for suite, available in prepared.available.items()
    }
