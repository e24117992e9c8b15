"""Published data sets, read through the importers."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.claims import Pairs, pair
from bench.errors import UsageError
from bench.evidence.rule import Board, RuledClaim, claims_of
from bench.importers import FORMATS, Provenance, import_results
from bench.records import AggregateRow, RunRecord, read_aggregates, read_record, read_table

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 12
"""Rows left out that are named one by one."""
LIST, BILL, TOKENS = "list prices of the date", "published bill", "computed from tokens"
BASES = (LIST, BILL, TOKENS)
"""What costs may rest on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A data set as it was published."""

    name: str
    """Its name in claims.toml."""
    title: str
    """Its name for readers."""
    short: str
    """Its name in figures."""
    files: tuple[tuple[str, str], ...]
    """(Path under the data folder, sha256 in hex)."""
    format: str
    """A key of `FORMATS`."""
    provenance: Provenance
    """Who published it, at which commit, under which licence."""
    kinds: Mapping[str, str]
    """Suite -> kind of work."""
    basis: str
    """What its costs rest on: one of `BASES`."""
    whole: str | None = None
    """The suite that the others are categories of; None if there is none."""
    listed: str | None = None
    """ISO date of rows that the source does not date: when the table last changed, or was made."""
    withheld: tuple[str, ...] = ()
    """Figures of the source that are not used, and why."""

    @property
    def board(self) -> Board:
        """What the rule needs to know."""
        return Board(self.name, self.kinds, self.whole)


@dataclass(frozen=True, slots=True)
class DataSet:
    """A data set that was read."""

    published: Published
    """What it is."""
    rows: tuple[AggregateRow, ...]
    """Totals, a row a model and suite."""
    items: pd.DataFrame
    """Single items, as in items.parquet; empty if the source has none."""
    record: RunRecord
    """The import's run.json."""
    notes: tuple[str, ...]
    """What the importer left out or found unknown."""

    def claims(self) -> list[RuledClaim]:
        """What the rule makes of it."""
        return claims_of(self.published.board, self.rows)

    def row(self, ruled: RuledClaim, model: str) -> AggregateRow:
        """The row of a claim's model."""
        return next(r for r in self.rows if (r.suite, r.comparable, r.model) == (ruled.suite, ruled.comparable, model))

    def pairs(self, ruled: RuledClaim) -> Pairs | None:
        """Both models' answers to the same items; None where the source has no items of either."""
        if {ruled.candidate, ruled.baseline} - set(self.items["model"]):
            return None
        return pair(self.items, self.record, ruled.candidate, ruled.baseline, (ruled.suite,))


def read_all(folder: Path, published: Sequence[Published]) -> tuple[dict[str, DataSet], list[str]]:
    """The data sets found in a folder, by name, and remarks: which are left out, and which are other files.

    UsageError if there is none, or one cannot be read.
    """
    data_sets: dict[str, DataSet] = {}
    remarks = []
    for each in published:
        missing = [str(folder / name) for name, _ in each.files if not (folder / name).is_file()]
        if missing:
            remarks.append(f"{each.name}: skipped: {' and '.join(missing)} is missing")
            continue
        unlike = [_unlike(folder / name) for name, sha256 in each.files if _sha256(folder / name) != sha256]
        remarks += [f"{each.name}: {why}" for why in unlike]
        data_sets[each.name] = _read(folder, each, unlike)
    if not data_sets:
        raise UsageError(f"{folder}: none of the published files is there: {'; '.join(remarks)}.")
    return data_sets, remarks


def _unlike(path: Path) -> str:
    return f"{path.name} is not byte for byte the file that was judged first: is it of that commit?"


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _read(folder: Path, published: Published, unlike: Sequence[str]) -> DataSet:
    paths = [folder / name for name, _ in published.files]
    with tempfile.TemporaryDirectory() as place:
        imported = import_results(
            published.format, FORMATS[published.format], paths, output=Path(place), provenance=published.provenance
        )
        items, totals = read_table(imported.folder, "items"), read_aggregates(imported.folder)
        rows = totals or list(_of_items(items, read_record(imported.folder), published))
        return DataSet(
            published,
            tuple(replace(row, date=row.date or published.listed) for row in rows),
            items,
            read_record(imported.folder),
            (
                *(f"withheld: {what}" for what in published.withheld),
                *unlike,
                *(f"{row['row']}: left out: {row['why']}" for row in imported.dropped[:SHOWN]),
                *([f"{imported.dropped_count - SHOWN} more rows left out"] if imported.dropped_count > SHOWN else []),
                *imported.notes,
            ),
        )


def _of_items(items: pd.DataFrame, record: RunRecord, published: Published) -> Iterator[AggregateRow]:
    """Totals of a set that has only single items: the mean over items of the mean over an item's repeats."""
    for (suite, model), part in items.groupby(["suite", "model"], sort=True):
        scores = part.groupby("item")["score"].mean().dropna()
        costs = part.groupby("item")["cost_usd"].mean()
        origin = record.models[str(model)].imported
        assert origin is not None
        yield AggregateRow(
            source=str(published.provenance.source),
            source_commit=published.provenance.commit,
            retrieved=published.provenance.retrieved,
            licence=published.provenance.licence,
            suite=str(suite),
            suite_version=None,
            harness=origin.harness or "unknown",
            model=str(model),
            model_raw=origin.raw,
            vendor=origin.vendor,
            provider=origin.provider,
            effort=origin.effort,
            settings=None,
            date=origin.date,
            n=len(scores),
            successes=None,
            score=float(scores.mean()),
            cost_total_usd=float(costs.sum()) if len(costs) and costs.notna().all() else None,
            cost_basis=origin.cost_basis,
            latency_mean_s=None,
            calls_mean=None,
            comparable=f"{suite}, {origin.harness or 'unknown'}",
        )
