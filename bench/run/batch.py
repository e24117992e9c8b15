"""Asks models through their vendors' batch interfaces: made once, found again after a crash, recorded item by item.

Every step is noted in the run folder before and after it. A batch whose making was cut off is looked for in the
vendor's list: by its file or our mark, and where the vendor keeps neither, by the requests in its results.
"""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from bench.engine import (
    BatchClient,
    BatchTrouble,
    LaneResult,
    batch_call,
    not_begun,
    run_to_end,
    tls_context,
    unforeseen,
)
from bench.errors import BenchError, IncompleteError
from bench.providers import BatchLine, BatchState, in_batches
from bench.records import BatchNote, read_batches, utc_now, write_batches
from bench.run.batchlines import Take, each_result, passed_over

if TYPE_CHECKING:
    from bench.engine import Observer
    from bench.journal import Journal, RunEntry
    from bench.plan import PlannedCall
    from bench.providers import Endpoint
    from bench.records import Call
    from bench.run.prepare import Watcher

FIRST_S, LONGEST_S = 1.0, 60.0
"""The pause before a batch is looked at again, at first and at most, in seconds."""
SAID_S = 60.0
"""How often it is said how far a batch is, in seconds."""
TRIES = 4
"""How often a request is repeated that a vendor turned away, or that did not reach it."""
SKEW = timedelta(hours=1)
"""How far a vendor's clock may be behind ours."""

T = TypeVar("T")


class _Stop(Exception):
    """This model's batches do not go on; the message says why, and the cure."""


@dataclass(frozen=True, slots=True)
class Batched:
    """A model that batches ask, and what they are to ask of it."""

    endpoint: Endpoint
    """Where."""
    calls: Sequence[PlannedCall]
    """Calls without an answer, those that wait in a batch among them."""

    @property
    def label(self) -> str:
        """The model's label."""
        return self.endpoint.entry.label


@dataclass(slots=True, kw_only=True)
class Batches:
    """The batches of one run."""

    journal: Journal
    """Where answers are recorded."""
    entry: RunEntry
    """The run."""
    watcher: Watcher
    """Who is told."""
    environ: Mapping[str, str]
    """Holds the keys."""
    observer: Observer
    """Learns of every recorded call."""
    notes: list[BatchNote] = field(init=False)
    """What was ever made, or was about to be."""
    _said: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.notes = list(read_batches(self.entry.folder))

    def waiting(self, label: str) -> set[str]:
        """Keys of the model's calls whose answers are awaited already."""
        return {key for note in self.notes if note.model == label and note.done is None for key in note.requests}

    def submit(self, model: Batched) -> LaneResult | None:
        """Makes the batches of what does not wait already. What stopped it, or None."""
        return self._to_end(self._within(model, self._submit))

    def collect(self, models: Sequence[Batched]) -> dict[str, LaneResult]:
        """Waits for the batches of these models and records their answers. How it went, by label."""
        try:
            return self._to_end(self._collect(models))
        except KeyboardInterrupt:
            for note in self._open({model.label for model in models}):
                self.watcher.say(
                    f"{note.model}: batch {note.batch or note.intent} goes on at its vendor, and is billed. The same "
                    "command fetches its answers; `bench batches --cancel` calls it off."
                )
            raise

    def _to_end(self, work: Awaitable[T]) -> T:
        async def whole() -> T:
            return await work

        try:
            return run_to_end(whole())
        except OSError as error:
            raise IncompleteError(
                f"a batch's results cannot be kept on this disk ({error.strerror or error}). Make room, then run the "
                "same command again: they are still at the vendor."
            ) from error

    def _open(self, labels: Collection[str]) -> list[BatchNote]:
        return [note for note in self.notes if note.done is None and note.model in labels]

    def _keep(self, note: BatchNote) -> BatchNote:
        """Writes a note, in place of what was noted of the same batch."""
        self.notes = [each for each in self.notes if each.intent != note.intent] + [note]
        write_batches(self.entry.folder, self.notes)
        return note

    def _drop(self, note: BatchNote) -> None:
        """Forgets a batch that was never made."""
        self.notes = [each for each in self.notes if each.intent != note.intent]
        write_batches(self.entry.folder, self.notes)

    async def _submit(self, client: BatchClient, model: Batched) -> None:
        """Makes a model's batches. Raises _Stop."""
        for note in self._open({model.label}):
            if note.batch is None and await self._found(client, note) is None:
                self._drop(note)
        waits = self.waiting(model.label)
        intent, fresh = secrets.token_hex(8), [call for call in model.calls if call.key not in waits]
        asked = [(_custom_id(call.key, intent), call.body) for call in fresh]
        keys = {custom_id: call.key for (custom_id, _), call in zip(asked, fresh, strict=True)}
        for part in in_batches(client.wire, asked):
            lines = {keys[custom_id]: line for custom_id, line in part}
            await self._make(client, model.label, intent, lines)

    async def _make(self, client: BatchClient, label: str, mark: str, part: Mapping[str, str]) -> None:
        """Makes one batch of lines by key; no answer is paid twice, whatever breaks."""
        keys, lines = tuple(part), list(part.values())
        intent = f"{mark}-{sum(note.intent.startswith(mark) for note in self.notes)}"
        note = BatchNote(intent=intent, model=label, at=utc_now(), requests=keys)
        self._keep(note)
        if client.wire.FILES:
            try:
                file = await _repeated(lambda: client.upload(lines, f"claimbench-{note.intent}"))
            except BatchTrouble as trouble:
                self._drop(note)
                raise _stop("its requests could not be uploaded", trouble) from trouble
            note = self._keep(replace(note, file=file))
        for left in reversed(range(TRIES)):
            try:
                state: BatchState | None = await client.create(lines, note.file, note.intent)
            except BatchTrouble as trouble:
                state = await self._found(client, note) if trouble.done else None
                if state is None and (trouble.lasting or not left):
                    self._drop(note)
                    raise _stop("its batch could not be made", trouble) from trouble
            if state is not None:
                self._keep(replace(note, batch=state.batch))
                self.watcher.say(f"{label}: batch {state.batch} of {len(keys)} calls is made; its answers take a while")
                return
            await asyncio.sleep(FIRST_S * (TRIES - left))

    async def _found(self, client: BatchClient, note: BatchNote) -> BatchState | None:
        """The batch of a note whose making was cut off, which is then noted; None if it was never made."""
        if client.wire.FILES and note.file is None:
            return None
        since = (datetime.fromisoformat(note.at).astimezone(UTC) - SKEW).isoformat(timespec="milliseconds")
        try:
            listed = await _repeated(lambda: client.listed(since))
            known = {each.batch for each in self.notes}
            for state in listed:
                if state.batch not in known and await self._is_of(client, note, state):
                    self._keep(replace(note, batch=state.batch))
                    self.watcher.say(f"{note.model}: batch {state.batch} was made before, and is found again")
                    return state
        except BatchTrouble as trouble:
            raise _stop("whether its batch was made cannot be found out", trouble) from trouble
        return None

    async def _is_of(self, client: BatchClient, note: BatchNote, state: BatchState) -> bool:
        """Whether a vendor's batch is the one of a note."""
        if client.wire.FILES:
            return note.file == state.input_file or note.intent == state.intent
        if state.total != len(note.requests):
            return False
        self.watcher.say(
            f"{note.model}: batch {state.batch} may be one whose making was cut off; its results will show"
        )
        state = await self._ended(client, note, state.batch)
        found, _ = await self._read(client, state, note, passed_over)
        return bool(found)

    async def _ended(self, client: BatchClient, note: BatchNote, batch: str) -> BatchState:
        """Waits for a batch. Raises BatchTrouble if it cannot be asked for."""
        pause_s = FIRST_S
        while True:
            try:
                state = await client.state(batch)
                if state.ended:
                    return state
                self._say(note, f"{note.model}: batch {batch}: {state.done or 0} of {len(note.requests)} done")
            except BatchTrouble as trouble:
                if trouble.lasting:
                    raise
                self._say(note, f"{note.model}: batch {batch} could not be looked at ({trouble}); trying again")
            await asyncio.sleep(pause_s)
            pause_s = min(1.5 * pause_s, LONGEST_S)

    def _say(self, note: BatchNote, text: str) -> None:
        at = asyncio.get_running_loop().time()
        if at - self._said.get(note.intent, at - SAID_S) >= SAID_S:
            self._said[note.intent] = at
            self.watcher.say(text)

    async def _collect(self, models: Sequence[Batched]) -> dict[str, LaneResult]:
        lanes = await asyncio.gather(*(self._within(model, self._lane) for model in models))
        return {
            model.label: lane or replace(not_begun(""), stopped=None) for model, lane in zip(models, lanes, strict=True)
        }

    async def _within(
        self, model: Batched, work: Callable[[BatchClient, Batched], Awaitable[None]]
    ) -> LaneResult | None:
        """Does something with a model's batches; what stopped it, or None. What nobody foresaw stops no other model."""
        async with BatchClient(model.endpoint, self.environ, tls_context()) as client:
            try:
                await work(client, model)
                return None
            except _Stop as stop:
                why = str(stop)
            except (OSError, sqlite3.Error, BenchError):  # the run's own: its disk, its journal
                raise
            except Exception as error:
                why = unforeseen(error, client.redact)
        self.watcher.say(f"{model.label} was stopped: {why}")
        return not_begun(why)

    async def _lane(self, client: BatchClient, model: Batched) -> None:
        """Waits for one model's batches, one after another. Raises _Stop."""
        for note in self._open({model.label}):
            assert note.batch is not None, "all were made"
            try:
                state = await self._ended(client, note, note.batch)
                await self._take(client, model, note, state)
            except BatchTrouble as trouble:
                raise _stop(f"batch {note.batch} cannot be fetched", trouble) from trouble

    async def _take(self, client: BatchClient, model: Batched, note: BatchNote, state: BatchState) -> None:
        """Records what a batch came to."""
        if state.fault is not None:
            self._keep(replace(note, done="failed"))
            raise _Stop(f"batch {state.batch} failed: {client.redact(state.fault.message)}. {state.fault.cure}".strip())
        record = self._recording(client, model, note, state)
        found, strange = await self._read(client, state, note, record)
        if len(found) < len(note.requests) and state.results:
            again, strange = await self._read(client, state, note, record)
            found |= again
        if state.results and not found:
            raise _Stop(
                f"the results of batch {state.batch} hold no line of ours, and {strange} of something else. Nothing is "
                "recorded; the same command looks again."
            )
        if len(found) < min(state.done or 0, len(note.requests)) and state.results:
            raise _Stop(
                f"the results of batch {state.batch} hold {len(found)} of {state.done} answers that it says it has: "
                "they came cut off. What came is recorded; the same command looks again for the rest. Where it is lost "
                f"for good, `bench batches {self.entry.run} --forget {state.batch}` lets it be asked, and paid, anew."
            )
        if strange:
            self.watcher.say(
                f"{note.model}: {strange} lines of the results of batch {state.batch} are not answers to what was asked"
            )
        nothing = None if state.results else BatchLine(custom_id="", ending="expired")
        for key in note.requests:
            await record(key, nothing)
        self._keep(replace(note, done="recorded"))

    async def _read(self, client: BatchClient, state: BatchState, note: BatchNote, take: Take) -> tuple[set[str], int]:
        """Hands on a batch's results, the first of each key. Which keys they are of, and how many lines were not."""
        wanted, found = {_custom_id(key, note.intent): key for key in note.requests}, set[str]()
        strange = [await _repeated(partial(each_result, client, path, wanted, found, take)) for path in state.results]
        return found, sum(strange)

    def _recording(self, client: BatchClient, model: Batched, note: BatchNote, state: BatchState) -> Take:
        """What records the result of a call, its first; None is no result."""
        known, planned = self.journal.calls(self.entry.run), {call.key: call for call in model.calls}
        left = {key for key in note.requests if key in planned and not _has(known.get(key), state.batch)}

        async def record(key: str, line: BatchLine | None) -> None:
            if key not in left:
                return
            left.remove(key)
            made = batch_call(
                self.entry.run,
                planned[key],
                model.endpoint,
                client.redact,
                line,
                batch=state.batch,
                sent_at=state.created_at or note.at,
                wall_s=max(0.0, (datetime.now(UTC) - datetime.fromisoformat(note.at)).total_seconds()),
            )
            self.journal.put(made)
            await self.observer.finished(planned[key], made)

        return record


def _custom_id(key: str, intent: str) -> str:
    """What a call is called in a batch: no batch of another run has it, though it asks the same."""
    return f"{key[:47]}-{intent.partition('-')[0]}"


def _has(known: Call | None, batch: str) -> bool:
    """Whether a call is answered, or what this batch says of it is recorded."""
    return known is not None and (known.outcome.scored or known.batch == batch)


def _stop(what: str, trouble: BatchTrouble) -> _Stop:
    return _Stop(f"{what}: {str(trouble).rstrip('.')}. {trouble.cure}".strip())


async def _repeated(work: Callable[[], Awaitable[T]]) -> T:
    """Does what may be done twice, again where it did not come through. Raises BatchTrouble in the end."""
    for left in reversed(range(TRIES)):
        try:
            return await work()
        except BatchTrouble as trouble:
            if trouble.lasting or not left:
                raise
        await asyncio.sleep(FIRST_S * (TRIES - left))
    raise AssertionError("the last try returns or raises")
