"""Which word is of another kind than the others."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import Drawn, Params
from bench.suites.starter.family import ShortFamily

_KINDS = (
    ("dog", "cat", "horse", "cow", "sheep", "goat", "rabbit", "pig"),
    ("apple", "pear", "plum", "banana", "cherry", "grape", "lemon", "peach"),
    ("red", "blue", "green", "yellow", "white", "black", "brown", "purple"),
    ("hammer", "saw", "drill", "wrench", "chisel", "shovel", "screwdriver", "axe"),
    ("chair", "table", "bed", "sofa", "desk", "wardrobe", "shelf", "bench"),
    ("car", "bus", "train", "ship", "bicycle", "truck", "plane", "tram"),
)
"""Animals, fruits, colours, tools, furniture, vehicles; no word is of two kinds."""


def _params(rng: Random, level: int) -> Drawn:
    most, other = rng.sample(_KINDS, 2)
    words = rng.sample(most, 3 if level == 1 else 5)
    at = rng.randint(0, len(words))
    return {"words": [*words[:at], rng.choice(other), *words[at:]], "at": at}


def _question(p: Params) -> str:
    return f"Which of these words does not belong with the others: {', '.join(p.words)}? Reply with only the word."


def _reference(p: Params) -> str:
    return str(p.words[p.at])


def _second(p: Params) -> str:
    shown = [[word for word in p.words if word in kind] for kind in _KINDS]
    return str(next(words[0] for words in shown if len(words) == 1))


FAMILY = ShortFamily(
    name="kinds", params=_params, question=_question, reference=_reference, second=_second, type="text"
)
