"""Which word is the opposite of another."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import Drawn, Params
from bench.suites.starter.family import ShortFamily

_PAIRS = tuple(
    tuple(pair.split())
    for pair in (
        *("hot cold", "big small", "early late", "rich poor", "open closed", "full empty", "heavy light"),
        *("fast slow", "young old", "dry wet", "hard soft", "loud quiet", "deep shallow", "wide narrow"),
        *("first last", "strong weak", "thick thin", "cheap expensive", "clean dirty", "near far"),
    )
)


def _params(rng: Random, level: int) -> Drawn:
    """The other words shown are each of another pair."""
    (word, answer), *others = (rng.sample(pair, 2) for pair in rng.sample(_PAIRS, 3 if level == 1 else 5))
    shown = [answer, *(other[0] for other in others)]
    rng.shuffle(shown)
    return {"word": word, "shown": shown, "answer": answer}


def _question(p: Params) -> str:
    return f"Which of these words is the opposite of '{p.word}': {', '.join(p.shown)}? Reply with only the word."


def _reference(p: Params) -> str:
    return str(p.answer)


def _second(p: Params) -> str:
    return str(next(shown for shown in p.shown if (p.word, shown) in _PAIRS or (shown, p.word) in _PAIRS))


FAMILY = ShortFamily(
    name="opposites", params=_params, question=_question, reference=_reference, second=_second, type="text"
)
