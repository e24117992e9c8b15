"""What runs on a node for a run elsewhere: attempts of calls, and work of a pool. Loads little, as each node must."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from bench.engine.saturation import Saturation
from bench.engine.sender import Here, LaneAway, Sent
from bench.engine.transport import Channel, tls_context

T = TypeVar("T")


@cache
def code_sha256() -> str:
    """The hash of this package's code: what another version asks or grades is not the same."""
    folder, digest = Path(__file__).parents[1], hashlib.sha256()
    for file in sorted(folder.rglob("*.py")):
        digest.update(f"{file.relative_to(folder)}\0".encode() + file.read_bytes())
    return digest.hexdigest()


class Station:
    """Makes attempts of many lanes' slots, in a process that another one asks to; it knows no more than it is told."""

    def __init__(self) -> None:
        self._tls, self._saturation = tls_context(), Saturation()
        self._lanes: dict[str, LaneAway] = {}
        self._channels: dict[tuple[str, int], Channel] = {}
        self._watch: asyncio.Task[None] | None = None

    async def ready(self) -> str:
        """Begins to watch its own clock. The hash of its code."""
        self._watch = asyncio.create_task(self._saturation.watch())
        return code_sha256()

    async def open(self, number: str, lane: LaneAway) -> None:
        """Makes a lane known under a number of its own."""
        self._lanes[number] = lane

    async def send(self, number: str, slot: int, body: Mapping[str, Any], waited_s: float, keeps_events: bool) -> Sent:
        """One attempt of a lane's slot."""
        return await self._send(number, slot, body, waited_s, keeps_events=keeps_events, begun=lambda: None)

    async def first(
        self, number: str, slot: int, body: Mapping[str, Any], waited_s: float, keeps_events: bool
    ) -> AsyncIterator[Sent | None]:
        """The same, after a None as soon as it begins to be answered: the lane's other slots wait for that."""
        begun = asyncio.Event()
        sent = self._send(number, slot, body, waited_s, keeps_events=keeps_events, begun=begun.set)
        asked = asyncio.ensure_future(sent)
        waiting = asyncio.ensure_future(begun.wait())
        await asyncio.wait((asked, waiting), return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if begun.is_set():
            yield None
        yield await asked

    async def _send(
        self,
        number: str,
        slot: int,
        body: Mapping[str, Any],
        waited_s: float,
        *,
        keeps_events: bool,
        begun: Callable[[], None],
    ) -> Sent:
        lane = self._lanes[number]
        channel = self._channels.get((number, slot))
        if channel is None:
            channel = Channel(lane.base_url, lane.headers, lane.asking.timeout_s, self._tls)
            self._channels[number, slot] = channel
        sender = Here(replace(lane.asking, on_first_event=begun), channel, self._saturation)
        return await sender.send(body, waited_s, keeps_events=keeps_events)

    async def close(self, number: str) -> None:
        """Forgets a lane and closes its connections."""
        self._lanes.pop(number, None)
        for at in [at for at in self._channels if at[0] == number]:
            await self._channels.pop(at).close()


def called(work: Callable[..., T], given: Sequence[Any], named: Mapping[str, Any]) -> T:
    """One piece of a pool's work."""
    return work(*given, **named)


def part(work: Callable[..., T], rows: Sequence[Sequence[Any]]) -> list[T]:
    """Several like pieces."""
    return [work(*row) for row in rows]
