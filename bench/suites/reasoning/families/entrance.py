"""What visitors pay at a gate where later rules go before earlier ones, and some rules have exceptions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from random import Random

from bench.suites.coding.family import Drawn, Params
from bench.suites.reasoning.family import Dial, ReasoningFamily
from bench.suites.reasoning.words import LETTERS, matters

_SIZE = {1: (3, 4), 2: (5, 5), 3: (6, 6), 5: (8, 10), 6: (10, 14), 7: (12, 18)}
"""Rules and visitors, by level: the family's dial."""
_EXCEPTIONS = {1: 0, 2: 1, 3: 2, 5: 3, 6: 4, 7: 5}
"""Rules that have an exception, by level; from level 3 on the first of these has an exception of its own."""
_FACTS = ("member", "town", "late")
"""What is true or not of a visitor besides the age."""
Condition = tuple[str, int]
"""A fact and whether it is so, or "under" or "from" and an age."""
_EVERY: tuple[Condition, ...] = (
    *((kind, age) for kind, ages in (("under", (10, 16, 25)), ("from", (18, 40, 60))) for age in ages),
    *((fact, so) for fact in _FACTS for so in (0, 1)),
)
"""All that may be said of visitors."""
Rule = tuple[Condition, ...]
"""All that must be so, or of an exception whom it is about and whom not after all."""
Visitor = Mapping[str, int]
"""Somebody's age and facts."""


def _params(rng: Random, level: int) -> Drawn:
    number, people = _SIZE[level]
    while True:
        prices = rng.sample(range(2, 12 + number), number)
        rules: list[Rule] = [()]
        while len(rules) < number:
            rule = _conditions(rng, 1 if level == 1 or rng.random() < 0.5 else 2)
            if rule not in rules:
                rules.append(rule)
        visitors: list[Visitor] = [
            {"age": rng.randint(4, 79), **{fact: rng.randint(0, 1) for fact in _FACTS}} for _ in range(people)
        ]
        exceptions: dict[int, Rule] = {}
        bare = Params(rules=rules, exceptions=exceptions)
        free = {_deciding(bare, visitor) for visitor in visitors} - {0} if level > 3 else range(1, number)
        if len(free) < _EXCEPTIONS[level]:
            continue
        for at in sorted(rng.sample(sorted(free), _EXCEPTIONS[level])):
            exceptions[at] = _exception(rng, rules[at], visitors, 2 if level > 2 and not exceptions else 1)
        drawn: Drawn = {"prices": prices, "rules": rules, "exceptions": exceptions, "visitors": visitors}
        p, others = Params(level=level, **drawn), [{"exceptions": fewer} for fewer in _fewer(exceptions)]
        if len({_deciding(p, visitor) for visitor in visitors}) >= 3 + level // 3 and matters(p, _reference, others):
            return drawn


def _fact(condition: Condition) -> str:
    return "age" if condition[0] in ("under", "from") else condition[0]


def _conditions(rng: Random, number: int) -> Rule:
    facts = rng.sample(("age", *_FACTS), number)
    return tuple(rng.choice([each for each in _EVERY if _fact(each) == fact]) for fact in facts)


def _exception(rng: Random, rule: Rule, visitors: list[Visitor], deep: int) -> Rule:
    """Who a rule does not apply to after all, somebody here among them; 2 deep: and to whom of these it does."""
    found: Rule = ()
    for _ in range(deep):
        taken = {_fact(condition) for condition in (*rule, *found)}
        concerned = [visitor for visitor in visitors if all(_fits(condition, visitor) for condition in (*rule, *found))]
        free = [each for each in _EVERY if _fact(each) not in taken and any(_fits(each, who) for who in concerned)]
        found = (*found, rng.choice(free)) if free else found
    return found or _EVERY[-1:]


def _fewer(exceptions: Mapping[int, Rule]) -> list[dict[int, Rule]]:
    """The exceptions with one of them, or one of them's own exception, left out."""
    without = [{other: what for other, what in exceptions.items() if other != at} for at in exceptions]
    return without + [{**exceptions, at: what[:1]} for at, what in exceptions.items() if len(what) > 1]


def _fits(condition: Condition, visitor: Visitor) -> bool:
    kind, value = condition
    if kind == "under":
        return visitor["age"] < value
    if kind == "from":
        return visitor["age"] >= value
    return visitor[kind] == value


def _deciding(p: Params, visitor: Visitor) -> int:
    """The last rule that applies to a visitor."""
    found = 0
    for at, rule in enumerate(p.rules):
        applies = all(_fits(condition, visitor) for condition in rule)
        if applies and at in p.exceptions:
            but, *unless = p.exceptions[at]
            applies = not _fits(but, visitor) or any(_fits(condition, visitor) for condition in unless)
        if applies:
            found = at
    return found


def _reference(p: Params) -> str:
    """Visitor by visitor: rule after rule, a later one in place of an earlier one."""
    return str(sum(p.prices[_deciding(p, visitor)] for visitor in p.visitors))


def _second(p: Params) -> str:
    """Rule by rule from the last: whoever it applies to pays, and those who have paid leave."""
    total, waiting = 0, set(range(len(p.visitors)))

    def who(kind: str, value: int) -> set[int]:
        ages = {"under": range(value), "from": range(value, 200)}
        fact, good = ("age", ages[kind]) if kind in ages else (kind, range(value, value + 1))
        return {at for at, visitor in enumerate(p.visitors) if visitor[fact] in good}

    for at in reversed(range(len(p.rules))):
        pay = waiting.copy()
        for condition in p.rules[at]:
            pay &= who(*condition)
        for but, *unless in [p.exceptions[at]] if at in p.exceptions else []:
            out = who(*but)
            for condition in unless:
                out -= who(*condition)
            pay -= out
        total += p.prices[at] * len(pay)
        waiting -= pay
    return str(total)


_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "A park has these rules about what visitors pay. Several rules can apply to the same visitor; then "
        "only the one with the highest number counts.",
        "all": "{at}. Everybody pays {n} coins.",
        "rule": "{at}. Anyone who {what} pays {n} coins.",
        "but": "Exception to rule {at}: it does not apply to anyone who {what}.",
        "unless": "Exception to rule {at}: it does not apply to anyone who {what}, unless that person {other}; then it "
        "does apply.",
        "visitor": "{a} is {age} years old, {what}.",
        "ask": "How many coins do these {n} visitors pay together? X is a whole number.",
        "under": "is younger than {n}",
        "from": "is {n} or older",
        "member 1": "has a member's card",
        "member 0": "has no member's card",
        "town 1": "lives in the town",
        "town 0": "lives outside the town",
        "late 1": "comes in the evening",
        "late 0": "comes during the day",
        "comma": ", ",
        "and": " and ",
    },
    "zh": {
        "title": "一座公园的收费规定如下。同一位游客可能适用几条规定，这时只按编号最大的那一条收费。",
        "all": "{at}. 所有人付{n}枚金币。",
        "rule": "{at}. {what}的人付{n}枚金币。",
        "but": "第{at}条的例外：该条不适用于{what}的人。",
        "unless": "第{at}条的例外：该条不适用于{what}的人，除非此人{other}；若是这样，该条仍然适用。",
        "visitor": "{a}今年{age}岁，{what}。",
        "ask": "这{n}位游客一共付多少枚金币？X是一个整数。",
        "under": "未满{n}岁",
        "from": "年满{n}岁",
        "member 1": "有会员卡",
        "member 0": "没有会员卡",
        "town 1": "住在本市",
        "town 0": "住在外地",
        "late 1": "晚上来",
        "late 0": "白天来",
        "comma": "，",
        "and": "并且",
    },
}


def _text(p: Params, words: Mapping[str, str]) -> str:
    def said(condition: Condition) -> str:
        kind, value = condition
        return words[kind].format(n=value) if kind in words else words[f"{kind} {value}"]

    lines = [words["title"]]
    for at, (rule, price) in enumerate(zip(p.rules, p.prices, strict=True), 1):
        what = words["and"].join(map(said, rule))
        lines.append(words["rule" if rule else "all"].format(at=at, what=what, n=price))
    for at, (but, *unless) in p.exceptions.items():
        other = said(unless[0]) if unless else ""
        lines.append(words["unless" if unless else "but"].format(at=at + 1, what=said(but), other=other))
    for name, visitor in zip(LETTERS, p.visitors, strict=False):
        facts = [said((fact, visitor[fact])) for fact in _FACTS]
        last = words["and"] if words is _WORDS["en"] else words["comma"]
        what = words["comma"].join(facts[:-1]) + last + facts[-1]
        lines.append(words["visitor"].format(a=name, age=visitor["age"], what=what))
    return "\n".join([*lines, words["ask"].format(n=len(p.visitors))])


FAMILY = ReasoningFamily(
    name="entrance",
    params=_params,
    dial=Dial("rules, visitors", _SIZE),
    english=partial(_text, words=_WORDS["en"]),
    chinese=partial(_text, words=_WORDS["zh"]),
    reference=_reference,
    second=_second,
)
