"""What a side's answers cost, sample by sample: as billed, at the user's traffic, and at other hours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench.language import tr
from bench.records import RecordedHours, RunRecord, effective_cost
from bench.stats import Floats

if TYPE_CHECKING:
    import pandas as pd

KEY = ["suite", "task", "item"]
PLAIN_MODES = (None, "standard", "thinking")
"""Modes of a price that a plain request is billed by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What the prices of one side's answers hold for, where they depend on the hour or on the way of asking."""

    label: str
    """The model's label."""
    hours: str | None
    """The hours with other prices, in words; None where its prices do not depend on the hour."""
    peak_share: float | None
    """The share of its answers billed at the dearest hours; None without such hours, or where they were mixed."""
    modes: tuple[str, ...]
    """Modes other than the usual one that billed it, e.g. "batch"."""

    @property
    def words(self) -> Iterator[str]:
        """For the label of a verdict, e.g. "0 % of deepseek's calls at peak prices"."""
        if self.peak_share is not None:
            yield tr("{share:.0f} % of {label}'s calls at peak prices", share=100 * self.peak_share, label=self.label)
        yield from (tr("{label} at {mode} prices", label=self.label, mode=mode) for mode in self.modes)


def window(mine: pd.DataFrame, record: RunRecord, label: str) -> Window | None:
    """What a side's prices hold for; None where they are the same at every hour, asked the usual way."""
    billed = mine[mine["cost_usd"].notna() & mine["price_id"].notna()]
    prices = record.prices
    if prices is None or billed.empty:
        return None
    ids = sorted(billed["price_id"].unique())
    modes = {str(prices.rows[name].get("mode")) for name in ids if name in prices.rows}
    special = tuple(sorted(modes - {str(mode) for mode in PLAIN_MODES}))
    hours = {schedule.words for name in ids if (schedule := prices.hours(name)) is not None}
    if not hours and not special:
        return None
    return Window(
        label=label,
        hours=tr(" and ").join(sorted(hours)) or None,
        peak_share=_peak_share(billed, record),
        modes=special,
    )


def _peak_share(billed: pd.DataFrame, record: RunRecord) -> float | None:
    factors, hours = _factors(billed), _hours(billed, record)
    inside = [(f, max(1.0, h.multiplier), {1.0, h.multiplier}) for f, h in zip(factors, hours, strict=True) if h]
    if not inside or any(factor not in known for factor, _, known in inside):
        return None
    return sum(factor == most for factor, most, _ in inside) / len(inside)


def money(mine: pd.DataFrame, record: RunRecord) -> pd.DataFrame:
    """A row a sample, in USD: its bill, the least and the most it can have been, its call's cap, and its bill at the
    dearest and the cheapest hours; inf if unknown. At the run's `[traffic]` where it has one."""
    total = effective_cost(mine).to_numpy(dtype=float, na_value=np.inf)
    if record.traffic and record.traffic.prices_differ and "cost_traffic_usd" in mine:
        total = _at_traffic(mine, total)
    cap = mine["cost_cap_usd"].to_numpy(dtype=float, na_value=np.inf)
    tries = np.maximum(1.0, mine["attempts"].to_numpy(dtype=float, na_value=1.0))
    known = np.isfinite(total)
    least, most = np.where(known, total, 0.0), np.where(known, total, cap * tries)
    cheap, dear = _at_hours(mine, effective_cost(mine).to_numpy(dtype=float, na_value=np.inf), record)
    return mine[[]].assign(total=total, least=least, most=most, cap=cap, cheap=cheap, dear=dear)


def _at_traffic(mine: pd.DataFrame, total: Floats) -> Floats:
    """Earlier attempts change as the scored one does."""
    billed = mine["cost_usd"].to_numpy(dtype=float, na_value=np.nan)
    mixed = mine["cost_traffic_usd"].to_numpy(dtype=float, na_value=np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = np.where(billed > 0, total * mixed / billed, mixed + (total - billed))
    return np.where(np.isfinite(scaled), scaled, np.where(np.isnan(billed), total, np.inf))


def _at_hours(mine: pd.DataFrame, total: Floats, record: RunRecord) -> tuple[Floats, Floats]:
    """Bills as if every answer had ended in the cheapest, and in the dearest hour."""
    hours = _hours(mine, record)
    if not any(hours):
        return total, total
    factors = np.array(_factors(mine))
    multipliers = np.array([np.nan if hour is None else hour.multiplier for hour in hours])
    changes = (factors > 0) & ~np.isnan(multipliers)
    low, high = (np.where(changes, end(1.0, multipliers) / factors, 1.0) for end in (np.minimum, np.maximum))
    return total * low, total * high


def _factors(mine: pd.DataFrame) -> list[float]:
    if "price_factor" not in mine:
        return [float("nan")] * len(mine)
    return [float(factor) for factor in mine["price_factor"].to_numpy(dtype=float, na_value=np.nan)]


def _hours(mine: pd.DataFrame, record: RunRecord) -> list[RecordedHours | None]:
    prices = record.prices
    if prices is None or not prices.schedules:
        return [None] * len(mine)
    known = {name: prices.hours(name) for name in mine["price_id"].dropna().unique()}
    if not any(known.values()):
        return [None] * len(mine)
    return [known.get(name) for name in mine["price_id"]]
