"""Keeps models of one comparison together in time: none runs far ahead of the slowest."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

LEAD_ITEMS = 8
"""A model may always be this many items ahead."""


class Pacer:
    """Lets a model begin its n-th item only if it is at most max(8, its concurrency) items ahead of the slowest."""

    def __init__(self, concurrency: Mapping[str, int]) -> None:
        self._lead = {model: max(LEAD_ITEMS, slots) for model, slots in concurrency.items()}
        self._done = dict.fromkeys(concurrency, 0)
        self._moved = asyncio.Condition()

    async def wait(self, model: str, number: int) -> None:
        """Returns when the model may begin its item `number`, counted from 0."""
        async with self._moved:
            await self._moved.wait_for(lambda: number - min(self._done.values(), default=number) <= self._lead[model])

    async def finished(self, model: str) -> None:
        """One more of the model's items is done."""
        async with self._moved:
            self._done[model] += 1
            self._moved.notify_all()

    async def leave(self, model: str) -> None:
        """The model is through, or stopped: nobody waits for it any more."""
        async with self._moved:
            self._done.pop(model, None)
            self._moved.notify_all()
