"""A text that is rewritten round by round."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose, picks


def _params(rng: Random, _level: int) -> Drawn:
    old, other = rng.sample("abc", 2)
    new = rng.choice([old + other, other + old, other + old + other])
    return {"old": old, "new": new, **choose(rng, rounds=range(2, 4), turn=range(1, 3), most=range(5, 8))}


def _prose(p: Params) -> Prose:
    return [
        p.level >= 2 and f"{p.rounds} times in a row:",
        f'- Replace every "{p.old}" of the text by "{p.new}", all at once.',
        p.level >= 2 and f"- Move the first {p.turn} characters to its end, in order; all of them if it has fewer.",
        p.level >= 3 and f"- If it has more than {p.most} characters, keep only the first, the third, the fifth ...",
        p.level >= 4 and "- If its first and last character are equal, or it has only one, take off the first one.",
        "Return the text.",
    ]


def _rewrite(p: Params, text: str) -> str:
    if p.level == 1:
        return text.replace(p.old, p.new)
    for _ in range(p.rounds):
        text = text.replace(p.old, p.new)
        text = text[p.turn :] + text[: p.turn]
        if p.level >= 3 and len(text) > p.most:
            text = text[::2]
        if p.level >= 4 and text[:1] == text[-1:]:
            text = text[1:]
    return text


def _second(p: Params, text: str) -> str:
    letters = list(text)
    for _ in range(p.rounds if p.level >= 2 else 1):
        letters = [letter for one in letters for letter in (p.new if one == p.old else one)]
        for _ in range(p.turn if p.level >= 2 and letters else 0):
            letters.append(letters.pop(0))
        if p.level >= 3 and len(letters) >= p.most + 1:
            letters = [letter for place, letter in enumerate(letters) if place % 2 == 0]
        if p.level == 4 and letters and letters[0] == letters[-1]:
            del letters[0]
    return "".join(letters)


def _edges(p: Params) -> Edges:
    old, other = p.old, next(letter for letter in "abc" if letter not in p.new)
    return Edges(
        empty=[("",)],
        single=[(old,), (other,), (other + old,), (old + other,)],
        ties=[
            (old * 3,),
            ("abcabc",),
            ("cabbac",),
            (other * p.most,),
            (other * (p.most + 1),),
            ("abcabcab"[: p.most],),
        ],
        maxima=[("abc" * 4,), (old * 9,), ("cba" * 4,)],
    )


def _draw(rng: Random, p: Params) -> Args:
    return ("".join(picks(rng, "abc", longest=5 + p.level)) + (p.old if p.level == 1 else ""),)


FAMILY = CodingFamily("rewrite", Kind.PREDICT, _params, _prose, _rewrite, _second, _edges, _draw)
