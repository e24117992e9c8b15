"""What a family of coding items is made of; `families/` holds one file each, docs/coding.md says how to add one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from types import SimpleNamespace
from typing import Any

Args = tuple[Any, ...]
"""The input of one hidden call: arguments as JSON writes them; of an SQL family `(tables,)`, rows by table name."""


Drawn = dict[str, Any]
"""What an instance is drawn with, by name."""
Prose = Sequence[str | bool]
"""A text's lines, one a rule; a line that is not a text (`p.level >= 2 and "..."`) is left out."""


LEVELS = (1, 2, 3, 4, 1, 2, 3, 4, 3, 4)
"""The level of each instance of the coding suite, in turns; any exam has the same."""
HARD_LEVELS = (5, 6, 7, 5, 6, 7, 5, 6, 7, 7)
"""The same of families that begin where the others end."""
LOOPS = 10_000
"""Passes of loops that a program may make for one input; a mutant may run forever."""


class Params(SimpleNamespace):
    """What one instance was drawn with: `p.level`, and what its family's `params` returned."""


class Kind(StrEnum):
    """What is asked."""

    COMPLETE = "complete"
    """Write a function from its specification."""
    FIX = "fix"
    """Mend a function that differs from its specification in one place."""
    PREDICT = "predict"
    """Say what a function returns."""
    EDIT = "edit"
    """Change a working function as requested."""
    SQL = "sql"
    """Write a query."""
    PROGRAM = "program"
    """Write a whole program that reads stdin and prints; in several languages."""
    REPAIR = "repair"
    """Mend or change functions that stand in several files."""


@dataclass(frozen=True, slots=True)
class Edges:
    """Hidden inputs that every item must have, in the order of the fields; none may be left out."""

    empty: Sequence[Args]
    """With nothing in them: no element, no row, no letter; where that is excluded, the least there can be."""
    single: Sequence[Args]
    """With one element."""
    ties: Sequence[Args]
    """With equal elements, or exactly at the bound of a rule."""
    maxima: Sequence[Args]
    """At the largest size or value that is drawn, or beyond it."""

    @property
    def all(self) -> list[Args]:
        """All of them, each once."""
        inputs: list[Args] = []
        for args in (*self.empty, *self.single, *self.ties, *self.maxima):
            if args not in inputs:
                inputs.append(args)
        return inputs


@dataclass(frozen=True, slots=True)
class CodingFamily:
    """One idea for coding items, and everything that makes and tests its instances.

    The reference is a function of the parameters and the input that uses nothing but builtins and no f-string. What an
    instance shows and runs is its `specialise.program`: parameters inlined, rules of higher levels gone.
    """

    name: str
    """Names the items and is their statistical cluster."""
    kind: Kind
    """What is asked."""
    params: Callable[[Random, int], Drawn]
    """Draws an instance's parameters, given its level: the number of rules that interact, 1 to 4; or 5 to 7."""
    prose: Callable[[Params], Prose]
    """The specification, every edge policy stated; of an edit the change request; not shown in predict."""
    reference: Callable[..., Any]
    """`(p, *args)`: solves the instance; its name, after an underscore, is the function's. SQL: `(p)` gives a query.
    Program: `(p, lines)`, from the lines that are read to those that are printed."""
    second: Callable[..., Any]
    """`(p, *args)`: solves it again, written another way from the prose alone."""
    edges: Callable[[Params], Edges]
    """The inputs that must be among the hidden ones."""
    draw: Callable[[Random, Params], Args]
    """Draws one more input."""
    before: Callable[[Params], Drawn] | None = None
    """Edit, and a repair that is a change request: the parameters that the given program has otherwise."""
    tables: str = ""
    """SQL only: the CREATE TABLE statements, as shown."""
    ordered: bool = False
    """SQL only: whether the rows' order counts; the prose must then decide it."""
    files: Mapping[str, Sequence[Callable[..., Any]]] = field(default_factory=dict)
    """Repair only: the functions of each file by its name, called before the files that call them; the last one is
    `reference`. A function calls another as `_name(p, ...)`."""
    levels: Sequence[int] = LEVELS
    """The level of each instance, in turns."""
    plain: Callable[..., Any] | None = None
    """From level 5 on: `(p, *args)`, the plain program, which is right and takes too long, or too much memory, for
    the large inputs. Written as the reference is."""
    large: Callable[[Params], Sequence[Args]] | None = None
    """From level 5 on: hidden inputs, after all others, that the plain program does not finish in time. They state
    counts, up to 10 ** 18, rather than long lists."""
    wrong: Callable[[Params], Mapping[str, tuple[str, str]]] | None = None
    """From level 5 on: planted wrong solutions: how a rule is misread, and which text of the instance's program then
    reads how. Every one must fail a hidden input."""
    loops: int = LOOPS
    """Passes of loops that the reference may make for one input."""
    inner: Sequence[Callable[..., Any]] = ()
    """Functions of a long reference, which take no `p`. An item's program is one function all the same: it has them at
    its head, and their names lose the underscore."""


YES_NO = (True, False)
"""The options of a policy that holds or not."""


def choose(rng: Random, **options: Sequence[Any]) -> Drawn:
    """Draws one of the options for each name."""
    return {name: rng.choice(choices) for name, choices in options.items()}


def ints(rng: Random, low: int, high: int, *, longest: int = 8) -> list[int]:
    """Draws 1 to `longest` integers from `low` to `high`, both included."""
    return [rng.randint(low, high) for _ in range(rng.randint(1, longest))]


def picks(rng: Random, options: Sequence[str], *, longest: int = 8) -> list[str]:
    """Draws 1 to `longest` of the `options`, repetitions allowed."""
    return [rng.choice(options) for _ in range(rng.randint(1, longest))]
