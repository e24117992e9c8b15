"""`bench tasks lint`: may others trust these tasks? Every fault is a finding with file, field and cure.

Beyond what `read` refuses: few-shot prompts that depend on order, missing licence or cluster, duplicate items, a
scorer that fails its own right answer, passes junk or another item's answer, answers that one can guess, and
content that changed under an unchanged version.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.errors import TaskError, UsageError
from bench.records import Item, prompt_text
from bench.registry import versions
from bench.registry.checks import TaskFinding, lapses
from bench.registry.exam import with_exam
from bench.registry.files import Registry, survey
from bench.registry.loaded import LoadedTasks
from bench.registry.taskfile import TaskFile
from bench.registry.trial import Trial

MOST_COMMON = 0.6
"""The largest share of items that one and the same answer may be right for, in tasks of `FEW` items and more."""
FEW = 5
NOWHERE = Registry({}, {}, ())
"""No folder at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One task as the lint saw it."""

    task: str
    """Its name."""
    version: str
    """Its version."""
    items: int
    """How many its file has."""
    usual: int
    """How many a run of the usual size draws, those of the file among them; the further ones are tried by a sample."""
    prompt: str
    """The first item's chat, as JSON."""
    oracles: int
    """Items with a right answer to try."""
    common: float | None
    """The share of items that the most common right answer is right for; None without right answers."""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a lint."""

    findings: tuple[TaskFinding, ...]
    """All faults."""
    tasks: tuple[Checked, ...]
    """Tasks that could be loaded."""


def lint(folders: Sequence[Path] | None = None, names: Sequence[str] = (), *, record: bool = False) -> Report:
    """Checks every task of the folders, or only those named (which may be stock tasks).

    `record` writes the versions of tasks without a finding into each folder's `versions.json`. UsageError if there is
    nothing to check.
    """
    registry, unreadable = survey(folders)
    files = [f for tasks in registry.expand(names).values() for f in tasks] if names else [*registry.tasks.values()]
    if not files and not unreadable:
        raise UsageError(f"{', '.join(map(str, registry.folders))}: holds no task.")
    reports = [inspect(file, registry) for file in files]
    sound = [file for file, report in zip(files, reports, strict=True) if not report.findings]
    if record:
        versions.record(registry, sound)
    faults = [*([] if names else unreadable), *(finding for report in reports for finding in report.findings)]
    return Report(tuple(faults), tuple(checked for report in reports for checked in report.tasks))


def inspect(file: TaskFile, registry: Registry = NOWHERE) -> Report:
    """Checks one task of a registry, or a draft that lies in no folder yet."""
    findings = [*lapses(file.path, file.config), *versions.edited(registry, [file]), *_name_faults(registry, file)]
    try:
        loaded = LoadedTasks(replace(registry, tasks={file.name: file}, suites={}), [file.name])
        items = loaded.items(file.name, file.name)
    except TaskError as error:
        return Report((*findings, TaskFinding(error.path, error.field, error.problem, "")), ())
    except UsageError as error:
        return Report((*findings, TaskFinding(str(file.path), "item", str(error), "")), ())
    trial = Trial(loaded, file, items)
    known = [oracle for oracle in trial.oracles if oracle is not None]
    common = Counter(known).most_common(1)[0][1] / len(items) if known else None
    findings += [*_cluster_faults(loaded, file, items), *trial.faults()]
    usual, further = _further(file, registry, items)
    findings += further
    if common is not None and common > MOST_COMMON and len(items) >= FEW:
        problem = f"one and the same answer is right for {100 * common:.0f} % of the items, so it can be guessed."
        findings.append(
            TaskFinding(str(file.path), "answer", problem, "Balance the answers, or ask for more than a word.")
        )
    checked = Checked(
        task=file.name,
        version=file.version,
        items=len(items),
        usual=usual,
        prompt=prompt_text(items[0].messages),
        oracles=len(known),
        common=common,
    )
    return Report(tuple(findings), (checked,))


def _further(file: TaskFile, registry: Registry, first: Sequence[Item]) -> tuple[int, list[TaskFinding]]:
    """How many items a run of the usual size draws, and the faults of those that the file lacks: one of each family."""
    size = registry.usual.get(file.name)
    if size is None:
        return len(first), []
    larger = with_exam(registry, [file.name], None, {file.name: size}).tasks[file.name]
    if larger is file:
        return len(first), []
    loaded = LoadedTasks(replace(registry, tasks={file.name: larger}, suites={}), [file.name])
    items = loaded.items(file.name, file.name)
    known = {item.item for item in first}
    sample = {item.family: item for item in items if item.item not in known}
    return len(items), list(Trial(loaded, larger, [*sample.values()]).faults())


def _name_faults(registry: Registry, file: TaskFile) -> Iterator[TaskFinding]:
    from bench.registry import stock

    if file.name in registry.tasks and stock.known(file.name):
        yield TaskFinding(str(file.path), "task", f"'{file.name}' is the name of a task of lm-eval's.", "Rename it.")


def _cluster_faults(loaded: LoadedTasks, file: TaskFile, items: Sequence[Item]) -> Iterator[TaskFinding]:
    """Whether the clusters of the tables are those that the task states."""
    field = file.metadata.get("cluster")
    if field == "item":
        twice = [name for name, times in Counter(item.cluster for item in items).items() if times > 1]
        if twice:
            problem = f"metadata.cluster is 'item', but several items belong to '{twice[0]}'."
            yield TaskFinding(
                str(file.path), "metadata.cluster", problem, "Write the field that says so, e.g. 'cluster'."
            )
    elif field in ("family", "cluster") and not any(loaded.raw_item(item).get(field) for item in items):
        problem = f"metadata.cluster is '{field}', but no item has such a field."
        yield TaskFinding(
            str(file.path), str(field), problem, "Give it to items that belong together, or write 'item'."
        )
