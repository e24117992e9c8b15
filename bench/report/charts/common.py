"""What the charts of a run share: its models' looks and the line of dates and settings below each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bench.language import tr
from bench.records import RunRecord
from bench.report.charts.glyphs import NOTE, drawable
from bench.report.numbers.comparison import RunComparison

if TYPE_CHECKING:
    import pandas as pd


def suites(comparison: RunComparison) -> list[str]:
    """The suites, in order."""
    return list(dict.fromkeys(row.suite for row in comparison.rows))


def models(comparison: RunComparison) -> list[str]:
    """The models, in order; a model's number is its look."""
    return list(dict.fromkeys(row.model for row in comparison.rows))


def basis(comparison: RunComparison, items: pd.DataFrame) -> str:
    """n, run, prices, and what differs, scored 0 or is missing, as one line."""
    return "; ".join(_basis(comparison, items)) + "."


def _basis(comparison: RunComparison, items: pd.DataFrame) -> Iterator[str]:
    record = comparison.record
    yield "n = " + ", ".join(f"{_n(comparison, suite)} ({suite})" for suite in suites(comparison))
    repeats = record.settings.repeats
    if repeats > 1:
        yield tr("each asked {repeats} times", repeats=repeats)
    yield tr("run {run}", run=record.run)  # which begins with its date
    yield from _prices(record)
    if items["sampling_applied"].dropna().nunique() > 1:
        yield tr("sampling differs, see the notes")
    cut = [row.truncated for row in comparison.rows if row.truncated is not None]
    if not cut:
        yield tr("truncation unknown")
    elif sum(cut):
        yield tr("{cut} {cut:answer|answers} truncated (score 0)", cut=sum(cut))
    if missing := sum(row.missing for row in comparison.rows):
        yield tr("{missing} missing", missing=missing)
    names = (*record.models, *record.suites, *record.claims, *items["family"].dropna().unique())
    if any(drawable(name) != name for name in names):
        yield tr(NOTE)


def _n(comparison: RunComparison, suite: str) -> str:
    counts = {row.items for row in comparison.rows if row.suite == suite}
    return "–".join(str(n) for n in sorted({min(counts), max(counts)}))


def _prices(record: RunRecord) -> Iterator[str]:
    entries = list(record.models.values())
    if not all(entry.local for entry in entries):
        yield from record.price_dates
    rates = {rate for entry in entries if (rate := entry.usd_per_hour) is not None}
    if rates:
        yield tr("local machine at {rate} USD/hour", rate=", ".join(f"{rate:g}" for rate in sorted(rates)))
