"""What the rows of a comparison must be: one question under one id, one row a sample, and numbers that can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.claims.bills import KEY
from bench.errors import UsageError
from bench.records import SCORED, is_graded
from bench.stats import Floats

if TYPE_CHECKING:
    import pandas as pd

AT = "at"
"""Column of an item's place among the pairs; no table has one of that name."""


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
    scored = rows["outcome"].isin(SCORED) & graded
    for wrong, what in (
        (rows.duplicated([AT, "model", "repeat"]), "is there twice"),
        (rows["score"].isna() & scored, "score is not a number, yet it was {}"),
        (rows["score"].notna() & ~scored, "has a score, yet it was {}"),
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
