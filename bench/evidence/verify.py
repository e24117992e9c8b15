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
from bench.evidence import declared, figures, story, verdicts
from bench.evidence.rebuild import README

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
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
    checks = [_claims(folder, rows)]
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
    """Verdicts are of the declared claims, in their order, neither more nor fewer."""
    declared_ids = [claim.id for claim in declared.read(folder / declared.NAME)]
    judged = [row.text("id") for row in rows]
    differing = [
        f"{folder / verdicts.NAME}: judged {b or 'nothing'}, declared {a or 'nothing'}"
        for a, b in zip_longest(declared_ids, judged)
        if a != b
    ]
    return CheckedPage(folder / verdicts.NAME, len(rows), tuple(differing[:10]))


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
