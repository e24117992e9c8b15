"""Names and numbers that the worlds are filled with."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from bench.worlds import ToolFamily

FAMILIES: tuple[ToolFamily, ...] = ()
"""None: this file is no world."""
FIRST = (
    "Ana",
    "Ben",
    "Chloe",
    "Dario",
    "Elif",
    "Femi",
    "Greta",
    "Hiro",
    "Ines",
    "Jonas",
    "Kavya",
    "Luis",
    "Mei",
    "Nora",
)
LAST = (
    "Adler",
    "Brandt",
    "Castro",
    "Dubois",
    "Eriksen",
    "Fischer",
    "Gupta",
    "Haddad",
    "Ito",
    "Jensen",
    "Kowalski",
    "Lima",
)
GOODS = (
    *("desk lamp", "kettle", "notebook", "rucksack", "umbrella", "teapot", "blanket", "clock", "stapler", "mug"),
    *("candle", "basket", "toaster", "mirror", "cushion", "vase", "hammer", "torch", "whisk", "globe"),
)


def people(rng: Random, count: int) -> list[str]:
    """So many different names of people."""
    return [f"{first} {last}" for first, last in _pairs(rng, count)]


def _pairs(rng: Random, count: int) -> list[tuple[str, str]]:
    every = [(first, last) for first in FIRST for last in LAST]
    return rng.sample(every, count)


def goods(rng: Random, count: int) -> list[str]:
    """So many different things, with a colour where there are more than names."""
    every = [*GOODS, *(f"{colour} {each}" for colour in ("blue", "red", "green") for each in GOODS)]
    return rng.sample(every, count)


def ids(rng: Random, prefix: str, count: int) -> list[str]:
    """So many different ids that nobody can guess."""
    return [f"{prefix}{number:05d}" for number in rng.sample(range(10_000, 99_999), count)]


def date(rng: Random, month: int = 0) -> str:
    """A day of 2027."""
    return f"2027-{month or rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"


def and_list(names: Sequence[str]) -> str:
    """Names in a sentence."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
