"""Writes everything a run folder derives from its tables."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from bench import claims, clean
from bench.language import ENGLISH, writing
from bench.records import AggregateRow, read_aggregates, tables_kept, write_text
from bench.report import charts, page
from bench.report.numbers.comparison import RunComparison, compare
from bench.report.text import documents, loadtext, probetext, tables, totals


def write_report(folder: Path, shape: charts.Shape = "wide") -> tuple[RunComparison, list[Path]]:
    """Writes comparison.{md,csv,json,tex,html}, claims.{md,json}, charts/ and report.html into a run folder.

    `shape` is the charts'. Returns the comparison and the files. A run without claims has no claims files. Texts are in
    the language of now; columns, keys and verdicts of CSV and JSON files always are English.
    """
    with tables_kept():
        return _write_report(folder, shape)


def _write_report(folder: Path, shape: charts.Shape) -> tuple[RunComparison, list[Path]]:
    comparison = compare(folder)
    published = read_aggregates(folder)
    if published and not comparison.rows:
        return comparison, _write_totals(folder, comparison, published)
    texts = {
        "comparison.md": tables.markdown(comparison)
        + probetext.markdown(comparison.latency)
        + loadtext.markdown(comparison.load),
        "comparison.csv": tables.csv_text(comparison),
        "comparison.json": tables.json_text(comparison),
        "comparison.tex": documents.latex(comparison),
        "comparison.html": documents.page(comparison),
    }
    if comparison.record.claims:
        judged = comparison.ruling, comparison.record
        texts["claims.md"] = claims.markdown(*judged)
        told = json.dumps(claims.as_json(*judged), indent=2, ensure_ascii=False) + "\n"
        texts["claims.json"] = clean.terminal(told)
    if published:
        texts["comparison.md"] += "\n" + totals.markdown(published)
        texts[totals.NAME] = totals.csv_text(published)
    for name, text in texts.items():
        write_text(folder, name, text)
    drawn = _charts(comparison, folder, shape)
    shown = page.write_page(folder / page.NAME, [page.PageSource(folder, comparison, drawn)])
    return comparison, [*(folder / name for name in texts), *drawn, shown]


def _charts(comparison: RunComparison, folder: Path, shape: charts.Shape) -> list[Path]:
    """The charts; in English where this machine has no font with the characters of the report's language."""
    if charts.has_font():
        return charts.write_charts(comparison, folder, shape)
    with writing(ENGLISH):
        return charts.write_charts(compare(folder), folder, shape)


def _write_totals(folder: Path, comparison: RunComparison, published: Sequence[AggregateRow]) -> list[Path]:
    """What there is to write of an import without a single item."""
    notes = "".join(f"- {clean.markdown(str(note))}\n" for note in tables.notes(comparison))
    texts = {
        "comparison.md": f"{totals.markdown(published)}\n{notes}",
        totals.NAME: totals.csv_text(published),
    }
    for name, text in texts.items():
        write_text(folder, name, text)
    shown = page.write_page(folder / page.NAME, [page.PageSource(folder, comparison, [])])
    return [*(folder / name for name in texts), shown]
