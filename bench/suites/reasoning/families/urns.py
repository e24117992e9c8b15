"""Balls drawn from urns without putting them back: how likely something is, as a fraction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial
from itertools import permutations
from math import comb
from random import Random

from bench.suites.coding.family import Drawn, Params
from bench.suites.reasoning.family import Dial, ReasoningFamily

_BALLS = {1: (2, 12), 2: (1, 6), 3: (1, 5)}
"""The fewest and most balls of a colour in an urn, by level."""


def _params(rng: Random, level: int) -> Drawn:
    while True:
        colours = 2 if level == 1 else 3
        urns = [[rng.randint(*_BALLS[level]) for _ in range(colours)] for _ in range(2 if level == 3 else 1)]
        drawn: Drawn = {"urns": urns, "drawn": 3 if level == 2 else 2, "event": rng.choice(_EVENTS[level]), "first": 0}
        if level == 3:
            drawn["first"] = rng.choice([1, 2, 4, 5])
            if urns[0] == urns[1]:
                continue
        found = _chance(Params(level=level, **drawn))
        if found is not None and 0 < found < 1 and found.denominator < 1000:
            return drawn


_EVENTS = {1: ("same", "differ"), 2: ("all differ", "two", "no red"), 3: ("same", "from first", "second red")}
"""What is asked for, by level."""


def _ways(balls: list[int], number: int, event: str) -> Fraction:
    """How likely an event is that does not look at the order, by counting combinations."""
    every = comb(sum(balls), number)
    if event == "no red":
        return Fraction(comb(sum(balls[1:]), number), every)
    same = sum(comb(each, number) for each in balls)
    differ = 0
    if number == 2:
        differ = every - same
    elif len(balls) == 3:
        differ = balls[0] * balls[1] * balls[2]
    good = {"same": same, "differ": differ, "all differ": differ, "two": every - same - differ}
    return Fraction(good[event], every)


def _chance(p: Params) -> Fraction | None:
    if p.level < 3:
        return _ways(p.urns[0], p.drawn, p.event)
    shares = [Fraction(p.first, 6), Fraction(6 - p.first, 6)]
    if p.event == "same":
        return sum((share * _ways(urn, 2, "same") for share, urn in zip(shares, p.urns, strict=True)), Fraction(0))
    if p.event == "from first":  # that it was the first urn, where both balls have one colour
        one, other = (share * _ways(urn, 2, "same") for share, urn in zip(shares, p.urns, strict=True))
        return one / (one + other) if one + other else None
    reds = [share * Fraction(urn[0], sum(urn)) for share, urn in zip(shares, p.urns, strict=True)]
    again = [red * Fraction(urn[0] - 1, sum(urn) - 1) for red, urn in zip(reds, p.urns, strict=True)]
    return sum(again, Fraction(0)) / sum(reds, Fraction(0))


def _said(chance: Fraction) -> str:
    return f"{chance.numerator}, {chance.denominator}"


def _reference(p: Params) -> str:
    """By combinations, and Bayes' rule."""
    found = _chance(p)
    assert found is not None
    return _said(found)


_CASES: Mapping[str, Callable[[tuple[int, ...]], bool]] = {
    "same": lambda drawn: len(set(drawn)) == 1,
    "differ": lambda drawn: len(set(drawn)) == 2,
    "all differ": lambda drawn: len(set(drawn)) == 3,
    "two": lambda drawn: len(set(drawn)) == 2,
    "no red": lambda drawn: 0 not in drawn,
}


def _second(p: Params) -> str:
    """Every die and every order of single balls counted, each as often as it comes."""
    dice = range(1, 7) if p.level == 3 else [1]
    good = given = Fraction(0)
    for die in dice:
        urn = p.urns[0] if p.level < 3 or die <= p.first else p.urns[1]
        balls = [colour for colour, number in enumerate(urn) for _ in range(number)]
        orders = list(permutations(range(len(balls)), p.drawn))
        for order in orders:
            drawn = tuple(balls[ball] for ball in order)
            if p.event == "from first":
                counts, holds = _CASES["same"](drawn), die <= p.first
            elif p.event == "second red":
                counts, holds = drawn[0] == 0, drawn[1] == 0
            else:
                counts, holds = True, _CASES[p.event](drawn)
            given += Fraction(counts, len(orders))
            good += Fraction(counts and holds, len(orders))
    return _said(good / given)


_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "urn": "An urn holds {balls}.",
        "urns": "Urn 1 holds {one}. Urn 2 holds {two}.",
        "die": "A fair die is thrown: if it shows {most} or less, urn 1 is taken, otherwise urn 2.",
        "die 1": "A fair die is thrown: if it shows 1, urn 1 is taken, otherwise urn 2.",
        "draw": "{n} balls are drawn at random from {it}, one after the other, and none is put back.",
        "it": "it",
        "taken": "the urn that was taken",
        "same": "What is the probability that both balls have the same colour?",
        "differ": "What is the probability that the two balls have different colours?",
        "all differ": "What is the probability that all three balls have different colours?",
        "two": "What is the probability that exactly two of the three balls have the same colour?",
        "no red": "What is the probability that none of the three balls is red?",
        "from first": "Both balls turn out to have the same colour. Knowing this, what is the probability that they "
        "came from urn 1?",
        "second red": "The first ball turns out to be red. Knowing this, what is the probability that the second ball "
        "is red, too?",
        "ask": "Write X as the numerator and the denominator of the fraction in lowest terms, two whole numbers with a "
        "comma between them.",
        "colours": "red,white,black",
        "ball": "{n} {colour} ball{s}",
        "comma": ", ",
        "and": " and ",
    },
    "zh": {
        "urn": "一个罐子里有{balls}。",
        "urns": "1号罐里有{one}。2号罐里有{two}。",
        "die": "掷一枚均匀的骰子：点数不超过{most}就选1号罐，否则选2号罐。",
        "die 1": "掷一枚均匀的骰子：点数是1就选1号罐，否则选2号罐。",
        "draw": "从{it}中随机地先后取出{n}个球，取出的球不放回。",
        "it": "罐子",
        "taken": "选定的罐子",
        "same": "两个球颜色相同的概率是多少？",
        "differ": "两个球颜色不同的概率是多少？",
        "all differ": "三个球的颜色各不相同的概率是多少？",
        "two": "三个球中恰好有两个颜色相同的概率是多少？",
        "no red": "三个球中没有红球的概率是多少？",
        "from first": "结果两个球颜色相同。在已知这一点的情况下，它们来自1号罐的概率是多少？",
        "second red": "结果第一个球是红球。在已知这一点的情况下，第二个球也是红球的概率是多少？",
        "ask": "X写成最简分数的分子和分母，即两个整数，中间用逗号隔开。",
        "colours": "红,白,黑",
        "ball": "{n}个{colour}球",
        "comma": "、",
        "and": "和",
    },
}


def _balls(urn: list[int], words: Mapping[str, str]) -> str:
    said = [
        words["ball"].format(n=number, colour=colour, s="" if number == 1 else "s")
        for number, colour in zip(urn, words["colours"].split(","), strict=False)
    ]
    return words["comma"].join(said[:-1]) + words["and"] + said[-1]


def _text(p: Params, words: Mapping[str, str]) -> str:
    if p.level < 3:
        lines = [words["urn"].format(balls=_balls(p.urns[0], words))]
    else:
        one, two = (_balls(urn, words) for urn in p.urns)
        lines = [
            words["urns"].format(one=one, two=two),
            words[f"die{' 1' if p.first == 1 else ''}"].format(most=p.first),
        ]
    number = {"en": {2: "Two", 3: "Three"}, "zh": {2: "2", 3: "3"}}["en" if words is _WORDS["en"] else "zh"][p.drawn]
    lines.append(words["draw"].format(n=number, it=words["taken" if p.level == 3 else "it"]))
    return "\n".join([*lines, words[p.event], words["ask"]])


FAMILY = ReasoningFamily(
    name="urns",
    params=_params,
    dial=Dial("fewest and most balls of a colour", _BALLS),
    english=partial(_text, words=_WORDS["en"]),
    chinese=partial(_text, words=_WORDS["zh"]),
    reference=_reference,
    second=_second,
    type="tuple",
)
