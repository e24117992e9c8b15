"""The answers table without its texts: the figures need their lengths only, and a large run's texts are many."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.records import AnswerRow, cleaned_table, parquet_file, require_columns, require_unique

if TYPE_CHECKING:
    import pandas as pd

KEYS = ("run", "task", "item", "model", "repeat")
"""What joins an answer with its row of the items table."""
SAID = ("grade_detail", "answer", "reasoning")
"""What is read of an answer."""


def with_answers(items: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """The items that have an answer, each with what `read_answers` says of it, in the order of the items."""
    if side_by_side(items, answers, KEYS):
        return items.assign(**{name: answers[name].set_axis(items.index) for name in SAID})
    return items.merge(answers[[*KEYS, *SAID]], on=[*KEYS], validate="one_to_one")


def side_by_side(items: pd.DataFrame, answers: pd.DataFrame, keys: Sequence[str]) -> bool:
    """Whether the rows of both tables are of the same answers, as a run writes them."""
    import pandas as pd

    if len(items) != len(answers):
        return False
    same = (pd.Series(items[name].array == answers[name].array) for name in keys)
    return all(bool(each.fillna(False).all()) for each in same)


def read_answers(folder: Path) -> pd.DataFrame:
    """KEYS, `grade_detail`, and `answer` and `reasoning` as their numbers of characters (0 for none).

    Reads a batch at a time, so that the texts are never in memory together. UsageError if the table is missing or
    damaged.
    """
    import pandas as pd
    import pyarrow
    import pyarrow.compute as pc

    texts = ("answer", "reasoning")
    batches = []
    with parquet_file(folder, "answers.parquet", (*KEYS, "grade_detail", *texts)) as file:
        require_columns(file.schema_arrow, AnswerRow)
        kept = [file.schema_arrow.field(name) for name in (*KEYS, "grade_detail")]
        for batch in file.batches([*KEYS, "grade_detail", *texts]):
            for name in texts:
                at = batch.schema.get_field_index(name)
                lengths = pc.fill_null(pc.utf8_length(batch.column(at).cast(pyarrow.string())), 0)
                batch = batch.set_column(at, name, lengths.cast(pyarrow.int64()))
            batches.append(batch)
        schema = pyarrow.schema([*kept, *(pyarrow.field(name, pyarrow.int64()) for name in texts)])
        table = pyarrow.Table.from_batches(batches, schema)
        answers: pd.DataFrame = table.to_pandas(types_mapper={pyarrow.int64(): pd.Int64Dtype()}.get)
        del batches, table
        pyarrow.default_memory_pool().release_unused()  # the texts' room, half a gigabyte of a large run
        answers = cleaned_table(answers, AnswerRow)
    require_unique(answers, folder / "answers.parquet")
    return answers
