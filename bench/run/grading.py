"""What happens to each finished call: it is graded, its cost is counted, and the user learns of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from decimal import Decimal

from bench.costs import Spending
from bench.plan import PlannedCall
from bench.records import Call
from bench.run.elsewhere import graded
from bench.run.prepare import Prepared, Watcher
from bench.run.score import grader_of


@dataclass(slots=True)
class Meter:
    """What the run has cost so far."""

    spending: Spending
    """What calls cost."""
    limit: Decimal | None
    """The budget; None for none."""
    usd: Decimal = Decimal(0)
    """The sum so far, as far as costs are known; with the most that calls without counts may have cost."""
    unsure_usd: Decimal = Decimal(0)
    """What of it is such a worst case."""
    unknown: set[str] = field(default_factory=set)
    """Models of whose calls one has no known cost."""

    def add(self, planned: PlannedCall, call: Call, since: str = "") -> None:
        """A call is finished; `since` is when its run began, for prices that changed meanwhile."""
        if planned.model not in self.spending.bills:
            return
        usd = self.spending.bill(planned, call, since)
        if usd is None:
            self.unknown.add(planned.model)
        else:
            self.usd += usd
            self.unsure_usd += self.spending.unsure(planned, call, since)

    def add_cut_off(
        self, calls: Iterable[PlannedCall], begun: Mapping[str, Call], since: str, say: Callable[[str], object]
    ) -> None:
        """Counts, and says, what killed processes of a run had sent and nobody learned the end of; `since` as above."""
        before, sent = self.usd, [call for call in calls if call.key in begun]
        for planned in sent:
            self.add(planned, begun[planned.key], since)
        if sent:
            say(
                f"Calls that were under way when this run was ended before: {len(sent)}. Whether they were billed is "
                f"not known: they count at their worst case, {self.usd - before:.4f} USD."
            )

    def tell(self, say: Callable[[str], object]) -> None:
        """Says how much of the sum nobody knows to be spent, where that is any."""
        if self.unsure_usd:
            say(
                f"{self.unsure_usd:.4f} of the {self.usd:.4f} USD are a worst case: the tokens of some calls were "
                "never reported, and these are counted at the most that they can have cost."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Grading:
    """Grades answers one at a time, so that clocks are disturbed least. Only a local model's slot waits for it."""

    prepared: Prepared
    """The run, with its tasks, and the nodes that grade if there are any."""
    watcher: Watcher
    """Who is told."""
    meter: Meter
    """What it has cost."""
    since: str = ""
    """When this asking began (UTC): what was paid before is counted already."""
    pool: Executor | None = field(init=False)
    """What grades; None for a thread of this process."""
    turn: asyncio.Semaphore = field(init=False)
    """Held by an answer that is being graded: one on each machine at a time."""

    def __post_init__(self) -> None:
        cluster = self.prepared.cluster
        object.__setattr__(self, "pool", self.prepared.pool)
        object.__setattr__(self, "turn", asyncio.Semaphore(1 if cluster is None else len(cluster.nodes)))

    async def finished(self, planned: PlannedCall, call: Call) -> None:
        """Grades the answer where a grader is ours, counts its cost and tells the user."""
        grader = grader_of(self.prepared.loaded, planned.item.task)
        verdict = None
        if grader and call.outcome.scored:
            async with self.turn:
                verdict = await graded(grader, self.prepared.loaded.raw_item(planned.item), call.text, self.pool)
        self.meter.add(planned, call, self.since)
        self.watcher.finished(planned, call, verdict)
        self.watcher.spent(self.meter.usd, self.meter.limit, sorted(self.meter.unknown), self.meter.unsure_usd)
