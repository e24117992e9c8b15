"""The pacer: nobody runs far ahead of the slowest model still running."""

from __future__ import annotations

import asyncio

from bench.engine.limiter import LEAD_ITEMS, Pacer


def test_the_fast_model_waits_for_the_slow_one() -> None:
    async def run() -> tuple[int, int]:
        pacer = Pacer({"fast": 1, "slow": 1})
        begun = 0

        async def fast() -> None:
            nonlocal begun
            for number in range(50):
                await pacer.wait("fast", number)
                begun += 1
                await pacer.finished("fast")
            await pacer.leave("fast")

        task = asyncio.create_task(fast())
        await asyncio.sleep(0.02)
        ahead = begun
        await pacer.finished("slow")
        await asyncio.sleep(0.02)
        after_one = begun
        await pacer.leave("slow")
        await task
        assert begun == 50
        return ahead, after_one

    assert asyncio.run(run()) == (LEAD_ITEMS + 1, LEAD_ITEMS + 2)


def test_a_model_alone_never_waits() -> None:
    async def run() -> None:
        pacer = Pacer({"only": 2})
        for number in range(100):
            await pacer.wait("only", number)
            await pacer.finished("only")

    asyncio.run(asyncio.wait_for(run(), 5))
