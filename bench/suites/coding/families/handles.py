"""Handles for user names."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose, picks


def _params(rng: Random, level: int) -> Drawn:
    form = choose(rng, lower=YES_NO, start=YES_NO, size=range(3, 7), mark=["", "_", "-"], first=range(1, 3))
    return {**form, "nobody": rng.choice(["0", "007", "1234567"]) if level >= 2 else ""}


def _prose(p: Params) -> Prose:
    mark = f'"{p.mark}" and ' if p.mark else ""
    end = "first" if p.start else "last"
    if p.level == 1:
        return [f"Return the {end} {p.size} characters of each of `names`, in order; of a shorter name, all of it."]
    return [
        f"The handle of a name is the name in {'lower' if p.lower else 'upper'} case; if it is longer than {p.size} "
        f"characters, only its {end} {p.size}.",
        "Before it is cut, everything that is not a letter or a digit is removed; if nothing is left, it becomes "
        f'"{p.nobody}", which is cut as well.',
        p.level >= 3
        and "If an earlier name has been given this handle, the name is given the handle followed by "
        f"{mark}the smallest whole number from {p.first} on that makes it one that no earlier name has been given.",
        p.level >= 4
        and f"If that is longer than {p.size} characters, as many as needed are taken off the end of the handle in it, "
        "and the number is the smallest for which the result of this is one that no earlier name has been given.",
        "Return the list of what the `names` are given, in their order.",
    ]


def _handles(p: Params, names: list[str]) -> list[str]:
    given: list[str] = []
    for name in names:
        handle = name if p.level == 1 else name.lower() if p.lower else name.upper()
        if p.level >= 2:
            handle = "".join(letter for letter in handle if letter.isalnum())
            if not handle:
                handle = p.nobody
        handle = handle[: p.size] if p.start else handle[-p.size :]
        if p.level >= 3:
            base, number = handle, p.first
            while handle in given:
                tail = p.mark + str(number)
                handle = (base[: p.size - len(tail)] if p.level >= 4 else base) + tail
                number += 1
        given.append(handle)
    return given


def _second(p: Params, names: list[str]) -> list[str]:
    result: list[str] = []
    case = str if p.level == 1 else str.lower if p.lower else str.upper
    for name in names:
        kept = "".join(c for c in name if p.level < 2 or "0" <= c <= "9" or "a" <= c.lower() <= "z") or p.nobody
        plain = case(kept[: p.size] if p.start else kept[-p.size :])
        tails = [p.mark + str(p.first + i) for i in range(len(names))]
        options = [plain, *((plain[: max(0, p.size - len(t))] if p.level == 4 else plain) + t for t in tails)]
        result.append(next(one for one in options if p.level < 3 or one not in result))
    return result


def _edges(p: Params) -> Edges:
    long = "abcdefgh"[: p.size + 1]
    ties = [["a", "A", "a.", "a1", "a2"], ["a1", "a2", "a", "a", "a"], ["", "?", "007", "0", "0"], [long] * 4]
    ties += [["ab_1", "ab-1", "AB", "ab", "ab"]]
    single = [["Ana"], [long], [long[1:]], ["-" + long], ["!?"]]
    maxima = [["Anabel Lee", "ANABEL LEE", "Anabella"] * 2, ["x"] * 12, [long] * 11]
    return Edges(*([(names,) for names in of] for of in ([[], [""]], single, ties, maxima)))


def _draw(rng: Random, _p: Params) -> Args:
    names = ["Ana", "ANA", "a-n-a", "Ana-Lee", "ana2", "A2", "a", "Bo", "b.o.", "bo3", "!", "007", "x.y.z", "Anabel"]
    return (picks(rng, names, longest=9),)


FAMILY = CodingFamily("handles", Kind.COMPLETE, _params, _prose, _handles, _second, _edges, _draw)
