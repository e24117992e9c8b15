"""What tasks there are: tasks/**/*.yaml and task_*.py, read by ourselves before lm-eval sees them.

lm-eval drops an invalid YAML without a word and invents `until` and `max_gen_toks` where a task states none,
so every file is parsed here and both are required. Reading needs only yaml.
"""

from __future__ import annotations

import importlib.util
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from bench import plugins
from bench.errors import TaskError, UsageError, suggest
from bench.registry.checks import TaskFinding, problems
from bench.registry.taskfile import TaskFile, content_sha256, parse, require_near, shipped

PYTHON_TASKS = "task_*.py"
"""Files of a task folder that are imported for their `@task` functions."""


@dataclass(frozen=True, slots=True)
class _Names(Collection[str]):
    """Our names, and behind them lm-eval's stock, which takes seconds to look through."""

    own: tuple[str, ...]

    def __contains__(self, name: object) -> bool:
        from bench.registry import stock

        return name in self.own or (isinstance(name, str) and stock.known(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self.own)

    def __len__(self) -> int:
        return len(self.own)


@dataclass(frozen=True, slots=True)
class Registry:
    """All tasks and suites found under some folders; lm-eval's stock tasks are known by name besides."""

    tasks: Mapping[str, TaskFile]
    """Tasks by name."""
    suites: Mapping[str, tuple[str, ...]]
    """Task names by suite (an lm-eval group)."""
    folders: tuple[Path, ...]
    """Where they were found."""
    usual: Mapping[str, int] = field(default_factory=dict)
    """Instances of a family that a run asks where nothing limits it, by task: what its suite's `metadata` says."""

    @property
    def names(self) -> Collection[str]:
        """Every suite and task that can be asked for; iterating leaves lm-eval's stock out."""
        return _Names((*self.suites, *self.tasks))

    def file(self, name: str) -> TaskFile:
        """A task by its own name, ours or stock. UsageError if there is none."""
        from bench.registry import stock

        if name in self.tasks:
            return self.tasks[name]
        return stock.task(name)

    def expand(self, names: Iterable[str]) -> dict[str, tuple[TaskFile, ...]]:
        """The tasks of each named suite; a task's own name is a suite of one.

        Raises UsageError on an unknown name, if a task would be asked under two names, or if a stock task
        cannot be asked of a chat endpoint.
        """
        chosen = {name: self._members(name) for name in names}
        for task, times in Counter(task.name for tasks in chosen.values() for task in tasks).items():
            if times > 1:
                raise UsageError(f"task '{task}' is part of more than one of {', '.join(chosen)}. Take one out.")
        return chosen

    def _members(self, name: str) -> tuple[TaskFile, ...]:
        from bench.registry import stock

        if name in self.suites or name in self.tasks:
            return tuple(self.tasks[task] for task in self.suites.get(name, (name,)))
        if stock.known(name):
            return stock.members(name)
        if name.startswith(BFCL):
            raise UsageError(f"'{name}' needs BFCL's data: `pip install --no-deps bfcl-eval` brings it.")
        raise UsageError(f"unknown suite or task '{name}'.{suggest(name, self.names)}")


def read(folders: Sequence[Path] | None = None) -> Registry:
    """Every task and suite under the folders (default: the `standing` ones).

    Raises UsageError naming the file for invalid YAML, a nameless or twice-named task, a suite that lists an
    unknown task, or a task without what a chat endpoint needs.
    """
    registry, findings = survey(folders)
    if findings:
        raise TaskError(findings[0].where, findings[0].field, findings[0].text)
    return registry


def standing(say: Callable[[str], object] | None = None) -> list[Path]:
    """The folders that are always read: the shipped tasks, those of installed data, and those of installed packages
    (`claimbench.tasks`).

    A package that cannot be loaded is told to `say`, and left out; without it UsageError names the package.
    """
    folders = [shipped("tasks"), *_of_installed_data()]
    for point in plugins.named("tasks").values():
        try:
            folders.append(_added(point))
        except UsageError as error:
            if say is None:
                raise
            say(f"{error} Its tasks are left out.")
    return folders


BFCL = "bfcl"
"""The suite of a data set that is not ours: there where the user has installed it."""


def _of_installed_data() -> list[Path]:
    """Tasks that ask what another package brings, where that is installed; it is not imported."""
    found = importlib.util.find_spec(f"{BFCL}_eval") is not None
    return [Path(__file__).parents[1] / "suites" / BFCL / "tasks"] if found else []


def _added(point: EntryPoint) -> Path:
    places = getattr(plugins.loaded(point), "__path__", None)
    if not places:
        raise plugins.unfit(point, "package with tasks in it")
    return Path(next(iter(places)))


def survey(folders: Sequence[Path] | None = None) -> tuple[Registry, list[TaskFinding]]:
    """`read` that goes on past a fault: what could be read, and everything that is wrong."""
    roots = tuple(folders or standing())
    tasks: dict[str, TaskFile] = {}
    groups: dict[str, tuple[Path, list[str]]] = {}
    findings: list[TaskFinding] = []
    usual: dict[str, int] = {}
    for path in dict.fromkeys(p for root in roots for p in _files(root)):
        try:
            parsed: list[Any] = _python(path) if path.suffix == ".py" else [_yaml(path)]
        except TaskError as error:
            findings.append(TaskFinding(error.path, "file", error.problem, ""))
            continue
        for content in parsed:
            findings += _add(path, content, tasks, groups)
            usual |= _usual(content)
    for name, (path, members) in list(groups.items()):
        for member in (m for m in members if m not in tasks):
            findings.append(
                TaskFinding(str(path), "task", f"suite '{name}' lists unknown task '{member}'.", suggest(member, tasks))
            )
        groups[name] = (path, [m for m in members if m in tasks])
    suites = {name: tuple(members) for name, (_, members) in groups.items()}
    return Registry(tasks, suites, roots, usual), findings


def _usual(content: TaskFile | dict[str, Any]) -> dict[str, int]:
    """How many instances of a family a suite's file says that a run usually asks, by task."""
    if isinstance(content, TaskFile) or not isinstance(content.get("metadata"), dict):
        return {}
    count, members = content["metadata"].get("instances"), content.get("task")
    return dict.fromkeys(members, count) if "group" in content and isinstance(count, int) and members else {}


def _files(root: Path) -> Iterator[Path]:
    yield from (p for p in sorted(root.glob("**/*.yaml")) if not p.name.startswith("_"))
    yield from sorted(root.glob(f"**/{PYTHON_TASKS}"))


def _yaml(path: Path) -> dict[str, Any]:
    config = parse(path)
    require_near(path, config)
    return config


def _python(path: Path) -> list[TaskFile]:
    from bench.registry.own import python_tasks

    return python_tasks(path)


def _add(
    path: Path,
    content: TaskFile | dict[str, Any],
    tasks: dict[str, TaskFile],
    groups: dict[str, tuple[Path, list[str]]],
) -> list[TaskFinding]:
    """Takes one parsed file in; returns what keeps it from being asked."""
    config = content.config if isinstance(content, TaskFile) else content
    name = config.get("group") or config.get("task")
    if not isinstance(name, str):
        cure = "Name it, or begin the file's name with '_'."
        return [TaskFinding(str(path), "task", "has neither 'task' nor 'group'.", cure)]
    if name in tasks or name in groups:
        return [TaskFinding(str(path), "task", f"the name '{name}' is already taken.", "Rename one of the two.")]
    if isinstance(content, TaskFile):
        faults = list(problems(path, config))
        if not faults:
            tasks[name] = content
        return faults
    if "group" in content:
        members = content.get("task")
        faults = _member_faults(path, members)
        groups[name] = (path, members if isinstance(members, list) and not faults else [])
        return faults
    faults = list(problems(path, content))
    if not faults:
        tasks[name] = TaskFile(name=name, path=path, config=content, sha256=content_sha256(path, content))
    return faults


def _member_faults(path: Path, members: object) -> list[TaskFinding]:
    if not isinstance(members, list) or not members or not all(isinstance(m, str) for m in members):
        return [TaskFinding(str(path), "task", "'task' of a suite must be a list of task names.", "")]
    if len(set(members)) < len(members):
        return [TaskFinding(str(path), "task", "'task' lists a task twice.", "Take one out.")]
    return []
