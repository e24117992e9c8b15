"""Why a remote model's costs are unknown: no price, no tokens, or a bill that tokens do not make."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum

import pandas as pd

from bench import prices
from bench.records import RunRecord, TokenUsage, has_answer
from bench.report.numbers.billed import COUNTS


class Costless(StrEnum):
    """Why a cost is unknown."""

    NO_ANSWER = "no answer"
    """No answer of the model's counts, whatever its price."""
    NO_PRICE = "no price"
    """The list has none."""
    NO_RATE = "no rate"
    """Its price is in another currency, of which no rate is known."""
    NO_CLASS = "no class"
    """Its price leaves a kind of tokens out that was used."""
    NO_TOKENS = "no tokens"
    """Of some calls, retries included, the tokens were never reported."""
    BEYOND = "beyond tokens"
    """Of some calls the reply says that more than tokens is billed, or at another price."""


def why_costless(items: pd.DataFrame, record: RunRecord) -> dict[str, tuple[Costless, ...]]:
    """By remote model whose costs are not all known: why, in the order of `Costless`."""
    remote = [label for label, model in record.models.items() if not model.local]
    found = {label: set(_reasons(items[items["model"] == label], record)) for label in remote}
    return {label: tuple(why for why in Costless if why in whys) for label, whys in found.items() if whys}


def _reasons(rows: pd.DataFrame, record: RunRecord) -> Iterator[Costless]:
    rows = rows[has_answer(rows)]
    if rows.empty:
        yield Costless.NO_ANSWER
        return
    listed = record.prices.rows if record.prices else {}
    if (rows["cost_usd"].notna() & rows["cost_retries_usd"].isna()).any():
        yield Costless.NO_TOKENS if rows["price_id"].notna().any() else Costless.NO_PRICE
    unknown = rows[rows["cost_usd"].isna()]
    counts = unknown[COUNTS].apply(pd.to_numeric, errors="coerce").astype(float)
    if unknown["price_id"].isna().any():
        yield Costless.NO_PRICE
    reported = unknown["price_id"].notna() & counts[["in_uncached", "out_total"]].notna().all(axis=1)
    if (unknown["price_id"].notna() & ~reported).any():
        yield Costless.NO_TOKENS
    kinds = (counts[reported] > 0).assign(price_id=unknown.loc[reported, "price_id"]).drop_duplicates()
    now = datetime.now(UTC)
    for *used, price_id in kinds.itertuples(index=False, name=None):
        row = listed.get(str(price_id))
        usage = TokenUsage(**{name: int(some) for name, some in zip(COUNTS, used, strict=True)})
        if row is not None and row.get("currency", "USD") != "USD":
            yield Costless.NO_RATE
        elif row is not None and prices.cost(prices.recorded_price(row), usage, now).missing:
            yield Costless.NO_CLASS
        else:
            yield Costless.BEYOND
