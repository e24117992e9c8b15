"""Are the items fair, their hidden tests strong? `python -m bench.suites.coding.check CHECK`, which is one of these.

Agreement: two references, written apart, answer alike on thousands of inputs; else the prose or the comparison is
ambiguous, or one reference is wrong. Mutation: every small mistake in a reference fails a hidden test, or is listed
in `equivalent.json` with the reason why it is none; so does every planted wrong solution. Ambiguity: all that were
written from a text alone agree on every hidden input, a text tells all that changes what is right, and no prompt shows
a hidden call. Prompts: every prompt with its solution, to be read.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.sandbox import node_trouble
from bench.suites.coding import ambiguity
from bench.suites.coding.exam import SHIPPED_SEED
from bench.suites.coding.families import EVERY
from bench.suites.coding.family import CodingFamily, Kind
from bench.suites.coding.instance import INSTANCES, Instance, instances
from bench.suites.coding.items import item
from bench.suites.coding.programs import differing
from bench.suites.coding.running import python_answer

INPUTS = 2_000
"""Inputs of a family on which its two references must agree."""
PLANTED = 5
"""Planted wrong solutions that an instance of levels 5 to 7 must have at least."""
EQUIVALENT = Path(__file__).with_name("equivalent.json")
"""Mutants that are not mistakes: digest -> family, mutant and reason."""


def disagreements(
    family: CodingFamily, exam_seed: int = SHIPPED_SEED, inputs: int = INPUTS, count: int = INSTANCES
) -> Iterator[str]:
    """Where the two references answer otherwise, or an input is not JSON or gets changed; in so many instances, all
    unless said."""
    for instance in instances(family, exam_seed, count):
        rng = instance.rng("agreement")
        edges = family.edges(instance.p).all
        drawn = [family.draw(rng, instance.p) for _ in range(max(0, inputs // INSTANCES - len(edges)))]
        asked = [*edges, *drawn]
        plain = python_answer(instance.plain, family.loops) if family.plain else None
        for args in [*asked, *instance.large]:
            before = repr([*args])
            if repr(json.loads(json.dumps(args))) != before:
                yield f"{instance.id}: its input {before} does not survive JSON."
            first, second = instance.right(args), instance.second(args)
            if first != second:
                yield f"{instance.id}: the references differ on {before}: {first} and {second}."
            if plain and args not in instance.large and (given := plain(args)) != first:
                yield f"{instance.id}: the plain program differs on {before}: {first} and {given}."
            if repr([*args]) != before:
                yield f"{instance.id}: the second reference changes its input {before}."
        if family.kind is Kind.PROGRAM and not node_trouble() and (why := differing(instance, asked)):
            yield f"{instance.id}: the reference in JavaScript differs: {why}."


@dataclass(frozen=True, slots=True)
class Survivor:
    """A mutant that passes every hidden test of its item."""

    digest: str
    """Its key in `equivalent.json`."""
    family: str
    """Its family."""
    mutant: str
    """What is changed, and where."""
    item: str
    """The first item that it passes."""


def survivors(chosen: Iterable[Instance]) -> tuple[dict[str, Survivor], int]:
    """The mutants that hidden tests do not notice, by digest, and how many mutants there were."""
    by_digest: dict[str, Survivor] = {}
    total = 0
    for instance in chosen:
        for mutant in instance.mutants():
            total += 1
            if instance.passes(mutant.source):
                name = instance.family.name
                digest = mutant.digest(name)
                by_digest.setdefault(digest, Survivor(digest, name, mutant.label, instance.id))
    return by_digest, total


def unnoticed(chosen: Iterable[Instance]) -> Iterator[str]:
    """Planted wrong solutions that pass every hidden test, and families of levels 5 to 7 with fewer than `PLANTED`."""
    for instance in chosen:
        for what, source in instance.wrong.items():
            if instance.passes(source):
                yield f"{instance.id}: no hidden input notices that {what}."
        if instance.family.wrong and len(instance.wrong) < PLANTED:
            yield f"{instance.id}: has {len(instance.wrong)} planted wrong solutions; {PLANTED} are wanted."


def unlisted(survivors: dict[str, Survivor], *, whole: bool, path: Path = EQUIVALENT) -> Iterator[str]:
    """Survivors that are not known to be equivalent; if the `whole` exam was tried, also entries that none needs."""
    known = json.loads(path.read_text(encoding="utf-8"))
    for digest, survivor in survivors.items():
        if digest not in known:
            cure = f"Add one, or list {digest} in {path.name}."
            yield f"{survivor.item}: no hidden input notices '{survivor.mutant}'. {cure}"
        elif not known[digest]["reason"]:
            yield f"{path.name}: {digest} needs a reason."
    shipped = {digest for digest, entry in known.items() if not entry.get("other_exams")}
    for digest in sorted(shipped - survivors.keys()) if whole else ():
        yield f"{path.name}: {digest} ({known[digest]['mutant']}) is killed or gone; take it out."


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the figures and every fault, or the prompts; returns 1 if there is a fault."""
    parser = argparse.ArgumentParser(prog="python -m bench.suites.coding.check", description=__doc__)
    parser.add_argument("what", choices=["agreement", "mutation", "ambiguity", "prompts"])
    parser.add_argument("--exam-seed", type=int, default=SHIPPED_SEED)
    parser.add_argument("--family", action="append", help="only this one; repeatable")
    options = parser.parse_args(argv)
    chosen = [family for family in EVERY if not options.family or family.name in options.family]
    if options.what == "prompts":
        for instance in (drawn for family in chosen for drawn in instances(family, options.exam_seed)):
            print(f"--- {instance.id}, level {instance.level}\n{item(instance)['prompt']}\n>>>\n{instance.program}")
        return 0
    begun = time.perf_counter()
    checks = {"agreement": _agreement, "mutation": _mutation, "ambiguity": _ambiguity}
    faults, figures = checks[options.what](chosen, options.exam_seed)
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{len(chosen)} families, exam {options.exam_seed}: {figures} in {time.perf_counter() - begun:.1f} s")
    return 1 if faults else 0


def _agreement(chosen: Sequence[CodingFamily], exam_seed: int) -> tuple[list[str], str]:
    faults = [fault for family in chosen for fault in disagreements(family, exam_seed)]
    return faults, f"{INPUTS * len(chosen):,} inputs, {len(faults)} faults"


def _mutation(chosen: Sequence[CodingFamily], exam_seed: int) -> tuple[list[str], str]:
    drawn = [instance for family in chosen for instance in instances(family, exam_seed)]
    passing, total = survivors(drawn)
    whole = exam_seed == SHIPPED_SEED and len(chosen) == len(EVERY)
    faults = [*unlisted(passing, whole=whole), *unnoticed(drawn)]
    planted = sum(len(instance.wrong) for instance in drawn)
    figures = f"{total:,} mutants, {len(passing)} of them equivalent or unnoticed, {planted} planted mistakes"
    return faults, f"{figures}, {len(faults)} faults"


def _ambiguity(chosen: Sequence[CodingFamily], exam_seed: int) -> tuple[list[str], str]:
    found = [ambiguity.faults(family, exam_seed) for family in chosen]
    faults = [fault for of_family, _ in found for fault in of_family]
    return faults, f"{sum(inputs for _, inputs in found):,} hidden inputs, {len(faults)} faults"


if __name__ == "__main__":
    sys.exit(main())
