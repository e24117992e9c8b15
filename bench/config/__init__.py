"""What the user asked for: bench.toml, `.env` and the environment, checked."""

from __future__ import annotations

from bench.config.environment import environment
from bench.config.load import read_model

__all__ = [
    "environment",
    "read_model",
]
