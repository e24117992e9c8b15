"""Agents on tasks: behind walls without a network, their calls metered by the proxy, one record an episode."""

from __future__ import annotations

from bench.agents.episode import AgentEpisode, AgentTask, Worked, run_episode, work
from bench.agents.locate import LocatedAgent, locate
from bench.agents.presets import AgentPreset, presets
from bench.agents.probe import WallsProbe, probe_walls, room
from bench.agents.version import versions_of
from bench.agents.walls import AgentLimits
from bench.agents.watch import StopCause
from bench.agents.workspace import contents, lay_out

__all__ = [
    "AgentEpisode",
    "AgentLimits",
    "AgentPreset",
    "AgentTask",
    "LocatedAgent",
    "StopCause",
    "WallsProbe",
    "Worked",
    "contents",
    "lay_out",
    "locate",
    "presets",
    "probe_walls",
    "room",
    "run_episode",
    "versions_of",
    "work",
]
