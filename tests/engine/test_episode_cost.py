"""What the engine costs an episode's turn: in CPU time, as that holds on a busy machine too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.played import played

MOST_S = 0.002
"""CPU seconds a turn, record included, on the machine that the bar was set on; others may be twice as slow."""


@pytest.mark.slow
def test_a_turn_costs_little(tmp_path: Path) -> None:
    came = played(96, 0.05, tmp_path)
    assert came.cpu_s / came.turns < 2 * MOST_S
