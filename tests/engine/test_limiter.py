"""The pacer: nobody runs far ahead of the slowest model still running."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bench.engine.limiter import LEAD_ITEMS, Pacer


async def run_ahead(pacer: Pacer, model: str, ranks: Sequence[int], begun: list[int]) -> None:
    for rank in ranks:
        await pacer.begin(model, rank)
        begun.append(rank)
    await pacer.leave(model)


def test_the_fast_model_waits_for_the_slow_one() -> None:
    async def run() -> tuple[int, int]:
        pacer, begun = Pacer({"fast": range(50), "slow": range(50)}, {"fast": 1, "slow": 1}), list[int]()
        task = asyncio.create_task(run_ahead(pacer, "fast", range(50), begun))
        await asyncio.sleep(0.02)
        ahead = len(begun)
        await pacer.begin("slow", 0)
        await asyncio.sleep(0.02)
        after_one = len(begun)
        await pacer.leave("slow")
        await task
        assert begun == list(range(50))
        return ahead, after_one

    assert asyncio.run(run()) == (LEAD_ITEMS + 1, LEAD_ITEMS + 2)


def test_models_that_resume_at_different_places_meet_at_the_same_items() -> None:
    async def run() -> list[int]:
        pacer, begun = Pacer({"ahead": range(40, 60), "behind": range(60)}, {"ahead": 1, "behind": 1}), list[int]()
        task = asyncio.create_task(run_ahead(pacer, "ahead", range(40, 60), begun))
        for rank in range(40 - LEAD_ITEMS):
            assert begun == []
            await pacer.begin("behind", rank)
            await asyncio.sleep(0)
        await asyncio.sleep(0.02)
        met = list(begun)
        await pacer.leave("behind")
        await task
        return met

    assert asyncio.run(run()) == [40]


def test_a_model_alone_never_waits() -> None:
    async def run() -> None:
        pacer = Pacer({"only": range(100)}, {"only": 2})
        await run_ahead(pacer, "only", range(100), [])

    asyncio.run(asyncio.wait_for(run(), 5))
