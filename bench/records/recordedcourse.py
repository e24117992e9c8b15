"""Parts of run.json: where the run was made, how its calls went, and what they cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from bench.records.runjson import JsonRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedMachine(JsonRecord):
    """A machine, as far as it explains a latency. None is unknown."""

    cpu: str | None = None
    """The processor's name."""
    cores: int | None = None
    """Usable cores."""
    memory_bytes: int | None = None
    """Its memory, in bytes."""
    system: str | None = None
    """The operating system, with its version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedPart(JsonRecord):
    """What made one part of a run: a continued run has several, with versions of their own."""

    written_at: str = ""
    """When the part began; UTC, ISO 8601."""
    command: tuple[str, ...] = ()
    """The command line."""
    versions: Mapping[str, str | None] = field(default_factory=dict)
    """Versions of Python and of what can change a result; None for what is not installed."""
    git_commit: str | None = None
    """The commit checked out where it was started; None where none is."""
    machine: RecordedMachine | None = None
    """Where it ran."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedClockError(JsonRecord):
    """Our own error at one concurrency, in seconds: recorded minus true, without its sign."""

    concurrency: int
    """Calls in flight."""
    n: int | None = None
    """Calls made; None where the file does not say."""
    clean: int | None = None
    """Those of them that the engine itself held to be cleanly timed."""
    ttft_error_p50_s: float
    """Median error of the time to first token."""
    ttft_error_p99_s: float
    """Its 99th percentile."""
    latency_error_p50_s: float
    """Median error of the end-to-end latency."""
    latency_error_p99_s: float
    """Its 99th percentile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCalibration(JsonRecord):
    """How far our clocks were off on the run's machine."""

    measured_at: str
    """When; UTC, ISO 8601."""
    machine: RecordedMachine | None = None
    """Where."""
    measured: tuple[RecordedClockError, ...] = ()
    """One a concurrency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedLane(JsonRecord):
    """How the calls of one model went, all parts of the run together. None where the file does not say."""

    stopped: str | None = None
    """Why the model was stopped, in the vendor's words; None if it was not."""
    retries: int | None = None
    """Attempts beyond the first of each call."""
    concurrency: int | None = None
    """Slots that were open at most."""
    concurrency_lowest: int | None = None
    """The fewest slots that the endpoint's complaints left open."""
    cuts: int | None = None
    """How often they were cut."""
    paused_s: float | None = None
    """Seconds of pauses that the endpoint asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedServerTime(JsonRecord):
    """What a local model's server did with its time, all parts of the run together, in seconds."""

    load_s: float = 0.0
    """Loading, until it could answer."""
    busy_s: float = 0.0
    """Answering."""
    idle_s: float = 0.0
    """Waiting for calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedSpending(JsonRecord):
    """What the run cost, and what it might."""

    budget_usd: Decimal | None = None
    """The limit of its last part; None for none. Absent of a second asking."""
    spent_usd: Decimal
    """What its calls cost, earlier parts included, in USD."""
    ended: str | None = None
    """Why items were left out on purpose; None if none were."""
