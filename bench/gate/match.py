"""Which items of a run stand beside which of a baseline, and what must refuse the comparison."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bench.claims import MISSING_RATE
from bench.errors import UsageError
from bench.gate.snapshot import PROMPT_DIGITS, ItemRecord, Sample, Snapshot, SuiteRecord, task_of
from bench.stats import Floats

ANEW = "Save a new baseline with: bench gate RUN --save FILE"
"""The cure where a baseline speaks of other questions."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """Tokens or USD of the items that run and baseline both scored, repeats averaged."""

    now: Floats
    """Of the run, where both sides know it."""
    base: Floats
    """Of the baseline, item by item."""
    scored: int
    """Items, those of unknown amount included."""
    silent: bool
    """Whether neither side knows it of any answer."""

    @property
    def unknown(self) -> str:
        """How many are unknown, as a phrase; empty if none are."""
        lacking = self.scored - len(self.now)
        return f"unknown for {lacking} of {self.scored} items" if lacking else ""

    @property
    def undecided(self) -> bool:
        """Whether more are unknown than may be left out."""
        return self.scored - len(self.now) > MISSING_RATE * self.scored


@dataclass(frozen=True, slots=True)
class Pairing:
    """One suite of one model beside its baseline."""

    model: str
    """The model's label in the run."""
    suite: str
    """The suite's name."""
    now: SuiteRecord
    """The run's answers."""
    base: SuiteRecord
    """The baseline's."""
    keys: tuple[str, ...]
    """The items that both were asked, "task/item", sorted."""

    def pairs(self) -> Iterator[tuple[ItemRecord, ItemRecord]]:
        """The items of run and baseline, side by side."""
        return ((self.now.items[key], self.base.items[key]) for key in self.keys)

    def scores(self) -> dict[str, tuple[float, float]]:
        """Score in the baseline and now, by item; items without one on either side are left out."""
        scores = {}
        for key, (now, base) in zip(self.keys, self.pairs(), strict=True):
            before, after = (_mean([sample.score for sample in item.samples]) for item in (base, now))
            if before is not None and after is not None:
                scores[key] = before, after
        return scores

    def differences(self) -> Floats:
        """Score now minus score in the baseline, of the items that have both."""
        return np.array([after - before for before, after in self.scores().values()], dtype=np.float64)

    def worst(self) -> Floats:
        """Score now minus score in the baseline if what is missing now were wrong, and in the baseline right."""
        return np.array([filled(now, 0.0) - filled(base, 1.0) for now, base in self.pairs()], dtype=np.float64)

    @property
    def binary(self) -> bool:
        """Whether every item has one sample on each side, scored 0 or 1."""
        return all(
            len(item.samples) == 1 and item.samples[0].score in (None, 0.0, 1.0)
            for pair in self.pairs()
            for item in pair
        )

    def missing(self) -> float:
        """The larger share of samples without a score, of the run's and the baseline's."""
        return max(map(_lacking, zip(*self.pairs(), strict=True)))

    def missing_now(self) -> float:
        """The share of the run's samples without a score."""
        return _lacking([now for now, _ in self.pairs()])

    def amounts(self, name: str) -> Amounts:
        """A sample's amount, e.g. "tokens_out", of the items that both have scored."""
        scored = [
            ([getattr(s, name) for s in now], [getattr(s, name) for s in base])
            for now, base in ((_scored(a), _scored(b)) for a, b in self.pairs())
            if now and base
        ]
        means = [(_mean(now), _mean(base)) for now, base in scored if None not in (*now, *base)]
        columns: Floats = np.array(means, dtype=np.float64).reshape(-1, 2)
        silent = all(value is None for pair in scored for side in pair for value in side)
        return Amounts(columns[:, 0], columns[:, 1], len(scored), silent)


def filled(item: ItemRecord, value: float) -> float:
    """An item's mean score if every missing one were `value`."""
    return sum(value if sample.score is None else sample.score for sample in item.samples) / len(item.samples)


def _lacking(items: Sequence[ItemRecord]) -> float:
    """The share of samples without a score."""
    return float(np.mean([sample.score is None for item in items for sample in item.samples]))


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _scored(item: ItemRecord) -> list[Sample]:
    return [sample for sample in item.samples if sample.score is not None]


def match(base: Snapshot, now: Snapshot, models: Mapping[str, str], suites: Collection[str] = ()) -> list[Pairing]:
    """Pairs each model of the run (key) with one of the baseline (value), suite by suite, or on some suites only.

    UsageError as `require_fit` raises it, and if the run has no answers.
    """
    pairings = []
    tasks = {task: (str(about["version"]), about["sha256"]) for task, about in now.tasks.items()}
    for label, its in models.items():
        ours = now.model(label).suites
        asked = {name: {key: item.prompt for key, item in suite.items.items()} for name, suite in ours.items()}
        for name in require_fit(base, label, its, asked=asked, tasks=tasks, wanted=suites):
            theirs = base.models[its].suites[name]
            keys = tuple(sorted(ours[name].items.keys() & theirs.items.keys()))
            pairings.append(Pairing(label, name, ours[name], theirs, keys))
    if not pairings:
        raise UsageError(f"run {now.run} has no answer that a gate could judge.")
    return pairings


def require_fit(
    base: Snapshot,
    label: str,
    its: str,
    asked: Mapping[str, Mapping[str, str]],
    tasks: Mapping[str, tuple[str, str | None]],
    wanted: Collection[str] = (),
) -> list[str]:
    """The suites of a model that can be judged against the baseline's model `its`; all of them, or those `wanted`.

    `asked` is the prompts' hashes by suite and "task/item", `tasks` the version and sha256 of each. UsageError where a
    model or suite is on one side only, a task or prompt is another than in the baseline, or no item is shared.
    """
    if its not in base.models:
        raise UsageError(
            f"the baseline has no model '{its}'; it has {', '.join(base.models)}. Name the one to compare with: "
            f"bench gate --model {label} --baseline-model NAME"
        )
    then = base.models[its].suites
    for name in wanted or (*then, *asked):
        for side, suites in (("run", asked), ("baseline", then)):
            if name not in suites:
                cure = "Ask for it too" if side == "run" else ANEW
                others = "or judge the others alone: bench gate RUN --baseline FILE -t SUITE"
                raise UsageError(f"the {side} has no suite '{name}' of {label}. {cure}, {others}")
    chosen = list(wanted or asked)
    for name in chosen:
        shared = asked[name].keys() & then[name].items.keys()
        if not shared:
            raise UsageError(f"run and baseline share no item of {name}: another slice or exam was asked. {ANEW}")
        for task in sorted({_task(key, base, tasks) for key in shared}):
            _same_task(base, task, *tasks[task])
        for key in sorted(shared):
            if then[name].items[key].prompt != asked[name][key][:PROMPT_DIGITS]:
                raise UsageError(f"{name}: {key} has another prompt than in the baseline. {ANEW}")
    return chosen


def _task(key: str, base: Snapshot, tasks: Collection[str]) -> str:
    then, now = task_of(key, base.tasks), task_of(key, tasks)
    if now is None or then != now:
        raise UsageError(f"{key} is of task {then} in the baseline, and of {now} now. {ANEW}")
    return now


def _same_task(base: Snapshot, task: str, version: str, sha256: str | None) -> None:
    then = base.tasks[task]
    if then["version"] != version:
        raise UsageError(
            f"{task}: version {then['version']} in the baseline, {version} now; their scores say nothing of each "
            f"other. {ANEW}"
        )
    if None not in (then["sha256"], sha256) and then["sha256"] != sha256:
        raise UsageError(
            f"{task}: its content is another than in the baseline, though its version is still {version}. {ANEW}"
        )


def concatenated(parts: Sequence[Floats]) -> Floats:
    """Several suites' values as one array."""
    values: Floats = np.concatenate([np.empty(0), *parts])
    return values
