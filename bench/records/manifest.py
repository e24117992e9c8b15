"""run.json as one type: what a run, an import or a derived run was made of. No secret is in it.

`from_json` and `to_json` keep what a file of another version holds beside; see `JsonRecord`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Self

from bench import clean
from bench.errors import UsageError
from bench.records.looks import RecordedLooks
from bench.records.pricing import RecordedPrices, RecordedTraffic
from bench.records.prompts import RecordedChoice
from bench.records.recipients import RecordedRecipient
from bench.records.recorded import RecordedClaim, RecordedSettings, RecordedSuite
from bench.records.recordedcourse import (
    RecordedCalibration,
    RecordedLane,
    RecordedMachine,
    RecordedPart,
    RecordedServerTime,
    RecordedSpending,
)
from bench.records.recordedmodel import RecordedModel
from bench.records.recordedsource import RecordedDerivation, RecordedImport
from bench.records.recordedtask import RecordedTask
from bench.records.reuse import RecordedReuse
from bench.records.runjson import JsonRecord

MANIFEST = "run.json"
"""The file of a run folder that holds its record."""
MOST_CLAIMS = 100
"""Claims of a run or of a bench.toml: each takes a fraction of a second, and all of them share one risk."""
MOST_JUDGED = 500
"""Claims of a run times the suites that each speaks of, those withdrawn counted."""
MOST_LOOKED = 1_000
"""The same times planned looks: each look at each takes 0.15 to 0.27 s of CPU."""
MOST_MODELS, MOST_SUITES, MOST_COMPARED = 10_000, 1_000, 10_000
"""Models of a run, its suites, and the two multiplied: rows of its comparison."""
FORMAT = 2
"""The version of run.json that is written; files without a number were written before there was one, and are of 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord(JsonRecord):
    """All that is known of a run beside its tables: the content of its run.json.

    A field is empty or None where the run has nothing of it, has not come to it yet, or its file does not say.
    """

    KEYS: ClassVar[tuple[str, ...]] = (
        "format", "run", "started_at", "written_at", "plan_sha256", "command", "fresh", "settings", "planned_calls",
        "suites", "tasks", "models", "claims", "sandbox", "refused", "versions", "git_commit", "machine",
        "withdrawn_claims", "parts", "calibration",
    )  # fmt: skip
    IMPORTED: ClassVar[tuple[str, ...]] = (
        "format", "run", "started_at", "written_at", "finished_at", "settings", "suites", "tasks", "models", "claims",
        "refused", "versions", "imported",
    )  # fmt: skip
    """What an import writes: the keys that a reader relies on, and `imported`."""
    ENDED: ClassVar[tuple[str, ...]] = ("finished_at", "stopped", "lanes", "prices", "machine_time", "spending")
    """What a run's end, or its interruption, adds."""

    format: int = 1
    """The version of the file's format."""
    run: str = ""
    """The run's id; its folder's name unless the user chose one."""
    started_at: str = ""
    """When it began, or was imported; UTC, ISO 8601."""
    written_at: str | None = None
    """When its last part began; UTC, ISO 8601."""
    plan_sha256: str | None = None
    """Hash of its plan; None for an import."""
    command: tuple[str, ...] = ()
    """The command line of its last part."""
    fresh: bool | None = None
    """Whether no answer of another run was reused."""
    settings: RecordedSettings
    """What was run."""
    planned_calls: int | None = None
    """Calls of the plan."""
    answer_bytes: int | None = None
    """An answer, and its reasoning, was cut at so many bytes, and truncated; None if nothing is known of a cap."""
    suites: Mapping[str, RecordedSuite]
    """By name, in order."""
    tasks: Mapping[str, RecordedTask] = field(default_factory=dict)
    """By name."""
    models: Mapping[str, RecordedModel]
    """By label, in order."""
    claims: Mapping[str, RecordedClaim] = field(default_factory=dict)
    """Its claims by name, in order."""
    sandbox: str | None = None
    """What ran model-written code; None if nothing had to."""
    received: Mapping[str, RecordedRecipient] = field(default_factory=dict)
    """Who was sent how many items, by label; empty before its end, and of runs of older versions."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Suites left out because no sandbox works, and why."""
    versions: Mapping[str, str | None] = field(default_factory=dict)
    """Versions of Python and of what can change a result; None for what is not installed."""
    git_commit: str | None = None
    """The commit checked out where it was started; None where none is."""
    machine: RecordedMachine | None = None
    """Where it ran; None for an import."""
    withdrawn_claims: tuple[RecordedClaim, ...] = ()
    """Claims it had, or a run had with which it shares answers, and has no more."""
    looks: RecordedLooks | None = None
    """When it may be judged before its end, and what its looks came to; None for a run that is judged at its end."""
    prompt_choices: tuple[RecordedChoice, ...] = ()
    """How models' own prompts were chosen, before its first call; empty where no model has any."""
    baseline_reuse: Mapping[str, RecordedReuse] = field(default_factory=dict)
    """By label: earlier answers of a baseline that count in it, and what a sample asked again showed."""
    parts: tuple[RecordedPart, ...] = ()
    """What made each of its parts, in order."""
    calibration: RecordedCalibration | None = None
    """Our own latency error on its machine; None if it was never measured."""
    finished_at: str | None = None
    """When its plan was done, or the import written; None for an incomplete run."""
    stopped: Mapping[str, str] = field(default_factory=dict)
    """Models that were stopped, and why, by label."""
    lanes: Mapping[str, RecordedLane] = field(default_factory=dict)
    """How each model's calls went, by label."""
    prices: RecordedPrices | None = None
    """What made the costs; None for an import."""
    traffic: RecordedTraffic | None = None
    """The traffic that its verdicts on cost are judged at; None: as its calls were made."""
    machine_time: Mapping[str, RecordedServerTime] = field(default_factory=dict)
    """What each local model's server did with its time, by label."""
    spending: RecordedSpending | None = None
    """What it cost."""
    second_asking: RecordedSpending | None = None
    """What the gate's second asking cost; None if nothing was asked again."""
    imported: RecordedImport | None = None
    """Where imported results come from; None for a run of one's own."""
    parent: str | None = None
    """The id of the run it is derived from."""
    derived: RecordedDerivation | None = None
    """What derived it."""
    remark: str | None = None
    """What must be said of it before anything else, e.g. that a script gave its answers; None for other runs."""
    redacted: str | None = None
    """The id of the run that it is a redaction of."""

    @classmethod
    def read(cls, text: str) -> Self:
        """The record that run.json's text holds. ValueError if it is damaged or something else, UsageError if a newer
        version wrote it."""
        try:
            raw = json.loads(text)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
        version = raw.get("format") if isinstance(raw, dict) else None
        if type(version) is int and version > FORMAT:
            raise UsageError(
                f"{MANIFEST} has format {version}, of a newer version of claimbench; this one reads up to {FORMAT}. "
                "Update claimbench."
            )
        record = cls.from_json(raw)
        if record.format < 1:
            raise ValueError(f"format: a number from 1 to {FORMAT} is needed")
        if record.excess:
            raise ValueError(record.excess)
        if record.seed < 0:
            raise ValueError("settings.seed: 0 or a greater number is needed")
        return record

    @property
    def excess(self) -> str | None:
        """What it has more of than can be judged and compared in bounded time; None where all of it can."""
        claims = (*self.claims.values(), *self.withdrawn_claims)
        models, suites = len(self.models), len(self.suites)
        judged = sum(len(each.suites) or suites for each in claims)
        looks = max(1, self.looks.count) if self.looks else 1
        for what, number, most in (
            ("claims", len(self.claims), MOST_CLAIMS),
            ("claims withdrawn since they were declared", len(self.withdrawn_claims), MOST_CLAIMS),
            ("claims times their suites", judged, MOST_JUDGED),
            ("claims times their suites times planned looks", judged * looks, MOST_LOOKED),
            ("models", models, MOST_MODELS),
            ("suites", suites, MOST_SUITES),
            ("models times suites", models * suites, MOST_COMPARED),
        ):
            if number > most:
                return f"{number:,} {what}, and {most:,} at most are read"
        return None

    def text(self) -> str:
        """run.json's text; what a terminal would take as a command is escaped in it, as JSON has it."""
        return clean.terminal(json.dumps(self.to_json(), indent=2, ensure_ascii=False) + "\n")

    @property
    def prices_as_of(self) -> str | None:
        """The day that the listed prices are of, ISO 8601: a repriced run's own; None without a list."""
        if self.prices is None:
            return None
        return (self.derived and self.derived.as_of) or self.prices.as_of

    @property
    def price_dates(self) -> tuple[str, ...]:
        """Which prices made the costs and of when, in words; none without a price list."""
        return tuple(self.prices.dates(self.prices_as_of)) if self.prices else ()

    @property
    def seed(self) -> int:
        """What resampling begins from; 0 where the file names no seed."""
        return self.settings.seed or 0

    def is_local(self, *labels: str) -> bool:
        """Whether any of these models ran on its own machine."""
        return any(self.models[label].local for label in labels)
