"""An estate that goes down a family: the share of somebody who has died goes to their own children."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import partial
from math import lcm
from random import Random

from bench.suites.coding.family import Drawn, Params
from bench.suites.reasoning.family import Dial, ReasoningFamily
from bench.suites.reasoning.words import LETTERS, changed

_PEOPLE = {1: (5, 7), 2: (7, 9), 3: (8, 11), 5: (12, 14), 6: (16, 18), 7: (20, 23)}
"""The fewest and most descendants, by level: the family's dial."""
_DEEP = {1: 2, 2: 3, 3: 3, 5: 4, 6: 5, 7: 6}
"""Generations below the one who left the estate."""


def _params(rng: Random, level: int) -> Drawn:
    while True:
        number = rng.randint(*_PEOPLE[level])
        parent, depth = [-1], [0]
        for person in range(1, number):  # parents have earlier letters than their children, -1 is the one who died
            above = rng.choice([-1, *range(person)])
            while above >= 0 and depth[above] + 1 >= _DEEP[level]:
                above = rng.choice([-1, *range(person)])
            parent.append(above)
            depth.append(depth[above] + 1 if above >= 0 else 0)
        dead = sorted(rng.sample(range(number), rng.randint(1, 2 if level == 1 else 4 if level < 4 else number // 3)))
        low = -1
        if level > 3:  # somebody whose parents died, and theirs, and so on
            low = rng.choice([who for who in range(number) if depth[who] >= level - 3] or [0])
            dead = sorted({*dead, *_line(parent, low)} - {low})
            if depth[low] < level - 3:
                continue
        drawn: Drawn = {"parent": parent, "dead": dead, "estate": 1, "spouse": (), "ask": 0, "gifts": ()}
        if level > 2:
            drawn["spouse"] = rng.choice([(1, 2), (1, 3), (1, 4)])
        p = Params(level=level, **drawn)
        shares = _shares(p)
        deep = [person for person, share in shares.items() if share and parent[person] >= 0]
        if len(deep) < min(level, 3) or parent.count(-1) < 2 or max(map(len, _children(p).values())) > 4:
            continue
        if level > 1 and not any(person in dead and not _lives(p, person) for person in range(number)):
            continue
        drawn["ask"] = low if level > 3 else rng.choice(deep)
        whole = lcm(*(share.denominator for share in shares.values()))
        drawn["estate"] = whole * rng.randint(2, 9) * (rng.choice([10, 100]) if level < 4 else 100)
        if level > 2:  # what somebody was given before counts as a part of their own share
            drawn["gifts"] = (drawn["ask"], rng.randint(1, 9) * 10)
        p = Params(level=level, **drawn)
        right = _reference(p)
        if (
            drawn["estate"] < (90_000 if level < 4 else 9_000_000)
            and int(right) > 0
            and right != _reference(changed(p, dead=[]))
        ):
            return drawn


def _line(parent: list[int], person: int) -> list[int]:
    """Somebody's parent, the parent of that one, and so on, without the estate's owner."""
    above = parent[person]
    return [above, *_line(parent, above)] if above >= 0 else []


def _children(p: Params) -> dict[int, list[int]]:
    """The children of everybody, the estate's owner being -1."""
    return {above: [who for who, each in enumerate(p.parent) if each == above] for above in (-1, *range(len(p.parent)))}


def _lives(p: Params, person: int) -> bool:
    """Whether somebody lives or has descendants who do."""
    return person not in p.dead or any(_lives(p, child) for child in _children(p)[person])


def _shares(p: Params) -> dict[int, Fraction]:
    """What part of the estate everybody gets: from above to below."""
    shares = dict.fromkeys(range(len(p.parent)), Fraction(0))

    def divide(above: int, share: Fraction) -> None:
        lines = [child for child in _children(p)[above] if _lives(p, child)]
        for child in lines:
            if child in p.dead:
                divide(child, share / len(lines))
            else:
                shares[child] += share / len(lines)

    divide(-1, 1 - Fraction(*p.spouse) if p.spouse else Fraction(1))
    return shares


def _reference(p: Params) -> str:
    """Divided from the top."""
    got = _shares(p)[p.ask] * p.estate
    return str(int(got) - (p.gifts[1] if p.gifts else 0))


def _second(p: Params) -> str:
    """From the one who is asked about up to the owner: the share is divided by each group of lines on the way."""
    living = set(range(len(p.parent))) - set(p.dead)
    for person in reversed(range(len(p.parent))):  # children have later letters
        if person in living and p.parent[person] >= 0:
            living.add(p.parent[person])
    lines, at = 1, p.ask
    while True:
        lines *= sum(above == p.parent[at] and who in living for who, above in enumerate(p.parent))
        at = p.parent[at]
        if at < 0:
            break
        if at not in p.dead:
            return "0"
    left = p.estate
    if p.spouse:
        left -= p.estate * p.spouse[0] // p.spouse[1]
    return str(left // lines - sum(p.gifts[1:]))


_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Omar has died and leaves {n} coins. His descendants:",
        "own": "Omar's children are {all}.",
        "own 1": "Omar's only child is {all}.",
        "children": "{a}'s children are {all}.",
        "children 1": "{a}'s only child is {all}.",
        "none": "Nobody else has children.",
        "dead": "Of these, {all} died before Omar; all others are alive.",
        "spouse": "First, Omar's wife gets one {part} of the estate, and the rules below are about what is left.",
        "2": "half",
        "3": "third",
        "4": "quarter",
        "rule": "The estate is divided into equal shares among Omar's children. The share of a child who died before "
        "Omar is divided in the same way among that child's own children, and so on. Somebody who died before Omar and "
        "has no living descendants counts as if they had never been there. "
        "Children of somebody who is alive get nothing.",
        "gift": "{a} was given {n} coins by Omar earlier; the estate is divided as if this had not happened, and then "
        "the {n} coins are taken off {a}'s share and go to charity.",
        "ask": "How many coins does {a} get from the estate? X is a whole number.",
        "comma": ", ",
        "and": " and ",
    },
    "zh": {
        "title": "奥马尔去世，留下{n}枚金币。他的后代如下：",
        "own": "奥马尔的孩子是{all}。",
        "own 1": "奥马尔唯一的孩子是{all}。",
        "children": "{a}的孩子是{all}。",
        "children 1": "{a}唯一的孩子是{all}。",
        "none": "其他人都没有孩子。",
        "dead": "这些人中，{all}在奥马尔之前去世，其余的人都在世。",
        "spouse": "首先，奥马尔的妻子得到遗产的{part}，下面的规则针对剩下的部分。",
        "2": "二分之一",
        "3": "三分之一",
        "4": "四分之一",
        "rule": "遗产在奥马尔的孩子之间平均分成若干份。在奥马尔之前去世的孩子的那一份，以同样的方式在其自己的孩子之间"
        "平分，依此类推。在奥马尔之前去世、且没有在世后代的人，视为从未存在过。在世者的孩子分不到遗产。",
        "gift": "奥马尔生前曾给过{a}{n}枚金币；分遗产时先当作没有这回事，"
        "然后从{a}的那一份中扣除这{n}枚金币，捐给慈善机构。",
        "ask": "{a}从遗产中得到多少枚金币？X是一个整数。",
        "comma": "、",
        "and": "和",
    },
}


def _text(p: Params, words: Mapping[str, str]) -> str:
    def all_of(people: list[int]) -> str:
        names = [LETTERS[person] for person in people]
        return words["comma"].join(names[:-1]) + (words["and"] if len(names) > 1 else "") + names[-1]

    lines = [words["title"].format(n=p.estate)]
    for above, children in _children(p).items():
        if children:
            key = ("own" if above < 0 else "children") + (" 1" if len(children) == 1 else "")
            lines.append(words[key].format(a=LETTERS[above], all=all_of(children)))
    lines += [words["none"], words["dead"].format(all=all_of(p.dead))]
    if p.spouse:
        lines.append(words["spouse"].format(part=words[str(p.spouse[1])]))
    lines.append(words["rule"])
    if p.gifts:
        lines.append(words["gift"].format(a=LETTERS[p.gifts[0]], n=p.gifts[1]))
    return "\n".join([*lines, words["ask"].format(a=LETTERS[p.ask])])


FAMILY = ReasoningFamily(
    name="heirs",
    params=_params,
    dial=Dial("fewest and most descendants", _PEOPLE),
    english=partial(_text, words=_WORDS["en"]),
    chinese=partial(_text, words=_WORDS["zh"]),
    reference=_reference,
    second=_second,
)
