"""A word in a list."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Drawn, Params, choose
from bench.suites.starter.family import ShortFamily

_WORDS = (
    *("lamp", "river", "chair", "stone", "bread", "cloud", "garden", "window", "paper", "bridge", "apple", "silver"),
    *("hammer", "pencil", "orange", "market", "button", "ladder"),
)


def _params(rng: Random, level: int) -> Drawn:
    words = rng.sample(_WORDS, 4 if level == 1 else 6)
    return {"words": words, "at": rng.randrange(1, len(words) - 1), **choose(rng, end=YES_NO)}


def _question(p: Params) -> str:
    if p.level == 1:
        asked = f"What is the {'last' if p.end else 'first'} word of the list by the alphabet?"
    else:
        asked = f"Which word is right {'before' if p.end else 'after'} '{p.words[p.at]}' in the list?"
    return f"A list of words: {', '.join(p.words)}. {asked} Reply with only the word."


def _reference(p: Params) -> str:
    if p.level == 1:
        return str(max(p.words) if p.end else min(p.words))
    return str(p.words[p.at - 1 if p.end else p.at + 1])


def _second(p: Params) -> str:
    if p.level == 1:
        return str(sorted(p.words, reverse=p.end)[0])
    pairs = [*zip(p.words, p.words[1:], strict=False)]
    return next(str(a if p.end else b) for a, b in pairs if (b if p.end else a) == p.words[p.at])


FAMILY = ShortFamily(
    name="places", params=_params, question=_question, reference=_reference, second=_second, type="text"
)
