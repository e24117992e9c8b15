"""What a gate says: one finding a measure, the items that moved, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bench.gate.snapshot import Snapshot
from bench.stats import Interval

ALPHA = 0.05
"""How often an unchanged model may fail on quality, all suites together; the same for tokens and cost."""
TOLERANCE = 1.10
"""Tokens, cost and latency may grow by this factor."""
ALL = "all suites"
"""Stands for the suite where a model's items are taken together."""


class FindingStatus(StrEnum):
    """What became of one measure."""

    PASSED = "pass"
    """No loss was seen."""
    FAILED = "FAIL"
    """A loss that chance does not explain."""
    UNCONFIRMED = "not confirmed"
    """A loss that a second asking did not show again."""
    BLIND = "cannot tell"
    """Too much of it is unknown."""
    REPORTED = "not judged"
    """Shown for the reader only."""


class GateVerdict(StrEnum):
    """What the gate says of a run."""

    PASSED = "pass"
    """Nothing failed."""
    FAILED = "FAIL"
    """At least one measure failed."""
    BLIND = "cannot tell"
    """Nothing failed, but a loss as small as demanded would not be seen, or what is missing or unknown decides."""


class Measure(StrEnum):
    """What a gate measures of a suite of a model."""

    QUALITY = "quality"
    """Scores, item by item."""
    TOKENS_IN = "tokens in"
    """Tokens of a prompt."""
    TOKENS_OUT = "tokens out"
    """Tokens of an answer."""
    COST = "cost"
    """USD of an item."""
    LATENCY = "latency"
    """E2E seconds of a call."""

    @property
    def unit(self) -> str:
        """What stands behind its numbers."""
        return {Measure.COST: " USD", Measure.LATENCY: " s (p50)"}.get(self, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One measure of one suite of one model."""

    model: str
    """The model's label in the run."""
    suite: str
    """The suite, or ALL."""
    measure: Measure
    """What was measured."""
    status: FindingStatus
    """What became of it."""
    before: float | None
    """The baseline's mean: score, tokens or USD an item; of a latency its median, in seconds. None if unknown."""
    after: float | None
    """The same of the run."""
    n: int
    """Items it rests on."""
    lost: int = 0
    """Quality: items that score less than in the baseline."""
    won: int = 0
    """Quality: items that score more."""
    p: float | None = None
    """Quality: p-value of "no loss", adjusted for every suite and model of this gate."""
    ratio: Interval | None = None
    """Now / baseline, where it is judged; the lower bound decides."""
    detectable: float | None = None
    """Quality: the smallest true drop that would be found with 80 % power; None if no possible one would be."""
    why: str = ""
    """Why it is not judged, how much is unknown, or what the second asking said."""

    @property
    def failed(self) -> bool:
        """Whether it fails the gate."""
        return self.status is FindingStatus.FAILED


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """An item that scores otherwise than in the baseline."""

    model: str
    """The model's label in the run."""
    suite: str
    """The suite."""
    item: str
    """"task/item"."""
    before: float
    """Score in the baseline, repeats averaged."""
    after: float
    """Score now."""
    outcome: str
    """How it ended, e.g. "answered → truncated"."""

    @property
    def lost(self) -> bool:
        """Whether it scores less now."""
        return self.after < self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """A run, judged against its baseline."""

    base: Snapshot
    """The baseline."""
    now: Snapshot
    """The run."""
    findings: tuple[Finding, ...]
    """Every measure: models and suites in order."""
    moves: tuple[Move, ...]
    """Items lost, then won, suite by suite."""
    changes: tuple[str, ...]
    """What else is different, as sentences: served model, settings, prices, truncation, versions."""
    blind: tuple[str, ...]
    """Why a pass says too little, as sentences."""
    notes: tuple[str, ...]
    """What a reader must know beside the numbers."""

    @property
    def verdict(self) -> GateVerdict:
        """The first that holds of: failed, cannot tell, passed."""
        if any(finding.failed for finding in self.findings):
            return GateVerdict.FAILED
        return GateVerdict.BLIND if self.blind else GateVerdict.PASSED


def suspects(findings: Sequence[Finding]) -> set[tuple[str, str | None]]:
    """What failed and can be asked again: (model, suite), or (model, None) for all suites of the model."""
    return {
        (finding.model, None if finding.suite == ALL else finding.suite)
        for finding in findings
        if finding.failed and finding.measure is not Measure.LATENCY
    }
