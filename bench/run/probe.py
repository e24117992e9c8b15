"""`bench run --latency-probe N`: latency by itself, on prompts of one size, asked one at a time.

Prompts come in pairs: the first on a fresh connection (cold), the second on the same one (warm). Every prompt begins
with text of its own, so that no prefix cache knows it. The calls are paid, so they are journaled like any other, under
a name beside the run's; no other run reuses them, and the same command again asks only what is missing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import count, islice
from pathlib import Path

from bench import clean
from bench.costs import Estimate, Spending, Terms
from bench.costs.estimate import estimate
from bench.engine import Budget, Lane, run_lanes, run_to_end
from bench.errors import UsageError
from bench.journal import Journal
from bench.plan import PlannedCall, call_key
from bench.providers import Endpoint, missing_keys
from bench.records import LATENCY, LATENCY_COLUMNS, Call, Item, lock_folder, read_record, sha256_of, write_text
from bench.run import local
from bench.run.execute import JOURNAL
from bench.run.prepare import Prepared, Watcher

NAME = "latency-probe"
"""Suite and task of the prompts, and what follows the run's id in the journal."""
KINDS = ("cold", "warm")
"""The calls of a pair, in the order they are asked."""
MAX_TOKENS = 192
"""Tokens granted to an answer; a model entry's `max_tokens` replaces it."""
PROMPT = """{nonce} is the number of this request; do not mention it.

The ferry left the harbour a little after six, with eleven passengers, two bicycles and a crate of lemons on its deck.
Nobody spoke much. The wind had turned during the night and came from the north now, and the captain, who had crossed
the strait more than nine thousand times, kept looking at the same grey spot above the lighthouse. When the engine
stopped, halfway to the island, it took a moment before anyone noticed how quiet it had become.

Go on with this story in about 100 words of plain prose, without a heading."""
"""Every prompt has the same length; {nonce} makes its beginning its own."""

Pair = Sequence[PlannedCall]
"""A cold call and the warm one after it."""


def estimate_probe(prepared: Prepared, prompts: int) -> Estimate:
    """What so many prompts a model will cost; calls nothing."""
    pairs = [pair for e in prepared.endpoints for pair in islice(_pairs(e, prepared, NAME), _count(prompts))]
    return estimate([call for pair in pairs for call in pair], Spending.of(prepared.endpoints, prepared.book), {})


def set_aside(prepared: Prepared, prompts: int, terms: Terms) -> Terms:
    """The terms for all but the probe: its worst case is taken off the budget. UsageError if it does not fit."""
    if terms.budget_usd is None:
        return terms
    worst = _worst(prepared, prompts, terms)
    if worst >= terms.budget_usd:
        raise UsageError(
            f"--latency-probe {prompts} may cost {worst} USD, and --budget-usd is {terms.budget_usd}. "
            "Ask fewer prompts, or raise the budget."
        )
    return replace(terms, budget_usd=terms.budget_usd - worst)


def _worst(prepared: Prepared, prompts: int, terms: Terms) -> Decimal:
    spending = Spending.of(prepared.endpoints, prepared.book)
    spending.require(spending.bills, terms)
    worst = estimate_probe(prepared, prompts).worst_usd
    assert worst is not None, "every price is known"
    return worst


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
        limit = None if terms.budget_usd is None or not waiting else _worst(prepared, prompts, terms)
        spending = Spending.of(prepared.endpoints, prepared.book)
        run = _Run(
            name=name, journal=journal, folder=folder, watcher=watcher, environ=environ, spending=spending, limit=limit
        )
        run.spent = sum((run.bill(call, known[call.key]) for p in probes for call in p.calls(known)), Decimal(0))
        for probe in run.agreed(waiting, terms):
            run.ask(probe)
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


@dataclass(slots=True, kw_only=True)
class _Run:
    """Asks probes; the engine's observer of their calls."""

    name: str
    journal: Journal
    folder: Path
    watcher: Watcher
    environ: Mapping[str, str]
    spending: Spending
    limit: Decimal | None
    """The most that the probe may cost, earlier parts included; None for no limit."""
    spent: Decimal = Decimal(0)

    def agreed(self, probes: Sequence[_Probe], terms: Terms) -> Sequence[_Probe]:
        """The probes that may begin: local models', and others' if the user agrees to their cost."""
        remote = [probe for probe in probes if not probe.endpoint.entry.local]
        problem = missing_keys([probe.endpoint for probe in remote], self.environ)
        if problem:
            raise UsageError(problem)
        self.spending.require([probe.label for probe in remote], terms)
        if not any(self.spending.priced(probe.label) for probe in remote):
            return probes
        calls = [call for probe in remote for pair in probe.todo for call in pair]
        self.watcher.say("latency probe:")
        if self.watcher.estimated(estimate(calls, self.spending, {}), ask=terms.consent == "ask"):
            return probes
        return [probe for probe in probes if probe.endpoint.entry.local]

    def ask(self, probe: _Probe) -> None:
        """Asks the new pairs of a model, whose server is started for it if it is a local one."""
        entry, todo = probe.endpoint.entry, sum(map(len, probe.todo))
        self.watcher.say(f"latency probe: {todo} prompts for {probe.label}, one at a time")
        self.watcher.lane(probe.label, 0, todo)
        if not entry.local:
            run_to_end(self._pairs(probe.endpoint, probe.todo))
            return
        weights = local.fetch_weights(entry, self.watcher)
        with local.serving(probe.endpoint, weights, self.folder) as (served, _):
            run_to_end(self._pairs(served, probe.todo))

    async def _pairs(self, endpoint: Endpoint, pairs: Sequence[Pair]) -> None:
        label = endpoint.entry.label
        for pair in pairs:  # each with connections of its own
            budget = self._budget(label, pair)
            lane = Lane(endpoint, pair, 1)
            lanes = await run_lanes(self.name, [lane], self.journal.put, self, self.environ, admission=budget)
            self.spent = budget.spent if budget else self.spent
            why = lanes[label].stopped or (budget and budget.denied and "the budget does not hold another prompt")
            if why:
                self.watcher.say(f"latency probe: {label} was stopped: {why}")
                return

    def _budget(self, label: str, pair: Pair) -> Budget | None:
        if self.limit is None or label not in self.spending.bills:
            return None
        asked = {call.rank: call for call in pair}
        return Budget(
            self.limit,
            self.spent,
            {label: list(asked)},
            lambda _, rank: self.spending.reserve(asked[rank]),
            lambda _, rank, call: self.bill(asked[rank], call),
        )

    def bill(self, planned: PlannedCall, call: Call) -> Decimal:
        """What a call cost, at its worst where its reports leave that open; 0 for a model without a price."""
        if planned.model not in self.spending.bills:
            return Decimal(0)
        return self.spending.charge(planned, call)

    async def finished(self, planned: PlannedCall, call: Call) -> None:
        """Shows that another prompt was answered."""
        self.watcher.finished(planned, call, None)


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
    label, at, run = endpoint.entry.label, len(KINDS) * number + place, prepared.comparison.run
    nonce = sha256_of([name, label, at])[:16]
    message = {"role": "user", "content": PROMPT.format(nonce=nonce)}
    item = Item(
        suite=NAME, task=NAME, task_version="1", item=f"{number}-{KINDS[place]}", family=NAME, level=None,
        language="en", cluster=NAME, messages=(message,), max_tokens=MAX_TOKENS, sampling={"temperature": 0.0},
    )  # fmt: skip
    body = endpoint.body(item, run)
    return PlannedCall(
        key=call_key(endpoint, body, item, 0),
        model=label,
        item=item,
        repeat=0,
        order=at,
        rank=at,
        body=body,
        sampling=endpoint.sampling_requested(item, run),
        sampling_applied=endpoint.sampling(item, run),
    )


def _csv(probes: Sequence[_Probe], known: Mapping[str, Call]) -> str:
    """One line for each prompt that was asked; unknown is empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, LATENCY_COLUMNS, lineterminator="\n")
    writer.writeheader()
    for probe in probes:
        for planned in probe.calls(known):
            call = known[planned.key]
            seen = call.scored_attempt
            writer.writerow(
                {
                    "model": clean.spreadsheet(probe.label),
                    "connection": planned.item.item.partition("-")[2],
                    "started_at": call.started_at,
                    "outcome": call.outcome,
                    "attempts": len(call.attempts),
                    "timing_ok": call.timing_ok,
                    "connect_s": seen.connect_s,
                    "ttft_s": seen.ttft_s,
                    "ttfat_s": seen.ttfat_s,
                    "latency_s": seen.latency_s,
                    "tpot_s": seen.tpot_s,
                    "in_total": call.usage.in_total,
                    "out_total": call.usage.out_total,
                    "error": clean.spreadsheet(seen.error),
                }
            )
    return out.getvalue()
