"""Notes on the time of local servers that is in no item's cost."""

from __future__ import annotations

from bench.language import tr
from bench.records import RunRecord


def machine_notes(record: RunRecord) -> list[str]:
    """One sentence for each local model: how long it loaded and idled, and what that cost at its hourly price."""
    lines = []
    for label, seconds in record.machine_time.items():
        apart = seconds.load_s + seconds.idle_s
        rate = record.models[label].usd_per_hour
        price = "" if rate is None else f", {rate / 3600 * apart:.2g} USD"
        lines.append(
            tr(
                "{label}: its server loaded for {load_s:.1f} s and idled for {idle_s:.1f} s{price}, in "
                "no item's cost; it answered for {busy_s:.1f} s.",
                label=label,
                load_s=seconds.load_s,
                idle_s=seconds.idle_s,
                price=price,
                busy_s=seconds.busy_s,
            )
        )
    return lines
