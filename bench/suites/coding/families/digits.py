"""Numbers written with digits of one's own."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, _level: int) -> Drawn:
    drawn = choose(
        rng, letters=["xyz", "abcd", "pqrst", "kmnoru", "TFN", "0ox#"], little=YES_NO, group=range(2, 4), mark="-_,"
    )
    return {**drawn, "base": len(drawn["letters"]), **choose(rng, width=range(3, 6), front=YES_NO)}


def _prose(p: Params) -> Prose:
    values = ", ".join(f'"{letter}" is {value}' for value, letter in enumerate(p.letters))
    places = f"1, {p.base}, {p.base**2}" if p.level < 3 else f"1, -{p.base}, {p.base**2}, -{p.base**3}"
    zero, base = p.letters[0], p.base if p.level < 3 else -p.base
    return [
        f"Return how `number` is written in a system with the base {base} and these digits: {values}. The places "
        f"have the "
        f"values {places} and so on; the number is the sum of all digits times the values of their places. The digit "
        f"of "
        f"the place with the value 1 comes {'first' if p.little else 'last'}.",
        "`number` is 0 or more."
        if p.level < 3
        else "`number` is any whole number; every one can be written so in one way.",
        f'0 is written "{zero}"; of any other number, the digit of the last place that is written, on the side of the '
        f'large ones, is not "{zero}".',
        p.level >= 4
        and f'But then "{zero}" is added on that side until there are {p.width} digits. After that one more digit is '
        f"added on the {'same' if p.front else 'other'} side: the remainder of the sum of all digits, taken for "
        f"themselves "
        f"without regard to their places, when divided by {p.base}.",
        p.level >= 2
        and f'Last, a "{p.mark}" is put between groups of {p.group} digits, counted from the end with the digit of the '
        "place with the value 1"
        + (", or with the one added there" if p.level >= 4 and not p.front else "")
        + "; the group at the other end may have fewer.",
    ]


def _written(p: Params, number: int) -> str:
    digits: list[int] = []
    while number or not digits:
        digit = number % p.base
        digits.append(digit)
        number = (number - digit) // -p.base if p.level >= 3 else number // p.base
    if p.level >= 4:
        while len(digits) < p.width:
            digits.append(0)
        check = sum(digits) % p.base
        digits = [*digits, check] if p.front else [check, *digits]
    text = "".join([p.letters[digit] for digit in digits])
    if p.level >= 2:
        text = p.mark.join([text[i : i + p.group] for i in range(0, len(text), p.group)])
    return text if p.little else text[::-1]


def _second(p: Params, number: int) -> str:
    size = 1
    digits: list[int] | None = None
    while digits is None:
        values = [(-p.base if p.level >= 3 else p.base) ** place for place in range(size)]
        low = sum(min(0, value * (p.base - 1)) for value in values)
        high = sum(max(0, value * (p.base - 1)) for value in values)
        if low <= number <= high:
            digits, rest = [], number
            for value in values:
                digit = next(d for d in range(p.base) if (rest - d * value) % (value * p.base) == 0)
                rest -= digit * value
                digits.append(digit)
        size += 1
    if p.level == 4:
        digits += [0] * (p.width - len(digits))
        digits.insert(len(digits) if p.front else 0, sum(digits) % p.base)
    text = ""
    for place, digit in enumerate(digits):
        text += p.mark if p.level >= 2 and place and place % p.group == 0 else ""
        text += p.letters[digit]
    return text if p.little else "".join(reversed(text))


def _edges(p: Params) -> Edges:
    b, sign = p.base, -1 if p.level >= 3 else 1
    ties = [b - 1, b, b + 1, b * b - 1, b * b, b**3, b**3 - 1, b**4, b**5 + 1, *range(2, 9)]
    return Edges(
        [(0,)], [(1,), (sign * 2,)], [(n * s,) for n in ties for s in sorted({1, sign})], [(10**6,), (sign * 999_999,)]
    )


def _draw(rng: Random, p: Params) -> Args:
    return (rng.randint(-999 if p.level >= 3 else 0, rng.choice([99, 9999])),)


FAMILY = CodingFamily("digits", Kind.COMPLETE, _params, _prose, _written, _second, _edges, _draw)
