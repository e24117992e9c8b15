"""Labels as CSV: a table to fill in, and what a page or a table says, checked line by line."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bench import clean
from bench.errors import UsageError
from bench.labels.draw import PREFERENCE, LabelSample, SampleEntry
from bench.labels.page import shown, value_of
from bench.records import LabelRow, read_labels, read_rows, write_labels, write_text

WORDS = {True: ("a", "neither", "b"), False: ("right", "wrong")}
"""What a label may be: of a preference, and of a pass."""
_NEEDED = ("id", "value")
_TEXTS = ("request", "a", "b", "answer")
"""Columns of what was shown: two answers of a preference, one of a pass."""
_LONGEST_CELL = 32_000
"""Characters from which a spreadsheet may cut a cell."""
_NUMBER, _DAY = re.compile(r"[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?"), re.compile(r"\d{1,4}(?:[-/.: ]\d{1,4}){1,5}")
"""Texts that a spreadsheet may write anew: 007 as 7, 3/4 as 4-Mar."""
MOST_SHOWN = 10
"""Bad lines that are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """What an import of labels came to."""

    taken: int
    """Labels of the file."""
    replaced: int
    """Of those, labels that the same rater had given before."""
    raters: Mapping[str, int]
    """Labels of this sample now, by rater."""


def write_sheet(folder: Path, sample: LabelSample, entries: Sequence[SampleEntry], path: Path) -> None:
    """Writes a table with an empty column `value`. UsageError if an answer is another than when it was drawn."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    pair = sample.measure == PREFERENCE
    writer.writerow(["id", "value", "request", *(["a", "b"] if pair else ["answer"])])
    for entry, (request, answers) in zip(entries, shown(folder, entries), strict=True):
        writer.writerow([entry.id, "", *map(clean.spreadsheet, (request, *answers))])
    write_text(path.parent, path.name, file.getvalue())


def read_sheet(path: Path, sample: LabelSample, rater: str) -> list[tuple[SampleEntry, LabelRow]]:
    """The labels of a page's or a table's file; `rater` where the file does not say. Lines without a value are left
    out. UsageError that names bad lines, each with its reason; then nothing is taken."""
    entries = {entry.id: entry for entry in sample.entries}
    found: dict[tuple[str, str], tuple[SampleEntry, LabelRow]] = {}
    bad = []
    rows = [*_lines(path)]
    if rows and not any(row["id"] in entries for _, row in rows):
        raise UsageError(
            f"{path}: none of its labels is in the sample of this run for --measure {sample.measure}. Give the RUN and "
            "the --measure that it was written for."
        )
    for line, row in rows:
        where = f"{path}:{line}"
        try:
            entry, label = label_of(row, entries, sample, rater)
            if (entry.id, label.rater) in found:
                raise ValueError(f"{entry.id} of {label.rater} is there twice")
            found[entry.id, label.rater] = entry, label
        except ValueError as error:
            bad.append(f"{where}: {error}")
    if bad:
        rest = f" (and {len(bad) - MOST_SHOWN} more)" if len(bad) > MOST_SHOWN else ""
        raise UsageError(
            "\n".join(bad[:MOST_SHOWN]) + f"{rest}\nNothing was taken. Correct the lines, or take them out."
        )
    if not found:
        raise UsageError(f"{path}: holds no label. Fill in the column `value`: {', '.join(words_of(sample))}.")
    return [*found.values()]


def take(folder: Path, sample: LabelSample, path: Path, rater: str) -> Labelled:
    """Puts a file's labels into the run folder; a rater's earlier label of the same answers is replaced."""
    given = read_sheet(path, sample, rater)
    entries = [entry for entry, _ in given]
    _require_texts(path, dict(zip([entry.id for entry in entries], shown(folder, entries), strict=True)))
    clusters = {(row.task, row.item): row.cluster for row in read_rows(folder)[0]}
    known = {place_of(row): row for row in read_labels(folder)}
    before = len(known)
    for entry, row in given:
        mine = replace(row, cluster=clusters[entry.task, entry.item])
        known[place_of(mine)] = mine
    write_labels(folder, [*known.values()])
    raters: dict[str, int] = {}
    for row in known.values():
        if row.measure == sample.measure:
            raters[row.rater] = raters.get(row.rater, 0) + 1
    return Labelled(taken=len(given), replaced=before + len(given) - len(known), raters=dict(sorted(raters.items())))


def _require_texts(path: Path, known: Mapping[str, tuple[str, list[str]]]) -> None:
    """UsageError that names the first line with texts of another entry, or answers in each other's columns."""
    for line, row in _lines(path, _TEXTS):
        request, answers = known[row["id"]]
        mine = {"request": request, **dict(zip(("answer",) if len(answers) == 1 else ("a", "b"), answers, strict=True))}
        for column, text in mine.items():
            others = [each for name, each in mine.items() if name != column]
            if row.get(column, "").strip() and not _is_text(row[column], text, others):
                raise UsageError(
                    f"{path}:{line}: the column {column} has another text than {row['id']} was drawn with: lines or "
                    "columns were exchanged. Nothing was taken. Write it anew with --csv, and fill in `value` alone."
                )


def _is_text(said: str, text: str, others: Sequence[str]) -> bool:
    """Whether a cell is a text as a spreadsheet keeps it: other blanks, a number or a day written anew, its end cut."""
    cell, known, *rest = (" ".join(each.split()) for each in (clean.unguarded(said), text, *others))
    if cell == known or (len(said) >= _LONGEST_CELL and known.startswith(cell)):
        return True
    if cell in rest:
        return False
    if _NUMBER.fullmatch(known) and _NUMBER.fullmatch(cell):
        return float(known) == float(cell)
    return cell.casefold() == known.casefold() or bool(_DAY.fullmatch(known) and any(map(str.isdigit, cell)))


def words_of(sample: LabelSample) -> tuple[str, ...]:
    """What a label may be."""
    return WORDS[sample.measure == PREFERENCE]


def _lines(path: Path, texts: Sequence[str] = ()) -> Iterator[tuple[int, dict[str, str]]]:
    """The filled lines with the line each begins on, of `texts` whole. UsageError for what is no such table."""
    try:
        text = clean.read_text(path, encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read as UTF-8 text ({clean.line(str(error))}).") from error
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    last = 1
    try:
        names = reader.fieldnames or []
        missing = [name for name in _NEEDED if name not in names]
        if missing:
            raise UsageError(f"{path}:1: the header lacks {' and '.join(missing)}. `bench label RUN --csv` writes one.")
        if len(set(names)) < len(names):
            raise UsageError(f"{path}:1: the header names a column twice. Keep one of them.")
        last = reader.line_num
        for row in reader:
            line, last = last + 1, reader.line_num
            if (row.get("value") or "").strip():
                taken = {key: clean.line(text or "").strip() for key, text in row.items() if key in _TAKEN}
                yield line, {**taken, **{key: row.get(key) or "" for key in texts}}
    except csv.Error as error:
        raise UsageError(f"{path}:{last + 1}: is not valid CSV ({error}).") from error


_TAKEN = (*_NEEDED, "rater", "seconds", "labelled_at")


def label_of(
    row: Mapping[str, str], entries: Mapping[str, SampleEntry], sample: LabelSample, rater: str
) -> tuple[SampleEntry, LabelRow]:
    """A line's label, its cluster still empty. ValueError if it cannot be."""
    entry, word = entries.get(row["id"]), row["value"].casefold()
    if entry is None:
        raise ValueError(f"'{row['id'][:40]}' is not in the sample of this run")
    if word not in words_of(sample):
        raise ValueError(f"'{row['value'][:40]}' is no label; it must be one of {', '.join(words_of(sample))}")
    return entry, LabelRow(
        suite=entry.suite,
        task=entry.task,
        item=entry.item,
        cluster="",
        measure=sample.measure,
        model=entry.model if entry.other is None else min(entry.model, entry.other),
        other=None if entry.other is None else max(entry.model, entry.other),
        rater=row.get("rater") or rater,
        value=value_of(sample.measure, word, entry),
        seconds=_seconds(row.get("seconds") or ""),
        labelled_at=_moment(row.get("labelled_at") or ""),
        answers_sha256=entry.answers_sha256,
    )


def _seconds(text: str) -> float | None:
    if not text:
        return None
    seconds = float(text) if text.replace(".", "", 1).isdigit() else math.nan
    if not 0 <= seconds < 1e7:
        raise ValueError(f"seconds is '{text[:40]}', not a number from 0 on")
    return seconds


def _moment(text: str) -> str | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError(f"labelled_at is '{text[:40]}', not a time as 2026-12-01T10:00:00Z") from None


def place_of(row: LabelRow) -> tuple[object, ...]:
    """What a label is of, and by whom: another one of the same replaces it."""
    return (row.task, row.item, row.repeat, row.measure, row.model, row.other, row.rater)
