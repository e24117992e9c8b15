"""What answers would cost at the traffic that the user describes: other hours, cache share or mode, without a call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bench.costs.billing import Billing
from bench.costs.reprice import PriceChange, priced
from bench.costs.turns import Episodes, by_episode
from bench.prices import PriceBook
from bench.records import (
    ItemRow,
    RecordedTraffic,
    TurnRow,
    read_record,
    read_rows,
    read_turns,
    write_record,
    write_tables,
)


def at_traffic(
    rows: Sequence[ItemRow],
    bills: Mapping[str, Billing | None],
    traffic: RecordedTraffic | None,
    book: PriceBook,
    turns: Iterable[TurnRow] = (),
) -> list[ItemRow]:
    """The rows with `cost_traffic_usd`: local weights at what they cost, all of them None without a `[traffic]`."""
    if traffic is None or not traffic.prices_differ:
        return [replace(row, cost_traffic_usd=None) for row in rows]
    change = PriceChange(peak_share=traffic.peak_share, cache_hit=traffic.cache_hit, modes=dict(traffic.mode))
    episodes = by_episode(turns)
    return [replace(row, cost_traffic_usd=_cost(row, bills[row.model], change, book, episodes)) for row in rows]


def _cost(row: ItemRow, bill: Billing | None, change: PriceChange, book: PriceBook, episodes: Episodes) -> float | None:
    if bill is None or row.started_at is None or row.cost_usd is None:
        return row.cost_usd
    usd = priced(row, bill, change, book, episodes).usd
    return None if usd is None else float(usd)


def retold(folder: Path, bills: Mapping[str, Billing | None], traffic: RecordedTraffic | None, book: PriceBook) -> None:
    """Brings a finished run's tables to another `[traffic]`; nothing is written where it is the same.

    UsageError if they cannot be read, IncompleteError if they cannot be written.
    """
    record = read_record(folder)
    if record.traffic == traffic:
        return
    items, answers = read_rows(folder)
    write_tables(folder, at_traffic(items, bills, traffic, book, read_turns(folder)), answers)
    write_record(folder, replace(record, traffic=traffic))
