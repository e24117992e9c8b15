"""What our own families of reasoning items are made of; `families/` holds one file each, docs/reasoning.md says how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from bench.suites.coding.family import Drawn, Params

Render = Callable[[Params], str]
"""An instance's question in one language, the form of the answer stated."""
Solve = Callable[[Params], str]
"""The answer to an instance, the same in every language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasoningFamily:
    """One idea for questions that need several steps, and everything that makes its instances."""

    name: str
    """Names the items and is their statistical cluster."""
    params: Callable[[Random, int], Drawn]
    """Draws what an instance is about, given its level, 1 to 3."""
    english: Render
    """The question."""
    chinese: Render
    """The same question."""
    reference: Solve
    """The answer."""
    second: Solve
    """The answer again, worked out another way."""
    type: str = "integer"
    """How an answer is compared (`values.AnswerKind`)."""
