"""Tool use of each model on each suite of episodes: solved, at what price, in how many turns, with which errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bench.language import tr, tr_later
from bench.records import FINAL, RunRecord, effective_cost
from bench.report.numbers.comparison import timed_once
from bench.report.numbers.peritem import PerItem
from bench.report.text import formats
from bench.report.text.column import Column, Table, label, table
from bench.stats import Interval, Strata, mean_interval, proportion_interval, quantile_interval, ratio_of_sums

if TYPE_CHECKING:
    import pandas as pd

LEGEND = tr_later(
    "An episode is solved if its world ends as it must, nothing forbidden happened, and its last message holds the "
    "code. Costs are those of all turns, retries included; times are the model's, tools taking none."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodesRow:
    """One model on one suite of episodes; None is unknown."""

    suite: str
    """The suite."""
    model: str
    """The model's label."""
    protocol: str
    """How tools reached it."""
    n: int
    """Episodes with a score, an item's repeats averaged."""
    score: Interval | None
    """Share of episodes that it solved."""
    usd_per_solved: Interval | None
    """USD spent on all episodes, by solved episodes; None where a cost is unknown or none is solved."""
    turns: Interval | None
    """Mean turns of an episode."""
    calls: int
    """Tools that it called."""
    errors: int
    """Of these, calls that were refused or ended in an error."""
    cached: float | None
    """Share of its prompts' tokens that came from the prompt cache; None where that is not reported."""
    e2e_p50_s: Interval | None
    """Median seconds of an episode."""
    turn_p50_s: Interval | None
    """Median over episodes of the mean seconds of a turn."""
    unended: dict[str, int]
    """Why episodes ended that did not come to a last message -> how many."""


def episodes(items: pd.DataFrame, record: RunRecord) -> Iterator[EpisodesRow]:
    """A row a suite and model, in the run's order; nothing of a run without episodes."""
    if "turns" not in items or items["turns"].isna().all():
        return
    scored = items[items["turns"].notna() & items["score"].notna()]
    if "agent" in scored:
        scored = scored[scored["agent"].isna()]  # an agent's have a table of their own
    for suite in record.suites:
        for model in record.models:
            rows = scored[(scored["suite"] == suite) & (scored["model"] == model)]
            if len(rows):
                yield _row(rows, suite, model)


def _row(rows: pd.DataFrame, suite: str, model: str) -> EpisodesRow:
    each, timed = PerItem(rows), timed_once(rows)
    score = each.interval(rows["score"], proportion_interval)
    seconds = timed["latency_s"].to_numpy(dtype=float)
    by_turn = (timed["latency_s"] / timed["turns"]).to_numpy(dtype=float)
    causes = rows["stop_cause"][rows["stop_cause"] != FINAL].value_counts()
    return EpisodesRow(
        suite=suite,
        model=model,
        protocol=str(rows["tool_protocol"].iloc[0]),
        n=score.n if score else 0,
        score=score,
        usd_per_solved=per_solved(rows),
        turns=each.interval(rows["turns"], mean_interval),
        calls=int(rows["tool_calls"].sum()),
        errors=int(rows["tool_errors"].sum()),
        cached=cached_share(rows),
        e2e_p50_s=quantile_interval(seconds, 0.5) if len(seconds) else None,
        turn_p50_s=quantile_interval(by_turn, 0.5) if len(by_turn) else None,
        unended={str(cause): int(count) for cause, count in causes.items()},
    )


def per_solved(rows: pd.DataFrame) -> Interval | None:
    """USD of all episodes by solved ones; None where a cost is unknown."""
    costs = effective_cost(rows)
    if costs.isna().any():
        return None
    means = rows.assign(usd=costs).groupby(["task", "item"]).agg(
        usd=("usd", "mean"), score=("score", "mean"), cluster=("cluster", "first"), suite=("suite", "first")
    )  # fmt: skip
    strata = Strata(means["suite"].tolist(), means["cluster"].astype(str).tolist())
    return ratio_of_sums(means["usd"].to_numpy(dtype=float), means["score"].to_numpy(dtype=float), strata)


def cached_share(rows: pd.DataFrame) -> float | None:
    """The share of prompts' tokens that came from the cache; None where that is not reported."""
    read = rows["in_cache_read"]
    total = rows[["in_uncached", "in_cache_read", "in_cache_write_5m", "in_cache_write_1h"]].sum(axis=1, min_count=1)
    if read.isna().any() or total.isna().any() or not total.sum():
        return None
    return float(read.sum() / total.sum())


def _column(
    name: str, key: str, form: formats.Form, unit: str = "", better: Literal["up", "down", ""] = ""
) -> Column[EpisodesRow]:
    def alike(rows: Sequence[EpisodesRow]) -> Callable[[EpisodesRow], tuple[str, str]]:
        same = formats.alike(form, [getattr(row, key) for row in rows])
        return lambda row: same(getattr(row, key))

    return Column(name=name, key=key, cell=lambda row: form(getattr(row, key)), alike=alike, unit=unit, better=better)


def _errors(row: EpisodesRow) -> tuple[str, str]:
    return str(row.errors), tr("of {calls}", calls=row.calls)


def _ends(row: EpisodesRow) -> str:
    return ", ".join(f"{cause} {count}" for cause, count in row.unended.items()) or "-"


def tables(items: pd.DataFrame, record: RunRecord) -> Iterator[Table]:
    """The table of tool use; nothing of a run without episodes."""
    rows = [*episodes(items, record)]
    if not rows:
        return
    columns: tuple[Column[EpisodesRow], ...] = (
        label("suite", "suite", lambda row: row.suite),
        label("model", "model", lambda row: row.model),
        label(tr("protocol"), "protocol", lambda row: row.protocol),
        Column(name="n", key="n", cell=lambda row: str(row.n)),
        _column("score", "score", formats.percent, better="up"),
        _column(tr("USD per solved episode"), "usd_per_solved", formats.amount, better="down"),
        _column(tr("turns"), "turns", formats.amount),
        Column(name=tr("tool errors"), key="errors", cell=_errors, better="down"),
        Column(
            name=tr("cache share"),
            key="cached",
            cell=lambda row: tr(formats.UNKNOWN) if row.cached is None else f"{100 * row.cached:.0f} %",
        ),
        _column("E2E p50", "e2e_p50_s", formats.amount, unit="s", better="down"),
        _column(tr("a turn p50"), "turn_p50_s", formats.amount, unit="s", better="down"),
        label(tr("not ended"), "unended", _ends),
    )
    yield table(tr("Tool use"), columns, rows, legend=tr(LEGEND), alike=True)
