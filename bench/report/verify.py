"""Checks what a run folder publishes: every number is computed anew from the tables and the manifest, and compared.

Pictures are not compared; the CSV file beside each holds its numbers and is.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile, zip_longest
from pathlib import Path
from typing import Any

from bench import runfolder
from bench.errors import UsageError
from bench.report import totals
from bench.report.page import NAME, read_page
from bench.report.write import write_report

SOURCES = (runfolder.MANIFEST, "items.parquet", "answers.parquet", "aggregates.parquet", runfolder.LATENCY)
"""What everything else of a run folder is computed from."""
CLOSE = 1e-9
"""Relative difference that another processor may make."""
NUMBER = re.compile(r"\d+(?:[.,]\d+)*(?:e[+-]?\d+)?")
SHOWN = 120
"""Characters of a value that are shown."""

Values = Mapping[str, Any]
"""Place in a file -> what is there: a number or a text."""


@dataclass(frozen=True, slots=True)
class Differs:
    """One place where a published file says something else than its tables."""

    file: str
    """The file, relative to the run folder."""
    place: str
    """Where in it: a path of keys, a row and column, or a line."""
    published: str
    """What is there; "nothing" if the place is missing."""
    computed: str
    """What the tables give."""

    def __str__(self) -> str:
        """One line for a reader."""
        return f"{self.file}: {self.place}: published {self.published}, the tables give {self.computed}"


@dataclass(frozen=True, slots=True)
class Verified:
    """What `verify` found."""

    numbers: Mapping[str, int]
    """File -> numbers in it that were compared."""
    differing: tuple[Differs, ...]
    """Every place that differs."""
    absent: tuple[str, ...]
    """Files that `bench report` writes and the folder lacks."""


def verify(folder: Path) -> Verified:
    """Computes everything that a run folder publishes anew, in a scratch folder, and compares.

    UsageError if the folder is no run folder, its tables are damaged, or nothing is published in it.
    """
    if not _published(folder):
        raise UsageError(f"{folder}: publishes nothing that could be checked. `bench report` writes it.")
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name) / folder.resolve().name
        scratch.mkdir()
        for source in SOURCES:
            if (folder / source).is_file():
                (scratch / source).symlink_to((folder / source).resolve())
        write_report(scratch)
        _write_items_csv(scratch)
        return compared(folder, scratch)


def compared(folder: Path, computed: Path) -> Verified:
    """What a run folder publishes, beside the same files as they were computed anew into another folder."""
    found, made = _published(folder), _published(computed)
    numbers: dict[str, int] = {}
    differing: list[Differs] = []
    for file in sorted(found & made):
        ours = _values(computed / file)
        numbers[file] = _numbers(ours)
        try:
            differing += [Differs(file, *rest) for rest in _compared(_values(folder / file), ours)]
        except (ValueError, OSError, KeyError) as error:
            differing.append(Differs(file, "the file", f"something that cannot be read ({error})", "a readable one"))
    differing += [Differs(file, "the file", "as a result", "no such file") for file in sorted(found - made)]
    return Verified(numbers, tuple(differing), tuple(sorted(made - found - {"items.csv"})))


def _write_items_csv(folder: Path) -> None:
    """items.csv as a run writes it: the table, in another format."""
    import pyarrow.csv
    import pyarrow.parquet

    pyarrow.csv.write_csv(pyarrow.parquet.read_table(folder / "items.parquet"), folder / "items.csv")


def _published(folder: Path) -> set[str]:
    """The files of a run folder that hold numbers made from its tables."""
    files = [*folder.glob("comparison.*"), *folder.glob("claims.*"), *folder.glob("charts/*.csv")]
    files += [folder / name for name in ("items.csv", totals.NAME, NAME) if (folder / name).is_file()]
    return {str(file.relative_to(folder)) for file in files}


def _values(path: Path) -> Values:
    """What a file says. ValueError, KeyError or OSError if it is damaged."""
    return _READ.get(path.name, _READ.get(path.suffix, _lines))(path.read_text(encoding="utf-8"))


def _tree(text: str) -> Values:
    return dict(_leaves(json.loads(text), ""))


def _leaves(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict | list) and value:
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(part, f"{place}/{key}" if place else str(key))
    else:
        yield place, value


def _grid(text: str) -> Values:
    rows = list(csv.reader(io.StringIO(text)))
    heads = rows[0] if rows else []
    return {
        f"row {number}, {head or 'no column'}": _number(cell)
        for number, row in enumerate(rows[1:], 2)
        for head, cell in zip_longest(heads, row)
    }


def _number(cell: str | None) -> float | str | None:
    try:
        return float(cell or "")
    except ValueError:
        return cell


def _lines(text: str) -> Values:
    return {f"line {number}": line for number, line in enumerate(text.splitlines(), 1)}


def _page(text: str) -> Values:
    """The page's marked numbers by their key, its other texts by their place, and its items."""
    shown = read_page(text)
    texts = {f"text {number}": said for number, said in enumerate(shown.texts, 1)}
    items = {f"item {task}/{item} of {run}": told for (run, task, item), told in shown.items.items()}
    return {**shown.numbers, **texts, **items}


_READ: Mapping[str, Callable[[str], Values]] = {".json": _tree, ".csv": _grid, NAME: _page, "items.csv": _lines}
"""How a file of a name or kind is read; any other is read by line."""


_NOTHING = object()
"""What is where one side has nothing."""


def _compared(published: Values, computed: Values) -> Iterator[tuple[str, str, str]]:
    for place in dict.fromkeys((*computed, *published)):
        ours, theirs = computed.get(place, _NOTHING), published.get(place, _NOTHING)
        if isinstance(ours, dict) and isinstance(theirs, dict) and ours != theirs:
            yield from _compared(dict(_leaves(theirs, place)), dict(_leaves(ours, place)))
        elif not _equal(theirs, ours):
            yield place, *_said(theirs, ours)


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool) or not isinstance(one, int | float):
        return type(one) is type(other) and bool(one == other)
    return isinstance(other, int | float) and math.isclose(one, other, rel_tol=CLOSE, abs_tol=1e-300)


def _said(one: Any, other: Any) -> tuple[str, str]:
    """Both values as text; of long ones the part where they begin to differ."""
    texts = ["nothing" if value is _NOTHING else json.dumps(value, ensure_ascii=False) for value in (one, other)]
    alike = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(*texts, strict=False))))
    begin = max(0, alike - SHOWN // 4) if max(map(len, texts)) > SHOWN else 0
    shown = [text[begin : begin + SHOWN] + ("..." if len(text) > begin + SHOWN else "") for text in texts]
    before = "..." if begin else ""
    return before + shown[0], before + shown[1]


def _numbers(value: Any) -> int:
    if isinstance(value, dict | list):
        return sum(map(_numbers, value.values() if isinstance(value, dict) else value))
    if isinstance(value, str):
        return len(NUMBER.findall(value))
    return int(isinstance(value, int | float) and not isinstance(value, bool))
