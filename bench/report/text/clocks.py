"""How far the latencies of a run can be trusted: our own error, as it was measured on the same machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def clock_notes(manifest: Mapping[str, Any]) -> list[str]:
    """One sentence with our own error, where `bench doctor --calibrate` measured it on the run's machine."""
    calibration = manifest.get("calibration")
    if not calibration:
        return []
    told = "; ".join(
        f"{one['concurrency']} in flight: TTFT {_ms(one, 'ttft')}, E2E {_ms(one, 'latency')}"
        for one in calibration["measured"]
    )
    return [
        "Our own latency error, measured on this machine against a known truth on "
        f"{calibration['measured_at'][:10]} (p50 / p99, ms): {told}."
    ]


def _ms(one: Mapping[str, float], name: str) -> str:
    return f"{1e3 * one[f'{name}_error_p50_s']:.1f} / {1e3 * one[f'{name}_error_p99_s']:.1f}"
