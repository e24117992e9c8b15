"""The next labels of a row of shelves."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, _level: int) -> Drawn:
    few, top, letters = rng.randint(11, 13), rng.randint(15, 19), "".join(rng.sample("ABCDEFGH", 3))
    bounds = [0, 1, few, few + 1, top, top + 1]
    rests = [(by, rest) for by in (5, 6, 7) for rest in range(by - 1) if all(n % by != rest for n in bounds)]
    by, rest = rng.choice(rests)
    digits = [digit for digit in range(3, 10) if all(n % 10 != digit for n in bounds)]
    skipped = choose(rng, digit=digits, digits=YES_NO)
    shelf = {"letters": letters, "short": sorted(letters)[1], **choose(rng, mark="-./", low=range(2))}
    return {"few": few, "top": top, "by": by, "rest": rest, **shelf, **skipped}


def _prose(p: Params) -> Prose:
    label = f'A label is a letter, "{p.mark}" and a number'
    skipped = f"contain the digit {p.digit}" if p.digits else f"have remainder {p.rest} modulo {p.by}"
    return [
        p.level == 1 and f"{label}. The next label has the same letter, and a number higher by {p.by}.",
        p.level >= 2
        and f'{label}, written with two digits, as in "{p.letters[0]}{p.mark}01". The next label has a '
        "number higher by 1.",
        p.level >= 2
        and f"After {p.top} the number is {p.low} again, and the letter changes to the next one: the letters are "
        f"{', '.join(p.letters)}, in this order, and after {p.letters[-1]} comes {p.letters[0]} again.",
        p.level >= 3 and f"Labels whose numbers {skipped} do not exist: pass over them. `label` is none of them.",
        p.level >= 4 and f"With the letter {p.short} the numbers end at {p.few} already, not at {p.top}.",
        "Return the list of the next `count` labels after `label`, in order; [] if `count` is 0.",
    ]


def _next_labels(p: Params, label: str, count: int) -> list[str]:
    letter, number = label[0], int(label[2:])
    found: list[str] = []
    while len(found) < count:
        number += p.by if p.level == 1 else 1
        if p.level >= 2 and number > (p.few if p.level >= 4 and letter == p.short else p.top):
            number = p.low
            letter = (p.letters + p.letters[0])[p.letters.index(letter) + 1]
        if p.level >= 3 and (str(p.digit) in str(number) if p.digits else number % p.by == p.rest):
            continue
        found.append(letter + p.mark + (str(number) if p.level == 1 else str(number).zfill(2)))
    return found


def _second(p: Params, label: str, count: int) -> list[str]:
    if p.level == 1:
        return [f"{label[:2]}{int(label[2:]) + p.by + p.by * i}" for i in range(count)]
    shelf = [one for letter in p.letters for one in _exist(p, letter)]
    start = shelf.index(label) + 1
    return [shelf[(start + i) % len(shelf)] for i in range(count)]


def _exist(p: Params, letter: str) -> list[str]:
    numbers = range(p.low, 1 + (p.few if p.level >= 4 and letter == p.short else p.top))
    skipped = [n for n in numbers if (str(p.digit) in str(n) if p.digits else n % p.by == p.rest)]
    return [f"{letter}{p.mark}{n:0{min(p.level, 2)}}" for n in numbers if p.level < 3 or n not in skipped]


def _edges(p: Params) -> Edges:
    a, z, s = (_exist(p, letter) for letter in (p.letters[0], p.letters[-1], p.short))
    return Edges(
        empty=[(a[0], 0)],
        single=[(a[0], 1), (a[-1], 1), (z[-1], 1), (s[-1], 1), (s[-2], 1)],
        ties=[(a[-1], 9), (z[-1], 9), (s[-1], 9), (s[0], 20)],
        maxima=[(a[0], 70), (s[0], 33), (z[0], 33)],
    )


def _draw(rng: Random, p: Params) -> Args:
    return rng.choice(_exist(p, rng.choice(p.letters))), rng.randint(1, 12)


FAMILY = CodingFamily("labels", Kind.COMPLETE, _params, _prose, _next_labels, _second, _edges, _draw)
