"""Tool use turn by turn: what each turn of an episode sends, takes from the prompt cache, costs and lasts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.language import tr, tr_later
from bench.records import RunRecord
from bench.report.numbers.peritem import PerItem
from bench.report.text import formats
from bench.report.text.column import Column, Table, label, table
from bench.stats import Interval, Strata, mean_interval, quantile_interval, ratio_of_sums

if TYPE_CHECKING:
    import pandas as pd

ALONE = 5
"""So many turns have a row each; those after them share the last row."""
PROMPT = ["in_uncached", "in_cache_read", "in_cache_write_5m", "in_cache_write_1h"]
LEGEND = tr_later(
    "The cache share is of the prompt's tokens; a price per turn holds no retries. Repeats of an item, and turns that "
    "share a row, are averaged over the item first. Times leave out what was reused or not timed cleanly."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnsRow:
    """One model's turns of one number on one suite; None is unknown."""

    suite: str
    """The suite."""
    model: str
    """The model's label."""
    turn: int
    """Number of the turn, from 1; the last row's holds later ones too."""
    later: bool
    """Whether it does."""
    n: int
    """Items whose episodes came so far."""
    prompt: Interval | None
    """Mean tokens of the prompt."""
    cached: Interval | None
    """Share of these that came from the prompt cache."""
    usd: Interval | None
    """Mean USD."""
    seconds: Interval | None
    """Median seconds from send to the end."""
    errors: int
    """Calls that were refused or ended in an error."""
    calls: int | None
    """Tools that were called; None of an agent's, which uses them out of sight."""


def by_turn(turns: pd.DataFrame, items: pd.DataFrame, record: RunRecord) -> Iterator[TurnsRow]:
    """A row a suite, model and number of the turn, in the run's order."""
    keys = ["task", "item", "model", "repeat"]
    clusters = items[[*keys, "cluster"]].drop_duplicates(keys)
    whole = turns.merge(clusters, on=keys, how="inner")
    whole = whole.assign(place=whole["turn"].clip(upper=ALONE + 1))
    groups = dict(iter(whole.groupby(["suite", "model", "place"])))
    for suite in record.suites:
        for model in record.models:
            for number in range(1, ALONE + 2):
                rows = groups.get((suite, model, number))
                if rows is not None:
                    yield _row(rows, suite, model, number)


def _row(rows: pd.DataFrame, suite: str, model: str, number: int) -> TurnsRow:
    each, prompts = PerItem(rows), rows[PROMPT].sum(axis=1, min_count=1)
    seconds = rows["latency_s"][rows["timing_ok"].astype(bool) & ~rows["reused"].astype(bool)].dropna()
    means = rows.assign(seconds=seconds).groupby(["task", "item"])["seconds"].mean().dropna()
    return TurnsRow(
        suite=suite,
        model=model,
        turn=number,
        later=number > ALONE,
        n=int(rows[["task", "item"]].drop_duplicates().shape[0]),
        prompt=each.interval(prompts, mean_interval),
        cached=_cached(rows, prompts),
        usd=each.interval(rows["cost_usd"], mean_interval),
        seconds=quantile_interval(means.to_numpy(dtype=float), 0.5) if len(means) else None,
        errors=int(rows["errors"].sum()),
        calls=None if rows["calls"].isna().all() else int(rows["calls"].sum()),
    )


def _cached(rows: pd.DataFrame, prompts: pd.Series[Any]) -> Interval | None:
    if rows["in_cache_read"].isna().any() or prompts.isna().any():
        return None
    means = (
        rows.assign(all=prompts)
        .groupby(["task", "item"])
        .agg(read=("in_cache_read", "mean"), all=("all", "mean"), cluster=("cluster", "first"))
    )
    read, total = means["read"].to_numpy(dtype=float), means["all"].to_numpy(dtype=float)
    if not read.any() and total.any():
        return Interval(0.0, None, None, len(means))
    return ratio_of_sums(read, total, Strata([""] * len(means), means["cluster"].astype(str).tolist()))


def _calls(row: TurnsRow) -> str | tuple[str, str]:
    if row.calls is None:
        return tr(formats.UNKNOWN)
    return str(row.errors), tr("of {calls}", calls=row.calls)


def tables(turns: pd.DataFrame, items: pd.DataFrame, record: RunRecord) -> Iterator[Table]:
    """The table of turns; nothing where there are none."""
    rows = [*by_turn(turns, items, record)]
    if not rows:
        return
    columns: tuple[Column[TurnsRow], ...] = (
        label("suite", "suite", lambda row: row.suite),
        label("model", "model", lambda row: row.model),
        label(tr("turn"), "turn", lambda row: tr("{turn} and later", turn=row.turn) if row.later else str(row.turn)),
        Column(name="n", key="n", cell=lambda row: str(row.n)),
        Column(name=tr("prompt tokens"), key="prompt", cell=lambda row: formats.whole(row.prompt)),
        Column(name=tr("cache share"), key="cached", cell=lambda row: formats.percent(row.cached)),
        Column(name="USD", key="usd", cell=lambda row: formats.amount(row.usd), better="down"),
        Column(name="E2E p50", key="seconds", cell=lambda row: formats.amount(row.seconds), unit="s", better="down"),
        Column(name=tr("tool errors"), key="errors", cell=_calls, better="down"),
    )
    yield table(tr("Tool use by turn"), columns, rows, legend=tr(LEGEND), alike=True)
