"""Text files of any size, read row by row: CSV, JSON lines, gzip, byte-order marks, stray bytes."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from bench.errors import UsageError
from bench.importers.ledger import Ledger
from bench.importers.numbers import shown

DELIMITERS = ",;\t|"
LOST = "\ufffd"
"""Stands for a byte of no known text."""
LONGEST_FIELD = 16 << 20
"""Characters of one CSV field; a quote that is never closed would otherwise swallow the file into memory."""
LONGEST_LINE = 64 << 20
"""Characters of one line of JSON lines."""
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}

Row = tuple[str, dict[str, str]]
"""Where a row stands, e.g. "results.csv row 17", and its cells by column."""


@contextmanager
def open_text(path: Path) -> Iterator[TextIO]:
    """A text file, gzipped if its name ends in .gz; bytes of no known text stay in it as lone surrogates.

    UsageError if it cannot be opened.
    """
    try:
        with _binary(path) as probe:
            start = probe.read(3)
        coding = next((name for mark, name in _MARKS.items() if start.startswith(mark)), "utf-8")
        with _binary(path) as raw:
            import io

            errors = "replace" if coding == "utf-16" else "surrogateescape"
            yield io.TextIOWrapper(raw, coding, errors=errors, newline="")
    except (gzip.BadGzipFile, EOFError) as error:
        raise UsageError(f"{path}: is not a whole gzip file ({error}).") from error
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror or error}).") from error


def _binary(path: Path) -> Any:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")


def stray(text: str) -> str | None:
    """Why a text cannot be used: it has bytes that are not UTF-8; None if it has none."""
    for character in text:
        if "\udc80" <= character <= "\udcff":
            return f"byte 0x{ord(character) - 0xDC00:02x} is not UTF-8 in '{shown(text)}'; save the file as UTF-8"
    return None


def repaired(text: str) -> str:
    """The text with LOST in place of bytes that are not UTF-8, for files that are parsed as a whole."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def csv_columns(path: Path) -> list[str]:
    """The names in the first line. UsageError if there is none, or one stands twice."""
    with open_text(path) as file:
        return _header(path, file)[0]


def _header(path: Path, file: TextIO) -> tuple[list[str], str]:
    line = file.readline(LONGEST_FIELD).strip("\r\n")
    if not line.strip():
        raise UsageError(f"{path}: is empty; its first line must name the columns.")
    if why := stray(line):
        raise UsageError(f"{path}: first line: {why}.")
    delimiter = max(DELIMITERS, key=line.count)
    names = [name.strip() for name in next(csv.reader([line], delimiter=delimiter))]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"{path}: column '{shown(twice)}' stands twice in its first line.")
    return names, delimiter


def csv_rows(path: Path, ledger: Ledger) -> Iterator[Row]:
    """The rows of a CSV file; the delimiter is the one its first line holds most of. Damaged rows are dropped."""
    csv.field_size_limit(LONGEST_FIELD)
    with open_text(path) as file:
        names, delimiter = _header(path, file)
        reader = csv.reader(file, delimiter=delimiter)
        while True:
            where = f"{path.name} row {reader.line_num + 2}"
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                ledger.drop(where, f"{error}; is a quote left open?")
                continue
            if not any(cells):
                continue
            if len(cells) != len(names):
                ledger.drop(where, f"has {len(cells)} columns, the first line {len(names)}")
                continue
            row = dict(zip(names, cells, strict=True))
            bad = next(((name, why) for name, cell in row.items() if not cell.isascii() and (why := stray(cell))), None)
            if bad:
                ledger.drop(where, f"column {bad[0]}: {bad[1]}")
                continue
            yield where, row


def json_rows(path: Path, ledger: Ledger) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects of a file of JSON lines. Damaged lines are dropped."""
    with open_text(path) as file:
        number = 0
        while line := file.readline(LONGEST_LINE):
            number += 1
            where = f"{path.name} line {number}"
            if not line.strip():
                continue
            why = None if line.isascii() else stray(line)
            if not why:
                try:
                    row = _loads(line)
                    why = None if isinstance(row, dict) else "is not a JSON object"
                except (ValueError, RecursionError) as error:
                    why = f"is not JSON ({error})"
            if why:
                ledger.drop(where, why)
            else:
                yield where, row


def read_json(path: Path) -> Any:
    """A whole JSON file, with LOST for stray bytes. UsageError if it is none."""
    with open_text(path) as file:
        try:
            return _loads(repaired(file.read()))
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{path}: is not JSON ({error}).") from error


def mapping(value: object) -> Mapping[str, Any]:
    """A JSON object, or an empty one in place of anything else."""
    return value if isinstance(value, Mapping) else {}


def _loads(text: str) -> Any:
    """JSON, with "?" for half a surrogate pair: what is left of an emoji that a token limit cut through."""
    value = json.loads(text)
    if "\\ud" in text or "\\uD" in text:
        return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    return value
