"""A run's rows as pairs: what candidate and baseline made of the same items, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bench.errors import UsageError
from bench.stats.clusters import Floats
from bench.stats.half import Strata

if TYPE_CHECKING:
    import pandas as pd

Mask = NDArray[np.bool_]
KEY = ["suite", "task", "item"]
CLOSE_S = 60.0
"""Latencies are paired only if both calls began within this many seconds."""


@dataclass(frozen=True, slots=True)
class Side:
    """One model's values, an entry an item in the order of the pairs; repeats are averaged first."""

    label: str
    """The model's label."""
    score: Floats
    """Mean score of the item's scored samples; NaN if none."""
    cost: Floats
    """Mean USD of an item, earlier billed attempts included; NaN if unknown."""
    cap: float | None
    """The most a call can cost, the largest over its items; None if unknown."""
    samples: int
    """Samples that were asked for, of items asked of either side."""
    missing: int
    """Of those, without a score: infrastructure, or not asked of this side."""
    truncated: int
    """Of those, cut at a cap or deadline."""
    refused: int
    """Of those, refused."""
    binary: bool
    """Whether each item has one sample, scored 0 or 1."""
    sampling: tuple[str, ...]
    """The distinct sampling settings that were sent, as JSON."""

    @property
    def missing_rate(self) -> float:
        """Share of samples without a score."""
        return self.missing / self.samples


@dataclass(frozen=True, slots=True)
class Pairs:
    """The items of some suites that were asked of either side."""

    candidate: Side
    """The model said to be cheaper."""
    baseline: Side
    """The model it is compared with."""
    suites: tuple[str, ...]
    """Each item's suite."""
    clusters: tuple[str, ...]
    """Each item's cluster, unique over suites and tasks of a suite's own."""
    planned: int
    """Items that the run planned for these suites."""
    seconds: Floats
    """E2E seconds (candidate, baseline) of item samples clean on both sides; shape (pairs, 2)."""
    timed: Strata
    """Suites and clusters of `seconds`."""
    timed_all: int
    """Samples that both sides answered, clean or not."""
    earliest: str
    """UTC, ISO 8601: when the first answer used was asked, reused ones included."""

    @property
    def n(self) -> int:
        """Items asked of either side."""
        return len(self.suites)

    def strata(self, mask: Mask) -> Strata:
        """Suites and clusters of the items under a mask."""
        return Strata(self.suites, self.clusters).chosen(mask)

    def of(self, suite: str) -> Mask:
        """The mask of one suite's items."""
        found: Mask = np.asarray(self.suites) == suite
        return found


def pair(
    items: pd.DataFrame, manifest: Mapping[str, Any], candidate: str, baseline: str, suites: Sequence[str]
) -> Pairs:
    """Pairs two models of a run on some suites.

    UsageError if a model or suite is no part of the run, no item is shared, or one id stands for two questions.
    """
    for label in (candidate, baseline):
        if label not in manifest["models"]:
            raise UsageError(f"the run has no model '{label}'; it has {', '.join(manifest['models'])}.")
    for suite in suites:
        if suite not in manifest["suites"]:
            raise UsageError(f"the run has no suite '{suite}'; it has {', '.join(manifest['suites'])}.")
    rows = items[items["suite"].isin(list(suites)) & items["model"].isin([candidate, baseline])]
    asked = rows[rows["outcome"] != "not_asked"]
    keys = asked[KEY].drop_duplicates().sort_values(KEY)
    if keys.empty or asked["model"].nunique() < 2:
        raise UsageError(f"'{candidate}' and '{baseline}' share no item of {', '.join(suites)} in this run.")
    rows = rows.merge(keys, on=KEY)
    _same_questions(rows)
    first = rows.drop_duplicates(KEY).sort_values(KEY)
    order = first.set_index(KEY).index
    clusters = first["suite"] + "/" + first["cluster"]
    seconds, timed, timed_all = _seconds(rows, candidate, baseline)
    return Pairs(
        candidate=_side(rows, candidate, order),
        baseline=_side(rows, baseline, order),
        suites=tuple(first["suite"]),
        clusters=tuple(clusters),
        planned=sum(int(manifest["suites"][suite]["items_planned"]) for suite in suites),
        seconds=seconds,
        timed=timed,
        timed_all=timed_all,
        earliest=str(asked["started_at"].dropna().min()),
    )


def _same_questions(rows: pd.DataFrame) -> None:
    """Different prompts or task versions under one id are different items."""
    for column in ("prompt_sha256", "task_version"):
        unlike = rows.groupby(KEY)[column].nunique()
        if (unlike > 1).any():
            where = "/".join(unlike[unlike > 1].index[0])
            raise UsageError(f"{where}: {column} differs between the two models. Run both again with the same tasks.")


def _side(rows: pd.DataFrame, label: str, order: pd.Index[Any]) -> Side:
    mine = rows[rows["model"] == label]
    scored = mine[mine["score"].notna()]
    groups = scored.groupby(KEY)
    billed = (scored["cost_usd"] + scored["cost_retries_usd"]).astype("Float64")
    known = billed.isna().groupby([scored[key] for key in KEY]).sum() == 0
    cost = billed.groupby([scored[key] for key in KEY]).mean().where(known)
    caps = scored["cost_cap_usd"]
    scores = scored["score"].to_numpy(dtype=float)
    return Side(
        label=label,
        score=_floats(groups["score"].mean(), order),
        cost=_floats(cost, order),
        cap=None if caps.isna().any() or caps.empty else float(caps.max()),
        samples=len(mine),
        missing=int(mine["score"].isna().sum()),
        truncated=int((mine["outcome"] == "truncated").sum()),
        refused=int((mine["outcome"] == "refused").sum()),
        binary=bool(np.isin(scores, (0.0, 1.0)).all() and (groups.size() == 1).all() and mine["repeat"].max() == 0),
        sampling=tuple(sorted(set(scored["sampling_applied"].dropna()))),
    )


def _floats(series: pd.Series[Any], order: pd.Index[Any]) -> Floats:
    found: Floats = series.reindex(order).to_numpy(dtype=float, na_value=np.nan)
    return found


def _seconds(rows: pd.DataFrame, candidate: str, baseline: str) -> tuple[Floats, Strata, int]:
    """E2E seconds of samples that both sides answered close in time, with clean clocks and no reuse."""
    import pandas as pd

    answered = rows[rows["latency_s"].notna() & rows["score"].notna()]
    sides = [answered[answered["model"] == label] for label in (candidate, baseline)]
    both = sides[0].merge(sides[1], on=[*KEY, "repeat", "cluster"], suffixes=("_c", "_b"))
    if both.empty:
        return np.empty((0, 2)), Strata([], []), 0
    starts = [pd.to_datetime(both[f"started_at_{side}"], utc=True, format="ISO8601") for side in "cb"]
    clean = (starts[0] - starts[1]).dt.total_seconds().abs() <= CLOSE_S
    for side in "cb":
        clean &= both[f"timing_ok_{side}"].fillna(False).astype(bool) & ~both[f"reused_{side}"].astype(bool)
    kept = both[clean]
    seconds = kept[["latency_s_c", "latency_s_b"]].to_numpy(dtype=float)
    strata = Strata(list(kept["suite"]), list(kept["suite"] + "/" + kept["cluster"]))
    return seconds, strata, len(both)
