"""A comparison, planned: everything that is known before the first call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from bench import prices
from bench.config import environment
from bench.costs import Estimate
from bench.engine import Slowed
from bench.errors import UsageError
from bench.plan import Plan, PlannedCall, make_plan
from bench.prices import PriceBook
from bench.providers import Endpoint, resolve
from bench.records import Call, Comparison, Graded, Item
from bench.registry import LoadedTasks, Registry, TaskFile
from bench.run import slices
from bench.run.egress import require_allowed
from bench.run.score import grader_of


class Watcher(Protocol):
    """What the user sees of a run; the command line's progress display is one."""

    def say(self, text: str) -> None:
        """One line worth reading."""

    def lane(self, label: str, done: int, total: int) -> None:
        """A model's calls begin; `done` of `total` were answered before."""

    def finished(self, planned: PlannedCall, call: Call, graded: Graded | None) -> None:
        """A call is recorded, and graded if the grader is one of ours."""

    def slowed(self, label: str, pace: Slowed) -> None:
        """A model's endpoint asks for fewer calls at once (429), or bears more again."""

    def fetched(self, name: str, done: int, total: int) -> None:
        """Bytes of a weights file so far."""

    def estimated(self, estimate: Estimate, *, ask: bool) -> bool:
        """Shows what the calls to come will cost; returns whether to go on, which the user decides if `ask`."""

    def spent(self, usd: Decimal, limit: Decimal | None, unknown: Sequence[str]) -> None:
        """What the run cost so far, its budget, and the models whose calls have no known price."""


class SilentWatcher:
    """A `Watcher` without a user: shows nothing, and agrees to no cost that a user would have to agree to."""

    def say(self, text: str) -> None:
        """Nothing is shown; what matters stands in the run's `Result` and its record."""

    def lane(self, label: str, done: int, total: int) -> None:
        """Nothing is shown."""

    def finished(self, planned: PlannedCall, call: Call, graded: Graded | None) -> None:
        """Nothing is shown."""

    def slowed(self, label: str, pace: Slowed) -> None:
        """Nothing is shown; the run's record keeps it."""

    def fetched(self, name: str, done: int, total: int) -> None:
        """Nothing is shown."""

    def estimated(self, estimate: Estimate, *, ask: bool) -> bool:
        """True unless a user has to agree (`Terms.consent` is "ask"): nobody is there to."""
        del estimate
        return not ask

    def spent(self, usd: Decimal, limit: Decimal | None, unknown: Sequence[str]) -> None:
        """Nothing is shown."""


SILENT = SilentWatcher()
"""What watches a run where nobody does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A comparison, planned: everything that is known before the first call."""

    comparison: Comparison
    """What was asked for."""
    loaded: LoadedTasks
    """Its tasks."""
    endpoints: tuple[Endpoint, ...]
    """Its models' endpoints, in order."""
    plan: Plan
    """Its calls."""
    available: Mapping[str, int]
    """Items each suite has of the chosen levels, families and kinds, before `limit`."""
    book: PriceBook
    """The price list, with the user's own rows."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Suites left out because they run model-written code and no sandbox works here, and why."""


def prepare(comparison: Comparison, registry: Registry, environ: Mapping[str, str] | None = None) -> Prepared:
    """Loads tasks, resolves endpoints and makes the plan; spends nothing. Raises UsageError.

    Suites that would run model-written code are left out where no sandbox works; UsageError if no other is left.
    `environ` holds keys and addresses: the process's own with `.env` beside bench.toml, unless it is given.
    """
    environ = environment(comparison.source.parent) if environ is None else environ
    chosen = slices.expand(registry, comparison.run)
    endpoints = tuple(resolve(entry, environ) for entry in comparison.models.values())
    asked = slices.ask(registry, comparison.run, chosen)
    refused = _refused(chosen, asked.loaded)
    if refused:
        chosen = {suite: tasks for suite, tasks in chosen.items() if suite not in refused}
        asked = slices.ask(registry, comparison.run, chosen)
    require_allowed(comparison.data, {name: [task.name for task in of] for name, of in chosen.items()}, endpoints)
    _require_different_prompts(asked.items)
    files = asked.loaded.files
    plan = make_plan(asked.items, endpoints, comparison.run, {name: file.sha256 for name, file in files.items()})
    book = prices.load(prices.beside(comparison.source))
    return Prepared(
        comparison=comparison,
        loaded=asked.loaded,
        endpoints=endpoints,
        plan=plan,
        available=asked.available,
        book=book,
        refused=refused,
    )


def _refused(chosen: Mapping[str, Sequence[TaskFile]], loaded: LoadedTasks) -> dict[str, str]:
    """The suites that need a sandbox where none works, and why. Raises UsageError if these are all."""
    needing = [suite for suite, tasks in chosen.items() if any(_runs_code(loaded, task.name) for task in tasks)]
    if not needing:
        return {}
    from bench.sandbox import probe

    try:
        probe()
    except UsageError as error:
        if len(needing) == len(chosen):
            raise
        return dict.fromkeys(needing, str(error))
    return {}


def _runs_code(loaded: LoadedTasks, task: str) -> bool:
    grader = grader_of(loaded, task)
    return grader is not None and grader.sandboxed


def _require_different_prompts(items: Sequence[Item]) -> None:
    """Scoring finds an answer by its prompt, so two tasks of a run must not ask the same."""
    seen: dict[str, Item] = {}
    for item in items:
        first = seen.setdefault(item.prompt_sha256, item)
        if first is not item:
            raise UsageError(
                f"{first.task} item {first.item} and {item.task} item {item.item} have the same prompt. "
                "Run one of the two tasks."
            )
