"""Which version agents are, as they say themselves, asked behind the walls: their commands may be anybody's."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TypeVar

from bench import clean
from bench.agents.contained import contained
from bench.agents.locate import LocatedAgent
from bench.agents.presets import filled
from bench.agents.probe import PLAIN, owned, room
from bench.agents.walls import AgentLimits
from bench.errors import UsageError
from bench.proxy import bindable

VERSION_S = 15.0
"""Seconds that all may take together: known agents take 1 to 4, those of a busy machine several times that."""
_BESIDE = 8
"""So many are asked side by side."""

Name = TypeVar("Name")


async def versions_of(agents: Mapping[Name, LocatedAgent]) -> dict[Name, str | UsageError]:
    """By name the first line that each prints, empty where it fails or has not said it within VERSION_S of the first.

    A UsageError in its place where its walls cannot be put up.
    """
    beside, until = asyncio.Semaphore(_BESIDE), asyncio.get_running_loop().time() + VERSION_S

    async def ask(agent: LocatedAgent) -> str | UsageError:
        async with beside:
            left_s = until - asyncio.get_running_loop().time()
            try:
                return await version_of(agent, left_s) if left_s > 0 else ""
            except UsageError as error:
                return UsageError(f"{agent.preset.name}: {error}")

    return dict(zip(agents, await asyncio.gather(*map(ask, agents.values())), strict=True))


async def version_of(agent: LocatedAgent, seconds: float = VERSION_S) -> str:
    """The first line that it prints; empty where it fails. UsageError where the walls cannot be put up."""
    async with room() as folder:
        workspace = folder / "workspace"
        workspace.mkdir()
        with bindable(folder / "none") as name:
            server = await asyncio.start_unix_server(_none, name)
        try:
            ended = await contained(
                filled(agent.preset.version, {"program": str(agent.program), "python": agent.python}),
                {**PLAIN, "PATH": agent.path, **agent.preset.environment},
                workspace=owned(workspace),
                socket=owned(folder / "none"),
                programs=agent.folders,
                limits=AgentLimits(wall_s=seconds, memory_bytes=2**30, file_bytes=2**28, disk_bytes=2**28),
            )
        finally:
            server.close()
    return "" if ended.exit_code else clean.line(ended.output.strip().split("\n")[0])[:100]


async def _none(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()
