"""docs/families: a section for each family of coding and reasoning items, from the shipped exams."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from bench.reference.markdown import cell, table
from bench.suites.described import DIALLED, EXAMPLE, FamilyFacts, LevelFacts, coding, reasoned

_CODING = """\
# The coding families

*Written from `bench/suites/coding/families` and the shipped items by `make docs`. Do not edit this page.*
[The coding suite](../coding.md) says how they are made and why to trust them.

Counts are those of the shipped exam, the first ten items of a family. *Rules* are the lines of one instance's
specification (predict shows none), *words* those of the shortest and the longest prompt, *inputs* the fewest hidden
ones of an item, and *mutants* the small mistakes that the reference of the level's first item can be given: each fails
a hidden input (`make mutation`), or is listed as no mistake.
"""
_REASONING = """\
# The reasoning families

*Written from `bench/suites/reasoning` and the shipped items by `make docs`. Do not edit this page.*
[The reasoning suites](../reasoning.md) says how they are made and why to trust them.

Counts are those of the shipped exam in English. *Words* are those of the shortest and the longest prompt, *answers* how
many different ones a level's items have. An answer is compared as the type that is named says. Levels 5 to 7 stand in
the suite `reasoning_hard`.
"""
_DIALS = """
Every family has a dial: sizes that are raised without new code. At each level it has:
"""
Column = tuple[str, Callable[[LevelFacts], object]]
_SHARED: Sequence[Column] = (
    ("level", lambda facts: facts.level),
    ("items", lambda facts: facts.items),
    ("words", lambda facts: f"{facts.words} to {facts.most_words}"),
)
_OF_CODING: Sequence[Column] = (
    *_SHARED,
    ("rules", lambda facts: facts.rules),
    ("inputs", lambda facts: "-" if facts.inputs is None else facts.inputs),
    ("mutants", lambda facts: facts.mutants),
)
_OF_REASONING: Sequence[Column] = (*_SHARED, ("answers", lambda facts: facts.answers))


def coding_page() -> str:
    """The page of the coding families."""
    return _page(_CODING, coding(), _OF_CODING)


def reasoning_page() -> str:
    """The page of the reasoning families."""
    return _page(_REASONING, reasoned(), _OF_REASONING)


def _page(introduction: str, families: Sequence[FamilyFacts], columns: Sequence[Column]) -> str:
    rows = [
        (f"[{facts.name}](#{facts.name})", facts.kind, f"`{facts.suites[0]}`", cell(facts.about)) for facts in families
    ]
    lines = [introduction, *table(("family", "kind", "suite", "about"), rows), *_dials(families), ""]
    for facts in families:
        lines += _section(facts, columns)
    return "\n".join(lines)


def _dials(families: Sequence[FamilyFacts]) -> list[str]:
    """A table of what each family's dial is and how far it is turned; nothing where none is stated."""
    rows = [
        (facts.name, facts.dial[0], *(size or "-" for size in facts.dial[1])) for facts in families if facts.dial[0]
    ]
    return [_DIALS, *table(("family", "dial", *(str(level) for level in DIALLED)), rows)] if rows else []


def _section(facts: FamilyFacts, columns: Sequence[Column]) -> Iterator[str]:
    yield f"## {facts.name}\n"
    yield f"{facts.kind.capitalize()}, in {', '.join(f'`{suite}`' for suite in facts.suites)}. {facts.about}\n"
    yield from table(
        tuple(name for name, _ in columns), (tuple(str(get(level)) for _, get in columns) for level in facts.levels)
    )
    if facts.equivalent:
        yield f"\nListed as no mistake, of the mutants of all its items: {facts.equivalent}."
    yield f"\nIts first item of level {max(EXAMPLE, facts.levels[0].level)}:\n\n````text\n{facts.example}\n````\n"
