"""Instances of our own families as the JSON items that are asked, in each language, fixed by the exam seed."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from random import Random
from typing import Any

from bench.suites.coding.family import Params
from bench.suites.reasoning.family import ReasoningFamily
from bench.suites.reasoning.misread import missed
from bench.suites.reasoning.translations import CLOSINGS

LEVELS = (1, 2, 3)
"""Every family has as many items of each."""
HARD_LEVELS = (5, 6, 7)
"""Those at which some families are asked besides, with their dial turned on."""
PER_CELL = 16
"""Items of one family at one level."""
HARD_PER_CELL = 8
"""The same from level 5 on."""
TRIES = 200
"""Draws after which a family is found to have too few different instances."""
CLOSING: Mapping[str, str] = {
    "en": "What is X? Think briefly, in at most three short sentences of plain text. Then end with: "
    "The answer is <answer>X</answer>",
    "zh": "X是什么？请简要思考，最多写三个简短的纯文本句子，最后以下面这句话结尾：答案是<answer>X</answer>",
    **CLOSINGS,
}
"""The last line of every prompt, by language."""
HARD_CLOSING = "What is X? Work it out step by step. Then end with: The answer is <answer>X</answer>"
"""The same from level 5 on, where three sentences are too few; these are asked in English."""
Item = dict[str, Any]


def first(hard: bool) -> int:
    """Items of one family at one level in the shipped exam."""
    return HARD_PER_CELL if hard else PER_CELL


@functools.lru_cache(maxsize=32)
def instances(
    family: ReasoningFamily, exam_seed: int, per_cell: int = 0, hard: bool = False
) -> tuple[tuple[str, Params], ...]:
    """The ids and parameters of a family's instances, no two of which read alike. ValueError if it has too few.

    Fewer a cell are the first ones of more; 0 are those of the shipped exam. `hard` are those of levels 5 to 7, each of
    which catches all but one of the misreadings at least.
    """
    asked = set[str]()
    made: list[tuple[str, Params]] = []
    levels, least = HARD_LEVELS if hard else LEVELS, first(hard)
    cells = [(level, number) for level in levels for number in range(least)]
    for level, number in [*cells, *((level, number) for level in levels for number in range(least, per_cell))]:
        name = f"{family.name}-{level}-{number}"
        rng = Random(f"reasoning {exam_seed} {name}")
        for _ in range(TRIES):
            p = Params(level=level, **family.params(rng, level))
            if family.english(p) not in asked and not (hard and missed(family, p)):
                break
        else:
            raise ValueError(f"{name}: {TRIES} draws gave no instance that is not there already.")
        asked.add(family.english(p))
        made.append((name, p))
    return tuple(made)


def place(item: Item) -> int:
    """An item's place in its family, from 0, where levels take turns: 4 of "parking-2-1", and of "parking-6-1"."""
    levels = LEVELS if item["level"] in LEVELS else HARD_LEVELS
    return int(str(item["id"]).rpartition("-")[2]) * len(levels) + levels.index(item["level"])


def items(family: ReasoningFamily, exam_seed: int, language: str, per_cell: int = 0, hard: bool = False) -> list[Item]:
    """A family's items in one language; the same ids are the same instances in every language."""
    text = family.text(language)
    return [
        {
            "id": name,
            "family": family.name,
            "level": p.level,
            "language": language,
            "cluster": family.name,
            "prompt": f"{text(p)}\n\n{HARD_CLOSING if hard else CLOSING[language]}",
            "answer": family.reference(p),
            "type": family.type,
        }
        for name, p in instances(family, exam_seed, per_cell, hard)
    ]
