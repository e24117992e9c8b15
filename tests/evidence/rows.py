"""Synthetic published results: nobody ever measured these."""

from __future__ import annotations

import csv
import hashlib
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.evidence import Published
from bench.evidence.sets import BASES
from bench.importers import Provenance
from bench.records.aggregates import AggregateRow

ROW = AggregateRow(
    source="synthetic", source_commit=None, retrieved=None, licence=None, suite="s", suite_version=None, harness="h 1",
    model="m", model_raw="m", vendor="anthropic", provider=None, effort=None, settings=None, date="2025-01-01", n=500,
    successes=400, score=0.8, cost_total_usd=100.0, cost_basis="billed", latency_mean_s=None, calls_mean=None,
    comparable="s, h",
)  # fmt: skip
MODELS = (
    ("Claude Big", "2025-01-01", 0.9, 1.0),
    ("DeepSeek Small", "2025-02-01", 0.6, 0.03),
    ("GPT mini", "2025-01-15", 0.85, 0.05),
)
"""Name, date, chance to solve an item, USD an item."""
REPOSITORIES, EACH = 8, 15
AIDER = """\
- {{dirname: a, test_cases: 225, model: claude-x, edit_format: diff, pass_num_2: 150, date: 2025-01-01, total_cost: 60}}
- {{dirname: b, test_cases: 225, model: deepseek-y, edit_format: diff, pass_num_2: {solved}, date: 2025-02-01,
   total_cost: 2.5}}
- {{dirname: c, test_cases: 225, model: gpt-z, edit_format: diff, pass_num_2: 170, date: 2025-01-20, total_cost: 0}}
"""


def write(folder: Path, solved: int = 175) -> tuple[Published, ...]:
    """Writes two data sets, one with items, into a folder; returns what they are."""
    folder.mkdir(exist_ok=True)
    draw = random.Random(7)
    n = REPOSITORIES * EACH
    models: list[Sequence[Any]] = []
    instances: list[Sequence[Any]] = []
    for name, day, chance, usd in MODELS:
        results = [int(draw.random() < chance) for _ in range(n)]
        bills = [round(usd * draw.uniform(0.5, 1.5), 4) for _ in range(n)]
        names = [f"r{at % REPOSITORIES}__r-{at}" for at in range(n)]
        instances += [(name, *row, 30) for row in zip(names, results, bills, strict=True)]
        models.append((name, day, 100 * sum(results) / n, sum(bills), sum(bills) / n, 30, "1.0.0", n, name))
    header = "name,date,resolved_pct,total_cost_usd,instance_cost_usd,instance_calls,mini_version,n_instances,folder"
    _write(folder / "models.csv", header, models)
    _write(folder / "instances.csv", "folder,instance_id,resolved,cost_usd,api_calls", instances)
    (folder / "aider.yml").write_text(AIDER.format(solved=solved))
    return (
        _published(folder, "with-items", "swebench", "models.csv", "instances.csv"),
        _published(folder, "totals", "aider", "aider.yml"),
    )


def _write(path: Path, header: str, rows: Sequence[Sequence[Any]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header.split(","))
        writer.writerows(rows)


def _published(folder: Path, name: str, form: str, *files: str) -> Published:
    known = tuple((file, hashlib.sha256((folder / file).read_bytes()).hexdigest()) for file in files)
    return Published(
        name=name,
        title=f"Synthetic {name}",
        short=name,
        files=known,
        format=form,
        provenance=Provenance("nobody", "0", "2026-01-01", "none"),
        kinds={},
        basis=BASES[0],
    )
