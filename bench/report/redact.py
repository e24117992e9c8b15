"""A run without its texts: for publishing figures where prompts or answers must stay private."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from bench import clean
from bench.errors import UsageError
from bench.records import (
    LATENCY,
    LATENCY_COLUMNS,
    RunRecord,
    grade_detail,
    parquet_file,
    read_aggregates,
    read_parquet,
    read_run,
    real_folder,
    write_aggregates,
    write_file,
    write_record,
    write_text,
)

FILLER = "█"
"""Stands for each character of an answer or its reasoning: the cost bridge needs their lengths, and nothing else."""
UNTOLD = ("command", "parts")
"""Keys of run.json that a redacted one lacks."""
WORDS = frozenset(("stop", "length", "end_turn", "max_tokens", "stop_sequence", "tool_use", "tool_calls", "eos"))
"""Finish reasons that are kept; any other may be a provider's own words on the answer."""
EMPTY = ("extracted", "error", "expected")
"""Columns of the answers table that lose all content."""


def redact(parent: Path) -> Path:
    """Writes `<run>-redacted` beside a run folder: run.json and tables without prompts, answers and errors.

    Every figure stays, so that `bench verify` finds the same numbers. Of a prompt its sha256 stays, of an answer and
    its reasoning the length, of a grader's detail its verdict and numbers. The parent is not altered; an earlier
    redaction is written over. UsageError if the folder is not a run folder, has no answers, or is redacted itself.
    """
    record, _ = read_run(parent)
    base = parent.resolve()
    if record.redacted:
        raise UsageError(f"{parent}: is redacted already.")
    if not (parent / "answers.parquet").is_file():
        raise UsageError(f"{parent}: has no answers.parquet that could be redacted.")
    folder = real_folder(base.parent, f"{base.name}-redacted")
    _items(parent, folder)
    write_file(folder, "answers.parquet", lambda file: _answers(parent, file, folder.name))
    _latency(parent, folder)
    _totals(parent, folder)
    write_record(folder, _redacted(record, folder.name))
    return folder


def _redacted(record: RunRecord, run: str) -> RunRecord:
    """Providers' own words about why a model was stopped may quote a prompt; commands name local paths."""
    stopped = dict.fromkeys(record.stopped, "the reason is redacted")
    lanes = {
        label: replace(lane, stopped=lane.stopped and stopped.get(label, "redacted"))
        for label, lane in record.lanes.items()
    }
    models = {label: replace(model.with_keys("extra_body"), extra_body={}) for label, model in record.models.items()}
    about = record.imported  # what an import left out is listed without the cells that its reasons quote
    if about:
        about = replace(about, dropped=tuple({**row, "why": "the reason is redacted"} for row in about.dropped))
    kept = record.without(*UNTOLD).with_keys("redacted", "stopped", "lanes")
    return replace(kept, run=run, redacted=record.run, stopped=stopped, lanes=lanes, models=models, imported=about)


def _items(parent: Path, folder: Path) -> None:
    import pyarrow
    import pyarrow.csv
    import pyarrow.parquet

    table = read_parquet(parent, "items.parquet")
    at = table.schema.get_field_index("run")
    field = table.schema.field(at).with_type(pyarrow.string())
    table = table.set_column(at, field, pyarrow.array([folder.name] * len(table), pyarrow.string()))
    write_file(folder, "items.parquet", lambda file: pyarrow.parquet.write_table(table, file))
    write_file(folder, "items.csv", lambda file: pyarrow.csv.write_csv(clean.spreadsheet_csv(table), file))


def _answers(parent: Path, out: IO[bytes], run: str) -> None:
    """A batch at a time: a large run's texts are never in memory together."""
    import pyarrow.parquet

    with (
        parquet_file(parent, "answers.parquet") as file,
        pyarrow.parquet.ParquetWriter(out, file.schema_arrow) as writer,
    ):
        for batch in file.iter_batches(4_000):
            writer.write_batch(_without_texts(batch, run))


def _without_texts(batch: Any, run: str) -> Any:
    import pyarrow
    import pyarrow.compute as pc

    columns = {name: batch.column(name) for name in batch.schema.names}
    columns["run"] = pyarrow.array([run] * len(batch))
    columns["prompt"] = pyarrow.array([""] * len(batch))
    columns |= {name: pyarrow.nulls(len(batch)) for name in EMPTY}
    for name in ("answer", "reasoning"):
        columns[name] = pc.binary_repeat(FILLER, pc.utf8_length(columns[name]))
    kept = [text if text is None or text in WORDS else "redacted" for text in columns["finish_reason"].to_pylist()]
    columns["finish_reason"] = pyarrow.array(kept, pyarrow.string())
    columns["grade_detail"] = pyarrow.array([_detail(text) for text in columns["grade_detail"].to_pylist()])
    return pyarrow.record_batch([columns[field.name].cast(field.type) for field in batch.schema], schema=batch.schema)


KEPT = ("verdict", "route", "wrapped")
"""What a grader says in words of its own, and of no answer."""


def _detail(text: str | None) -> str | None:
    """Numbers, flags, the sandbox's verdict and the answer's route: a grader's sentences may quote the answer."""
    if text is None:
        return None
    kept = {k: v for k, v in grade_detail(text).items() if isinstance(v, int | float) or k in KEPT}
    return json.dumps(kept) if kept else None


def _totals(parent: Path, folder: Path) -> None:
    """Published totals have no text."""
    totals = read_aggregates(parent)
    if totals:
        write_aggregates(folder, totals)


def _guarded(row: Mapping[str, str]) -> dict[str, str]:
    return {name: clean.spreadsheet(clean.unguarded(row.get(name) or "")) for name in LATENCY_COLUMNS}


def _latency(parent: Path, folder: Path) -> None:
    """latency.csv without its errors, where there is one."""
    path = parent / LATENCY
    if not path.is_file():
        return
    try:
        text = clean.read_text(path, below=parent)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read ({getattr(error, 'strerror', error)}).") from error
    rows = [_guarded({**row, "error": ""}) for row in csv.DictReader(io.StringIO(text))]

    out = io.StringIO()
    writer = csv.DictWriter(out, LATENCY_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(folder, LATENCY, out.getvalue())
