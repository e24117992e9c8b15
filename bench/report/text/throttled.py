"""Notes on endpoints that asked for fewer calls at once: what a run's pace, and its latencies, owe to that."""

from __future__ import annotations

from collections.abc import Iterator

from bench.language import tr
from bench.records import RecordedLane, RunRecord


def throttling(lane: RecordedLane) -> str:
    """For example "throttled: 64 -> 10 at once, 17 retries, paused 32 s"; empty where it was not."""
    if not lane.cuts and not lane.paused_s:
        return ""
    said = []
    if lane.concurrency is not None and lane.concurrency_lowest is not None:
        said.append(
            tr(
                "{concurrency} -> {concurrency_lowest} at once",
                concurrency=lane.concurrency,
                concurrency_lowest=lane.concurrency_lowest,
            )
        )
    if lane.retries is not None:
        said.append(tr("{retries} {retries:retry|retries}", retries=lane.retries))
    if lane.paused_s:
        said.append(
            tr("paused {paused_s:.0f} s", paused_s=lane.paused_s) if lane.paused_s >= 1 else tr("paused less than 1 s")
        )
    return tr("throttled: {said}", said=", ".join(said))


def throttling_notes(record: RunRecord) -> Iterator[str]:
    """A sentence for each model whose endpoint refused calls for their number (429, or overloaded)."""
    for label, lane in record.lanes.items():
        if said := throttling(lane):
            yield tr(
                "{label} was {said} (its endpoint answered 429, or that it was overloaded).", label=label, said=said
            )
