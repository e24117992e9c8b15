"""lm-eval's own filters and scorers, and those of users' YAML, in a child with limits: they read a model's text.

A regular expression or a computer algebra system that a text drives on and on ends there, without holding this
process. Where a scorer fails on an answer, but neither on an empty one nor on the right one of the same item, the
answer made it fail, and scores 0; a scorer that fails on those too is broken, and the item is missing.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from bench.sandbox import Reader, ReadingFailedError, ReadingLimits, ServerLostError
from bench.scoring.graders import Grader

LIMITS = ReadingLimits(cpu_s=10.0, memory_bytes=2**30)
"""What scoring one answer may use."""
NO_MATCH = "[invalid]"
"""lm-eval's regex filters give this where they match nothing."""


@contextmanager
def guarded(task: Any, failed: dict[int, str], blamed: dict[int, str]) -> Iterator[None]:
    """Meanwhile a failure of the task's scorer is noted by its doc's id: lm-eval alone would lose the whole run by it.

    `failed` gets why an item has no score, `blamed` why it scores 0: the answer made the scorer fail.
    """
    scorer = _Ours(task, failed) if isinstance(task.config.process_results, Grader) else _Theirs(task, failed, blamed)
    task.process_results, task.apply_filters = scorer.process_results, scorer.apply_filters
    try:
        yield
    finally:
        del task.process_results, task.apply_filters


class _Ours:
    """A task with one of our graders, which is bounded itself."""

    def __init__(self, task: Any, failed: dict[int, str]) -> None:
        self.apply_filters, self._score, self._failed = task.apply_filters, task.process_results, failed

    def process_results(self, doc: Any, results: Any) -> dict[str, Any]:
        try:
            scored: dict[str, Any] = self._score(doc, results)
        except Exception as error:
            self._failed[id(doc)] = f"{type(error).__name__}: {error}"[:300]
            return {}
        return scored


class _Theirs:
    """A task whose filters and scorer run in a child; lm-eval, here, is given what they made of each answer."""

    def __init__(self, task: Any, failed: dict[int, str], blamed: dict[int, str]) -> None:
        self._task, self._failed, self._blamed = task, failed, blamed
        self._filters = [ensemble.name for ensemble in task._filters]
        self._filter, self._score = task.apply_filters, task.process_results
        self._replies: list[dict[str, Any]] = []
        self._asked = 0

    def apply_filters(self) -> None:
        """Filters and scores every instance, in their order."""
        instances = self._task._instances
        with Reader.forked(self._one, LIMITS) as reader:
            self._replies = [self._reply(reader, at) for at in range(len(instances))]
        for instance, reply in zip(instances, self._replies, strict=True):
            instance.filtered_resps = dict(reply["filtered"])

    def process_results(self, doc: Any, _results: Any) -> dict[str, Any]:
        """What the child made of this answer: lm-eval asks filter by filter, each time in the order of instances."""
        way, at = divmod(self._asked, len(self._replies))
        self._asked += 1
        reply = self._replies[at]
        for notes, kind in ((self._failed, "failed"), (self._blamed, "blamed")):
            if kind in reply:
                notes[id(doc)] = reply[kind]
        scored: dict[str, Any] = reply["metrics"].get(self._filters[way], {})
        return scored

    def _one(self, request: tuple[int, str | None]) -> dict[str, Any]:
        """In the child: one instance's filtered answers and metrics, by filter; of another text where one is given."""
        at, text = request
        instance = copy.copy(self._task._instances[at])
        if text is not None:
            instance.resps = [text]
        instance.filtered_resps = {}
        for ensemble in self._task._filters:
            ensemble.apply([instance])
        metrics = {name: self._score(instance.doc, [response]) for name, response in instance.filtered_resps.items()}
        return {"filtered": instance.filtered_resps, "metrics": metrics}

    def _reply(self, reader: Reader, at: int) -> dict[str, Any]:
        try:
            return _asked(reader, at, None)
        except ReadingFailedError as error:
            why = str(error)
            metrics = self._on_others(reader, at)
        except ServerLostError as error:
            why, metrics = str(error), None
        filtered = dict.fromkeys(self._filters, NO_MATCH)
        if metrics is None:
            return {"filtered": filtered, "metrics": {}, "failed": why}
        nothing = {name: dict.fromkeys(each, 0.0) for name, each in metrics.items()}
        return {"filtered": filtered, "metrics": nothing, "blamed": why}

    def _on_others(self, reader: Reader, at: int) -> Mapping[str, Mapping[str, Any]] | None:
        """The metrics of the item's other answers; None if the scorer fails on one of them too."""
        metrics = None
        for text in self._others(at):
            try:
                metrics = _asked(reader, at, text)["metrics"]
            except (ReadingFailedError, ServerLostError):
                return None
        return metrics

    def _others(self, at: int) -> Sequence[str]:
        """An empty answer, and the right one where the task says how it is written."""
        template = (self._task.config.metadata or {}).get("oracle")
        target = self._task.doc_to_target(self._task._instances[at].doc)
        return ("", *([str(template).replace("{target}", str(target))] if template else []))


def _asked(reader: Reader, at: int, text: str | None) -> dict[str, Any]:
    """The child's reply; a lost child is asked once more."""
    try:
        reply: dict[str, Any] = reader.ask([at, text])
    except ServerLostError:
        reply = reader.ask([at, text])
    return reply
