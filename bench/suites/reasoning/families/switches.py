"""Lamps that switches turn on and off: which burn after some presses, or which presses make all burn."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from functools import partial
from itertools import combinations
from random import Random

from bench.suites.coding.family import Drawn, Params
from bench.suites.reasoning.family import Dial, ReasoningFamily
from bench.suites.reasoning.words import LETTERS

_SIZE = {1: (4, 3, 5), 2: (5, 4, 7), 3: (6, 6, 0), 5: (8, 8, 0), 6: (10, 10, 0), 7: (12, 12, 0)}
"""Lamps, switches and presses, by level: the family's dial. Without presses the question is which are needed."""
Switch = tuple[int, tuple[int, ...], tuple[int, ...]]
"""A lamp that is looked at (-1 for none), what is changed if it is on, and what otherwise."""


def _params(rng: Random, level: int) -> Drawn:
    lamps, switches, presses = _SIZE[level]
    while True:
        made: list[Switch] = []
        for at in range(switches):
            looks = -1 if presses == 0 or level == 1 or at % 2 == 0 else rng.randrange(lamps)
            sets = [tuple(sorted(rng.sample(range(lamps), rng.randint(2, 3)))) for _ in range(2)]
            made.append((looks, sets[0], sets[1] if looks >= 0 else sets[0]))
        rng.shuffle(made)
        drawn: Drawn = {
            "lamps": lamps,
            "on": sorted(rng.sample(range(lamps), rng.randint(1, lamps // 2))),
            "switches": made,
            "presses": [rng.randrange(switches) for _ in range(presses)],
        }
        p = Params(level=level, **drawn)
        if len({what for _, what, _ in made}) < switches:
            continue
        if not presses:
            if sum(len(_after(p, chosen)) == lamps for chosen in _choices(switches)) == 1 and len(_needed(p)) > 2:
                return drawn
            continue
        twice = any(one == other for one, other in zip(p.presses, p.presses[1:], strict=False))
        both = {(at, burns) for at, burns in _looks(p) if made[at][0] >= 0}
        conditional = sum(looks >= 0 for looks, _, _ in made)
        if 0 < len(_after(p, p.presses)) < lamps and not twice and len(both) >= conditional + (level > 1):
            return drawn


def _looks(p: Params) -> list[tuple[int, bool]]:
    """For each press, the switch and whether the lamp that it looks at burns."""
    return [(press, p.switches[press][0] in _after(p, p.presses[:number])) for number, press in enumerate(p.presses)]


def _after(p: Params, presses: tuple[int, ...] | list[int]) -> set[int]:
    """The lamps that burn after some presses."""
    on = set(p.on)
    for press in presses:
        looks, so, otherwise = p.switches[press]
        on ^= set(so if looks in on else otherwise)
    return on


@functools.cache
def _choices(switches: int) -> list[tuple[int, ...]]:
    return [chosen for number in range(switches + 1) for chosen in combinations(range(switches), number)]


def _needed(p: Params) -> tuple[int, ...]:
    """The first choice of switches after which every lamp burns."""
    return next(chosen for chosen in _choices(len(p.switches)) if len(_after(p, chosen)) == p.lamps)


def _reference(p: Params) -> str:
    """Press by press, or every choice tried."""
    if p.presses:
        return ", ".join(LETTERS[lamp] for lamp in sorted(_after(p, p.presses)))
    return ", ".join(str(switch + 1) for switch in _needed(p))


def _second(p: Params) -> str:
    """Lamp by lamp, backwards from the last press; or by elimination modulo 2."""
    if p.presses:

        @functools.cache
        def burns(lamp: int, presses: int) -> bool:
            if presses == 0:
                return lamp in p.on
            looks, so, otherwise = p.switches[p.presses[presses - 1]]
            changes = so if looks < 0 or burns(looks, presses - 1) else otherwise
            return burns(lamp, presses - 1) != (lamp in changes)

        return ", ".join(LETTERS[lamp] for lamp in range(p.lamps) if burns(lamp, len(p.presses)))
    rows = [[int(lamp in so) for _, so, _ in p.switches] + [int(lamp not in p.on)] for lamp in range(p.lamps)]
    done: list[int] = []
    for column in range(len(p.switches)):
        pivot = next((row for row in range(p.lamps) if row not in done and rows[row][column]), None)
        if pivot is None:
            raise ValueError("more than one choice, or none, makes all lamps burn")
        done.append(pivot)
        for row in range(p.lamps):
            if row != pivot and rows[row][column]:
                rows[row] = [one ^ other for one, other in zip(rows[row], rows[pivot], strict=True)]
    return ", ".join(str(column + 1) for column, row in enumerate(done) if rows[row][-1])


_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "There are {n} lamps, {all}. At first {on} {are} on, and the others are off.",
        "change": "To change a lamp means to turn it off if it is on, and on if it is off.",
        "plain": "Each press of switch {n} changes {all}.",
        "looks": "A press of switch {n} changes {all} if lamp {a} is on at the moment of the press, and {other} if "
        "lamp {a} is off.",
        "presses": "These switches are pressed one after another: {all}.",
        "which": "Which lamps are on after the last press? Write X as their letters in alphabetical order with commas "
        "between them.",
        "needed": "Which switches must be pressed, each once, so that all {n} lamps are on at the end? No switch may "
        "be pressed twice, and only one choice of switches does it. Write X as the numbers of the switches in "
        "ascending order with commas between them.",
        "comma": ", ",
        "and": " and ",
        "is": "is",
        "are": "are",
    },
    "zh": {
        "title": "有{n}盏灯：{all}。起初{on}亮着，其余的都不亮。",
        "change": "“切换”一盏灯，是指亮着就关掉，不亮就打开。",
        "plain": "每按一次{n}号开关，就切换{all}。",
        "looks": "按下{n}号开关时，如果{a}灯正亮着，就切换{all}；如果{a}灯不亮，就切换{other}。",
        "presses": "依次按下这些开关：{all}。",
        "which": "按完最后一次之后，哪些灯亮着？X写成这些灯的字母，按字母顺序排列，中间用逗号隔开。",
        "needed": "要让{n}盏灯最后全部亮起，必须按哪些开关各一次？任何开关都不能按两次，只有一种选法可行。"
        "X写成这些开关的编号，从小到大排列，中间用逗号隔开。",
        "comma": "、",
        "and": "和",
        "is": "",
        "are": "",
    },
}


def _text(p: Params, words: Mapping[str, str]) -> str:
    def listed(lamps: tuple[int, ...] | list[int]) -> str:
        names = [LETTERS[lamp] for lamp in lamps]
        return words["comma"].join(names[:-1]) + (words["and"] if len(names) > 1 else "") + names[-1]

    are = words["is" if len(p.on) == 1 else "are"]
    every = words["comma"].join(LETTERS[: p.lamps])
    lines = [words["title"].format(n=p.lamps, all=every, on=listed(p.on), are=are), words["change"]]
    for number, (looks, so, otherwise) in enumerate(p.switches, 1):
        said = words["plain" if looks < 0 else "looks"]
        lines.append(said.format(n=number, all=listed(so), a=LETTERS[looks], other=listed(otherwise)))
    if not p.presses:
        return "\n".join([*lines, words["needed"].format(n=p.lamps)])
    pressed = words["comma"].join(str(press + 1) for press in p.presses)
    return "\n".join([*lines, words["presses"].format(all=pressed), words["which"]])


FAMILY = ReasoningFamily(
    name="switches",
    params=_params,
    dial=Dial("lamps, switches, presses", _SIZE),
    english=partial(_text, words=_WORDS["en"]),
    chinese=partial(_text, words=_WORDS["zh"]),
    reference=_reference,
    second=_second,
    type="tuple",
)
