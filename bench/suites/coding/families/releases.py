"""Names of releases, and in which order they are to be listed."""

from __future__ import annotations

from random import Random
from typing import Any

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, _level: int) -> Drawn:
    return choose(
        rng, down=YES_NO, zeros=YES_NO, pre=["-rc", "-beta", "-pre"], before=YES_NO, first=YES_NO, mark="._:/"
    )


def _before(_p: Params) -> Drawn:
    return {"level": 0}


def _prose(p: Params) -> Prose:
    m = p.mark
    return [
        f'- A name consists of parts that are whole numbers, with a "{m}" between any two, for '
        f'example "2{m}10". Sort by the first part, equal ones by the second, and so on; the parts are compared as '
        "numbers.",
        "- If one name has more parts than another, and they are equal as far as the shorter one goes, "
        + ("the missing parts count as 0." if p.level >= 2 and p.zeros else "the shorter one is the smaller."),
        p.level >= 3
        and f'- A name may end with "{p.pre}" and a whole number, for example "2{m}10{p.pre}1". What stands '
        "before that is compared first; if it is equal, a name with such an end is "
        + ("smaller" if p.before else "larger")
        + " than one without it, and of two that have it the one with the larger number is the larger.",
        p.level >= 4
        and f"- Of names that are equal in this order, only the {'first' if p.first else 'last'} in `names` is listed.",
        f"- The {'largest' if p.down else 'smallest'} comes first."
        + (" Equal ones stay in the order of `names`." if p.level < 4 else ""),
    ]


def _listed(p: Params, names: list[str]) -> list[str]:
    if p.level == 0:
        return sorted(names)
    keys: list[Any] = []
    for name in names:
        if p.level >= 3:
            name, _, number = name.partition(p.pre)
        parts = [int(part) for part in name.split(p.mark)]
        if p.level >= 2 and p.zeros:
            while parts and not parts[-1]:
                parts.pop()
        if p.level >= 3:
            keys.append([parts, not number if p.before else bool(number), number and int(number)])
        else:
            keys.append(parts)
    order = list(range(len(names)))
    if p.level >= 4 and p.first:
        order = [i for i in order if keys[i] not in keys[:i]]
    if p.level >= 4 and not p.first:
        order = [i for i in order if keys[i] not in keys[i + 1 :]]
    order.sort(key=lambda i: keys[i], reverse=p.down)
    return [names[i] for i in order]


def _second(p: Params, names: list[str]) -> list[str]:
    missing = 0 if p.level >= 2 and p.zeros else -1
    ranked = []
    for place, name in enumerate(names):
        stem, end = name.split(p.pre) if p.pre in name else (name, None)
        numbers = list(map(int, stem.split(p.mark)))
        rank = 0 if end is None else int(end) - 10**6 if p.before else int(end) + 1
        ranked.append(((*numbers, *[missing] * (9 - len(numbers)), rank), place, name))
    if p.level == 4:
        kept = {key: (key, place, name) for key, place, name in (reversed(ranked) if p.first else ranked)}
        ranked = list(kept.values())
    sign = -1 if p.down else 1
    return [name for _, _, name in sorted(ranked, key=lambda one: ([sign * part for part in one[0]], one[1]))]


def _edges(p: Params) -> Edges:
    forms = [
        "10 9",
        "1.10 1.9 1.1",
        "2 1.5 1",
        "1 1.0 1.0.0 0",
        "1.0 1 0.1",
        "1.2 1.2.0 1.2.1",
        "3 3",
        "0 0.0",
        "1.1 1 1.1 1.0",
    ]
    if p.level >= 3:
        forms += [
            "1~2 1 1~10",
            "1 1~1",
            "1.0~1 1 1~1",
            "1~1 1.1 0~1 1.1~0",
            "2~3 2~3 2.0~3 2",
            "1~0 1 1~1",
            "1.1~9 1.2~1 1.1",
        ]
        forms += ["1~10 1~9", "1~2 1.0~10 1.1~1", "2.0 2~1 2 2~2"]
    ties = [([name.replace(".", p.mark).replace("~", p.pre) for name in form.split()],) for form in forms]
    long = p.mark.join("1234567")
    return Edges([([],)], [(["7"],), ([f"1{p.mark}0"],)], ties, [([long, long[:-1] + "10", long[:-2], "12345", long],)])


def _draw(rng: Random, p: Params) -> Args:
    names = []
    for _ in range(rng.randint(3, 8)):
        parts = [str(rng.choice([0, 0, 1, 2, 9, 10, 11])) for _ in range(rng.randint(1, 3))]
        names.append(
            p.mark.join(parts) + (p.pre + str(rng.choice([0, 1, 2, 10])) if p.level >= 3 and rng.random() < 0.5 else "")
        )
    return ([*names, *rng.sample(names, 1)],)


FAMILY = CodingFamily("releases", Kind.EDIT, _params, _prose, _listed, _second, _edges, _draw, before=_before)
