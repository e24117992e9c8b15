"""Checks what a run folder publishes: every number and picture is made anew from the tables and the record."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from bench import clean
from bench.errors import UsageError
from bench.language import ENGLISH, LANGUAGES, writing
from bench.records import (
    JUDGMENTS,
    LABELS,
    LATENCY,
    LOAD,
    MANIFEST,
    RunRecord,
    read_parquet,
    read_record,
    read_run,
    read_table,
    run_folders,
    write_file,
)
from bench.report import choices, pictures
from bench.report.charts import styled_as, vectors_only
from bench.report.numbers.added import Misadded, misadded
from bench.report.numbers.billed import misbilled
from bench.report.page import NAME, PageSource, page_runs, write_page
from bench.report.published import code, differences, values
from bench.report.text import totals
from bench.report.write import write_report

SOURCES = (
    MANIFEST,
    "items.parquet",
    "answers.parquet",
    "aggregates.parquet",
    "turns.parquet",
    LABELS,
    JUDGMENTS,
    LATENCY,
    LOAD,
)
"""What everything else of a run folder is computed from."""
NUMBER = re.compile(r"\d+(?:[.,]\d+)*(?:e[+-]?\d+)?")
MOST_COSTS = 10
"""Costs that differ from their tokens', and sums from their turns', that are named: a price changed changes all."""


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
    unseen: tuple[str, ...] = ()
    """Pictures that could not be compared, and why."""


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
        results = [
            _with_choices(_with_costs(_with_pictures(compared(folder, source.folder), source), source))
            for folder, source in pairs
        ]
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
        made = _drawn(folder, inside)
    _write_items_csv(inside)
    return made


def _drawn(folder: Path, inside: Path) -> PageSource:
    """Everything that `bench report` makes, its charts in the style and shape in which the published ones are."""
    style, shape = pictures.drawn_as(folder, NAME)
    dots = any(name.endswith(".png") for name in pictures.of_folder(folder))
    with contextlib.nullcontext() if dots else vectors_only(), styled_as(style):
        return PageSource(inside, *write_report(inside, shape))


def _before(folder: Path, record: RunRecord) -> Iterator[Path]:
    """The runs beside it that its bets go on from."""
    wanted = record.looks.carried_from if record.looks else ()
    for other in run_folders(folder.resolve().parent) if wanted else ():
        with contextlib.suppress(UsageError):
            if read_record(other).run in wanted and other.name != folder.resolve().name:
                yield other


def _with_pictures(result: Verified, source: PageSource) -> Verified:
    """With the pictures, each beside the same drawn anew."""
    seen = [*pictures.each_compared(result.what, source.folder, NAME)]
    planted = pictures.of_folder(result.what) - pictures.of_folder(source.folder)
    return replace(
        result,
        differing=(
            *result.differing,
            *(Differs(name, "the picture", "as a result", "no such file") for name in sorted(planted)),
            *_other_pictures(seen),
        ),
        unseen=tuple(f"{file}, {place}: {found.why}" for file, place, found in seen if found.same is None),
    )


def _other_pictures(seen: Iterable[tuple[str, str, pictures.Redrawn]]) -> Iterator[Differs]:
    for file, place, found in seen:
        if found.same is False:
            yield Differs(file, place, found.why or "another one", "the one that is drawn anew")


def _with_costs(result: Verified, source: PageSource) -> Verified:
    """With the table's own costs, held against its tokens and the prices that run.json holds, and what it says of
    episodes, held against their turns."""
    record, items = read_run(source.folder)
    turns = read_table(source.folder, "turns") if (source.folder / "turns.parquet").exists() else None
    wrong = tuple(
        Differs("items.parquet", f"row {at}, cost_usd", f"{usd:.6g}", f"{known:.6g} by its tokens and price")
        for at, usd, known in islice(misbilled(items, record, turns), MOST_COSTS)
    )
    added = map(_of_turns, islice(misadded(items, turns), MOST_COSTS))
    return replace(result, differing=(*result.differing, *wrong, *added))


def _of_turns(found: Misadded) -> Differs:
    place = f"row {found.row}, {found.column}"
    return Differs(f"{found.table}.parquet", place, said(found.said), f"{said(found.by_turns)} by turn")


def said(value: object) -> str:
    """A cell of a table in a line."""
    return "unknown" if value is None else f"{value:.9g}" if isinstance(value, float) else str(value)


def _with_choices(result: Verified) -> Verified:
    """With how models' own prompts were chosen, held against the tables below the run folder."""
    record = read_record(result.what)
    if record.prompt_choices and (record.derived or record.redacted):
        where = f"{MANIFEST}, prompt_choices: the run that it is made of has their tables"
        return replace(result, unseen=(*result.unseen, where))
    wrong = (Differs(MANIFEST, *each) for each in choices.compared(result.what, record))
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
        page = write_page(scratch / NAME, ordered)
    numbers, differing = _file(published, page, NAME)
    seen = [*pictures.pages_compared(published, page)]
    unseen = tuple(f"{file}, {place}: {found.why}" for file, place, found in seen if found.same is None)
    return Verified(published, {NAME: numbers}, (*differing, *_other_pictures(seen)), (), unseen)


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
    ours = values(computed, name)
    try:
        differing = [Differs(name, *rest) for rest in differences(values(published, name), ours)]
        if name == NAME and not differing:
            differing = [Differs(name, *rest) for rest in differences(code(published), code(computed))]
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


def _numbers(value: Any) -> int:
    if isinstance(value, dict | list):
        return sum(map(_numbers, value.values() if isinstance(value, dict) else value))
    if isinstance(value, str):
        return len(NUMBER.findall(value))
    return int(isinstance(value, int | float) and not isinstance(value, bool))
