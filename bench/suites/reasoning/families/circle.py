"""A counting-out game in a circle: who leaves when, with steps that change and a direction that turns."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from functools import partial
from random import Random

from bench.suites.coding.family import Drawn, Params
from bench.suites.reasoning.family import Dial, ReasoningFamily
from bench.suites.reasoning.translations import renders
from bench.suites.reasoning.words import LETTERS, changed

_SIZE = {1: (3, 6, 9), 2: (5, 8, 10), 3: (7, 10, 12), 5: (12, 16, 18), 6: (16, 20, 22), 7: (20, 24, 26)}
"""Children who leave, and the fewest and most who sit there, by level: the family's dial."""


def _params(rng: Random, level: int) -> Drawn:
    while True:
        leave, *most = _SIZE[level]
        children, least = rng.randint(*most), 7 if level < 4 else 7 + leave
        drawn: Drawn = {"children": children, "start": rng.randrange(1, children), "step": rng.randint(3, 12)}
        drawn |= {"more": 0, "turns": False, "spared": None, "leave": leave}
        if level > 1:
            drawn |= (
                {"more": rng.choice([-1, 1, 2]), "step": rng.randint(least, least + 5)} if rng.random() < 0.5 else {}
            )
            drawn["turns"] = not drawn["more"] or level > 2
        if level > 2:
            drawn["spared"] = rng.randrange(children)
        p = Params(level=level, **drawn)
        if level < 3 or str(_gone(changed(p, spared=None))[:4]) != str(_gone(p)[:4]):
            return drawn


def _gone(p: Params) -> list[int]:
    """Who leaves, in order: the circle is a queue that turns."""
    circle = deque(range(p.children))
    circle.rotate(-p.start)
    gone: list[int] = []
    step, ahead, spared = p.step, True, p.spared
    while len(gone) < p.leave:
        circle.rotate(-(step - 1) if ahead else step - 1)
        child = circle[0]
        if child == spared:
            spared = None
            circle.rotate(-1 if ahead else 1)
            continue
        circle.popleft()
        gone.append(child)
        step += p.more
        if p.turns:
            ahead = not ahead
        if not ahead:
            circle.rotate(1)
    return gone


def _reference(p: Params) -> str:
    return ", ".join(LETTERS[child] for child in _gone(p)[-3:])


def _second(p: Params) -> str:
    """Seat by seat: empty seats are passed over, every other one is counted."""
    taken = [True] * p.children
    seat, way, step, mercy, order = p.start, 1, p.step, p.spared is not None, ""
    while len(order) < p.leave:
        count = 1
        while count < step:
            seat = (seat + way) % p.children
            count += taken[seat]
        if mercy and seat == p.spared:
            mercy = False
        else:
            taken[seat] = False
            order += LETTERS[seat]
            step += p.more
            way = -way if p.turns else way
        seat = (seat + way) % p.children
        while not taken[seat]:
            seat = (seat + way) % p.children
    return ", ".join(order[-3:])


_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "comma": ", ",
        "circle": "Children {names} sit in a circle, clockwise in this order; after {z} comes {a} again.",
        "rule": "They count clockwise, beginning with {b}, who is number 1. The child who gets number {n} leaves the "
        "circle. Then they count anew from 1, beginning with the next child that is still in the circle.",
        "more": "After each child that leaves, the number that has to leave becomes {k} larger.",
        "less": "After each child that leaves, the number that has to leave becomes {k} smaller.",
        "turns": "After each child that leaves, the direction of counting changes: clockwise, anticlockwise, "
        "clockwise "
        'and so on. "Next" means next in the new direction.',
        "spared": "{s} is spared once: the first time {s} would have to leave, {s} stays; they then count anew "
        "from 1 "
        "in the same direction, beginning with the next child after {s}. Neither the number nor the direction "
        "changes.",
        "ask": "{w} children leave one after the other. Who are the last three of them, in the order in which they "
        "leave? Write X as three letters with commas between them.",
    },
    "zh": {
        "comma": "、",
        "circle": "孩子{names}按这个顺序顺时针围坐成一圈；{z}之后又是{a}。",
        "rule": "他们顺时针报数，从{b}开始，{b}报1。报到{n}的孩子离开圆圈。然后从下一个还在圈里的孩子开始，"
        "重新从1报数。",
        "more": "每有一个孩子离开，决定谁离开的那个数就增加{k}。",
        "less": "每有一个孩子离开，决定谁离开的那个数就减少{k}。",
        "turns": "每有一个孩子离开，报数的方向就改变一次：顺时针、逆时针、顺时针，依此类推。"
        "“下一个”指新方向上的下一个。",
        "spared": "{s}可以豁免一次：{s}第一次应当离开时仍留在圈里；然后按原方向从{s}之后的下一个孩子开始，重新从1报数。"
        "决定谁离开的那个数和报数的方向都不变。",
        "ask": "先后有{w}个孩子离开。其中最后离开的三个孩子是谁？X写成三个字母，按离开的顺序排列，中间用逗号隔开。",
    },
}


def _text(p: Params, words: Mapping[str, str]) -> str:
    names = words["comma"].join(LETTERS[: p.children])
    named = {"names": names, "a": LETTERS[0], "z": LETTERS[p.children - 1], "b": LETTERS[p.start], "n": p.step}
    lines = [words["circle"], words["rule"]]
    if p.more:
        lines.append(words["more" if p.more > 0 else "less"])
    if p.turns:
        lines.append(words["turns"])
    if p.spared is not None:
        named["s"] = LETTERS[p.spared]
        lines.append(words["spared"])
    return "\n".join(line.format(k=abs(p.more), w=p.leave, **named) for line in [*lines, words["ask"]])


FAMILY = ReasoningFamily(
    name="circle",
    params=_params,
    dial=Dial("children who leave, fewest and most in the circle", _SIZE),
    english=partial(_text, words=_WORDS["en"]),
    chinese=partial(_text, words=_WORDS["zh"]),
    more=renders("circle", _text),
    reference=_reference,
    second=_second,
    type="tuple",
)
