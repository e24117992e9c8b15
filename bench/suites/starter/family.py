"""What the starter's families are made of: coding families as the coding suite has them, and short questions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from bench.suites.coding.family import Drawn, Params

LEVELS = (1, 2)
"""The level of each instance of a family, in turns."""
Solve = Callable[[Params], str]
"""The answer to an instance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortFamily:
    """One idea for short questions, and everything that makes its instances."""

    name: str
    """Names the items and is their statistical cluster."""
    params: Callable[[Random, int], Drawn]
    """Draws what an instance is about, given its level, 1 or 2."""
    question: Callable[[Params], str]
    """The question; it ends by saying how the answer is written."""
    reference: Solve
    """The answer."""
    second: Solve
    """The answer again, worked out another way, from the question."""
    type: str = "integer"
    """How an answer is compared (`values.AnswerKind`)."""
