"""What the engine adds to time, judged against the server's own log; and whether it knows when its clock is off."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

import pytest

from tests.perf.conftest import Bar, Hold
from tests.perf.harness import Hog, Result, client_core, quantile, run
from tests.perf.mock import Mock

QUICK = "mock-t20-n10-i2"
"""So short that a few milliseconds are a wrong time."""


def waited(results: Sequence[Result]) -> float:
    """The largest share of time that a run waited for a core."""
    return max(result.measured.waited for result in results)


@pytest.mark.parametrize(("slots", "calls", "bar"), [(64, 512, 1.05), (256, 1024, 1.13)])
def test_concurrency_is_used(mock: Mock, hold: Hold, slots: int, calls: int, bar: float) -> None:
    results = [run(mock, "mock-t400-n50-i20", slots=slots, calls=calls) for _ in range(3)]
    ratio = statistics.median(result.wall_ratio for result in results)
    hold(Bar(f"wall / ideal, {slots} streams at once", ratio, bar, "x", waited(results)))


@pytest.mark.parametrize("protocol", ["openai-api", "anthropic-api"])
def test_the_first_token_is_timed_one_by_one(mock: Mock, hold: Hold, protocol: str) -> None:
    result = run(mock, "mock-t50-n5-i5", slots=1, calls=200, protocol=protocol)
    error = 1e3 * quantile(result.ttft_errors_s, 0.99)
    hold(Bar(f"TTFT error p99, one at a time, {protocol}", error, 3, "ms", result.measured.waited))


def test_the_first_token_is_timed_under_load(mock: Mock, hold: Hold) -> None:
    results = [run(mock, "mock-t100-n100-i5", slots=64, calls=512) for _ in range(3)]

    def error(share: float) -> float:
        return 1e3 * statistics.median(quantile(result.ttft_errors_s, share) for result in results)

    busy = waited(results)
    hold(
        Bar("TTFT error p50, 64 at once", error(0.50), 13, "ms", busy),
        Bar("TTFT error p99, 64 at once", error(0.99), 30, "ms", busy),
    )


def test_a_clock_that_is_off_is_flagged(mock: Mock, hold: Hold) -> None:
    with Hog(client_core()):
        result = run(mock, QUICK, slots=16, calls=1600)
    assert result.wrong, "the hog disturbed nothing: this shows nothing"
    unnoticed = statistics.mean(seen.timing_ok for seen in result.wrong)
    hold(Bar(f"wrong times not flagged beside a CPU hog ({len(result.wrong)} wrong)", 100 * unnoticed, 0, "%"))


def test_a_clean_clock_is_not_flagged(mock: Mock, hold: Hold) -> None:
    result = run(mock, QUICK, slots=16, calls=1600)
    hold(Bar("times flagged on an idle machine", 100 * result.flagged, 2, "%", result.measured.waited))
