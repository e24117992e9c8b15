"""What people's labels and judges' verdicts say of a claim's two models, an entry an item."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.claims.questions import texts
from bench.records import (
    OVERALL,
    JudgmentRow,
    LabelRow,
    answers_hash,
    read_judgments,
    read_labels,
    read_table,
)
from bench.stats import Floats, average_judges

if TYPE_CHECKING:
    import pandas as pd

Place = tuple[str, str]
"""A task and an item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionTables:
    """All that a run folder holds of labels and judgments."""

    labels: tuple[LabelRow, ...] = ()
    """What people say."""
    judgments: tuple[JudgmentRow, ...] = ()
    """What judges say."""
    stale: int = 0
    """Labels and judgments of other answers than the run's: they are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinions:
    """Candidate - baseline by what was said, in [-1, 1], an entry an item in the order of the pairs."""

    labels: Floats
    """By people, their mean where they are several; NaN without a label."""
    judged: Floats
    """By judges, their mean; NaN without a verdict."""
    by_judge: Mapping[str, Floats] = field(default_factory=dict)
    """By each judge."""
    first: tuple[int, int] = (0, 0)
    """Of preferences: verdicts for the answer that was shown first, and for either."""
    twice: tuple[int, int] = (0, 0)
    """Items that two people labelled alike, and that two people labelled."""
    stale: int = 0
    """See `OpinionTables`."""


def said_in(folder: Path) -> OpinionTables:
    """A run folder's labels and judgments, of the answers that it holds now. UsageError if a table is damaged."""
    labels, judgments = read_labels(folder), read_judgments(folder)
    if not labels and not judgments:
        return OpinionTables()
    texts = _texts(folder)
    told = tuple(row for row in labels if _current(row, texts))
    judged = tuple(row for row in judgments if _current(row, texts))
    return OpinionTables(labels=told, judgments=judged, stale=len(labels) + len(judgments) - len(told) - len(judged))


def _texts(folder: Path) -> dict[tuple[Any, ...], str | None]:
    """Each answer's text, by task, item, model and repeat."""
    table = read_table(folder, "answers", ("task", "item", "model", "repeat", "answer"))
    texts = table["answer"].astype(object).where(table["answer"].notna(), None)
    return dict(zip(zip(*(table[key] for key in ("task", "item", "model", "repeat")), strict=True), texts, strict=True))


def _current(row: LabelRow | JudgmentRow, texts: Mapping[tuple[Any, ...], str | None]) -> bool:
    """Whether a row is about the answers as they are; one that does not say which it saw is taken to be."""
    if row.answers_sha256 is None:
        return True
    models = [row.model] if row.other is None else [row.model, row.other]
    shown = [texts.get((row.task, row.item, model, row.repeat)) for model in models]
    return answers_hash(*(text or "" for text in shown)) == row.answers_sha256


def align(said: OpinionTables, places: Sequence[Place], sides: tuple[str, str], measure: str) -> Opinions:
    """What was said of candidate and baseline (`sides`), at the places of the pairs."""
    at = {place: number for number, place in enumerate(places)}
    labels = [row for row in said.labels if row.measure == measure and (row.task, row.item) in at]
    judged = [row for row in said.judgments if row.measure == measure and (row.task, row.item) in at]
    by_rater = {name: _values(_of(labels, "rater", name), at, sides) for name in _names(labels, "rater")}
    by_judge = {name: _values(_of(judged, "judge", name), at, sides) for name in _names(judged, "judge")}
    nothing = np.full((1, len(places)), np.nan)
    return Opinions(
        labels=average_judges(list(by_rater.values()) or nothing),
        judged=average_judges(list(by_judge.values()) or nothing),
        by_judge=by_judge,
        first=_first(judged, sides),
        twice=_twice(list(by_rater.values())),
        stale=said.stale,
    )


def _names(rows: Iterable[Any], key: str) -> list[str]:
    return sorted({getattr(row, key) for row in rows})


def _of(rows: Iterable[Any], key: str, name: str) -> list[Any]:
    return [row for row in rows if getattr(row, key) == name]


def _values(rows: Sequence[Any], at: Mapping[Place, int], sides: tuple[str, str]) -> Floats:
    """Candidate - baseline by one person or judge; NaN where not both answers, or not both orders, have a verdict."""
    cells: dict[tuple[int, str], list[float]] = defaultdict(list)
    for key, value in _whole(rows):
        row, order = key
        if row.other is None and row.model in sides:
            cells[at[row.task, row.item], row.model].append(value)
        elif {row.model, row.other} == set(sides):
            turned = value if row.model == sides[0] else 1 - value
            cells[at[row.task, row.item], order].append(turned)
    values = np.full(len(at), np.nan)
    paired = bool(rows) and rows[0].measure == "preference"
    wanted = ("model", "other") if paired and isinstance(rows[0], JudgmentRow) else ("",) if paired else sides
    for place in {place for place, _ in cells}:
        if any((place, each) not in cells for each in wanted):
            continue
        means = [float(np.mean(cells[place, each])) for each in wanted]
        values[place] = 2 * float(np.mean(means)) - 1 if paired else means[0] - means[1]
    return values


def _whole(rows: Sequence[Any]) -> Iterable[tuple[tuple[Any, str], float]]:
    """A value for each label, and for each judge's call: the overall one, or else the mean of its criteria."""
    calls: dict[tuple[Any, ...], list[JudgmentRow]] = defaultdict(list)
    for row in rows:
        if isinstance(row, LabelRow):
            yield (row, ""), row.value
        else:
            calls[row.task, row.item, row.repeat, row.model, row.other, row.first].append(row)
    for call in calls.values():
        chosen = [row for row in call if row.criterion == OVERALL] or call
        known = [row.value for row in chosen if row.value is not None]
        if len(known) == len(chosen):
            yield (chosen[0], chosen[0].first or ""), float(np.mean(known))


def _first(rows: Sequence[JudgmentRow], sides: tuple[str, str]) -> tuple[int, int]:
    """Of the pair's overall verdicts: those for the answer shown first, and for either."""
    mine = [(row, value) for (row, _), value in _whole(rows) if {row.model, row.other} == set(sides)]
    decided = [(row.first == "model") == (value > 0.5) for row, value in mine if value != 0.5]
    return sum(decided), len(decided)


def _twice(raters: Sequence[Floats]) -> tuple[int, int]:
    """Items that the two people with most labels in common see alike, and see."""
    best = (0, 0)
    for number, one in enumerate(raters):
        for other in raters[number + 1 :]:
            both = ~np.isnan(one) & ~np.isnan(other)
            if both.sum() > best[1]:
                best = (int((one[both] == other[both]).sum()), int(both.sum()))
    return best


def places_of(rows: pd.DataFrame) -> list[Place]:
    """The places of items, one a row."""
    return list(zip(texts(rows["task"]), texts(rows["item"]), strict=True))
