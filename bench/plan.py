"""The seeded, paired order of calls: which items, of which models, under which keys."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.errors import UsageError
from bench.providers import Endpoint
from bench.records import Item, LocalModel, ModelEntry, RunSettings, sha256_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCall:
    """One item to be asked once of one model."""

    key: str
    """sha256 of what decides the answer; see `call_key`."""
    model: str
    """The model's label."""
    item: Item
    """What is asked."""
    repeat: int
    """Independent sample number, from 0."""
    order: int
    """Place in the plan; calls of one item stand back to back."""
    rank: int
    """The item's (and repeat's) place in the plan, equal for all models."""
    body: Mapping[str, Any]
    """The request body without streaming options."""
    sampling: Mapping[str, float]
    """Sampling asked for."""
    sampling_applied: Mapping[str, float]
    """Sampling that is really sent."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All calls of a run, in order."""

    calls: tuple[PlannedCall, ...]
    """In the order they are to be asked."""
    sha256: str
    """Hash of the keys and suites in order, the models' labels, prices and deadlines, and the tasks' contents."""

    def of(self, model: str) -> list[PlannedCall]:
        """One model's calls, in order."""
        return [call for call in self.calls if call.model == model]


def call_key(endpoint: Endpoint, body: Mapping[str, Any], item: Item, repeat: int) -> str:
    """The journal's key: endpoint or weights, body, task, item and repeat; never a label, port, price or version."""
    return sha256_of([dict(endpoint.identity), dict(body), item.task, item.item, repeat])


def balanced(items: Sequence[Item], limit: int | None) -> list[Item]:
    """At most `limit` items, spread over families and levels as evenly as they allow.

    Greedy: always the item whose family, then whose level, has been taken least, in the data's order; so a
    smaller limit takes a subset of a larger one's items.
    """
    if limit is None or limit >= len(items):
        return list(items)
    rest, chosen = list(items), list[Item]()
    families: Counter[str] = Counter()
    levels: Counter[int | None] = Counter()
    cells: Counter[tuple[str, int | None]] = Counter()
    while len(chosen) < limit:
        best = min(rest, key=lambda i: (families[i.family], levels[i.level], cells[i.family, i.level]))
        rest.remove(best)
        chosen.append(best)
        families[best.family] += 1
        levels[best.level] += 1
        cells[best.family, best.level] += 1
    return chosen


def make_plan(
    items: Sequence[Item], endpoints: Sequence[Endpoint], run: RunSettings, task_hashes: Mapping[str, str]
) -> Plan:
    """Orders every item x repeat for every model: items in seeded random order, models shuffled within an item.

    Raises UsageError if two models would send the same requests to the same endpoint.
    """
    rng = random.Random(f"claimbench order {run.seed}")
    asked = [(item, repeat) for repeat in range(run.repeats) for item in items]
    rng.shuffle(asked)
    calls: list[PlannedCall] = []
    owner: dict[str, str] = {}
    for rank, (item, repeat) in enumerate(asked):
        for endpoint in rng.sample(endpoints, len(endpoints)):
            body = _of_repeat(endpoint.body(item, run), repeat)
            key, label = call_key(endpoint, body, item, repeat), endpoint.entry.label
            if owner.setdefault(key, label) != label:
                raise UsageError(
                    f"models '{owner[key]}' and '{label}' send the same requests to the same endpoint. "
                    "Take one out, or give it a setting of its own."
                )
            asked_for = _of_repeat(endpoint.sampling_requested(item, run), repeat)
            applied = _of_repeat(endpoint.sampling(item, run), repeat)
            calls.append(
                PlannedCall(
                    key=key,
                    model=label,
                    item=item,
                    repeat=repeat,
                    order=len(calls),
                    rank=rank,
                    body=body,
                    sampling=asked_for,
                    sampling_applied=applied,
                )
            )
    entries = [[e.entry.label, e.entry.model, _usd_per_hour(e.entry), e.entry.timeout_s] for e in endpoints]
    return Plan(tuple(calls), sha256_of([[(c.key, c.item.suite) for c in calls], entries, dict(task_hashes)]))


def _usd_per_hour(entry: ModelEntry) -> float | None:
    return entry.usd_per_hour if isinstance(entry, LocalModel) else None


def _of_repeat(fields: Mapping[str, Any], repeat: int) -> dict[str, Any]:
    """Fields with the repeat's own sampling seed: one seed for all repeats would sample the same answer each time."""
    return {**fields, "seed": fields["seed"] + repeat} if "seed" in fields else dict(fields)
