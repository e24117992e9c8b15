"""Notes on the time of local servers that is in no item's cost."""

from __future__ import annotations

from bench.records import RunRecord


def machine_notes(record: RunRecord) -> list[str]:
    """One sentence for each local model: how long it loaded and idled, and what that cost at its hourly price."""
    lines = []
    for label, seconds in record.machine_time.items():
        apart = seconds.load_s + seconds.idle_s
        rate = record.models[label].usd_per_hour
        price = "" if rate is None else f", {rate / 3600 * apart:.2g} USD"
        lines.append(
            f"{label}: its server loaded for {seconds.load_s:.1f} s and idled for {seconds.idle_s:.1f} s{price}, "
            f"in no item's cost; it answered for {seconds.busy_s:.1f} s."
        )
    return lines
