"""How alike two models write where nothing grades their answers: compared, and never a verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.language import tr, tr_later
from bench.records import Outcome, RunRecord, is_graded, parquet_file
from bench.report.text import formats, grid
from bench.report.text.column import Column, Table, label, table
from bench.stats import Interval, mean_interval, proportion_interval

if TYPE_CHECKING:
    import pandas as pd

LETTERS = 1_000
"""Characters of each answer that are compared."""
GRAMS = (3, 4, 5)
"""Lengths of the pieces of text that likeness is measured by."""
MOST_ITEMS = 300
"""Items of a suite that are compared, the first by their ids: an answer takes a thousandth of a second."""
MOST_MODELS = 8
"""Models whose pairs are all compared; of more, the first with every other."""
LEGEND = tr_later(
    "Whole answers to at most 300 items that nothing grades. Likeness: cosine of the counts of their pieces of 3 to 5 "
    "characters (of the first 1,000), 1 for equal texts, mean over items. Equal: the same but for case and blanks. "
    "Neither says which answer is better, or whether either is right."
)

Place = tuple[str, str]
"""A task and an item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """Two models' answers to items of a suite that nothing grades. Intervals are 95 %."""

    suite: str
    """The suite."""
    model: str
    """One model's label."""
    other: str
    """The other's."""
    n: int
    """Items that both answered whole, at most MOST_ITEMS."""
    likeness: Interval
    """Cosine of the counts of pieces of text, in [0, 1], mean over items."""
    equal: Interval
    """Share of items with the same answer but for case and blanks."""


def likenesses(folder: Path, items: pd.DataFrame, record: RunRecord) -> tuple[Likeness, ...]:
    """Every pair of models of each suite with answers that nothing grades, in the run's order.

    No text is read where everything is graded.
    """
    whole = items[~is_graded(items) & (items["outcome"] == Outcome.ANSWERED) & (items["repeat"] == 0)]
    if whole.empty:
        return ()
    return tuple(
        row
        for suite in record.suites
        for row in _of_suite(folder, whole[whole["suite"] == suite], suite, [*record.models])
    )


def _of_suite(folder: Path, whole: pd.DataFrame, suite: str, models: Sequence[str]) -> Iterator[Likeness]:
    keys = [(str(task), str(item)) for task, item in zip(whole["task"], whole["item"], strict=True)]
    clusters_of = dict(zip(keys, whole["cluster"].astype(str), strict=True))
    chosen = sorted(clusters_of, key=lambda place: place[::-1])[:MOST_ITEMS]
    kept = set(chosen)
    asked = [(str(model), key) for model, key in zip(whole["model"], keys, strict=True) if key in kept]
    texts = _texts(folder, set(asked))
    known = [model for model in models if model in texts]
    pairs = combinations(known, 2) if len(known) <= MOST_MODELS else ((known[0], each) for each in known[1:])
    counted = {model: {place: pieces(text) for place, text in texts[model].items()} for model in known}
    for model, other in pairs:
        both = [place for place in chosen if place in texts[model] and place in texts[other]]
        if not both:
            continue
        clusters = [clusters_of[place] for place in both]
        near = [cosine(counted[model][place], counted[other][place]) for place in both]
        same = [_plain(texts[model][place]) == _plain(texts[other][place]) for place in both]
        yield Likeness(
            suite=suite,
            model=model,
            other=other,
            n=len(both),
            likeness=mean_interval(np.array(near), clusters),
            equal=proportion_interval(np.array(same, dtype=float), clusters),
        )


def _texts(folder: Path, asked: Collection[tuple[str, Place]]) -> dict[str, dict[Place, str]]:
    """Model -> place -> first answer, of these; read a batch at a time."""
    columns = ("task", "item", "model", "repeat", "answer")
    found: dict[str, dict[Place, str]] = {}
    if not asked:
        return found
    with parquet_file(folder, "answers.parquet", columns) as file:
        for batch in file.batches(columns):
            rows = batch.to_pydict()
            for task, item, model, repeat, said in zip(*(rows[name] for name in columns), strict=True):
                if repeat == 0 and (model, (task, item)) in asked and isinstance(said, str) and said.strip():
                    found.setdefault(model, {})[task, item] = said
    return found


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def pieces(text: str) -> Counter[str]:
    """How often each piece of GRAMS characters occurs in the first LETTERS of a text; a shorter text is one piece."""
    start = text[:LETTERS]
    return Counter(start[at : at + size] for size in GRAMS for at in range(max(bool(start), len(start) - size + 1)))


def cosine(one: Counter[str], other: Counter[str]) -> float:
    """Of two counts, in [0, 1]; 0 where one is empty."""
    dot = sum(count * other[piece] for piece, count in one.items())
    size = sum(c * c for c in one.values()) * sum(c * c for c in other.values())
    return min(1.0, dot / size**0.5) if size else 0.0


COLUMNS: tuple[Column[Likeness], ...] = (
    label("suite", "suite", lambda row: row.suite),
    label("models", "model", lambda row: f"{row.model}, {row.other}"),
    Column(name="n", key="n", cell=lambda row: str(row.n)),
    Column(
        name=tr_later("likeness"),
        key="likeness",
        aside=tr_later("95 % interval"),
        spread=True,
        cell=lambda row: formats.amount(row.likeness),
    ),
    Column(
        name=tr_later("equal"),
        key="equal",
        aside=tr_later("95 % interval"),
        spread=True,
        cell=lambda row: formats.percent(row.equal),
    ),
)
"""How alike models write."""


def tables(rows: Sequence[Likeness]) -> Iterator[Table]:
    """The table; nothing where everything is graded."""
    if rows:
        yield table(
            tr("Likeness of answers that nothing grades"),
            COLUMNS,
            rows,
            legend=LEGEND,
            place=lambda number, _: f"comparison.json/likenesses/{number}",
        )


def markdown(rows: Sequence[Likeness]) -> Iterator[str]:
    """The table with its legend."""
    for made in tables(rows):
        yield from grid.section(made)
