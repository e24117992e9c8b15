"""Parquet files of a run folder, read within bounds: a few kilobytes may stand for any number of rows and texts."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from bench import clean
from bench.errors import UsageError
from bench.records.kept import kept, mark_of

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow
    import pyarrow.parquet
    from numpy.typing import NDArray

REBUILT = "`bench run` rebuilds it from the journal, `bench import` makes an import again."
MOST_ROWS = 10_000_000
"""Rows of a table; more are refused."""
MOST_COLUMNS = 1_000
"""Columns of a table; more are refused."""
UNPACKED_BYTES, UNPACKED_RATIO = 1 << 30, 20
"""A table's cells may unpack to the first, or to so many times the file's size, whichever is more."""
MOST_TEXT = 32 << 20
"""Bytes of one text in a table."""
BATCH_ROWS, BATCH_BYTES = 4_000, 1 << 20
"""Rows that are in memory at once, and bytes of their texts."""
SHARED_ROWS = 1 << 16
"""Rows that share a text which is the same in all of a table."""
SCANNED_ROWS = 32
"""Rows whose texts are unpacked at once before it is known how long they are."""
_TIMES = {"UNCOMPRESSED": 1, "SNAPPY": 22}
"""Compression -> how many times its bytes it unpacks to at most: snappy's longest copy, 64 bytes, takes 3."""
_CODED_BYTES = 1 << 26
"""Bytes that a column's pages may unpack to where its texts are read many at once."""
_PAGES_BYTES = 1 << 20
"""Bytes of a file that are read at once."""
_KEPT = 32
"""Pieces after which the allocator gives room back."""
_CELL_BYTES = 8
"""What a number, a flag or the place of a text takes in memory."""
_NULLABLE = {
    **{f"{sign}int{bits}": f"{sign.upper()}Int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)},
    "float": "Float32",
    "double": "Float64",
    "bool": "boolean",
    "string": "string",
    "large_string": "string",
}
"""A kind of column -> what pandas calls it where values may be missing."""


class BoundedTable:
    """A Parquet file that stands for no more than it may."""

    def __init__(self, file: pyarrow.parquet.ParquetFile, rows: int) -> None:
        """`rows` of it hold BATCH_BYTES of texts at most, wherever they stand, or are a single one."""
        self._file, self._rows = file, rows
        self.schema_arrow = file.schema_arrow
        """Its columns and their kinds."""

    def read(self, columns: Sequence[str] | None = None) -> pyarrow.Table:
        """All of it, or of some columns, without what others wrote about it."""
        return self._file.read(None if columns is None else [*columns]).replace_schema_metadata(None)

    def frame(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """All of it, or of some columns, in pandas; of a long one a column after the other, each in memory once."""
        import pandas as pd
        import pyarrow

        names = [name for name in self.schema_arrow.names if columns is None or name in columns]
        if self._file.metadata.num_rows <= SHARED_ROWS and len(names) == len(set(names)):
            return frame(self.read(names))
        held = {}
        for name in dict.fromkeys(names):
            held[name] = frame(_shared(self.read([name]))).iloc[:, 0]
            pyarrow.default_memory_pool().release_unused()  # the allocator would keep the room of each
        return pd.DataFrame(held, copy=False)

    def batches(self, columns: Sequence[str]) -> Iterator[pyarrow.RecordBatch]:
        """These columns piece by piece, so that a large table's texts are never in memory together."""
        import pyarrow

        for number, batch in enumerate(self._file.iter_batches(self._rows, columns=[*columns]), 1):
            yield batch
            if number % _KEPT == 0:
                pyarrow.default_memory_pool().release_unused()  # the allocator would keep the room of every piece


@contextmanager
def parquet_file(folder: Path, name: str, columns: Sequence[str] | None = None) -> Iterator[BoundedTable]:
    """The file `name` of a run folder, of which these columns will be read.

    UsageError if it is missing, a link, damaged, or stands for more than it may; also while it is read.
    """
    import pyarrow

    path = folder / name
    try:
        with clean.open_file(path, below=folder, most=clean.MOST_TABLE) as file:
            yield _checked(file, columns)
    except (OSError, ValueError, KeyError, pyarrow.ArrowException) as error:
        if isinstance(error, OSError) and error.errno and error.filename != str(path):
            raise  # of another file, say a full disk
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UsageError(f"{path}: cannot be read ({clean.line(why)}). {REBUILT}") from error
    finally:
        pyarrow.default_memory_pool().release_unused()  # the allocator would keep the room of the largest


def read_parquet(folder: Path, name: str) -> pyarrow.Table:
    """A whole table, without what others wrote about it; errors as `parquet_file`."""
    with parquet_file(folder, name) as file:
        return file.read()


def frame(table: pyarrow.Table) -> pd.DataFrame:
    """A table in pandas, missing values as NA; what a file says of indexes of its own is not believed."""
    import pandas as pd

    held: pd.DataFrame = table.replace_schema_metadata(None).to_pandas(
        types_mapper=lambda kind: pd.api.types.pandas_dtype(_NULLABLE[str(kind)]) if str(kind) in _NULLABLE else None
    )
    return held


def _shared(table: pyarrow.Table) -> pyarrow.Table:
    """A table of one column; a text that stands in every row of it, or none, is held for SHARED_ROWS of them alone."""
    import pyarrow
    import pyarrow.compute as pc
    import pyarrow.types as kinds

    column = table.column(0)
    rows, kind = len(column), column.type
    if (
        rows <= SHARED_ROWS
        or not (kinds.is_string(kind) or kinds.is_large_string(kind))
        or 0 < column.null_count < rows
    ):
        return table
    first = column[0]
    if not (column.null_count or (column[-1] == first and pc.all(pc.equal(column, first)).as_py())):
        return table
    held = pyarrow.array([first.as_py()] * SHARED_ROWS, pyarrow.large_string())
    parts = [held] * (rows // SHARED_ROWS) + [held[: rows % SHARED_ROWS]]
    return pyarrow.table([pyarrow.chunked_array(parts)], names=table.column_names)


def _checked(file: IO[bytes], columns: Sequence[str] | None) -> BoundedTable:
    """The opened file. Its texts are unpacked once to know how long they are, a few at a time."""
    import numpy as np
    import pyarrow.parquet

    opened = pyarrow.parquet.ParquetFile(file, pre_buffer=False, buffer_size=_PAGES_BYTES)
    about = opened.metadata
    if about.num_rows > MOST_ROWS or about.num_columns > MOST_COLUMNS:
        raise ValueError(f"it has {about.num_rows} rows and {about.num_columns} columns, more than it may have")
    keeping, mark = kept(), mark_of(os.fstat(file.fileno()))
    if keeping is not None:
        if mark in keeping.rows:
            return BoundedTable(opened, keeping.rows[mark])
        columns = None  # of all of them, once
    left = most = max(UNPACKED_BYTES, UNPACKED_RATIO * file.seek(0, os.SEEK_END))
    sizes = np.zeros(about.num_rows, np.int64)
    read = _columns(opened, columns)
    coded = pyarrow.parquet.ParquetFile(
        file, metadata=about, pre_buffer=False, buffer_size=_PAGES_BYTES,
        read_dictionary=[each.name for each in read if _is_text(each.type)],
    )  # fmt: skip
    for column in read:
        left -= _CELL_BYTES * about.num_rows
        at = 0
        for batch in _texts(coded, opened, column.name) if _is_text(column.type) else ():
            lengths = sum(map(_lengths, batch.columns), np.zeros(len(batch), np.int64))
            sizes[at : at + len(lengths)] += lengths
            at, left = at + len(lengths), left - int(lengths.sum())
            if left < 0:
                break
        if left < 0:
            raise ValueError(f"its cells unpack to more than {most >> 20} MiB")
    rows = _rows_within(sizes)
    if keeping is not None:
        keeping.rows[mark] = rows
    return BoundedTable(opened, rows)


def _scanned(about: pyarrow.parquet.FileMetaData, column: str) -> int:
    """Rows of a column that are unpacked at once, by what the file says of itself; SCANNED_ROWS if that is untrue."""
    stated: int = 0
    for group in map(about.row_group, range(about.num_row_groups)):
        chunks = map(group.column, range(group.num_columns))
        stated += sum(each.total_uncompressed_size for each in chunks if each.path_in_schema == column)
    return max(1, min(SCANNED_ROWS, BATCH_BYTES * int(about.num_rows) // max(1, stated)))


def _parts(file: pyarrow.parquet.ParquetFile, column: str) -> Iterator[tuple[bool, list[int]]]:
    """The groups of rows that are read together, and whether a column's pages are bounded there: whatever stands in
    them, they unpack to no more than _CODED_BYTES if a repeated text counts once, as few bytes in a compression with a
    known limit do."""
    about, mine, size = file.metadata, list[int](), 0.0
    places = [at for at in range(len(file.schema)) if file.schema.column(at).path == column]
    for at in range(about.num_row_groups):
        chunks = map(about.row_group(at).column, places)
        most = sum(_TIMES.get(chunk.compression, math.inf) * chunk.total_compressed_size for chunk in chunks)
        if mine and size + most > _CODED_BYTES:
            yield size <= _CODED_BYTES, mine
            mine, size = [], 0.0
        mine, size = [*mine, at], size + most
    if mine:
        yield size <= _CODED_BYTES, mine


def _texts(
    coded: pyarrow.parquet.ParquetFile, opened: pyarrow.parquet.ParquetFile, column: str
) -> Iterator[pyarrow.RecordBatch]:
    """A column's texts, many at once where they are bounded, each repeated one once (`coded`); else few at once."""
    for bounded, groups in _parts(opened, column):
        rows, source = (BATCH_ROWS, coded) if bounded else (_scanned(opened.metadata, column), opened)
        yield from source.iter_batches(rows, row_groups=groups, columns=[column])


def _columns(file: pyarrow.parquet.ParquetFile, columns: Sequence[str] | None) -> list[pyarrow.Field]:
    """What is read. ValueError for a column of lists and such, or one that stands there twice."""
    read = [each for each in file.schema_arrow if columns is None or each.name in columns]
    for each in read:
        if not (_is_text(each.type) or _is_plain(each.type)):
            kind = clean.line(str(each.type))[:60]
            raise ValueError(f"column {each.name} holds {kind}; only texts, numbers and flags are read")
    return [*{each.name: each for each in read}.values()]


def _lengths(texts: pyarrow.Array) -> NDArray[np.int64]:
    """Bytes of each text. ValueError if one is longer than MOST_TEXT."""
    import pyarrow
    import pyarrow.compute as pc

    coded = isinstance(texts, pyarrow.DictionaryArray)
    each = pc.binary_length(texts.dictionary).take(texts.indices) if coded else pc.binary_length(texts)
    lengths: NDArray[np.int64] = pc.fill_null(each, 0).to_numpy().astype("int64")
    if lengths.max(initial=0) > MOST_TEXT:
        raise ValueError(f"one of its texts has more than {MOST_TEXT >> 20} MiB")
    return lengths


def _rows_within(sizes: NDArray[np.int64]) -> int:
    """The most rows of which no piece holds more than BATCH_BYTES of texts, if it has more than a row."""
    import numpy as np

    rows = BATCH_ROWS
    while rows > 1 and np.add.reduceat(sizes, np.arange(0, len(sizes), rows)).max(initial=0) > BATCH_BYTES:
        rows //= 2
    return rows


def _is_plain(kind: Any) -> bool:
    import pyarrow.types as kinds

    return any(check(kind) for check in (kinds.is_integer, kinds.is_floating, kinds.is_boolean, kinds.is_null))


def _is_text(kind: Any) -> bool:
    import pyarrow.types as kinds

    return bool(kinds.is_string(kind) or kinds.is_large_string(kind) or kinds.is_binary(kind))
