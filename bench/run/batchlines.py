"""The results of a batch, a line at a time: together they may be gigabytes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bench.engine import BatchClient, lines_of
from bench.providers import BatchLine

STRANGE = 1000
"""Lines of a file of results that may be of nobody's request, beside as many as it has requests."""

Take = Callable[[str, BatchLine | None], Awaitable[None]]
"""What becomes of the result of a key; None where there is none."""


async def passed_over(_key: str, _line: BatchLine | None) -> None:
    """Takes a result and keeps nothing of it."""


async def each_result(client: BatchClient, path: str, wanted: Mapping[str, str], found: set[str], take: Take) -> int:
    """Hands on the first result of each key of `wanted` (by custom id) and adds the key to `found`. How many lines were
    something else. Raises BatchTrouble."""
    strange = 0
    async with client.results(path, len(wanted)) as file:
        for text in lines_of(file):
            line = _line(client, text)
            key = wanted.get(line.custom_id) if line else None
            if line is None or key is None or key in found:
                strange += 1
            else:
                found.add(key)
                await take(key, line)
            if strange > len(wanted) + STRANGE:
                break
    return strange


def _line(client: BatchClient, text: str | None) -> BatchLine | None:
    """What a line of results says; None for what is no such line."""
    try:
        return None if text is None else client.wire.result(text)
    except ValueError:
        return None
