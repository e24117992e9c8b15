"""`bench --help` is quick: nothing heavy is imported before it is needed."""

from __future__ import annotations

import subprocess
import sys
import time

from tests.perf.conftest import Bar, Hold

BAR = 2.5
"""Times the start of a Python that only imports click."""
ROUNDS = 7


def once(*args: str) -> float:
    """Seconds of one process."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, *args], check=True, capture_output=True)
    return time.perf_counter() - begun


def test_help_starts_quickly(hold: Hold) -> None:
    pairs = [(once("-c", "import click"), once("-m", "bench", "--help")) for _ in range(ROUNDS + 1)][1:]
    click, bench = (min(times) for times in zip(*pairs, strict=True))
    hold(Bar(f"bench --help ({1000 * bench:.0f} ms) / import click", bench / click, BAR, "x"))
