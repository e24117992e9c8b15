"""A run's rows as pairs: what candidate and baseline made of the same items, and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bench.claims import questions
from bench.claims.bills import KEY, Window, money, window
from bench.claims.opinions import Opinions, Place, places_of
from bench.claims.rows import ASKED, AT, FIRST, ONCE, TIMES, USED, Loaded, same_questions, seconds_of, sound
from bench.errors import UsageError
from bench.records import SUCH, THESE, Outcome, RunRecord, has_answer, is_graded, under
from bench.stats import Floats, ItemWeights, Strata, coded

if TYPE_CHECKING:
    import pandas as pd

Mask = NDArray[np.bool_]
STATED = "stated"
"""Basis of a cap that the user states."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One model's values, an entry an item in the order of the pairs; repeats are averaged first."""

    label: str
    """The model's label."""
    score: Floats
    """Mean score of the item's scored samples; NaN if none."""
    graded: Mask
    """Whether anything grades the item; the quality of others is not measured."""
    lost: Floats
    """Share of the item's samples without an answer that counts, in [0, 1]."""
    cost: Floats
    """Mean USD of an item's samples, earlier billed attempts and lost ones that were billed included; NaN if one of
    them is unknown, or none was."""
    cost_cheap: Floats
    """`cost` as billed, had every answer ended in the cheapest hour of its price."""
    cost_dear: Floats
    """`cost` as billed, had every answer ended in the dearest hour of its price."""
    window: Window | None
    """What its prices hold for; None where they hold at every hour."""
    cost_least: Floats
    """`cost` with 0 for what is unknown."""
    cost_most: Floats
    """`cost` with the most that could have been billed for what is unknown; NaN where nothing bounds it."""
    lost_least: Floats
    """`cost_least`, lost samples of unknown cost counted too."""
    lost_most: Floats
    """`cost_most`, lost samples of unknown cost counted too."""
    cap: Floats
    """The most a call of the item can cost, in USD; NaN if unknown."""
    cap_observed: bool
    """Whether a cap is not a worst case of price and token limit, but a bound seen on a local machine."""
    cap_stated: float | None
    """The cap that the user stated for every call, in USD; None where none was."""
    max_tokens: int | None
    """The largest token limit that its calls were sent with; None if unknown."""
    samples: int
    """Samples that were asked for, of items asked of either side."""
    missing: int
    """Of those, without an answer that counts: infrastructure, or not asked of this side."""
    truncated: int | None
    """Of those, cut at a cap or deadline; None if an imported source does not say how answers ended."""
    refused: int | None
    """Of those, refused; None as for `truncated`."""
    binary: bool
    """Whether each item has one sample, scored 0 or 1."""
    sampling: tuple[str, ...]
    """The distinct sampling settings that were sent, as JSON."""
    deadline_s: float | None
    """Seconds after which a call was given up; None if the run does not say."""
    means: Mapping[str, Floats] = field(default_factory=dict)
    """Further columns that a part of a claim names: the mean over an item's answered samples; NaN if one is unknown."""

    def filled(self, value: float) -> Floats:
        """The scores if every lost sample had scored `value`; NaN where nothing grades the item."""
        known = np.where(np.isnan(self.score), 0.0, self.score)
        filled: Floats = np.where(self.graded, known * (1 - self.lost) + value * self.lost, np.nan)
        return filled


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """The items of some suites that were asked of either side."""

    candidate: Side
    """The model said to be cheaper."""
    baseline: Side
    """The model it is compared with."""
    suites: tuple[str, ...]
    """Each item's suite."""
    clusters: tuple[str, ...]
    """Each item's cluster where kinds of task are drawn at random, as the task states it: its family, or what it
    shares with others of its kind. Unique over suites; items with one prompt share it, here and below."""
    sources: tuple[str, ...]
    """Each item's cluster where families are fixed: what it shares with others of its kind, such as a ticket in five
    wordings, or else the item itself. Unique over suites."""
    planned: int
    """Items that the run planned for these suites."""
    seconds: Floats
    """E2E seconds (candidate, baseline) of item samples clean on both sides; shape (pairs, 2)."""
    timed: Mapping[str, Strata]
    """Suites and clusters of `seconds`, by what a claim speaks about."""
    answered: Mapping[str, int]
    """By suite: samples that both sides answered, timed cleanly or not."""
    repeated: tuple[questions.Repeated, ...] = ()
    """Questions that stand under several ids."""
    earliest: str | None
    """UTC, ISO 8601: when the first answer used was asked, but for a baseline's earlier ones; None if not known."""
    places: tuple[Place, ...] = ()
    """Each item's task and id."""
    opinions: Opinions | None = None
    """What people and judges say of them; None for a claim about scores."""
    reused: bool = False
    """Whether earlier answers of a side count."""
    weights: ItemWeights | None = None
    """What each item stands for in the log, of a claim that goes over its traffic; None for others."""
    loaded: Loaded | None = None
    """Latencies under the load that a claim states; None where it states none, or it was not measured."""
    _strata: dict[str, Strata] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Suites and clusters of all items by what a claim speaks about, once they were asked for."""
    _masks: dict[str, Mask] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The items of each suite, once they were asked for."""

    @property
    def n(self) -> int:
        """Items asked of either side."""
        return len(self.suites)

    @property
    def timed_all(self) -> int:
        """Samples that both sides answered, timed cleanly or not."""
        return sum(self.answered.values())

    @property
    def graded(self) -> Mask:
        """The mask of the items that anything grades."""
        return self.candidate.graded & self.baseline.graded

    @property
    def both(self) -> Mask:
        """The mask of the items that both sides have a score for."""
        both: Mask = ~np.isnan(self.candidate.score) & ~np.isnan(self.baseline.score)
        return both

    def strata(self, mask: Mask, about: str = THESE) -> Strata:
        """Suites and clusters of the items under a mask, for a claim about THESE kinds of task or SUCH."""
        if about not in self._strata:
            clusters = coded(self.clusters)
            fixed = None if about == SUCH else clusters
            own = clusters if about == SUCH else coded(self.sources)
            self._strata[about] = Strata(self.suites, own, fixed)
        return self._strata[about].chosen(mask)

    @property
    def one_reading(self) -> bool:
        """Whether both readings take the same items for dependent."""
        return _alike(self.clusters, self.sources)

    def of(self, suite: str) -> Mask:
        """The mask of one suite's items."""
        if suite not in self._masks:
            self._masks[suite] = _suites(self.suites) == suite
        return self._masks[suite].copy()

    def suites_of(self, mask: Mask) -> list[str]:
        """The suites of the items under a mask, in the order of their names."""
        return [suite for suite in sorted(set(self.suites)) if (self.of(suite) & mask).any()]


def pair(
    items: pd.DataFrame,
    record: RunRecord,
    candidate: str,
    baseline: str,
    suites: Sequence[str],
    columns: Sequence[str] = (),
    said: Callable[[Sequence[Place]], Opinions] | None = None,
) -> Pairs:
    """Pairs two models of a run on some suites; `columns` become `Side.means`, what `said` says `Pairs.opinions`.

    UsageError if a model or suite is not part of the run, a suite has no shared item or no answer at all, one id stands
    for two questions, a row is there twice, or a number is out of range.
    """
    suites = tuple(dict.fromkeys(suites))
    _known(record, "model", (candidate, baseline))
    _known(record, "suite", suites)
    mine = items["suite"].isin(list(suites)) & items["model"].isin([candidate, baseline])
    rows = under(items[[name for name in items if name in USED or name in columns]], mine)
    asked = under(rows[[name for name in ASKED if name in rows]], rows["outcome"] != Outcome.NOT_ASKED)
    for suite in suites:
        part = asked[asked["suite"] == suite]
        if part["model"].nunique() < 2:
            raise UsageError(f"'{candidate}' and '{baseline}' share no item of {suite} in this run.")
        if not has_answer(part).any():
            raise UsageError(f"no item of {suite} has a score.")
    earlier = asked["reused"].fillna(False).astype(bool) & asked["model"].isin([*record.baseline_reuse])
    earliest, reused = min(asked.loc[~earlier, "started_at"].dropna().unique(), default=None), bool(earlier.any())
    del asked, earlier
    rows = _placed(rows)
    same_questions(rows)
    sound(rows)
    first = rows[FIRST].drop_duplicates(AT).sort_values(AT)
    first, rows = first.assign(**_shared(first)), rows.drop(columns=[*ONCE])
    (clusters, repeated), (sources, _) = (questions.clusters(first, about) for about in (SUCH, THESE))
    seconds, timed, answered = seconds_of(rows, candidate, baseline, {SUCH: clusters, THESE: sources})
    rows = rows.drop(columns=[name for name in TIMES if name in rows and name not in columns])
    return Pairs(
        candidate=_side(rows, candidate, len(first), record, columns),
        baseline=_side(rows, baseline, len(first), record, columns),
        suites=tuple(questions.texts(first["suite"])),
        clusters=tuple(clusters),
        sources=tuple(sources),
        repeated=repeated,
        planned=len(first) if record.imported else sum(record.suites[suite].items_planned for suite in suites),
        seconds=seconds,
        timed=timed,
        answered=answered,
        earliest=earliest,
        places=tuple(places_of(first)),
        opinions=None if said is None else said(places_of(first)),
        reused=reused,
    )


@lru_cache(maxsize=8)
def _alike(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two readings part items in the same way."""
    return len(set(zip(one, other, strict=True))) == len(set(one)) == len(set(other))


@lru_cache(maxsize=8)
def _suites(suites: tuple[str, ...]) -> NDArray[np.str_]:
    return np.asarray(suites)


def _placed(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of items asked of either side, each with its item's place in the order of suite, task and item."""
    place = rows.groupby(KEY).ngroup().to_numpy()
    kept = np.isin(place, place[(rows["outcome"] != Outcome.NOT_ASKED).to_numpy()])
    held = rows if kept.all() else rows[kept]
    return held.reset_index(drop=True).assign(**{AT: np.unique(place[kept], return_inverse=True)[1]})


def _shared(rows: pd.DataFrame) -> dict[str, pd.Series[str]]:
    """For each reading, what a row's item depends on.

    A cluster that is the item's family is not a source of its own: run folders have said so since there are families.
    """
    clusters = rows["suite"] + "/" + rows["cluster"]
    items = rows["suite"] + "/" + rows["task"] + "/" + rows["item"]
    return {SUCH: clusters, THESE: items.where(rows["cluster"] == rows["family"], clusters)}


def _known(record: RunRecord, what: str, names: Sequence[str]) -> None:
    known: Collection[str] = record.models if what == "model" else record.suites
    for name in names:
        if name not in known:
            why = record.refused.get(name)
            reason = f"it was left out: {why}" if why else f"it has {', '.join(known)}."
            raise UsageError(f"the run has no {what} '{name}'; {reason}")


def _side(rows: pd.DataFrame, label: str, n: int, record: RunRecord, columns: Sequence[str]) -> Side:
    mine = rows[rows["model"] == label]
    scored, ended = mine[mine["score"].notna()], has_answer(mine)
    groups = scored.groupby(AT)
    bills = money(mine, record).assign(**{AT: mine[AT]})
    counted = bills[ended.to_numpy() | np.isfinite(bills["total"].to_numpy())].groupby(AT)
    means, every = counted.mean(), bills.groupby(AT).mean()
    scores = scored["score"].to_numpy(dtype=float)
    absent = n - mine[AT].nunique()
    return Side(
        label=label,
        score=_floats(groups["score"].mean(), n),
        graded=is_graded(rows).groupby(rows[AT]).all().reindex(range(n)).to_numpy(dtype=bool),
        lost=np.nan_to_num(_floats((~ended).groupby(mine[AT]).mean(), n), nan=1.0),
        cost=_floats(means["total"], n),
        cost_cheap=_floats(means["cheap"], n),
        cost_dear=_floats(means["dear"], n),
        window=window(mine, record, label),
        cost_least=_floats(means["least"], n),
        cost_most=_floats(means["most"], n),
        lost_least=_floats(every["least"], n),
        lost_most=_floats(every["most"], n),
        cap=_floats(counted["cap"].max(), n),
        cap_observed=bool((mine.loc[ended, "cost_cap_basis"] == "observed bound").any()),
        cap_stated=float(mine["cost_cap_usd"].max()) if (mine["cost_cap_basis"] == STATED).any() else None,
        max_tokens=_max_tokens(mine, record, label),
        samples=len(mine) + absent,
        missing=int((~ended).sum()) + absent,
        truncated=_count(mine["outcome"], Outcome.TRUNCATED),
        refused=_count(mine["outcome"], Outcome.REFUSED),
        binary=bool(np.isin(scores, (0.0, 1.0)).all() and (groups.size() == 1).all() and mine["repeat"].max() == 0),
        sampling=tuple(sorted(mine.loc[ended, "sampling_applied"].dropna().unique())),
        deadline_s=_deadline_s(mine, record, label),
        means={column: _floats(_amounts(mine[ended], column).groupby(AT)[column].mean(), n) for column in columns},
    )


def _deadline_s(mine: pd.DataFrame, record: RunRecord, label: str) -> float | None:
    """Of work for agents the minutes that an item gives, else the call's own deadline."""
    minutes = [record.tasks[task].minutes for task in mine["task"].unique() if task in record.tasks]
    given = [each for each in minutes if each is not None]
    if given and record.models[label].agent is not None:
        return 60 * max(given)
    return record.models[label].timeout_s


def _max_tokens(mine: pd.DataFrame, record: RunRecord, label: str) -> int | None:
    limits = [record.tasks[task].max_tokens for task in mine["task"].unique() if task in record.tasks]
    return record.models[label].max_tokens or max((limit for limit in limits if limit), default=None)


def _amounts(scored: pd.DataFrame, column: str) -> pd.DataFrame:
    """A row a sample; inf where the column is unknown."""
    return scored[[AT]].assign(**{column: scored[column].to_numpy(dtype=float, na_value=np.inf)})


def _count(outcomes: pd.Series[str], name: Outcome) -> int | None:
    return None if (outcomes == Outcome.UNSTATED).any() else int((outcomes == name).sum())


def _floats(series: pd.Series[Any], n: int) -> Floats:
    """An entry an item, from values by place; NaN where it is missing or infinite."""
    values: Floats = series.reindex(range(n)).to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)
