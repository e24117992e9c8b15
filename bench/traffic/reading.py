"""The records of a log: JSON lines, JSON arrays of any size, objects one after another, or a CSV table."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, TextIO

from bench.errors import UsageError
from bench.importers import Ledger, csv_rows, json_rows, open_text
from bench.traffic.values import unpacked

_PIECE = 1 << 20
_LONGEST = 512 << 20
"""Characters of one JSON value."""
_WORD = 32
"""Characters by which it is clear that no value begins."""
_SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv", ".log")
_WRAPPERS = ("data", "observations", "runs", "requests", "spend_logs", "logs", "results", "generations")
"""Keys under which an interface's answer holds its records."""
_BETWEEN = re.compile(r"[\s,\ufeff]*")


def log_files(paths: Sequence[Path], ledger: Ledger) -> list[Path]:
    """The files, and those below the folders whose names say that they hold JSON or CSV. UsageError without any.

    A link, pipe or device below a folder is left out: the folder may be a stranger's.
    """
    files: dict[Path, Path] = {}
    for path in paths:
        if not path.is_dir():
            _add(files, path, ledger)
            continue
        inside = [Path(top) / name for top, _, names in os.walk(path) for name in names if _is_log(name)]
        if not inside:
            raise UsageError(f"{path}: has no file whose name ends in {', '.join(_SUFFIXES)} (or in .gz after it).")
        for file in sorted(inside):
            if file.is_symlink() or not file.is_file():
                ledger.drop(file.name, "is a link, a pipe or a device, which are not read below a folder")
            else:
                _add(files, file, ledger)
    if not files:
        raise UsageError(f"{paths[0]}: holds no file but links, pipes and devices, which are not read. Name the files.")
    return [*files.values()]


def _add(files: dict[Path, Path], path: Path, ledger: Ledger) -> None:
    """A file by its place, so that one that is named twice is read once."""
    if files.setdefault(path.resolve(), path) is not path:
        ledger.note(f"{path.name} is named twice: it is read once.")


def _is_log(name: str) -> bool:
    return Path(name.removesuffix(".gz")).suffix.lower() in _SUFFIXES


def records(path: Path, ledger: Ledger) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every record of a file and where it stands. What cannot be read is left out and named; UsageError if the file
    cannot be opened."""
    for where, raw in _unwrapped(path, ledger):
        inside = [each for key in _WRAPPERS if isinstance(each := raw.get(key), list)]
        if not inside or "model" in raw or not all(isinstance(each, Mapping) for each in chain(*inside)):
            yield where, raw
        else:
            yield from ((f"{where} entry {at}", each) for at, each in enumerate(chain(*inside), 1))


def _unwrapped(path: Path, ledger: Ledger) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if Path(path.name.removesuffix(".gz")).suffix.lower() == ".csv":
        rows = csv_rows(path, ledger)
        yield from ((where, {name: unpacked(cell) for name, cell in row.items()}) for where, row in rows)
    elif _in_lines(path):
        yield from json_rows(path, ledger)
    else:
        with open_text(path) as file:
            yield from _values(path, file, ledger)


def _in_lines(path: Path) -> bool:
    """Whether each line is a record: the first is whole, or the second begins with one."""
    with open_text(path) as file:
        lines = [line for line in (file.readline(_PIECE) for _ in range(20)) if line.strip()]
    if not lines or lines[0].lstrip()[:1] == "[":
        return False
    first, second = lines[0], "".join(lines[1:2])
    return first.rstrip()[-1] == "}" or not first.endswith("\n") or second[:1] == "{"


def _values(path: Path, file: TextIO, ledger: Ledger) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The objects of arrays, or objects one after another, each decoded alone: their number does not matter."""
    decode, text, want = json.JSONDecoder().raw_decode, file.read(_PIECE), _PIECE
    at, line, inside = 0, 1, False
    while True:
        begin = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]
        line += text.count("\n", at, begin)
        where, at = f"{path.name} line {line}", begin
        if text[at : at + 1] == "[]"[inside]:
            at, inside = at + 1, not inside
            continue
        try:
            value, end = decode(text, at)
        except ValueError as error:
            hopeless = len(text) - at >= _LONGEST or (_begins_none(error, at) and len(text) - at > _WORD)
            piece = "" if hopeless else file.read(want)
            if not piece:
                if at < len(text):
                    ledger.drop(where, f"is not JSON from here on ({error})")
                elif inside:
                    ledger.drop(where, "is where the file ends, within an array: it was cut. Take the whole file")
                return
            text, at, want = text[at:] + piece, 0, min(2 * want, _LONGEST)
            continue
        except RecursionError:
            ledger.drop(where, "is nested too deeply; nothing after it is read")
            return
        if isinstance(value, Mapping):
            yield where, value
        else:
            ledger.drop(where, "is not a JSON object")
        line += text.count("\n", at, end)
        at, want = end, _PIECE


def _begins_none(error: ValueError, at: int) -> bool:
    return isinstance(error, json.JSONDecodeError) and error.pos == at
