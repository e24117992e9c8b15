"""What commands that list things print with `--json`: suites, tasks, models, runs, prices, weights; see `printed`."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict


class SuiteListed(TypedDict):
    """A suite, of `bench list suites --json`."""

    suite: str
    """Its name."""
    items: int | None
    """Items of all its tasks; null where some are made when a run begins."""
    tasks: str
    """Its tasks, with commas between."""


class TaskListed(TypedDict):
    """A task, of `bench list tasks --json`."""

    task: str
    """Its name."""
    version: str
    """Its version."""
    items: int | None
    """Items that a run without a limit asks; null where they are made when it begins."""
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


ListJson = list[SuiteListed | TaskListed | ModelListed | RunListed]
PricesJson = list[PriceListed]
