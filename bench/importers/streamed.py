"""The items and answers tables of an import, written in pieces, so that their length does not matter."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import fields
from operator import attrgetter
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow
import pyarrow.parquet

from bench.errors import UsageError
from bench.importers.ledger import Ledger
from bench.importers.source import ItemEntry
from bench.records import AnswerRow, ItemRow, NewFile, parquet_schema, write_file

PIECE_ROWS = 20_000
PIECE_CHARACTERS = 16 << 20
"""Rows, and characters of their prompts and answers, that are in memory at once."""
DOUBLED, DOUBLED_FROM = 20, 200_000
"""Rows from which on an import ends where nearly all are doubled: a small packed file has any number of those."""
ITEM_FIELDS, ANSWER_FIELDS = ([f.name for f in fields(kind)] for kind in (ItemRow, AnswerRow))
_item_values, _answer_values = attrgetter(*ITEM_FIELDS), attrgetter(*ANSWER_FIELDS)


class Tables:
    """Takes items one by one; `finish` leaves items.parquet and answers.parquet in the folder.

    A second row of the same task, item, model and repeat is dropped. To find it, 16 bytes a row are kept.
    """

    def __init__(self, folder: Path, ledger: Ledger) -> None:
        """Begins empty tables in an existing folder."""
        self._folder = folder
        self._ledger = ledger
        self._parts = {name: NewFile(folder, f"{name}.parquet") for name in ("items", "answers", "places")}
        self._schemas = {
            "items": parquet_schema(ItemRow),
            "answers": parquet_schema(AnswerRow),
            "places": pyarrow.schema([("where", pyarrow.string())]),
        }
        self._writers = {
            name: pyarrow.parquet.ParquetWriter(part.file, self._schemas[name]) for name, part in self._parts.items()
        }
        self._rows: list[ItemEntry] = []
        self._characters = 0
        self._keys = array("q")
        self._look_at = DOUBLED_FROM
        self._items: dict[str, array[int]] = defaultdict(lambda: array("q"))
        self.models: dict[str, None] = {}
        """Labels seen, in order."""
        self.versions: dict[str, str] = {}
        """Task -> version, as first seen."""
        self.samples: set[int] = set()
        """Numbers of samples seen: more than one where an item was answered several times."""

    def __enter__(self) -> Tables:
        return self

    def __exit__(self, *_error: object) -> None:
        for writer in self._writers.values():
            writer.close()
        for part in self._parts.values():
            part.close()

    def add(self, entry: ItemEntry) -> None:
        """One more item."""
        item = entry.item
        self._keys.append(hash((item.task, item.item, item.model, item.repeat)))
        self._items[item.suite].append(hash((item.task, item.item)))
        self.models.setdefault(item.model)
        self.samples.add(item.repeat)
        self.versions.setdefault(item.task, item.task_version)
        self._rows.append(entry)
        self._characters += len(entry.answer.prompt) + len(entry.answer.answer or "")
        if len(self._rows) >= PIECE_ROWS or self._characters >= PIECE_CHARACTERS:
            self._flush()

    def __len__(self) -> int:
        """Items given so far, duplicates included."""
        return len(self._keys)

    def suites(self) -> dict[str, int]:
        """Suite -> its distinct items."""
        return {suite: len(np.unique(np.frombuffer(keys, dtype=np.int64))) for suite, keys in self._items.items()}

    def finish(self) -> int:
        """Writes the tables and returns their rows."""
        self._flush()
        for writer in self._writers.values():
            writer.close()
        again = self._again()
        if again:
            self._name(again)
        self._parts["places"].close()
        items = self._copy("items", again)
        self._copy("answers", again)
        return items

    def _flush(self) -> None:
        for name, values, columns in (
            ("items", [_item_values(entry.item) for entry in self._rows], ITEM_FIELDS),
            ("answers", [_answer_values(entry.answer) for entry in self._rows], ANSWER_FIELDS),
            ("places", [(entry.where,) for entry in self._rows], ["where"]),
        ):
            if values:
                by_column = dict(zip(columns, zip(*values, strict=True), strict=True))
                self._writers[name].write_table(pyarrow.table(by_column, schema=self._schemas[name]))
        where, self._rows, self._characters = self._rows[-1].where if self._rows else "", [], 0
        if len(self._keys) >= self._look_at:
            self._look_at *= 2
            if DOUBLED * len(np.unique(np.frombuffer(self._keys.tobytes(), dtype=np.int64))) < len(self._keys):
                raise UsageError(
                    f"{where}: all but one in {DOUBLED} of the first {len(self._keys):,} rows stood before: the same "
                    "task, item, model and repeat. Leave out what is doubled."
                )

    def _again(self) -> set[int]:
        """Places of the rows whose key stood before."""
        keys = np.frombuffer(self._keys, dtype=np.int64)
        order = np.argsort(keys, kind="stable")
        same = np.flatnonzero(keys[order][1:] == keys[order][:-1]) + 1
        return {int(at) for at in order[same]}

    def _copy(self, name: str, again: set[int]) -> int:
        """The part becomes the table; rows that stood before are left out."""
        part = self._parts[name]
        if again:
            write_file(self._folder, f"{name}.parquet", lambda file: self._filtered(name, file, again))
        else:
            part.keep()
        part.close()
        return len(self._keys) - len(again)

    def _filtered(self, name: str, file: IO[bytes], again: set[int]) -> None:
        with pyarrow.parquet.ParquetWriter(file, self._schemas[name]) as writer:
            at = 0
            for piece in _pieces(self._parts[name]):
                keep = [row not in again for row in range(at, at + piece.num_rows)]
                writer.write_batch(piece.filter(pyarrow.array(keep)))
                at += piece.num_rows

    def _name(self, again: set[int]) -> None:
        """Tells the ledger of rows that stood before, each by its place in its file."""
        at = 0
        for items, places in zip(_pieces(self._parts["items"]), _pieces(self._parts["places"]), strict=True):
            for row in sorted(again & set(range(at, at + items.num_rows))):
                item = {name: items[name][row - at].as_py() for name in ("suite", "task", "item", "model")}
                self._ledger.drop(
                    places["where"][row - at].as_py(),
                    f"{item['suite']}/{item['task']}/{item['item']}, {item['model']} stands twice; the first is kept. "
                    "If it is a second sample, map `repeat`",
                )
            at += items.num_rows


def _pieces(part: NewFile) -> Iterator[Any]:
    part.file.seek(0)
    yield from pyarrow.parquet.ParquetFile(part.file).iter_batches(batch_size=PIECE_ROWS)
