"""Whether the items can tell models apart: where all solve nearly every one, or hardly any, few differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from bench.claims.bills import KEY
from bench.claims.pairs import Pairs
from bench.claims.words import percent
from bench.language import tr

if TYPE_CHECKING:
    import pandas as pd

CEILING, FLOOR = 0.95, 0.05
"""Mean scores of both sides beyond which a suite hardly distinguishes models."""


def hardly_apart(items: pd.DataFrame, pairs: Pairs) -> str | None:
    """The sentence to begin with; None where the items leave room."""
    said = list(_suites(items, pairs))
    if not said:
        return None
    return tr("These items hardly tell models apart: harder work may differ ({said}).", said="; ".join(said))


def _suites(items: pd.DataFrame, pairs: Pairs) -> Iterator[str]:
    several = len(set(pairs.suites)) > 1
    for suite in sorted(set(pairs.suites)):
        mask = pairs.of(suite) & pairs.both
        if not mask.any():
            continue
        means = [float(side.score[mask].mean()) for side in (pairs.candidate, pairs.baseline)]
        if not (min(means) >= CEILING or max(means) <= FLOOR):
            continue
        share, n, models = _differing(items, suite)
        where = tr("on {suite} ", suite=suite) if several else ""
        shares = [percent(mean) for mean in means]
        solved = tr("both solve {share}", share=shares[0])
        if shares[0] != shares[1]:
            solved = tr("the candidate solves {share}, the baseline {other}", share=shares[0], other=shares[1])
        any_two = tr("the run's 2 models") if models == 2 else tr("any two of the run's {models} models", models=models)
        yield tr(
            "{where}{solved}, and the scores of {any_two} differ on {share} of {n} items",
            where=where,
            solved=solved,
            any_two=any_two,
            share=percent(share),
            n=n,
        )


def _differing(items: pd.DataFrame, suite: str) -> tuple[float, int, int]:
    """The share of items on which not all models of the run scored the same, of how many items, and the models."""
    scored = items[(items["suite"] == suite) & items["score"].notna()]
    table = scored.groupby([*KEY, "model"])["score"].mean().unstack("model")
    shared = table[table.notna().sum(axis=1) > 1].to_numpy(dtype=float, na_value=np.nan)
    if not len(shared):
        return 0.0, 0, table.shape[1]
    differ = np.nanmax(shared, axis=1) - np.nanmin(shared, axis=1) > 1e-9
    return float(differ.mean()), len(shared), table.shape[1]
