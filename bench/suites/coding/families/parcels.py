"""Parcels on shelves, as commands move them: files with mistakes."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, _level: int) -> Drawn:
    drawn = choose(
        rng, mark=":;=", room=range(2, 5), light=YES_NO, low=YES_NO, no=["no", "-", "none"], most=range(9, 13)
    )
    return {**drawn, **choose(rng, oldest=YES_NO, twice=YES_NO)}


def _prose(p: Params) -> Prose:
    return [
        f"Parcels lie on the shelves 0 to 3, which are empty at first; a shelf holds at most {p.room} parcels. A line "
        f'"in{p.mark}NAME{p.mark}KG" brings a parcel of so many kilograms. It goes to the shelf with the '
        f"fewest parcels; among equal ones to that with the "
        f"{'lowest' if p.low else 'highest'} number. If no shelf has room, the line has no effect.",
        p.level >= 2
        and f"But a shelf has room only if it would hold at most {p.most} kilograms with the parcel, and the "
        f"shelf with the "
        f"{'least' if p.light else 'most'} kilograms on it is taken instead of that with the fewest parcels.",
        p.level >= 3
        and f'A line "out{p.mark}NAME" takes a parcel of this name away: of several on shelves '
        f"the one that was brought {'first' if p.oldest else 'last'}.",
        p.level >= 4
        and f'A line "swap{p.mark}A{p.mark}B", with the numbers of two different shelves, exchanges all that is on them'
        + (", and what lies on shelf B then counts as brought last, in the order that it had." if p.twice else "."),
        f"Return a list with one entry for each line: the number of the "
        f'shelf{" on which the parcel comes to lie or lay" if p.level >= 3 else ""}, or "{p.no}" if the line '
        f"has no effect" + ("; for each swap the sum of the kilograms on both shelves." if p.level >= 4 else "."),
    ]


def _parts(p: Params, line: str) -> list[str]:
    return line.split(p.mark)


def _load(_p: Params, shelf: int, lying: list[tuple[str, int, int]]) -> int:
    return sum([weight for _, weight, place in lying if place in [shelf]])


def _count(_p: Params, shelf: int, lying: list[tuple[str, int, int]]) -> int:
    return [place for _, _, place in lying].count(shelf)


def _shelf_for(p: Params, weight: int, lying: list[tuple[str, int, int]]) -> list[int]:
    fitting = []
    for shelf in range(4):
        if _count(p, shelf, lying) < p.room and (p.level < 2 or _load(p, shelf, lying) + weight <= p.most):
            fitting.append(shelf)
    if not p.low:
        fitting = fitting[::-1]
    if p.level < 2:
        sizes = [_count(p, shelf, lying) for shelf in fitting]
    else:
        sizes = [_load(p, shelf, lying) for shelf in fitting]
    if not fitting:
        return []
    return [fitting[sizes.index(min(sizes) if p.level < 2 or p.light else max(sizes))]]


def _shelves(p: Params, lines: list[str]) -> list:  # type: ignore[type-arg]
    lying: list[tuple[str, int, int]] = []
    answers: list[int | str] = []
    for line in lines:
        word, name, *rest = _parts(p, line)
        if p.level >= 4 and word in ["swap"]:
            [other] = rest
            first, second = int(name), int(other)
            answers.append(_load(p, first, lying) + _load(p, second, lying))
            swapped = {first: second, second: first}
            lying = [(parcel, weight, swapped.get(place, place)) for parcel, weight, place in lying]
            if p.twice:
                lying = sorted(lying, key=lambda parcel: parcel[2] == second)
        elif p.level >= 3 and word in ["out"]:
            found = [parcel for parcel in lying if parcel[0] in [name]]
            if found:
                gone = found[0] if p.oldest else found[-1]
                at = lying.index(gone) if p.oldest else len(lying) - 1 - lying[::-1].index(gone)
                lying = lying[:at] + lying[at + 1 :]
                answers.append(gone[2])
            else:
                answers.append(p.no)
        else:
            [other] = rest
            weight = int(other)
            chosen = _shelf_for(p, weight, lying)
            for shelf in chosen:
                lying = [*lying, (name, weight, shelf)]
            answers += chosen or [p.no]
    return answers


def _second(p: Params, lines: list[str]) -> list:  # type: ignore[type-arg]
    shelves: list[list[tuple[int, str, int]]] = [[], [], [], []]
    results: list[object] = []
    clock = 0

    def kilos(shelf: list[tuple[int, str, int]]) -> int:
        return sum(weight for _, _, weight in shelf)

    for line in lines:
        clock += 10
        words = line.split(p.mark)
        if words[0] == "in":
            weight = int(words[2])
            best: tuple[int, int] | None = None
            for number, shelf in enumerate(shelves):
                if len(shelf) == p.room or (p.level > 1 and kilos(shelf) + weight > p.most):
                    continue
                key = len(shelf) if p.level == 1 else kilos(shelf) if p.light else -kilos(shelf)
                rank = (key, number if p.low else -number)
                best = rank if best is None else min(best, rank)
            if best is not None:
                shelves[abs(best[1])].append((clock, words[1], weight))
            results.append(p.no if best is None else abs(best[1]))
        elif words[0] == "out":
            those = [(each[0], number) for number, shelf in enumerate(shelves) for each in shelf if each[1] == words[1]]
            if those:
                time, number = min(those) if p.oldest else max(those)
                shelves[number] = [each for each in shelves[number] if each[0] != time]
            results.append(number if those else p.no)
        else:
            one, two = int(words[1]), int(words[2])
            results.append(kilos(shelves[one]) + kilos(shelves[two]))
            shelves[one], shelves[two] = shelves[two], shelves[one]
            if p.twice:
                inside = sorted(shelves[two])
                shelves[two] = [(clock + at, name, weight) for at, (_, name, weight) in enumerate(inside)]
    return results


def _edges(p: Params) -> Edges:
    ties = [
        "a1 b1 c1 d1 e1 f2",
        "a5 b5 c5 d5 e5 f5 a4 b1",
        f"a{p.most} b{p.most + 1} c1 d{p.most - 1} e1",
        " ".join(["a1"] * (4 * p.room + 1)),
    ]
    ties += ["a3 b4 c2 d6 e1 f3 g2 h5", "a9 b1 c8 d2 e7 f3 g6 h4 i5"]
    if p.level >= 3:
        ties += [
            "-a a1 -a -a",
            "a1 a2 a3 b1 -a -a -a -b",
            "a2 b2 c2 d2 -b e1 -c -a f3",
            "a3 b1 a3 b1 a3 -a -a a1 -a -b c5",
            "a1 a1 a1 a1 a1 a1 -a a2 -a -a",
        ]
    if p.level >= 4:
        ties += [
            "a1 b2 s01 -a -b",
            "a4 b5 c3 s02 d2 s13 e1 -a -b -c",
            "s12 a1 s03 b1 s30 c1 -b -a",
            "a1 a2 a3 a4 s01 -a s23 -a s10 -a -a",
            "a2 s01 b3 s12 -a -b",
        ]
        ties += ["a1 a1 a2 a2 s03 -a s12 -a a5 -a -a -a", "a1 b1 a2 c1 a3 d1 s10 -a s32 -a -a"]
        for seed in range(16):
            rng = Random(seed)
            ties.append(" ".join(rng.choice(["a", "b", "a", "-a", "-b", "s"]) for _ in range(16)))
            ties[-1] = " ".join(_filled(rng, part) for part in ties[-1].split())
    maxima = " ".join(f"{'abcdef'[at % 6]}{1 + at * 7 % 9}" for at in range(24))
    return Edges([([],)], [(_lines(p, "a1"),)], [(_lines(p, text),) for text in ties], [(_lines(p, maxima),)])


def _filled(rng: Random, part: str) -> str:
    if part == "s":
        return "s" + "".join(map(str, rng.sample(range(4), 2)))
    return part if part[0] == "-" else f"{part}{rng.randint(1, 5)}"


def _lines(p: Params, text: str) -> list[str]:
    lines = []
    for part in text.split():
        if part[0] == "-":
            lines.append(p.mark.join(["out", part[1:]]))
        else:
            lines.append(p.mark.join(["swap", *part[1:]] if part[0] == "s" else ["in", part[0], part[1:]]))
    return lines


def _draw(rng: Random, p: Params) -> Args:
    options = ["a", "b", "c", "d", "a", "b"] + ["-a", "-b", "-c"] * (p.level >= 3) + ["s", "s"] * (p.level >= 4)
    parts = [_filled(rng, rng.choice(options)) for _ in range(rng.randint(4, 16))]
    return (_lines(p, " ".join(parts)),)


_FILES = {"lines.py": (_parts,), "shelves.py": (_load, _count, _shelf_for), "store.py": (_shelves,)}
FAMILY = CodingFamily("parcels", Kind.REPAIR, _params, _prose, _shelves, _second, _edges, _draw, files=_FILES)
