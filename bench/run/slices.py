"""Which items of the suites a run asks: how many instances of a family, which levels, families and kinds, how many."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench.errors import UsageError, suggest
from bench.plan import balanced
from bench.records import Item, RunSettings
from bench.registry import LoadedTasks, Registry, TaskFile, with_exam

Chosen = Mapping[str, Sequence[TaskFile]]
"""The tasks of each suite."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What a run asks."""

    loaded: LoadedTasks
    """Its tasks."""
    items: tuple[Item, ...]
    """Its items, suite by suite."""
    available: Mapping[str, int]
    """Items that each suite has of what was chosen, before `limit`."""


def expand(registry: Registry, run: RunSettings) -> dict[str, tuple[TaskFile, ...]]:
    """The tasks of each suite of a run, of the kinds that were chosen. UsageError for a kind that none of them has."""
    chosen = registry.expand(run.suites)
    if not run.kinds:
        return chosen
    kinds = {task.name: _kind(registry, task.name) for tasks in chosen.values() for task in tasks}
    _require("--kinds", "kind", run.kinds, set(kinds.values()), run.suites)
    kept = {suite: tuple(t for t in tasks if kinds[t.name] in run.kinds) for suite, tasks in chosen.items()}
    _require_some(kept, "--kinds")
    return kept


def _kind(registry: Registry, task: str) -> str:
    """A task's name without its suite's."""
    suite = next((name for name, members in registry.suites.items() if task in members), "")
    return task.removeprefix(f"{suite}_")


def ask(registry: Registry, run: RunSettings, chosen: Chosen) -> Selection:
    """Loads the tasks and takes the items that the settings ask for. UsageError for what the suites do not have.

    A limit that the first exam can fill draws from it; a larger one takes all of it first, as all larger exams do.
    """
    names = [task.name for tasks in chosen.values() for task in tasks]
    if run.instances is not None:
        return _sized(with_exam(registry, names, run.exam_seed, run.instances), run, chosen)
    registry = with_exam(registry, names, run.exam_seed) if run.exam_seed is not None else registry
    if run.limit is None:
        return _sized(_usual(registry, names, run.exam_seed), run, chosen)
    first = _sized(registry, run, chosen)
    short = [suite for suite in chosen if first.available[suite] < run.limit]
    growing = [task.name for suite in short for task in chosen[suite] if task.name in registry.usual]
    if not growing:
        return first
    known = {(item.task, item.item) for item in first.items}
    return _sized(_usual(registry, growing, run.exam_seed), run, chosen, lambda item: (item.task, item.item) in known)


def _usual(registry: Registry, names: Collection[str], exam_seed: int | None) -> Registry:
    """With the usual number of instances, where a suite says one."""
    sizes = {name: registry.usual[name] for name in names if name in registry.usual}
    return with_exam(registry, list(sizes), exam_seed, sizes) if sizes else registry


def _sized(
    registry: Registry, run: RunSettings, chosen: Chosen, first: Callable[[Item], bool] = lambda _item: True
) -> Selection:
    loaded = LoadedTasks(registry, list(dict.fromkeys(task.name for tasks in chosen.values() for task in tasks)))
    of = {s: [i for task in tasks for i in loaded.items(s, task.name)] for s, tasks in chosen.items()}
    of = _sliced(of, run)
    asked: list[Item] = []
    for items in of.values():
        begin = [item for item in items if first(item)]
        taken = balanced(begin, run.limit, run.seed)
        if run.limit is not None and len(begin) < min(run.limit, len(items)):
            taken += balanced([item for item in items if not first(item)], run.limit - len(begin), run.seed)
        asked += taken
    return Selection(loaded, tuple(asked), {suite: len(items) for suite, items in of.items()})


def _sliced(of: dict[str, list[Item]], run: RunSettings) -> dict[str, list[Item]]:
    """The items of the levels and families that were chosen."""
    everything = [item for items in of.values() for item in items]
    levels = {item.level for item in everything if item.level is not None}
    _require("--levels", "level", run.levels, levels, run.suites)
    _require("--families", "family", run.families, {item.family for item in everything}, run.suites)
    if run.levels:
        of = {suite: [item for item in items if item.level in run.levels] for suite, items in of.items()}
        _require_some(of, "--levels")
    if run.families:
        of = {suite: [item for item in items if item.family in run.families] for suite, items in of.items()}
        _require_some(of, "--families")
    return of


def _require(
    option: str, word: str, wanted: Iterable[str | int], known: Collection[str | int], suites: Sequence[str]
) -> None:
    """UsageError for something chosen that no suite has."""
    for each in wanted:
        if each not in known:
            near = suggest(str(each), [*map(str, sorted(known, key=str))])
            raise UsageError(f"{option}: {', '.join(suites)} has no {word} '{each}'.{near}")


def _require_some(of: Mapping[str, Sequence[object]], option: str) -> None:
    """UsageError for a suite of which nothing is left."""
    for suite, left in of.items():
        if not left:
            raise UsageError(f"{option} leaves nothing of '{suite}'. Choose other ones, or take the suite out (-t).")
