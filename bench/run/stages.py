"""What a run's episodes act on, and the turns of theirs that were paid before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bench.costs import Spending
from bench.engine import Stages
from bench.errors import UsageError
from bench.journal import Journal
from bench.plan import Plan, PlannedCall
from bench.records import Call, Item
from bench.run.score import grader_of

if TYPE_CHECKING:
    from bench.run.prepare import Prepared


def stages_of(prepared: Prepared, journal: Journal, run: str, spending: Spending) -> Stages | None:
    """The stages of a run that has episodes; None for one that has none."""
    if not any(call.item.dialogue for call in prepared.plan.calls):
        return None
    loaded = prepared.loaded

    def opened(item: Item) -> Any:
        grader: Any = grader_of(loaded, item.task)
        return grader.opened(loaded.raw_item(item))

    most = prepared.comparison.run.episode_usd
    unpriced = [label for label in spending.bills if not spending.priced(label)]
    if most is not None and unpriced:
        raise UsageError(f"episode_usd needs a price for every remote model: {spending.why_not(unpriced[0])}")
    return Stages(
        opened=opened,
        known=journal.turns(run),
        record=journal.put,
        bill=spending.bill,
        most_usd=None if most is None else Decimal(str(most)),
    )


def paid_before(plan: Plan, calls: Mapping[str, Call], turns: Mapping[str, Call]) -> Iterator[tuple[PlannedCall, Call]]:
    """Everything that a run has asked before: its calls, and the turns of episodes that are not over."""
    planned = {call.order: call for call in plan.calls}
    over = {turn.key for call in calls.values() if call.episode for turn in call.episode.turns}
    yield from ((call, calls[call.key]) for call in plan.calls if call.key in calls)
    yield from ((planned[turn.order], turn) for key, turn in turns.items() if key not in over and turn.order in planned)
