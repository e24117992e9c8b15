"""Holm's correction of p-values that are looked at together."""

from __future__ import annotations

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's (1979) adjusted p-values, in the given order: the family-wise error stays below the level."""
    order = sorted(range(len(p_values)), key=lambda at: p_values[at])
    adjusted, so_far = [0.0] * len(p_values), 0.0
    for place, at in enumerate(order):
        so_far = max(so_far, min(1.0, (len(p_values) - place) * p_values[at]))
        adjusted[at] = so_far
    return adjusted
