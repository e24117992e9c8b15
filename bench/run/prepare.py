"""A comparison, planned: everything that is known before the first call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from bench import prices
from bench.config import environment
from bench.costs import Estimate
from bench.engine import Slowed
from bench.errors import UsageError
from bench.plan import Plan, PlannedCall, make_plan
from bench.prices import PriceBook
from bench.providers import Endpoint, resolve
from bench.records import Call, Comparison, Graded, Item, PromptVariant, RecordedChoice, RunSettings
from bench.registry import LoadedTasks, Registry, TaskFile
from bench.run import prompts, slices
from bench.run.agentic import PlannedAgent, planned_agents, with_caps
from bench.run.bridges import planned_loops
from bench.run.egress import require_allowed, with_members, with_sampled
from bench.run.score import grader_of, is_graded
from bench.scoring.graders import Grader

if TYPE_CHECKING:
    from bench.loops import HostedLoop
    from bench.run.cluster import Cluster


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

    def spent(self, usd: Decimal, limit: Decimal | None, unknown: Sequence[str], unsure: Decimal = Decimal(0)) -> None:
        """What the run cost so far, its budget, the models whose calls have no known price, and what of the cost is a
        worst case, because tokens were never reported."""


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

    def spent(self, usd: Decimal, limit: Decimal | None, unknown: Sequence[str], unsure: Decimal = Decimal(0)) -> None:
        """Nothing is shown."""


SILENT = SilentWatcher()
"""What watches a run where nobody does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptTrial:
    """A suite's split, and what is to be asked on it."""

    split: prompts.Split
    """The items."""
    prepared: Prepared
    """The run that asks them, a row for each prompt of each model."""
    prompts: Mapping[str, Mapping[str, PromptVariant | None]]
    """By model, its prompts by the label of their row; None for the prompt as written, which is the first."""


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
    loops: Mapping[str, HostedLoop] = field(default_factory=dict)
    """The loops that play models' episodes in place of ours, by label."""
    agents: Mapping[str, PlannedAgent] = field(default_factory=dict)
    """The agents that work with the models, by label; none where no item is work for agents."""
    trials: tuple[PromptTrial, ...] = ()
    """What chooses models' own prompts before anything is asked; the plan is of prompts as written until then."""
    choices: tuple[RecordedChoice, ...] = ()
    """How they were chosen."""
    items: tuple[Item, ...] = ()
    """Its items, suite by suite."""
    tried: Mapping[str, Path] = field(default_factory=dict)
    """By suite, the folder of the run in which they were tried."""
    cluster: Cluster | None = None
    """The nodes on which calls are made and answers graded; None for this process alone."""

    @property
    def pool(self) -> Executor | None:
        """What computes on these nodes; None where there are none."""
        return None if self.cluster is None else self.cluster.pool


def prepare(
    comparison: Comparison,
    registry: Registry,
    environ: Mapping[str, str] | None = None,
    only: Collection[tuple[str, str]] | None = None,
) -> Prepared:
    """Loads tasks, resolves endpoints and makes the plan; spends nothing. Raises UsageError.

    `only`: task and id of the items that are asked; None for all.
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
    stated = with_members(comparison.data, registry)
    data = with_sampled(stated, asked.items)
    tasks = {name: [task.name for task in of] for name, of in chosen.items()}
    require_allowed(data, tasks, endpoints, set(data) - set(stated))
    comparison = replace(comparison, data=data)
    _require_different_prompts(asked.items)
    items, splits = with_caps(asked.items, comparison.run), _splits(comparison, chosen, asked)
    out = {place for split in splits for place in split.out}
    items = tuple(i for i in items if _place(i) not in out and (only is None or _place(i) in only))
    agents = planned_agents(comparison, endpoints, items, environ)
    loops = planned_loops(endpoints, items, environ, seed=comparison.run.seed)
    plan = plan_of(items, endpoints, comparison.run, loaded=asked.loaded, agents=agents, loops=loops)
    _require_no_episodes(endpoints, plan.calls)
    book = prices.load(prices.beside(comparison.source))
    return Prepared(
        comparison=comparison,
        loaded=asked.loaded,
        endpoints=endpoints,
        plan=plan,
        available=_left(asked, out, only),
        book=book,
        refused=refused,
        loops=loops,
        agents=agents,
        trials=tuple(_trial(comparison, split, registry, environ) for split in splits),
        items=items,
    )


def plan_of(
    items: Sequence[Item],
    endpoints: Sequence[Endpoint],
    run: RunSettings,
    *,
    loaded: LoadedTasks,
    agents: Mapping[str, PlannedAgent],
    loops: Mapping[str, HostedLoop],
    choices: Sequence[RecordedChoice] = (),
) -> Plan:
    """The plan; how prompts were chosen is part of it, what that cost is not."""
    return make_plan(
        items,
        endpoints,
        run,
        {name: file.sha256 for name, file in loaded.files.items()},
        agents={label: agent.identity for label, agent in agents.items()},
        loops={label: loop.identity for label, loop in loops.items()},
        choices=[
            [each.model, each.suite, each.chosen, each.split_sha256, [trial.sha256 for trial in each.trials]]
            for each in choices
        ],
    )


def _place(item: Item) -> tuple[str, str]:
    return item.task, item.item


def _splits(comparison: Comparison, chosen: slices.Chosen, asked: slices.Selection) -> list[prompts.Split]:
    """The items on which models' own prompts are tried, by suite."""
    run = comparison.run
    return [
        prompts.draw(
            suite,
            [item for item in asked.items if item.suite == suite],
            lambda item: is_graded(asked.loaded, item),
            run.prompt_split,
            run.seed,
        )
        for suite in prompts.tried_suites(comparison.models, chosen)
    ]


def _trial(comparison: Comparison, split: prompts.Split, registry: Registry, environ: Mapping[str, str]) -> PromptTrial:
    prepared = prepare(prompts.trying(comparison, split.suite), registry, environ, split.items)
    return PromptTrial(split=split, prepared=prepared, prompts=prompts.rows_of(comparison, split.suite))


def _left(
    asked: slices.Selection, out: Collection[tuple[str, str]], only: Collection[tuple[str, str]] | None
) -> dict[str, int]:
    """Items that each suite has, without those that are not for this run."""
    gone = Counter(
        item.suite for item in asked.items if _place(item) in out or (only is not None and _place(item) not in only)
    )
    return {suite: count - gone[suite] for suite, count in asked.available.items()}


def _refused(chosen: Mapping[str, Sequence[TaskFile]], loaded: LoadedTasks) -> dict[str, str]:
    """The suites that need a sandbox, or a program, that does not work here, and why. UsageError if these are all."""
    graders = {suite: [grader_of(loaded, task.name) for task in tasks] for suite, tasks in chosen.items()}
    why = {suite: _hindered(mine) for suite, mine in graders.items()}
    refused = {suite: text for suite, text in why.items() if text}
    if refused and len(refused) == len(chosen):
        raise UsageError(next(iter(refused.values())))
    return refused


def _hindered(graders: Sequence[Grader | None]) -> str:
    """Why what a suite asks cannot be graded on this machine; empty where it can."""
    mine = [grader for grader in graders if grader is not None]
    if any(grader.sandboxed for grader in mine):
        from bench.sandbox import probe

        try:
            probe()
        except UsageError as error:
            return str(error)
    return next((text for grader in mine if (text := grader.trouble())), "")


def runs_code(loaded: LoadedTasks, task: str) -> bool:
    """Whether grading a task runs programs that a model wrote."""
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


def _require_no_episodes(endpoints: Sequence[Endpoint], calls: Sequence[PlannedCall]) -> None:
    """UsageError where a batch would have to play episodes."""
    batched = [e.entry.label for e in endpoints if e.batched]
    episode = next((call for call in calls if call.model in batched and (call.item.dialogue or call.item.work)), None)
    if episode:
        raise UsageError(
            f"'{episode.model}' is asked by batch, and {episode.item.task} has episodes, whose turns follow each "
            "other. Take out batch, or leave the suite out."
        )
