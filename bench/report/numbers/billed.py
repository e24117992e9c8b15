"""Whether the costs in a run's items table are what its tokens cost by the prices that run.json holds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from bench import prices
from bench.prices import Price
from bench.prices.reading import read_prices
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


def misbilled(items: pd.DataFrame, record: RunRecord) -> Iterator[Misbilled]:
    """Rows whose `cost_usd` is not that of their tokens; rows without a recorded price in USD cannot be told."""
    listed = dict(_listed(record))
    columns = [*COUNTS, "price_id", "cost_usd", "price_factor"]
    if not listed or not set(columns) <= set(items.columns):
        return
    now = datetime.now(UTC)  # a price without its schedule has no hours; the row's own factor stands for them
    for at, (*counts, price_id, usd, factor) in enumerate(items[columns].itertuples(index=False, name=None)):
        price, said = listed.get(str(price_id)), _number(usd)
        if price is None or said is None:
            continue
        usage = TokenUsage(**{name: _count(count) for name, count in zip(COUNTS, counts, strict=True)})
        known, hour = prices.cost(price, usage, now).usd, _number(factor)
        if known is None:
            continue
        by_tokens = float(known) * (1.0 if hour is None else hour)
        if not math.isclose(said, by_tokens, rel_tol=CLOSE, abs_tol=1e-15):
            yield Misbilled(at, said, by_tokens)


def _listed(record: RunRecord) -> Iterator[tuple[str, Price]]:
    for name, row in (record.prices.rows if record.prices else {}).items():
        if row.get("currency", "USD") == "USD":
            yield name, price_of(row)


def price_of(row: Mapping[str, Any]) -> Price:
    """A recorded row without its schedule and currency: an item's recorded cost says what they came to."""
    plain = {key: value for key, value in row.items() if key not in ("schedule", "currency")}
    [price] = read_prices([plain], {}, "run.json")
    return price


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
