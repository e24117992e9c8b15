"""What a call can cost at most, as the user states it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bench.claims.pairs import STATED
from bench.errors import UsageError, suggest

if TYPE_CHECKING:
    import pandas as pd


def with_caps(items: pd.DataFrame, caps: Mapping[str, float]) -> pd.DataFrame:
    """Items with the most that a call of a model can cost as the user states it, in USD by label.

    UsageError if an answer cost more.
    """
    changed = items.assign(cost_cap_usd=items["cost_cap_usd"].astype(float), cost_cap_basis=items["cost_cap_basis"])
    for label, usd in caps.items():
        mine = (items["model"] == label).to_numpy()
        if not mine.any():
            raise UsageError(f"--cap-usd: the run has no model '{label}'.{suggest(label, set(items['model']))}")
        seen = items.loc[mine, "cost_usd"].max()
        if seen > usd:
            raise UsageError(f"--cap-usd {label}={usd:g}: an answer of {label} cost {seen:.3g} USD.")
        changed.loc[mine, "cost_cap_usd"], changed.loc[mine, "cost_cap_basis"] = usd, STATED
    return changed
