"""Measures our own latency error on this machine, and keeps it where later runs find it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.doctor.calibration import Calibration, calibrate, save
from bench.doctor.check import Check, CheckStatus
from bench.errors import UsageError
from bench.journal import Journal
from bench.records import Comparison, this_machine

CLEAN_SHARE = 0.95
"""With a smaller share of cleanly timed calls the machine was too busy to be measured."""


def calibrated(comparison: Comparison, results: Path) -> Iterator[Check]:
    """Our error with one call in flight, and with as many as each remote model may have; takes seconds for each.

    Raises UsageError if `results` cannot be written.
    """
    remote = {entry.concurrency for entry in comparison.models.values() if not entry.local}
    measured = []
    try:
        results.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=results) as folder, Journal(Path(folder) / "journal.db") as journal:
            for concurrency in sorted({1, *remote}):
                measured.append(calibrate(concurrency, journal.put))
                yield _check(measured[-1])
        save(results, this_machine(), measured)
    except OSError as error:
        raise UsageError(f"{results}: cannot be written ({error.strerror}). Choose another with --results.") from error


def _check(calibration: Calibration) -> Check:
    text = (
        f"{calibration.concurrency} in flight: TTFT is off by {1e3 * calibration.ttft_error_p50_s:.1f} ms (p50) and "
        f"{1e3 * calibration.ttft_error_p99_s:.1f} ms (p99), E2E by {1e3 * calibration.latency_error_p50_s:.1f} and "
        f"{1e3 * calibration.latency_error_p99_s:.1f} ms; "
        f"{calibration.clean} of {calibration.n} calls were cleanly timed"
    )
    if calibration.clean >= CLEAN_SHARE * calibration.n:
        return Check(CheckStatus.OK, "latency", text)
    return Check(CheckStatus.WARN, "latency", text, "This machine was busy. Measure again when it is idle.")
