"""Word problems: an amount grows and shrinks, told in two units, among facts that do not matter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from random import Random
from typing import NamedTuple

from bench.suites.coding.family import Drawn, Params
from bench.suites.reasoning.family import Dial, ReasoningFamily

Texts = tuple[str, str]
"""English and Chinese."""


class Scene(NamedTuple):
    """A place that has something."""

    place: Texts
    """Who has it."""
    thing: Texts
    """What it is."""
    other: Texts
    """What else there is."""
    parcel: Texts
    """What it comes in."""
    small: Texts
    """The smaller unit."""
    big: Texts
    """The larger unit."""
    ratio: int
    """Smaller units in a larger one."""


SCENES = (
    Scene(("bakery", "面包房"), ("flour", "面粉"), ("sugar", "白糖"), ("bag", "袋"), ("g", "克"), ("kg", "千克"), 1000),
    Scene(("café", "咖啡馆"), ("milk", "牛奶"), ("juice", "果汁"), ("can", "桶"), ("ml", "毫升"), ("l", "升"), 1000),
    Scene(("workshop", "作坊"), ("ribbon", "丝带"), ("wire", "铁丝"), ("roll", "卷"), ("cm", "厘米"), ("m", "米"), 100),
    Scene(
        ("farm", "农场"), ("feed", "饲料"), ("straw", "稻草"), ("trailer load", "车"), ("kg", "千克"), ("t", "吨"), 1000
    ),
)
_SIZE = {1: (2, 0), 2: (3, 1), 3: (6, 3), 5: (10, 4), 6: (14, 5), 7: (18, 5)}
"""Events, and facts that do not matter, by level: the family's dial."""
_SHARE = {2: ("half", "一半"), 3: ("a third", "三分之一"), 4: ("a quarter", "四分之一")}
_STEP = {
    "start": ("A {place} has {m} of {thing}.", "一家{place}有{m}{thing}。"),
    "buy": ("It buys {n} {parcel}s of {thing} with {m} in each.", "它又买进{n}{parcel}{thing}，每{parcel}{m}。"),
    "use": ("It then uses {m} of {thing} a day for {n} days.", "随后连续{n}天，每天用掉{m}{thing}。"),
    "lose": ("Then {m} of {thing} is lost.", "接着损失了{m}{thing}。"),
    "give": ("It then gives away {share} of the {thing} it has.", "然后把现有{thing}的{share}送了人。"),
}
_FACT = (
    ("The {place} also has {m} of {other}.", "这家{place}还有{m}{other}。"),
    ("The {place} is {n} years old.", "这家{place}已经开了{n}年。"),
    ("Each {parcel} costs {n} euros.", "每{parcel}的价格是{n}欧元。"),
    ("{n} people work at the {place}.", "有{n}个人在这家{place}工作。"),
    ("The nearest supplier is {n} km away.", "最近的供货商在{n}公里以外。"),
)
_LEFT = (
    "How much {thing} does it have in the end, in {unit}? X is the number alone, without the unit.",
    "最后一共有多少{unit}{thing}？X只写数字，不写单位。",
)
_PACKED = (
    "The {thing} that is left is divided into portions of {m}. How many full portions are there? X is a whole number.",
    "把最后剩下的{thing}分成每份{m}的小份。最多能分成多少个完整的小份？X是一个整数。",
)


Step = tuple[str, int, int, bool]
"""What happens, how often (of "give": the share's denominator), the amount in the smaller unit, told in the larger?"""


def _params(rng: Random, level: int) -> Drawn:
    scene = rng.choice(SCENES)
    steps = _steps(rng, level, scene.ratio)
    while any(amount <= 0 or amount.denominator > 1 for amount in _amounts(steps)):
        steps = _steps(rng, level, scene.ratio)
    facts = rng.sample(range(len(_FACT)), _SIZE[level][1])
    return {
        "scene": scene,
        "steps": steps,
        "portion": scene.ratio // 20 * rng.randint(3, 15) if level > 2 and rng.random() < 0.5 else 0,
        "facts": [(fact, rng.randint(1, len(steps)), rng.randint(3, 40)) for fact in facts],
    }


def _steps(rng: Random, level: int, ratio: int) -> list[Step]:
    fine, coarse = ratio // 20, ratio // 10
    if level == 1:
        first = ("start", 1, ratio * rng.randint(2, 20), True)
        return [first, ("buy", rng.randint(2, 5), ratio * rng.randint(2, 9), True)]
    if level == 2:
        first = ("start", 1, ratio * rng.randint(2, 9), True)
        bought = ("buy", rng.randint(2, 6), fine * rng.randint(3, 19), False)
        return [first, bought, ("use", rng.randint(2, 6), fine * rng.randint(2, 12), False)]
    again = rng.choice([("use", rng.randint(2, 5), coarse * rng.randint(1, 9)), ("buy", 2, coarse * rng.randint(2, 9))])
    steps: list[Step] = [
        ("buy", rng.randint(3, 9), coarse * rng.randint(3, 35), True),
        ("use", rng.randint(3, 9), fine * rng.randint(3, 19), False),
        ("lose", 1, fine * rng.randint(3, 39), False),
        ("give", rng.randint(2, 4), 0, False),
        (*again, rng.random() < 0.5),
    ]
    for at in range(_SIZE[level][0] - 6):
        kind, most = (("buy", 9), ("use", 4), ("lose", 1))[at % 3]
        steps.append((kind, rng.randint(1 if at % 3 == 2 else 2, most), fine * rng.randint(3, 29), rng.random() < 0.5))
    rng.shuffle(steps)
    return [("start", 1, coarse * rng.randint(20, 95), True), *steps]


def _amounts(steps: Sequence[Step]) -> list[Fraction]:
    """What there is after each step, in the smaller unit."""
    now, after = Fraction(0), []
    for kind, n, amount, _ in steps:
        if kind == "give":
            now -= now / n
        else:
            now += n * amount if kind in ("start", "buy") else -n * amount
        after.append(now)
    return after


def _reference(p: Params) -> str:
    left = _amounts(p.steps)[-1]
    return str(left // p.portion if p.portion else left / (p.scene.ratio if p.level == 1 else 1))


def _second(p: Params) -> str:
    """Every amount, multiplied by what later gifts leave of it."""
    total = 0.0
    for at, (kind, n, amount, _) in enumerate(p.steps):
        kept = math.prod(1 - 1 / k for what, k, *_ in p.steps[at:] if what == "give")
        total += kept * n * amount * {"start": 1, "buy": 1, "give": 0}.get(kind, -1)
    left = round(total)
    return str((left - left % p.portion) // p.portion if p.portion else left // p.scene.ratio if p.level == 1 else left)


def _text(p: Params, language: int) -> str:
    scene: Scene = p.scene
    gap = " " if language == 0 else ""

    def amount(value: int, big: bool) -> str:
        number = f"{value / scene.ratio:g}" if big else str(value)
        return f"{number}{gap}{(scene.big if big else scene.small)[language]}"

    words = {"place": scene.place, "thing": scene.thing, "other": scene.other, "parcel": scene.parcel}
    named = {name: texts[language] for name, texts in words.items()}
    lines = []
    for at, (kind, n, value, big) in enumerate(p.steps, 1):
        share = _SHARE[n][language] if kind == "give" else ""
        lines.append(_STEP[kind][language].format(n=n, m=amount(value, big), share=share, **named))
        facts = [(fact, number) for fact, place, number in p.facts if place == at]
        lines += [_FACT[fact][language].format(n=k, m=amount(k * scene.ratio, True), **named) for fact, k in facts]
    if p.portion:
        lines.append(_PACKED[language].format(m=amount(p.portion, False), **named))
    else:
        unit = (scene.big if p.level == 1 else scene.small)[language]
        lines.append(_LEFT[language].format(unit=unit, **named))
    return gap.join(lines)


FAMILY = ReasoningFamily(
    name="quantities",
    params=_params,
    dial=Dial("events, facts that do not matter", _SIZE),
    english=lambda p: _text(p, 0),
    chinese=lambda p: _text(p, 1),
    reference=_reference,
    second=_second,
)
