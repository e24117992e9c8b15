"""Agents on tasks: behind walls without a network, their calls metered by the proxy, one record an episode."""

from __future__ import annotations

from bench.agents.episode import AgentEpisode, AgentTask, run_episode
from bench.agents.locate import LocatedAgent, locate
from bench.agents.presets import AgentPreset, presets
from bench.agents.probe import WallsProbe, probe_walls
from bench.agents.version import version_of
from bench.agents.walls import AgentLimits
from bench.agents.watch import StopCause

__all__ = [
    "AgentEpisode",
    "AgentLimits",
    "AgentPreset",
    "AgentTask",
    "LocatedAgent",
    "StopCause",
    "WallsProbe",
    "locate",
    "presets",
    "probe_walls",
    "run_episode",
    "version_of",
]
