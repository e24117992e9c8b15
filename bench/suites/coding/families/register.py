"""A register of a few bits, and what is done to it."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, _level: int) -> Drawn:
    bits = rng.randint(5, 7)
    drawn = choose(rng, left=YES_NO, mask=range(3, 2**bits - 3, 2), odd=YES_NO)
    return {**drawn, "size": 2**bits, "bits": bits}


def _prose(p: Params) -> Prose:
    way = "left: it is doubled" if p.left else "right: it is halved, rounded down"
    back = (
        "the bit that falls out comes in again at the other end" if p.level >= 3 else "the bit that falls out is lost"
    )
    return [
        f"`word` is a number of {p.bits} bits. For each letter of `steps`, it is changed, and what it is then is "
        f"noted:",
        f"- S shifts the word by one bit to the {way}; {back}.",
        "- X inverts all its bits." if p.level == 1 else f"- X inverts those of its bits that are 1 in {p.mask}.",
        p.level >= 4
        and f"- If the word that is noted is {'odd' if p.odd else 'even'}, the next letter is skipped, and nothing "
        f"is noted for it.",
        "Return the list of what is noted.",
    ]


def _register(p: Params, word: int, steps: str) -> list[int]:
    noted = []
    if p.level >= 4:
        skip = False
    for step in steps:
        if p.level >= 4 and skip:
            skip = False
            continue
        if step in "S":
            if p.left:
                word = word * 2
                word = word % p.size + word // p.size if p.level >= 3 else word % p.size
            else:
                word = word // 2 + word % 2 * (p.size // 2) if p.level >= 3 else word // 2
        else:
            word = p.size - 1 - word if p.level == 1 else word ^ p.mask
        noted.append(word)
        if p.level >= 4:
            skip = word % 2 > 0 if p.odd else not word % 2
    return noted


def _second(p: Params, word: int, steps: str) -> list[int]:
    bits = [int(bit) for bit in format(word, "b").zfill(p.bits)]
    mask = format(p.size - 1 if p.level == 1 else p.mask, "b").zfill(p.bits)
    noted: list[int] = []
    places = iter(steps)
    for step in places:
        if step == "S" and p.left:
            out, *rest = bits
            bits = [*rest, out if p.level >= 3 else 0]
        elif step == "S":
            *rest, out = bits
            bits = [out if p.level >= 3 else 0, *rest]
        else:
            bits = [bit if mark == "0" else 1 - bit for bit, mark in zip(bits, mask, strict=True)]
        noted.append(int("".join(map(str, bits)), 2))
        if p.level == 4 and bits[-1] == int(p.odd):
            next(places, None)
    return noted


def _edges(p: Params) -> Edges:
    top, half = p.size - 1, p.size // 2
    return Edges(
        empty=[(5, "")],
        single=[(word, step) for word in (0, 1, 2, half, top) for step in "SX"],
        ties=[(word, steps) for word in (1, 6, half + 1) for steps in ("SXSX", "XSSX", "SSSS", "XXXX")],
        maxima=[(top, "SSSSSSSSSS"), (half, "XSSXXSSXSX"), (top - 1, "SXXSXSSSXX")],
    )


def _draw(rng: Random, p: Params) -> Args:
    return rng.randrange(p.size), "".join(rng.choice("SSX") for _ in range(rng.randint(5, 6 + 2 * p.level)))


FAMILY = CodingFamily("register", Kind.PREDICT, _params, _prose, _register, _second, _edges, _draw)
