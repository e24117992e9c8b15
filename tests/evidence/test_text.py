"""docs/is-it-true.md tells the numbers of verdicts.csv."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from bench.claims import percent, points
from bench.stats.strata import needed

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "is-it-true.md").read_text(encoding="utf-8")
with (ROOT / "results" / "published" / "evidence" / "verdicts.csv").open(encoding="utf-8") as _file:
    VERDICTS = list(csv.DictReader(_file))
CELLS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("| ")]


def test_every_told_claim_has_its_numbers() -> None:
    known = {(row["candidate"], row["baseline"]): row for row in VERDICTS if row["reference"] == "best-claude"}
    told = [cells for cells in CELLS if (cells[0], cells[1]) in known]
    assert len(told) == 13
    for candidate, baseline, *cells in told:
        row = known[candidate, baseline]
        low, high = (points(float(row[f"difference_{end}_90"])) for end in ("low", "high"))
        failing = f": {row['failing_half']}" if row["failing_half"] else ""
        assert cells == [
            row["candidate_date"],
            row["n"],
            f"{points(float(row['difference']))} ({low} to {high})",
            percent(float(row["cost_ratio"])),
            row["verdict"] + failing,
        ]


@pytest.mark.parametrize(
    ("title", "reference"), [("the best Claude", "best-claude"), ("the best other US model", "best-us")]
)
def test_the_summary_counts(title: str, reference: str) -> None:
    [cells] = [cells for cells in CELLS if cells[0] == title]
    rows = [row for row in VERDICTS if row["reference"] == reference]
    verdicts = Counter(row["verdict"] for row in rows)
    met = Counter(row["saving_met"] for row in rows)
    counts = [len(rows), *(verdicts[v] for v in ("supported", "reported", "refuted", "inconclusive"))]
    assert cells[1:] == [str(n) for n in (*counts, met["true"] + met["false"], met["true"])]


def test_what_is_said_of_makers_controls_and_repositories() -> None:
    claude = [row for row in VERDICTS if row["reference"] == "best-claude" and row["saving_met"]]
    for maker, met, of in (("deepseek", 7, 9), ("qwen", 2, 3), ("kimi", 1, 3), ("minimax", 1, 2), ("glm", 0, 3)):
        rows = [row for row in claude if maker in row["candidate"].lower()]
        assert (sum(row["saving_met"] == "true" for row in rows), len(rows)) == (met, of), maker
    controls = [row for row in VERDICTS if row["reference"] == "control"]
    assert [row["verdict"] for row in controls] == ["refuted"] * 6
    clustered = [row["verdict_other_repositories"] for row in VERDICTS if row["verdict_other_repositories"]]
    assert clustered == ["inconclusive"] * 21
    [minimax] = [row for row in claude if row["candidate"] == "MiniMax M2.5 (high)"]
    assert f"{int(minimax['items_needed']):,} issues of each model" in PAGE


@pytest.mark.parametrize(
    ("variance", "cells"), [(0.1, ["687", "248"]), (0.2, ["1,374", "495"]), (0.375, ["2,577", "928"])]
)
def test_the_items_it_would_take(variance: float, cells: list[str]) -> None:
    told = next(row[2:] for row in CELLS if row[1:2] == [f"{variance:g}" if variance == 0.375 else f"{variance:.2f}"])
    assert told == cells == [f"{needed(variance**0.5, d, 1, 0.05):,}" for d in (0.03, 0.05)]
