"""A program without code: numbered steps on boxes that hold numbers, followed by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from itertools import pairwise
from random import Random

from bench.suites.coding.family import Drawn, Params
from bench.suites.reasoning.family import Dial, ReasoningFamily
from bench.suites.reasoning.translations import renders
from bench.suites.reasoning.words import LETTERS

Step = tuple[str, int, int]
"""What is done, and its two numbers: boxes, a number to add, a step to go to."""

_BOUND = 400
"""No box holds more in the end, in absolute value, so that the steps are the work and not the sums."""
_SIZE = {
    1: (2, 6, 6, 6),
    2: (3, 6, 9, 18),
    3: (3, 8, 14, 26),
    5: (4, 10, 35, 50),
    6: (4, 12, 60, 80),
    7: (5, 14, 90, 120),
}
"""Boxes, steps in the list, and the fewest and most that are done, by level: the family's dial."""


def _params(rng: Random, level: int) -> Drawn:
    while True:
        boxes = [rng.randint(2, 15) for _ in range(_SIZE[level][0])]
        steps = [_step(rng, level, at, len(boxes)) for at in range(_SIZE[level][1])]
        drawn: Drawn = {
            "boxes": boxes,
            "steps": steps,
            "rounds": rng.randint(2, 3) if level == 2 else max(1, level - 4),
        }
        drawn["asked"] = rng.randrange(len(boxes))
        if _asks_enough(Params(level=level, **drawn)):
            return drawn


def _step(rng: Random, level: int, at: int, boxes: int) -> Step:
    one, other = rng.sample(range(boxes), 2)
    plain: list[Step] = [
        ("add", one, rng.randint(1, 9)),
        ("less", one, rng.randint(1, 9)),
        ("plus", one, other),
        ("minus", one, other),
        ("swap", min(one, other), max(one, other)),
        ("double", one, 0),
    ]
    tests: list[Step] = [("skip_more", one, other), ("skip_even", one, 0)] if level > 1 else []
    if level > 2 and at > 2:
        tests += [("back_less", one, rng.randrange(at - 1)), ("back_odd", one, rng.randrange(at - 1))]
    return rng.choice(tests if tests and rng.random() < 0.45 else plain)


def _asks_enough(p: Params) -> bool:
    """Whether it ends after enough steps, every step is done and, at level 3, some are done again and some passed."""
    done = _followed(p)
    if done is None or max(abs(box) for box in done[0]) > _BOUND:
        return False
    *_, least, most = _SIZE[p.level]
    enough = least <= len(done[1]) <= most and set(done[1]) == set(range(len(p.steps)))
    enough = enough and done[0][p.asked] != p.boxes[p.asked] and not p.steps[-1][0].startswith("skip")
    if p.level == 1:
        return enough and len({step[0] for step in p.steps}) >= 4
    ways = {after - before for before, after in pairwise(done[1])}
    return enough and 2 in ways and (p.level < 3 or min(ways) < 0)


def _followed(p: Params) -> tuple[list[int], list[int]] | None:
    """What the boxes hold in the end, and the steps that were done; None if it takes too long."""
    boxes, trail = list(p.boxes), list[int]()
    for _ in range(p.rounds):
        at = 0
        while at < len(p.steps):
            if len(trail) > 150:
                return None
            kind, one, other = p.steps[at]
            trail.append(at)
            at += 1
            if kind == "add":
                boxes[one] += other
            elif kind == "less":
                boxes[one] -= other
            elif kind == "plus":
                boxes[one] += boxes[other]
            elif kind == "minus":
                boxes[one] -= boxes[other]
            elif kind == "double":
                boxes[one] *= 2
            elif kind == "swap":
                boxes[one], boxes[other] = boxes[other], boxes[one]
            elif (kind == "skip_more" and boxes[one] > boxes[other]) or (kind == "skip_even" and not boxes[one] % 2):
                at += 1
            elif (kind == "back_less" and boxes[one] < 30) or (kind == "back_odd" and boxes[one] % 2):
                at = other
    return boxes, trail


def _reference(p: Params) -> str:
    done = _followed(p)
    return str(done[0][p.asked] if done else None)


_DONE: Mapping[str, Callable[[dict[int, int], int, int], Mapping[int, int]]] = {
    "add": lambda box, i, k: {i: box[i] + k},
    "less": lambda box, i, k: {i: box[i] - k},
    "plus": lambda box, i, j: {i: box[i] + box[j]},
    "minus": lambda box, i, j: {i: box[i] - box[j]},
    "double": lambda box, i, _: {i: box[i] + box[i]},
    "swap": lambda box, i, j: {i: box[j], j: box[i]},
}
_LEAPS: Mapping[str, Callable[[dict[int, int], int, int, int], int]] = {
    "skip_more": lambda box, i, j, at: at + (2 if box[j] < box[i] else 1),
    "skip_even": lambda box, i, _, at: at + (1 if box[i] & 1 else 2),
    "back_less": lambda box, i, k, at: k if not box[i] >= 30 else at + 1,
    "back_odd": lambda box, i, k, at: k if box[i] & 1 else at + 1,
}


def _second(p: Params) -> str:
    """Every step as a function of the boxes: what it changes, or where it leads."""
    box = dict(enumerate(p.boxes))
    for at in [0] * p.rounds:
        while at in range(len(p.steps)):
            kind, one, other = p.steps[at]
            if kind in _LEAPS:
                at = _LEAPS[kind](box, one, other, at)
            else:
                box |= _DONE[kind](box, one, other)
                at += 1
    return str(box[p.asked])


_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "comma": ", ",
        "boxes": "Boxes hold whole numbers. At the beginning: {all}.",
        "list": "Follow these steps in order, from step 1 on:",
        "add": "Add {k} to {a}.",
        "less": "Subtract {k} from {a}.",
        "plus": "Add the number in {b} to {a}; {b} stays as it is.",
        "minus": "Subtract the number in {b} from {a}; {b} stays as it is.",
        "swap": "Swap the numbers in {a} and {b}.",
        "double": "Double the number in {a}.",
        "skip_more": "If the number in {a} is greater than the number in {b}, skip the next step.",
        "skip_even": "If the number in {a} is even, skip the next step.",
        "back_less": "If the number in {a} is less than 30, go back to step {n}.",
        "back_odd": "If the number in {a} is odd, go back to step {n}.",
        "rounds": "Go through the whole list {n} times, each time from step 1 on with the numbers that the boxes "
        "then "
        "hold.",
        "end": "Numbers may become negative; 0 is even.",
        "ask": "Which number is in {a} after the end of the list? X is a whole number.",
    },
    "zh": {
        "comma": "，",
        "boxes": "盒子里装着整数。开始时：{all}。",
        "list": "从第1步开始，按顺序执行下列步骤：",
        "add": "把{a}里的数加上{k}。",
        "less": "把{a}里的数减去{k}。",
        "plus": "把{b}里的数加到{a}上；{b}不变。",
        "minus": "从{a}里减去{b}里的数；{b}不变。",
        "swap": "交换{a}和{b}里的数。",
        "double": "把{a}里的数乘以2。",
        "skip_more": "如果{a}里的数大于{b}里的数，就跳过下一步。",
        "skip_even": "如果{a}里的数是偶数，就跳过下一步。",
        "back_less": "如果{a}里的数小于30，就回到第{n}步。",
        "back_odd": "如果{a}里的数是奇数，就回到第{n}步。",
        "rounds": "把全部步骤执行{n}遍，每一遍都从第1步开始，用盒子里当时的数继续。",
        "end": "数可以变成负数；0是偶数。",
        "ask": "全部执行完之后，{a}里的数是多少？X是一个整数。",
    },
}


def _text(p: Params, words: Mapping[str, str]) -> str:
    held = words["comma"].join(f"{LETTERS[at]} = {box}" for at, box in enumerate(p.boxes))
    lines = [words["boxes"].format(all=held), words["list"]]
    for number, (kind, one, other) in enumerate(p.steps, 1):
        named = {"a": LETTERS[one], "b": LETTERS[other % len(LETTERS)], "k": other, "n": other + 1}
        lines.append(f"{number}. {words[kind].format(**named)}")
    if p.rounds > 1:
        lines.append(words["rounds"].format(n=p.rounds))
    if p.level > 1:
        lines.append(words["end"])
    return "\n".join([*lines, words["ask"].format(a=LETTERS[p.asked])])


FAMILY = ReasoningFamily(
    name="machine",
    params=_params,
    dial=Dial("boxes, steps, fewest and most that are done", _SIZE),
    english=partial(_text, words=_WORDS["en"]),
    chinese=partial(_text, words=_WORDS["zh"]),
    more=renders("machine", _text),
    reference=_reference,
    second=_second,
)
