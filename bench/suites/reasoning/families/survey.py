"""People asked which of two or three things they use: how many use one alone, exactly two, or none."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import product
from random import Random

from bench.suites.coding.family import Drawn, Params
from bench.suites.reasoning.family import Dial, ReasoningFamily
from bench.suites.reasoning.words import matters

_ASKED = {1: ("none", "one alone"), 2: ("none", "exactly two", "one alone"), 3: ("all", "exactly two")}
"""What may be asked for, by level."""
_SIZE = {1: (2, 1), 2: (3, 3), 3: (3, 3)}
"""Things, and how often nine people use the same ones at most, by level: the family's dial."""
Region = tuple[int, ...]
"""For each thing, 1 if its people use it and 0 if not."""


def _params(rng: Random, level: int) -> Drawn:
    things, most = _SIZE[level]
    while True:
        people = {region: rng.randint(2, 9) * (1 if most == 1 else rng.randint(1, most)) for region in _regions(things)}
        drawn: Drawn = {
            "things": things,
            "total": sum(people.values()),
            "single": [_number(people, {thing}) for thing in range(things)],
            "pairs": [_number(people, pair) for pair in ({0, 1}, {0, 2}, {1, 2})[: 1 if things == 2 else 3]],
            "all": _number(people, {0, 1, 2}) if level == 2 else None,
            "only": level == 3 and rng.random() < 0.5,
            "none": people[(0,) * things] if level == 3 else None,
            "ask": rng.choice(_ASKED[level]),
        }
        if drawn["only"] and drawn["ask"] == "exactly two":  # their sum, and nothing to work out
            continue
        if drawn["only"]:  # "the first and the second, but not the third"
            drawn["pairs"] = [people[1, 1, 0], people[1, 0, 1], people[0, 1, 1]]
        p = Params(level=level, **drawn)
        if matters(p, _reference, [{"total": p.total + 1}] if drawn["ask"] == "none" else []):
            return drawn


def _regions(things: int) -> list[Region]:
    return list(product((0, 1), repeat=things))


def _number(people: Mapping[Region, int], used: set[int]) -> int:
    """How many use all of these things, whatever else they use."""
    return sum(number for region, number in people.items() if all(region[thing] for thing in used))


def _reference(p: Params) -> str:
    """By inclusion and exclusion."""
    single, pairs = sum(p.single), sum(p.pairs)
    if p.things == 2:
        return str(p.total - single + pairs if p.ask == "none" else p.single[0] - pairs)
    if p.level == 2:
        found = {
            "none": p.total - single + pairs - p.all,
            "exactly two": pairs - 3 * p.all,
            "one alone": p.single[0] - p.pairs[0] - p.pairs[1] + p.all,
        }
        return str(found[p.ask])
    some = p.total - p.none
    if p.only:  # each of these pairs is counted once too often among the singles, those with all three twice
        return str((single - some - pairs) // 2)
    every = some - single + pairs
    return str(every if p.ask == "all" else pairs - 3 * every)


def _second(p: Params) -> str:
    """The number of people with all three is tried until the parts, filled inside out, make up the whole."""
    if p.things == 2:
        both = p.pairs[0]
        parts = {(1, 1): both, (1, 0): p.single[0] - both, (0, 1): p.single[1] - both}
        return str(parts[1, 0] if p.ask == "one alone" else p.total - sum(parts.values()))
    for every in range(p.total + 1) if p.all is None else [p.all]:
        exactly = [number if p.only else number - every for number in p.pairs]
        alone = [
            p.single[0] - exactly[0] - exactly[1] - every,
            p.single[1] - exactly[0] - exactly[2] - every,
            p.single[2] - exactly[1] - exactly[2] - every,
        ]
        none = p.total - every - sum(exactly) - sum(alone)
        if p.none is None or none == p.none:
            found = {"none": none, "exactly two": sum(exactly), "one alone": alone[0], "all": every}
            return str(found[p.ask])
    raise ValueError("no number of people with all three makes up the whole")


_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "{n} people were asked which of these they use: {things}.",
        "things": "the bus,the tram,a bicycle",
        "single": "{n} use {a} (alone or with others of these).",
        "pair": "{n} use both {a} and {b} (with or without {c}).",
        "pair 2": "{n} use both {a} and {b}.",
        "only": "{n} use both {a} and {b}, but not {c}.",
        "triple": "{n} use all three.",
        "nobody": "{n} use none of the three.",
        "none": "How many people use none of these?",
        "one alone": "How many people use {a} and nothing else of these?",
        "exactly two": "How many people use exactly two of the three?",
        "all": "How many people use all three?",
        "ask": "X is a whole number.",
        "comma": ", ",
    },
    "zh": {
        "title": "调查了{n}个人使用下列哪些交通工具：{things}。",
        "things": "公共汽车,有轨电车,自行车",
        "single": "使用{a}的有{n}人（无论是否还使用其他工具）。",
        "pair": "同时使用{a}和{b}的有{n}人（无论是否使用{c}）。",
        "pair 2": "同时使用{a}和{b}的有{n}人。",
        "only": "同时使用{a}和{b}、但不使用{c}的有{n}人。",
        "triple": "三种都使用的有{n}人。",
        "nobody": "三种都不使用的有{n}人。",
        "none": "有多少人一种都不使用？",
        "one alone": "有多少人只使用{a}，而不使用其他工具？",
        "exactly two": "有多少人恰好使用其中两种？",
        "all": "有多少人三种都使用？",
        "ask": "X是一个整数。",
        "comma": "、",
    },
}


def _text(p: Params, words: Mapping[str, str]) -> str:
    things = words["things"].split(",")[: p.things]
    lines = [words["title"].format(n=p.total, things=words["comma"].join(things))]
    lines += [words["single"].format(n=number, a=things[at]) for at, number in enumerate(p.single)]
    said = "pair 2" if p.things == 2 else "only" if p.only else "pair"
    for number, (a, b, c) in zip(p.pairs, ((0, 1, 2), (0, 2, 1), (1, 2, 0)), strict=False):
        lines.append(words[said].format(n=number, a=things[a], b=things[b], c=things[c] if p.things == 3 else ""))
    lines += [words["triple"].format(n=p.all)] if p.all is not None else []
    lines += [words["nobody"].format(n=p.none)] if p.none is not None else []
    return "\n".join([*lines, words[p.ask].format(a=things[0]), words["ask"]])


FAMILY = ReasoningFamily(
    name="survey",
    params=_params,
    dial=Dial("things, times nine people of a kind at most", _SIZE),
    english=partial(_text, words=_WORDS["en"]),
    chinese=partial(_text, words=_WORDS["zh"]),
    reference=_reference,
    second=_second,
)
