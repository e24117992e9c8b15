"""Writes everything a run folder derives from its tables."""

from __future__ import annotations

import json
from pathlib import Path

from bench import claims, runfolder
from bench.report import charts, probetext, tables
from bench.report.comparison import Comparison, compare


def write_report(folder: Path) -> tuple[Comparison, list[Path]]:
    """Writes comparison.{md,csv,json}, claims.{md,json} and charts/ into a run folder.

    Returns the comparison and the files. A run without claims has no claims files.
    """
    comparison = compare(folder)
    texts = {
        "comparison.md": tables.markdown(comparison) + probetext.markdown(comparison.latency),
        "comparison.csv": tables.csv_text(comparison),
        "comparison.json": tables.json_text(comparison),
    }
    if comparison.manifest.get("claims"):
        told = comparison.ruling, comparison.manifest
        texts["claims.md"] = claims.markdown(*told)
        texts["claims.json"] = json.dumps(claims.as_json(*told), indent=2, ensure_ascii=False) + "\n"
    for name, text in texts.items():
        runfolder.write_text(folder / name, text)
    return comparison, [*(folder / name for name in texts), *charts.cost_quality(comparison, folder)]
