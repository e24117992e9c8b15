"""Calls are recorded in groups: while one is being written to the disk, the next gathers.

Each group is a transaction of its own on a thread, so that no stream's clock waits for the disk, and the disk is
waited for once a group.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from threading import Lock

from bench.journal.entries import Noted
from bench.journal.store import Journal
from bench.records import Call

_Waiting = tuple[Noted, "asyncio.Future[None]"]


class Recorder:
    """Records the finished calls of an event loop; what it has taken is recorded, even where nobody waits for it."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._lock = Lock()
        self._waiting: list[_Waiting] = []
        self._writing = False

    async def __call__(self, call: Call) -> None:
        """Returns once the call survives a crash. Raises as `Journal.put` does."""
        await self._on_disk(self._journal.entry_of(call))

    async def begin(self, call: Call) -> None:
        """Returns once it survives a crash that a call is about to be sent; recording it finished takes that away."""
        await self._on_disk(self._journal.entry_of(call, begins=True))

    async def _on_disk(self, entry: Noted) -> None:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        with self._lock:
            self._waiting.append((entry, done))
            begins, self._writing = not self._writing, True
        if begins:
            loop.run_in_executor(None, self._write_all, loop)
        await done

    def _write_all(self, loop: asyncio.AbstractEventLoop) -> None:
        """Writes group after group until nothing waits."""
        while True:
            with self._lock:
                group, self._waiting = self._waiting, []
                self._writing = bool(group)
            if not group:
                return
            errors = self._written([entry for entry, _ in group])
            with suppress(RuntimeError):  # the loop has ended: nobody waits any more
                loop.call_soon_threadsafe(_tell, group, errors)

    def _written(self, entries: Sequence[Noted]) -> Sequence[Exception | None]:
        try:
            return self._journal.put_all(entries)
        except Exception as error:  # those who wait must not wait for ever
            return [error] * len(entries)


def _tell(group: Sequence[_Waiting], errors: Sequence[Exception | None]) -> None:
    for (_, done), error in zip(group, errors, strict=True):
        if done.cancelled():
            continue
        if error:
            done.set_exception(error)
        else:
            done.set_result(None)
