"""`bench tasks lint`: may others trust these tasks? Every fault is a finding with file, field and cure.

Beyond what `read` refuses: few-shot prompts that depend on order, missing licence or cluster, duplicate items, a
scorer that fails its own right answer, passes junk or another item's answer, answers that one can guess, and
content that changed under an unchanged version.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bench.errors import UsageError
from bench.records import Item
from bench.registry.checks import Finding, lapses
from bench.registry.files import Registry, TaskFile, survey
from bench.registry.loaded import LoadedTasks
from bench.scoring.graders import Grader

FUNCTION = "```python\ndef NAME(*args, **named):\n    return None\n```"
JUNK = ("", "I do not know.", "asdf qwer", "{}", "[]", FUNCTION)
"""Answers without content; NAME is the function that an item asks for."""
MOST_JUNK = 0.05
"""The most that an answer without content may score on average."""
MOST_COMMON = 0.6
"""The largest share of items that one and the same answer may be right for, in tasks of `FEW` items and more."""
FEW = 5
VERSIONS = "versions.json"
"""Beside the tasks of a folder: each task's version and the sha256 of its content at that version."""

Answers = Sequence[tuple[Item, str]]
Score = Callable[[Answers], list[float | None]]


@dataclass(frozen=True, slots=True)
class Checked:
    """One task as the lint saw it."""

    task: str
    """Its name."""
    version: str
    """Its version."""
    items: int
    """How many it has."""
    prompt: str
    """The first item's chat, as JSON."""
    oracles: int
    """Items with a right answer to try."""
    common: float | None
    """The share of items that the most common right answer is right for; None without right answers."""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a lint."""

    findings: tuple[Finding, ...]
    """All faults."""
    tasks: tuple[Checked, ...]
    """Tasks that could be loaded."""


def lint(folders: Sequence[Path] | None = None, names: Sequence[str] = (), *, record: bool = False) -> Report:
    """Checks every task of the folders, or only those named (which may be stock tasks).

    `record` writes the versions of tasks without a finding into each folder's `versions.json`.
    """
    registry, found = survey(folders)
    files = [f for tasks in registry.expand(names).values() for f in tasks] if names else [*registry.tasks.values()]
    findings = [] if names else list(found)
    checked, sound = [], []
    for file in files:
        before = len(findings)
        findings += lapses(file.path, file.config)
        findings += _version_faults(registry, file)
        one = _check(registry, file, findings)
        checked += [one] if one else []
        sound += [file] if len(findings) == before else []
    if record:
        _record(registry, sound)
    return Report(tuple(findings), tuple(checked))


def _check(registry: Registry, file: TaskFile, findings: list[Finding]) -> Checked | None:
    """Loads a task and tries its scorer; None if it cannot be loaded."""
    try:
        loaded = LoadedTasks(Registry({file.name: file}, {}, registry.folders), [file.name])
        items = loaded.items(file.name, file.name)
    except UsageError as error:
        where, _, problem = str(error).partition(": ")
        findings.append(Finding(where, _field(problem), problem, ""))
        return None
    grader = loaded.tasks[file.name].config.process_results
    score: Score = _by_grader(loaded, grader) if isinstance(grader, Grader) else _by_lm_eval(loaded, file.name)
    oracles = [_oracle(loaded, item, grader) for item in items]
    findings += _cluster_faults(file, loaded, items)
    findings += _scorer_faults(loaded, items, oracles, score)
    known = [oracle for oracle in oracles if oracle is not None]
    common = Counter(known).most_common(1)[0][1] / len(items) if known else None
    if common is not None and common > MOST_COMMON and len(items) >= FEW:
        problem = f"one and the same answer is right for {common:.0%} of the items, so it can be guessed."
        findings.append(Finding(str(file.path), "answer", problem, "Balance the answers, or ask for more than a word."))
    prompt = json.dumps([dict(m) for m in items[0].messages], ensure_ascii=False)
    return Checked(file.name, file.version, len(items), prompt, len(known), common)


def _field(problem: str) -> str:
    """Which key of the item a loader's message speaks of."""
    return next((key for key in ("same id", "same prompt") if key in problem), "item").removeprefix("same ")


def _by_grader(loaded: LoadedTasks, grader: Grader) -> Score:
    def score(answers: Answers) -> list[float | None]:
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(lambda pair: grader.grade(loaded.raw_item(pair[0]), pair[1]).score, answers))

    return score


def _by_lm_eval(loaded: LoadedTasks, task: str) -> Score:
    """Answers through lm-eval's filters and scorer, as a run scores them."""
    from bench.records import prompt_text
    from bench.scoring import replay

    metric = loaded.tasks[task].config.metric_list[0]["metric"]

    def score(answers: Answers) -> list[float | None]:
        if not answers:
            return []
        texts = {prompt_text(item.messages): text for item, text in answers}
        at = sorted(loaded.position(item) for item, _ in answers)
        found: dict[str, float] = {}
        for sample in replay.evaluate(loaded.tasks, texts, {task: at})["samples"][task]:
            found.setdefault(sample["prompt_hash"], float(sample[metric]))
        return [found[item.prompt_sha256] for item, _ in answers]

    return score


def _oracle(loaded: LoadedTasks, item: Item, grader: object) -> str | None:
    """An answer that must score 1; None if nothing says one."""
    if isinstance(grader, Grader):
        return grader.oracle(loaded.raw_item(item))
    template = loaded.files[item.task].metadata.get("oracle")
    target = loaded.tasks[item.task].doc_to_target(loaded.doc(item))
    return None if template is None else str(template).replace("{target}", str(target))


_NOT_EXPECTED = ("id", "prompt", "messages", "cluster", "family", "level", "language", "meta", "example", "reference")


def _expected(loaded: LoadedTasks, item: Item, oracle: str | None) -> str:
    """What an item is graded by: items that expect the same may pass with each other's answer."""
    raw = loaded.raw_item(item)
    kept = {key: value for key, value in raw.items() if key not in _NOT_EXPECTED}
    return json.dumps([kept, None if kept else oracle], sort_keys=True, default=str)


def _cluster_faults(file: TaskFile, loaded: LoadedTasks, items: Sequence[Item]) -> Iterator[Finding]:
    field = file.metadata.get("cluster")
    if field in ("family", "cluster") and not any(loaded.raw_item(item).get(field) for item in items):
        problem = f"metadata.cluster is '{field}', but no item has such a field."
        yield Finding(str(file.path), str(field), problem, "Give it to items that belong together, or write 'item'.")


def _scorer_faults(
    loaded: LoadedTasks, items: Sequence[Item], oracles: Sequence[str | None], score: Score
) -> Iterator[Finding]:
    file = loaded.files[items[0].task]
    where, field = str(file.path), "filter_list" if "filter_list" in file.config else "process_results"
    right = [(item, oracle) for item, oracle in zip(items, oracles, strict=True) if oracle is not None]
    failed = [item.item for (item, _), value in zip(right, score(right), strict=True) if value != 1.0]
    if failed:
        problem = f"the right answer to item {failed[0]} does not score 1 ({len(failed)} of {len(right)} items)."
        yield Finding(where, field, problem, "Correct the item's expected answer, or the scorer.")
    for junk in JUNK:
        values = score([(item, junk.replace("NAME", _entry_point(loaded, item))) for item in items])
        mean = sum(value or 0.0 for value in values) / len(values)
        if mean > MOST_JUNK:
            problem = f"the empty answer {junk!r} scores {mean:.2f} on average, more than {MOST_JUNK:g}."
            yield Finding(where, field, problem, "Make the scorer, the regex or the schema ask for more.")
            break
    expected = [_expected(loaded, *pair) for pair in zip(items, oracles, strict=True)]
    others = list(_others(items, oracles, expected))
    passed = [item.item for (item, _), value in zip(others, score(others), strict=True) if value == 1.0]
    if passed:
        problem = f"item {passed[0]} passes with another item's answer ({len(passed)} of {len(others)} items)."
        yield Finding(where, field, problem, "Make the scorer compare with this item's own answer.")


def _entry_point(loaded: LoadedTasks, item: Item) -> str:
    return str(loaded.raw_item(item).get("entry_point") or "f")


def _others(
    items: Sequence[Item], oracles: Sequence[str | None], expected: Sequence[str]
) -> Iterator[tuple[Item, str]]:
    """Each item with the answer to the next item that expects something else."""
    size = len(items)
    for at, item in enumerate(items):
        for step in range(1, size):
            other = oracles[(at + step) % size]
            if other is not None and other != oracles[at] and expected[(at + step) % size] != expected[at]:
                yield item, other
                break


def _version_faults(registry: Registry, file: TaskFile) -> Iterator[Finding]:
    root = _root(registry, file)
    known = _versions(root).get(file.name) if root else None
    if known and known["version"] == file.version and known["sha256"] != file.sha256:
        problem = f"its content changed, but metadata.version is still {file.version}."
        yield Finding(str(file.path), "metadata.version", problem, "Raise it: results of the two must not be compared.")


def _root(registry: Registry, file: TaskFile) -> Path | None:
    """The task folder that a file belongs to; None for stock tasks."""
    return next((root for root in registry.folders if file.path.is_relative_to(root)), None)


def _versions(root: Path) -> Mapping[str, Mapping[str, str]]:
    path = root / VERSIONS
    if not path.exists():
        return {}
    try:
        found: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UsageError(f"{path}: is not valid JSON ({error}). Restore it, or remove it and record anew.") from error
    return found


def _record(registry: Registry, files: Sequence[TaskFile]) -> None:
    for root in registry.folders:
        mine = {f.name: {"version": f.version, "sha256": f.sha256} for f in files if _root(registry, f) == root}
        kept = {name: entry for name, entry in _versions(root).items() if name in registry.tasks}
        if mine:
            text = json.dumps({**kept, **mine}, indent=2, sort_keys=True)
            (root / VERSIONS).write_text(text + "\n", encoding="utf-8")
