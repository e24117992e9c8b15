"""Seats after an election: highest quotients or largest remainders, a threshold, and two parties on a joint list."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import partial
from random import Random

from bench.suites.coding.family import Drawn, Params
from bench.suites.reasoning.family import Dial, ReasoningFamily
from bench.suites.reasoning.translations import renders
from bench.suites.reasoning.words import LETTERS, matters

_SIZE = {1: (3, 5, 8), 2: (4, 5, 10), 3: (5, 5, 12), 5: (8, 18, 24), 6: (10, 28, 36), 7: (12, 40, 48)}
"""Parties, and the fewest and most seats, by level: the family's dial."""
_STEPS = {"whole": 1, "odd": 2}
"""The distance between divisors: 1, 2, 3, ... or 1, 3, 5, ...; the third method is that of largest remainders."""
_WHOLE = math.lcm(*range(1, 100))
"""Every divisor divides it, so that quotients of votes that are multiplied by it are whole numbers."""


def _params(rng: Random, level: int) -> Drawn:
    while True:
        parties, *seats = _SIZE[level]
        drawn: Drawn = {"method": rng.choice([*_STEPS, "remainders"]), "seats": rng.randint(*seats)}
        drawn |= {"votes": [10 * rng.randint(20, 400) for _ in range(parties)], "least": 0, "joint": ()}
        if level > 1:
            whole = sum(drawn["votes"][1:])
            drawn["least"] = rng.choice([5, 8, 10])
            drawn["votes"][0] = whole * rng.randint(2, drawn["least"]) // 1000 * 10
        if level > 2:
            drawn["joint"] = tuple(sorted(rng.sample(range(parties), 2)))
        rng.shuffle(drawn["votes"])
        p = Params(level=level, **drawn)
        others: list[Drawn] = [{"method": method} for method in (*_STEPS, "remainders") if method != p.method]
        rules: list[Drawn] = [{"least": 0}] * (level > 1) + [{"joint": ()}] * (level > 2)
        if (
            _seats(p) == _seats(p, first=False)
            and any(matters(p, _reference, [other]) for other in others)
            and matters(p, _reference, rules)
        ):
            return drawn


def _shares(p: Params, votes: Sequence[int], seats: int, *, first: bool) -> list[int]:
    """The seats of lists by the method, one seat after the other; where two are level the first or the last leads."""
    way = 1 if first else -1
    if not sum(votes):
        return [0] * len(votes)
    if p.method in _STEPS:
        won = [0] * len(votes)
        for _ in range(seats):
            best = max(
                range(len(votes)), key=lambda at: (votes[at] * _WHOLE // (1 + _STEPS[p.method] * won[at]), -way * at)
            )
            won[best] += 1
        return won
    won = [each * seats // sum(votes) for each in votes]
    rests = sorted(range(len(votes)), key=lambda at: (-(votes[at] * seats % sum(votes)), way * at))
    for at in rests[: seats - sum(won)]:
        won[at] += 1
    return won


def _seats(p: Params, *, first: bool = True) -> list[int]:
    """Each party's seats."""
    whole = sum(p.votes)
    groups = [(party,) for party in range(len(p.votes)) if party not in p.joint] + [p.joint] * bool(p.joint)
    votes = [sum(p.votes[party] for party in group) for group in groups]
    won = _shares(p, [each if 100 * each >= p.least * whole else 0 for each in votes], p.seats, first=first)
    seats = [0] * len(p.votes)
    for group, number in zip(groups, won, strict=True):
        inside = _shares(p, [p.votes[party] for party in group], number, first=first)
        for party, each in zip(group, inside, strict=True):
            seats[party] = each
    return seats


def _reference(p: Params) -> str:
    return ", ".join(map(str, _seats(p)))


def _second(p: Params) -> str:
    """All quotients in one sorted list; remainders as exact fractions of a seat."""

    def share(lists: dict[str, int], seats: int) -> dict[str, int]:
        if p.method == "remainders":
            exact = {name: Fraction(seats * votes, sum(lists.values())) for name, votes in lists.items()}
            full = {name: int(part) for name, part in exact.items()}
            lucky = sorted(exact, key=lambda name: full[name] - exact[name])[: seats - sum(full.values())]
            return {name: full[name] + (name in lucky) for name in lists}
        divisors = [range(1, seats + 1), range(1, 2 * seats + 1, 2)][p.method == "odd"]
        every = sorted(((Fraction(v, d), name) for name, v in lists.items() for d in divisors), key=lambda q: -q[0])
        winners = [name for _, name in every[:seats]]
        return {name: winners.count(name) for name in lists}

    single = dict(zip(LETTERS, p.votes, strict=False))
    pair = [LETTERS[party] for party in p.joint]
    lists = {name: votes for name, votes in single.items() if name not in pair}
    if pair:
        lists["".join(pair)] = sum(single[name] for name in pair)
    inside = {name: v for name, v in lists.items() if Fraction(v, sum(single.values())) >= Fraction(p.least, 100)}
    result = share(inside, p.seats)
    if pair and (won := result.get("".join(pair))):
        result |= share({name: single[name] for name in pair}, won)
    return ", ".join(str(result.get(name, 0)) for name in single)


_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "comma": ", ",
        "title": "Valid votes in an election for {s} seats:",
        "vote": "Party {a}: {v} votes",
        "joint": "Parties {a} and {b} stand as a joint list: in the rules below they are one list with the sum of "
        "their "
        "votes. The seats of the joint list are then shared between the two by the same method, as if only these two "
        "stood for them.",
        "least": "Only lists with at least {n} % of all valid votes take part in sharing the seats.",
        "whole": "Method: divide the votes of each list by 1, 2, 3, 4 and so on. The largest quotients of all lists "
        "together get a seat each, until all seats are given.",
        "odd": "Method: divide the votes of each list by 1, 3, 5, 7 and so on. The largest quotients of all lists "
        "together get a seat each, until all seats are given.",
        "remainders": "Method: multiply the votes of each list by the number of seats and divide by the votes of all "
        "lists that take part. Each list gets the whole part of its result as seats. The seats that are left go, one "
        "each, to the lists with the largest parts behind the point.",
        "each": "Every party that is not on a joint list is a list of its own.",
        "ask": "How many seats does each party get? Write X as the numbers of {names}, in this order, with commas "
        "between them.",
    },
    "zh": {
        "comma": "、",
        "title": "某次选举共有{s}个席位，有效票数如下：",
        "vote": "{a}党：{v}票",
        "joint": "{a}党和{b}党组成联合名单：在下面的规则中，它们算作一个名单，票数为两党之和。"
        "联合名单所得的席位再按同样的方法在这两党之间分配，"
        "如同只有这两党争夺这些席位一样。",
        "least": "只有得票不少于全部有效票{n}%的名单才参加席位分配。",
        "whole": "方法：把每个名单的票数分别除以1、2、3、4，依此类推。所有名单的商放在一起，从最大的开始，"
        "每个商为其名单得一个席位，直到席位分完。",
        "odd": "方法：把每个名单的票数分别除以1、3、5、7，依此类推。所有名单的商放在一起，从最大的开始，"
        "每个商为其名单得一个席位，直到席位分完。",
        "remainders": "方法：把每个名单的票数乘以席位数，再除以参加分配的所有名单的总票数。"
        "每个名单先得到的席位数等于结果的整数部分。"
        "剩下的席位按小数部分从大到小依次分给各名单，每个名单最多一个。",
        "each": "不在联合名单中的政党各自是一个名单。",
        "ask": "各党分别得到多少席位？X写成{names}各自的席位数，按这个顺序，中间用逗号隔开。",
    },
}


def _text(p: Params, words: Mapping[str, str]) -> str:
    lines = [words["title"].format(s=p.seats)]
    lines += [words["vote"].format(a=LETTERS[party], v=votes) for party, votes in enumerate(p.votes)]
    if p.joint:
        lines.append(words["joint"].format(a=LETTERS[p.joint[0]], b=LETTERS[p.joint[1]]))
        lines.append(words["each"])
    if p.least:
        lines.append(words["least"].format(n=p.least))
    names = words["comma"].join(LETTERS[: len(p.votes)])
    return "\n".join([*lines, words[p.method], words["ask"].format(names=names)])


FAMILY = ReasoningFamily(
    name="ballots",
    params=_params,
    dial=Dial("parties, fewest and most seats", _SIZE),
    english=partial(_text, words=_WORDS["en"]),
    chinese=partial(_text, words=_WORDS["zh"]),
    more=renders("ballots", _text),
    reference=_reference,
    second=_second,
    type="tuple",
)
