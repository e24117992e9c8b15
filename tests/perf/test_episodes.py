"""Episodes with tools: what the engine adds to a turn, and to a whole exam at 64 at once."""

from __future__ import annotations

from pathlib import Path

from tests.engine.played import AT_ONCE, played
from tests.perf.conftest import Bar, Hold

DELAY_S = 0.3
"""What the scripted server takes a turn."""


def test_an_exam_of_episodes(tmp_path: Path, hold: Hold) -> None:
    came = played(768, DELAY_S, tmp_path)
    ideal_s = came.turns * DELAY_S / AT_ONCE
    hold(
        Bar("CPU per turn of an episode, record included", 1e3 * came.cpu_s / came.turns, 2.0, "ms"),
        Bar("wall over ideal, 768 episodes of 4 turns", came.wall_s / ideal_s, 1.10),
    )
