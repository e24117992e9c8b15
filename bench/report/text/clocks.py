"""How far the latencies of a run can be trusted: our own error, as it was measured on the same machine."""

from __future__ import annotations

from bench.language import tr
from bench.records import RunRecord


def clock_notes(record: RunRecord) -> list[str]:
    """One sentence with our own error, where `bench doctor --calibrate` measured it on the run's machine."""
    calibration = record.calibration
    if not calibration:
        return []
    parts = "; ".join(
        tr(
            "{concurrency} in flight: TTFT {ttft_error_p50_s}, E2E {latency_error_p50_s}",
            concurrency=error.concurrency,
            ttft_error_p50_s=_ms(error.ttft_error_p50_s, error.ttft_error_p99_s),
            latency_error_p50_s=_ms(error.latency_error_p50_s, error.latency_error_p99_s),
        )
        for error in calibration.measured
    )
    return [
        tr(
            "Our own latency error, measured on this machine against a known truth on {measured_at} "
            "(p50 / p99, ms): {parts}.",
            measured_at=calibration.measured_at[:10],
            parts=parts,
        )
    ]


def _ms(p50_s: float, p99_s: float) -> str:
    return f"{1e3 * p50_s:.1f} / {1e3 * p99_s:.1f}"
