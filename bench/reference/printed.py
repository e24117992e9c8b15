"""What commands print with `--json` beside what files hold: the types that their published schemas are made from."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, TypedDict

from bench.claims import Outlook
from bench.claims.cascade import CascadeResult
from bench.claims.shape import ClaimWords
from bench.doctor import Check
from bench.doctor.tools import Examined
from bench.doctor.tune import Tuned
from bench.journal import RunContent
from bench.records import RecordedFingerprint, Written
from bench.registry.lint import Report
from bench.report.history import HistoryPoint
from bench.report.numbers.similar import Similar
from bench.report.verify import Verified
from bench.run.planning import Planned
from bench.stats import Interval
from bench.traffic import TrafficSpend
from bench.traffic.deciding import TrafficVerdicts
from bench.weights.engines import ServerMetrics


class ModelCost(TypedDict):
    """What the calls to come of one model will cost."""

    calls: int
    """Calls to make."""
    usd: Annotated[dict[str, Any], Written(Interval)] | None
    """USD, by answers that were seen; None without any."""
    prompts_usd: list[float] | None
    """USD of the prompts alone, at least and at most; None if unknown."""
    worst_usd: float | None
    """USD if every answer took its limit; None if unknown."""
    unknown: str | None
    """Why the cost is unknown; None if it is known."""


class RunCost(TypedDict):
    """What the calls to come will cost."""

    models: dict[str, ModelCost]
    """By label."""
    usd: Annotated[dict[str, Any], Written(Interval)] | None
    """USD of all; None if unknown."""
    worst_usd: float | None
    """USD of all if every answer took its limit; None if unknown."""


class SuitePlanned(TypedDict):
    """A suite of a plan."""

    items: int
    """Items to ask."""
    available: int
    """Items there are."""


class ModelPlanned(TypedDict):
    """A model of a plan."""

    model: str
    """What it is, as provider/model."""
    calls: int
    """Calls of the plan."""


class DryRunJson(TypedDict):
    """What `bench run --dry-run --json` prints."""

    plan_sha256: str
    """The plan's hash."""
    suites: dict[str, SuitePlanned]
    """By name."""
    models: dict[str, ModelPlanned]
    """By label."""
    cost: RunCost
    """What it will cost."""
    latency_probe_cost: NotRequired[RunCost]
    """What the latency probe will cost, where there is to be one."""
    load_cost: NotRequired[RunCost]
    """What measuring under load will cost, where that is asked for."""
    claims: dict[
        str,
        Annotated[
            dict[str, Any],
            Written(
                Outlook,
                {
                    "line": (str, "The same in one line."),
                    "run": (str | None, "The run whose outcomes it rests on; None for none."),
                },
            ),
        ],
    ]
    """What each claim would take."""
    refused: dict[str, str]
    """Suites that are left out, and why."""


class TuneJson(TypedDict):
    """What `bench weights tune --json` prints."""

    weights: str
    """The weights' name."""
    settings: list[
        Annotated[
            dict[str, Any],
            Written(
                Tuned,
                {
                    "tokens_s": (float, "Output tokens a second, all slots together."),
                    "usd_per_1000": (float | None, "USD of 1,000 such items; None without --usd-per-hour."),
                },
            ),
        ]
    ]
    """Each setting, in the order of measuring."""
    against: str | None
    """The vendor's model it is set against; None for none."""
    api_usd_per_1000: float | None
    """USD of 1,000 items of the fastest setting's tokens there; None without --against, or without a price."""


MetricsJson = Annotated[dict[str, Any], Written(ServerMetrics)]
"""What `bench weights metrics --json` prints."""


class JournalJson(TypedDict):
    """What `bench journal check --json` prints."""

    path: str
    """The journal."""
    version: int
    """The version of its tables."""
    size: int
    """Bytes of the file."""
    runs: list[Annotated[dict[str, Any], Written(RunContent)]]
    """Its runs, oldest first."""
    stray: int
    """Calls of runs that it does not know."""
    stray_begun: int
    """Calls of such runs that began and have no end on record."""
    faults: list[str]
    """What is wrong, 20 at most; empty where nothing is."""


class HistoryJson(TypedDict):
    """What `bench history --json` prints."""

    points: list[Annotated[dict[str, Any], Written(HistoryPoint)]]
    """By time."""
    left_out: dict[str, str]
    """Runs and files that are in no point, and why."""


class TotalsPart(TypedDict):
    """A part of a claim on published totals."""

    suite: str
    """The suite."""
    part: NotRequired[str]
    """The part's name."""
    half: NotRequired[str]
    """The same, under its older name, in `halves`."""
    estimate: float | None
    """A score difference as a share, or a ratio; None if unknown."""
    low: float | None
    """The lower end of its interval; None without one."""
    high: float | None
    """The upper end."""
    n: int
    """Items of the smaller side; 0 where the source does not say."""
    needed: int | None
    """Items of each model that would decide it; None if no likely number would."""
    p_supported: float
    """p-value against "it does not hold"."""
    p_refuted: float
    """p-value against "it holds"."""
    problem: str | None
    """What keeps it from being judged; None if nothing does."""


class TotalsClaim(TypedDict):
    """A claim that was judged on published totals."""

    name: str
    """Its name."""
    verdict: Literal["supported", "refuted", "inconclusive", "reported"]
    """What it comes to; "reported" where totals can support only some of its parts."""
    declared: bool
    """False: it was made after the results."""
    basis: Literal["published totals"]
    """What it rests on."""
    claim: ClaimWords
    """Its words."""
    parts: list[TotalsPart]
    """Every part on every suite."""
    halves: list[TotalsPart]
    """`parts` under its older name."""


class SamePart(TypedDict):
    """One thing that two models of the same weights show."""

    suite: str
    """The suite."""
    shows: str
    """What is to be shown, e.g. "scores not lower"."""
    n: int
    """Items it rests on."""
    estimate: float | None
    """A difference as a share, or a ratio of tokens; None if unknown."""
    low: float | None
    """The lower end of its interval; None without one."""
    high: float | None
    """The upper end."""
    p_supported: float
    """p-value against "it does not hold"."""
    p_refuted: float
    """p-value against "it holds"."""
    problem: str | None
    """What keeps it from being judged; None if nothing does."""


class SameJson(TypedDict):
    """What `bench gate --same-weights A B --json` prints."""

    verdict: Literal["supported", "refuted", "inconclusive"]
    """Whether they are the same within the margins."""
    models: list[str]
    """Both labels."""
    margin: float
    """Scores and refusals may differ by less than this share."""
    tokens_within: float
    """Tokens of an answer may differ by less than this factor."""
    halves: list[SamePart]
    """All that is to be shown."""


class ToolsJson(TypedDict):
    """What `bench doctor --tools --json` prints."""

    models: list[Annotated[dict[str, Any], Written(Examined)]]
    """Each endpoint with all that was asked of it."""
    changes: list[str]
    """What code must change for the last endpoints that it need not for the first."""


TotalsJson = list[TotalsClaim]
SpendJson = Annotated[dict[str, Any], Written(TrafficSpend)]
DecideJson = Annotated[
    dict[str, Any],
    Written(
        TrafficVerdicts,
        {
            "months": (float | None, "Months that the log spans; null where it is too short to say."),
            "routes": (dict[str, str | None], "Kind of work -> the model to use; null where nothing was judged."),
        },
    ),
]
DriftJson = Annotated[
    dict[str, Any],
    Written(
        RecordedFingerprint,
        {
            "run": (str, "The run folder that holds it."),
            "requests": (int, "Short answers that were asked for."),
            "cost_usd": (float | None, "What they cost, in USD; null if unknown."),
        },
    ),
]
VerifyJson = list[Annotated[dict[str, Any], Written(Verified, {"what": (str, "The run folder, or the page.")})],]
PlanJson = list[
    Annotated[
        dict[str, Any],
        Written(Planned, {"claim": (dict[str, Any], "The claim, with the keys of bench.toml and its name.")}),
    ]
]
DoctorJson = list[Annotated[dict[str, Any], Written(Check)]]
CascadeJson = Annotated[dict[str, Any], Written(CascadeResult)]
SimilarJson = Annotated[dict[str, Any], Written(Similar)]
LintJson = Annotated[dict[str, Any], Written(Report)]
