"""From list price to what was paid: the bridge of each pair of a run, and what a claimed saving hangs on."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from bench import prices
from bench.language import tr
from bench.prices import TOKEN_CLASSES, Price
from bench.records import Outcome, RunRecord, TokenUsage, effective_cost
from bench.report.numbers.billed import COUNTS
from bench.stats import BridgeSide, BridgeStep, bridge, least_cache_hit, price_rise

if TYPE_CHECKING:
    import pandas as pd

KEYS = ["task", "item", "repeat"]
"""What names an item of a suite."""
USED = ("suite", "model", *KEYS, "outcome", "score", "cost_usd", "cost_retries_usd", "price_id", *COUNTS,
        "answer", "reasoning")  # fmt: skip
"""Columns that this looks at."""
PLAIN_MODES = ("standard", "thinking")
"""Modes of a price that a plain request is billed by."""
ENDED = (Outcome.ANSWERED, Outcome.UNPARSABLE, Outcome.EMPTY)
"""Outcomes of answers that their model ended by itself; what the others cost is waste."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """One pair on one suite: the factors from list price to what an item and a solved item really cost."""

    candidate: str
    """Label of the model whose quantities replace the baseline's."""
    baseline: str
    """Label of the model that is replaced."""
    suite: str
    """The suite."""
    items: int
    """Items (x repeats) that both were asked and that have a score and a cost."""
    both_answered: int
    """Of these, items that both answered; the factors but the last two speak of them."""
    steps: tuple[BridgeStep, ...]
    """In order; they multiply exactly to candidate / baseline."""
    holds_until: tuple[str, ...]
    """Of a claimed saving: how far price and cache may move, as sentences."""


def bridges(answered: pd.DataFrame, record: RunRecord) -> tuple[tuple[Bridge, ...], tuple[str, ...]]:
    """The bridges of the run's pairs on its suites, and why there is none where two priced models have none.

    Pairs are those of the claims; without claims every model is compared with the dearest. What an item was billed at
    is read from the run's own price rows, scaled to its recorded cost: that includes peak hours and exchange rates.
    `answered`: see `with_answers`; texts are their lengths.
    """
    rows = record.prices.rows if record.prices else {}
    listed = {name: prices.recorded_price(row) for name, row in rows.items()}
    if not answered["price_id"].isin(list(listed)).any():
        return (), ()
    table = answered[[name for name in USED if name in answered]]
    priced = [m for m in record.models if table.loc[table["model"] == m, "price_id"].isin(list(listed)).any()]
    made, missing = [], []
    for candidate, baseline in _pairs(table, record, priced):
        for suite in record.suites:
            part = table[table["suite"] == suite]
            sides = _pair(part[part["model"] == baseline], part[part["model"] == candidate])
            try:
                made.append(
                    _bridge(*sides, candidate=candidate, baseline=baseline, suite=suite, listed=listed, record=record)
                )
            except ValueError as error:
                missing.append(
                    tr(
                        "{candidate} against {baseline} on {suite}: no bridge from list price: {error}.",
                        candidate=candidate,
                        baseline=baseline,
                        suite=suite,
                        error=error,
                    )
                )
    return tuple(made), tuple(missing)


def _pairs(table: pd.DataFrame, record: RunRecord, priced: list[str]) -> list[tuple[str, str]]:
    claimed = [(claim.candidate, claim.baseline) for claim in record.claims.values()]
    pairs = list(dict.fromkeys(pair for pair in claimed if set(pair) <= set(priced)))
    if pairs or len(priced) < 2:
        return pairs
    cost = table.assign(usd=effective_cost(table)).groupby("model")["usd"].mean()
    dearest = max(priced, key=lambda model: float(cost[model]) if cost.notna()[model] else 0.0)
    return [(model, dearest) for model in priced if model != dearest]


def _pair(baseline: pd.DataFrame, candidate: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both sides' rows of the items that both have a score for, in the same order."""
    scored = [side[side["score"].notna()].set_index(KEYS).sort_index() for side in (baseline, candidate)]
    shared = scored[0].index.intersection(scored[1].index)
    return scored[0].loc[shared], scored[1].loc[shared]


def _bridge(
    b: pd.DataFrame,
    c: pd.DataFrame,
    candidate: str,
    baseline: str,
    suite: str,
    listed: Mapping[str, Price],
    record: RunRecord,
) -> Bridge:
    billed = [effective_cost(side) for side in (b, c)]
    if b.empty or any(costs.isna().any() for costs in billed):
        raise ValueError("the cost of an item is unknown" if len(b) else "no item has a score of both")
    ended = (b["outcome"].isin(ENDED) & c["outcome"].isin(ENDED)).to_numpy(dtype=bool)
    if not ended.any():
        raise ValueError("no item was answered by both")
    sides = [
        _side(side[ended], listed, float(costs.mean()), float(side["score"].mean()))
        for side, costs in zip((b, c), billed, strict=True)
    ]
    steps = bridge(*sides)
    claims = [claim for claim in record.claims.values() if claim.candidate == candidate]
    mine = (k for k in claims if k.baseline == baseline and suite in (k.suites or [suite]))
    savings = {saving for claim in mine if (saving := claim.margin("cheaper_by")) is not None}
    words = [line for saving in sorted(savings) for line in _holds(candidate, sides[0], sides[1], saving)]
    return Bridge(
        candidate=candidate,
        baseline=baseline,
        suite=suite,
        items=len(b),
        both_answered=int(ended.sum()),
        steps=steps,
        holds_until=tuple(words),
    )


def _side(rows: pd.DataFrame, listed: Mapping[str, Price], billed: float, solved: float) -> BridgeSide:
    counts = rows[COUNTS].to_numpy(dtype=float, na_value=np.nan)
    usages = [
        TokenUsage(**{c: None if math.isnan(n) else int(n) for c, n in zip(COUNTS, row, strict=True)}) for row in counts
    ]
    if any(usage.in_total is None or usage.out_total is None for usage in usages):
        raise ValueError("an answer's tokens are unknown")
    costs = rows["cost_usd"].to_numpy(dtype=float)
    unit_prices = [
        _unit_prices(listed.get(i), u, usd) for i, u, usd in zip(rows["price_id"], usages, costs, strict=True)
    ]
    said, thought = (rows[name].to_numpy(dtype=float) for name in ("answer", "reasoning"))
    out, counted = counts[:, 4], counts[:, 5]
    reasoning = np.where(np.isnan(counted), out * thought / np.maximum(said + thought, 1), counted)
    return BridgeSide(
        tokens_in=np.nan_to_num(counts[:, :4]),
        answer=out - reasoning,
        reasoning=reasoning,
        characters=said,
        prices=np.array(unit_prices),
        billed=billed,
        solved=solved,
    )


def _unit_prices(price: Price | None, usage: TokenUsage, usd: float) -> list[float]:
    """USD per token of each class, as this item was billed; a class without a price of its own is billed as input."""
    if price is None:
        raise ValueError("an answer has no list price")
    rates = next(iter(price.bands(usage.in_total or 0)))[2]
    parts = prices.cost(price, usage, datetime.now(UTC)).parts
    each = []
    for name, field in zip(TOKEN_CLASSES, COUNTS[:5], strict=True):
        count, rate = getattr(usage, field), getattr(rates, name)
        usual = rates.input if rate is None else rate
        each.append(float(parts[name]) / count if count else float(usual or 0) / 1e6)
    total = float(sum(parts.values()))
    return [rate * usd / total if total else rate for rate in each]


def list_ratios(rows: pd.DataFrame, record: RunRecord) -> pd.Series[float] | None:
    """Of each answer, its cost at its list price without a cache discount, over its cost at list as it was billed.

    Free of hours and currencies. None if an answer has no list price or was billed in a mode of its own, or its
    tokens are unknown.
    """
    import pandas as pd

    recorded = record.prices.rows if record.prices else {}
    listed = {
        name: prices.recorded_price(row) for name, row in recorded.items() if row.get("mode") in (None, *PLAIN_MODES)
    }
    ratios = []
    now = datetime.now(UTC)
    for counts, name in zip(rows[COUNTS].to_numpy(dtype=float, na_value=np.nan), rows["price_id"], strict=True):
        price = listed.get(name) if isinstance(name, str) else None
        usage = TokenUsage(**{c: None if math.isnan(n) else int(n) for c, n in zip(COUNTS, counts, strict=True)})
        if price is None or usage.in_total is None or usage.out_total is None:
            return None
        whole = TokenUsage(in_uncached=usage.in_total, out_total=usage.out_total, out_reasoning=usage.out_reasoning)
        paid, full = (float(sum(prices.cost(price, each, now).parts.values())) for each in (usage, whole))
        ratios.append(full / paid if paid else 1.0)
    return pd.Series(ratios, index=rows.index) if ratios else None


def _holds(candidate: str, baseline: BridgeSide, side: BridgeSide, saving: float) -> Iterator[str]:
    """How far the candidate's price, and its share of cached prompt tokens, may move before the saving is gone."""
    claim = tr("at the costs measured, {saving:g} % cheaper", saving=100 * saving)
    rise = price_rise(side.billed / baseline.billed, saving)
    if rise < 1:
        yield tr(
            "{claim} does not hold: {candidate}'s price would have to fall to {rise}.",
            claim=claim,
            candidate=candidate,
            rise=_at_most(rise),
        )
        return
    yield tr(
        "{claim} holds until {candidate}'s price rises {rise}.", claim=claim, candidate=candidate, rise=_at_most(rise)
    )
    total = float(side.tokens_in.sum())
    hit = float(side.tokens_in[:, 1].sum()) / total if total else 0.0
    per_hit = float((side.tokens_in.sum(axis=1) * (side.prices[:, 0] - side.prices[:, 1])).mean())
    least = least_cache_hit(hit, side.billed, (1 - saving) * baseline.billed, per_hit)
    if hit and least is not None:
        now, then = f"{100 * hit:.3g} %", f"{100 * least:.3g} %"
        yield tr(
            "{claim} holds until {candidate}'s cache hit rate falls below {then} (now {now}).",
            claim=claim,
            candidate=candidate,
            then=then,
            now=now,
        )


def _at_most(factor: float) -> str:
    """Three digits, rounded down: at the number shown it still holds."""
    step = 10.0 ** (math.floor(math.log10(factor)) - 2)
    return f"x{math.floor(factor / step + 1e-9) * step:,.6g}"
