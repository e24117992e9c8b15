"""Text files of any size, read row by row: CSV, JSON lines, gzip, byte-order marks, stray bytes."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from bench import clean
from bench.errors import UsageError
from bench.importers.deep import without_deep
from bench.importers.ledger import Ledger
from bench.importers.numbers import shown

DELIMITERS = ",;\t|"
_SEP = re.compile(r'"?sep=(.)"?[,;\t|]*', re.IGNORECASE)
"""The line before the names that gives Excel the delimiter."""
_STRAY = re.compile(r"[\udc80-\udcff]")
"""A byte that was no UTF-8, as `open_text` keeps it."""
_BLANKS = " \t\r\n\v\f\xa0\u200b\ufeff"
"""What may surround a name, and is not part of it."""
LOST = "\ufffd"
"""Stands for a byte of no known text."""
LONGEST_FIELD = 16 << 20
"""Characters of one CSV field; a quote that is never closed would otherwise swallow the file into memory."""
LONGEST_LINE = 64 << 20
"""Characters of one line of JSON lines."""
LONGEST_WHOLE = 512 << 20
"""Characters of a file that is read as a whole."""
LONGEST_HEADER = 1 << 20
"""Characters of a CSV file's first line."""
MOST_COLUMNS = 4096
"""Columns of a CSV file."""
NOT_PLAIN = "is a link, a pipe or a device, which are not read below a folder"
UNPACKED_BYTES, UNPACKED_RATIO = 1 << 28, 100
"""A gzip file may unpack to the first, or to so many times its own size, whichever is more."""
UNPACKED_LINES = 300_000
"""Lines and JSON objects that it may unpack to, or as many as it has bytes: each takes time to look at."""
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
            errors = "replace" if coding == "utf-16" else "surrogateescape"
            yield io.TextIOWrapper(raw, coding, errors=errors, newline="")
    except (gzip.BadGzipFile, EOFError) as error:
        raise UsageError(f"{path}: is not a whole gzip file ({error}).") from error
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror or error}).") from error


def _binary(path: Path) -> Any:
    if path.suffix != ".gz":
        return clean.open_file(path)
    return io.BufferedReader(_Unpacked(path))


class _Unpacked(io.RawIOBase):
    """What a gzip file unpacks to, bounded: a few kilobytes may stand for terabytes. UsageError beyond the bound."""

    def __init__(self, path: Path) -> None:
        self._raw, self._path = clean.open_file(path), path
        self._file = gzip.GzipFile(fileobj=self._raw)
        size = os.fstat(self._raw.fileno()).st_size
        self._left = self._most = max(UNPACKED_BYTES, UNPACKED_RATIO * size)
        self._lines = self._most_lines = max(UNPACKED_LINES, size)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        chunk = self._file.read(len(buffer))
        self._left -= len(chunk)
        if self._left < 0:
            raise UsageError(f"{self._path}: unpacks to more than {self._most >> 20} MiB. Unpack it yourself to go on.")
        self._lines -= chunk.count(b"\n") + chunk.count(b"\r") + chunk.count(b"{")
        if self._lines < 0:
            raise UsageError(
                f"{self._path}: unpacks to more than {self._most_lines:,} lines or objects. Unpack it to go on."
            )
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        self._file.close()
        self._raw.close()
        super().close()


def stray(text: str) -> str | None:
    """Why a text cannot be used: it has bytes that are not UTF-8; None if it has none."""
    found = _STRAY.search(text)
    if not found:
        return None
    return f"byte 0x{ord(found[0]) - 0xDC00:02x} is not UTF-8 in '{shown(text)}'; save the file as UTF-8"


def repaired(text: str) -> str:
    """The text with LOST in place of bytes that are not UTF-8, for files that are parsed as a whole."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def csv_columns(path: Path) -> list[str]:
    """The names of the columns, "" where one has none. UsageError if there is no name, or one stands twice."""
    with open_text(path) as file:
        return _table(path, file).names


class _Table(NamedTuple):
    """A CSV file whose names have been read."""

    names: list[str]
    """By column; "" where it has none."""
    cells: Iterator[list[str]]
    """The rows that follow, as csv.reader gives them."""
    lines: _Lines
    """What they are read from."""
    line: Callable[[], int]
    """The line on which the next row begins, from 1."""


def _table(path: Path, file: TextIO) -> _Table:
    """Reads the names, after the line `sep=;` that gives a spreadsheet the delimiter."""
    csv.field_size_limit(LONGEST_FIELD)
    line, before, what = file.readline(LONGEST_HEADER + 1), 0, "first line"
    said = _SEP.fullmatch(line.strip("\r\n"))
    if said:
        line, before, what = file.readline(LONGEST_HEADER + 1), 1, "second line"
    if len(line) > LONGEST_HEADER:
        raise UsageError(f"{path}: its {what} must name the columns; it has more than {LONGEST_HEADER} characters.")
    if not line.strip():
        raise UsageError(f"{path}: is empty; its first line must name the columns.")
    if why := stray(line):
        raise UsageError(f"{path}: {what}: {why}.")
    lines = _Lines(file, line)
    reader = csv.reader(lines, delimiter=said[1] if said else max(DELIMITERS, key=line.count))
    try:
        names = [clean.unguarded(name.strip(_BLANKS)) for name in next(reader)]
    except csv.Error as error:
        raise UsageError(f"{path}: {what}: {error}; is a quote left open?") from error
    _check_names(f"{path}:", names, what)
    return _Table(names, reader, lines, lambda: before + reader.line_num + 1)


def _check_names(where: str, names: list[str], what: str) -> None:
    if len(names) > MOST_COLUMNS:
        raise UsageError(f"{where} has {len(names)} columns, more than {MOST_COLUMNS}. Leave out those not needed.")
    if not any(names):
        raise UsageError(f"{where} {what}: names no column.")
    twice = next((name for name, times in Counter(filter(None, names)).items() if times > 1), None)
    if twice is not None:
        places = " and ".join(str(at) for at, name in enumerate(names, 1) if name == twice)
        raise UsageError(f"{where} column '{shown(twice)}' stands twice in its {what}: columns {places}.")


def csv_rows(path: Path, ledger: Ledger) -> Iterator[Row]:
    """The rows of a CSV file, by the columns that have a name. Damaged rows are dropped.

    The delimiter is the one that `sep=` states, or that the line of names holds most of.
    """
    with open_text(path) as file:
        table = _table(path, file)
        while True:
            where = f"{path.name} row {table.line()}"
            table.lines.row = 0
            try:
                cells = next(table.cells)
            except StopIteration:
                return
            except csv.Error as error:
                ledger.drop(where, f"{error}; is a quote left open?")
                continue
            if not any(cells):
                continue
            if len(cells) != len(table.names):
                ledger.drop(where, f"has {len(cells)} columns, the first line {len(table.names)}")
                continue
            row = {name: clean.unguarded(cell) for name, cell in zip(table.names, cells, strict=True) if name}
            bad = next(((name, why) for name, cell in row.items() if not cell.isascii() and (why := stray(cell))), None)
            if bad:
                ledger.drop(where, f"column {bad[0]}: {bad[1]}")
                continue
            yield where, row


class _Lines(Iterator[str]):
    """The lines of a CSV file, none so long, nor so many to a row, that memory is at stake. csv.Error beyond that."""

    def __init__(self, file: TextIO, first: str) -> None:
        self._file, self._first = file, first
        self.row = 0
        """Characters of the row so far; to be set to 0 before each."""

    def __next__(self) -> str:
        line, self._first = self._first or self._file.readline(LONGEST_FIELD), ""
        if not line:
            raise StopIteration
        self.row += len(line)
        if self.row > LONGEST_FIELD:
            raise csv.Error(f"the row has more than {LONGEST_FIELD} characters")
        return line


def json_rows(path: Path, ledger: Ledger, *, flat: bool = False) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects of a file of JSON lines. Damaged lines are dropped.

    `flat`: each is a row of a table, so that no key may stand twice, and a key that is empty names no column.
    """
    pairs = _row if flat else None
    with open_text(path) as file:
        number = 0
        while line := file.readline(LONGEST_LINE):
            number += 1
            where = f"{path.name} line {number}"
            if len(line) == LONGEST_LINE and line[-1] != "\n":
                ledger.drop(where, f"has more than {LONGEST_LINE} characters; nothing after it is read")
                return
            if not line.strip():
                continue
            why = None if line.isascii() else stray(line)
            if not why:
                try:
                    row = loads(line, pairs)
                    why = None if isinstance(row, dict) else "is not a JSON object"
                except _TwiceError as error:
                    why = str(error)
                except (ValueError, RecursionError) as error:
                    why = f"is not JSON ({error})"
                    if line[-1] != "\n" and line.rstrip()[-1:] != "}":
                        why += ". It is the last line, and cut: take the whole file, or leave the line out"
                    elif getattr(error, "pos", 0) >= len(line.rstrip()):
                        why += ". The line ends within its record, which must stand on one line"
            if why:
                ledger.drop(where, why)
            else:
                yield where, row


def read_json(path: Path, *, level: int | None = None) -> Any:
    """A whole JSON file, with LOST for stray bytes. UsageError if it is none.

    With `level`, what stands in so many objects and lists and is nested too deeply is TOO_DEEP, and the rest is read.
    """
    text = read_whole(path)
    try:
        try:
            return loads(text)
        except RecursionError:
            if level is None:
                raise
            return loads(without_deep(text, level))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: is not JSON ({error}).") from error


def read_whole(path: Path) -> str:
    """A whole text file, with LOST for stray bytes. UsageError if it is longer than can be held."""
    with open_text(path) as file:
        text = file.read(LONGEST_WHOLE + 1)
    if len(text) > LONGEST_WHOLE:
        raise UsageError(f"{path}: has more than {LONGEST_WHOLE >> 20} million characters. Split it.")
    return repaired(text)


def files_below(folder: Path, *patterns: str, ledger: Ledger) -> list[Path]:
    """The files below a folder whose names have one of these shapes, sorted.

    A link, pipe or device is left out, and what lies below a link: the folder may be a stranger's.
    """
    files = []
    for path in sorted(path for pattern in patterns for path in folder.rglob(pattern)):
        if is_plain(path, folder):
            files.append(path)
        else:
            ledger.drop(str(path.relative_to(folder)), NOT_PLAIN)
    return files


def is_plain(path: Path, below: Path) -> bool:
    """Whether a path is a file, and no part of it below a folder is a link."""
    parts = [path, *path.parents]
    inside = parts[: parts.index(below)] if below in parts else parts[:1]
    return path.is_file() and not any(part.is_symlink() for part in inside)


def mapping(value: object) -> Mapping[str, Any]:
    """A JSON object, or an empty one in place of anything else."""
    return value if isinstance(value, Mapping) else {}


class _TwiceError(ValueError):
    """A key that stands twice in one object."""


def _row(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object as a row."""
    row = dict(pairs)
    if len(row) < len(pairs):
        names = [name for name, _ in pairs]
        raise _TwiceError(f"column {shown(next(name for name in names if names.count(name) > 1))}: stands twice")
    if any(not name.strip(_BLANKS) for name in row):
        return {name: value for name, value in row.items() if name.strip(_BLANKS)}
    return row


def loads(text: str, pairs: Callable[[list[tuple[str, Any]]], Any] | None = None) -> Any:
    """JSON, with "?" for half a surrogate pair: what is left of an emoji that a token limit cut through."""
    value = json.loads(text, object_pairs_hook=pairs)
    if "\\ud" in text or "\\uD" in text:
        return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    return value
