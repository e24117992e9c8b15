"""Writes everything a run folder derives from its tables."""

from __future__ import annotations

from pathlib import Path

from bench import runfolder
from bench.report import charts, tables
from bench.report.comparison import Comparison, compare


def write_report(folder: Path) -> tuple[Comparison, list[Path]]:
    """Writes comparison.{md,csv,json} and charts/ into a run folder; returns the comparison and the files."""
    comparison = compare(folder)
    texts = {"md": tables.markdown, "csv": tables.csv_text, "json": tables.json_text}
    files = []
    for kind, text in texts.items():
        path = folder / f"comparison.{kind}"
        runfolder.write_text(path, text(comparison))
        files.append(path)
    return comparison, [*files, *charts.cost_quality(comparison, folder)]
