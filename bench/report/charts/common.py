"""What the charts of a run share: its models' looks and the line of dates and settings below each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

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
    """n, date, run, prices, sampling and what scored 0 or is missing, as one line."""
    return "; ".join(_basis(comparison, items)) + "."


def _basis(comparison: RunComparison, items: pd.DataFrame) -> Iterator[str]:
    manifest = comparison.manifest
    yield "n = " + ", ".join(f"{_n(comparison, suite)} ({suite})" for suite in suites(comparison)) + " items"
    repeats = manifest["settings"]["repeats"]
    if repeats > 1:
        yield f"each asked {repeats} times"
    yield f"{manifest['started_at'][:10]}, run {manifest['run']}"
    yield from _prices(manifest)
    sent = sorted(set(items["sampling_applied"].dropna()))
    if len(sent) == 1:
        said = ", ".join(f"{name} {value:g}" for name, value in json.loads(sent[0]).items())
        yield said or "the vendors' own sampling"
    elif sent:
        yield "sampling differs, see the notes"
    cut = [row.truncated for row in comparison.rows if row.truncated is not None]
    truncated = f"{sum(cut)} answers truncated (score 0)" if cut else "truncation unknown"
    yield f"{truncated}, {sum(row.missing for row in comparison.rows)} missing"


def _n(comparison: RunComparison, suite: str) -> str:
    counts = {row.items for row in comparison.rows if row.suite == suite}
    return "–".join(str(n) for n in sorted({min(counts), max(counts)}))


def _prices(manifest: Mapping[str, Any]) -> Iterator[str]:
    as_of = manifest.get("prices", {}).get("as_of")
    entries = list(manifest["models"].values())
    if as_of and any(not str(entry["model"]).startswith("weights/") for entry in entries):
        yield f"list prices of {as_of}"
    rates = {rate for entry in entries if (rate := entry.get("usd_per_hour")) is not None}
    if rates:
        yield f"local machine at {', '.join(f'{rate:g}' for rate in sorted(rates))} USD/hour"
