"""What claims.json holds: the types that its published schema is made from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, NotRequired, TypedDict

from bench.claims.looks import Stand
from bench.claims.observed import Observed
from bench.claims.outlook import Outlook
from bench.claims.parts.result import PartResult
from bench.records import Written
from bench.stats import Interval

_INTERVAL = Annotated[dict[str, Any], Written(Interval, nullable=("estimate",))]
_BESIDE = {
    "suite": (str, "The suite, or what stands for the mean of several."),
    "interval": (
        _INTERVAL,
        "Two-sided, at 1 - 2 alpha: its edge passes the claim's bound when the one-sided test does.",
    ),
    "interval_95": (_INTERVAL, "Two-sided, 95 %."),
}
PartJson = Annotated[dict[str, Any], Written(PartResult, _BESIDE, ("estimate",))]
"""A part of a claim on one suite."""
_SCORES = ("candidate_score", "baseline_score", "score_difference")
ObservedJson = Annotated[dict[str, Any], Written(Observed, nullable=_SCORES)]
"""What happened on exactly the items asked."""
OutlookJson = Annotated[dict[str, Any], Written(Outlook, {"line": (str, "The same in one line.")})]
"""What it would take."""
StandJson = Annotated[
    dict[str, Any],
    Written(
        Stand,
        {
            "items": (int, "Items that were asked until then."),
            "items_planned": (int, "Items of the plan."),
            "spent_usd": (str | None, "USD spent, as text; None if unknown."),
            "fixed_usd": (str | None, "USD the whole plan would have taken, as text; None if unknown."),
            "saved_usd": (str | None, "USD saved by ending early, as text; None if unknown."),
            "line": (str | None, "The same in one line."),
        },
    ),
]
"""At which look a claim stands, and for how much."""
VerdictName = Literal["supported", "refuted", "inconclusive", "screened"]


class ClaimWords(TypedDict):
    """A claim's words, with the keys of bench.toml."""

    candidate: str
    """Label of the model that is claimed to be e.g. cheaper."""
    baseline: str
    """Label of the model it is compared with."""
    suites: list[str]
    """Suites it speaks of; empty for all of the run."""
    over: str
    """"each": every suite must hold; "mean": their unweighted mean; "traffic": all items, weighted by the log."""
    about: NotRequired[str]
    """"such" where it is about other kinds like these; left out for these kinds."""
    measure: NotRequired[str]
    """"pass" or "preference" where `worse_by` speaks of people's labels; left out for scores."""
    within_minutes: NotRequired[float]
    """The minutes within which an answer must be there to count as solved; left out where time moves no score."""
    at_load: NotRequired[int]
    """The calls at once at which `slower_by` speaks of latency; left out for the items' own calls."""
    confidence: float
    """1 - alpha, where alpha is the risk that a verdict errs."""
    slice: NotRequired[dict[str, str]]
    """The kind of work that it speaks of: its name, which items, and its evidence; left out for all items."""


class SideJson(TypedDict):
    """A model of a claim, on the claim's items."""

    label: str
    """Its label."""
    samples: int
    """Answers with a score."""
    missing: int
    """Answers that are missing."""
    truncated: int | None
    """Answers that were cut; None where an import does not say."""
    refused: int | None
    """Refusals; None where an import does not say."""
    sampling: Sequence[str]
    """The distinct sampling settings that were sent, as JSON."""


class ReadingJson(TypedDict):
    """The claim as one of its two readings takes it."""

    about: str
    """"these" kinds of task, or "such"."""
    verdict: VerdictName
    """The verdict of this reading."""
    p_supported: float
    """p-value against "it does not hold"."""
    p_refuted: float
    """p-value against "it holds"."""
    needed: int | None
    """Items of each suite that would decide it; None if no likely number would."""
    parts: list[PartJson]
    """Every part on every suite."""


class CheapestJson(TypedDict):
    """Of a claim about a swept model: its cheapest setting that the claim is shown for."""

    claim: str
    """The claim's name without the setting's value."""
    key: str
    """The setting that was swept."""
    value: str | None
    """Its value; None where no setting is supported, or a supported one's cost is unknown."""
    line: str
    """The same in one line."""


class JudgedJson(TypedDict):
    """A claim that was judged."""

    name: str
    """Its name."""
    verdict: VerdictName
    """What it comes to."""
    labels: list[str]
    """What every mention of the verdict must carry, e.g. "exploratory"."""
    declared: bool
    """Whether it was recorded before the answers it uses were asked."""
    claim: ClaimWords
    """Its words."""
    headline: str
    """The verdict in a sentence."""
    still_saves: str | None
    """Of a claim that is refuted for its saving alone: what it still saves, in a sentence; None elsewhere."""
    beyond: str | None
    """What the other reading says; None where there is nothing to say."""
    hardly_apart: str | None
    """Why the two models are hardly to be told apart; None where they are."""
    lines: list[str]
    """A line a part."""
    what_it_takes: OutlookJson | None
    """What it would take to support it; None where no score is claimed."""
    sentence: str
    """To paste: the verdict, its sizes and what it rests on."""
    explanation: str
    """What the verdict means."""
    on_these_items: str
    """What happened on exactly these items, in a sentence."""
    observed: ObservedJson
    """The same in numbers."""
    p_supported: float
    """p-value against "it does not hold"."""
    p_refuted: float
    """p-value against "it holds"."""
    n: int
    """Paired items."""
    planned: int
    """Items planned."""
    needed: int | None
    """Items of each suite that would decide it with 80 % power; None if no likely number would."""
    parts: list[PartJson]
    """Every part that is judged, on every suite."""
    halves: list[PartJson]
    """`parts` under its older name."""
    about: str
    """The reading that decides: "these" or "such"."""
    readings: list[ReadingJson]
    """Both readings."""
    reported: list[PartJson]
    """Parts that are reported, and decide nothing."""
    candidate: SideJson
    """The candidate's answers."""
    baseline: SideJson
    """The baseline's answers."""
    prices_as_of: str | None
    """The day of the price list, ISO 8601; None without one."""
    notes: list[str]
    """What to know beside."""
    looks: NotRequired[StandJson]
    """Of a run with looks: where the claim stands."""
    cheapest_setting: NotRequired[CheapestJson]
    """Of a claim about a swept model: the cheapest setting that does."""


class UnjudgedJson(TypedDict):
    """A claim that cannot be judged on this run."""

    name: str
    """Its name."""
    verdict: None
    """There is none."""
    reason: str
    """Why."""


ClaimsJson = list[JudgedJson | UnjudgedJson]
"""claims.json, and what `bench claim --json` prints."""
