"""A lost answer of the candidate never helps it, however few are lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.records.tables import ItemRow
from tests.claims.test_claims import CLAIM, judged, rows

SCORED = replace(CLAIM, margins={"worse_by": 0.03})


def test_lost_failures_count_as_failures(tmp_path: Path) -> None:
    """1,319 items at a true -3 points: 13 of the candidate's failures are lost, and 7 answers of the baseline."""
    rng = np.random.default_rng(6)
    lost, won = set(range(0, 1319, 24)), set(range(5, 1319, 85))  # 55 lost, 16 won: 3 points
    gone, also = set(sorted(lost)[:13]), {int(at) for at in rng.choice(np.arange(600, 1319), 7, replace=False)}

    def made(kept: bool) -> list[ItemRow]:
        found = []
        for row in rows(1319):
            at, small = int(row.item), row.model == "small"
            row = replace(row, score=float(at not in (lost if small else won)))
            missing = not kept and at in (gone if small else also)
            found.append(replace(row, score=None, outcome="infrastructure") if missing else row)
        return found

    whole = judged(tmp_path / "whole", made(True), SCORED).test.parts["coding", "quality"]
    partly = judged(tmp_path / "partly", made(False), SCORED).test.parts["coding", "quality"]
    assert whole.p_supported > 0.3
    assert partly.p_supported > 0.3, "without its lost failures it would stand 1 point better"
