"""Asks a plan's calls: remote models side by side and within the budget, then each local model alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from decimal import ROUND_UP, Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from bench.costs import Estimate, Samples, ServerTime, Spending, Terms, busy_s, has_history, history, pilot, with_calls
from bench.costs.estimate import estimate
from bench.engine import Budget, Lane, LaneResult, not_begun, now, run_lanes, run_to_end
from bench.errors import UsageError
from bench.journal import Journal, RunEntry
from bench.plan import PlannedCall
from bench.prices import OVERRIDE
from bench.providers import Endpoint
from bench.records import Call, RecordedLane, utc_now
from bench.run.earlier import usable
from bench.run.grading import Grading, Meter
from bench.run.local import fetch_weights, require_tools, serving
from bench.run.needless import needless
from bench.run.stages import paid_before, stages_of

if TYPE_CHECKING:
    from bench.run.prepare import Prepared, Watcher

Todo = Mapping[str, Sequence[PlannedCall]]
"""What each model has still to answer, by label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What of a plan is asked now, where a run is judged before its end."""

    ranks: frozenset[int]
    """Its items, by their places in the plan."""
    models: frozenset[str]
    """Labels of the models that are asked."""
    agreed: bool
    """Whether the user has seen what the whole run may cost, and agreed."""
    closed: frozenset[str] = frozenset()
    """Keys of calls that are asked no more, although they failed."""
    free: frozenset[str] = frozenset()
    """Keys of calls whose earlier answers will count, so that nothing is to be paid for them."""

    def has(self, call: PlannedCall) -> bool:
        """Whether a call is part of it."""
        return call.rank in self.ranks and call.model in self.models and call.key not in self.closed

    def leaves(self, call: PlannedCall) -> bool:
        """Whether a call is left for later, and will cost something then."""
        return call.rank not in self.ranks and call.key not in self.free


@dataclass(frozen=True, slots=True)
class EndedEarly:
    """Why a run left items out on purpose."""

    why: str
    """In one sentence or two."""
    flags: Mapping[str, str]
    """What to give the same command for the rest: flags and their values, "" for none."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How the asking went."""

    lanes: Mapping[str, LaneResult]
    """Each model's lane, by label."""
    spent_usd: Decimal
    """What this run's calls cost so far, as far as prices are known."""
    ended: EndedEarly | None
    """Why items were left out on purpose; None if none were."""
    machines: Mapping[str, ServerTime]
    """What each local model's server did with its time, by label."""

    @property
    def why_ended(self) -> str | None:
        """Why items were left out on purpose, in words; None if none were."""
        return self.ended.why if self.ended else None


@dataclass(frozen=True, slots=True, kw_only=True)
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
    lanes: dict[str, LaneResult] = field(default_factory=dict)

    def remote(self, endpoints: Sequence[Endpoint], todo: Todo) -> tuple[frozenset[int], EndedEarly | None]:
        """Asks remote models: a pilot where nothing is known of their costs, then the rest if the user agrees.

        Who agreed to a pilot has not agreed to more, so that only other runs' answers make the question needless.
        Returns the ranks that were left out on purpose, and why.
        """
        calls = [call for e in endpoints for call in todo[e.entry.label]]
        priced = [e.entry.label for e in endpoints if self.spending.priced(e.entry.label)]
        samples, trial = self._samples(), frozenset[int]()
        if not all(has_history(label, samples) for label in priced):
            trial = pilot(calls)
            left_out = self._budgeted(endpoints, calls, trial)
            if left_out:
                left_out |= {call.rank for call in calls} - trial
                return left_out, self._spent_up(calls, left_out)
            samples = self._samples()
        going = [e for e in endpoints if e.entry.label not in self.lanes or not self.lanes[e.entry.label].stopped]
        names = {e.entry.label for e in going}
        rest = [call for call in calls if call.rank not in trial and call.model in names]
        ranks = frozenset(call.rank for call in rest)
        if not rest:
            return ranks, None
        ask = self.terms.consent == "ask" and not all(has_history(label, self.past) for label in priced)
        coming = [*rest, *(call for call in self.later if call.model in names)]
        if priced and not self.agreed and not self.watcher.estimated(estimate(coming, self.spending, samples), ask=ask):
            return ranks, EndedEarly("You chose not to go on.", {"--yes": ""})
        left_out = self._budgeted(going, rest, ranks)
        return left_out, self._spent_up(rest, left_out) if left_out else None

    def _samples(self) -> Samples:
        calls = self.journal.calls(self.entry.run)
        return with_calls(self.past, self.prepared.plan.calls, calls, self.spending)

    def _spent_up(self, calls: Sequence[PlannedCall], left_out: Collection[int]) -> EndedEarly:
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
        budget = Budget(limit, self.meter.usd, needs, worst=worst, bill=bill, tight=self._say_tight)
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
            label = endpoint.entry.label
            mine = [call for call in calls if call.model == label]
            if mine:
                lanes.append(Lane(endpoint, mine, endpoint.entry.concurrency))
        observer = Grading(self.prepared.loaded, self.watcher, self.meter, self.since)
        record, environ = self.journal.put, self.environ

        def stopped(label: str, why: str) -> Mapping[str, str]:
            self.watcher.say(f"{label} was stopped: {why}")
            return self.needless(label)

        lanes_run = run_lanes(
            self.entry.run,
            lanes,
            record,
            observer,
            environ,
            admission=budget,
            stopped=stopped,
            stages=stages_of(self.prepared, self.journal, self.entry.run, self.spending),
            slowed=self.watcher.slowed,
        )
        results = run_to_end(lanes_run)
        for label, result in results.items():
            self.lanes[label] = result.after(self.lanes[label]) if label in self.lanes else result

    def needless(self, stopped: str = "") -> dict[str, str]:
        """Models that need not be asked, and why; `stopped` is the newest of those that failed."""
        if self.terms.keep_going:
            return {}
        dead = {label for label, lane in self.lanes.items() if lane.stopped} | ({stopped} - {""})
        answered = {key for key, call in self.journal.calls(self.entry.run).items() if call.outcome.scored}
        dead -= {planned.model for planned in self.prepared.plan.calls if planned.key in answered}
        return needless(self.prepared.comparison.claims.values(), dead)


def as_recorded(lanes: Mapping[str, LaneResult], earlier: Mapping[str, RecordedLane]) -> dict[str, RecordedLane]:
    """What run.json keeps of lanes by label, earlier parts of the run included."""
    parts = {label: lane.after(_lane(earlier[label])) if label in earlier else lane for label, lane in lanes.items()}
    return {**earlier, **{label: RecordedLane(**asdict(lane)) for label, lane in parts.items()}}


def _lane(recorded: RecordedLane) -> LaneResult:
    return LaneResult(**{each.name: getattr(recorded, each.name) for each in fields(LaneResult)})


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
    since = utc_now()
    for planned, call in paid_before(plan, calls, journal.turns(entry.run)):
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
        since=since,
    )

    def begins(label: str) -> None:
        total = len(plan.of(label))
        watcher.lane(label, total - sum(p.model == label for p in left), total)

    for endpoint in remote:
        begins(endpoint.entry.label)
    nothing: tuple[frozenset[int], EndedEarly | None] = (frozenset(), None)
    left_out, ended = asking.remote(remote, todo) if remote else nothing
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
                asking.run([served], mine, None)
                up_s = now() - begun
            answered = journal.calls(entry.run)
            before, after = ([known[c.key] for c in mine if c.key in known] for known in (calls, answered))
            machines[label] = ServerTime(load_s, up_s, busy_s(after) - busy_s(before))
    return Asked(asking.lanes, meter.usd, ended, machines)


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


def may_reuse(environ: Mapping[str, str]) -> bool:
    """Whether answers of other runs may be taken: never under CI."""
    return environ.get("CI", "").lower() in ("", "0", "false")
