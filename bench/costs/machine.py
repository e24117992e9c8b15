"""What a local model's server did with its time: answering is billed to the calls, loading and idling to nobody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bench.records import Call, RecordedServerTime


@dataclass(frozen=True, slots=True)
class ServerTime:
    """One server's time, in seconds."""

    load_s: float
    """From its start until it could answer."""
    up_s: float
    """From then until it was ended."""
    busy_s: float
    """Of that, the time in which it had a call to answer: the sum of the calls' machine time."""

    @property
    def idle_s(self) -> float:
        """Time without a call: grading between answers, and our own overhead."""
        return max(0.0, self.up_s - self.busy_s)


def busy_s(calls: Iterable[Call]) -> float:
    """The machine time of these calls, earlier askings included, in seconds; answers of other runs have none here."""
    return sum((call.machine_s or 0.0) + (call.machine_retries_s or 0.0) for call in calls if not call.reused)


def as_recorded(
    times: Mapping[str, ServerTime], earlier: Mapping[str, RecordedServerTime]
) -> dict[str, RecordedServerTime]:
    """What run.json keeps by label: seconds of loading, answering and idling, earlier parts of the run included."""
    kept = dict(earlier)
    for label, time in times.items():
        before = kept.get(label, RecordedServerTime())
        kept[label] = RecordedServerTime(
            load_s=before.load_s + time.load_s, busy_s=before.busy_s + time.busy_s, idle_s=before.idle_s + time.idle_s
        )
    return kept
