"""What a language costs: a model's score on the same instances asked in another language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from bench.language import tr, tr_later
from bench.records import RunRecord
from bench.report.text import formats, grid
from bench.report.text.column import Column, Table, label, table
from bench.stats import Interval, Strata, score_difference

if TYPE_CHECKING:
    import pandas as pd

LEGEND = tr_later(
    "The second suite's score minus the first's, on instances that both ask, each in its "
    "language. The 95 % interval speaks of more instances of these families, each family "
    "weighted alike, not of other families."
)


@dataclass(frozen=True, slots=True)
class LanguageGap:
    """One model on the instances that two suites ask in two languages."""

    model: str
    """The model's label."""
    suites: tuple[str, str]
    """The two suites, in the run's order."""
    languages: tuple[str, str]
    """Their languages (BCP 47)."""
    n: int
    """Instances with a score in both."""
    gap: Interval
    """Second score - first, 95 %; no bounds where a family has too few instances."""


def gaps(items: pd.DataFrame, record: RunRecord) -> tuple[LanguageGap, ...]:
    """The gap of every model between all suites that share instances: items of one id, family and level."""
    if items["language"].nunique() < 2:
        return ()
    keys = ["suite", "language", "model", "family", "level", "item"]
    scores = items.groupby(keys, dropna=False, observed=True)["score"].mean().dropna().reset_index()
    return tuple(
        gap
        for suites in combinations(record.suites, 2)
        for model in record.models
        for gap in _gap(scores[scores["model"] == model], suites)
    )


def _gap(scores: pd.DataFrame, suites: tuple[str, str]) -> Iterator[LanguageGap]:
    ours, theirs = (scores[scores["suite"] == suite] for suite in suites)
    both = ours.merge(theirs, on=["model", "family", "level", "item"], suffixes=("", "_other"))
    both = both[both["language"] != both["language_other"]]
    if both.empty:
        return
    differences = (both["score_other"] - both["score"]).to_numpy(dtype=float)
    strata = Strata(tuple(both["family"]), tuple(map(str, range(len(both)))))
    estimate, _ = score_difference(differences, strata, binary=False)
    gap = estimate.interval(0.95) if estimate else Interval(float(differences.mean()), None, None, len(both))
    languages = (str(both["language"].iloc[0]), str(both["language_other"].iloc[0]))
    yield LanguageGap(str(both["model"].iloc[0]), suites, languages, len(both), gap)


COLUMNS: tuple[Column[LanguageGap], ...] = (
    label("suites", "suites", lambda row: _minus(row.suites)),
    label("languages", "languages", lambda row: _minus(row.languages)),
    label("model", "model", lambda row: row.model),
    Column(name="n", key="n", cell=lambda row: str(row.n)),
    Column(
        name=tr_later("score difference"),
        key="gap",
        aside=tr_later("95 % interval"),
        spread=True,
        cell=lambda row: formats.signed(row.gap, formats.points),
    ),
)
"""The gaps' columns."""


def _minus(pair: tuple[str, str]) -> str:
    return f"{pair[1]} − {pair[0]}"


def tables(rows: Sequence[LanguageGap]) -> Iterator[Table]:
    """The gaps as a table; nothing where no suites share instances."""
    if rows:
        place = "comparison.json/language_gaps"
        yield table(tr("Language gap"), COLUMNS, rows, legend=LEGEND, place=lambda number, _: f"{place}/{number}")


def markdown(rows: Sequence[LanguageGap]) -> Iterator[str]:
    """The table with its heading and legend."""
    for made in tables(rows):
        yield from grid.section(made)
