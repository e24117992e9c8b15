"""What the tests of agents share."""

from __future__ import annotations

import asyncio
import os

import pytest

from bench.agents import probe_walls
from bench.errors import UsageError


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
