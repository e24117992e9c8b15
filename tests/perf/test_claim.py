"""`bench claim` as a whole process, and the tests on a million scores: seconds of CPU, and memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from bench.stats import Strata, difference_test
from tests.perf.conftest import Bar, Hold

CLAIM = ("--candidate", "model-0", "--baseline", "model-1", "--cheaper-by", "0.5", "--worse-by", "0.03")
SECONDS, MEGABYTES = 5.0, 600.0
"""Bars of a claim of every part on 100,000 items."""


def test_a_claim_on_a_hundred_thousand_items(hold: Hold, tmp_path: Path) -> None:
    folder = str(tmp_path / "run")
    # In a process of its own: a child's peak counts that of its parent at the fork.
    subprocess.run([sys.executable, "-m", "tests.perf.synthetic", folder, "100000"], check=True)
    command = [sys.executable, "-m", "bench", "claim", folder, *CLAIM, "--slower-by", "2"]
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in (0, 3, 4)
    name = f"bench claim, 100,000 items ({time.perf_counter() - begun:.1f} s on the wall)"
    hold(
        Bar(name, used.ru_utime + used.ru_stime, SECONDS, "s"),
        Bar(f"{name}, memory", used.ru_maxrss / 1024, MEGABYTES, "MB"),
    )


@pytest.mark.parametrize("families", [None, 40])
def test_a_million_scores(hold: Hold, families: int | None) -> None:
    rng, n = np.random.default_rng(1), 1_000_000
    values = rng.choice([-1.0, -0.5, 0.0, 0.5, 1.0], p=[0.02, 0.03, 0.9, 0.03, 0.02], size=n)
    strata = Strata(["s"] * n, [str(at if families is None else at % families) for at in range(n)])
    begun = time.process_time()
    test = difference_test(values, strata, 0.03, binary=False)
    assert test.p_within < 1e-6
    of = "independent" if families is None else f"in {families} families"
    hold(Bar(f"a million scores, {of}", time.process_time() - begun, 15.0, "s"))
