"""The rows of a run folder's labels.parquet and judgments.parquet: what people and judges say of answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.errors import UsageError
from bench.records.claim import MEASURES
from bench.records.folder import read_rows_of, rows_as
from bench.records.hashing import sha256_of
from bench.records.rows import write_rows

LABELS, JUDGMENTS = "labels.parquet", "judgments.parquet"
"""The files."""
OVERALL = "overall"
"""The criterion of a judgment of the whole answer."""
SIDES = ("model", "other")
"""Whose answer a judge is shown first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRow:
    """One row of `labels.parquet`: what one person says of a model's answer, or of two models' answers, to an item."""

    suite: str
    """The suite."""
    task: str
    """The task."""
    item: str
    """The item's id within the task."""
    repeat: int = 0
    """The answer's sample number, from 0."""
    cluster: str
    """The statistical cluster, as in items."""
    measure: str
    """"pass" or "preference"."""
    model: str
    """The model whose answer is labelled; of a preference the first of the two in the order of the alphabet."""
    other: str | None = None
    """Of a preference the second model; None of a pass."""
    rater: str
    """Who labelled: a pseudonym."""
    value: float
    """Pass: 1 right, 0 wrong. Preference: 1 `model` is better, 0 `other` is better, 0.5 neither."""
    seconds: float | None = None
    """How long the rater took; None where that was not measured."""
    labelled_at: str | None = None
    """When; UTC, ISO 8601. None where the source does not say."""
    answers_sha256: str | None = None
    """Hash of the answers that were shown, see `answers_hash`; None where the source does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgmentRow:
    """One row of `judgments.parquet`: what a judge model says of one criterion in one call."""

    suite: str
    """The suite."""
    task: str
    """The task."""
    item: str
    """The item's id within the task."""
    repeat: int = 0
    """The answer's sample number, from 0."""
    cluster: str
    """The statistical cluster, as in items."""
    measure: str
    """"pass" or "preference"."""
    model: str
    """The model whose answer is judged; of a preference the first of the two in the order of the alphabet."""
    other: str | None = None
    """Of a preference the second model; None of a pass."""
    judge: str
    """The judge's label in bench.toml."""
    criterion: str = OVERALL
    """The rubric's criterion, or "overall"."""
    first: str | None = None
    """Of a preference whose answer was shown first: "model" or "other"; None of a pass."""
    value: float | None
    """In [0, 1], as a label's value; None where the judge gave no verdict that can be read."""
    in_total: int | None = None
    """Prompt tokens of the call, on each of its rows; None where the provider does not say."""
    out_total: int | None = None
    """Completion tokens of the call, on each of its rows; None where the provider does not say."""
    cost_usd: float | None = None
    """What the call cost, on each of its rows; None where that is unknown."""
    answers_sha256: str | None = None
    """Hash of the answers that were shown, see `answers_hash`; None where the source does not say."""
    key: str
    """The call's key in the journal: rows of one call have the same."""


def answers_hash(*answers: str) -> str:
    """Which answers a label or a judgment is about: the hash of their texts, `model`'s first."""
    return sha256_of([*answers])


def read_labels(folder: Path) -> list[LabelRow]:
    """A run folder's labels; empty where it has none. UsageError if the table is damaged, or a label cannot be."""
    return _read(folder, LABELS, LabelRow, ("rater",), "bench label")


def read_judgments(folder: Path) -> list[JudgmentRow]:
    """A run folder's judgments; empty where it has none. UsageError if the table is damaged or one cannot be."""
    return _read(folder, JUDGMENTS, JudgmentRow, ("judge", "criterion", "first"), "bench judge")


def write_labels(folder: Path, rows: Sequence[LabelRow]) -> None:
    """Writes labels.parquet. ValueError for a label that cannot be, or that stands there twice."""
    _require(rows, ("rater",))
    write_rows(folder, LABELS, rows, LabelRow)


def write_judgments(folder: Path, rows: Sequence[JudgmentRow]) -> None:
    """Writes judgments.parquet. ValueError for a judgment that cannot be, or that stands there twice."""
    _require(rows, ("judge", "criterion", "first"))
    write_rows(folder, JUDGMENTS, rows, JudgmentRow)


def _read(folder: Path, name: str, kind: type[Any], by: Sequence[str], command: str) -> list[Any]:
    if not (folder / name).exists():
        return []
    rows = rows_as(read_rows_of(folder, name, kind), kind)
    try:
        _require(rows, by)
    except ValueError as error:
        raise UsageError(f"{folder / name}: {error}. `{command}` makes it again.") from error
    return rows


def _require(rows: Sequence[Any], by: Sequence[str]) -> None:
    seen = set()
    for number, row in enumerate(rows, 1):
        where = f"row {number} ({row.task}/{row.item})"
        if row.measure not in MEASURES:
            raise ValueError(f"{where}: measure is '{row.measure}', not pass or preference")
        pair = row.measure == "preference"
        if pair and not (row.other is not None and row.model < row.other):
            raise ValueError(f"{where}: a preference needs two models, in the order of the alphabet")
        if not pair and row.other is not None:
            raise ValueError(f"{where}: a pass is about a single model, not also about '{row.other}'")
        if isinstance(row, JudgmentRow):
            if (row.first in SIDES) != pair or (row.value is not None and not 0 <= row.value <= 1):
                raise ValueError(f"{where}: says not whose answer was first, or its value is not from 0 to 1")
        elif row.value not in ((0, 0.5, 1) if pair else (0, 1)):
            raise ValueError(f"{where}: {row.value} is no value of a {row.measure}")
        own = (row.task, row.item, row.repeat, row.measure, row.model, row.other, *(getattr(row, key) for key in by))
        if own in seen:
            raise ValueError(f"{where}: is there twice")
        seen.add(own)
