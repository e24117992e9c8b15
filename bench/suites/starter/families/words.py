"""Words are chosen from a list."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose, picks
from bench.suites.starter.family import LEVELS

_WORDS = ("sun", "rain", "snow", "a", "at", "wind", "storm", "east", "ice", "thunder", "mist", "to", "sleet", "we")


def _params(rng: Random, level: int) -> Drawn:
    if level == 1:
        return choose(rng, op=("longer", "shorter", "begin", "end"), k=range(2, 6), letter="astwni")
    return choose(rng, op=("sorted", "joined", "unequal"), k=range(2, 6), letter="astwni")


def _prose(p: Params) -> Prose:
    what = {
        "longer": f"the words that have more than {p.k} letters, in the order in which they come",
        "shorter": f"the words that have less than {p.k} letters, in the order in which they come",
        "begin": f"the words that begin with '{p.letter}', in the order in which they come",
        "end": f"the words that do not end with '{p.letter}', in the order in which they come",
        "sorted": f"the words that have at least {p.k} letters, sorted by the alphabet",
        "joined": f"one text: the words that have at least {p.k} letters, in the order in which they come, joined by "
        "'-'; the empty text if there is none",
        "unequal": f"the words that do not contain '{p.letter}', the last one first and the first one last",
    }
    return [f"Return {what[p.op]}. `words` is a list of lower-case words, each of at least one letter."]


def _pick(p: Params, words: list[str]) -> list[str] | str:
    if p.op == "longer":
        return [w for w in words if len(w) > p.k]
    if p.op == "shorter":
        return [w for w in words if len(w) < p.k]
    if p.op == "begin":
        return [w for w in words if w.startswith(p.letter)]
    if p.op == "end":
        return [w for w in words if not w.endswith(p.letter)]
    if p.op == "sorted":
        return sorted([w for w in words if len(w) >= p.k])
    if p.op == "joined":
        return "-".join([w for w in words if len(w) >= p.k])
    return [w for w in words if p.letter not in w][::-1]


def _second(p: Params, words: list[str]) -> list[str] | str:
    kept: list[str] = []
    for word in words:
        size = len(word)
        wanted = {
            "longer": size >= p.k + 1,
            "shorter": size <= p.k - 1,
            "begin": word[0] == p.letter,
            "end": word[-1] != p.letter,
            "unequal": word.count(p.letter) == 0,
        }
        if wanted.get(p.op, not size < p.k):
            kept.append(word)
    if p.op == "joined":
        return "".join(f"-{word}" for word in kept)[1:]
    if p.op == "unequal":
        kept.reverse()
    if p.op == "sorted":
        kept.sort()
    return kept


def _edges(p: Params) -> Edges:
    sized = ["a" * size for size in range(1, 8)]
    return Edges(
        empty=[([],)],
        single=[([p.letter],), (["tent"],), (["z" * p.k],)],
        ties=[(["mist", "rain", "mist"],), ([p.letter + "x", "x" + p.letter, "x" + p.letter + "x"],), (["at", "at"],)],
        maxima=[([*_WORDS],), ([*reversed(_WORDS)],), (sized,)],
    )


def _draw(rng: Random, _p: Params) -> Args:
    return (picks(rng, _WORDS, longest=7),)


FAMILY = CodingFamily("words", Kind.COMPLETE, _params, _prose, _pick, _second, _edges, _draw, levels=LEVELS)
