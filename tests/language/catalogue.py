"""The catalogues of bench/language, made from the texts that code, page and script mark.

`python -m tests.language.catalogue` puts new texts into each .po file, takes out those that are gone, and makes the .mo
file beside it; what has no translation yet is listed.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from bench.claims import Verdict, parts
from bench.cli.demo import EXAMPLE
from bench.language import DOMAIN, ENGLISH, FOLDER, LANGUAGES
from bench.records import Outcome, read_record
from bench.report import history
from bench.report.numbers import languages
from bench.report.page.card import STATES, SYMBOLS
from bench.report.text import loadtext, measures, pairtables, probetext, totals
from bench.report.text.column import Column
from bench.stats import PER_ITEM, PER_SOLVED

PACKAGE = FOLDER.parent
ROOMS = ("claims", "records", "report")
"""Rooms whose texts a report shows."""
CODE = [("**.py", "python"), ("**.js", "javascript"), ("**.j2", "jinja2")]
DAY = datetime(2026, 12, 1, tzinfo=UTC)
"""The date in the files' heads: equal texts make equal files."""
KEYWORDS: dict[str, tuple[int, ...] | None] = {"tr": None, "tr_later": None, "say": None}
"""Functions that mark a text."""
COLUMNS = (loadtext, measures, pairtables, probetext, totals, languages, history)
"""Modules whose COLUMNS, or other tuples of columns, have names."""
ENDS = ("missed", "open", "shown")
"""What a part of a claim comes to."""
STEPS = ("list price", "tokenizer", "verbosity", "reasoning", "cache", PER_ITEM, PER_SOLVED)
"""Steps of the bridge from list price to the bill."""
OTHERS = ("E2E p50", "date", "expected", "family", "level", "model", "n", "run", "score", "step", "suite", "task")
"""Names of columns that functions make."""


def translations(language: str) -> Path:
    """The .po file of a language."""
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def texts() -> list[str]:
    """Every text that is shown, as it stands in the code."""
    return list(dict.fromkeys((*_marked(), *_words())))


def _marked() -> Iterator[str]:
    for room in ROOMS:
        with contextlib.redirect_stderr(io.StringIO()):  # that a column's name is made of values
            found = list(extract_from_dir(PACKAGE / room, CODE, keywords=KEYWORDS))
        yield from (str(message) for _, _, message, *_ in found if message)


def _words() -> Iterator[str]:
    """Words that are values: they are translated where they are shown."""
    yield from map(str, Outcome)
    for verdict in (*map(str, Verdict), *SYMBOLS, "reported"):
        yield from (verdict, verdict.capitalize())
    yield from (*STATES, *ENDS)
    for part in parts.PARTS:
        yield from (part.noun, part.verb, part.figure, part.unit)
    yield from STEPS
    yield read_record(EXAMPLE).remark or ""
    yield from OTHERS
    for module in COLUMNS:
        for columns in vars(module).values():
            for column in columns if isinstance(columns, tuple) else ():
                if isinstance(column, Column):
                    yield from filter(None, (column.name, column.aside, column.unit))


def read(language: str) -> Catalog:
    """A language's catalogue, as its .po file has it."""
    with translations(language).open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def compiled(catalogue: Catalog) -> bytes:
    """The .mo file of a catalogue."""
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def write(language: str) -> list[str]:
    """Brings a language's files up to date; returns the texts without a translation."""
    path = translations(language)
    known = {message.id: message.string for message in read(language) if message.id} if path.exists() else {}
    made = Catalog(locale=language, project=DOMAIN, fuzzy=False, creation_date=DAY, revision_date=DAY)
    for text in texts():
        made.add(text, known.get(text) or "")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, made, width=120, omit_header=False, sort_output=True)
    path.with_suffix(".mo").write_bytes(compiled(made))
    return [text for text in texts() if not known.get(text)]


if __name__ == "__main__":
    for each in LANGUAGES:
        for missing in write(each) if each != ENGLISH else ():
            print(f"{each}: no translation of {missing!r}")
