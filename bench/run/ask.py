"""Asks a plan's calls: remote models side by side and within the budget, then each local model alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_UP, Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from bench.costs import Estimate, Samples, ServerTime, Spending, Terms, busy_s, has_history, history, pilot, with_calls
from bench.costs.estimate import estimate
from bench.engine import Budget, Lane, LaneResult, not_begun, now, run_lanes, run_to_end
from bench.errors import UsageError
from bench.journal import Journal, Recorder, RunEntry
from bench.plan import PlannedCall
from bench.prices import OVERRIDE
from bench.providers import Endpoint
from bench.records import Call, utc_now
from bench.run.asked import Asked, EndedEarly, Share, fitting
from bench.run.batch import Batched, Batches
from bench.run.earlier import may_reuse, usable
from bench.run.grading import Grading, Meter
from bench.run.local import by_prefix, fetch_weights, require_tools, serving
from bench.run.needless import needless
from bench.run.stages import at_once, crew_of, paid_before, stages_of

if TYPE_CHECKING:
    from bench.run.prepare import Prepared, Watcher

Todo = Mapping[str, Sequence[PlannedCall]]
"""What each model has still to answer, by label."""


@dataclass(slots=True, kw_only=True)
class _Asking:
    prepared: Prepared
    journal: Journal
    entry: RunEntry
    watcher: Watcher
    environ: Mapping[str, str]
    terms: Terms
    spending: Spending
    meter: Meter
    past: Samples
    """What answers of other runs cost."""
    later: Sequence[PlannedCall]
    """What the run may still ask of remote models after what is asked now."""
    agreed: bool
    """Whether the user has seen what these may cost, and agreed."""
    since: str
    """When this asking began (UTC): what an episode paid before it went on is not paid again."""
    batched: Sequence[Batched] = ()
    """The models that batches ask, and their calls that fit into the budget."""
    awaited: list[Batched] = field(default_factory=list)
    """The models whose batches are made, and the calls in them."""
    held: Decimal = Decimal(0)
    """What the budget holds free for these, USD."""
    lanes: dict[str, LaneResult] = field(default_factory=dict)

    def remote(self, endpoints: Sequence[Endpoint], todo: Todo) -> tuple[frozenset[int], EndedEarly | None]:
        """Asks remote models: a pilot where nothing is known of their costs, then the rest if the user agrees.

        Who agreed to a pilot has not agreed to more, so that only other runs' answers make the question needless.
        Returns the ranks that were left out on purpose, and why.
        """
        calls = [call for e in endpoints for call in todo[e.entry.label]]
        batched = [call for model in self.batched for call in model.calls]
        names = {*(e.entry.label for e in endpoints), *(model.label for model in self.batched)}
        priced = [label for label in sorted(names) if self.spending.priced(label)]
        samples, trial = self._samples(), frozenset[int]()
        if calls and not all(has_history(e.entry.label, samples) for e in endpoints if e.entry.label in priced):
            trial = pilot(calls)
            left_out = self._budgeted(endpoints, calls, trial)
            if left_out:
                left_out |= {call.rank for call in calls} - trial
                return left_out, self.spent_up(calls, left_out)
            samples = self._samples()
        going = [e for e in endpoints if e.entry.label not in self.lanes or not self.lanes[e.entry.label].stopped]
        names = {e.entry.label for e in going}
        rest = [call for call in calls if call.rank not in trial and call.model in names]
        ranks = frozenset(call.rank for call in rest)
        if not rest and not batched:
            return ranks, None
        ask = self.terms.consent == "ask" and not all(has_history(label, self.past) for label in priced)
        coming = [*rest, *batched, *(call for call in self.later if call.model in names)]
        if priced and not self.agreed and not self.watcher.estimated(estimate(coming, self.spending, samples), ask=ask):
            self.batched = ()
            return ranks, EndedEarly("You chose not to go on.", {"--yes": ""})
        left_out = self._budgeted(going, rest, ranks)
        return left_out, self.spent_up(rest, left_out) if left_out else None

    def _samples(self) -> Samples:
        calls = self.journal.calls(self.entry.run)
        return with_calls(self.past, self.prepared.plan.calls, calls, self.spending)

    def spent_up(self, calls: Sequence[PlannedCall], left_out: Collection[int]) -> EndedEarly:
        """That the budget ended before these calls, and how much is enough for them."""
        coming = [*(call for call in calls if call.rank in left_out), *self.later]
        worst = sum((self.spending.reserve(call) for call in coming), Decimal(0))
        why = f"The budget of {self.terms.budget_usd} USD does not hold another item: its worst case would pass it."
        if not worst.is_finite():
            return EndedEarly(f"{why} Nothing bounds what the calls left out cost.", {})
        enough = (self.meter.usd + worst).quantize(Decimal("0.01"), ROUND_UP)
        return EndedEarly(
            f"{why} {enough} USD are enough for all, whatever the answers cost.", {"--budget-usd": str(enough)}
        )

    def _budgeted(
        self, endpoints: Sequence[Endpoint], calls: Sequence[PlannedCall], ranks: Collection[int]
    ) -> frozenset[int]:
        """Asks the calls of these ranks as far as the budget goes. Returns the ranks that it left out."""
        asked = {(call.model, call.rank): call for call in calls if call.rank in ranks}
        limit = self.terms.budget_usd
        if limit is None:
            self.run(endpoints, list(asked.values()), None)
            return frozenset()

        def worst(model: str, rank: int) -> Decimal:
            return self.spending.reserve(asked[model, rank])

        def bill(model: str, rank: int, call: Call) -> Decimal:
            return self.spending.charge(asked[model, rank], call, self.since)

        needs: dict[str, list[int]] = {}
        for model, rank in asked:
            needs.setdefault(model, []).append(rank)
        budget = Budget(limit - self.held, self.meter.usd, needs, worst=worst, bill=bill, tight=self._say_tight)
        self.run(endpoints, list(asked.values()), budget)
        return budget.denied

    def _say_tight(self, budget: Budget) -> None:
        self.watcher.say(
            f"The budget of {budget.limit} USD lets only {budget.flying} calls run at once: at worst they cost "
            f"{budget.reserved:.2f} USD, of which the budget has {budget.limit - budget.spent:.2f} left. For more at "
            "once, lower max_tokens or raise --budget-usd."
        )

    def run(self, endpoints: Sequence[Endpoint], calls: Sequence[PlannedCall], budget: Budget | None) -> None:
        """Asks these calls, whose models' lanes run side by side."""
        lanes = []
        for endpoint in endpoints:
            mine = [call for call in calls if call.model == endpoint.entry.label]
            if mine:
                lanes.append(Lane(endpoint, mine, at_once(endpoint.entry, mine)))
        record, observer, environ = Recorder(self.journal), self.grading(), self.environ

        def stopped(label: str, why: str) -> Mapping[str, str]:
            self.watcher.say(f"{label} was stopped: {why}")
            return self.needless(label)

        of = (self.prepared, self.journal, self.entry)
        with crew_of(*of, spending=self.spending, endpoints=endpoints, environ=environ) as crew:
            going = run_lanes(
                self.entry.run,
                lanes,
                record,
                observer,
                environ,
                admission=budget,
                begins=None if budget is None else record.begin,
                stopped=stopped,
                stages=stages_of(self.prepared, self.journal, self.entry.run, self.spending, record),
                crew=crew,
                slowed=self.watcher.slowed,
                elsewhere=self.prepared.cluster,
            )
            results = run_to_end(going)
        for label, result in results.items():
            self.lanes[label] = result.after(self.lanes[label]) if label in self.lanes else result

    def grading(self) -> Grading:
        """What becomes of finished calls."""
        return Grading(prepared=self.prepared, watcher=self.watcher, meter=self.meter, since=self.since)

    def batches(self) -> Batches:
        """The run's batches."""
        journal, entry, watcher, environ = self.journal, self.entry, self.watcher, self.environ
        return Batches(journal=journal, entry=entry, watcher=watcher, environ=environ, observer=self.grading())

    def reserve(self, models: Sequence[Batched]) -> frozenset[int]:
        """Holds the worst case of batches free, as far as the budget goes. Returns the ranks that it left out."""
        self.batched, calls, limit = models, [call for model in models for call in model.calls], self.terms.budget_usd
        if limit is None:
            return frozenset()
        ranks = fitting(calls, self.spending.reserve, limit - self.meter.usd)
        self.batched = [replace(model, calls=[c for c in model.calls if c.rank in ranks]) for model in models]
        self.held = sum((self.spending.reserve(call) for call in calls if call.rank in ranks), Decimal(0))
        return frozenset(call.rank for call in calls) - ranks

    def submit(self, left_out: Collection[int]) -> None:
        """Makes the batches that anything needs."""
        for model in self.batched:
            batches = self.batches()
            waits = batches.waiting(model.label)
            mine = [call for call in model.calls if call.rank not in left_out or call.key in waits]
            if mine and not waits and (why := self.needless().get(model.label)):
                self.watcher.say(f"{model.label} is not asked: {why}")
                self.lanes[model.label] = not_begun(why)
            elif mine:
                stopped = batches.submit(replace(model, calls=mine))
                if stopped:
                    self.lanes[model.label] = stopped
                self.awaited += [] if stopped else [replace(model, calls=mine)]

    def collect(self) -> None:
        """Waits for what is awaited, and records it."""
        if self.awaited:
            self.lanes |= self.batches().collect(self.awaited)

    def needless(self, stopped: str = "") -> dict[str, str]:
        """Models that need not be asked, and why; `stopped` is the newest of those that failed."""
        if self.terms.keep_going:
            return {}
        dead = {label for label, lane in self.lanes.items() if lane.stopped} | ({stopped} - {""})
        answered = self.journal.answered(self.entry.run)
        dead -= {planned.model for planned in self.prepared.plan.calls if planned.key in answered}
        return needless(self.prepared.comparison.claims.values(), dead)


def ask(
    prepared: Prepared,
    journal: Journal,
    entry: RunEntry,
    watcher: Watcher,
    environ: Mapping[str, str],
    terms: Terms,
    share: Share | None = None,
) -> Asked:
    """Asks what this run has not answered yet, or a share of it.

    Where remote models end early, by budget or by choice, local models are asked the same items only. UsageError if
    the terms cannot be kept.
    """
    plan, calls = prepared.plan, journal.calls(entry.run)
    have = {key for key, call in calls.items() if call.outcome.scored}
    left = [p for p in plan.calls if p.key not in have]
    now_asked = left if share is None else [p for p in left if share.has(p)]
    todo = {e.entry.label: [p for p in now_asked if p.model == e.entry.label] for e in prepared.endpoints}
    waiting = [e for e in prepared.endpoints if todo[e.entry.label]]
    remote, local = [e for e in waiting if not e.entry.local], [e for e in waiting if e.entry.local]
    spending = Spending.of(prepared.endpoints, prepared.book)
    past = _past(remote, spending, journal.folder, entry.folder)
    labels = [e.entry.label for e in remote]
    spending.require(labels, terms, [label for label in labels if has_history(label, past)])
    files = {e.entry.label: fetch_weights(e.entry, watcher) for e in local}
    for endpoint in local:
        if any(call.item.dialogue for call in todo[endpoint.entry.label]):
            require_tools(endpoint.entry, files[endpoint.entry.label])
    meter = Meter(spending, terms.budget_usd)
    meter.add_cut_off(plan.calls, journal.begun(entry.run), entry.started_at, watcher.say)
    for planned, call in paid_before(prepared, calls, journal.turns(entry.run), entry):
        meter.add(planned, call, entry.started_at)
    if terms.budget_usd is not None and meter.unknown:
        raise UsageError(
            f"--budget-usd cannot be kept: what {', '.join(sorted(meter.unknown))} cost so far is not known, for want "
            f"of a price on those days. Add one to {OVERRIDE}, or begin anew with --fresh."
        )
    asking = _Asking(
        prepared=prepared,
        journal=journal,
        entry=entry,
        watcher=watcher,
        environ=environ,
        terms=terms,
        spending=spending,
        meter=meter,
        past=past,
        later=[p for p in left if share is not None and p.model in labels and share.leaves(p)],
        agreed=share is not None and share.agreed,
        since=utc_now(),
    )

    def begins(label: str) -> None:
        watcher.lane(label, len(plan.of(label)) - sum(p.model == label for p in left), len(plan.of(label)))

    for endpoint in remote:
        begins(endpoint.entry.label)
    left_out, ended = _remote(asking, remote, todo)
    asking.submit(left_out)
    machines: dict[str, ServerTime] = {}
    for endpoint in local:
        label = endpoint.entry.label
        mine = [call for call in todo[label] if call.rank not in left_out]
        if mine and (why := asking.needless().get(label)):
            watcher.say(f"{label} is not asked: {why}")
            asking.lanes[label] = not_begun(why)
        elif mine:
            begins(label)
            with serving(endpoint, files[label], entry.folder) as (served, load_s):
                begun = now()
                for part in by_prefix(endpoint.entry, mine):
                    asking.run([served], part, None)
                up_s = now() - begun
            answered = journal.calls(entry.run)
            before, after = ([known[c.key] for c in mine if c.key in known] for known in (calls, answered))
            machines[label] = ServerTime(load_s, up_s, busy_s(after) - busy_s(before))
    asking.collect()
    meter.tell(watcher.say)
    return Asked(asking.lanes, meter.usd, ended, machines)


def _remote(asking: _Asking, remote: Sequence[Endpoint], todo: Todo) -> tuple[frozenset[int], EndedEarly | None]:
    """Asks remote models what can be asked by itself, and settles what batches will ask.

    Returns the ranks that were left out on purpose, and why.
    """
    live = [e for e in remote if not e.batched]
    unfit = asking.reserve([Batched(e, todo[e.entry.label]) for e in remote if e.batched])
    fitting = {label: [call for call in calls if call.rank not in unfit] for label, calls in todo.items()}
    left_out, ended = asking.remote(live, fitting) if remote else (frozenset[int](), None)
    if unfit and ended is None:
        calls = [call for e in remote for call in todo[e.entry.label]]
        ended = asking.spent_up(calls, left_out | unfit)
    return left_out | unfit, ended


def _past(remote: Sequence[Endpoint], spending: Spending, results: Path, own: Path) -> Samples:
    """What answers of other runs cost; nothing is read where no price is known."""
    priced = [e for e in remote if spending.priced(e.entry.label)]
    return history(results, priced, spending, without=own) if priced else {}


def estimate_run(
    prepared: Prepared,
    journal: Path,
    *,
    output: Path | None = None,
    fresh: bool = False,
    environ: Mapping[str, str] = os.environ,
    free: Callable[[Journal, str], Collection[str]] | None = None,
) -> Estimate:
    """What a run with these arguments will cost; calls and records nothing. `journal` need not exist yet.

    `free`: keys of calls whose earlier answers count besides, from the journal and the run's name.
    """
    plan, spending, calls = prepared.plan, Spending.of(prepared.endpoints, prepared.book), dict[str, Call]()
    reused = set[str]()
    if journal.is_file() and (free or not fresh):
        with Journal(journal) as opened:
            known = None if fresh else opened.newest(plan.sha256, output)
            calls = opened.calls(known.run) if known else {}
            hours = prepared.comparison.run.reuse if may_reuse(environ) and not fresh else 0.0
            name = known.run if known else ""
            reused = {call.key for call in usable(opened, prepared.endpoints, plan.calls, name, hours)}
            reused |= set(free(opened, name)) if free else set()
    samples = with_calls(history(journal.parent, prepared.endpoints, spending), plan.calls, calls, spending)
    have = reused | {key for key, call in calls.items() if call.outcome.scored}
    return estimate([call for call in plan.calls if call.key not in have], spending, samples)
