"""What happens to each finished call: it is graded, its cost is counted, and the user learns of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from bench.costs import Spending
from bench.plan import PlannedCall
from bench.records import Call, Graded
from bench.registry import LoadedTasks
from bench.run.prepare import Watcher
from bench.run.score import grader_of


@dataclass(slots=True)
class Meter:
    """What the run has cost so far."""

    spending: Spending
    """What calls cost."""
    limit: Decimal | None
    """The budget; None for none."""
    usd: Decimal = Decimal(0)
    """The sum so far, as far as costs are known."""
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


@dataclass(frozen=True, slots=True)
class Grading:
    """Grades answers one at a time, so that clocks are disturbed least. Only a local model's slot waits for it."""

    loaded: LoadedTasks
    """The run's tasks."""
    watcher: Watcher
    """Who is told."""
    meter: Meter
    """What it has cost."""
    since: str = ""
    """When this asking began (UTC): what was paid before is counted already."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by the answer that is being graded."""

    async def finished(self, planned: PlannedCall, call: Call) -> None:
        """Grades the answer where a grader is ours, counts its cost and tells the user."""
        grader = grader_of(self.loaded, planned.item.task)
        graded = None
        if grader and call.outcome.scored:
            grade: Callable[..., Graded] = grader.grade
            async with self.turn:
                graded = await asyncio.to_thread(grade, self.loaded.raw_item(planned.item), call.text)
        self.meter.add(planned, call, self.since)
        self.watcher.finished(planned, call, graded)
        self.watcher.spent(self.meter.usd, self.meter.limit, sorted(self.meter.unknown))
