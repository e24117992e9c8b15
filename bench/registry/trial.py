"""Whether a task's scorer is sound: it must pass the right answers, and neither empty ones nor those of other items."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from bench.records import Graded, Item
from bench.registry.checks import TaskFinding
from bench.registry.loaded import LoadedTasks
from bench.registry.own import read as read_items
from bench.registry.taskfile import AGENTIC, TaskFile
from bench.scoring.graders import Grader
from bench.scoring.item import UNGRADED

FUNCTION = "```python\ndef NAME(*args, **named):\n    return None\n```"
JUNK = ("", "I do not know.", "asdf qwer", "{}", "[]", FUNCTION)
"""Answers without content; NAME is the function that an item asks for."""
MOST_JUNK = 0.05
"""The most that an answer without content may score on average."""
Answers = Sequence[tuple[Item, str]]
Score = Callable[[Answers], list[Graded]]
_NOT_EXPECTED = ("id", "prompt", "messages", "cluster", "family", "level", "language", "meta", "example", "reference")


class Trial:
    """A task's scorer, tried with right answers, empty ones and those of other items."""

    def __init__(self, loaded: LoadedTasks, file: TaskFile, items: Sequence[Item]) -> None:
        """Writes the right answer to every item of a loaded task that anything grades."""
        self._loaded, self._file = loaded, file
        self._items = [item for item in items if loaded.raw_item(item).get(UNGRADED) is not True]
        self._field = "filter_list" if "filter_list" in file.config else "process_results"
        self._grader = loaded.tasks[file.name].config.process_results
        self._score: Score = self._by_grader if isinstance(self._grader, Grader) else self._by_lm_eval
        self._unwritten: list[TaskFinding] = []
        self.oracles = [self._oracle(item) for item in self._items]
        """A right answer to each item; None where nothing says one."""

    def faults(self) -> Iterator[TaskFinding]:
        """What is wrong with the scorer."""
        yield from self._unwritten[:1]
        yield from self._rejects_right_answers()
        yield from self._accepts_junk()
        yield from self._accepts_others()

    def _finding(self, problem: str, cure: str, item: Item | None = None) -> TaskFinding:
        where = str(self._file.path) if item is None else self._place(item)
        return TaskFinding(where, self._field, problem, cure)

    def _place(self, item: Item) -> str:
        """Where an item stands: the line of a data file, or the task's file."""
        if self._file.data is None:
            return str(self._file.path)
        rows = read_items(self._file.data)
        return next((where for where, row in rows if str(row.get("id")) == item.item), str(self._file.path))

    def _oracle(self, item: Item) -> str | None:
        """An answer that must score 1; None if nothing says one."""
        if not isinstance(self._grader, Grader):
            template = self._file.metadata.get("oracle")
            target = self._loaded.tasks[item.task].doc_to_target(self._loaded.doc(item))
            return None if template is None else str(template).replace("{target}", str(target))
        try:
            answer = self._grader.oracle(self._loaded.raw_item(item))
            if answer is not None and not isinstance(answer, str):
                raise TypeError(f"{answer!r} is not a text")
        except Exception as error:  # a user's function
            problem = f"the oracle has no answer to item {item.item} ({type(error).__name__}: {error})."
            self._unwritten.append(self._finding(problem, "It must return a text, or None.", item))
            return None
        return answer

    def _by_grader(self, answers: Answers) -> list[Graded]:
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(lambda pair: self._grader.grade(self._loaded.raw_item(pair[0]), pair[1]), answers))

    def _by_lm_eval(self, answers: Answers) -> list[Graded]:
        """Answers through lm-eval's filters and scorer, as a run scores them."""
        from bench.scoring import replay

        if not answers:
            return []
        task = self._file.name
        metric = self._loaded.tasks[task].config.metric_list[0]["metric"]
        texts = {item.asked: text for item, text in answers}
        at = sorted(self._loaded.position(item) for item, _ in answers)
        verdicts: dict[str, Graded] = {}
        for sample in replay.evaluate(self._loaded.tasks, texts, {task: at})["samples"][task]:
            verdicts.setdefault(sample["prompt_hash"], replay.graded(sample, metric))
        return [verdicts[item.prompt_sha256] for item, _ in answers]

    def _rejects_right_answers(self) -> Iterator[TaskFinding]:
        right = [(item, text) for item, text in zip(self._items, self.oracles, strict=True) if text is not None]
        failed = [
            (item, graded.detail.get("why"))
            for (item, _), graded in zip(right, self._score(right), strict=True)
            if graded.score != 1.0
        ]
        if failed:
            item, why = failed[0]
            problem = f"the right answer to item {item.item} does not score 1 ({len(failed)} of {len(right)} items)"
            cure = "Correct the item's expected answer, or the scorer."
            yield self._finding(f"{problem}: {why}." if why else f"{problem}.", cure, item)

    def _accepts_junk(self) -> Iterator[TaskFinding]:
        for junk in JUNK if self._items else ():
            graded = self._score([(i, junk.replace("NAME", self._entry_point(i))) for i in self._items])
            broken = next((g for g in graded if g.score is None), None)
            if broken:
                problem = f"the scorer fails on the empty answer {junk!r}: {broken.detail.get('why')}."
                yield self._finding(problem, "Give every answer a score: a failed scorer makes the item missing.")
                return
            mean = sum(g.score or 0.0 for g in graded) / len(graded)
            if mean > MOST_JUNK:
                problem = f"the empty answer {junk!r} scores {mean:.2f} on average, more than {MOST_JUNK:g}."
                yield self._finding(problem, "Make the scorer, the regex or the schema ask for more.")
                return

    def _entry_point(self, item: Item) -> str:
        return str(self._loaded.raw_item(item).get("entry_point") or "f")

    def _accepts_others(self) -> Iterator[TaskFinding]:
        if self._file.kind == AGENTIC:
            return  # two repositories of one package name may need the same repair
        others = list(self._others())
        passed = [i for (i, _), graded in zip(others, self._score(others), strict=True) if graded.score == 1.0]
        if passed:
            problem = f"item {passed[0].item} passes with another item's answer ({len(passed)} of {len(others)} items)."
            yield self._finding(problem, "Make the scorer compare with this item's own answer.", passed[0])

    def _others(self) -> Iterator[tuple[Item, str]]:
        """Each item with the answer to the next item that expects something else."""
        size = len(self._items)
        expected = [self._expected(*pair) for pair in zip(self._items, self.oracles, strict=True)]
        for at, item in enumerate(self._items):
            for step in range(1, size):
                other = self.oracles[(at + step) % size]
                if other is not None and other != self.oracles[at] and expected[(at + step) % size] != expected[at]:
                    yield item, other
                    break

    def _expected(self, item: Item, oracle: str | None) -> str:
        """What an item is graded by: items that expect the same may pass with each other's answer."""
        raw = self._loaded.raw_item(item)
        kept = {key: value for key, value in raw.items() if key not in _NOT_EXPECTED}
        return json.dumps([kept, None if kept else oracle], sort_keys=True, default=str)
