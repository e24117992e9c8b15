"""What the user asked for: bench.toml, `.env` and the environment, checked."""

from __future__ import annotations

from bench.config.allowed import Check
from bench.config.draft import draft
from bench.config.environment import environment
from bench.config.file import RULES, TABLES, VARIANT
from bench.config.load import LOCAL_KEYS, REMOTE_KEYS, read, read_claims, read_model, read_report

__all__ = [
    "Check",
    "LOCAL_KEYS",
    "REMOTE_KEYS",
    "RULES",
    "TABLES",
    "VARIANT",
    "draft",
    "environment",
    "read",
    "read_claims",
    "read_model",
    "read_report",
]
