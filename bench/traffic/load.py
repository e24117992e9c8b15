"""Logs into a folder: `traffic.parquet`, and `traffic.json` with what was left out and why."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from bench import clean
from bench.errors import UsageError, suggest
from bench.importers import Ledger, output_folder
from bench.prices import PriceBook
from bench.records import Secrets, remove_folder, utc_now, write_text
from bench.traffic.counts import possible
from bench.traffic.forms import FORMATS
from bench.traffic.hiding import Hiding, HidingLedger
from bench.traffic.layout import LeftOutError, LogFormat, LogReading
from bench.traffic.pricing import Pricer
from bench.traffic.reading import log_files, records
from bench.traffic.row import Rows
from bench.traffic.rows import RECORD, Logged
from bench.traffic.table import TrafficTable
from bench.traffic.twice import Twice
from bench.traffic.values import at, word

_LOOKED_AT = 200
"""Records of a file by which its format is found."""
_ODD = (TypeError, AttributeError, LookupError, ValueError, ArithmeticError, RecursionError)
"""What reading a stranger's record may raise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficChoices:
    """What the user decides of an import."""

    form: str | None = None
    """The logs' format; None to find it by their first records."""
    tag: str | None = None
    """Where the tag stands in a record, as keys with dots between them; None for the format's usual place."""
    dated: datetime | None = None
    """A moment of the day that calls without a time are priced at; None leaves their cost unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficImport:
    """What became of an import."""

    folder: Path
    """Where the table is."""
    rows: int
    """Its calls."""
    files: Mapping[str, int]
    """Title of a format -> files of it."""
    notes: tuple[str, ...]
    """What to know, and what is unknown."""
    dropped: tuple[Mapping[str, str], ...]
    """What was left out, as {"row", "why"}; the first of it."""
    dropped_count: int
    """All that was left out."""


def import_traffic(
    paths: Sequence[Path],
    *,
    output: Path | None,
    results: Path,
    book: PriceBook,
    secrets: Secrets,
    choices: TrafficChoices | None = None,
) -> TrafficImport:
    """Reads logs into a new folder. UsageError if a path is missing, or nothing in it is a log that is known."""
    choices = choices or TrafficChoices()
    if choices.form is not None and choices.form not in FORMATS:
        raise UsageError(f"--format {choices.form}: there is no such format.{suggest(choices.form, FORMATS)}")
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path}: there is no such file or folder.")
    hide = Hiding(secrets)
    reading = LogReading(ledger=HidingLedger(hide))
    forms = _forms(log_files(paths, reading.ledger), choices.form, reading.ledger)
    stamp = utc_now()[:19].replace("-", "").replace(":", "")
    folder = output_folder(results, output, f"{stamp}Z-traffic")
    try:
        return _written(folder, forms, reading, Pricer(book, choices.dated), hide=hide, tag=choices.tag)
    except BaseException:
        remove_folder(folder)
        raise


def _forms(files: Sequence[Path], form: str | None, ledger: Ledger) -> list[tuple[Path, str]]:
    """Each file and its format; those of none are left out. UsageError if that leaves nothing."""
    known = [(path, name) for path in files if (name := form or _form_of(path))]
    if not known:
        if files[0].stat().st_size == 0:
            raise UsageError(f"{files[0]}: is empty: there is no call in it.")
        titles = "; ".join(f"{name} ({each.title})" for name, each in FORMATS.items())
        raise UsageError(f"{files[0]}: is no log of a known format. Known: {titles}. --format NAME reads it as one.")
    for path in files:
        if path not in {each for each, _ in known}:
            ledger.drop(path.name, "is no log of a known format; --format NAME reads it as one")
    return known


def _form_of(path: Path) -> str | None:
    for _, raw in islice(records(path, Ledger()), _LOOKED_AT):
        name = next((name for name, each in FORMATS.items() if _known(each, raw)), None)
        if name:
            return name
    return None


def _known(form: LogFormat, raw: Mapping[str, Any]) -> bool:
    """Whether a record is of a format; one that cannot even be looked at is of none."""
    try:
        return form.knows(raw)
    except _ODD:
        return False


def _written(
    folder: Path,
    forms: Sequence[tuple[Path, str]],
    reading: LogReading,
    pricer: Pricer,
    *,
    hide: Hiding,
    tag: str | None,
) -> TrafficImport:
    for path, name in forms:
        before = FORMATS[name].before
        if before is not None:
            for where, raw in records(path, Ledger()):
                with suppress(*_ODD):  # named when the record itself is read
                    before(where, raw, reading)
    rows, twice = Rows(pricer, hide, reading), Twice(reading.ledger)
    with TrafficTable(folder) as table:
        for number, (path, name) in enumerate(forms):
            for call in _calls(path, FORMATS[name], reading, tag):
                if not twice(call, number):
                    table.add(rows(name, call, texts=FORMATS[name].texts))
        if not table.rows:
            first = "".join(f"; the first: {each['row']}: {each['why']}" for each in reading.ledger.dropped[:1])
            raise UsageError(
                f"{forms[0][0]}: holds no call that can be read ({reading.ledger.dropped_count} rows left out{first})."
            )
        table.finish()
    twice.note([path.name for path, _ in forms])
    _note(reading, hide, pricer)
    made = TrafficImport(
        folder=folder,
        rows=table.rows,
        files=Counter(FORMATS[name].title for _, name in forms),
        notes=tuple(reading.ledger.notes),
        dropped=tuple(reading.ledger.dropped),
        dropped_count=reading.ledger.dropped_count,
    )
    write_text(
        folder, RECORD, json.dumps(_record(made, forms, reading, pricer, hide), indent=2, ensure_ascii=False) + "\n"
    )
    return made


def _calls(path: Path, form: LogFormat, reading: LogReading, tag: str | None) -> Iterator[Logged]:
    """The calls of a file; what cannot be read is named, other things of a format that has such are counted."""
    for where, raw in records(path, reading.ledger):
        if not _known(form, raw):
            if form.mixed:
                reading.others += 1
            else:
                reading.ledger.drop(where, f"is none of {form.title}")
            continue
        try:
            for call in form.read(where, raw, reading):
                call = replace(call, usage=possible(call))
                yield call if tag is None else replace(call, tag=word(at(raw, *tag.split("."))))
        except LeftOutError as error:
            reading.ledger.drop(where, str(error))
        except _ODD as error:
            reading.ledger.drop(where, f"cannot be read ({type(error).__name__}: {error})")


def _note(reading: LogReading, hide: Hiding, pricer: Pricer) -> None:
    ledger = reading.ledger
    if reading.others:
        ledger.note(f"{reading.others} records are no calls of a model, and not rows.")
    if hide.replaced.replaced:
        hidden = ", ".join(f"{count} {name}" for name, count in sorted(hide.replaced.replaced.items()))
        ledger.note(f"Secrets in texts were replaced: {hidden}.")
    if pricer.assumed:
        ledger.note(f"{pricer.assumed} calls name no provider: priced as if the model's maker had billed them.")
    if pricer.served:
        pairs = ", ".join(f"{calls} {what}" for what, calls in pricer.served.most_common(3))
        ledger.warn(
            f"{pricer.served.total()} calls were answered by another model than was called, whose price is another or "
            f"not known: priced as called ({pairs}{', ...' if len(pricer.served) > 3 else ''})."
        )


def _record(
    made: TrafficImport, forms: Sequence[tuple[Path, str]], reading: LogReading, pricer: Pricer, hide: Hiding
) -> dict[str, Any]:
    return {
        "created": utc_now(),
        "files": [{"file": hide(clean.line(path.name)), "format": name} for path, name in forms],
        "rows": made.rows,
        **reading.ledger.as_record(),
        "cost_unknown": [{"why": hide(why), "calls": count} for why, count in pricer.unpriced.most_common(100)],
        "prices": pricer.about,
    }
