"""What a language costs: a model's score on the same instances asked in another language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from bench.report.text import grid
from bench.report.text.grid import Column, Entry, Table
from bench.stats import Interval, Strata, score_difference

if TYPE_CHECKING:
    import pandas as pd

LEGEND = (
    "The second suite's score minus the first's, on instances that both ask, each in its language. The 95 % interval "
    "speaks of more instances of these families, each family weighted alike, not of other families."
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


def gaps(items: pd.DataFrame, manifest: Mapping[str, Any]) -> tuple[LanguageGap, ...]:
    """The gap of every model between all suites that share instances: items of one id, family and level."""
    keys = ["suite", "language", "model", "family", "level", "item"]
    scores = items.groupby(keys, dropna=False, observed=True)["score"].mean().dropna().reset_index()
    return tuple(
        gap
        for suites in combinations(manifest["suites"], 2)
        for model in manifest["models"]
        for gap in _gap(scores[scores["model"] == model], suites, int(manifest["settings"].get("seed", 0)))
    )


def _gap(scores: pd.DataFrame, suites: tuple[str, str], seed: int) -> Iterator[LanguageGap]:
    ours, theirs = (scores[scores["suite"] == suite] for suite in suites)
    both = ours.merge(theirs, on=["model", "family", "level", "item"], suffixes=("", "_other"))
    both = both[both["language"] != both["language_other"]]
    if both.empty:
        return
    differences = (both["score_other"] - both["score"]).to_numpy(dtype=float)
    strata = Strata(tuple(both["family"]), tuple(map(str, range(len(both)))))
    found, _ = score_difference(differences, strata, binary=False, seed=seed)
    gap = found.interval(0.95) if found else Interval(float(differences.mean()), None, None, len(both))
    languages = (str(both["language"].iloc[0]), str(both["language_other"].iloc[0]))
    yield LanguageGap(str(both["model"].iloc[0]), suites, languages, len(both), gap)


def tables(found: tuple[LanguageGap, ...]) -> Iterator[Table]:
    """The gaps as a table; nothing where no suites share instances."""
    if found:
        columns: tuple[Column, ...] = (
            Column("suites", words=True), Column("languages", words=True), Column("model", words=True), Column("n"),
            Column("score difference (95 % interval)"),
        )  # fmt: skip
        yield Table("Language gap", columns, tuple(_row(one) for one in found), LEGEND)


def markdown(found: tuple[LanguageGap, ...]) -> Iterator[str]:
    """The table with its heading and legend."""
    for table in tables(found):
        yield from ("", f"## {table.title}", "", *grid.markdown(table), "", table.legend)


def _row(one: LanguageGap) -> tuple[Entry, ...]:
    suites, languages = (f"{second} − {first}" for first, second in (one.suites, one.languages))
    points = f"{100 * one.gap.estimate:+.1f}"
    known = one.gap.low is not None and one.gap.high is not None
    bounds = f"{100 * (one.gap.low or 0):+.1f} to {100 * (one.gap.high or 0):+.1f}" if known else "?"
    return Entry(suites), Entry(languages), Entry(one.model), Entry(str(one.n)), Entry(points, bounds)
