"""What a check comes to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CheckStatus(StrEnum):
    """How good a finding is."""

    OK = "ok"
    """Nothing to do."""
    WARN = "warn"
    """A run will work, but less well, or nobody can tell."""
    FAIL = "fail"
    """A run will not work as configured."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    status: CheckStatus
    """How good it is."""
    what: str
    """The kind of check, e.g. "key"."""
    text: str
    """What was found, without secrets."""
    cure: str = ""
    """What to do about it; empty if nothing."""
    model: str | None = None
    """The label of the model it concerns; None for the machine."""
