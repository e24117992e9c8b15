"""Whether the costs in a run's items table are what its tokens cost by the prices that run.json holds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from bench import prices
from bench.prices import Price
from bench.records import RunRecord, TokenUsage

if TYPE_CHECKING:
    import pandas as pd

COUNTS = ["in_uncached", "in_cache_read", "in_cache_write_5m", "in_cache_write_1h", "out_total", "out_reasoning"]
"""Columns that count an answer's tokens, those of the prompt first."""
CLOSE = 1e-6
"""Relative difference that rounding may make."""


class Misbilled(NamedTuple):
    """A cost that does not follow from the tokens beside it."""

    row: int
    """The row of the table, from 0."""
    usd: float
    """What the table says."""
    by_tokens: float
    """What the tokens cost by the recorded price and the hour's factor."""


def misbilled(items: pd.DataFrame, record: RunRecord, turns: pd.DataFrame | None = None) -> Iterator[Misbilled]:
    """Rows whose `cost_usd` is not that of their tokens, of an episode that of its rows in `turns`; rows without a
    recorded price in USD, or without their turns, cannot be told."""
    listed = dict(_listed(record))
    columns = [*COUNTS, "price_id", "cost_usd", "price_factor"]
    if not listed or not set(columns) <= set(items.columns):
        return
    episodes = _episodes(items, turns)
    for at, (*counts, price_id, usd, factor) in enumerate(items[columns].itertuples(index=False, name=None)):
        price, said = listed.get(str(price_id)), _number(usd)
        if price is None or said is None:
            continue
        known, hour = _billed(price, episodes.get(at, [_usage(counts)])), _number(factor)
        if known is None:
            continue
        by_tokens = float(known) * (1.0 if hour is None else hour)
        if not math.isclose(said, by_tokens, rel_tol=CLOSE, abs_tol=1e-15):
            yield Misbilled(at, said, by_tokens)


def _billed(price: Price, requests: Sequence[TokenUsage]) -> Decimal | None:
    """What requests cost together without the factors of their hours; None where that cannot be told."""
    if price.mode == "thinking" and len({bool(usage.out_reasoning) for usage in requests}) > 1:
        return None  # turns that report no reasoning may be billed by another row
    now = datetime.now(UTC)  # a price without its schedule has no hours; the row's own factor stands for them
    costs = [prices.cost(price, usage, now).usd for usage in requests]
    return sum((usd for usd in costs if usd is not None), Decimal(0)) if costs and None not in costs else None


_KEY = ["task", "item", "model", "repeat"]


def _episodes(items: pd.DataFrame, turns: pd.DataFrame | None) -> dict[int, list[TokenUsage]]:
    """By an episode's row, from 0: the tokens of its turns; nothing where they are not all there."""
    if "turns" not in items or items["turns"].isna().all():
        return {}
    found: dict[tuple[Any, ...], list[TokenUsage]] = {}
    if turns is not None:
        for row in turns[[*_KEY, *COUNTS]].itertuples(index=False, name=None):
            found.setdefault(tuple(row[:4]), []).append(_usage(row[4:]))
    rows = enumerate(items[[*_KEY, "turns"]].itertuples(index=False, name=None))
    episodes = {at: (found.get(tuple(row[:4]), []), _count(row[4])) for at, row in rows}
    return {at: mine if len(mine) == n else [] for at, (mine, n) in episodes.items() if n is not None}


def _usage(counts: Sequence[Any]) -> TokenUsage:
    return TokenUsage(**{name: _count(count) for name, count in zip(COUNTS, counts, strict=True)})


def _listed(record: RunRecord) -> Iterator[tuple[str, Price]]:
    for name, row in (record.prices.rows if record.prices else {}).items():
        if row.get("currency", "USD") == "USD":
            yield name, prices.recorded_price(row)


def _number(value: Any) -> float | None:
    """A cell's number; None for one that is missing, however the table says so."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return None if math.isnan(number) else number


def _count(value: Any) -> int | None:
    number = _number(value)
    return None if number is None else int(number)
