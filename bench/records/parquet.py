"""Parquet files of a run folder, read within bounds: a few kilobytes may stand for any number of rows and texts."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from bench import clean
from bench.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow
    import pyarrow.parquet

REBUILT = "`bench run` rebuilds it from the journal, `bench import` makes an import again."
MOST_ROWS = 10_000_000
"""Rows of a table; more are refused."""
MOST_COLUMNS = 1_000
"""Columns of a table; more are refused."""
UNPACKED_BYTES, UNPACKED_RATIO = 1 << 30, 20
"""A table's cells may unpack to the first, or to so many times the file's size, whichever is more."""
MOST_TEXT = 32 << 20
"""Bytes of one text in a table."""
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


@contextmanager
def parquet_file(
    folder: Path, name: str, columns: Sequence[str] | None = None
) -> Iterator[pyarrow.parquet.ParquetFile]:
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


def read_parquet(folder: Path, name: str) -> pyarrow.Table:
    """A whole table, without what others wrote about it; errors as `parquet_file`."""
    with parquet_file(folder, name) as file:
        return file.read().replace_schema_metadata(None)


def frame(table: pyarrow.Table) -> pd.DataFrame:
    """A table in pandas, missing values as NA; what a file says of indexes of its own is not believed."""
    import pandas as pd

    held: pd.DataFrame = table.replace_schema_metadata(None).to_pandas(
        types_mapper=lambda kind: pd.api.types.pandas_dtype(_NULLABLE[str(kind)]) if str(kind) in _NULLABLE else None
    )
    return held


def _checked(file: IO[bytes], columns: Sequence[str] | None) -> pyarrow.parquet.ParquetFile:
    """The opened file. Texts are unpacked only once each, to know how long they are where they stand."""
    import pyarrow.parquet

    plain = pyarrow.parquet.ParquetFile(file)
    about = plain.metadata
    if about.num_rows > MOST_ROWS or about.num_columns > MOST_COLUMNS:
        raise ValueError(f"it has {about.num_rows} rows and {about.num_columns} columns, more than it may have")
    left = most = max(UNPACKED_BYTES, UNPACKED_RATIO * file.seek(0, os.SEEK_END))
    for size in _sizes(plain, file, columns):
        left -= size
        if left < 0:
            raise ValueError(f"its cells unpack to more than {most >> 20} MiB")
    return plain


def _sizes(plain: pyarrow.parquet.ParquetFile, file: IO[bytes], columns: Sequence[str] | None) -> Iterator[int]:
    """Bytes that the columns which are read take, part by part. ValueError for a column of lists and such."""
    import pyarrow.parquet

    read = [each for each in plain.schema_arrow if columns is None or each.name in columns]
    for each in read:
        if not (_is_text(each.type) or _is_plain(each.type)):
            kind = clean.line(str(each.type))[:60]
            raise ValueError(f"column {each.name} holds {kind}; only texts, numbers and flags are read")
        yield _CELL_BYTES * plain.metadata.num_rows
    texts = dict.fromkeys(each.name for each in read if _is_text(each.type))
    packed = pyarrow.parquet.ParquetFile(file, read_dictionary=[*texts])
    for text in texts:
        for group in range(plain.metadata.num_row_groups):
            yield _unpacked(packed.read_row_group(group, [text]))
        pyarrow.default_memory_pool().release_unused()  # the allocator would keep the room of the largest


def _is_plain(kind: Any) -> bool:
    import pyarrow.types as kinds

    return any(check(kind) for check in (kinds.is_integer, kinds.is_floating, kinds.is_boolean, kinds.is_null))


def _is_text(kind: Any) -> bool:
    import pyarrow.types as kinds

    return bool(kinds.is_string(kind) or kinds.is_large_string(kind) or kinds.is_binary(kind))


def _unpacked(table: pyarrow.Table) -> int:
    """Bytes that a table's texts are once each stands in its own row. ValueError if one is longer than MOST_TEXT."""
    import pyarrow.compute as pc
    import pyarrow.types as kinds

    total = 0
    for column in table.columns:
        for chunk in column.chunks:
            if kinds.is_dictionary(chunk.type):
                sizes = pc.binary_length(chunk.dictionary).cast("int64")
                if (pc.max(sizes).as_py() or 0) > MOST_TEXT:
                    raise ValueError(f"one of its texts has more than {MOST_TEXT >> 20} MiB")
                total += pc.sum(sizes.take(chunk.indices)).as_py() or 0
            else:
                total += chunk.nbytes
    return total
