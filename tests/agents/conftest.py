"""What the tests of agents share."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from bench.agents import AgentPreset, probe_walls
from bench.errors import UsageError

SERVERS = Path(__file__).parents[2] / ".servers"
"""Where `make servers` puts two agents."""
OF_CI = ("mini", "qwen")
"""The programs that must be there in CI."""


@pytest.fixture(autouse=True)
def agents_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """The agents of `make servers` are found behind those of the PATH."""
    own = (SERVERS / "mini" / "bin", SERVERS / "npm" / "node_modules" / ".bin")
    monkeypatch.setenv("PATH", ":".join((os.environ["PATH"], *map(str, own))))


def require_agent(preset: AgentPreset) -> None:
    """Skips where an agent is not installed; in CI those of `make servers` must be."""
    if not any(map(shutil.which, preset.programs)):
        why = f"{preset.programs[0]} is not in the PATH, nor from make servers: {preset.install}"
        if os.environ.get("CI") and set(OF_CI) & set(preset.programs):
            pytest.fail(why)
        pytest.skip(why)


@pytest.fixture(scope="session")
def walls() -> None:
    """Skips where no agent can be contained; fails there in CI."""
    try:
        holds = asyncio.run(probe_walls()).hold
    except UsageError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))
    if not holds:
        pytest.fail("an agent's walls do not hold: bench agent check")
