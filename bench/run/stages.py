"""What a run's episodes act on, and the turns of theirs that were paid before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.costs import Spending
from bench.engine import Stages
from bench.journal import Journal
from bench.records import Item
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

    return Stages(opened=opened, known=journal.turns(run), record=journal.put, bill=spending.bill)
