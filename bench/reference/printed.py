"""What commands print with `--json` beside what files hold: the types that their published schemas are made from."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, TypedDict

from bench.claims import Outlook
from bench.doctor import Check
from bench.records import Written
from bench.registry.lint import Report
from bench.report.history import HistoryPoint
from bench.report.numbers.similar import Similar
from bench.report.verify import Verified
from bench.run.planning import Planned
from bench.stats import Interval


class SuiteListed(TypedDict):
    """A suite, of `bench list suites --json`."""

    suite: str
    """Its name."""
    items: int
    """Items of all its tasks."""
    tasks: str
    """Its tasks, with commas between."""


class TaskListed(TypedDict):
    """A task, of `bench list tasks --json`."""

    task: str
    """Its name."""
    version: str
    """Its version."""
    items: int
    """Items that a run without a limit asks."""
    max_tokens: int | None
    """Tokens that an answer may have; None where the task does not say."""
    licence: str
    """The items' licence; "?" where the task does not say."""


class ModelListed(TypedDict):
    """A model of bench.toml, of `bench list models --json`."""

    label: str
    """Its label."""
    model: str
    """What it is, as provider/model."""
    provider: str
    """The provider's name."""
    protocol: str
    """The wire format."""
    key: str
    """The variable that its key is read from; "-" for none."""
    set: Literal["not needed", "yes", "no"]
    """Whether that variable is set."""


class RunListed(TypedDict):
    """A run, of `bench list runs --json`; texts are empty where its record cannot be read."""

    run: str
    """Its folder's name."""
    state: Literal["complete", "decided", "unfinished", "damaged"]
    """How far it came."""
    suites: str
    """Its suites, with commas between."""
    items: int | str
    """Items planned."""
    models: str
    """Its models' labels, with commas between."""
    spent_usd: str
    """USD spent, as text."""
    claims: str
    """Each claim and its verdict, as the last report has them."""


class PriceListed(TypedDict):
    """A price, of `bench prices show --json`; what is not known is left out, and rates are per million tokens."""

    id: str
    """What run.json calls it."""
    provider: str
    """Who sells it."""
    model: str
    """The model."""
    aliases: NotRequired[list[str]]
    """Other names of the model."""
    region: NotRequired[str]
    """Where it holds; left out for everywhere."""
    mode: NotRequired[str]
    """How it is asked, e.g. "batch"."""
    valid_from: NotRequired[str]
    """Since when, ISO 8601."""
    valid_to: NotRequired[str]
    """Until when, ISO 8601."""
    currency: NotRequired[str]
    """The currency of the rates."""
    input: NotRequired[str]
    """Prompt tokens that come from no cache."""
    cache_read: NotRequired[str]
    """Prompt tokens read from a cache."""
    cache_write_5m: NotRequired[str]
    """Prompt tokens written into a cache for 5 minutes."""
    cache_write_1h: NotRequired[str]
    """Prompt tokens written into a cache for an hour."""
    output: NotRequired[str]
    """Output tokens."""
    tiers: NotRequired[list[dict[str, Any]]]
    """Other rates above a number of prompt tokens."""
    tier_scope: NotRequired[str]
    """"marginal" where a tier holds only for the tokens above it."""
    schedule: NotRequired[str]
    """The hours with other prices, by name."""
    source_url: NotRequired[str]
    """Where it was read."""
    retrieved: NotRequired[str]
    """When, YYYY-MM-DD."""


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


class WeightsListed(TypedDict):
    """A file of weights."""

    name: str
    """Its name."""
    bytes: int
    """Its size."""
    licence: str
    """Its licence."""
    sha256: str
    """Its hash."""
    cached: bool
    """Whether it is on this machine."""


class WeightsJson(TypedDict):
    """What `bench weights list --json` prints."""

    folder: str
    """Where they are kept."""
    weights: list[WeightsListed]
    """The catalogue."""


class HistoryJson(TypedDict):
    """What `bench history --json` prints."""

    points: list[Annotated[dict[str, Any], Written(HistoryPoint)]]
    """By time."""
    left_out: dict[str, str]
    """Runs and files that are in no point, and why."""


ListJson = list[SuiteListed | TaskListed | ModelListed | RunListed]
PricesJson = list[PriceListed]
VerifyJson = list[Annotated[dict[str, Any], Written(Verified, {"what": (str, "The run folder, or the page.")})],]
PlanJson = list[
    Annotated[
        dict[str, Any],
        Written(Planned, {"claim": (dict[str, Any], "The claim, with the keys of bench.toml and its name.")}),
    ]
]
DoctorJson = list[Annotated[dict[str, Any], Written(Check)]]
SimilarJson = Annotated[dict[str, Any], Written(Similar)]
LintJson = Annotated[dict[str, Any], Written(Report)]
