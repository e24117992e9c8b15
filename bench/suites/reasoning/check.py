"""Are our own families right, their texts clear? `python -m bench.suites.reasoning.check CHECK`, which is one of these.

Agreement: two references, written apart, give every instance the same answer. Ambiguity: they do for every item of an
exam, and its text, in every language, tells all that changes the answer. Hard: both hold at levels 5 to 7, every
item notices planted misreadings, and the steps grow from level to level. Prompts: every prompt of an exam with its
answer, in every language, to be read.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from random import Random

from bench.suites.coding.ambiguity import DRAWS, UNFIT
from bench.suites.coding.family import Params
from bench.suites.reasoning.exam import SHIPPED_SEED, SUITES
from bench.suites.reasoning.families import EVERY, HARD
from bench.suites.reasoning.family import ReasoningFamily
from bench.suites.reasoning.hard import DRAWS as HARD_DRAWS
from bench.suites.reasoning.hard import figures
from bench.suites.reasoning.own import LEVELS, PER_CELL, instances, items

INSTANCES = 2_000
"""Instances of a family on which its two references must agree."""
FOLLOWS = {("lookup", "wanted"): "a row of its table, where it stands anew"}
"""Parameters that follow from others, with what they are: no instance differs in them alone."""


def disagreements(family: ReasoningFamily, seed: int = SHIPPED_SEED, draws: int = INSTANCES) -> Iterator[str]:
    """Where the two references give another answer."""
    for draw in range(draws):
        level = LEVELS[draw % len(LEVELS)]
        p = Params(level=level, **family.params(Random(f"agreement {seed} {family.name} {draw}"), level))
        first, second = family.reference(p), family.second(p)
        if first != second:
            yield f"{family.name}, level {level}, draw {draw}: the references say {first} and {second}."


def ambiguous(family: ReasoningFamily, seed: int = SHIPPED_SEED, hard: bool = False) -> Iterator[str]:
    """Items of an exam whose references differ, and parameters that change an answer and of which a text is silent."""
    told = set[int]()
    for name, p in instances(family, seed, hard=hard):
        first, second = family.reference(p), family.second(p)
        if first != second:
            yield f"{name}: the references say {first} and {second}."
        if p.level not in told:
            told.add(p.level)
            yield from _untold(family, name, p, first)


def _untold(family: ReasoningFamily, name: str, p: Params, answer: str) -> Iterator[str]:
    rng, reported = Random(f"ambiguity {name}"), set[str]()
    for _ in range(DRAWS):
        others = family.params(Random(rng.random()), p.level)
        for key in sorted(others.keys() - reported):
            changed = Params(**{**vars(p), key: others[key]})
            try:
                if changed == p or (family.name, key) in FOLLOWS or family.reference(changed) == answer:
                    continue
                languages = [
                    each for each in (*SUITES, *family.more) if family.text(each)(changed) == family.text(each)(p)
                ]
            except UNFIT:
                continue
            if languages:
                reported.add(key)
                yield f"{name}: its text is the same for another {key} ({', '.join(languages)}), and the answer is not."


def main(argv: Sequence[str] | None = None) -> int:
    """Prints every disagreement, or the prompts; returns 1 if there is a disagreement."""
    parser = argparse.ArgumentParser(prog="python -m bench.suites.reasoning.check", description=__doc__)
    parser.add_argument("what", choices=["agreement", "ambiguity", "hard", "prompts"])
    parser.add_argument("--exam-seed", type=int, default=SHIPPED_SEED)
    parser.add_argument("--family", action="append", help="only this one; repeatable")
    parser.add_argument("--hard", action="store_true", help="prompts: in English, those of levels 5 to 7")
    options = parser.parse_args(argv)
    every = HARD if options.hard or options.what == "hard" else EVERY
    chosen = [family for family in every if not options.family or family.name in options.family]
    if options.what == "hard":
        return _hard(chosen, options.exam_seed)
    if options.hard and options.what == "prompts":
        for item in (item for family in chosen for item in items(family, options.exam_seed, "en", hard=True)):
            print(f"--- {item['id']}\n{item['prompt']}\n>>> {item['answer']}")
        return 0
    if options.what == "prompts":
        for family in chosen:
            for asked in zip(
                *(items(family, options.exam_seed, language) for language in (*SUITES, *family.more)), strict=True
            ):
                for item in asked:
                    print(f"--- {item['id']}, {item['language']}\n{item['prompt']}\n>>> {item['answer']}")
        return 0
    begun = time.perf_counter()
    check = disagreements if options.what == "agreement" else ambiguous
    faults = [fault for family in chosen for fault in check(family, options.exam_seed)]
    for fault in faults:
        print(fault, file=sys.stderr)
    count = INSTANCES if options.what == "agreement" else len(LEVELS) * PER_CELL
    total = f"{count * len(chosen):,} instances, {len(faults)} faults in {time.perf_counter() - begun:.1f} s"
    print(f"{len(chosen)} families, {total}")
    return 1 if faults else 0


def _hard(chosen: Sequence[ReasoningFamily], exam_seed: int) -> int:
    begun, faults = time.perf_counter(), list[str]()
    for row, found in figures(chosen, exam_seed):
        print(row, flush=True)
        faults += found
    faults += [fault for family in chosen for fault in ambiguous(family, exam_seed, hard=True)]
    for fault in faults:
        print(fault, file=sys.stderr)
    drawn = f"{HARD_DRAWS} instances a level besides the items, {len(faults)} faults"
    print(f"{len(chosen)} families, {drawn} in {time.perf_counter() - begun:.1f} s")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
