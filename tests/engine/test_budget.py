from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from bench.engine.budget import SHARE, Budget
from bench.records.items import Call
from tests.test_journal import call as recorded

CALL: Call = recorded()


@dataclass
class World:
    """Models whose every call costs what `prices` says, at worst `worst`; counts what is in flight."""

    limit: Decimal
    models: Sequence[str]
    ranks: int
    worst: Decimal
    price: Decimal
    slots: int = 8
    seed: int = 0
    spent: Decimal = Decimal(0)
    done: dict[str, set[int]] = field(default_factory=dict)
    flying: int = 0
    most_flying: list[int] = field(default_factory=list)
    tight: list[int] = field(default_factory=list)

    def run(self, leaves: Mapping[str, int] | None = None) -> Budget:
        """Runs every model; `leaves` lets one stop after so many calls."""
        todo = {m: [r for r in range(self.ranks) if r not in self.done.get(m, ())] for m in self.models}

        def tight(budget: Budget) -> None:
            self.tight.append(budget.flying)

        budget = Budget(self.limit, self.spent, todo, lambda *_: self.worst, lambda *_: self.price, tight)
        rng = random.Random(self.seed)

        async def slot(model: str, queue: list[int]) -> None:
            while queue:
                if leaves and len(self.done.get(model, ())) >= leaves.get(model, self.ranks):
                    break
                rank = queue.pop(0)
                if not await budget.begin(model, rank):
                    break
                self.flying += 1
                assert budget.spent + budget.reserved <= self.limit
                await asyncio.sleep(rng.random() / 1000)
                self.most_flying.append(self.flying)
                self.flying -= 1
                budget.finished(model, rank, CALL)
                self.done.setdefault(model, set()).add(rank)

        async def lane(model: str, queue: list[int]) -> None:
            await asyncio.gather(*(slot(model, queue) for _ in range(self.slots)))
            budget.leave(model)

        async def everything() -> None:
            await asyncio.gather(*(lane(model, queue) for model, queue in todo.items()))

        asyncio.run(asyncio.wait_for(everything(), 20))
        self.spent = budget.spent
        return budget


def test_the_stop_is_balanced_and_within_the_limit() -> None:
    world = World(Decimal(10), ("a", "b"), ranks=100, worst=Decimal("0.5"), price=Decimal("0.1"))
    budget = world.run()
    assert budget.stopped
    assert world.done["a"] == world.done["b"] == set(range(len(world.done["a"])))
    assert budget.denied == frozenset(range(len(world.done["a"]), 100))
    assert Decimal(9) < budget.spent <= Decimal(10), "all but an item's worst case of 1 USD is used"
    assert budget.reserved == 0


def test_concurrency_follows_what_calls_were_seen_to_cost() -> None:
    world = World(Decimal(10), ("a",), ranks=200, worst=Decimal("0.5"), price=Decimal("0.1"))
    world.run()
    assert world.most_flying[0] == 4, "20 % of 10 USD hold 4 calls of at most 0.50 USD"
    assert max(world.most_flying) == world.slots, "and 20 of 0.10 USD"
    assert world.most_flying[-1] == 1, "at the end the worst case is the edge"
    assert world.tight == []


def test_worst_cases_that_keep_calls_waiting_are_said_once() -> None:
    world = World(Decimal(10), ("a",), ranks=30, worst=Decimal(3), price=Decimal("0.1"))
    world.run()
    assert max(world.most_flying) == 3
    assert world.tight == [3]


def test_a_raised_limit_continues_where_it_stopped() -> None:
    world = World(Decimal(1), ("a", "b"), ranks=10, worst=Decimal("0.2"), price=Decimal("0.1"))
    assert world.run().stopped
    first = len(world.done["a"])
    world.limit = Decimal(10)
    assert not world.run().stopped
    assert 0 < first < len(world.done["a"]) == 10
    assert world.spent == Decimal(2)


def test_an_item_that_does_not_fit_is_not_begun() -> None:
    world = World(Decimal("0.3"), ("a", "b"), ranks=3, worst=Decimal("0.2"), price=Decimal("0.1"))
    budget = world.run()
    assert (budget.stopped, world.done, budget.spent) == (True, {}, Decimal(0))


def test_a_model_that_leaves_holds_nothing_back() -> None:
    world = World(Decimal(10), ("a", "b"), ranks=20, worst=Decimal("0.5"), price=Decimal("0.1"), slots=2)
    budget = world.run(leaves={"b": 3})
    assert len(world.done["a"]) == 20
    assert len(world.done["b"]) <= 4
    assert budget.reserved == 0
    assert not budget.stopped


def test_a_retry_must_fit_too() -> None:
    async def play() -> None:
        budget = Budget(Decimal(1), Decimal(0), {"a": [0, 1]}, lambda *_: Decimal("0.4"), lambda *_: Decimal("0.8"))
        assert await budget.begin("a", 0)
        assert budget.again("a", 0)
        assert budget.reserved == Decimal("0.8")
        assert not budget.again("a", 0), "1.20 USD would be too much"
        budget.finished("a", 0, CALL)
        assert (budget.spent, budget.reserved) == (Decimal("0.8"), Decimal(0))
        assert not await budget.begin("a", 1)

    asyncio.run(play())


def test_what_has_no_bound_is_never_begun() -> None:
    world = World(Decimal(10), ("a", "b"), ranks=3, worst=Decimal("Infinity"), price=Decimal("0.1"))
    budget = world.run()
    assert (budget.stopped, world.done, budget.spent) == (True, {}, Decimal(0))


def test_after_a_bill_without_a_bound_nothing_is_begun() -> None:
    world = World(Decimal(10), ("a",), ranks=9, worst=Decimal("0.1"), price=Decimal("Infinity"), slots=1)
    assert world.run().stopped
    assert len(world.done["a"]) == 1


def test_an_abandoned_call_costs_nothing() -> None:
    async def play() -> None:
        budget = Budget(Decimal(1), Decimal(0), {"a": [0]}, lambda *_: Decimal(1), lambda *_: Decimal(1))
        assert await budget.begin("a", 0)
        budget.finished("a", 0, None)
        assert (budget.spent, budget.reserved) == (Decimal(0), Decimal(0))

    asyncio.run(play())


def test_what_is_already_spent_counts() -> None:
    world = World(Decimal(1), ("a",), ranks=5, worst=Decimal("0.2"), price=Decimal("0.2"), spent=Decimal("0.9"))
    assert world.run().stopped
    assert world.done == {}


@settings(deadline=None, max_examples=40)
@given(
    limit=st.decimals("0.1", 20, places=2),
    worst=st.decimals("0.01", 2, places=2),
    share=st.decimals("0.01", 1, places=2),
    models=st.integers(1, 3),
    seed=st.integers(0, 9),
)
def test_no_limit_is_ever_passed(limit: Decimal, worst: Decimal, share: Decimal, models: int, seed: int) -> None:
    world = World(limit, [str(n) for n in range(models)], ranks=20, worst=worst, price=worst * share, seed=seed)
    budget = world.run()
    assert budget.spent <= limit
    assert len({frozenset(done) for done in world.done.values()}) <= 1
    assert budget.stopped or all(len(done) == 20 for done in world.done.values())
    if budget.stopped:
        assert limit - budget.spent < worst * models, "it stops only where the next item does not fit"


def test_the_share_is_the_documented_one() -> None:
    assert Decimal("0.2") == SHARE
