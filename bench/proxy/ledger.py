"""A row for each call, written before it is passed on and settled after its last byte; it survives kill -9."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bench import clean
from bench.errors import IncompleteError, UsageError
from bench.journal import has_tables, require_files
from bench.records import TokenUsage, hold_beside, require_time, utc_now

VERSION = 1
"""`PRAGMA user_version` of the schema below."""
MOST_ROWS = 1_000_000
"""A longer ledger is not read: begin a new one."""
MOST_USD = 10**9
"""What no call costs."""
LONGEST = 10_000
"""Characters of a text in it."""
LONGEST_USD = 100
"""Digits of an amount."""
STATES = ("open", "settled", "unknown", "cut", "refusal")
"""See `Settled.state`; open while it runs."""
_UNBOUNDED = " unbounded"
"""After the state of a row whose cap_usd stays set aside although nothing bounds its bill."""
_TEXTS = (
    *("begun_at", "key", "agent", "model", "wire_model", "protocol", "body_sha256", "head_sha256", "rewrites"),
    *("served_model", "request_id", "error"),
)
_MAY_BE_MISSING = ("served_model", "request_id", "error")
_COUNTS = ("in_uncached", "in_cache_read", "in_cache_write_5m", "in_cache_write_1h", "out_total", "out_reasoning")
_COLUMNS = ", ".join(f"{name} INTEGER" for name in _COUNTS)
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS calls (
    id INTEGER PRIMARY KEY, begun_at TEXT NOT NULL, key TEXT NOT NULL, agent TEXT NOT NULL, model TEXT NOT NULL,
    wire_model TEXT NOT NULL, protocol TEXT NOT NULL, turn INTEGER NOT NULL, body_sha256 TEXT NOT NULL,
    head_sha256 TEXT NOT NULL, request_bytes INTEGER NOT NULL, rewrites TEXT NOT NULL, cap_usd TEXT,
    state TEXT NOT NULL, status INTEGER, {_COLUMNS}, cost_usd TEXT, ttft_s REAL, latency_s REAL,
    reply_bytes INTEGER, served_model TEXT, request_id TEXT, error TEXT
);
PRAGMA user_version = {VERSION};
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A call before it is passed on."""

    key: str
    """The name of the key that it came with."""
    agent: str
    """The client, as its User-Agent names it; empty where it does not."""
    model: str
    """The model's label in bench.toml."""
    wire_model: str
    """The model id that is sent."""
    protocol: str
    """The wire format: openai or anthropic."""
    turn: int
    """The how-manieth call of this key it is, from 1."""
    body_sha256: str
    """Of the body as it came: a retry has the same."""
    head_sha256: str
    """Of what it declares besides its messages, so that one agent's calls are seen to be alike: system and tools."""
    request_bytes: int
    """Bytes of the body as it came."""
    rewrites: str
    """The fields that were changed, e.g. "model, stream_options"; empty for none."""
    cap_usd: Decimal | None
    """The most it can cost, which is set aside; None where that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """How a call ended."""

    state: str
    """settled; unknown (no counts came); cut (the client or the vendor broke off); refused by the vendor (refusal)."""
    status: int | None
    """HTTP status; None where no reply came."""
    usage: TokenUsage
    """Tokens, as far as they were reported."""
    cost_usd: Decimal | None
    """What it cost, by the price of that moment; None where that is not known, as of weights of this machine."""
    ttft_s: float | None
    """Seconds from passing the request on to the first byte of the reply's body."""
    latency_s: float
    """Seconds to its last byte."""
    reply_bytes: int
    """Bytes of the reply's body."""
    served_model: str | None
    """The model id in the reply."""
    request_id: str | None
    """The vendor's id of the request."""
    error: str | None
    """What went wrong, without secrets; None if nothing did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row of the ledger."""

    id: int
    """Its number."""
    begun_at: str
    """UTC, ISO 8601."""
    begun: Begun
    """What was asked."""
    state: str
    """open while it runs, or where the proxy was killed meanwhile; else as in `Settled`."""
    settled: Settled | None
    """How it ended; None for an open one."""
    unbounded_usd: Decimal | None = None
    """What stays set aside for a call whose bill nothing bounds; None for others."""

    @property
    def most_usd(self) -> Decimal | None:
        """What it cost, or what it may have cost where that is not known; None where nothing bounds it."""
        cost = self.settled.cost_usd if self.settled else None
        return self.begun.cap_usd if cost is None else cost

    @property
    def held_usd(self) -> Decimal:
        """What counts against budgets; 0 where nothing was set aside."""
        return (self.unbounded_usd if self.most_usd is None else self.most_usd) or Decimal(0)


class CallLedger:
    """The file; one process writes, any number may read."""

    def __init__(self, path: Path, *, read_only: bool = False, alone: bool = False) -> None:
        """Opens it, or makes it; `alone` keeps other writers out, whose spending would count against no budget here.

        UsageError where it is no ledger, cannot be opened, or somebody else writes into it or wants to be alone.
        """
        self._lock: int | None = None
        self._db = sqlite3.connect(":memory:")
        try:
            require_files(path)
            if read_only:
                self._db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._hold(path, alone)
                self._db = sqlite3.connect(path, isolation_level=None)
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, VERSION) or (read_only and version == 0):
                raise UsageError(f"{path}: is no ledger of this version. Name another file with --ledger.")
            made = has_tables(self._db, _SCHEMA)
            if not read_only:
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.execute("PRAGMA synchronous = NORMAL")
                self._db.executescript("" if made else _SCHEMA)
        except UsageError:
            self.close()
            raise
        except (sqlite3.Error, OSError) as error:
            self.close()
            raise UsageError(f"{path}: cannot be opened as a ledger ({error}). Name another with --ledger.") from error

    def _hold(self, path: Path, alone: bool) -> None:
        """A lock that goes with this process: shared, or of one alone."""
        try:
            self._lock = hold_beside(path, alone=alone)
        except BlockingIOError:
            raise UsageError(
                f"{path}: another proxy writes into it, and one with a budget or a limit of calls must be alone. "
                "Stop the other one, or name another file with --ledger."
            ) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file, and lets others write into it."""
        self._db.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def begin(self, call: Begun) -> int:
        """Writes a call down before it is passed on; its number. IncompleteError where it cannot be written."""
        names = [field.name for field in fields(Begun)]
        values = [_plain(getattr(call, name)) for name in names]
        marks = ", ".join("?" * len(names))
        cursor = self._write(
            f"INSERT INTO calls (begun_at, state, {', '.join(names)}) VALUES (?, 'open', {marks})", [utc_now(), *values]
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def settle(
        self, number: int, ended: Settled, cap_usd: Decimal | None, *, unbounded_usd: Decimal | None = None
    ) -> None:
        """Writes down how a call ended, and the most it can have cost, or what stays set aside where nothing bounds
        that. IncompleteError where it cannot be written."""
        named = {field.name: _plain(getattr(ended, field.name)) for field in fields(Settled) if field.name != "usage"}
        named |= {name: getattr(ended.usage, name) for name in _COUNTS} | {"cap_usd": _plain(cap_usd)}
        if unbounded_usd is not None:
            named |= {"cap_usd": _plain(unbounded_usd), "state": ended.state + _UNBOUNDED}
        self._write(
            f"UPDATE calls SET {', '.join(f'{name} = ?' for name in named)} WHERE id = ?", [*named.values(), number]
        )

    def _write(self, sql: str, values: Sequence[object]) -> sqlite3.Cursor:
        try:
            return self._db.execute(sql, values)
        except sqlite3.Error as error:
            raise IncompleteError(f"the ledger cannot be written ({error}). Make room or access there.") from error

    def entries(self, since: str = "", *, key: str | None = None) -> Iterator[Entry]:
        """All calls since a moment (UTC, ISO 8601), or those of a key, in order. UsageError where a row cannot be
        read."""
        of = " AND key = ?" if key is not None else ""
        yield from self._read(f"begun_at >= ?{of}", (since, *([] if key is None else [key])))

    def _read(self, where: str, values: Sequence[object]) -> Iterator[Entry]:
        try:
            cursor = self._db.execute(f"SELECT * FROM calls WHERE {where} ORDER BY id", values)
            names = [column[0] for column in cursor.description]
            for number, row in enumerate(cursor):
                if number == MOST_ROWS:
                    raise ValueError(f"more than {MOST_ROWS:,} calls")
                yield _entry(dict(zip(names, row, strict=True)))
        except (sqlite3.Error, ValueError, ArithmeticError, TypeError) as error:
            raise UsageError(
                f"the ledger cannot be read ({error}). Restore it from a backup, or begin a new one."
            ) from error

    def entry(self, number: int) -> Entry | None:
        """One call by its number; None where there is none. UsageError where its row cannot be read."""
        return next(iter(self._read("id = ?", (number,))), None)


def _entry(row: Mapping[str, Any]) -> Entry:
    """A row as it was written; a ledger may be anybody's. ValueError for what no proxy writes."""
    unbounded = isinstance(row["state"], str) and row["state"].endswith(_UNBOUNDED)
    if unbounded:
        row = {**row, "state": row["state"].removesuffix(_UNBOUNDED)}
    begun = {field.name: row[field.name] for field in fields(Begun)}
    ended = {field.name: row[field.name] for field in fields(Settled) if field.name != "usage"}
    counts = {name: row[name] for name in (*_COUNTS, "turn", "request_bytes", "reply_bytes")}
    for name, value in {**begun, **ended, "begun_at": row["begun_at"]}.items():
        missing = value is None and name in _MAY_BE_MISSING
        if name in _TEXTS and not missing and not (isinstance(value, str) and len(value) <= LONGEST):
            raise ValueError(f"call {row['id']}: {name} is no text of at most {LONGEST:,} characters")
    for name, value in counts.items():
        if value is not None and clean.count(value) is None:
            raise ValueError(f"call {row['id']}: {name} is no count")
    if clean.count(row["turn"]) is None or row["state"] not in STATES:
        raise ValueError(f"call {row['id']}: its turn or its state is none")
    require_time(row["begun_at"] or "none", "begun_at")
    usage = TokenUsage(**{name: row[name] for name in _COUNTS})
    money = {name: _usd(row[name], f"call {row['id']}: {name}") for name in ("cap_usd", "cost_usd")}
    times = {name: clean.amount(row[name]) for name in ("ttft_s", "latency_s")}
    return Entry(
        id=row["id"],
        begun_at=row["begun_at"],
        begun=Begun(**{**begun, "cap_usd": None if unbounded else money["cap_usd"]}),
        state=row["state"],
        settled=None
        if row["state"] == "open"
        else Settled(**{**ended, **times, "cost_usd": money["cost_usd"], "usage": usage}),
        unbounded_usd=money["cap_usd"] if unbounded else None,
    )


def _plain(value: object) -> object:
    return f"{value:f}" if isinstance(value, Decimal) else value


def _usd(value: object, what: str) -> Decimal | None:
    """Money as it was written. ValueError for what is none, or would take some away from what others spent."""
    if value is None:
        return None
    usd = Decimal(value) if isinstance(value, str) and len(value) <= LONGEST_USD else Decimal("NaN")
    if not usd.is_finite() or not 0 <= usd < MOST_USD:
        raise ValueError(f"{what} is no amount of money")
    return usd
