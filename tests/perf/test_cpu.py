"""What the engine costs, in CPU time: valid on a busy machine too, so continuous integration checks it."""

from __future__ import annotations

import statistics

from tests.perf.conftest import Bar, Hold
from tests.perf.harness import run
from tests.perf.mock import Mock

SHORT = "mock-t190-n1-i0"


def test_a_streamed_chunk(mock: Mock, hold: Hold) -> None:
    costs = [run(mock, "mock-t100-n100-i5", slots=64, calls=256).cpu_per_chunk_s for _ in range(3)]
    hold(Bar("CPU per streamed chunk, 64 at once", 1e6 * statistics.median(costs), 60, "us"))


def test_a_request(mock: Mock, hold: Hold) -> None:
    def marginal() -> float:
        many, few = (run(mock, SHORT, slots=64, calls=calls).measured.cpu_s for calls in (1054, 30))
        return (many - few) / 1024

    hold(
        Bar(
            "CPU per further request, record included", 1e3 * statistics.median(marginal() for _ in range(3)), 1.5, "ms"
        )
    )
