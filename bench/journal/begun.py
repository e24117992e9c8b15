"""What askings that came to nothing left of a call.

One that is under way is recorded before it is sent, so that a killed process leaves word of what it may owe.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace

from bench.records import Attempt, Call

BEGUN = "begun:"
"""How the keys of such calls begin in the table of calls."""


class UnderWay:
    """The calls of a journal that are under way, of this process and of those that were killed."""

    def __init__(self, db: sqlite3.Connection, read: Callable[[str], Call]) -> None:
        """`read` makes a call of a record, or says that the journal is damaged."""
        self._db = db
        self._read = read
        self._left: dict[tuple[str, str], tuple[Attempt, ...]] = {}

    def __bool__(self) -> bool:
        """Whether this process has any."""
        return bool(self._left)

    def begin(self, call: Call) -> None:
        """Records a call that is about to be sent beside what killed processes sent of it, and in place of what this
        process noted of it before."""
        at, key = (call.run, call.key), f"{BEGUN}{call.key}"
        if at not in self._left:
            row = self._db.execute(
                "SELECT record FROM calls WHERE run = ? AND key = ? AND ask = ?", (call.run, key, call.ask)
            ).fetchone()
            self._left[at] = self._read(row[0]).attempts if row else ()
        record = replace(call, key=key, attempts=self._left[at] + call.attempts).to_json()
        values = (call.run, key, call.ask, call.started_at, False, record)
        self._db.execute("REPLACE INTO calls VALUES (?, ?, ?, ?, ?, ?)", values)

    def left(self, call: Call) -> tuple[Attempt, ...]:
        """What killed processes sent of a call that this one has finished."""
        return self._left.get((call.run, call.key), ())

    def end(self, call: Call) -> None:
        """Removes what stands of a call that is recorded as finished now."""
        if (call.run, call.key) in self._left:
            key = (call.run, f"{BEGUN}{call.key}", call.ask)
            self._db.execute("DELETE FROM calls WHERE run = ? AND key = ? AND ask = ?", key)

    def forget(self, call: Call) -> None:
        """The end of a finished call is on the disk."""
        self._left.pop((call.run, call.key), None)

    def of(self, run: str, ask: int) -> dict[str, Call]:
        """Of a run's asking, by the calls' own keys."""
        rows = self._db.execute(
            f"SELECT key, record FROM calls WHERE run = ? AND ask = ? AND key LIKE '{BEGUN}%'", (run, ask)
        )
        return {key.removeprefix(BEGUN): self._read(record) for key, record in rows}


def after(failed: Call, call: Call) -> Call:
    """A call that was asked again: its record keeps the failed asking's attempts and machine time.

    An episode that went on has the attempts of the turns before already.
    """
    if call.episode is not None:
        before = tuple(attempt for attempt in failed.attempts if attempt not in call.attempts)
        return replace(call, attempts=before + call.attempts)
    parts = (failed.machine_s, failed.machine_retries_s, call.machine_retries_s)
    spent = None if None in parts else sum(part for part in parts if part is not None)
    return replace(call, attempts=failed.attempts + call.attempts, machine_retries_s=spent)
