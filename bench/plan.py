"""The seeded, paired order of calls: which items, of which models, under which keys."""

from __future__ import annotations

import hashlib
import heapq
import itertools
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

from bench.errors import UsageError
from bench.journal import TURN
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
    added_bytes: int = 0
    """Bytes by which the model's own prompt is longer than the item's."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All calls of a run, in order."""

    calls: tuple[PlannedCall, ...]
    """In the order they are to be asked."""
    sha256: str
    """Hash of the keys and suites in order, the models' labels, prices and deadlines, which of them batches
    ask, the tasks' contents, how models' own prompts were chosen, and at
    which load is measured."""

    def of(self, model: str) -> list[PlannedCall]:
        """One model's calls, in order."""
        return [call for call in self.calls if call.model == model]


def endpoint_key(endpoint: Endpoint) -> str:
    """What makes it the same endpoint: its address, or its weights and their server, and the model's name there."""
    return sha256_of([dict(endpoint.identity), endpoint.wire_model])


def call_key(endpoint: Endpoint, body: Mapping[str, Any], item: Item, repeat: int) -> str:
    """The journal's key: endpoint or weights, body, task, item and repeat; never a label, port, price or version."""
    return sha256_of([dict(endpoint.identity), dict(body), item.task, item.item, repeat])


def turn_key(episode: str, after: Sequence[Mapping[str, Any]]) -> str:
    """The journal's key of an episode's turn: what the episode is, and all that was said after its first prompt."""
    return TURN + sha256_of([episode, [dict(message) for message in after]])


def balanced(items: Sequence[Item], limit: int | None, seed: int = 1) -> list[Item]:
    """At most `limit` items, spread over families and levels as evenly as they allow: a sample, not the first ones.

    Within family and level items come in a random order of the seed and their ids alone, whatever order the data has
    them in. Families take turns, each with its items of the level taken least so far. A smaller limit is a prefix of a
    larger one; without a limit, or with one that reaches all, the data's own order stays. About n log n steps.
    """
    if limit is None or limit >= len(items):
        return list(items)
    rest: dict[str, dict[int | None, list[tuple[bytes, int]]]] = {}
    for at, item in enumerate(items):
        rest.setdefault(item.family, {}).setdefault(item.level, []).append((_drawn(seed, item), at))
    for levels in rest.values():
        for cell in levels.values():
            cell.sort(reverse=True)
    chosen: list[Item] = []
    taken: Counter[int | None] = Counter()
    cells: Counter[tuple[str, int | None]] = Counter()
    while len(chosen) < limit:
        for family, level in _turns(rest, taken, cells):
            chosen.append(items[rest[family][level].pop()[1]])
            if len(chosen) == limit:
                break
        rest = {family: left for family, levels in rest.items() if (left := {k: v for k, v in levels.items() if v})}
    return chosen


def _drawn(seed: int, item: Item) -> bytes:
    """An item's place in the seed's random order."""
    return hashlib.sha256(f"claimbench slice {seed}\0{item.task}\0{item.item}".encode()).digest()


def _turns(
    rest: Mapping[str, Mapping[int | None, Sequence[tuple[bytes, int]]]],
    taken: Counter[int | None],
    cells: Counter[tuple[str, int | None]],
) -> Iterator[tuple[str, int | None]]:
    """One turn of every family: the family and level of the next item, counted in `taken` and `cells`."""
    waiting: dict[int | None, list[tuple[int, bytes, str]]] = {}
    for family, levels in rest.items():
        for level, cell in levels.items():
            waiting.setdefault(level, []).append((cells[family, level], cell[-1][0], family))
    for heap in waiting.values():
        heapq.heapify(heap)
    done: set[str] = set()
    while len(done) < len(rest):
        for level in list(waiting):
            while waiting[level] and waiting[level][0][2] in done:
                heapq.heappop(waiting[level])
            if not waiting[level]:
                del waiting[level]
        level = min(waiting, key=lambda each: (taken[each], waiting[each][0]))
        family = heapq.heappop(waiting[level])[2]
        done.add(family)
        taken[level] += 1
        cells[family, level] += 1
        yield family, level


def make_plan(
    items: Sequence[Item],
    endpoints: Sequence[Endpoint],
    run: RunSettings,
    task_hashes: Mapping[str, str],
    agents: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
    loops: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
    choices: Sequence[object] = (),
) -> Plan:
    """Orders every item x repeat for every model: items in seeded random order, models shuffled within an item.

    `agents` says by label what makes a model's agent the same one; an item that is work for agents needs it. `loops`
    says the same of a loop that plays a model's episodes in place of ours. `choices`: how models' own prompts were
    chosen.
    Of two entries that differ in the protocol of tools, what has no tools is asked of the first alone. Raises
    UsageError if two models would send the same requests to the same endpoint.
    """
    rng = random.Random(f"claimbench order {run.seed}")
    asked = [(item, repeat) for repeat in range(run.repeats) for item in items]
    rng.shuffle(asked)
    calls: list[PlannedCall] = []
    owner: dict[str, str] = {}
    for rank, (item, repeat) in enumerate(asked):
        for endpoint in rng.sample(endpoints, len(endpoints)):
            body = _of_repeat(endpoint.body(item, run), repeat)
            if item.work is not None:
                body["agent"] = {**agents[endpoint.entry.label], **asdict(item.work)}
            if item.dialogue is not None and endpoint.entry.label in loops:
                body["loop"] = dict(loops[endpoint.entry.label])
            key, label = call_key(endpoint, body, item, repeat), endpoint.entry.label
            if (
                item.dialogue is None
                and item.work is None
                and key in _of_earlier(endpoint, endpoints, item, run, repeat)
            ):
                continue
            if owner.setdefault(key, label) != label:
                raise UsageError(
                    f"models '{owner[key]}' and '{label}' send the same requests to the same endpoint. "
                    "Take one out, or give it a setting of its own."
                )
            own = endpoint.entry.prompts.get(item.suite)
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
                    added_bytes=own.added_bytes(item.messages) if own else 0,
                )
            )
    entries = [
        [e.entry.label, e.entry.model, _usd_per_hour(e.entry), e.entry.timeout_s, *(["batch"] if e.batched else [])]
        for e in endpoints
    ]
    hashed = [[(c.key, c.item.suite) for c in calls], entries, dict(task_hashes), *([[*choices]] if choices else [])]
    hashed += [["load", *run.load]] if run.load else []
    return Plan(tuple(calls), sha256_of(hashed))


def _of_earlier(
    endpoint: Endpoint, endpoints: Sequence[Endpoint], item: Item, run: RunSettings, repeat: int
) -> set[str]:
    """The keys under which earlier entries of another protocol of tools, or another loop, ask an item."""
    earlier = itertools.takewhile(lambda each: each is not endpoint, endpoints)
    way = (endpoint.entry.tool_protocol, endpoint.entry.loop)
    others = [each for each in earlier if (each.entry.tool_protocol, each.entry.loop) != way]
    return {call_key(each, _of_repeat(each.body(item, run), repeat), item, repeat) for each in others}


def _usd_per_hour(entry: ModelEntry) -> float | None:
    return entry.usd_per_hour if isinstance(entry, LocalModel) else None


def _of_repeat(fields: Mapping[str, Any], repeat: int) -> dict[str, Any]:
    """Fields with the repeat's own sampling seed: one seed for all repeats would sample the same answer each time."""
    return {**fields, "seed": fields["seed"] + repeat} if "seed" in fields else dict(fields)
