"""People on a bench whose order follows from what is said of their places."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import permutations
from random import Random

from bench.suites.coding.family import Drawn, Params
from bench.suites.reasoning.family import Dial, ReasoningFamily
from bench.suites.reasoning.words import LETTERS

_PEOPLE = {1: 4, 2: 5, 3: 6}
"""How many sit there, by level: the family's dial."""
_KINDS = {
    1: ("left", "beside"),
    2: ("left", "beside", "inside", "apart"),
    3: ("left", "inside", "apart", "between", "not"),
}
"""What may be said, by level; "beside" says so much that level 3 does without it."""
Clue = tuple[str, int, int, int]
"""A kind, one or two people and a number or a third person."""


def _params(rng: Random, level: int) -> Drawn:
    people = _PEOPLE[level]
    while True:
        order = rng.sample(range(people), people)
        clues: list[Clue] = []
        left = list(permutations(range(people)))
        while len(left) > 1:
            clue = _clue(rng, rng.choice(_KINDS[level]), order)
            fewer = [each for each in left if _holds(clue, each)]
            if len(fewer) < len(left):
                clues.append(clue)
                left = fewer
        for clue in list(clues):  # what the others say anyway is left out
            rest = [other for other in clues if other != clue]
            if sum(all(_holds(each, found) for each in rest) for found in permutations(range(people))) == 1:
                clues = rest
        rng.shuffle(clues)
        if people - 1 <= len(clues) + (level == 1) <= people + 2:
            return {"people": people, "clues": clues}


def _clue(rng: Random, kind: str, order: list[int]) -> Clue:
    """Something of its kind that is true of an order."""
    places = sorted(rng.sample(range(len(order)), 2))
    if kind == "beside":
        places = [at := rng.randrange(len(order) - 1), at + 1]
    elif kind == "inside":
        places[0] = rng.randrange(1, len(order) - 1)
    elif kind == "apart":
        places = [at := rng.randrange(len(order) - 2), rng.randrange(at + 2, len(order))]
    elif kind == "between":
        places = sorted(rng.sample(range(len(order)), 3))
    elif kind == "not":
        places = [at := rng.randrange(len(order) - 2), rng.randrange(at + 2, len(order))]
    one, other = order[places[0]], order[places[-1]]
    if kind in ("beside", "apart", "between", "not") and rng.random() < 0.5:
        one, other = other, one
    if kind == "between":
        return kind, order[places[1]], one, other
    return kind, one, -1 if kind == "inside" else other, places[-1] - places[0] - 1 if kind == "apart" else 0


def _holds(clue: Clue, order: tuple[int, ...]) -> bool:
    kind, one, other, third = clue
    at = order.index(one)
    if kind == "inside":
        return 0 < at < len(order) - 1
    to = order.index(other)
    if kind == "between":
        return min(to, order.index(third)) < at < max(to, order.index(third))
    if kind == "left":
        return at < to
    return {"beside": abs(at - to) == 1, "not": abs(at - to) != 1, "apart": abs(at - to) == third + 1}[kind]


def _reference(p: Params) -> str:
    """Every order tried."""
    [order] = [each for each in permutations(range(p.people)) if all(_holds(clue, each) for clue in p.clues)]
    return ", ".join(LETTERS[person] for person in order)


def _broken(clue: Clue, place: Mapping[int, int], people: int) -> bool:
    """Whether the places given so far go against what is said."""
    kind, one, other, third = clue
    if one not in place or (kind != "inside" and other not in place):
        return False
    if kind == "inside":
        return place[one] in (1, people)
    if kind == "left":
        return place[one] > place[other]
    if kind == "between":
        low, high = sorted((place[other], place.get(third, place[other])))
        return third in place and place[one] not in range(low, high)
    near = {place[one] + 1 + third, place[one] - 1 - third}
    return (place[other] in near) == (kind == "not")


def _second(p: Params) -> str:
    """Places given to one person after another; given up as soon as what is said of two who have theirs is broken."""

    found: list[dict[int, int]] = []

    def seat(place: dict[int, int]) -> None:
        if any(_broken(clue, place, p.people) for clue in p.clues):
            return
        if len(place) == p.people:
            found.append(place)
            return
        for chair in range(1, p.people + 1):
            if chair not in place.values():
                seat({**place, len(place): chair})

    seat({})
    [place] = found
    return ", ".join(LETTERS[person] for person in sorted(place, key=place.__getitem__))


_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "{all} sit on a bench in one row, from left to right as you look at them.",
        "left": "{a} sits further left than {b}.",
        "beside": "{a} and {b} sit next to each other.",
        "not": "{a} and {b} do not sit next to each other.",
        "inside": "{a} sits at neither end.",
        "apart": "Exactly {n} of them sit between {a} and {b}.",
        "apart 1": "Exactly one of them sits between {a} and {b}.",
        "between": "{a} sits somewhere between {b} and {c}.",
        "ask": "Only one order fits. What is it, from left to right? Write X as the {n} letters with commas "
        "between them.",
        "and": ", ",
        "last": " and ",
    },
    "zh": {
        "title": "{all}坐在一条长凳上，排成一行，左右按你面对他们看到的来算。",
        "left": "{a}坐在{b}的左边（不一定相邻）。",
        "beside": "{a}和{b}相邻而坐。",
        "not": "{a}和{b}不相邻。",
        "inside": "{a}不坐在两端。",
        "apart": "{a}和{b}之间恰好坐着{n}个人。",
        "apart 1": "{a}和{b}之间恰好坐着1个人。",
        "between": "{a}坐在{b}和{c}之间的某个位置（不一定相邻）。",
        "ask": "只有一种顺序符合以上所有条件。从左到右的顺序是什么？X写成{n}个字母，中间用逗号隔开。",
        "and": "、",
        "last": "和",
    },
}


def _text(p: Params, words: Mapping[str, str]) -> str:
    names = LETTERS[: p.people]
    lines = [words["title"].format(all=words["and"].join(names[:-1]) + words["last"] + names[-1])]
    for kind, one, other, third in p.clues:
        line = words["apart 1" if kind == "apart" and third == 1 else kind]
        lines.append(line.format(a=LETTERS[one], b=LETTERS[other], c=LETTERS[third], n=third))
    return "\n".join([*lines, words["ask"].format(n=p.people)])


FAMILY = ReasoningFamily(
    name="seating",
    params=_params,
    dial=Dial("people", _PEOPLE),
    english=partial(_text, words=_WORDS["en"]),
    chinese=partial(_text, words=_WORDS["zh"]),
    reference=_reference,
    second=_second,
    type="tuple",
)
