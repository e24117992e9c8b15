"""What belongs beside the tables of an import: where it comes from, and what is unknown of it."""

from __future__ import annotations

from collections.abc import Iterator

from bench.language import tr
from bench.records import RecordedImport, RunRecord
from bench.records.note import Note, recorded

SHOWN = 5
"""Dropped rows that are named; run.json has more."""


def import_notes(record: RunRecord) -> list[str | Note]:
    """Sentences on the source, on each model, and on what was left out; empty for a run of one's own."""
    about = record.imported
    return [*_source(about), *_models(record), *_left_out(about)] if about else []


def _source(about: RecordedImport) -> Iterator[str]:
    parts = [tr("Imported from {name}", name=about.source or ", ".join(file["name"] for file in about.files))]
    parts += [tr("commit {commit}", commit=about.commit)] if about.commit else []
    parts += [tr("retrieved {retrieved}", retrieved=about.retrieved)] if about.retrieved else []
    parts += [tr("licence {licence}", licence=about.licence)] if about.licence else []
    yield tr("{parts}. These are others' measurements: no model was called here.", parts=", ".join(parts))
    yield (
        tr(
            "The source does not say how answers ended: truncated, refused and unparsable answers "
            "are unknown, and count as the source scored them."
        )
    )


def _models(record: RunRecord) -> Iterator[str]:
    """A line for each model with items; of totals the table has all."""
    for label, model in record.models.items() if record.suites else ():
        origin = model.imported
        if origin is None:
            continue
        parts = [origin.raw]
        parts += [f"{name} {value}" for name in ("effort", "harness") if (value := getattr(origin, name))]
        parts += [tr("by way of {provider}", provider=origin.provider)] if origin.provider else []
        parts += [tr("cost {cost_basis}", cost_basis=origin.cost_basis)] if origin.cost_basis else []
        yield tr("{label} is {parts}; {date}.", label=label, parts="; ".join(parts), date=origin.date or tr("no date"))


def _left_out(about: RecordedImport) -> Iterator[str | Note]:
    yield from (recorded(f"{note}.") for note in about.notes)
    if about.dropped_count:
        first = "; ".join(f"{row['row']}: {row['why']}" for row in about.dropped[:SHOWN])
        yield tr(
            "{dropped_count} {dropped_count:row was|rows were} left out, the first: {first}.",
            dropped_count=about.dropped_count,
            first=first,
        )
