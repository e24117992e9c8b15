"""A coding problem, written as the function that solves it, and the JSON item made from it."""

from __future__ import annotations

import ast
import copy
import inspect
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any

CALLS = 40
"""Hidden calls of a problem: the edge cases first, then random ones."""

Args = tuple[Any, ...]
"""Arguments of one call: ints, strings, booleans, lists, and dicts with string keys, all as JSON writes them."""


@dataclass(frozen=True)
class Problem:
    """One function to write. The reference's docstring is the prose, its `def` line the signature."""

    family: str
    """The theme; problems of one family are one statistical cluster."""
    level: int
    """1: one rule, 2: two rules that interact, 3: three rules that interact."""
    examples: Sequence[Args]
    """The calls shown in the prompt; never among the hidden ones."""
    edges: Sequence[Args]
    """Hidden calls at the limits of every rule: empty, ties, exactly at a bound."""
    draw: Callable[[Random], Args]
    """Draws the arguments of one more hidden call."""
    reference: Callable[..., Any]
    """Solves the problem; uses nothing but builtins."""

    @property
    def id(self) -> str:
        """The item's id, e.g. "parcels-2"."""
        return f"{self.family}-{self.level}"

    @property
    def entry_point(self) -> str:
        """The name of the function to write."""
        return self.reference.__name__

    @cached_property
    def source(self) -> str:
        """The reference as source text that runs on its own, without decorator and docstring."""
        lines = textwrap.dedent(inspect.getsource(self.reference)).splitlines()
        function = ast.parse("\n".join(lines)).body[0]
        assert isinstance(function, ast.FunctionDef)
        docstring, first = function.body[:2]
        return "\n".join(lines[function.lineno - 1 : docstring.lineno - 1] + lines[first.lineno - 1 :]) + "\n"

    @property
    def prompt(self) -> str:
        """The question, verbatim: signature, prose, worked examples, form of the answer."""
        signature = self.source.splitlines()[0].removesuffix(":")
        prose = " ".join((self.reference.__doc__ or "").split())
        shown = "\n".join(
            f"{self.entry_point}({', '.join(map(repr, args))}) returns {self.solve(args)!r}" for args in self.examples
        )
        return (
            f"Write the Python function `{signature}`.\n\n{prose}\n\nExamples:\n{shown}\n\n"
            "Reply with only the complete function in one ```python block."
        )

    def solve(self, args: Args) -> Any:
        """What the reference returns for `args`, which it may not change."""
        return self.reference(*copy.deepcopy(args))

    def hidden_inputs(self) -> list[Args]:
        """The arguments of all hidden calls, the same on every machine: no two alike, none of them an example."""
        rng = Random(f"coding/{self.id}")
        inputs = list(self.edges)
        while len(inputs) < CALLS:
            args = self.draw(rng)
            if args not in inputs and args not in self.examples:
                inputs.append(args)
        return inputs

    def item(self) -> dict[str, Any]:
        """The problem as the JSON object that `tasks/coding/functions.jsonl` holds."""
        return {
            "id": self.id,
            "family": self.family,
            "level": self.level,
            "language": "en",
            "cluster": self.family,
            "prompt": self.prompt,
            "entry_point": self.entry_point,
            "calls": [{"args": list(args), "value": self.solve(args)} for args in self.hidden_inputs()],
            "reference": self.source,
        }


def problem(
    family: str, level: int, *, examples: Sequence[Args], edges: Sequence[Args], draw: Callable[[Random], Args]
) -> Callable[[Callable[..., Any]], Problem]:
    """Makes the decorated reference function a `Problem`; the arguments are its fields."""
    return lambda reference: Problem(family, level, examples, edges, draw, reference)


def ints(rng: Random, low: int, high: int, *, longest: int = 8) -> list[int]:
    """Draws 1 to `longest` integers from `low` to `high`, both included."""
    return [rng.randint(low, high) for _ in range(rng.randint(1, longest))]


def picks(rng: Random, options: Sequence[str], *, longest: int = 8) -> list[str]:
    """Draws 1 to `longest` of the `options`, repetitions allowed."""
    return [rng.choice(options) for _ in range(rng.randint(1, longest))]
