"""`bench --help` is quick: nothing heavy is imported before it is needed."""

from __future__ import annotations

import subprocess
import sys
import time

BAR = 2.5
"""Times the start of a Python that only imports click."""
ROUNDS = 7


def once(*args: str) -> float:
    """Seconds of one process."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, *args], check=True, capture_output=True)
    return time.perf_counter() - begun


def test_help_starts_quickly() -> None:
    pairs = [(once("-c", "import click"), once("-m", "bench", "--help")) for _ in range(ROUNDS + 1)][1:]
    click, bench = (min(times) for times in zip(*pairs, strict=True))
    print(f"bench --help {1000 * bench:.0f} ms, import click {1000 * click:.0f} ms: {bench / click:.2f} x")
    assert bench <= BAR * click
