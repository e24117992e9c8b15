"""What a buyer pays for a late delivery, under a contract some of whose clauses overrule others."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from random import Random

from bench.suites.coding.family import Drawn, Params
from bench.suites.reasoning.family import Dial, ReasoningFamily
from bench.suites.reasoning.words import LETTERS, changed, matters

_SIZE = {1: 1, 2: 1, 3: 1, 5: 3, 6: 5, 7: 8}
"""Deliveries under the contract, by level: the family's dial."""


def _params(rng: Random, level: int) -> Drawn:
    if level > 3:
        return _several(rng, level)
    while True:
        due = rng.randint(20, 60)
        drawn: Drawn = {
            "price": rng.randint(12, 95) * 100,
            "due": due,
            "came": due + rng.randint(9, 45),
            "rate": rng.randint(2, 6),
            "most": rng.randint(8, 24),
            "closed": (),
            "begun": False,
            "warned": (),
            "damage": (),
            "outside": False,
            "broken": 0,
        }
        if level > 1:
            start = due + rng.randint(-6, 20)
            drawn |= {"closed": (start, start + rng.randint(3, 12)), "begun": rng.random() < 0.5}
        if level > 2:
            before = rng.randint(3, 9)
            told = due - before + rng.randint(-3, 3)
            drawn |= {"warned": (before, told, drawn["rate"] - 1), "damage": (rng.randint(2, 9), rng.randint(4, 15))}
            drawn |= {"outside": rng.random() < 0.5, "broken": drawn["damage"][0] + 3}
        p = Params(level=level, **drawn)
        others: list[Drawn] = [{"most": 100}] if level != 2 or rng.random() < 0.4 else []
        if level > 1:
            others += [{"closed": ()}] if rng.random() < 0.7 or level == 3 else [{"begun": not p.begun}]
        if level == 3:
            others = [{"closed": ()}, rng.choice([{"warned": ()}, {"outside": not p.outside}])]
        if matters(p, _reference, others):
            return drawn


def _several(rng: Random, level: int) -> Drawn:
    """Deliveries with a price, a day, a notice and damages each, under one contract of all clauses."""
    drawn: Drawn = {"rate": rng.randint(3, 6), "most": rng.randint(12, 24), "begun": rng.random() < 0.5}
    start, before, off = rng.randint(30, 60), rng.randint(3, 9), rng.randint(4, 15)
    drawn |= {"closed": (start, start + rng.randint(5, 12)), "outside": rng.random() < 0.5, "lots": []}
    boxes = rng.randint(2, 9)
    for _ in range(_SIZE[level]):
        due = rng.randint(20, 60)
        lot: Drawn = {"price": rng.randint(12, 95) * 100, "due": due, "came": due + rng.randint(1, 50)}
        lot |= {"warned": (before, due - before + rng.randint(-3, 3), drawn["rate"] - 1)}
        drawn["lots"].append(lot | {"damage": (boxes, off), "broken": boxes + rng.randint(-1, 2)})
    return drawn


def _lots(p: Params) -> list[Params]:
    """The deliveries, each as a contract of its own."""
    return [changed(p, **lot) for lot in p.lots] if p.level > 3 else [p]


def _reference(p: Params) -> str:
    """Delivery by delivery."""
    return str(sum(_pays(lot) for lot in _lots(p)))


def _pays(p: Params) -> int:
    """Rule by rule, in numbers of days and hundredths of the price."""
    late = p.came - p.due
    if p.closed:
        late -= max(0, min(p.came, p.closed[1]) - max(p.due + 1, p.closed[0]) + 1)
    weeks = -(-late // 7) if p.begun else late // 7
    rate = p.rate
    if p.warned and p.warned[1] <= p.due - p.warned[0]:
        rate = p.warned[2]
    off = rate * weeks
    damages = p.damage[1] if p.damage and p.broken > p.damage[0] else 0
    if not p.outside:
        off += damages
    off = min(off, p.most)
    if p.outside:
        off += damages
    return int(p.price * (100 - off) // 100)


def _second(p: Params) -> str:
    return str(sum(map(_daily, _lots(p))))


def _daily(p: Params) -> int:
    """Day by day: what each day of delay takes off, and the bound applied to what was taken."""
    rate = p.rate
    if p.warned and p.due - p.warned[1] >= p.warned[0]:
        rate -= 1
    counted = [
        day for day in range(p.due + 1, p.came + 1) if not (p.closed and day in range(p.closed[0], p.closed[1] + 1))
    ]
    step = p.price * rate // 100
    off = 0
    for number, _ in enumerate(counted, 1):
        if number % 7 == (1 if p.begun else 0):
            off += step
    extra = p.price * p.damage[1] // 100 if p.damage and not p.broken <= p.damage[0] else 0
    bound = p.price * p.most // 100
    off = min(off, bound) + extra if p.outside else min(off + extra, bound)
    return int(p.price - off)


_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "A contract of sale says (days are numbered from the start of the year):",
        "price": "The price is {n} coins. The goods are to be delivered on day {due}. Each day after that, up to and "
        "including the day on which they are delivered, is a day of delay.",
        "lots": "The goods are to be delivered in {k} deliveries: {all}. Each day after the agreed day of a delivery, "
        "up to and including the day on which it is delivered, is a day of delay. All clauses below are about each "
        "delivery by itself: its price, its agreed day and its boxes.",
        "lot": "{a} on day {due} for {n} coins",
        "fact": "Delivery {a} came on day {came}, the seller having announced its delay on day {told}; {n} of its "
        "boxes were damaged.",
        "facts of lots": "What happened:",
        "ask lots": "How many coins does the buyer pay for all deliveries together? X is a whole number.",
        "comma": ", ",
        "rate": "For each full week (7 days) of delay, the buyer pays {n} % of the price less.",
        "most": "All deductions together are at most {n} % of the price.",
        "closed": "Days on which the harbour is closed do not count as days of delay. The days of delay need not "
        "follow one another to make up a week.",
        "begun": "Contrary to clause 2, a week that has only begun counts as a full week.",
        "warned": "If the seller announces the delay at least {n} days before the agreed day, the percentage of "
        "clause 2 is {rate} % instead.",
        "damage": "If more than {n} boxes are damaged, the buyer pays a further {off} % of the price less.",
        "outside": "Where clauses contradict each other, the one with the higher number prevails; so the deduction "
        "of clause {d} is made in addition to the most that clause 3 allows.",
        "inside": "Clause 3 prevails over all others, also over clause {d}.",
        "facts": "What happened: the goods were delivered on day {came}.",
        "was closed": "The harbour was closed from day {a} to day {b}, both included.",
        "told": "The seller announced the delay on day {n}.",
        "broken": "{n} boxes were damaged.",
        "ask": "How many coins does the buyer pay? X is a whole number.",
    },
    "zh": {
        "title": "一份买卖合同规定如下（日期按当年第几天计算）：",
        "price": "价格为{n}枚金币。货物应在第{due}天交付。此后的每一天，直到并包括实际交付的那一天，都算延误的一天。",
        "lots": "货物分{k}批交付：{all}。每一批在约定日期之后的每一天，直到并包括实际交付的那一天，都算延误的一天。"
        "以下各条分别针对每一批货物：其价格、约定日期和箱子。",
        "lot": "{a}批应在第{due}天交付，价格{n}枚金币",
        "fact": "{a}批在第{came}天交付，卖方在第{told}天通知了延误，有{n}箱损坏。",
        "facts of lots": "实际情况：",
        "ask lots": "所有批次买方一共应付多少枚金币？X是一个整数。",
        "comma": "；",
        "rate": "每延误满一周（7天），买方少付价格的{n}%。",
        "most": "所有扣减合计不超过价格的{n}%。",
        "closed": "港口关闭的日子不算延误的日子。凑满一周的延误日不必是连续的。",
        "begun": "与第2条不同，不满一周的部分也按满一周计算。",
        "warned": "如果卖方在约定日期之前至少{n}天通知延误，第2条的百分比改为{rate}%。",
        "damage": "如果损坏的箱子超过{n}箱，买方再少付价格的{off}%。",
        "outside": "条款相互矛盾时，编号较大的条款优先；因此第{d}条的扣减不受第3条上限的限制，在其之外另行计算。",
        "inside": "第3条优先于所有其他条款，也优先于第{d}条。",
        "facts": "实际情况：货物在第{came}天交付。",
        "was closed": "港口从第{a}天到第{b}天关闭，首尾两天都包括在内。",
        "told": "卖方在第{n}天通知了延误。",
        "broken": "有{n}箱损坏。",
        "ask": "买方应付多少枚金币？X是一个整数。",
    },
}


def _text(p: Params, words: Mapping[str, str]) -> str:
    lots = list(zip(LETTERS, _lots(p), strict=False))
    first = lots[0][1]
    if p.level > 3:
        said = [words["lot"].format(a=name, due=lot.due, n=lot.price) for name, lot in lots]
        clauses = [words["lots"].format(k=len(lots), all=words["comma"].join(said))]
        facts = [words["facts of lots"]]
        facts += [words["fact"].format(a=name, came=q.came, told=q.warned[1], n=q.broken) for name, q in lots]
    else:
        clauses = [words["price"].format(n=p.price, due=p.due)]
        facts = [words["facts"].format(came=p.came)]
    clauses += [words["rate"].format(n=p.rate), words["most"].format(n=p.most)]
    if p.closed:
        clauses.append(words["closed"])
        facts.append(words["was closed"].format(a=p.closed[0], b=p.closed[1]))
    if p.begun:
        clauses.append(words["begun"])
    if first.warned:
        clauses.append(words["warned"].format(n=first.warned[0], rate=first.warned[2]))
        clauses.append(words["damage"].format(n=first.damage[0], off=first.damage[1]))
        clauses.append(words["outside" if p.outside else "inside"].format(d=len(clauses)))
    if p.level == 3:
        facts += [words["told"].format(n=p.warned[1]), words["broken"].format(n=p.broken)]
    lines = [f"{number}. {clause}" for number, clause in enumerate(clauses, 1)]
    return "\n".join([words["title"], *lines, *facts, words["ask lots" if p.level > 3 else "ask"]])


FAMILY = ReasoningFamily(
    name="contracts",
    params=_params,
    dial=Dial("deliveries", _SIZE),
    english=partial(_text, words=_WORDS["en"]),
    chinese=partial(_text, words=_WORDS["zh"]),
    reference=_reference,
    second=_second,
)
