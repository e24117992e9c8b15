"""The hourglass from bench.toml to a run folder: plan, journal, engine, scoring, tables."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from bench import manifest as manifests
from bench import runfolder
from bench.config import Comparison, ModelEntry
from bench.engine import Lane, run_lanes
from bench.engine.clock import utc_now
from bench.errors import UsageError
from bench.journal import Journal, RunEntry
from bench.plan import Plan, PlannedCall, balanced, make_plan
from bench.providers import Endpoint, resolve
from bench.records import Call, Graded, Item, Outcome, sha256_of
from bench.registry import LoadedTasks, Registry
from bench.scoring.tables import grader_of, score_run

JOURNAL = "journal.db"
"""The journal's file name inside the results folder."""


class Watcher(Protocol):
    """What the user sees of a run; the command line's progress display is one."""

    def say(self, text: str) -> None:
        """One line worth reading."""

    def lane(self, label: str, done: int, total: int) -> None:
        """A model's calls begin; `done` of `total` were answered before."""

    def finished(self, planned: PlannedCall, call: Call, graded: Graded | None) -> None:
        """A call is recorded, and graded if the grader is one of ours."""

    def fetched(self, name: str, done: int, total: int) -> None:
        """Bytes of a weights file so far."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A comparison, planned: everything that is known before the first call."""

    comparison: Comparison
    """What was asked for."""
    loaded: LoadedTasks
    """Its tasks."""
    endpoints: tuple[Endpoint, ...]
    """Its models' endpoints, in order."""
    plan: Plan
    """Its calls."""
    available: Mapping[str, int]
    """Items each suite has, before `limit`."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a run came to."""

    folder: Path
    """The run folder, complete with tables."""
    started_at: str
    """UTC, ISO 8601."""
    asked: int
    """Calls made now; 0 for a finished run that was only read again."""
    missing: int
    """Planned calls without a scored answer."""
    stopped: Mapping[str, str]
    """Models that were stopped, and why."""


def prepare(comparison: Comparison, registry: Registry, environ: Mapping[str, str] = os.environ) -> Prepared:
    """Loads tasks, resolves endpoints and makes the plan; spends nothing. Raises UsageError."""
    chosen = registry.expand(comparison.run.suites)
    names = list(dict.fromkeys(task.name for tasks in chosen.values() for task in tasks))
    endpoints = tuple(resolve(entry, environ) for entry in comparison.models.values())
    loaded = LoadedTasks(registry, names)
    items, available = [], {}
    for suite, tasks in chosen.items():
        found = [item for task in tasks for item in loaded.items(suite, task.name)]
        available[suite] = len(found)
        items += balanced(found, comparison.run.limit)
    _require_different_prompts(items)
    plan = make_plan(items, endpoints, comparison.run, {name: loaded.files[name].sha256 for name in names})
    return Prepared(comparison, loaded, endpoints, plan, available)


def _require_different_prompts(items: Sequence[Item]) -> None:
    """Scoring finds an answer by its prompt, so two tasks of a run must not ask the same."""
    seen: dict[str, Item] = {}
    for item in items:
        first = seen.setdefault(item.prompt_sha256, item)
        if first is not item:
            raise UsageError(
                f"{first.task} item {first.item} and {item.task} item {item.item} have the same prompt. "
                "Run one of the two tasks."
            )


def execute(
    prepared: Prepared,
    results: Path,
    watcher: Watcher,
    *,
    output: Path | None = None,
    fresh: bool = False,
    environ: Mapping[str, str] = os.environ,
) -> Result:
    """Runs a plan: continues its unfinished run, reads a finished one again, or begins a new one.

    Raises UsageError before anything is asked, IncompleteError if the disk stops it, KeyboardInterrupt as it came.
    """
    with Journal(results / JOURNAL) as journal, ExitStack() as running:
        with _lock(results, wait=True):  # of two commands begun at once, the second must see the first one's run
            known = None if fresh else journal.newest(prepared.plan.sha256, output)
            fresh = fresh or (known is not None and json.loads(known.manifest).get("fresh", False))
            entry = known or _new_run(prepared.plan, results, output)
            declared = journal.declare(list(prepared.comparison.claims.values()))
            if known and known.finished_at and runfolder.is_whole(known.folder):
                return Result(known.folder, known.started_at, 0, 0, {})
            sandbox = _check_sandbox(prepared)
            running.enter_context(_lock(entry.folder))
            manifest = manifests.build(prepared, entry.run, entry.started_at, declared, sandbox, fresh=fresh)
            manifest = manifests.with_parts(manifest, entry.manifest)
            journal.begin(entry.run, prepared.plan.sha256, entry.folder, runfolder.manifest_text(manifest))
        return _execute(prepared, journal, entry, manifest, watcher, environ)


def _execute(
    prepared: Prepared,
    journal: Journal,
    entry: RunEntry,
    manifest: dict[str, Any],
    watcher: Watcher,
    environ: Mapping[str, str],
) -> Result:
    plan, comparison = prepared.plan, prepared.comparison
    if not manifest["fresh"] and environ.get("CI", "").lower() in ("", "0", "false"):
        _reuse(journal, plan, entry.run, comparison.run.reuse)
    before = journal.calls(entry.run)
    stopped = _ask(prepared, journal, entry, watcher, environ)
    calls = journal.calls(entry.run)
    watcher.say("scoring")
    runfolder.clear(entry.folder / "lm-eval")
    tables = score_run(plan, calls, prepared.loaded, comparison.models, entry.run, entry.folder / "lm-eval")
    runfolder.write_tables(entry.folder, tables.items, tables.answers)
    missing = len(plan.calls) - sum(row.score is not None for row in tables.items)
    finished_at = None if missing else entry.finished_at or utc_now()
    ended = {"finished_at": finished_at, "stopped": stopped}
    runfolder.write_text(entry.folder / runfolder.MANIFEST, runfolder.manifest_text({**manifest, **ended}))
    if finished_at:
        journal.finish(entry.run, finished_at)
    asked = sum(before.get(key) != call for key, call in calls.items())
    return Result(entry.folder, entry.started_at, asked, missing, stopped)


def _new_run(plan: Plan, results: Path, output: Path | None) -> RunEntry:
    started = datetime.now(UTC)
    run = f"{started:%Y%m%dT%H%M%SZ}-{plan.sha256[:8]}"
    folder = output or results / run
    number = 2
    while output is None and folder.exists():
        folder = results / f"{run}-{number}"
        number += 1
    if output and (output / runfolder.MANIFEST).exists():
        raise UsageError(f"{output}: already holds another run. Choose an empty folder for -o.")
    # Two runs of one plan may begin in the same second, each in a folder of its own.
    name = f"{run}-{sha256_of(str(output.absolute()))[:4]}" if output else folder.name
    return RunEntry(name, folder, started.isoformat(timespec="milliseconds"), None, "")


@contextmanager
def _lock(folder: Path, *, wait: bool = False) -> Iterator[None]:
    """One process at a time in a folder; the lock goes with the process, however it ends."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = (folder / (".begin.lock" if wait else ".lock")).open("w")
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written ({error.strerror}). Choose another folder with -o.") from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise UsageError(
                f"{folder}: another `bench run` is working on this run. Wait for it, or stop it."
            ) from None
        yield


def _check_sandbox(prepared: Prepared) -> str | None:
    """Refuses before anything is asked if model-written code could not be run safely."""
    graders = [grader_of(prepared.loaded, name) for name in prepared.loaded.files]
    if not any(grader and grader.sandboxed for grader in graders):
        return None
    from bench.sandbox import probe

    return probe()


def _reuse(journal: Journal, plan: Plan, run: str, hours: float) -> None:
    have = journal.calls(run)
    wanted = [p.key for p in plan.calls if p.key not in have or not have[p.key].outcome.scored]
    order = {p.key: p.order for p in plan.calls}
    if hours > 0:
        for call in list(journal.reusable(wanted, run, hours)):
            if call.outcome is Outcome.TRUNCATED and call.finish_reason is None:
                continue  # cut by our deadline, which is no part of the key and may have been raised since
            source = call.source_run or call.run
            journal.put(replace(call, run=run, source_run=source, order=order[call.key]))


def _ask(
    prepared: Prepared, journal: Journal, entry: RunEntry, watcher: Watcher, environ: Mapping[str, str]
) -> dict[str, str]:
    """Remote models side by side, then each local model alone. Returns the models that were stopped."""
    have = {key for key, call in journal.calls(entry.run).items() if call.outcome.scored}
    todo: dict[str, list[PlannedCall]] = {}
    for endpoint in prepared.endpoints:
        label = endpoint.entry.label
        mine = prepared.plan.of(label)
        todo[label] = [p for p in mine if p.key not in have]
    waiting = [e for e in prepared.endpoints if todo[e.entry.label]]
    files = {e.entry.label: _fetch(e.entry, watcher) for e in waiting if e.entry.local}

    def begin(endpoints: Sequence[Endpoint]) -> dict[str, str]:
        lanes = [Lane(e, todo[e.entry.label], e.entry.concurrency) for e in endpoints]
        for lane in lanes:
            total = len(prepared.plan.of(lane.label))
            watcher.lane(lane.label, total - len(lane.calls), total)
        return asyncio.run(run_lanes(entry.run, lanes, journal.put, _Observer(prepared.loaded, watcher), environ))

    stopped: dict[str, str] = {}
    remote = [e for e in waiting if not e.entry.local]
    if remote:
        stopped |= begin(remote)
    for endpoint in (e for e in waiting if e.entry.local):
        with _serve(endpoint, files[endpoint.entry.label], entry.folder) as served:
            stopped |= begin([served])
    return stopped


@dataclass(frozen=True, slots=True)
class _Observer:
    """Grades an answer before its slot takes the next, one at a time: the live score disturbs clocks least so."""

    loaded: LoadedTasks
    watcher: Watcher
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def finished(self, planned: PlannedCall, call: Call) -> None:
        grader = grader_of(self.loaded, planned.item.task)
        graded = None
        if grader and call.outcome.scored:
            grade: Callable[..., Graded] = grader.grade
            async with self.turn:
                graded = await asyncio.to_thread(grade, self.loaded.raw_item(planned.item), call.text)
        self.watcher.finished(planned, call, graded)


def _fetch(entry: ModelEntry, watcher: Watcher) -> Path:
    from bench.weights.catalog import resolve as find
    from bench.weights.fetch import fetch

    weights = find(entry.name)
    return fetch(weights, report=lambda p: watcher.fetched(weights.name, p.done, p.total), say=watcher.say)


@contextmanager
def _serve(endpoint: Endpoint, weights: Path, folder: Path) -> Iterator[Endpoint]:
    from bench.providers.endpoint import server_settings
    from bench.weights.server import serve

    log = folder / "logs" / f"{endpoint.entry.label}.log"
    with serve(weights, server_settings(endpoint.entry), log=log) as server:
        yield replace(endpoint, base_url=server.base_url)
