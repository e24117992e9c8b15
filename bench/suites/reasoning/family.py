"""What our own families of reasoning items are made of; `families/` holds one file each, docs/reasoning.md says how."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from bench.suites.coding.family import Drawn, Params

Render = Callable[[Params], str]
"""An instance's question in one language, the form of the answer stated."""
Solve = Callable[[Params], str]
"""The answer to an instance, the same in every language."""


@dataclass(frozen=True, slots=True)
class Dial:
    """What makes a family's items longer: sizes that can be raised without new code."""

    of: str
    """What is counted, in the order of the sizes."""
    sizes: Mapping[int, object] = field(hash=False)
    """One or several numbers, by level."""

    def at(self, level: int) -> str:
        """The sizes at a level, e.g. "8, 18, 24"; empty if it is not asked."""
        size = self.sizes.get(level, ())
        return ", ".join(map(str, size)) if isinstance(size, tuple) else str(size)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasoningFamily:
    """One idea for questions that need several steps, and everything that makes its instances."""

    name: str
    """Names the items and is their statistical cluster."""
    params: Callable[[Random, int], Drawn]
    """Draws what an instance is about, given its level: 1 to 3, and 5 to 7 where the dial says how large these are."""
    dial: Dial
    """Its size by level."""
    english: Render
    """The question."""
    chinese: Render
    """The same question."""
    more: Mapping[str, Render] = field(default_factory=dict, hash=False)
    """The same question in further languages (BCP 47), where the family has them."""
    reference: Solve
    """The answer."""
    second: Solve
    """The answer again, worked out another way."""
    type: str = "integer"
    """How an answer is compared (`values.AnswerKind`)."""

    def text(self, language: str) -> Render:
        """The question in a language; KeyError if the family is not asked in it."""
        return {"en": self.english, "zh": self.chinese, **self.more}[language]
