"""What an Inspect log says beside its samples: the totals of its results, and the settings of its plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from bench import clean
from bench.importers.source import ItemEntry
from bench.importers.stated import fewer, more, off
from bench.importers.textfiles import mapping

PLUMBING = frozenset(
    ("max_connections", "max_retries", "timeout", "attempt_timeout", "batch", "cache", "adaptive_connections")
)
"""What of a generate config changes no answer."""
LIMITS = ("limit", "sample_id", "epochs", "message_limit", "token_limit", "time_limit", "working_limit", "cost_limit")
"""What of an evaluation's config decides what is asked, and how far a model may go."""
MEANS = frozenset({"accuracy", "mean"})
"""Metrics that are the mean of the samples' values."""


class Samples:
    """The samples of one log, against what its results say of them."""

    def __init__(self) -> None:
        """None yet."""
        self.n = 0
        """All of them, with those that are left out."""
        self.failed = 0
        """Those that ended in an error."""
        self.unread = 0
        """Those that are left out: without them no mean can be held against the results'."""
        self.metric: str | None = None
        """The score that is taken of the first."""
        self._scores: dict[str, list[float]] = defaultdict(list)

    def count(self, sample: Mapping[str, Any], metric: str | None) -> None:
        """One more, read or not; `metric` is the score that the user chose."""
        scores, failed = mapping(sample.get("scores")), sample.get("error") is not None
        self.failed += failed
        self.unread += failed and bool(scores)  # Inspect may count it, an import does not
        self.metric = self.metric or metric or next(iter(scores), None)

    def add(self, entry: ItemEntry) -> None:
        """One that is taken."""
        if entry.item.score is not None:
            self._scores[entry.item.item].append(entry.item.score)

    def contradiction(self, results: Mapping[str, Any]) -> str | None:
        """How they contradict the log's results, as a clause; None if they do not."""
        total, completed = (clean.count(results.get(f"{name}_samples")) for name in ("total", "completed"))
        wrong = fewer(self.n, total) or more(self.n, total) or more(self.n - self.failed, completed)
        if wrong or self.unread or not self._scores:
            return wrong
        mean = sum(sum(each) / len(each) for each in self._scores.values()) / len(self._scores)
        for name, stated in _means(results, self.metric):
            if why := off(mean, len(self._scores), stated, name):
                return why
        return None


def _means(results: Mapping[str, Any], metric: str | None) -> list[tuple[str, object]]:
    """The means that the results state of a score, by name; all of them where there is one score alone."""
    listed = results.get("scores")
    scores = [mapping(each) for each in listed] if isinstance(listed, list) else []
    mine = [each for each in scores if metric in (each.get("name"), each.get("scorer"))]
    return [
        (name, mapping(mapping(each.get("metrics")).get(name)).get("value"))
        for each in mine
        if each.get("reducer") in (None, "mean") and not each.get("unscored_samples")
        for name in MEANS & set(mapping(each.get("metrics")))
    ]


def settings(header: Mapping[str, Any]) -> dict[str, Any]:
    """With what a log's task was asked: generation, solvers, arguments, data and limits."""
    about, plan = mapping(header.get("eval")), mapping(header.get("plan"))
    dataset, config = mapping(about.get("dataset")), mapping(about.get("config"))
    generation = {**mapping(about.get("model_generate_config")), **mapping(plan.get("config"))}
    steps, scorers = plan.get("steps"), about.get("scorers")
    return {
        **{name: value for name, value in generation.items() if name not in PLUMBING},
        "solvers": [_step(each, "solver") for each in steps] if isinstance(steps, list) else None,
        "task_args": mapping(about.get("task_args")),
        "dataset": dataset.get("name"),
        "location": PurePosixPath(str(dataset.get("location") or "")).name,
        **{name: config.get(name) for name in LIMITS},
        "scorers": [_step(each, "name", "options") for each in scorers] if isinstance(scorers, list) else None,
    }


def _step(step: object, name: str, params: str = "params") -> list[Any]:
    said = {key: value for key, value in mapping(mapping(step).get(params)).items() if value is not None}
    return [mapping(step).get(name), *([said] if said else [])]
