"""What a run loads before it asks."""

from __future__ import annotations

import subprocess
import sys

LOADED = """
import sys
import bench.cli.progress, bench.registry, bench.run.execute, bench.run.prepare, bench.run.probe
heavy = ("numpy", "scipy", "pandas", "matplotlib", "bench.stats", "bench.claims")
print(*(name for name in heavy if name in sys.modules))
"""


def test_a_run_that_is_judged_at_its_end_asks_before_it_loads_the_statistics() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
