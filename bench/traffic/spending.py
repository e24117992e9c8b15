"""Where the money of a traffic table goes: calls, tokens and dollars by model, tag, kind and month."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.errors import UsageError
from bench.records import read_rows_of
from bench.traffic.rows import TABLE, TrafficRow
from bench.traffic.unpriced import UnknownCost, unknown_costs

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
    cost_unknown: tuple[UnknownCost, ...] = ()
    """Why calls have no cost by list price, the most calls first, as the import said."""


def spend(folder: Path, dimensions: Sequence[str] = DIMENSIONS) -> TrafficSpend:
    """Counts a table. UsageError if the folder has none, or it cannot be read."""
    import pandas as pd

    table = table_of(folder)
    both = table[table["cost_usd"].notna() & table["cost_logged_usd"].notna()]
    times = table["time"].dropna()
    return TrafficSpend(
        total=next(_lines(table, pd.Series("all", index=table.index))),
        groups={each: tuple(_groups(table, each)) for each in dimensions},
        first=None if times.empty else str(times.min()),
        last=None if times.empty else str(times.max()),
        sessions=int(table["session"].nunique()),
        users=int(table["user"].nunique()),
        both=len(both),
        both_usd=float(both["cost_usd"].sum()),
        both_logged_usd=float(both["cost_logged_usd"].sum()),
        cost_unknown=unknown_costs(folder),
    )


def table_of(folder: Path) -> pd.DataFrame:
    """The table without its texts, a `month` beside each time. UsageError if the folder has none, or it has no call."""
    table = read_rows_of(folder, TABLE, TrafficRow, _COLUMNS)
    if table.empty:
        raise UsageError(f"{folder / TABLE}: holds no call. Import its logs again: bench traffic import PATH.")
    for name in _NUMBERS:
        table[name] = table[name].astype("float64")
    table["month"] = table["time"].astype("string").str[:7]
    return table


def _groups(table: pd.DataFrame, dimension: str) -> list[SpendLine]:
    """The groups of a dimension, the dearest first; months in order."""
    lines = [*_lines(table, table[dimension].fillna(NO_NAME))]
    if dimension != "month":
        lines.sort(key=lambda line: (-(line.usd or 0.0), -(line.logged_usd or 0.0), -line.calls, line.name))
    return lines


def _lines(table: pd.DataFrame, names: pd.Series[Any]) -> Iterator[SpendLine]:
    """A line for each name, in their order; all groups are summed at once, since there may be as many as calls."""
    import pandas as pd

    known = float(table["cost_usd"].sum())
    prompt = table[[*_PROMPT]].sum(axis=1, min_count=1)
    values = table[["cost_usd", "cost_logged_usd", "out_total", "latency_s", "in_cache_read"]].assign(
        prompt=prompt, seen=prompt.where(table["in_cache_read"].notna())
    )
    groups = values.groupby(names.astype(str), sort=True)
    sums, counts = groups.sum(min_count=1), groups.count().to_dict("records")
    medians, sizes = groups["latency_s"].median().tolist(), groups.size().tolist()
    for at, (name, sum_) in enumerate(zip(sums.index, sums.to_dict("records"), strict=True)):
        total = {key: None if pd.isna(value) else float(value) for key, value in sum_.items()}
        n = counts[at]
        usd, seen = total["cost_usd"], total["seen"]
        yield SpendLine(
            name=str(name),
            calls=sizes[at],
            usd=usd,
            priced=int(n["cost_usd"]),
            logged_usd=total["cost_logged_usd"],
            logged=int(n["cost_logged_usd"]),
            share=usd / known if known and usd is not None else None,
            tokens_in=_whole(total["prompt"]),
            tokens_in_n=int(n["prompt"]),
            tokens_out=_whole(total["out_total"]),
            tokens_out_n=int(n["out_total"]),
            cache_share=(total["in_cache_read"] or 0.0) / seen if seen else None,
            cache_n=int(n["in_cache_read"]),
            latency_s=medians[at] if n["latency_s"] else None,
            latency_n=int(n["latency_s"]),
        )


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)
