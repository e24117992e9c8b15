"""`bench run --latency-probe N`: latency by itself, on prompts of one size, asked one at a time.

Prompts come in pairs: the first on a fresh connection (cold), the second on the same one (warm). Every prompt begins
with text of its own, so that no prefix cache knows it. The calls are paid, so they are journaled like any other, under
a name beside the run's; no other run reuses them, and the same command again asks only what is missing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import Any

from bench.costs import Estimate, Spending, Terms
from bench.costs.estimate import estimate
from bench.journal import Journal
from bench.plan import PlannedCall
from bench.providers import Endpoint
from bench.records import LATENCY, LATENCY_COLUMNS, Call, lock_folder, read_record, sha256_of, write_text
from bench.run import measuring
from bench.run.execute import JOURNAL
from bench.run.measuring import Measuring, Together
from bench.run.prepare import Prepared, Watcher

NAME, WHAT = "latency-probe", "latency probe"
"""Suite and task of the prompts, and what follows the run's id in the journal."""
KINDS = ("cold", "warm")
"""The calls of a pair, in the order they are asked."""
Pair = Sequence[PlannedCall]
"""A cold call and the warm one after it."""


def estimate_probe(prepared: Prepared, prompts: int) -> Estimate:
    """What so many prompts a model will cost; calls nothing."""
    pairs = [pair for e in prepared.endpoints for pair in islice(_pairs(e, prepared, NAME), _count(prompts))]
    return estimate([call for pair in pairs for call in pair], Spending.of(prepared.endpoints, prepared.book), {})


def set_aside(prepared: Prepared, prompts: int, terms: Terms) -> Terms:
    """The terms for all but the probe: its worst case is taken off the budget. UsageError if it does not fit."""
    return measuring.set_aside(
        prepared, lambda: estimate_probe(prepared, prompts), f"--latency-probe {prompts}", "Ask fewer prompts", terms
    )


def measure(
    prepared: Prepared,
    results: Path,
    folder: Path,
    prompts: int,
    watcher: Watcher,
    environ: Mapping[str, str],
    terms: Terms,
    leave_out: Collection[str] = (),
) -> bool:
    """Asks what is missing of so many prompts a model, `leave_out` aside, and writes the run folder's latency.csv.

    Returns whether every prompt has its answer. UsageError if a key is missing or the terms cannot be kept.
    """
    name = f"{read_record(folder).run}.{NAME}"
    with lock_folder(folder), Journal(results / JOURNAL) as journal:
        known = journal.calls(name)
        probes = [_of_model(e, prepared, name, prompts, known) for e in prepared.endpoints]
        waiting = [probe for probe in probes if probe.todo and probe.label not in leave_out]
        limit = None
        if terms.budget_usd is not None and waiting:
            limit = measuring.worst(prepared, estimate_probe(prepared, prompts), terms)
        run = Measuring.of(prepared, name, journal, folder, watcher=watcher, environ=environ, limit=limit)
        run.count([call for p in probes for pair in (*p.begun, *p.todo) for call in pair], known)
        agreed = run.agreed({probe.label: [call for pair in probe.todo for call in pair] for probe in waiting}, terms)
        for probe in waiting:
            if probe.label in agreed:
                todo = sum(map(len, probe.todo))
                watcher.say(f"{WHAT}: {todo} prompts for {probe.label}, one at a time")
                watcher.lane(probe.label, 0, todo)
                run.ask(probe.endpoint, [Together(calls=pair, at_once=1) for pair in probe.todo])
        calls = journal.calls(name)
        after = [_of_model(e, prepared, name, prompts, calls) for e in prepared.endpoints]
        write_text(folder, LATENCY, _csv(after, calls))
    return not any(probe.todo for probe in after)


@dataclass(frozen=True, slots=True)
class _Probe:
    """What is asked of one model."""

    endpoint: Endpoint
    begun: Sequence[Pair]
    """Pairs that the journal knows, whole or not."""
    todo: Sequence[Pair]
    """New pairs, to be asked."""

    @property
    def label(self) -> str:
        return self.endpoint.entry.label

    def calls(self, known: Mapping[str, Call]) -> Iterator[PlannedCall]:
        """The calls that are recorded."""
        return (call for pair in self.begun for call in pair if call.key in known)


def _of_model(endpoint: Endpoint, prepared: Prepared, name: str, prompts: int, known: Mapping[str, Call]) -> _Probe:
    """A pair that is not whole is never asked again, nor completed: a new one takes its place."""
    pairs = _pairs(endpoint, prepared, name)
    begun, whole = [], 0
    for pair in pairs:
        answers = [known.get(call.key) for call in pair]
        if not any(answers):
            break
        begun.append(pair)
        whole += all(call and call.outcome.scored for call in answers)
    fresh = islice(_pairs(endpoint, prepared, name), len(begun), None)
    return _Probe(endpoint, begun, list(islice(fresh, max(0, _count(prompts) - whole))))


def _count(prompts: int) -> int:
    """Pairs for so many prompts; an odd number is rounded up."""
    return (prompts + 1) // 2


def _pairs(endpoint: Endpoint, prepared: Prepared, name: str) -> Iterator[Pair]:
    """All pairs of a model, one after another without end."""
    for number in count():
        yield [_planned(endpoint, prepared, name, number, place) for place in range(len(KINDS))]


def _planned(endpoint: Endpoint, prepared: Prepared, name: str, number: int, place: int) -> PlannedCall:
    at = len(KINDS) * number + place
    nonce = sha256_of([name, endpoint.entry.label, at])[:16]
    return measuring.planned(endpoint, prepared, NAME, f"{number}-{KINDS[place]}", at=at, nonce=nonce)


def _csv(probes: Sequence[_Probe], known: Mapping[str, Call]) -> str:
    """One line for each prompt that was asked; unknown is empty."""

    def rows() -> Iterator[dict[str, Any]]:
        for probe in probes:
            for planned in probe.calls(known):
                call = known[planned.key]
                own = {"connection": planned.item.item.partition("-")[2], "started_at": call.started_at}
                yield {**measuring.columns(planned, call), **own}

    return measuring.csv_text(LATENCY_COLUMNS, rows())
