"""An episode's bill: each turn is a request of its own, with its own tokens, tier and hour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from bench import prices
from bench.records import ItemRow, RunRecord, TokenUsage, TurnRow

Key = tuple[str, str, str, int]
"""Task, item, model and repeat of an episode."""
Episodes = Mapping[Key, Sequence[TurnRow]]
"""The turns of episodes, in order."""
UNKNOWN = "the turns of the episode are not in turns.parquet"
"""Why an episode's bill is unknown that has tokens."""

BEYOND = "its reply says that it was billed beyond its tokens, or in another tier"
"""Why a bill is unknown whose tokens and price are known."""


def by_episode(turns: Iterable[TurnRow]) -> Episodes:
    """The rows of turns.parquet by their episode."""
    found: dict[Key, list[TurnRow]] = defaultdict(list)
    for turn in sorted(turns, key=lambda each: each.turn):
        found[turn.task, turn.item, turn.model, turn.repeat].append(turn)
    return found


def requests_of(row: ItemRow, episodes: Episodes) -> list[ItemRow]:
    """The requests that a row sums up, as rows: itself, of an episode a row a turn. Empty if its turns are unknown."""
    if row.turns is None:
        return [row]
    mine = episodes.get((row.task, row.item, row.model, row.repeat), ())
    return [_request(row, turn) for turn in mine] if len(mine) == row.turns else []


def _request(row: ItemRow, turn: TurnRow) -> ItemRow:
    of_turn = (*TokenUsage.__slots__, "started_at", "latency_s", "ttft_s", "cost_usd")
    changed: dict[str, Any] = {name: getattr(turn, name) for name in of_turn}
    return replace(row, **changed, turns=None)


def mixed_factor(bills: Iterable[tuple[Decimal | None, Decimal | None]]) -> Decimal | None:
    """The factor of several requests together, each a bill and its hour's factor: what they cost by what they would
    cost without factors. None if one has none, or nothing was paid."""
    paid, plain = Decimal(0), Decimal(0)
    for usd, factor in bills:
        if usd is None or not factor:
            return None
        paid, plain = paid + usd, plain + usd / factor
    return paid / plain if plain else None


def beyond_tokens(row: ItemRow, record: RunRecord, episodes: Episodes) -> bool:
    """Whether its bill was unknown though its tokens and their price were known: then no other price makes it known."""
    listed = record.prices.rows.get(row.price_id or "") if record.prices and row.cost_usd is None else None
    if listed is None or listed.get("currency", "USD") != "USD":
        return False
    price, now = prices.recorded_price(listed), datetime.now(UTC)
    unknown = (each for each in requests_of(row, episodes) if each.cost_usd is None)
    usages = (TokenUsage(**{name: getattr(each, name) for name in TokenUsage.__slots__}) for each in unknown)
    return any(prices.cost(price, usage, now).usd is not None for usage in usages)
