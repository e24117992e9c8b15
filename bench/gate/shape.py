"""What a gate's JSON and a baseline's file hold: the types that their published schemas are made from."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypedDict

from bench.gate.findings import Finding, Move
from bench.records import Written

_STATUS = Literal["pass", "fail", "not confirmed", "cannot tell", "not judged"]
FindingJson = Annotated[dict[str, Any], Written(Finding, {"status": (_STATUS, "What became of it.")})]
"""One measure of one suite of one model."""
MoveJson = Annotated[dict[str, Any], Written(Move)]
"""An item that scores otherwise than in the baseline."""


class BaselineOf(TypedDict):
    """The baseline that a run was judged against."""

    run: str
    """Its run's id."""
    started_at: str
    """UTC, ISO 8601."""


class GateJson(TypedDict):
    """What `bench gate --json` prints."""

    verdict: str
    """"pass", "fail" or "cannot tell"."""
    run: str
    """The run's id."""
    baseline: BaselineOf
    """What it was judged against."""
    findings: list[FindingJson]
    """Every measure: models and suites in order."""
    lost: list[MoveJson]
    """Items that score less than in the baseline."""
    won: list[MoveJson]
    """Items that score more."""
    cannot_tell: list[str]
    """Why the gate cannot tell, as sentences."""
    changed: list[str]
    """What else is different, as sentences."""
    notes: list[str]
    """What to know beside."""


class BaselineItem(TypedDict):
    """An item and its answers."""

    prompt: str
    """The first 16 hex digits of the prompt's sha256."""
    samples: list[list[Any]]
    """One list a repeat, its values in the order of `columns`; a value is null where it is unknown."""


class BaselineSuite(TypedDict):
    """What one model made of one suite."""

    items: dict[str, BaselineItem]
    """By "task/item"."""
    latency: dict[str, dict[str, float]]
    """By "e2e_s" and "ttfat_s": quantiles in seconds, and "n"."""
    prices: list[str]
    """The prices that made the costs."""
    sampling: list[str]
    """The sampling that was sent, as JSON."""
    served: list[str]
    """The model ids that the endpoint reported."""


class BaselineModel(TypedDict):
    """One model of the run."""

    settings: dict[str, Any]
    """Its settings, as far as they are set."""
    suites: dict[str, BaselineSuite]
    """By name."""


class BaselineJson(TypedDict):
    """A gate's baseline, as `bench gate --save` writes it."""

    baseline_format: int
    """The file's format."""
    columns: list[str]
    """What the numbers of a sample are, in order."""
    run: str
    """The run's id."""
    started_at: str
    """UTC, ISO 8601."""
    machine: dict[str, Any]
    """The run's machine."""
    versions: dict[str, str | None]
    """Versions of what can change a result, by distribution."""
    prices_as_of: str | None
    """The day of the price list; None if the run has none."""
    tasks: dict[str, dict[str, str | None]]
    """By name: "version", and "sha256" of its content, null where the run recorded none."""
    models: dict[str, BaselineModel]
    """By label."""
