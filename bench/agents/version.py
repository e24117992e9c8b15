"""Which version an agent is, as it says itself, asked behind the walls: its command may be anybody's."""

from __future__ import annotations

import asyncio

from bench import clean
from bench.agents.contained import contained
from bench.agents.locate import LocatedAgent
from bench.agents.presets import filled
from bench.agents.probe import PLAIN, owned, room
from bench.agents.walls import AgentLimits

VERSION_S = 60.0
"""Seconds that it may take."""


async def version_of(agent: LocatedAgent) -> str:
    """The first line that it prints; empty where it fails. UsageError where the walls cannot be put up."""
    async with room() as folder:
        workspace = folder / "workspace"
        workspace.mkdir()
        server = await asyncio.start_unix_server(_none, folder / "none")
        ended = await contained(
            filled(agent.preset.version, {"program": str(agent.program), "python": agent.python}),
            {**PLAIN, "PATH": agent.path, **agent.preset.environment},
            workspace=owned(workspace),
            socket=owned(folder / "none"),
            programs=agent.folders,
            limits=AgentLimits(wall_s=VERSION_S),
        )
        server.close()
    return "" if ended.exit_code else clean.line(ended.output.strip().split("\n")[0])[:100]


async def _none(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()
