"""`bench report` as a whole process: seconds of CPU, which a busy machine does not change, and memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.perf.conftest import Bar, Hold

BARS = {(1_000, 2): (8.0, 900.0), (1_000, 7): (8.0, 900.0), (100_000, 2): (60.0, 900.0)}
"""Items and models of a run -> most seconds, most MB. Seven models are 21 pairs, on each of two suites."""


def whole_process(*arguments: str) -> tuple[float, float, float]:
    """Seconds on the wall, seconds of CPU and MB at most of `bench ARGUMENTS`, its start included."""
    begun = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "bench", *arguments], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


@pytest.mark.parametrize(("items", "models"), BARS)
def test_a_report_is_quick_and_small(hold: Hold, tmp_path: Path, items: int, models: int) -> None:
    folder = str(tmp_path / "run")
    # In a process of its own: a child's peak counts that of its parent at the fork.
    subprocess.run([sys.executable, "-m", "tests.perf.synthetic", folder, str(items), str(models)], check=True)
    wall, cpu, most = whole_process("report", folder)
    seconds, megabytes = BARS[items, models]
    name = f"bench report, {items:,} items of {models} models"
    hold(Bar(f"{name} ({wall:.1f} s on the wall)", cpu, seconds, "s"), Bar(f"{name}, memory", most, megabytes, "MB"))
