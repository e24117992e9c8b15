"""Are the starter's items right, their texts clear? `python -m bench.suites.starter.check agreement|mutation|prompts`.

What these mean is said in `bench.suites.coding.check`, which checks the coding families; short questions have two
references as well, which must agree on 2,000 instances.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from bench.suites.coding.check import disagreements, survivors, unlisted
from bench.suites.coding.family import Params
from bench.suites.starter.exam import SHIPPED_SEED, TASKS, coding_instances, exam
from bench.suites.starter.families import CODING, SHORT
from bench.suites.starter.family import LEVELS, ShortFamily

DRAWS = 2_000
"""Instances of a short family on which its two references must agree."""
EQUIVALENT = Path(__file__).with_name("equivalent.json")
"""Mutants that are not mistakes: digest -> family, mutant and reason."""


def differing(family: ShortFamily, exam_seed: int = SHIPPED_SEED) -> Iterator[str]:
    """Where the two references of a short family give another answer."""
    for draw in range(DRAWS):
        level = LEVELS[draw % len(LEVELS)]
        rng = Random(f"agreement {exam_seed} {family.name} {draw}")
        p = Params(level=level, **family.params(rng, level))
        first, second = family.reference(p), family.second(p)
        if first != second:
            yield f"{family.name}, level {level}, draw {draw}: the references say {first} and {second}."


def agreement(exam_seed: int = SHIPPED_SEED) -> list[str]:
    """Every disagreement between two references."""
    coding = [fault for family in CODING for fault in disagreements(family, exam_seed)]
    return [*coding, *(fault for family in SHORT for fault in differing(family, exam_seed))]


def mutation(exam_seed: int = SHIPPED_SEED) -> list[str]:
    """Every small mistake in a program that no hidden call notices."""
    unnoticed, _ = survivors(coding_instances(exam_seed))
    return list(unlisted(unnoticed, whole=exam_seed == SHIPPED_SEED, path=EQUIVALENT))


def prompts(exam_seed: int = SHIPPED_SEED) -> Iterator[str]:
    """Every prompt with what answers it."""
    for task in TASKS:
        for item in exam(task, exam_seed):
            right = item.get("answer", item.get("value", item.get("reference")))
            yield f"--- {item['id']}, level {item['level']}\n{item['prompt']}\n>>> {right}"


def main(argv: Sequence[str] | None = None) -> int:
    """Prints every fault, or the prompts; returns 1 if there is a fault."""
    parser = argparse.ArgumentParser(prog="python -m bench.suites.starter.check", description=__doc__)
    parser.add_argument("what", choices=["agreement", "mutation", "prompts"])
    parser.add_argument("--exam-seed", type=int, default=SHIPPED_SEED)
    options = parser.parse_args(argv)
    if options.what == "prompts":
        print("\n".join(prompts(options.exam_seed)))
        return 0
    faults = {"agreement": agreement, "mutation": mutation}[options.what](options.exam_seed)
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{len(CODING)} + {len(SHORT)} families, exam {options.exam_seed}: {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
