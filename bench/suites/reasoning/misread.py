"""Planted wrong solvers of the families that are asked at levels 5 to 7: each follows the reference but for one rule.

A misreading, in `misread.json`, is the texts of a family's file that are replaced, each of which stands there once.
Every item of these levels is answered wrongly by `CAUGHT` of its family's at least, else it is drawn again.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import islice
from pathlib import Path

from bench.suites.coding.family import Params
from bench.suites.reasoning.family import ReasoningFamily, Solve

CAUGHT = 5
"""Misreadings that every item answers otherwise than the reference does, at least."""
Slips = Sequence[tuple[str, str]]
"""Texts of a file and what stands there instead."""

MISREAD: Mapping[str, Mapping[str, Slips]] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
"""What a solver of each family may get wrong, in words, and how."""


@cache
def misreaders(family: ReasoningFamily) -> Mapping[str, Solve]:
    """The planted wrong solvers of a family, by what they get wrong. ValueError if a text is not there once."""
    source = inspect.getsource(sys.modules[family.params.__module__])
    return {what: _solver(family, source, what) for what in MISREAD[family.name]}


def _solver(family: ReasoningFamily, source: str, what: str) -> Solve:
    for old, new in MISREAD[family.name][what]:
        if source.count(old) != 1:
            raise ValueError(f"{family.name}, {what}: {old!r} is {source.count(old)} times in its file, and not once.")
        source = source.replace(old, new)
    names = {"__name__": family.params.__module__}
    exec(compile(source, f"<{family.name}, {what}>", "exec"), names)
    solve: Solve = names["FAMILY"].reference  # type: ignore[attr-defined]
    return solve


def caught(family: ReasoningFamily, p: Params) -> list[str]:
    """The misreadings under which an instance has another answer, or none."""
    right = family.reference(p)
    return [what for what, solve in misreaders(family).items() if _answer(solve, p) != right]


def _answer(solve: Solve, p: Params) -> str:
    try:
        return solve(p)
    except (ArithmeticError, LookupError, ValueError):  # the misreading leaves no answer
        return ""


def missed(family: ReasoningFamily, p: Params) -> bool:
    """Whether an instance lets too many of the misreadings pass."""
    right = family.reference(p)
    wrong = (solve for solve in misreaders(family).values() if _answer(solve, p) != right)
    return len(list(islice(wrong, CAUGHT))) < CAUGHT
