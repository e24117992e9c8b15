"""One instance of a family: its parameters, program, hidden inputs and their answers, fixed by the exam seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from random import Random

from bench.sandbox import printed
from bench.suites.coding.family import Args, CodingFamily, Kind, Params
from bench.suites.coding.mutate import Mutant, python_mutants, sql_mutants
from bench.suites.coding.repairs import joined
from bench.suites.coding.running import (
    RAISED,
    Answer,
    canonical,
    printed_answer,
    python_answer,
    rows_text,
    sql_answer,
)
from bench.suites.coding.specialise import entry_point, program

INSTANCES = 10
"""Instances of a family in the shipped exam."""
INPUTS = 40
"""Hidden inputs of an item: all edges, then drawn ones, more if there are more edges; and the family's large ones."""
EXAMPLES = 2
"""Inputs that a prompt shows with their answers; never among the hidden ones."""
SHOWN_OF = 6
"""Drawn inputs among which the examples are chosen."""
TRIES = 2_000
"""Draws after which a family is found to have too few different inputs or parameters."""
FURTHER_TRIES = 40
"""The same for one level of an instance beyond the shipped exam's size."""


@dataclass(frozen=True)
class Instance:
    """One question in the making."""

    family: CodingFamily
    """What it is an instance of."""
    number: int
    """Its place in the family, from 0."""
    exam_seed: int
    """The exam it belongs to."""
    p: Params
    """What it was drawn with."""

    @property
    def id(self) -> str:
        """The item's id, e.g. "vans-3"."""
        return f"{self.family.name}-{self.number}"

    @property
    def level(self) -> int:
        """The number of rules that interact, 1 to 4; or 5 to 7."""
        return int(self.p.level)

    def rng(self, purpose: str) -> Random:
        """Random numbers for one purpose, the same on every machine."""
        return Random(f"coding {self.exam_seed} {self.id} {purpose}")

    @cached_property
    def program(self) -> str:
        """The reference for these parameters: a function, or a query."""
        return self._program(self.p)

    @property
    def program_before(self) -> str:
        """Edit, or a repair by a change request: the program that is to be changed."""
        assert self.family.before is not None
        return self._program(Params(**{**vars(self.p), **self.family.before(self.p)}))

    def _program(self, p: Params) -> str:
        if self.family.kind is Kind.SQL:
            return " ".join(str(self.family.reference(p)).split())
        if self.family.kind is Kind.REPAIR:
            return joined(self.family, p)
        return program(self.family.reference, p, self.family.inner)

    def answer(self, source: str) -> Answer:
        """What a program of this family answers."""
        if self.family.kind is Kind.SQL:
            return sql_answer(source, self.family.tables, ordered=self.family.ordered)
        return printed_answer(source) if self.family.kind is Kind.PROGRAM else python_answer(source, self.family.loops)

    @cached_property
    def right(self) -> Answer:
        """What the reference answers. ValueError if it fails."""
        return self.answer(self.program)

    def second(self, args: Args) -> str:
        """What the second reference answers."""
        value = self.family.second(self.p, *args)
        if self.family.kind is Kind.SQL:
            return rows_text(value, ordered=self.family.ordered)
        return canonical(printed("\n".join(value)) if self.family.kind is Kind.PROGRAM else value)

    @cached_property
    def plain(self) -> str:
        """The plain program, under the name of the reference; only where the family has one."""
        assert self.family.plain is not None
        plain, name = program(self.family.plain, self.p), entry_point(self.family.plain)
        return plain.replace(f"def {name}(", f"def {entry_point(self.family.reference)}(", 1)

    @cached_property
    def wrong(self) -> dict[str, str]:
        """The planted wrong solutions, by how they misread a rule. ValueError if a text is not once in the program."""
        made = {}
        for what, (right, wrong) in (self.family.wrong(self.p) if self.family.wrong else {}).items():
            if self.program.count(right) != 1:
                raise ValueError(f"{self.id}: {right!r} is {self.program.count(right)} times in its program ({what}).")
            made[what] = self.program.replace(right, wrong)
        return made

    def mutants(self) -> Iterator[Mutant]:
        """Every small mistake that the program can be given; those that change nothing are left out."""
        of = sql_mutants if self.family.kind is Kind.SQL else python_mutants
        return (mutant for mutant in of(self.program) if mutant.source != self.program)

    @cached_property
    def inputs(self) -> list[Args]:
        """All hidden inputs, no two alike."""
        return self._drawn[0]

    @cached_property
    def examples(self) -> list[Args]:
        """The inputs that the prompt shows; their answers differ where possible."""
        return self._drawn[1]

    @cached_property
    def answers(self) -> list[str]:
        """The right answer to each hidden input."""
        if RAISED in self._answers:
            raise ValueError(f"{self.id}: its reference fails on {self.inputs[self._answers.index(RAISED)]!r}.")
        return self._answers

    @cached_property
    def _answers(self) -> list[str]:
        return [self.right(args) for args in self.inputs]

    @cached_property
    def large(self) -> list[Args]:
        """The inputs that the plain program does not finish, the last hidden ones."""
        return [*self.family.large(self.p)] if self.family.large else []

    @cached_property
    def _drawn(self) -> tuple[list[Args], list[Args]]:
        rng = self.rng("inputs")
        inputs, fresh = self.family.edges(self.p).all, list[Args]()
        wanted = max(INPUTS, len(inputs)) - len(inputs) + EXAMPLES
        for _ in range(TRIES):
            args = self.family.draw(rng, self.p)
            if args not in inputs and args not in fresh:
                fresh.append(args)
            if len(fresh) == wanted:
                examples = self._telling(fresh)
                return [*inputs, *(args for args in fresh if args not in examples), *self.large], examples
        raise ValueError(f"{self.id}: too few different inputs in {TRIES} draws.")

    def _telling(self, drawn: list[Args]) -> list[Args]:
        """Examples among drawn inputs: long ones, because more rules matter in them, whose answers differ."""
        first, *others = sorted(drawn[:SHOWN_OF], key=lambda args: -len(canonical(args)))
        other = next((args for args in others if self.right(args) != self.right(first)), others[0])
        return [first, other]

    def passes(self, source: str) -> bool:
        """Whether a program gives the right answer to every hidden input."""
        answer = self.answer(source)
        return all(answer(args) == right for args, right in zip(self.inputs, self.answers, strict=True))


def instances(family: CodingFamily, exam_seed: int, count: int = INSTANCES) -> list[Instance]:
    """A family's instances in one exam, its levels in turns; no two pass with each other's program.

    Fewer are the first ones of more. Beyond those of the shipped exam's size, an instance that its level has no more
    different ones of is of the next level. ValueError if the family has too few.
    """
    made: list[Instance] = []
    for number in range(count):
        level = family.levels[number % len(family.levels)]
        if number < INSTANCES:
            rng = Random(f"coding {exam_seed} {family.name}-{number} parameters")
            first = Instance(family, number, exam_seed, Params(level=level))
            drawn = _another(first, rng, made, TRIES)
        else:
            drawn = _further(Instance(family, number, exam_seed, Params(level=level)), made)
        if drawn is None:
            raise ValueError(f"{family.name}: has too few different instances of level {level}.")
        made.append(drawn)
    return made


def _further(place: Instance, made: Sequence[Instance]) -> Instance | None:
    """An instance in a place beyond the shipped exam's size: of its level, or of the next that has another one."""
    for level in sorted({each for each in place.family.levels if each >= place.level}):
        rng = place.rng(f"parameters {level}")
        drawn = _another(replace(place, p=Params(level=level)), rng, made, FURTHER_TRIES)
        if drawn:
            return drawn
    return None


def _another(place: Instance, rng: Random, made: Sequence[Instance], tries: int) -> Instance | None:
    """The first instance drawn for a place that differs from those `made` already; None if `tries` draws give none."""
    programs = {earlier.program for earlier in made}
    for _ in range(tries):
        drawn = replace(place, p=Params(level=place.level, **place.family.params(rng, place.level)))
        if drawn.program not in programs and not any(_alike(drawn, earlier) for earlier in made):
            return drawn
    return None


def _alike(one: Instance, other: Instance) -> bool:
    """Whether one of them passes with the other's program."""
    return _same(one, other.right) or _same(other, one.right)


def _same(instance: Instance, answer: Answer) -> bool:
    return all(answer(args) == right for args, right in zip(instance.inputs, instance._answers, strict=True))
