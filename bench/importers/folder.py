"""Writes an import as a run folder, which `bench report` and `bench claim` read like any other."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, TypeVar

from bench import clean
from bench.errors import UsageError
from bench.importers.source import Format, ImportedModel, ItemEntry, Provenance, Record, Request
from bench.importers.streamed import Tables
from bench.records import (
    FORMAT,
    AggregateRow,
    RecordedImport,
    RecordedModel,
    RecordedSettings,
    RecordedSuite,
    RecordedTask,
    RunRecord,
    fresh_folder,
    real_folder,
    remove_folder,
    write_aggregates,
    write_record,
)

Told = TypeVar("Told", AggregateRow, ImportedModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of an import."""

    folder: Path
    """The run folder."""
    items: int
    """Rows of the items table."""
    totals: int
    """Rows of the aggregates table."""
    models: tuple[str, ...]
    """Labels, as `bench claim` takes them."""
    suites: tuple[str, ...]
    """Suites of items, then of totals."""
    notes: tuple[str, ...]
    """What to know, and what is unknown."""
    dropped: tuple[Mapping[str, str], ...]
    """Rows that were left out, as {"row", "why"}; the first of them."""
    dropped_count: int
    """All rows that were left out."""


def import_results(
    name: str,
    form: Format,
    paths: Sequence[Path],
    *,
    results: Path = Path("results"),
    output: Path | None = None,
    provenance: Provenance | None = None,
    mapping: Mapping[str, str] | None = None,
    decimal: str = ".",
) -> Imported:
    """Imports files of a format into a new run folder `<UTC>-<format>` under `results`, or into `output`.

    What `provenance` leaves open is the format's own. UsageError if a path is missing, nothing of it can be
    understood, or `output` is a folder with something in it.
    """
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path}: there is no such file or folder.")
    started = datetime.now(UTC)
    folder = output_folder(results, output, f"{started:%Y%m%dT%H%M%SZ}-{name}")
    given = {key: value for key, value in asdict(provenance or Provenance()).items() if value is not None}
    request = Request(
        paths=paths, provenance=replace(form.usual, **given), run=folder.name, mapping=mapping or {}, decimal=decimal
    )
    try:
        return _write(name, form.read, request, folder, started)
    except RecursionError as error:
        remove_folder(folder)
        raise UsageError(f"{paths[0]}: nothing could be imported: it is nested too deeply.") from error
    except BaseException:
        remove_folder(folder)
        raise


def output_folder(results: Path, output: Path | None, name: str) -> Path:
    """The folder of an import: `output`, or a new one under `results`. UsageError if `output` is not empty."""
    if not output:
        return fresh_folder(results, name)
    if os.path.lexists(output) and (not output.is_dir() or any(output.iterdir())):
        raise UsageError(f"{output}: is there already and not empty; give a new folder to --output.")
    return real_folder(output.parent, output.name) if output.name else output


def _write(name: str, read: Callable[[Request], Any], request: Request, folder: Path, started: datetime) -> Imported:
    with Tables(folder, request.ledger) as tables:
        totals: list[AggregateRow] = []
        record: Record
        for record in read(request):
            if isinstance(record, ItemEntry):
                tables.add(record)
            else:
                totals.append(_in_lines(record))
        if not len(tables) and not totals:
            first = request.ledger.dropped[:1]
            why = "".join(f"; the first: {dropped['row']}: {dropped['why']}" for dropped in first)
            raise UsageError(
                f"{request.paths[0]}: nothing could be imported ({request.ledger.dropped_count} rows dropped{why})."
            )
        rows = tables.finish()
        if totals:
            write_aggregates(folder, totals)
        run_record = _record(name, request, tables, totals, started)
        if run_record.excess:
            raise UsageError(f"{run_record.excess}. Import fewer files at once.")
        write_record(folder, run_record)
    return Imported(
        folder=folder,
        items=rows,
        totals=len(totals),
        models=tuple(run_record.models),
        suites=tuple(dict.fromkeys((*run_record.suites, *(row.suite for row in totals)))),
        notes=tuple(request.ledger.notes),
        dropped=tuple(request.ledger.dropped),
        dropped_count=request.ledger.dropped_count,
    )


def _record(
    name: str, request: Request, tables: Tables, totals: Sequence[AggregateRow], started: datetime
) -> RunRecord:
    """What a reader of a run relies on, and where it comes from; the rest of a run's record is unknown."""
    at = started.isoformat(timespec="milliseconds")
    planned = tables.suites()
    given = {clean.line(label): _in_lines(model) for label, model in request.models.items()}
    models = {label: _model(label, given[label]) for label in tables.models}
    if not models:
        models = {row.model: _model(row.model, _model_of_totals(row)) for row in totals}
    return RunRecord(
        format=FORMAT,
        run=request.run,
        started_at=at,
        written_at=at,
        finished_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        settings=RecordedSettings(
            suites=(*planned,),
            seed=1,
            repeats=max(1, len(tables.samples)),
            reuse=0,
            keys=("suites", "seed", "limit", "repeats", "reuse"),
        ),
        suites={
            suite: RecordedSuite(items_planned=count, items_available=max(count, request.available.get(suite, 0)))
            for suite, count in planned.items()
        },
        tasks={task: RecordedTask(version=version, keys=("version",)) for task, version in tables.versions.items()},
        models=models,
        versions={"claimbench": metadata.version("claimbench")},
        imported=RecordedImport(
            format=name,
            **asdict(request.provenance),
            files=tuple(_file(path) for path in request.paths),
            map=dict(request.mapping),
            dropped=tuple(request.ledger.dropped),
            dropped_count=request.ledger.dropped_count,
            notes=tuple(request.ledger.notes),
        ),
        keys=RunRecord.IMPORTED,
    )


def _in_lines(record: Told) -> Told:
    """A row of totals or a model, each of its texts in one line."""
    texts: dict[str, Any] = {
        name: clean.line(value) for name, value in asdict(record).items() if isinstance(value, str)
    }
    return replace(record, **texts)


def _model_of_totals(row: AggregateRow) -> ImportedModel:
    return ImportedModel(
        raw=row.model_raw,
        vendor=row.vendor,
        provider=row.provider,
        effort=row.effort,
        date=row.date,
        harness=row.harness,
        cost_basis=row.cost_basis,
    )


def _model(label: str, model: ImportedModel) -> RecordedModel:
    """`model` is written as a run's own models are, vendor first."""
    return RecordedModel(
        label=label,
        model=f"{model.vendor or 'unknown'}/{model.raw.rpartition('/')[2]}",
        imported=model,
        keys=("label", "model", "max_tokens", "usd_per_hour", "imported"),
    )


def _file(path: Path) -> dict[str, Any]:
    if path.is_dir():
        return {"name": path.name, "sha256": None, "bytes": None}
    with clean.open_file(path) as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"name": path.name, "sha256": digest, "bytes": path.stat().st_size}
