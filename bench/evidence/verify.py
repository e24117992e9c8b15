"""Does the page state the numbers of verdicts.csv? It is made anew and compared, with its figures and the README."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from bench import clean
from bench.errors import UsageError
from bench.evidence import agree, declared, figures, story, verdicts
from bench.evidence.rebuild import README

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
TABLE = "verdicts.md"
MOST = 10
"""Differences of a file that are named."""
SHOWN = 120
"""Characters of a line that are shown."""


@dataclass(frozen=True, slots=True)
class CheckedPage:
    """What was found of one published file."""

    file: Path
    """The file."""
    numbers: int
    """Numbers in it that were made anew."""
    differing: tuple[str, ...]
    """Every line that differs, for a reader."""


def is_evidence(folder: Path) -> bool:
    """Whether a folder holds judged claims on published results, and is no run."""
    return (folder / declared.NAME).is_file() and (folder / verdicts.NAME).is_file()


def verify(folder: Path) -> list[CheckedPage]:
    """Checks the verdicts against the declared claims, and what is said of them in docs/ and README.md above.

    UsageError if there are no verdicts, or they tell what no rule makes, or no page is above the folder.
    """
    try:
        return _verified(folder)
    except (LookupError, ValueError, ArithmeticError) as error:  # a cell that is no number, a table that is not there
        raise UsageError(f"{folder / verdicts.NAME}: is damaged ({error!r}). `make evidence` writes it.") from error


def _verified(folder: Path) -> list[CheckedPage]:
    rows = verdicts.read(folder)
    docs = next((up / "docs" for up in folder.resolve().parents if (up / "docs" / story.PAGES["en"]).is_file()), None)
    if docs is None:
        raise UsageError(f"{folder}: no folder above it has a docs/{story.PAGES['en']} that speaks of it.")
    checks = [_claims(folder, rows), *_tables(folder, rows)]
    for language, name in story.PAGES.items():
        checks.append(_compared(docs / name, story.page(rows, language)))
    readme = docs.parent / README
    checks.append(_compared(readme, story.with_answer(_text(readme), rows)))
    with tempfile.TemporaryDirectory() as scratch:
        for path in figures.of_page(rows, Path(scratch)):
            if path.suffix == ".csv":
                checks.append(_compared(folder / path.name, path.read_text(encoding="utf-8")))
    return checks


def _claims(folder: Path, rows: list[verdicts.VerdictRow]) -> CheckedPage:
    """Verdicts are of the declared claims, in their order, neither more nor fewer, and follow from their numbers."""
    claims = declared.read(folder / declared.NAME)
    differing = []
    for claim, row in zip_longest(claims, rows):
        ids = claim.id if claim else "nothing", row.text("id") if row else "nothing"
        if claim is None or row is None or ids[0] != ids[1]:
            differing.append(f"{folder / verdicts.NAME}: judged {ids[1]}, declared {ids[0]}")
        else:
            differing += [f"{folder / verdicts.NAME}: {row.text('id')}: {why}" for why in agree.of_claim(row, claim)]
    return CheckedPage(folder / verdicts.NAME, len(rows), tuple(differing[:MOST]))


def _tables(folder: Path, rows: list[verdicts.VerdictRow]) -> Iterator[CheckedPage]:
    """verdicts.md, and the numbers of the forests."""
    table = folder / TABLE
    if table.is_file():
        text = _text(table)
        wrong = [f"{TABLE} {line}" for line in agree.of_table(text, rows)]
        yield CheckedPage(table, len(NUMBER.findall(text)), tuple(wrong[:MOST]))
    whole = [not claim.category for claim in declared.read(folder / declared.NAME)]
    for _, _, stem in figures.FORESTS:
        path = folder / f"{stem}.csv"
        if path.is_file() and len(whole) == len(rows):
            text = _text(path)
            wrong = [f"{path.name} {line}" for line in agree.of_forest(stem, text, rows, whole)]
            yield CheckedPage(path, len(NUMBER.findall(text)), tuple(wrong[:MOST]))


def _text(path: Path) -> str:
    try:
        return clean.read_text(path, most=clean.MOST_SETTINGS)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: is damaged ({error}).") from error


def _compared(path: Path, computed: str) -> CheckedPage:
    return CheckedPage(path, len(NUMBER.findall(computed)), tuple(_differences(path, _text(path), computed)))


def _differences(path: Path, published: str, computed: str) -> Iterator[str]:
    lines = zip_longest(published.splitlines(), computed.splitlines())
    for number, (theirs, ours) in enumerate(lines, 1):
        if theirs != ours:
            ours, theirs = ("nothing" if line is None else line[:SHOWN] for line in (ours, theirs))
            yield f"{path.name} line {number}: published {theirs}, the verdicts give {ours}"
