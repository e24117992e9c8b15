"""Tasks of choices: which letter was expected, and which was read from the answers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.language import tr, tr_later
from bench.records import RunRecord, parquet_file
from bench.report.text.column import BEST, Column, Table, label, table

LETTER = re.compile(r"[A-Z]")
NONE = tr_later("none read")
"""The column of answers from which no single letter was read."""
LEGEND = tr_later(
    "Answers, repeats included. A row holds the answers to questions whose right choice is "
    "its letter; bold is right. A column far from its row's count speaks of a letter that a "
    "model prefers."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceRow:
    """One model's answers where one letter is right."""

    task: str
    """The task."""
    model: str
    """The model's label."""
    expected: str
    """The right letter."""
    given: Mapping[str, int]
    """Letter, or NONE -> answers that name it."""

    @property
    def n(self) -> int:
        """Its answers."""
        return sum(self.given.values())


def choices(folder: Path, record: RunRecord) -> list[ChoiceRow]:
    """A row for each right letter, of tasks whose every expected answer is a single capital letter, and not always
    the same; none of a run whose answers table states no expected answers.
    """
    letters: dict[str, set[str]] = {}
    counts: dict[tuple[str, str, str], Counter[str]] = {}
    columns = ("task", "model", "expected", "extracted", "answer")
    with parquet_file(folder, "answers.parquet", columns) as file:
        if "expected" not in file.schema_arrow.names:
            return []
        for batch in file.batches(columns):
            for row in _short(batch):
                right = row["expected"]
                letters.setdefault(row["task"], set()).add(right if LETTER.fullmatch(right) else "")
                if LETTER.fullmatch(right) and row["asked"]:
                    given = row["extracted"] if LETTER.fullmatch(row["extracted"] or "") else NONE
                    counts.setdefault((row["task"], row["model"], right), Counter())[given] += 1
    kept = {task for task, known in letters.items() if len(known) > 1 and "" not in known}
    order = {model: at for at, model in enumerate(record.models)}
    rows = [ChoiceRow(task=t, model=m, expected=e, given=given) for (t, m, e), given in counts.items() if t in kept]
    return sorted(rows, key=lambda row: (row.task, order.get(row.model, len(order)), row.expected))


def _short(batch: Any) -> Iterator[dict[str, Any]]:
    """The rows that state an expected answer, their long texts cut: a letter is all that counts."""
    import pyarrow
    import pyarrow.compute as pc

    stated = batch.filter(pc.is_valid(batch.column("expected")))
    short = {
        name: pc.utf8_slice_codeunits(stated.column(name).cast(pyarrow.string()), 0, 2).to_pylist()
        for name in ("expected", "extracted")
    }
    asked = pc.is_valid(stated.column("answer")).to_pylist()
    names = (stated.column(name).to_pylist() for name in ("task", "model"))
    for task, model, expected, extracted, known in zip(
        *names, short["expected"], short["extracted"], asked, strict=True
    ):
        yield {"task": task, "model": model, "expected": expected, "extracted": extracted, "asked": known}


def tables(rows: Sequence[ChoiceRow]) -> Iterator[Table]:
    """A table of all rows; nothing without rows."""
    if not rows:
        return
    letters = sorted({letter for row in rows for letter in (row.expected, *row.given)} - {NONE})

    def cell(letter: str) -> Callable[[ChoiceRow], str]:
        return lambda row: str(row.given.get(letter, 0))

    columns: list[Column[ChoiceRow]] = [
        label("expected", "expected", lambda row: row.expected),
        label("task", "task", lambda row: row.task),
        label("model", "model", lambda row: row.model),
        Column(name="n", key="n", cell=lambda row: str(row.n)),
        *(Column(name=tr("answered {letter}", letter=letter), key=letter, cell=cell(letter)) for letter in letters),
        Column(name=NONE, key=NONE, cell=cell(NONE)),
    ]
    yield table(
        tr("Choices: expected and answered"),
        columns,
        rows,
        legend=LEGEND,
        mark=lambda column, row: BEST if column.key == row.expected else "",
    )
