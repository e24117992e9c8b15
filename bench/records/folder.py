"""A run folder's record and tables: written left of the tables, read by everything right of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar, cast

from bench import clean
from bench.errors import UsageError
from bench.records.aggregates import AggregateRow
from bench.records.calls import Outcome
from bench.records.episodes import TurnRow
from bench.records.files import fresh_folder, write_file, write_text
from bench.records.kept import kept, mark_of
from bench.records.manifest import MANIFEST, RunRecord
from bench.records.parquet import REBUILT, parquet_file
from bench.records.recordedsource import RecordedDerivation
from bench.records.rows import arrow_tables, cleaned_table, parquet_schema, require_columns, write_rows
from bench.records.tables import AnswerRow, ItemRow

if TYPE_CHECKING:
    import pandas as pd

PIECE_ROWS, PIECE_CHARACTERS = 20_000, 2 << 20
"""Rows of the answers table that are written at once, and characters of their prompts and answers."""
LATENCY = "latency.csv"
LATENCY_COLUMNS = (
    "model", "connection", "started_at", "outcome", "attempts", "timing_ok", "connect_s", "ttft_s", "ttfat_s",
    "latency_s", "tpot_s", "in_total", "out_total", "error",
)  # fmt: skip
"""One line of latency.csv for each prompt of `bench run --latency-probe`; `connection` is "cold" or "warm"."""
LOAD = "load.csv"
LOAD_COLUMNS = (
    "model", "at_once", "number", "sent_at", "wall_s", "outcome", "attempts", "timing_ok", "connect_s", "ttft_s",
    "ttfat_s", "latency_s", "tpot_s", "in_total", "out_total", "error",
)  # fmt: skip
"""One line of load.csv for each prompt of `bench run --load`: `at_once` calls were to be in flight, `wall_s` seconds
passed from `sent_at` (UTC) until its slot was free again."""

_KINDS: Mapping[str, type[Any]] = {"items": ItemRow, "answers": AnswerRow, "aggregates": AggregateRow, "turns": TurnRow}

SCORED = [str(outcome) for outcome in Outcome if outcome.scored]
"""Outcomes that have a score, where anything grades the item."""

Row = TypeVar("Row")


def write_tables(folder: Path, items: Sequence[ItemRow], answers: Sequence[AnswerRow]) -> None:
    """Writes items.parquet, items.csv and answers.parquet; rows of both stand side by side."""
    import pyarrow
    import pyarrow.csv
    import pyarrow.parquet

    tables = []

    def texts(file: IO[bytes]) -> None:
        with pyarrow.parquet.ParquetWriter(file, parquet_schema(AnswerRow)) as writer:
            for piece in _pieces(answers):
                table, some = arrow_tables(items[piece], answers[piece])
                tables.append(table)
                writer.write_table(some)

    write_file(folder, "answers.parquet", texts)
    table = pyarrow.concat_tables(tables).combine_chunks()
    whole = partial(pyarrow.parquet.write_table, table, row_group_size=PIECE_ROWS)  # in groups that are read at once
    write_file(folder, "items.parquet", whole)
    write_file(folder, "items.csv", lambda file: pyarrow.csv.write_csv(clean.spreadsheet_csv(table), file))


def _pieces(answers: Sequence[AnswerRow]) -> Iterator[slice]:
    """The rows a few at a time: their texts are in memory already, and are soon there once more."""
    begin, characters = 0, 0
    for at, row in enumerate(answers):
        mine = len(row.prompt) + len(row.answer or "") + len(row.reasoning or "")
        if at > begin and (characters + mine > PIECE_CHARACTERS or at - begin >= PIECE_ROWS):
            yield slice(begin, at)
            begin, characters = at, 0
        characters += mine
    yield slice(begin, None)


def write_turns(folder: Path, rows: Sequence[TurnRow]) -> None:
    """Writes turns.parquet, the turns of a run's episodes."""
    write_rows(folder, "turns.parquet", rows, TurnRow)


def write_aggregates(folder: Path, rows: Sequence[AggregateRow]) -> None:
    """Writes aggregates.parquet, the totals of an import."""
    write_rows(folder, "aggregates.parquet", rows, AggregateRow)


def read_record(folder: Path) -> RunRecord:
    """run.json. UsageError if the folder is not a run folder."""
    path = folder / MANIFEST
    try:
        return RunRecord.read(clean.read_text(path, below=folder))
    except OSError as error:
        raise UsageError(
            f"{folder}: is not a run folder ({MANIFEST}: {error.strerror}). See `bench list runs`."
        ) from error
    except UsageError as error:
        raise UsageError(f"{folder}: {error}") from error
    except ValueError as error:
        raise UsageError(f"{path}: is damaged ({clean.line(str(error))}). {REBUILT}") from error


def read_run(folder: Path, columns: Sequence[str] | None = None) -> tuple[RunRecord, pd.DataFrame]:
    """run.json and the items table of a run, or the columns that it has of some, those of a row's key among them.

    UsageError if it is not a run folder, or they are not of the same run.
    """
    record, items = read_record(folder), read_table(folder, "items", columns)
    for column, field, known in (("suite", "suites", record.suites), ("model", "models", record.models)):
        unknown = sorted(set(items[column].dropna().unique()) - set(known))
        if unknown:
            raise UsageError(f"{folder / MANIFEST}: `{field}` lacks '{unknown[0]}', which items.parquet has. {REBUILT}")
    require_unique(items, folder / "items.parquet")
    require_no_more(items, record, folder / "items.parquet")
    return record, items


def require_no_more(items: pd.DataFrame, record: RunRecord, path: Path) -> None:
    """UsageError if a model has more items of a suite than the run planned: one asked thing counts once."""
    for suite, model, rows in _counted(items, record):
        if rows > (planned := record.suites[suite].items_planned * record.settings.repeats):
            raise UsageError(
                f"{path}: has {rows:,} rows of {model}, {suite}, and the run planned {planned:,}. {REBUILT}"
            )


def require_all(items: pd.DataFrame, record: RunRecord, path: Path) -> None:
    """UsageError if rows that a run planned are not there: what was never answered has a row that says so."""
    for suite, model, rows in _counted(items, record):
        if rows < (planned := record.suites[suite].items_planned * record.settings.repeats):
            raise UsageError(
                f"{path}: has {rows:,} of the {planned:,} rows of {model}, {suite}, that the run planned. {REBUILT}"
            )


def _counted(items: pd.DataFrame, record: RunRecord) -> Iterator[tuple[str, str, int]]:
    """Rows of each suite and model; nothing of what was imported, which had no plan."""
    if record.imported is not None:
        return
    counts = items.groupby(["suite", "model"], observed=True).size()
    for suite in record.suites:
        for model in record.models:
            yield suite, model, int(counts.get((suite, model), 0))


def require_unique(table: pd.DataFrame, path: Path) -> None:
    """UsageError if two rows of a run's table are of one sample."""
    twice = table.duplicated(["task", "item", "model", "repeat"])
    if twice.any():
        row = table[twice].iloc[0]
        where = f"{row['task']}/{row['item']}, {row['model']}"
        raise UsageError(f"{path}: {where}: is there twice. {REBUILT}")


def write_record(folder: Path, record: RunRecord) -> None:
    """Writes run.json; last of a folder's files, so that half a folder is never taken for a run."""
    write_text(folder, MANIFEST, record.text())


def read_table(folder: Path, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """The table `items`, `answers`, `turns` or `aggregates`, or some columns of it; missing values are NA.

    UsageError if it is missing or damaged.
    """
    path, keeping, mark = folder / f"{name}.parquet", kept(), None
    if keeping is not None and name == "items":
        with suppress(OSError):
            mark = mark_of(path.lstat())
        if mark is not None and keeping.items is not None and keeping.items[0] == mark:
            whole = keeping.items[1]
            return whole[[each for each in whole if columns is None or each in columns]]
    table = read_rows_of(folder, path.name, _KINDS[name], columns)
    if keeping is not None and mark is not None and columns is None:
        keeping.items = mark, table
        return table.copy(deep=False)
    return table


def read_rows_of(folder: Path, file_name: str, kind: type[Any], columns: Sequence[str] | None = None) -> pd.DataFrame:
    """A Parquet file whose rows are of a record type, or some columns of it, cleaned; errors as `read_table`."""
    with parquet_file(folder, file_name, columns) as file:
        require_columns(file.schema_arrow, kind)
        return cleaned_table(file.frame(columns), kind)


def effective_cost(rows: pd.DataFrame) -> pd.Series[Any]:
    """What each row of an items table cost in USD, earlier billed attempts included; NA where either is unknown."""
    cost: pd.Series[Any] = rows["cost_usd"] + rows["cost_retries_usd"]
    return cost


def is_graded(rows: pd.DataFrame) -> pd.Series[bool]:
    """Whether anything grades the item of each row of an items table; of an older table, everything is."""
    import pandas as pd

    if "graded" not in rows:
        return pd.Series(True, index=rows.index)
    return rows["graded"].astype("boolean").fillna(True).astype(bool)


def unfit_scores(rows: pd.DataFrame) -> Iterator[tuple[pd.Series[bool], str]]:
    """Which rows of an items table lack the score that their outcome has, or have one that it has not, and in words
    with a place for the outcome what is wrong of them."""
    scored = rows["outcome"].isin(SCORED) & is_graded(rows)
    yield rows["score"].isna() & scored, "score is not a number, yet it was {}"
    yield rows["score"].notna() & ~scored, "has a score, yet it was {}"


def require_scores(items: pd.DataFrame, path: Path) -> None:
    """UsageError if a row of a run's items lacks the score that its outcome has, or has one that it has not."""
    for wrong, what in unfit_scores(items):
        if wrong.any():
            row = items[wrong].iloc[0]
            where = f"{row['suite']}/{row['task']}/{row['item']}, {row['model']}"
            raise UsageError(f"{path}: {where}: {what.format(row['outcome'])}. {REBUILT}")


def has_answer(rows: pd.DataFrame) -> pd.Series[bool]:
    """Whether each row of an items table counts in costs, times and tokens: it has a score, or an answer that nothing
    grades."""
    return rows["score"].notna() | (rows["outcome"].isin(SCORED) & ~is_graded(rows))


def under(rows: pd.DataFrame, mask: pd.Series[bool]) -> pd.DataFrame:
    """The rows under a mask; no copy where these are all."""
    return rows if mask.all() else rows[mask]


def read_rows(folder: Path) -> tuple[list[ItemRow], list[AnswerRow]]:
    """Both tables as records, for writing them anew. UsageError if they are missing or damaged."""
    return rows_as(read_table(folder, "items"), ItemRow), rows_as(read_table(folder, "answers"), AnswerRow)


def read_turns(folder: Path) -> list[TurnRow]:
    """The turns of a run's episodes; empty where it has none. UsageError if the table is damaged."""
    return rows_as(read_table(folder, "turns"), TurnRow) if (folder / "turns.parquet").exists() else []


def read_aggregates(folder: Path) -> list[AggregateRow]:
    """The totals of an import; empty where it has none. UsageError if the table is damaged."""
    return rows_as(read_table(folder, "aggregates"), AggregateRow) if (folder / "aggregates.parquet").exists() else []


def rows_as(table: pd.DataFrame, kind: type[Row]) -> list[Row]:
    """A table's rows as records of a type, NA as None; columns that are none of its fields are left."""
    names = [f.name for f in fields(cast(Any, kind)) if f.name in table]
    columns = [table[name].astype(object).where(table[name].notna(), None).tolist() for name in names]
    return [kind(**dict(zip(names, values, strict=True))) for values in zip(*columns, strict=True)]


def is_whole(folder: Path) -> bool:
    """Whether run.json and both tables are there and can be read."""
    try:
        read_record(folder)
        for name in ("items", "answers"):
            read_table(folder, name)
    except UsageError:
        return False
    return True


def find_run(root: Path, name: str | None) -> Path:
    """A run's folder by path or id; None is the newest under `root`. UsageError if there is none."""
    if name is None:
        known = run_folders(root)
        if not known and begun_folders(root):
            raise UsageError(f"no run in {root}/ has come to its tables yet. Continue with: bench run")
        if not known:
            raise UsageError(f"no run in {root}/ yet. Begin with: bench run")
        return known[-1]
    for folder in (Path(name), root / name):
        if (folder / MANIFEST).is_file():
            return folder
    raise UsageError(f"no run '{name}' here or in {root}/. See `bench list runs`.")


def find_runs(results: Path, runs: Sequence[str]) -> list[Path]:
    """`find` for several runs, each once and in their order; for none, the newest."""
    chosen = [find_run(results, run) for run in runs] or [find_run(results, None)]
    return list({folder.resolve(): folder for folder in chosen}.values())


def run_folders(root: Path) -> list[Path]:
    """All run folders under `root`, oldest first: their names begin with the time, and of those that began in the same
    second their records say which did first."""
    folders = sorted(path.parent for path in root.glob(f"*/{MANIFEST}"))
    seconds = Counter(folder.name[:_SECOND] for folder in folders)

    def age(folder: Path) -> tuple[str, str, str]:
        second = folder.name[:_SECOND]
        return second, _begun_at(folder) if seconds[second] > 1 else "", folder.name

    return sorted(folders, key=age)


_SECOND = len("20260101T000000Z")


def _begun_at(folder: Path) -> str:
    """When a run, or what was derived of it, began; empty where its record cannot be read."""
    with suppress(UsageError):
        record = read_record(folder)
        return (record.derived and record.derived.at) or record.started_at
    return ""


def begun_folders(root: Path) -> list[Path]:
    """Folders under `root` of runs that stopped, or still are, before their tables; oldest first."""
    return sorted(path.parent for path in root.glob("*/.lock") if not (path.parent / MANIFEST).is_file())


def derive_run(parent: Path, why: RecordedDerivation) -> tuple[Path, RunRecord]:
    """A new, empty run folder beside its parent, and the record to write into it last, after the tables.

    `why` says what derives it and what that changes; its time is set here. The parent is never altered. UsageError if
    it is not a run folder or the new one cannot be made.
    """
    record = read_record(parent)
    base = parent.resolve()
    folder = fresh_folder(base.parent, f"{base.name}-{why.by}")
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    return folder, replace(record, run=folder.name, parent=record.run, derived=replace(why, at=at))
