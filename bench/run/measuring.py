"""Calls that measure, beside a run's plan: prompts of one size, journaled under a name beside the run's, and paid."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench import clean
from bench.costs import Estimate, Spending, Terms
from bench.costs.estimate import estimate
from bench.engine import Budget, Lane, run_lanes, run_to_end
from bench.errors import UsageError
from bench.journal import Journal, Recorder
from bench.plan import PlannedCall, call_key
from bench.providers import Endpoint, missing_keys
from bench.records import Call, Item
from bench.run import local
from bench.run.prepare import Prepared, Watcher

MAX_TOKENS = 192
"""Tokens granted to an answer; a model entry's `max_tokens` replaces it."""
PROMPT = """{nonce} is the number of this request; do not mention it.

The ferry left the harbour a little after six, with eleven passengers, two bicycles and a crate of lemons on its deck.
Nobody spoke much. The wind had turned during the night and came from the north now, and the captain, who had crossed
the strait more than nine thousand times, kept looking at the same grey spot above the lighthouse. When the engine
stopped, halfway to the island, it took a moment before anyone noticed how quiet it had become.

Go on with this story in about 100 words of plain prose, without a heading."""
"""Every prompt has the same length; {nonce} makes its beginning its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """Calls of one model that are asked together, on connections of their own."""

    calls: Sequence[PlannedCall]
    """In the order they are asked."""
    at_once: int
    """The most in flight at once."""


@dataclass(slots=True, kw_only=True)
class Measuring:
    """Asks groups of calls; the engine's observer of them."""

    name: str
    """Under which the calls are journaled, e.g. "<run>.latency-probe"."""
    journal: Journal
    """Where they are."""
    folder: Path
    """The run's folder."""
    watcher: Watcher
    """Who is shown them."""
    environ: Mapping[str, str]
    """The keys."""
    spending: Spending
    """What they cost."""
    endpoints: Sequence[Endpoint]
    """Everything that may be asked."""
    limit: Decimal | None
    """The most that they may cost, USD, earlier parts included; None for no limit."""
    spent: Decimal = Decimal(0)
    """What they cost so far, USD."""

    @classmethod
    def of(
        cls,
        prepared: Prepared,
        name: str,
        journal: Journal,
        folder: Path,
        *,
        watcher: Watcher,
        environ: Mapping[str, str],
        limit: Decimal | None,
    ) -> Measuring:
        """What measures beside a run."""
        return cls(
            name=name,
            journal=journal,
            folder=folder,
            watcher=watcher,
            environ=environ,
            spending=Spending.of(prepared.endpoints, prepared.book),
            endpoints=prepared.endpoints,
            limit=limit,
        )

    @property
    def what(self) -> str:
        """In words, for example "latency probe"."""
        return self.name.rpartition(".")[2].replace("-", " ")

    def count(self, calls: Sequence[PlannedCall], known: Mapping[str, Call]) -> None:
        """Counts what earlier parts cost: of these calls those that are known, or were cut off."""
        self.spent += sum((self.bill(call, known[call.key]) for call in calls if call.key in known), Decimal(0))
        self.spent += self.spending.cut_off(calls, self.journal.begun(self.name))

    def agreed(self, todo: Mapping[str, Sequence[PlannedCall]], terms: Terms) -> Collection[str]:
        """The models that may begin: local ones, and others if the user agrees to their cost. UsageError if a key is
        missing or the terms cannot be kept."""
        endpoints = [each for each in self.endpoints if each.entry.label in todo]
        remote = [each for each in endpoints if not each.entry.local]
        problem = missing_keys(remote, self.environ)
        if problem:
            raise UsageError(problem)
        labels = [each.entry.label for each in remote]
        self.spending.require(labels, terms)
        if not any(self.spending.priced(label) for label in labels):
            return todo
        self.watcher.say(f"{self.what}:")
        coming = estimate([call for label in labels for call in todo[label]], self.spending, {})
        if self.watcher.estimated(coming, ask=terms.consent == "ask"):
            return todo
        return [each.entry.label for each in endpoints if each.entry.local]

    def ask(self, endpoint: Endpoint, groups: Sequence[Together]) -> None:
        """Asks a model's groups, one after another; the server of a local model is started for them."""
        if not endpoint.entry.local:
            run_to_end(self._groups(endpoint, groups))
            return
        weights = local.fetch_weights(endpoint.entry, self.watcher)
        with local.serving(endpoint, weights, self.folder) as (served, _):
            run_to_end(self._groups(served, groups))

    async def _groups(self, endpoint: Endpoint, groups: Sequence[Together]) -> None:
        label = endpoint.entry.label
        for group in groups:
            budget = self._budget(label, group.calls)
            lane = Lane(endpoint, group.calls, group.at_once)
            recorder = Recorder(self.journal)
            record = self.journal.put if group.at_once == 1 else recorder
            begins = None if budget is None else recorder.begin
            lanes = await run_lanes(self.name, [lane], record, self, self.environ, admission=budget, begins=begins)
            self.spent = budget.spent if budget else self.spent
            why = lanes[label].stopped or (budget and budget.denied and "the budget does not hold another prompt")
            if why:
                self.watcher.say(f"{self.what}: {label} was stopped: {why}")
                return

    def _budget(self, label: str, calls: Sequence[PlannedCall]) -> Budget | None:
        if self.limit is None or label not in self.spending.bills:
            return None
        asked = {call.rank: call for call in calls}
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


def set_aside(prepared: Prepared, coming: Callable[[], Estimate], option: str, cure: str, terms: Terms) -> Terms:
    """The terms for all but these calls: their worst case is taken off the budget. UsageError if it does not fit."""
    if terms.budget_usd is None:
        return terms
    most = worst(prepared, coming(), terms)
    if most >= terms.budget_usd:
        raise UsageError(
            f"{option} may cost {most} USD, and --budget-usd is {terms.budget_usd}. {cure}, or raise the budget."
        )
    return replace(terms, budget_usd=terms.budget_usd - most)


def worst(prepared: Prepared, coming: Estimate, terms: Terms) -> Decimal:
    """The most that calls can cost, USD. UsageError where a price that the terms need is not known."""
    spending = Spending.of(prepared.endpoints, prepared.book)
    spending.require(spending.bills, terms)
    assert coming.worst_usd is not None, "every price is known"
    return coming.worst_usd


def planned(endpoint: Endpoint, prepared: Prepared, task: str, item: str, *, at: int, nonce: str) -> PlannedCall:
    """The call of one prompt, the `at`-th of its series; `nonce` makes its beginning its own."""
    run = prepared.comparison.run
    message = {"role": "user", "content": PROMPT.format(nonce=nonce)}
    made = Item(
        suite=task, task=task, task_version="1", item=item, family=task, level=None,
        language="en", cluster=task, messages=(message,), max_tokens=MAX_TOKENS, sampling={"temperature": 0.0},
    )  # fmt: skip
    body = endpoint.body(made, run)
    return PlannedCall(
        key=call_key(endpoint, body, made, 0),
        model=endpoint.entry.label,
        item=made,
        repeat=0,
        order=at,
        rank=at,
        body=body,
        sampling=endpoint.sampling_requested(made, run),
        sampling_applied=endpoint.sampling(made, run),
    )


def columns(planned: PlannedCall, call: Call) -> dict[str, Any]:
    """What every file of such calls says of one."""
    seen = call.scored_attempt
    return {
        "model": clean.spreadsheet(planned.model),
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


def csv_text(header: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as CSV; unknown is empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, header, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
