"""A run without its texts: for publishing figures where prompts or answers must stay private."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import IO, Any

from bench import clean
from bench.errors import UsageError
from bench.records import (
    HIDDEN,
    LATENCY,
    LATENCY_COLUMNS,
    OVERALL,
    AnswerRow,
    ItemRow,
    RecordedModel,
    RunRecord,
    TurnRow,
    grade_detail,
    parquet_file,
    read_aggregates,
    read_judgments,
    read_labels,
    read_parquet,
    read_run,
    read_turns,
    real_folder,
    require_columns,
    write_aggregates,
    write_file,
    write_judgments,
    write_labels,
    write_record,
    write_text,
    write_turns,
)

FILLER = "~"
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
    with parquet_file(parent, "answers.parquet", ()) as answers:
        require_columns(answers.schema_arrow, AnswerRow)
    folder = real_folder(base.parent, f"{base.name}-redacted")
    _items(parent, folder)
    if (parent / "turns.parquet").is_file():
        write_turns(folder, [_turn(turn, folder.name) for turn in read_turns(parent)])
    write_file(folder, "answers.parquet", lambda file: _answers(parent, file, folder.name))
    _latency(parent, folder)
    _totals(parent, folder)
    _opinions(parent, folder)
    write_record(folder, _redacted(record, folder.name))
    return folder


def _redacted(record: RunRecord, run: str) -> RunRecord:
    """Providers' own words about why a model was stopped may quote a prompt; commands name local paths; nobody knows
    what a key that this version does not know holds."""
    record = record.only_known()
    stopped = dict.fromkeys(record.stopped, "the reason is redacted")
    lanes = {
        label: replace(lane, stopped=lane.stopped and stopped.get(label, "redacted"))
        for label, lane in record.lanes.items()
    }
    models = {label: _model(model) for label, model in record.models.items()}
    about = record.imported  # what an import left out is listed without the cells that its reasons quote
    if about:
        about = replace(about, dropped=tuple({**row, "why": "the reason is redacted"} for row in about.dropped))
    kept = record.without(*UNTOLD).with_keys("redacted", "stopped", "lanes")
    refused = dict.fromkeys(record.refused, "the reason is redacted")
    return replace(
        kept,
        run=run,
        redacted=record.run,
        stopped=stopped,
        refused=refused,
        lanes=lanes,
        models=models,
        imported=about,
    )


def _turn(turn: TurnRow, run: str) -> TurnRow:
    """A turn has no texts but the provider's word for its end."""
    return replace(turn, run=run, finish_reason=_word(turn.finish_reason))


def _word(finish_reason: str | None) -> str | None:
    return finish_reason if finish_reason is None or finish_reason in WORDS else "redacted"


def _model(model: RecordedModel) -> RecordedModel:
    """Names of headers stay; their values, what was sent beside the prompt, and prompts' texts do not."""
    prompts = {suite: replace(each, texts={}) for suite, each in model.prompts.items()}
    headers = dict.fromkeys(model.headers, HIDDEN)
    return replace(model.with_keys("extra_body"), extra_body={}, headers=headers, prompts=prompts)


def _items(parent: Path, folder: Path) -> None:
    import pyarrow
    import pyarrow.csv
    import pyarrow.parquet

    table = _known(read_parquet(parent, "items.parquet"), ItemRow)
    for name in SETTINGS:
        at = table.schema.get_field_index(name)
        if at >= 0:
            texts = [_numbers(text) for text in table.column(at).to_pylist()]
            table = table.set_column(at, name, pyarrow.array(texts, pyarrow.string()))
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
        pyarrow.parquet.ParquetWriter(out, _schema(file.schema_arrow, AnswerRow)) as writer,
    ):
        for batch in file.batches(writer.schema.names):
            kept = _without_texts(batch.cast(writer.schema), run)
            writer.write_table(pyarrow.Table.from_batches([kept]))  # a group of rows of its own, written at once


def _schema(schema: Any, kind: type[ItemRow | AnswerRow]) -> Any:
    """The columns that a table's rows are known to have; what else a file or its head holds may be a text."""
    import pyarrow

    names = [each.name for each in fields(kind) if each.name in schema.names]
    return pyarrow.schema([pyarrow.field(name, schema.field(name).type) for name in names])


def _known(table: Any, kind: type[ItemRow | AnswerRow]) -> Any:
    schema = _schema(table.schema, kind)
    return table.select(schema.names).cast(schema)


def _without_texts(batch: Any, run: str) -> Any:
    import pyarrow
    import pyarrow.compute as pc

    columns = {name: batch.column(name) for name in batch.schema.names}
    columns["run"] = pyarrow.array([run] * len(batch))
    columns["prompt"] = pyarrow.array([""] * len(batch))
    columns |= {name: pyarrow.nulls(len(batch)) for name in EMPTY}
    for name in ("answer", "reasoning"):
        columns[name] = pc.binary_repeat(FILLER, pc.utf8_length(columns[name]))
    kept = [_word(text) for text in columns["finish_reason"].to_pylist()]
    columns["finish_reason"] = pyarrow.array(kept, pyarrow.string())
    columns["grade_detail"] = pyarrow.array([_detail(text) for text in columns["grade_detail"].to_pylist()])
    return pyarrow.record_batch([columns[field.name].cast(field.type) for field in batch.schema], schema=batch.schema)


SETTINGS = ("sampling_requested", "sampling_applied")
"""Columns that hold JSON: numbers by the name of a setting."""
NAME_OF_SETTING = re.compile(r"[a-z][a-z0-9_]{0,31}")
"""What a setting may be called, e.g. top_p; anything else may be somebody's words."""


def _numbers(text: str | None) -> str | None:
    """The numbers of a JSON object, as it was written where it holds nothing else."""
    try:
        known = json.loads(text or "{}")
    except ValueError:
        return None
    kept = {
        name: each for name, each in known.items() if isinstance(each, int | float) and NAME_OF_SETTING.fullmatch(name)
    }
    return text if text is None or kept == known else json.dumps(kept)


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


def _opinions(parent: Path, folder: Path) -> None:
    """Labels and judgments, raters by number: who they are is nobody's business, nor is a rubric's wording."""
    labels, judgments = read_labels(parent), read_judgments(parent)
    raters = {name: f"rater-{at}" for at, name in enumerate(dict.fromkeys(row.rater for row in labels), 1)}
    named = (row.criterion for row in judgments if row.criterion != OVERALL)
    criteria = {name: f"criterion-{at}" for at, name in enumerate(dict.fromkeys(named), 1)} | {OVERALL: OVERALL}
    if labels:
        write_labels(folder, [replace(row, rater=raters[row.rater]) for row in labels])
    if judgments:
        write_judgments(folder, [replace(row, criterion=criteria[row.criterion]) for row in judgments])


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
