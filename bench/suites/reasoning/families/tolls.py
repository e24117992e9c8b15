"""Roads between towns: the fastest way with few toll roads, one-way roads, stops, and a town to pass or to shun."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from functools import partial
from random import Random

from bench.suites.coding.family import Drawn, Params
from bench.suites.reasoning.family import Dial, ReasoningFamily
from bench.suites.reasoning.translations import renders
from bench.suites.reasoning.words import LETTERS, matters

Road = tuple[int, int, int, bool, bool]
"""From, to, minutes, whether it has a toll, whether it is one-way."""

_NO_LIMIT = 99
_SIZE = {1: (5, 2), 2: (6, 3), 3: (7, 4), 5: (9, 6), 6: (11, 8), 7: (13, 10)}
"""Towns, and roads beyond those that reach every town once, by level: the family's dial."""


def _params(rng: Random, level: int) -> Drawn:
    while True:
        towns, more = _SIZE[level]
        pairs = [(rng.randrange(town), town) for town in range(1, towns)]
        rest = [(a, b) for b in range(towns) for a in range(b) if (a, b) not in pairs and (a, b) != (0, towns - 1)]
        pairs += rng.sample(rest, more)
        rng.shuffle(pairs)
        roads = [_road(rng, pair, level) for pair in pairs]
        drawn: Drawn = {"towns": towns, "roads": roads, "limit": _NO_LIMIT, "stop": 0, "via": None, "avoid": None}
        if level > 1:
            drawn["limit"] = rng.randint(0, min(level - 1, 2))
        if level > 2:
            drawn |= {"stop": rng.randint(3, 9), rng.choice(["via", "avoid"]): rng.randrange(1, towns - 1)}
        if _asks_enough(Params(level=level, **drawn)):
            return drawn


def _road(rng: Random, pair: tuple[int, int], level: int) -> Road:
    ends = pair if rng.random() < 0.5 else pair[::-1]
    return (*ends, rng.randint(8, 60), level > 1 and rng.random() < 0.45, level > 2 and rng.random() < 0.25)


def _asks_enough(p: Params) -> bool:
    """Whether there is a way of several roads, and every rule of the level changes the answer."""
    best = min(_ways(p), default=(0, ()))
    if len(best[1]) < 3:
        return False
    others: list[Drawn] = [{"limit": _NO_LIMIT}] if p.level > 1 else []
    if p.level > 2:
        others += [{"via": None, "avoid": None}, {"roads": [(*road[:4], False) for road in p.roads]}]
    return matters(p, _reference, others)


def _reference(p: Params) -> str:
    """The state nearest to the start is taken next: town, toll roads used, whether the town to pass was passed."""
    last = p.towns - 1
    heap, done = [(0, 0, 0, p.via is None)], set()
    while heap:
        spent, town, tolls, passed = heapq.heappop(heap)
        if town == last and passed:
            return str(spent)
        if (town, tolls, passed) in done:
            continue
        done.add((town, tolls, passed))
        for a, b, minutes, toll, one_way in p.roads:
            there = b if town == a else a if town == b and not one_way else None
            if there is not None and there != p.avoid and tolls + toll <= p.limit:
                later = spent + minutes + (p.stop if spent else 0)
                heapq.heappush(heap, (later, there, tolls + toll, passed or there == p.via))
    return "none"


def _ways(p: Params) -> Iterator[tuple[int, tuple[Road, ...]]]:
    """The minutes and the roads of every way that the rules allow and that does not go in circles between its "
    "ends."""
    last = p.towns - 1
    if p.via is None:
        every = _simple(p, 0, last, ())
    else:
        seconds = list(_simple(p, p.via, last, ()))
        every = (first + second for first in _simple(p, 0, p.via, ()) for second in seconds)
    for way in every:
        if sum(road[3] for road in way) <= p.limit:
            yield sum(road[2] for road in way) + p.stop * (len(way) - 1), way


def _simple(p: Params, start: int, end: int, seen: tuple[int, ...]) -> Iterator[tuple[Road, ...]]:
    """All ways from one town to another that enter no town twice."""
    if start == end:
        yield ()
        return
    for road in p.roads:
        ends = road[:2] if road[4] or road[0] == start else (road[1], road[0])
        if ends[0] == start and ends[1] not in (*seen, start, p.avoid):
            yield from ((road, *rest) for rest in _simple(p, ends[1], end, (*seen, start)))


def _second(p: Params) -> str:
    """The least of all ways, written down one by one."""
    return str(min(minutes for minutes, _ in _ways(p)))


_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Roads between towns, each with the minutes it takes:",
        "road": "{a} - {b}: {m} minutes",
        "toll": ", toll road",
        "one": ", one-way, only from {a} to {b}",
        "both": "All roads can be used in both directions.",
        "others": "All other roads can be used in both directions.",
        "most0": "No toll road may be used.",
        "most1": "At most one toll road may be used, and only once.",
        "most2": "At most two toll roads may be used; one that is used twice counts as two.",
        "stop": "Every town that is passed on the way costs {n} minutes more; {a} at the beginning and {b} at the "
        "end "
        "cost nothing. A town may be passed more than once, and then costs each time.",
        "via": "The way must pass through {t}.",
        "avoid": "The way must not pass through {t}.",
        "ask": "How many minutes does the fastest way from {a} to {b} take? X is a whole number.",
    },
    "zh": {
        "title": "城镇之间的道路以及走完每条路所需的分钟数：",
        "road": "{a} - {b}：{m}分钟",
        "toll": "，收费",
        "one": "，单行，只能从{a}到{b}",
        "both": "所有道路都可以双向通行。",
        "others": "其他道路都可以双向通行。",
        "most0": "不能走收费道路。",
        "most1": "最多走一条收费道路，而且只能走一次。",
        "most2": "最多走两条收费道路；同一条走两次算两条。",
        "stop": "途中每经过一个城镇要多花{n}分钟；出发时的{a}和到达时的{b}不另外花时间。同一城镇可以经过多次，"
        "每次都要花这些时间。",
        "via": "路线必须经过{t}。",
        "avoid": "路线不能经过{t}。",
        "ask": "从{a}到{b}最快需要多少分钟？X是一个整数。",
    },
}


def _text(p: Params, words: Mapping[str, str]) -> str:
    first, last = LETTERS[0], LETTERS[p.towns - 1]
    lines = [words["title"]]
    for a, b, minutes, toll, one_way in p.roads:
        ends = {"a": LETTERS[a], "b": LETTERS[b]}
        road = words["road"].format(m=minutes, **ends) + (words["toll"] if toll else "")
        lines.append(road + (words["one"].format(**ends) if one_way else ""))
    lines.append(words["others" if any(road[4] for road in p.roads) else "both"])
    if p.level > 1:
        lines.append(words[f"most{p.limit}"])
    if p.stop:
        lines.append(words["stop"].format(n=p.stop, a=first, b=last))
    for rule in ("via", "avoid"):
        if (town := vars(p)[rule]) is not None:
            lines.append(words[rule].format(t=LETTERS[town]))
    return "\n".join([*lines, words["ask"].format(a=first, b=last)])


FAMILY = ReasoningFamily(
    name="tolls",
    params=_params,
    dial=Dial("towns, further roads", _SIZE),
    english=partial(_text, words=_WORDS["en"]),
    chinese=partial(_text, words=_WORDS["zh"]),
    more=renders("tolls", _text),
    reference=_reference,
    second=_second,
)
