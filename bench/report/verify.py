"""Checks what a run folder publishes: every number is computed anew from the tables and the record, and compared.

Pictures are not compared; the CSV file beside each holds its numbers and is.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import math
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, takewhile, zip_longest
from pathlib import Path
from typing import Any

from bench import clean
from bench.errors import UsageError
from bench.language import ENGLISH, LANGUAGES, writing
from bench.records import (
    JUDGMENTS,
    LABELS,
    LATENCY,
    MANIFEST,
    RunRecord,
    read_parquet,
    read_record,
    read_run,
    run_folders,
    write_file,
)
from bench.report.numbers.billed import misbilled
from bench.report.page import NAME, PageSource, frame, page_runs, read_page, write_page
from bench.report.text import totals
from bench.report.write import write_report

SOURCES = (MANIFEST, "items.parquet", "answers.parquet", "aggregates.parquet", LABELS, JUDGMENTS, LATENCY)
"""What everything else of a run folder is computed from."""
CLOSE = 1e-9
"""Relative difference that another processor may make."""
NUMBER = re.compile(r"\d+(?:[.,]\d+)*(?:e[+-]?\d+)?")
MOST_COSTS = 10
"""Costs that differ from their tokens' and are named; one price changed changes all of them."""
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
    """What `verify` found of a run folder, or of the page of several runs."""

    what: Path
    """The run folder, or the page."""
    numbers: Mapping[str, int]
    """File -> numbers in it that were compared."""
    differing: tuple[Differs, ...]
    """Every place that differs."""
    absent: tuple[str, ...]
    """Files that `bench report` writes and the folder lacks."""


def verify(folders: Sequence[Path], joint: Path | None = None) -> list[Verified]:
    """Computes everything that run folders publish anew, in a scratch folder, and compares; one result for each.

    `joint` is the page that `bench report` wrote of these runs together, in any order: one more result, the last.
    UsageError if a folder is not a run folder, its tables are damaged, nothing is published in it, or `joint` is not
    the page of these runs.
    """
    if joint and not shows(joint, folders):
        raise UsageError(f"{joint}: does not show these runs. `bench report` writes it, given the same runs.")
    with tempfile.TemporaryDirectory() as name:
        sources = [_computed(folder, Path(name) / str(at)) for at, folder in enumerate(folders)]
        pairs = zip(folders, sources, strict=True)
        results = [_with_costs(compared(folder, source.folder), source) for folder, source in pairs]
        return [*results, *([_joint(joint, Path(name), folders, sources)] if joint else [])]


def shows(page: Path, folders: Sequence[Path]) -> bool:
    """Whether a page is there and shows just these runs, in any order."""
    runs = [read_record(folder).run for folder in folders]
    return page.is_file() and sorted(page_runs(clean.read_text(page, errors="replace"))) == sorted(runs)


def _language(page: Path) -> str:
    """The language that a page, or a comparison.html, says it is in; English where it says none that we write."""
    if not page.is_file():
        return ENGLISH
    said = re.search(r'<html lang="([a-z]+)">', clean.read_text(page, errors="replace")[:200])
    return said[1] if said and said[1] in LANGUAGES else ENGLISH


def _computed(folder: Path, scratch: Path, language: str | None = None) -> PageSource:
    """The tables of a run folder, linked into another, and everything that `bench report` makes of them there, in the
    language that is published."""
    if not _published(folder):
        raise UsageError(f"{folder}: publishes nothing that could be checked. `bench report` writes it.")
    inside = scratch / folder.resolve().name
    inside.mkdir(parents=True)
    record, _ = read_run(folder)  # what is wrong with it is said of it, not of its copy
    for source in SOURCES:
        if os.path.lexists(folder / source):
            _copy(folder, source, inside)
    for other in _before(folder, record):
        beside = scratch / other.name
        beside.mkdir()
        for source in (MANIFEST, "items.parquet"):
            _copy(other, source, beside)
    pages = (folder / NAME, folder / "comparison.html")
    with writing(language or next((_language(page) for page in pages if page.is_file()), ENGLISH)):
        comparison, files = write_report(inside)
    _write_items_csv(inside)
    return PageSource(inside, comparison, files)


def _before(folder: Path, record: RunRecord) -> Iterator[Path]:
    """The runs beside it that its bets go on from."""
    wanted = record.looks.carried_from if record.looks else ()
    for other in run_folders(folder.resolve().parent) if wanted else ():
        with contextlib.suppress(UsageError):
            if read_record(other).run in wanted and other.name != folder.resolve().name:
                yield other


def _with_costs(result: Verified, source: PageSource) -> Verified:
    """With the table's own costs, held against its tokens and the prices that run.json holds."""
    record, items = read_run(source.folder)
    wrong = tuple(
        Differs("items.parquet", f"row {at}, cost_usd", f"{usd:.6g}", f"{known:.6g} by its tokens and price")
        for at, usd, known in islice(misbilled(items, record), MOST_COSTS)
    )
    return replace(result, differing=(*result.differing, *wrong))


def _copy(folder: Path, name: str, to: Path) -> None:
    """A file of a run folder in another. UsageError if it is a link, or no file."""
    try:
        with clean.open_file(folder / name, below=folder, most=clean.MOST_TABLE) as file:
            write_file(to, name, lambda copy: shutil.copyfileobj(file, copy))
    except OSError as error:
        raise UsageError(f"{folder / name}: cannot be read ({error.strerror}).") from error


def _joint(published: Path, scratch: Path, folders: Sequence[Path], sources: Sequence[PageSource]) -> Verified:
    """The page of several runs, beside the same in the order of the published one, and in its language."""
    language = _language(published)
    if any(_language(folder / NAME) != language for folder in folders):
        sources = [_computed(folder, scratch / f"{at} in {language}", language) for at, folder in enumerate(folders)]
    by_run = {source.comparison.record.run: source for source in sources}
    ordered = [by_run[run] for run in page_runs(clean.read_text(published, errors="replace"))]
    with writing(language):
        numbers, differing = _file(published, write_page(scratch / NAME, ordered), NAME)
    return Verified(published, {NAME: numbers}, tuple(differing), ())


def compared(folder: Path, computed: Path) -> Verified:
    """What a run folder publishes, beside the same files as they were computed anew into another folder."""
    published, fresh = _published(folder), _published(computed)
    numbers: dict[str, int] = {}
    differing: list[Differs] = []
    for file in sorted(published & fresh):
        numbers[file], differ = _file(folder / file, computed / file, file)
        differing += differ
    differing += [Differs(file, "the file", "as a result", "no such file") for file in sorted(published - fresh)]
    return Verified(folder, numbers, tuple(differing), tuple(sorted(fresh - published - {"items.csv"})))


def _file(published: Path, computed: Path, name: str) -> tuple[int, list[Differs]]:
    """How many numbers one file has, and where the published one differs; it is read as files called `name` are."""
    ours = _values(computed, name)
    try:
        differing = [Differs(name, *rest) for rest in _compared(_values(published, name), ours)]
        if name == NAME and not differing:
            differing = [Differs(name, *rest) for rest in _compared(_code(published), _code(computed))]
    except (ValueError, OSError, KeyError) as error:
        differing = [Differs(name, "the file", f"something that cannot be read ({error})", "a readable one")]
    return _numbers(ours), differing


def _write_items_csv(folder: Path) -> None:
    """items.csv as a run writes it: the table, in another format."""
    import pyarrow.csv

    table = read_parquet(folder, "items.parquet")
    write_file(folder, "items.csv", lambda file: pyarrow.csv.write_csv(clean.spreadsheet_csv(table), file))


def _published(folder: Path) -> set[str]:
    """The files of a run folder that hold numbers made from its tables."""
    files = [*folder.glob("comparison.*"), *folder.glob("claims.*"), *folder.glob("charts/*.csv")]
    files += [folder / name for name in ("items.csv", totals.NAME, NAME) if (folder / name).is_file()]
    return {str(file.relative_to(folder)) for file in files}


def _values(path: Path, name: str) -> Values:
    """What a file says, read as files of a name are. ValueError, KeyError or OSError if it is damaged."""
    below = path.parents[len(Path(name).parts) - 1]
    return _READ.get(name, _READ.get(Path(name).suffix, _lines))(clean.read_text(path, below=below))


def _tree(text: str) -> Values:
    return dict(_leaves(_json(text), ""))


def _json(text: str) -> Any:
    """ValueError for a key that stands twice: readers differ in which of the two they take."""

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(known := dict(found)) < len(found):
            names = [name for name, _ in found]
            raise ValueError(f"the key {next(name for name in names if names.count(name) > 1)!r} stands twice")
        return known

    return json.loads(text, object_pairs_hook=pairs)


def _leaves(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict | list) and value:
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(part, f"{place}/{key}" if place else str(key))
    else:
        yield place, value


def _claims(text: str) -> Values:
    """claims.json; files written before their parts had that name call them halves."""
    records = _json(text)
    for record in records:
        if "halves" in record:
            record.setdefault("parts", record["halves"])
    return dict(_leaves(records, ""))


def _grid(text: str) -> Values:
    rows = list(csv.reader(io.StringIO(text)))
    heads = rows[0] if rows else []
    if len(set(heads)) < len(heads):
        raise ValueError(f"the column {next(head for head in heads if heads.count(head) > 1)!r} stands twice")
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
    shown = read_page(_renamed(text))
    texts = {f"text {number}": said for number, said in enumerate(shown.texts, 1)}
    items = {f"item {task}/{item} of {run}": answers for (run, task, item), answers in shown.items.items()}
    facts = dict(_leaves(shown.facts, "page-facts"))
    return {**shown.numbers, **texts, **items, **facts}


def _renamed(page: str) -> str:
    """A page with the keys of its numbers as they are called now."""
    return re.sub(r'(="claims\.json/\d+)/halves/', r"\1/parts/", page)


def _code(page: Path) -> Values:
    """The lines of a page's own code, its script, style and security policy too."""
    lines = frame(_renamed(clean.read_text(page, below=page.parent))).splitlines()
    return {f"code, line {number}": line for number, line in enumerate(lines, 1)}


_READ: Mapping[str, Callable[[str], Values]] = {
    ".json": _tree,
    ".csv": _grid,
    NAME: _page,
    "items.csv": _lines,
    "claims.json": _claims,
}
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


def _equal(value: Any, other: Any) -> bool:
    if isinstance(value, bool) or isinstance(other, bool) or not isinstance(value, int | float):
        return type(value) is type(other) and bool(value == other)
    return isinstance(other, int | float) and math.isclose(value, other, rel_tol=CLOSE, abs_tol=1e-300)


def _said(published: Any, computed: Any) -> tuple[str, str]:
    """Both values as text; of long ones the part where they begin to differ."""
    texts = [
        "nothing" if value is _NOTHING else json.dumps(value, ensure_ascii=False) for value in (published, computed)
    ]
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
