"""The items of a page: which of a run's items are inside, their figures, and their texts in packed chunks."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bench.errors import UsageError
from bench.language import tr
from bench.records import BoundedTable, Outcome, RunRecord, effective_cost, parquet_file, read_table
from bench.report.numbers.lengths import side_by_side
from bench.report.page.pack import TEXT_LIMIT, pack, shortened
from bench.report.page.talk import shown

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Numbers = NDArray[np.int64]
MOST_ITEMS = 10_000
"""Items of one page."""
MOST_BYTES = 25_000_000
"""Bytes of a page: of its packed texts, and what else it holds."""
MOST_RAW = 150_000_000
"""Bytes of a page's texts before they are packed: what a browser can be asked to hold."""
CHUNK = 50
"""Items whose texts are packed, and unpacked in the browser, together."""
KEY = ["task", "item"]
ABOUT = ("suite", "task", "item", "family", "level", "language", "cluster")
"""What the index holds of an item, in this order; then the number of its chunk and its place in it."""
FIGURES = (
    "model", "repeat", "outcome", "score", "partial", "cost_usd", "ttfat_s", "latency_s", "tokens_in", "out_total",
    "out_reasoning", "attempts", "timing_ok", "reused", "started_at", "slow",
)  # fmt: skip
"""What the index holds of an answer, in this order; `cost_usd` includes earlier billed attempts."""
TOKENS_IN = ["in_uncached", "in_cache_read", "in_cache_write_5m", "in_cache_write_1h"]
COLUMNS = (
    *ABOUT, "model", "repeat", "outcome", "score", "partial", "cost_usd", "cost_retries_usd", "ttfat_s", "latency_s",
    *TOKENS_IN, "out_total", "out_reasoning", "attempts", "timing_ok", "reused", "started_at",
)  # fmt: skip
"""Columns of the items table that all this is made of."""
TEXTS = ("answer", "reasoning", "extracted", "grade_detail", "finish_reason", "error")
"""What a chunk holds of an answer, in this order; an item is its prompt, its answers, and what was expected."""
_LONG = ("answer", "reasoning", "extracted", "expected", "prompt")
_NOTHING: Numbers = np.empty(0, dtype=np.int64)
SLOW = 0.95
"""An answer is slow if it took longer than this share of its model's answers on the suite."""


@dataclass(frozen=True, slots=True)
class Items:
    """A run's items as its page holds them."""

    index: tuple[Sequence[Any], ...]
    """An entry an item: ABOUT, chunk, place in the chunk, and the answers' FIGURES."""
    chunks: tuple[str, ...]
    """Packed texts of CHUNK items each."""
    total: int
    """Items of the run."""
    left_out: str
    """Which items are left out, as a sentence; empty if none."""


def inside(folder: Path, record: RunRecord, runs: int = 1, taken: int = 0) -> Items:
    """Chooses the items, and packs them; `runs` share the room of one page, of which other things take some bytes.

    All items, as long as they are few and their texts small; else those on which models differ, then those with a
    truncated, then with a refused answer, then a seeded sample.
    """
    table = read_table(folder, "items", COLUMNS)
    limit = table.groupby(["model", "suite"])["latency_s"].transform(lambda seconds: seconds.quantile(SLOW))
    numbered = table.assign(
        number=table.groupby(KEY, sort=False).ngroup(), slow=table["latency_s"] > limit.astype("Float64")
    )
    total = int(numbered["number"].max()) + 1 if len(numbered) else 0
    order = _priority(numbered, record.seed)[: MOST_ITEMS // runs]
    chunks: list[str] = []
    size = 0
    with parquet_file(folder, "answers.parquet") as file:
        texts = _Texts(folder, file, numbered, order, redacted=bool(record.redacted))
        for part in texts.chunks():
            size += len(part)
            if size > max(0, MOST_BYTES - taken) // runs:
                break
            chunks.append(part)
    shown = order[: min(texts.fits, CHUNK * len(chunks))]
    return Items(_index(numbered, shown), tuple(chunks), total, _left_out(total, len(shown)))


def _left_out(total: int, shown: int) -> str:
    if shown == total:
        return ""
    return tr(
        "This page holds {shown:,} of {total:,} items: first those on which the models' scores "
        "differ, then those with truncated, then with refused answers, then a seeded sample of "
        "the rest. answers.parquet holds all.",
        shown=shown,
        total=total,
    )


def _priority(table: pd.DataFrame, seed: int) -> Numbers:
    """Item numbers, the ones a reader will look for first; in seeded random order within each kind."""
    numbers = table["number"]
    scores = table.groupby([numbers, "model"])["score"].mean().groupby(level=0)
    kinds = [
        (scores.max() > scores.min()).fillna(False),
        *((table["outcome"] == name).groupby(numbers).any() for name in (Outcome.TRUNCATED, Outcome.REFUSED)),
    ]
    rank = np.select([kind.to_numpy(dtype=bool) for kind in kinds], [0, 1, 2], default=3)
    lots = np.random.default_rng(seed).permutation(len(rank))
    return np.lexsort((lots, rank)).astype(np.int64)


class _Texts:
    """The texts of the chosen items, read a batch at a time so that those of the others are never in memory."""

    def __init__(
        self, folder: Path, file: BoundedTable, table: pd.DataFrame, order: Numbers, *, redacted: bool
    ) -> None:
        self._file, self._order, self._redacted = file, order, redacted
        rank = np.full(int(table["number"].max()) + 1 if len(table) else 0, -1)
        rank[order] = np.arange(len(order))
        keys = [*KEY, "model", "repeat"]
        places = read_table(folder, "answers", keys)
        if side_by_side(table, places, keys):
            numbers = table["number"].to_numpy(dtype=int)
        else:
            wanted = places.merge(table[[*keys, "number"]].drop_duplicates(keys), on=keys, how="left")
            if wanted["number"].isna().any():
                raise UsageError(f"{folder / 'answers.parquet'}: holds an answer of an item that items.parquet lacks.")
            numbers = wanted["number"].to_numpy(dtype=int)
        self._rank = rank[numbers]
        self._held = self._gathered(len(order), math.inf if redacted else MOST_RAW)
        self.fits = len(order) if self._held else self._fitting()

    def _fitting(self) -> int:
        """How many items fit into MOST_RAW."""
        sizes = np.zeros(len(self._order) + 1)
        row = 0
        for batch in self._file.batches(_LONG):
            ranks = self._rank[row : row + len(batch)]
            row += len(batch)
            for lengths in _lengths(batch):
                np.add.at(sizes, ranks, lengths)
        return int(np.searchsorted(np.cumsum(sizes[:-1]), MOST_RAW, side="right"))

    def chunks(self) -> Iterator[str]:
        """The packed texts, CHUNK items at a time, in the order of their rank."""
        import pyarrow as pa

        parts, rank = self._held or self._gathered(self.fits, math.inf) or ([], _NOTHING)
        if not parts:
            return
        table = pa.Table.from_batches(parts).combine_chunks()
        by_rank = np.argsort(rank, kind="stable")
        starts = np.searchsorted(rank[by_rank], np.arange(0, self.fits + CHUNK, CHUNK))
        for begin, end in pairwise(starts):
            if begin < end:
                rows = by_rank[begin:end]
                yield pack(_texts(table.take(pa.array(rows)).to_pylist(), rank[rows].tolist()))

    def _gathered(self, most: int, room: float) -> tuple[list[pa.RecordBatch], Numbers] | None:
        """The rows of the first items, with their ranks; None where their texts have more bytes than there is room."""
        import pyarrow as pa

        row, parts, ranks = 0, [], [_NOTHING]
        for batch in self._file.batches(["model", "repeat", "prompt", *TEXTS, "expected"]):
            mine = self._rank[row : row + len(batch)]
            row += len(batch)
            keep = np.flatnonzero((mine >= 0) & (mine < most))
            chosen = batch.take(pa.array(keep))
            room -= 0 if room == math.inf else sum(float(each.sum()) for each in _lengths(chosen))
            if room < 0:
                return None
            cut = [_row(record, self._redacted) for record in chosen.to_pylist()]
            parts.append(pa.RecordBatch.from_pylist(cut, schema=batch.schema))
            ranks.append(mine[keep])
        return parts, np.concatenate(ranks)


def _lengths(batch: pa.RecordBatch) -> Iterator[NDArray[np.float64]]:
    """Bytes of each row's long texts, none more than is shown of it."""
    import pyarrow.compute as pc

    for name in _LONG:
        if name in batch.schema.names:
            lengths = pc.fill_null(pc.binary_length(batch.column(name)), 0).to_numpy(zero_copy_only=False)
            yield np.minimum(lengths, TEXT_LIMIT)


def _row(row: dict[str, Any], redacted: bool) -> dict[str, Any]:
    """A row of the answers table with its long texts cut; of a redacted run, what is left."""
    record = {**row, **(dict.fromkeys(("prompt", "answer", "reasoning", "expected")) if redacted else {})}
    record["answer"], record["grade_detail"] = shown(record["answer"], record.get("grade_detail"))
    cut = {name: shortened(record.get(name)) for name in (*TEXTS, "expected")}
    return {**record, **cut, "prompt": record["prompt"] and _prompt(record["prompt"])}


def _prompt(text: str) -> str:
    """A prompt's messages with their long contents cut, so that it stays JSON."""
    try:
        messages = json.loads(text)
        cut = [{**message, "content": shortened(message["content"])} for message in messages]
    except (ValueError, TypeError, KeyError):
        return shortened(text) or ""
    return json.dumps(cut, ensure_ascii=False)


def _texts(rows: Sequence[Mapping[str, Any]], ranks: Sequence[int]) -> list[list[Any]]:
    """For each item its prompt, each answer's texts under "model repeat", and what was expected."""
    items: dict[int, list[Any]] = {}
    for row, rank in zip(rows, ranks, strict=True):
        item = items.setdefault(rank, [row["prompt"], {}, row.get("expected")])
        item[1][f"{row['model']} {row['repeat']}"] = [row[name] for name in TEXTS]
    return list(items.values())


def _index(table: pd.DataFrame, shown: Numbers) -> tuple[list[Any], ...]:
    """The items in the run's order."""
    place = {int(number): at for at, number in enumerate(shown)}
    rows = _figures(table[table["number"].isin(shown)])
    items: dict[int, list[Any]] = {}
    for number, about, figures in rows:
        at = place[number]
        items.setdefault(number, [*about, at // CHUNK, at % CHUNK, []])[-1].append(figures)
    return tuple(items.values())


def _figures(table: pd.DataFrame) -> Iterator[tuple[int, Sequence[Any], list[Any]]]:
    full = table.assign(tokens_in=table[TOKENS_IN].sum(axis=1, min_count=1), cost_usd=effective_cost(table))
    numbers = full["number"].tolist()
    about = list(zip(*(_plain(full[name]) for name in ABOUT), strict=True))
    figures = zip(*(_plain(full[name]) for name in FIGURES), strict=True)
    return ((n, a, list(f)) for n, a, f in zip(numbers, about, figures, strict=True))


def _plain(column: pd.Series[Any]) -> list[Any]:
    """Values for JSON: fractions to six digits, unknown as None."""
    values = column.astype(object).where(column.notna(), None).tolist()
    return [_six(value) if isinstance(value, float) else value for value in values]


def _six(value: float) -> float | None:
    return float(f"{value:.6g}") if math.isfinite(value) else None
