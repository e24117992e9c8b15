"""Why calls of a table have no cost by list price, as the import found and `traffic.json` holds it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench import clean
from bench.language import counted
from bench.traffic.rows import RECORD

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = 3
"""Reasons, or models, that are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownCost:
    """One reason why list prices give no cost."""

    why: str
    """A clause, e.g. which price is missing."""
    calls: int
    """Calls of the log that have no cost for it."""


def unknown_costs(folder: Path) -> tuple[UnknownCost, ...]:
    """The reasons of an import, the most calls first; none where its record is missing or damaged."""
    try:
        listed = json.loads(clean.read_text(folder / RECORD, below=folder))["cost_unknown"]
        found = [UnknownCost(why=clean.line(str(each["why"])), calls=int(each["calls"])) for each in listed]
    except (OSError, ValueError, TypeError, LookupError, RecursionError):
        return ()
    return tuple(sorted(found, key=lambda each: -each.calls))


def reasons(unknown: Sequence[UnknownCost]) -> str:
    """The first of them with their calls; "" for none."""
    said = [f"{each.why.rstrip('.')} ({counted(each.calls, 'call')})" for each in unknown[:_SHOWN]]
    rest = len(unknown) - len(said)
    return "; ".join([*said, *([f"{rest:,} more reasons in {RECORD}"] if rest else [])])


def why_unknown(
    models: pd.Series[str], costs: pd.Series[float], wire: str, unknown: Sequence[UnknownCost]
) -> str | None:
    """Why calls of a kind of work have no dollars of one model, or not all; None where each has.

    `models`: of all calls of that kind. `costs`: of those that went to the model called `wire`.
    """
    if not len(costs):
        others = ", ".join(map(str, models.value_counts().index[:_SHOWN])) or "no model"
        return f"none of its calls went to {wire}: they went to {others}"
    lacking = int(costs.isna().sum())
    if not lacking:
        return None
    said = reasons(unknown) or f"{RECORD} does not say why: import the logs again"
    return f"{lacking:,} of {counted(len(costs), 'call')} of {wire} lack it; in the whole log: {said}"
