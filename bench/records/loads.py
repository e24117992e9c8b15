"""load.csv of a run folder: prompts of one size with many calls at once, one line each."""

from __future__ import annotations

import csv
import io
import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from pathlib import Path

from bench import clean
from bench.errors import UsageError
from bench.records.calls import Outcome
from bench.records.folder import LOAD, LOAD_COLUMNS


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRow:
    """One prompt of `bench run --load`."""

    model: str
    """The model's label."""
    at_once: int
    """Calls that were to be in flight."""
    number: int
    """The prompt's place among those of its model and load, from 0."""
    begun: float
    """When its first attempt was sent, seconds since 1970."""
    wall_s: float
    """Seconds until its slot was free again, retries and their waits included."""
    answered: bool
    """Whether it has an answer, cut at its token cap or not."""
    attempts: int
    """Exchanges, retries included."""
    timing_ok: bool
    """Whether our own process kept the clock clean."""
    ttft_s: float | None
    """Seconds to the first token of any kind; None where it is not known, as below."""
    ttfat_s: float | None
    """Seconds to the first token of the answer."""
    latency_s: float | None
    """Seconds to the end of the answer."""
    tpot_s: float | None
    """Seconds a token after the first, the mean of the answer."""
    out_total: int | None
    """Tokens generated."""

    @property
    def timed(self) -> bool:
        """Whether its times count: it was answered at its first attempt."""
        return self.answered and self.attempts == 1 and self.latency_s is not None


def read_load(folder: Path) -> tuple[LoadRow, ...]:
    """What `bench run --load` left in a run folder; empty if nothing. UsageError if it is damaged."""
    path = folder / LOAD
    if not path.is_file():
        return ()
    at = 1
    rows = []
    try:
        reader = csv.DictReader(io.StringIO(clean.read_text(path, below=folder), newline=""), strict=True)
        if missing := sorted(set(LOAD_COLUMNS) - set(reader.fieldnames or ())):
            raise ValueError(f"no column '{missing[0]}'")
        for line in reader:
            at = reader.line_num
            rows.append(_row(line))
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        why = str(error).partition("\n")[0]
        raise UsageError(
            f"{path}: line {at}: cannot be read ({clean.line(why)}). `bench run --load` writes it again."
        ) from error
    return tuple(rows)


HELD = 0.9
"""A load is held for a call while so much of it is in flight."""
PAUSE_S = 1.0
"""Without a call in flight for so long, a load was interrupted, and its slots are filled anew."""


def steady(rows: Sequence[LoadRow]) -> list[LoadRow]:
    """Of one model's calls at one load, those for which it was held: over its life each had nine tenths of it in
    flight on average, itself among them, and it is no slot's first, which finds an idle endpoint. In the order of
    `rows`."""
    busy, first, until, count = in_flight(rows), set[LoadRow](), -math.inf, 0
    for row in sorted(rows, key=lambda row: row.begun):
        count = 0 if row.begun > until + PAUSE_S else count
        until, count = max(until, row.begun + row.wall_s), count + 1
        first |= {row} if count <= row.at_once else set()
    return [row for row, at in zip(rows, busy, strict=True) if at >= HELD * row.at_once and row not in first]


def in_flight(rows: Sequence[LoadRow]) -> list[float]:
    """How many of the calls were in flight over each one's life, itself among them: the mean over its time."""
    begun, ended = sorted(row.begun for row in rows), sorted(row.begun + row.wall_s for row in rows)
    sums = [list(accumulate(times, initial=0.0)) for times in (begun, ended)]

    def area(until: float) -> float:
        """Seconds that all calls together were in flight until then."""
        spent = [bisect_right(times, until) * until - total[bisect_right(times, until)] for times, total in each]
        return spent[0] - spent[1]

    each = list(zip((begun, ended), sums, strict=True))
    spans = [(row.begun, row.begun + row.wall_s) for row in rows]
    return [(area(end) - area(begin)) / (end - begin) if end > begin else 1.0 for begin, end in spans]


def _row(line: Mapping[str, str | None]) -> LoadRow:
    texts = {name: line[name] or "" for name in LOAD_COLUMNS}
    row = LoadRow(
        model=clean.line(clean.unguarded(texts["model"])),
        at_once=int(texts["at_once"]),
        number=int(texts["number"]),
        begun=datetime.fromisoformat(texts["sent_at"]).timestamp(),
        wall_s=_seconds(texts["wall_s"]) or 0.0,
        answered=Outcome(texts["outcome"]) in (Outcome.ANSWERED, Outcome.TRUNCATED),
        attempts=int(texts["attempts"]),
        timing_ok={"True": True, "False": False}[texts["timing_ok"]],
        out_total=int(texts["out_total"]) if texts["out_total"] else None,
        **{name: _seconds(texts[name]) for name in ("ttft_s", "ttfat_s", "latency_s", "tpot_s")},
    )
    if row.at_once < 1 or row.attempts < 1:
        raise ValueError("at_once and attempts are at least 1")
    return row


def _seconds(text: str) -> float | None:
    """Seconds, 0 or more. ValueError for anything else that is not empty."""
    if not text:
        return None
    value = float(text)
    if not 0 <= value < 1e9:
        raise ValueError(f"'{text}' is no number of seconds")
    return value
