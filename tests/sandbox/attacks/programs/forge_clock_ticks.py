"""Runs only at the moments when the kernel counts CPU time by ticks, so that it is killed for time it hardly used."""

import time
from typing import Any


def f(_: dict[str, Any]) -> str:
    coarse, fine = time.CLOCK_MONOTONIC_COARSE if hasattr(time, "CLOCK_MONOTONIC_COARSE") else 6, time.CLOCK_MONOTONIC
    seen = time.clock_gettime_ns(coarse)
    while (tick := time.clock_gettime_ns(coarse)) == seen:
        pass
    step = tick - seen
    phase = time.clock_gettime_ns(fine)
    while True:
        now = time.clock_gettime_ns(fine)
        ahead = step - (now - phase) % step
        if ahead > 700_000:
            time.sleep((ahead - 350_000) / 1e9)
        before = time.clock_gettime_ns(coarse)
        while time.clock_gettime_ns(coarse) == before:
            pass
        phase = time.clock_gettime_ns(fine)
