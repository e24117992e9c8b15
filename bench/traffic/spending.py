"""Where the money of a traffic table goes: calls, tokens and dollars by model, tag, kind and month."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.records import cleaned_table, parquet_file, require_columns
from bench.traffic.rows import TABLE, TrafficRow

if TYPE_CHECKING:
    import pandas as pd

DIMENSIONS = ("model", "tag", "kind", "month")
"""What calls are grouped by."""
_PROMPT = ("in_uncached", "in_cache_read", "in_cache_write_5m", "in_cache_write_1h")
_NUMBERS = ("cost_usd", "cost_logged_usd", "latency_s", "out_total", *_PROMPT)
_COLUMNS = ("time", "model", "tag", "kind", "session", "user", *_NUMBERS)
NO_NAME = "(none)"
"""What a group is called whose calls have no such value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendLine:
    """What a group of calls comes to. A whole log is counted, not a sample of it: there is no interval."""

    name: str
    """The group's value, e.g. a model."""
    calls: int
    """Its calls."""
    usd: float | None
    """USD by the list prices of their days, over `priced` calls; None where that is none."""
    priced: int
    """Calls whose `usd` is known."""
    logged_usd: float | None
    """USD as the log says, over `logged` calls; None where that is none."""
    logged: int
    """Calls whose cost the log says."""
    share: float | None
    """Of all dollars known by list price, this group's part; None where none is known."""
    tokens_in: int | None
    """Prompt tokens of the calls that say them; None where none does."""
    tokens_in_n: int
    """Calls that say their prompt tokens."""
    tokens_out: int | None
    """Generated tokens of the calls that say them; None where none does."""
    tokens_out_n: int
    """Calls that say their generated tokens."""
    cache_share: float | None
    """Of the prompt tokens of calls that report their cache reads, those that were read from a cache; None without."""
    cache_n: int
    """Calls that report their cache reads."""
    latency_s: float | None
    """Median seconds of a call; None where no time is known."""
    latency_n: int
    """Calls whose seconds are known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficSpend:
    """Where the money goes."""

    total: SpendLine
    """All calls."""
    groups: dict[str, tuple[SpendLine, ...]]
    """Dimension -> its groups, the dearest first; months in order."""
    first: str | None
    """The earliest call, UTC; None where no time is known."""
    last: str | None
    """The latest call, UTC."""
    sessions: int
    """Different sessions."""
    users: int
    """Different users."""
    both: int
    """Calls whose cost is known by list and by log."""
    both_usd: float
    """What these cost by list."""
    both_logged_usd: float
    """What these cost by the log."""


def spend(folder: Path, dimensions: Sequence[str] = DIMENSIONS) -> TrafficSpend:
    """Counts a table. UsageError if the folder has none, or it cannot be read."""
    table = table_of(folder)
    known = float(table["cost_usd"].sum())
    both = table[table["cost_usd"].notna() & table["cost_logged_usd"].notna()]
    times = table["time"].dropna()
    return TrafficSpend(
        total=_line("all", table, known),
        groups={each: tuple(_groups(table, each, known)) for each in dimensions},
        first=None if times.empty else str(times.min()),
        last=None if times.empty else str(times.max()),
        sessions=int(table["session"].nunique()),
        users=int(table["user"].nunique()),
        both=len(both),
        both_usd=float(both["cost_usd"].sum()),
        both_logged_usd=float(both["cost_logged_usd"].sum()),
    )


def table_of(folder: Path) -> pd.DataFrame:
    """The table without its texts, a `month` beside each time. UsageError if the folder has none."""
    with parquet_file(folder, TABLE, _COLUMNS) as file:
        require_columns(file.schema_arrow, TrafficRow)
        read: pd.DataFrame = file.read([*_COLUMNS]).replace_schema_metadata(None).to_pandas()
        table = cleaned_table(read, TrafficRow)
    for name in _NUMBERS:
        table[name] = table[name].astype("float64")
    table["month"] = table["time"].str[:7]
    return table


def _groups(table: pd.DataFrame, dimension: str, known: float) -> Iterator[SpendLine]:
    named = table.groupby(table[dimension].fillna(NO_NAME), sort=True)
    lines = [_line(str(name), rows, known) for name, rows in named]
    if dimension != "month":
        lines.sort(key=lambda line: (-(line.usd or 0.0), -(line.logged_usd or 0.0), -line.calls, line.name))
    yield from lines


def _line(name: str, rows: pd.DataFrame, known: float) -> SpendLine:
    priced, logged = rows["cost_usd"].dropna(), rows["cost_logged_usd"].dropna()
    prompt = rows[[*_PROMPT]].sum(axis=1, min_count=1)
    reads = rows["in_cache_read"].notna()
    seen = float(prompt[reads].sum())
    seconds = rows["latency_s"].dropna()
    output = rows["out_total"].dropna()
    return SpendLine(
        name=name,
        calls=len(rows),
        usd=float(priced.sum()) if len(priced) else None,
        priced=len(priced),
        logged_usd=float(logged.sum()) if len(logged) else None,
        logged=len(logged),
        share=float(priced.sum()) / known if known and len(priced) else None,
        tokens_in=int(prompt.sum()) if prompt.notna().any() else None,
        tokens_in_n=int(prompt.notna().sum()),
        tokens_out=int(output.sum()) if len(output) else None,
        tokens_out_n=len(output),
        cache_share=float(rows.loc[reads, "in_cache_read"].sum()) / seen if seen else None,
        cache_n=int(reads.sum()),
        latency_s=float(seconds.median()) if len(seconds) else None,
        latency_n=len(seconds),
    )
