"""Whether a run's items table says of each call what the journal recorded: who answered, tokens and times."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.journal import Journal
from bench.records import read_run
from bench.run.score import call_columns

if TYPE_CHECKING:
    import pandas as pd

_EXACT = (
    *("served_model", "in_uncached", "in_cache_read", "in_cache_write_5m", "in_cache_write_1h", "out_total"),
    *("out_reasoning", "attempts", "started_at"),
)
_TIMES = ("ttft_s", "ttfat_s", "latency_s", "tpot_s", "wall_s")
"""Left out of a row where the harness held the clock up; a row that has them has the recorded ones."""
_CLOSE = 1e-9


class Unlike(NamedTuple):
    """A cell of the items table that is not what the journal recorded."""

    row: int
    """The row of the table, from 0."""
    column: str
    """Its column."""
    said: object
    """What the table says; None for nothing."""
    recorded: object
    """What the journal says; None for nothing."""


def unlike(folder: Path, journal: Path) -> list[Unlike] | None:
    """What a run's items table says of its calls otherwise than the journal, in the table's order; None where the
    journal is not there or holds nothing of the run, or the run was imported or redacted.

    UsageError if the folder is not a run, or the journal cannot be read.
    """
    record, items = read_run(folder)
    run = record.parent if record.derived else record.run
    if record.imported or record.redacted or not run or not journal.is_file():
        return None
    rows = {int(order): at for at, order in enumerate(items["order"])}
    found: list[Unlike] = []
    with Journal(journal) as known:
        for _, call in known.each(run):
            at = rows.pop(call.order, None)
            if at is not None:
                found += _compared(at, items, call_columns(call, held=False))
    if len(rows) == len(items):
        return None
    for at in rows.values():
        found += _compared(at, items, {"attempts": 0})
    return sorted(found, key=lambda each: each.row)


def _compared(at: int, items: pd.DataFrame, call: Mapping[str, Any]) -> Iterator[Unlike]:
    for column in (*_EXACT, *_TIMES):
        if column not in items:
            continue
        said, recorded = _plain(items[column].iat[at]), call.get(column)
        if said is None and column in _TIMES:
            continue
        if isinstance(said, float) and isinstance(recorded, int | float):
            same = math.isclose(said, recorded, rel_tol=_CLOSE, abs_tol=_CLOSE)
        else:
            same = said == recorded
        if not same:
            yield Unlike(at, column, said, recorded)


def _plain(cell: Any) -> object:
    """A cell as Python's own; None for one that is missing, however the table says so."""
    import pandas as pd

    if cell is None or pd.isna(cell):
        return None
    return cell.item() if hasattr(cell, "item") else cell
