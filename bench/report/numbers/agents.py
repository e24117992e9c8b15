"""Agents on each suite of work for them: solved, at what price, in how many calls, how long, and how they ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.language import tr, tr_later
from bench.records import FINISHED, RunRecord
from bench.report.numbers.episodes import cached_share, per_solved
from bench.report.numbers.peritem import PerItem
from bench.report.text import formats
from bench.report.text.column import Column, Table, label, table
from bench.stats import Interval, mean_interval, proportion_interval, quantile_interval

if TYPE_CHECKING:
    import pandas as pd

LEGEND = tr_later(
    "Work is solved if what the agent left passes all hidden checks; a cap that was reached scores 0. Costs are those "
    "of all its calls, by the ledger; minutes are from the agent's start to its end. An agent that crashed, or whose "
    "model was out of reach, is missing and in no number."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentsRow:
    """One model in its agent on one suite; None is unknown."""

    suite: str
    """The suite."""
    model: str
    """The model's label."""
    agent: str
    """The agent and its version."""
    n: int
    """Items with a score, repeats averaged."""
    missing: int
    """Episodes that say nothing of the model."""
    score: Interval | None
    """Share of the work that it solved."""
    usd_per_solved: Interval | None
    """USD spent on all of it, by what was solved; None where a cost is unknown or nothing is solved."""
    turns: Interval | None
    """Mean calls of an episode."""
    cached: float | None
    """Share of its prompts' tokens that came from the prompt cache; None where that is not reported."""
    minutes_p50: Interval | None
    """Median minutes of an episode."""
    ends: dict[str, int]
    """Why episodes ended that the agent did not end itself -> how many, those without a score included."""


def agents(items: pd.DataFrame, record: RunRecord) -> Iterator[AgentsRow]:
    """A row a suite and model, in the run's order; nothing of a run without agents."""
    if "agent" not in items or items["agent"].isna().all():
        return
    for suite in record.suites:
        for model in record.models:
            rows = items[items["agent"].notna() & (items["suite"] == suite) & (items["model"] == model)]
            if len(rows):
                yield _row(rows, suite, model)


def _row(rows: pd.DataFrame, suite: str, model: str) -> AgentsRow:
    scored = rows[rows["score"].notna()]
    each = PerItem(scored)
    score = each.interval(scored["score"], proportion_interval) if len(scored) else None
    timed = scored[~scored["reused"].astype(bool) & scored["wall_s"].notna()]
    minutes = (timed.groupby(["task", "item"])["wall_s"].mean() / 60).to_numpy(dtype=float)
    named = rows[["agent", "agent_version"]].iloc[0]
    causes = rows["stop_cause"][rows["stop_cause"] != FINISHED].value_counts()
    return AgentsRow(
        suite=suite,
        model=model,
        agent=" ".join(str(part) for part in named.dropna() if part),
        n=score.n if score else 0,
        missing=len(rows) - len(scored),
        score=score,
        usd_per_solved=per_solved(scored) if len(scored) else None,
        turns=each.interval(scored["turns"], mean_interval) if len(scored) else None,
        cached=cached_share(scored) if len(scored) else None,
        minutes_p50=quantile_interval(minutes, 0.5) if len(minutes) else None,
        ends={str(cause): int(count) for cause, count in causes.items()},
    )


def _cached(row: AgentsRow) -> str:
    return tr(formats.UNKNOWN) if row.cached is None else f"{100 * row.cached:.0f} %"


def tables(items: pd.DataFrame, record: RunRecord) -> Iterator[Table]:
    """The table of agents; nothing of a run without them."""
    rows = [*agents(items, record)]
    if not rows:
        return
    columns: tuple[Column[AgentsRow], ...] = (
        label("suite", "suite", lambda row: row.suite),
        label("model", "model", lambda row: row.model),
        label(tr("agent"), "agent", lambda row: row.agent),
        Column(name="n", key="n", cell=lambda row: str(row.n)),
        Column(name=tr("missing"), key="missing", cell=lambda row: str(row.missing)),
        Column(name="score", key="score", cell=lambda row: formats.percent(row.score), better="up"),
        Column(
            name=tr("USD per solved episode"),
            key="usd_per_solved",
            cell=lambda row: formats.amount(row.usd_per_solved),
            better="down",
        ),
        Column(name=tr("turns"), key="turns", cell=lambda row: formats.amount(row.turns)),
        Column(name=tr("cache share"), key="cached", cell=_cached),
        Column(
            name=tr("minutes p50"), key="minutes_p50", cell=lambda row: formats.amount(row.minutes_p50), better="down"
        ),
        label(tr("not ended"), "ends", lambda row: ", ".join(f"{c} {n}" for c, n in row.ends.items()) or "-"),
    )
    yield table(tr("Agents"), columns, rows, legend=tr(LEGEND), alike=True)
