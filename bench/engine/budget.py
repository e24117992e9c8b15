"""A hard cap on what a run may spend: an item is begun only if its worst case still fits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal

from bench.records import Call

SHARE = Decimal("0.2")
"""The share of what is left that calls in flight may be expected to cost; one item may always be in flight."""


class Budget:
    """The engine's `Admission` for a run with a limit.

    An item is admitted for all of its models at once and in the plan's order, so that wherever the money ends, the
    same items are complete for every model. What is spent and what is reserved never exceed the limit together:
    all that a crash can add is the calls that were in flight, for which their worst case was reserved.

    The worst case is the edge only. How many calls are in flight follows from the dearest bill that each model's calls
    have had (before there is one, from the worst case).
    """

    def __init__(
        self,
        limit: Decimal,
        spent: Decimal,
        ranks: Mapping[str, Collection[int]],
        worst: Callable[[str, int], Decimal],
        bill: Callable[[str, int, Call], Decimal],
        tight: Callable[[Budget], None] = lambda _budget: None,
    ) -> None:
        """`ranks`: what each model has still to ask. `worst` is the most that asking a model an item once can cost,
        `bill` what a finished call cost, or may have cost where its reports leave that open. All in USD. `tight` is
        called once, if worst cases alone keep an item waiting though half of the limit or more is left."""
        self.limit = limit
        self.spent = spent
        self.stopped = False
        """Whether an item did not fit any more: nothing after it is begun."""
        self._worst = worst
        self._bill = bill
        self._tight: Callable[[Budget], None] | None = tight
        self._dearest: dict[str, Decimal] = {}
        self._needs: dict[int, set[str]] = {}
        for model, mine in ranks.items():
            for rank in mine:
                self._needs.setdefault(rank, set()).add(model)
        self._waiting = sorted(self._needs, reverse=True)
        self._admitted: set[int] = set()
        self._held: dict[tuple[str, int], Decimal] = {}
        self._begun: set[tuple[str, int]] = set()
        self._changed = asyncio.Event()

    @property
    def reserved(self) -> Decimal:
        """The worst case of everything admitted and not finished, USD."""
        return sum(self._held.values(), Decimal(0))

    @property
    def flying(self) -> int:
        """Calls that were admitted and are not finished."""
        return len(self._held)

    @property
    def denied(self) -> frozenset[int]:
        """The items that were not admitted, by rank."""
        return frozenset(self._waiting)

    async def begin(self, model: str, rank: int) -> bool:
        """Returns when it is known whether the item may be begun. False: the budget ends here."""
        while not self._decided(rank):
            await self._changed.wait()
        if rank not in self._admitted:
            return False
        self._begun.add((model, rank))
        return True

    def again(self, model: str, rank: int) -> bool:
        """Whether a retry fits that could be billed as well; its worst case is then reserved too."""
        worst = self._worst(model, rank)
        fits = self.spent + self.reserved + worst <= self.limit
        if fits:
            self._held[model, rank] += worst
        return fits

    def finished(self, model: str, rank: int, call: Call | None) -> None:
        """Replaces the call's reservation by its bill; None: it was never sent."""
        del self._held[model, rank]
        if call:
            bill = self._bill(model, rank, call)
            self.spent += bill
            self._dearest[model] = max(bill, self._dearest.get(model, bill))
        self._tell()

    def leave(self, model: str) -> None:
        """All slots of the model have ended: what was reserved for it is free, and no item waits for it."""
        for rank in self._waiting:
            self._needs[rank].discard(model)
        self._held = {at: held for at, held in self._held.items() if at[0] != model or at in self._begun}
        self._tell()

    def _decided(self, rank: int) -> bool:
        while not self.stopped and self._waiting and self._waiting[-1] <= rank and self._admit(self._waiting[-1]):
            self._admitted.add(self._waiting.pop())
        return self.stopped or rank in self._admitted

    def _admit(self, rank: int) -> bool:
        worst = {(model, rank): self._worst(model, rank) for model in self._needs[rank]}
        left = self.limit - self.spent
        fits = self.reserved + sum(worst.values(), Decimal(0)) <= left
        fits_pace = self._expected({**self._held, **worst}) <= SHARE * left
        if fits and (fits_pace or not self._held):
            self._held |= worst
            return True
        if not self._held:
            self.stopped = True
            self._tell()
        elif fits_pace and self._tight and 2 * left >= self.limit:
            tell, self._tight = self._tight, None
            tell(self)
        return False

    def _expected(self, held: Mapping[tuple[str, int], Decimal]) -> Decimal:
        """What calls are expected to cost, by the dearest bill of their model so far."""
        return sum((min(worst, self._dearest.get(at[0], worst)) for at, worst in held.items()), Decimal(0))

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
