"""`bench run --load 1,4,16`: latency and throughput with so many calls at once, model by model.

Each load is held by as many slots as it says: as soon as a call ends, the next begins. Models take turns at each load,
in seeded order, so that an hour of the day favours none. Prompts are those of the latency probe; they are paid and
journaled alike, no other run reuses them, and the same command again asks only what is missing.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.costs import Estimate, Spending, Terms
from bench.costs.estimate import estimate
from bench.journal import Journal
from bench.plan import PlannedCall
from bench.providers import Endpoint
from bench.records import LOAD, LOAD_COLUMNS, Call, lock_folder, read_record, sha256_of, write_text
from bench.run import measuring
from bench.run.execute import JOURNAL
from bench.run.measuring import Measuring, Together
from bench.run.prepare import Prepared, Watcher

NAME = "load"
"""Suite and task of the prompts, and what follows the run's id in the journal."""
LEAST, ROUNDS = 32, 4
"""Prompts of a load: at least so many, and so many for each call at once."""


def prompts_of(at_once: int) -> int:
    """Prompts that a model is asked at a load."""
    return max(LEAST, ROUNDS * at_once)


def estimate_load(prepared: Prepared) -> Estimate:
    """What measuring under load will cost; calls nothing."""
    calls = [call for part in _parts(prepared, NAME) for call in part.calls]
    return estimate(calls, Spending.of(prepared.endpoints, prepared.book), {})


def set_aside(prepared: Prepared, terms: Terms) -> Terms:
    """The terms for all else: the load's worst case is taken off the budget. UsageError if it does not fit."""
    option = f"--load {','.join(map(str, prepared.comparison.run.load))}"
    return measuring.set_aside(prepared, lambda: estimate_load(prepared), option, "Measure fewer loads", terms)


def measure(
    prepared: Prepared,
    results: Path,
    folder: Path,
    *,
    watcher: Watcher,
    environ: Mapping[str, str],
    terms: Terms,
    leave_out: Collection[str] = (),
) -> bool:
    """Asks what is missing at every load, `leave_out` aside, and writes the run folder's load.csv.

    Returns whether every prompt was asked. UsageError if a key is missing or the terms cannot be kept.
    """
    name = f"{read_record(folder).run}.{NAME}"
    with lock_folder(folder), Journal(results / JOURNAL) as journal:
        known = journal.calls(name)
        parts = _parts(prepared, name)
        waiting = [p for p in parts if p.endpoint.entry.label not in leave_out and p.missing(known)]
        limit = None
        if terms.budget_usd is not None and waiting:
            limit = measuring.worst(prepared, estimate_load(prepared), terms)
        run = Measuring.of(prepared, name, journal, folder, watcher=watcher, environ=environ, limit=limit)
        run.count([call for part in parts for call in part.calls], known)
        todo: dict[str, list[PlannedCall]] = {}
        for part in waiting:
            todo.setdefault(part.endpoint.entry.label, []).extend(part.missing(known))
        agreed = run.agreed(todo, terms)
        for turn in _turns(waiting):
            label = turn[0].endpoint.entry.label
            if label in agreed:
                for part in turn:
                    watcher.say(f"load: {len(part.missing(known))} prompts for {label}, {part.at_once} at once")
                watcher.lane(label, 0, sum(len(part.missing(known)) for part in turn))
                run.ask(turn[0].endpoint, [Together(calls=p.missing(known), at_once=p.at_once) for p in turn])
        calls = journal.calls(name)
        write_text(folder, LOAD, measuring.csv_text(LOAD_COLUMNS, _rows(parts, calls)))
    return not any(part.missing(calls) for part in parts)


@dataclass(frozen=True, slots=True)
class _Part:
    """One model at one load."""

    endpoint: Endpoint
    at_once: int
    calls: Sequence[PlannedCall]

    def missing(self, known: Mapping[str, Call]) -> list[PlannedCall]:
        """What was not asked yet; what failed is a result, and is not asked again."""
        return [call for call in self.calls if call.key not in known]


def _parts(prepared: Prepared, name: str) -> list[_Part]:
    """Every model at every load, the least load first, models in the seed's order at each."""
    run = prepared.comparison.run
    rng = random.Random(f"claimbench load {run.seed}")
    return [
        _Part(endpoint, at_once, _calls(endpoint, prepared, name, at_once))
        for at_once in sorted(run.load)
        for endpoint in rng.sample(prepared.endpoints, len(prepared.endpoints))
    ]


def _turns(parts: Sequence[_Part]) -> Iterator[list[_Part]]:
    """What is asked in one go: a remote model's load, or all loads of a local model, whose server starts once."""
    for part in parts:
        if not part.endpoint.entry.local:
            yield [part]
    local = [part for part in parts if part.endpoint.entry.local]
    for label in dict.fromkeys(part.endpoint.entry.label for part in local):
        yield [part for part in local if part.endpoint.entry.label == label]


def _calls(endpoint: Endpoint, prepared: Prepared, name: str, at_once: int) -> list[PlannedCall]:
    """A model's prompts at a load, each with a beginning of its own."""
    made = []
    for number in range(prompts_of(at_once)):
        nonce = sha256_of([name, endpoint.entry.label, at_once, number])[:16]
        item = f"{at_once}-{number}"
        made.append(measuring.planned(endpoint, prepared, NAME, item, at=number, nonce=nonce))
    return made


def _rows(parts: Sequence[_Part], known: Mapping[str, Call]) -> Iterator[dict[str, Any]]:
    """Models in the plan's order, one line for each prompt that was asked."""
    for part in sorted(parts, key=lambda part: part.endpoint.entry.label):
        for planned in part.calls:
            if planned.key in known:
                call = known[planned.key]
                own = {"at_once": part.at_once, "number": planned.rank, "wall_s": call.wall_s}
                yield {**measuring.columns(planned, call), **own, "sent_at": call.attempts[0].sent_at}
