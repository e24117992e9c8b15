"""What several families say or ask alike: times of day, letters, and whether a rule matters."""

from __future__ import annotations

from collections.abc import Iterable

from bench.suites.coding.family import Drawn, Params
from bench.suites.reasoning.family import Solve

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Names of people, towns and lists, the same in every language."""


def clock(minutes: int) -> str:
    """A time of day, e.g. 8:05 of 485 minutes after midnight."""
    return f"{minutes // 60}:{minutes % 60:02d}"


def changed(p: Params, **other: object) -> Params:
    """The same instance with some parameters otherwise."""
    return Params(**{**vars(p), **other})


def matters(p: Params, solve: Solve, others: Iterable[Drawn]) -> bool:
    """Whether the answer is another one in each case in which some parameters are otherwise."""
    right = solve(p)
    return all(solve(changed(p, **other)) != right for other in others)
