"""What the rows of a comparison must be: one question under one id, one row a sample, and numbers that can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.claims.bills import KEY
from bench.errors import UsageError
from bench.records import has_answer, is_graded, unfit_scores
from bench.stats import Floats, Strata

if TYPE_CHECKING:
    import pandas as pd

AT = "at"
"""Column of an item's place among the pairs; no table has one of that name."""
ONCE = ("prompt_sha256", "task_version", "family", "cluster")
"""Columns that all rows of an item share."""
USED = (
    *KEY, *ONCE, "model", "repeat", "outcome", "score", "graded", "reused", "started_at", "timing_ok", "latency_s",
    "wall_s", "agent", "attempts", "price_id", "price_factor", "cost_usd", "cost_retries_usd", "cost_traffic_usd",
    "cost_cap_usd", "cost_cap_basis", "sampling_applied",
)  # fmt: skip
"""Columns of the items table that pairs are made of."""
ASKED = ("suite", "model", "outcome", "score", "graded", "reused", "started_at")
"""Of those, what is looked at before rows are paired."""
TIMES = ("suite", "item", "started_at", "timing_ok", "latency_s", "wall_s", "agent", "reused")
"""Of those, what only latencies are made of, and names."""
FIRST = [*KEY, AT, "prompt_sha256", "family", "cluster"]
"""Of those, what an item is."""
CLOSE_S = 60.0
"""Latencies are paired only if both calls began within so many seconds."""
CLOSE_WORK_S = 6 * 3600.0
"""The same of agents' work, which takes minutes: models of unlike speeds drift apart in the order of items."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Two models' latencies on prompts of one size, with as many calls at once as a claim states."""

    seconds: Floats
    """E2E seconds (candidate, baseline) of prompts with clean times on both sides; shape (prompts, 2)."""
    steady: int
    """Prompts that both were asked while the load was held."""
    asked: int
    """Prompts that the model with more of them was asked."""


def took(rows: pd.DataFrame) -> pd.Series[float]:
    """Seconds that each row's answer took: E2E, and of an agent's work from its start to its end; NaN if unknown."""
    seconds = rows["latency_s"].astype(float)
    return rows["wall_s"].astype(float).where(rows["agent"].notna(), seconds) if "agent" in rows else seconds


def seconds_of(
    rows: pd.DataFrame, candidate: str, baseline: str, named: Mapping[str, Sequence[str]]
) -> tuple[Floats, Mapping[str, Strata], Mapping[str, int]]:
    """Seconds (see `took`) of samples that both sides answered close in time, with clean clocks and no reuse."""
    import pandas as pd

    used = [AT, "model", "repeat", "suite", "took", "started_at", "timing_ok", "reused", "work"]
    rows = rows.assign(took=took(rows), work=rows["agent"].notna() if "agent" in rows else False)
    answered = rows.loc[(rows["took"] > 0) & has_answer(rows), used]  # nothing takes no time
    sides = [answered[answered["model"] == label] for label in (candidate, baseline)]
    both = sides[0].merge(sides[1], on=[AT, "suite", "repeat"], suffixes=("_c", "_b"))
    if both.empty:
        return np.empty((0, 2)), dict.fromkeys(named, Strata([], [])), {}
    starts = [pd.to_datetime(both[f"started_at_{side}"], utc=True, format="ISO8601") for side in "cb"]
    close = np.where(both["work_c"] & both["work_b"], CLOSE_WORK_S, CLOSE_S)
    clean = (starts[0] - starts[1]).dt.total_seconds().abs() <= close
    for side in "cb":
        clean &= both[f"timing_ok_{side}"].fillna(False).astype(bool) & ~both[f"reused_{side}"].astype(bool)
    kept = both[clean]
    seconds = kept[["took_c", "took_b"]].to_numpy(dtype=float)
    suites = kept["suite"].tolist()
    strata = {about: Strata(suites, [clusters[at] for at in kept[AT]]) for about, clusters in named.items()}
    return seconds, strata, {str(suite): int(count) for suite, count in both["suite"].value_counts().items()}


def same_questions(rows: pd.DataFrame) -> None:
    """UsageError if one id has different prompts or task versions: those are different items."""
    for column in ("prompt_sha256", "task_version"):
        unlike = rows.groupby(AT)[column].nunique()
        if (unlike > 1).any():
            where = "/".join(rows.loc[rows[AT] == unlike[unlike > 1].index[0], KEY].iloc[0])
            raise UsageError(f"{where}: {column} differs between the two models. Run both again with the same tasks.")


def sound(rows: pd.DataFrame) -> None:
    """UsageError unless there is one row a sample, scores lie in [0, 1] and are there for what scores, and only for
    that, and money is finite and not negative, or unknown."""
    graded = is_graded(rows)
    for wrong, what in (
        (rows.duplicated([AT, "model", "repeat"]), "is there twice"),
        *unfit_scores(rows),
        (graded != graded.groupby(rows[AT]).transform("first"), "is graded in one row and not in another, and {}"),
    ):
        if wrong.any():
            row = rows[wrong].iloc[0]
            raise UsageError(f"items.parquet: {_where(row)}: {what.format(row['outcome'])}.")
    for column, most in (("score", 1.0), ("cost_usd", np.inf), ("cost_retries_usd", np.inf), ("cost_cap_usd", np.inf)):
        known = rows[rows[column].notna()]
        values = known[column].to_numpy(dtype=float)
        wrong = ~np.isfinite(values) | (values < 0) | (values > most)
        if wrong.any():
            row = known[wrong].iloc[0]
            raise UsageError(f"items.parquet: {_where(row)}: {column} is {row[column]}, which is not a possible value.")


def _where(row: pd.Series[Any]) -> str:
    return f"{row['suite']}/{row['task']}/{row['item']}, {row['model']}"
