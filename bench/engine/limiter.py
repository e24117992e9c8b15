"""Keeps models of one comparison together in time: none runs far ahead of the slowest."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence

LEAD_ITEMS = 8
"""A model may always be this many items ahead."""


class Pacer:
    """Lets a model begin an item only if it is at most max(8, its concurrency) items ahead of the slowest model.

    Items are counted by their rank in the plan, so that models which resume with unlike shares answered still meet
    at the same items.
    """

    def __init__(self, ranks: Mapping[str, Sequence[int]], concurrency: Mapping[str, int]) -> None:
        """`ranks`: what each model has still to ask, ascending."""
        self._lead = {model: max(LEAD_ITEMS, slots) for model, slots in concurrency.items()}
        self._open = {model: deque(mine) for model, mine in ranks.items()}
        self._begun: dict[str, set[int]] = {model: set() for model in ranks}
        self._moved = asyncio.Condition()

    def may_begin(self, model: str, rank: int) -> bool:
        """Whether the model may begin its item of this rank now."""
        slowest = min((ranks[0] for ranks in self._open.values() if ranks), default=rank)
        return rank - slowest <= self._lead[model]

    async def begin(self, model: str, rank: int) -> None:
        """Returns when the model may begin its item of this rank, which then counts as begun.

        Begun is enough: one slow call must not hold its model's other slots.
        """
        async with self._moved:
            await self._moved.wait_for(lambda: self.may_begin(model, rank))
            ranks, begun = self._open[model], self._begun[model]
            begun.add(rank)
            while ranks and ranks[0] in begun:
                begun.remove(ranks.popleft())
            self._moved.notify_all()

    async def leave(self, model: str) -> None:
        """The model is through, or stopped: nobody waits for it any more."""
        async with self._moved:
            self._open[model].clear()
            self._moved.notify_all()
