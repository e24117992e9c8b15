"""Each model on each family and level of a suite: score, cost and time, with their intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.language import tr, tr_later
from bench.records import RunRecord
from bench.report.numbers.comparison import timed_once
from bench.report.numbers.peritem import PerItem, placed
from bench.report.text import formats
from bench.report.text.column import Column, Table, label, table
from bench.stats import Interval, proportion_interval, quantile_interval

if TYPE_CHECKING:
    import pandas as pd

USED = (
    "suite", "task", "item", "model", "repeat", "family", "level", "cluster", "score", "reused", "latency_s",
    "cost_usd", "cost_retries_usd", "place_of_item", "code_of_cluster",
)  # fmt: skip
"""Columns of the items table that a slice is made of."""
MOST_ROWS = 1_000
"""Rows of a table by family; of a run with more the table of levels alone is shown."""
LEGEND = tr_later(
    "95 % intervals, none where a slice has too few clusters, and not corrected for the "
    "number of rows: the best or worst of many is partly luck. Costs with retries; times of "
    "answers that this run asked itself."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """One model on one family or level of a suite; None is unknown."""

    suite: str
    """The suite."""
    name: str
    """The family, or the level."""
    model: str
    """The model's label."""
    n: int
    """Items with a score."""
    score: Interval | None
    """Mean score in [0, 1]; an item's repeats are averaged first."""
    cost_per_1000_usd: Interval | None
    """Mean cost of 1,000 items, USD; retries included."""
    e2e_p50_s: Interval | None
    """Median seconds from send to the end of the answer."""


def slices(items: pd.DataFrame, record: RunRecord, by: str) -> list[Slice]:
    """The slices by the column `family` or `level`, in the run's order of suites; models side by side.

    None of a suite that has one slice only.
    """
    table = placed(items[[name for name in USED if name in items]])
    return [part for suite in record.suites for part in _of_suite(table[table["suite"] == suite], suite, record, by)]


def _of_suite(rows: pd.DataFrame, suite: str, record: RunRecord, by: str) -> Iterator[Slice]:
    rows = rows[rows["score"].notna() & rows[by].notna()]
    if rows[by].nunique() < 2:
        return
    parts = dict(iter(rows.groupby([by, "model"], observed=True)))
    for name in sorted(rows[by].unique()):
        for model in record.models:
            if (name, model) not in parts:
                continue
            part = parts[name, model]
            seconds = timed_once(part)["latency_s"].to_numpy(dtype=float)
            each = PerItem(part)
            score = each.interval(part["score"], proportion_interval)
            yield Slice(
                suite=suite,
                name=tr("level {name}", name=name) if by == "level" else str(name),
                model=model,
                n=score.n if score else 0,
                score=score,
                cost_per_1000_usd=each.thousand_cost(),
                e2e_p50_s=quantile_interval(seconds, 0.5) if len(seconds) else None,
            )


def _alike(key: str, form: formats.Form) -> Callable[[Sequence[Slice]], Callable[[Slice], tuple[str, str]]]:
    """A column of one format: the form of the whole column."""

    def alike(rows: Sequence[Slice]) -> Callable[[Slice], tuple[str, str]]:
        same = formats.alike(form, [getattr(row, key) for row in rows])
        return lambda row: same(getattr(row, key))

    return alike


def _columns(by: str) -> tuple[Column[Slice], ...]:
    return (
        label(by, "name", lambda row: row.name),
        label("suite", "suite", lambda row: row.suite),
        label("model", "model", lambda row: row.model),
        Column(name="n", key="n", cell=lambda row: str(row.n)),
        Column(
            name="score",
            key="score",
            cell=lambda row: formats.percent(row.score),
            alike=_alike("score", formats.percent),
            better="up",
        ),
        Column(
            name=tr("USD per 1,000 items"),
            key="cost_per_1000_usd",
            cell=lambda row: formats.amount(row.cost_per_1000_usd),
            alike=_alike("cost_per_1000_usd", formats.amount),
            better="down",
        ),
        Column(
            name="E2E p50",
            key="e2e_p50_s",
            unit="s",
            cell=lambda row: formats.amount(row.e2e_p50_s),
            alike=_alike("e2e_p50_s", formats.amount),
            better="down",
        ),
    )


def tables(items: pd.DataFrame, record: RunRecord) -> Iterator[Table]:
    """A table by level and one by family; nothing of a run without either."""
    items = placed(items[[name for name in USED if name in items]])
    for by, title in (("level", tr("By level of difficulty")), ("family", tr("By family"))):
        rows = slices(items, record, by)
        if len(rows) > MOST_ROWS:
            continue
        if rows:
            yield table(title, _columns(by), rows, legend=LEGEND, alike=True)
