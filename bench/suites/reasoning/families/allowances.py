"""Teams that spend monthly allowances: what they may keep, what goes to a common pot, which requests are paid."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from functools import partial
from random import Random

from bench.suites.coding.family import Drawn, Params
from bench.suites.reasoning.family import Dial, ReasoningFamily
from bench.suites.reasoning.words import LETTERS, matters

_SIZE = {1: (1, 4), 2: (2, 3), 3: (2, 4), 5: (3, 6), 6: (4, 8), 7: (5, 10)}
"""Teams and months, by level: the family's dial."""
Request = tuple[int, int]
"""A team and coins."""


def _params(rng: Random, level: int) -> Drawn:
    teams, months = _SIZE[level]
    most, more = 4 if level == 1 else 5 if level < 4 else 7, 0 if level < 4 else teams - 2
    while True:
        gets = [rng.randint(20, 60) for _ in range(teams)]
        drawn: Drawn = {
            "gets": gets,
            "caps": [rng.randint(got // 4, got // 2 + 6) for got in gets],
            "pot": level > 1,
            "again": level > 2,
            "months": [
                [
                    (team, rng.randint(gets[team] // 5, gets[team] * most // 4))
                    for team in (rng.randrange(teams) for _ in range(rng.randint(1, 2) + (teams > 1) + more))
                ]
                for _ in range(months)
            ],
            "ask": rng.randrange(teams) if level == 1 or rng.random() < 0.6 else -1,
        }
        p = Params(level=level, **drawn)
        left = int(_reference(p))
        if left in (0, p.caps[p.ask] if p.ask >= 0 else 0) or {team for month in p.months for team, _ in month} != (
            set(range(teams))
        ):
            continue
        if level == 1 and all(paid for _, paid in _paid(p)):
            continue
        others: list[Drawn] = [{"caps": [10**6] * teams}, {"pot": False}, {"again": False}]
        if level == 2 and all(paid for _, paid in _paid(p)) and rng.random() < 0.7:
            continue
        if matters(p, _reference, others[:level]):
            return drawn


def _close(p: Params) -> tuple[list[int], int, list[tuple[Request, bool]]]:
    """The accounts and the pot at the end of the last month, and every request that was tried."""
    accounts, pot = [0] * len(p.gets), 0
    tried: list[tuple[Request, bool]] = []
    waiting: list[Request] = []
    for month in p.months:
        accounts = [account + got for account, got in zip(accounts, p.gets, strict=True)]
        refused: list[Request] = []
        for number, (team, coins) in enumerate([*waiting, *month]):
            if coins <= accounts[team]:
                accounts[team] -= coins
                paid = True
            elif p.pot and coins - accounts[team] <= pot:
                pot -= coins - accounts[team]
                accounts[team] = 0
                paid = True
            else:
                paid = False
                if number >= len(waiting):
                    refused.append((team, coins))
            tried.append(((team, coins), paid))
        waiting = refused if p.again else []
        if p.pot:
            pot += sum(max(0, account - cap) for account, cap in zip(accounts, p.caps, strict=True))
        accounts = [min(account, cap) for account, cap in zip(accounts, p.caps, strict=True)]
    return accounts, pot, tried


def _paid(p: Params) -> list[tuple[Request, bool]]:
    return _close(p)[2]


def _reference(p: Params) -> str:
    """Month by month."""
    accounts, pot, _ = _close(p)
    return str(pot if p.ask < 0 else accounts[p.ask])


def _second(p: Params) -> str:
    """Event by event from a queue; a refused request puts its second trial there. The pot is one more account."""
    teams = len(p.gets)
    have = [0] * (teams + 1)
    queue = [(month, 0, team, team, got) for month in range(len(p.months)) for team, got in enumerate(p.gets)]
    queue += [(at, 2, number, *asked) for at, month in enumerate(p.months) for number, asked in enumerate(month)]
    queue += [(month, 3, team, team, cap) for month in range(len(p.months)) for team, cap in enumerate(p.caps)]
    heapq.heapify(queue)
    while queue:
        month, what, number, team, coins = heapq.heappop(queue)
        if what == 0:
            have[team] += coins
        elif what == 3:
            over = max(have[team] - coins, 0)
            have[team] -= over
            have[teams] += over if p.pot else 0
        else:
            own = min(coins, have[team])
            if have[teams] >= coins - own:
                have[team] -= own
                have[teams] -= coins - own
            elif what == 2 and p.again and month + 1 < len(p.months):
                heapq.heappush(queue, (month + 1, 1, number, team, coins))
    return str(have[p.ask])


_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Team {a} has an account, which is empty at first.",
        "titles": "{all} have an account each. There is also a common pot. All are empty at first.",
        "team": "team {a}",
        "get": "At the start of each month {a} gets {n} coins.",
        "pay": "During the month requests come in one after another, in the order given. A request is paid from the "
        "account if that holds enough for all of it; otherwise it is refused and nothing is taken.",
        "pays": "During the month requests come in one after another, in the order given. A request is paid from its "
        "team's account if that holds enough for all of it. Otherwise everything in the account is taken and the pot "
        "pays the rest, provided the pot holds the whole rest; if it does not, the request is refused and nothing is "
        "taken.",
        "again": "A request refused in the month in which it came in is tried once more in the next month, by the same "
        "rules: after the coins of that month have arrived and before its other requests, in the order in which they "
        "were refused. If it is refused again, it is given up.",
        "keep": "At the end of each month, {a} keeps at most {n} coins in its account; what is above that is {where}.",
        "lost": "lost",
        "moved": "moved to the pot",
        "month": "Month {n}: {all}",
        "one": "{a} asks for {n}",
        "ask": "How many coins are in {a}'s account at the end of month {n}, once this is done? X is a whole number.",
        "ask pot": "How many coins are in the pot at the end of month {n}, once this is done? X is a whole number.",
        "comma": ", ",
        "and": " and ",
    },
    "zh": {
        "title": "{a}队有一个账户，起初是空的。",
        "titles": "{all}各有一个账户，另外还有一个公共基金，起初都是空的。",
        "team": "{a}队",
        "get": "每月月初，{a}得到{n}枚金币。",
        "pay": "当月的申请按给出的顺序逐个处理。如果账户里的金币足够支付整个申请，就从账户支付；"
        "否则该申请被拒绝，一枚也不扣。",
        "pays": "当月的申请按给出的顺序逐个处理。如果该队账户里的金币足够支付整个申请，就从账户支付。"
        "否则取出账户里的全部金币，不足部分由公共基金支付，前提是公共基金足够支付全部不足部分；"
        "如果不够，该申请被拒绝，一枚也不扣。",
        "again": "在提出的当月被拒绝的申请，下个月按同样的规则再试一次：在当月的金币到账之后、当月其他申请之前，"
        "按被拒绝的先后顺序处理。如果再次被拒绝，就作废。",
        "keep": "每月月末，{a}的账户最多保留{n}枚金币，超出的部分{where}。",
        "lost": "作废",
        "moved": "转入公共基金",
        "month": "第{n}个月：{all}",
        "one": "{a}申请{n}",
        "ask": "第{n}个月月末（处理完超出部分之后），{a}的账户里有多少枚金币？X是一个整数。",
        "ask pot": "第{n}个月月末（处理完超出部分之后），公共基金里有多少枚金币？X是一个整数。",
        "comma": "，",
        "and": "和",
    },
}


def _text(p: Params, words: Mapping[str, str]) -> str:
    teams = [words["team"].format(a=LETTERS[team]) for team in range(len(p.gets))]
    every = words["and"].join(teams)
    lines = [words["titles"].format(all=every[0].upper() + every[1:]) if p.pot else words["title"].format(a="A")]
    lines += [words["get"].format(a=team, n=got) for team, got in zip(teams, p.gets, strict=True)]
    lines.append(words["pays" if p.pot else "pay"])
    lines += [words["again"]] if p.again else []
    where = words["moved" if p.pot else "lost"]
    lines += [words["keep"].format(a=team, n=cap, where=where) for team, cap in zip(teams, p.caps, strict=True)]
    for number, month in enumerate(p.months, 1):
        all_of = words["comma"].join(words["one"].format(a=teams[team], n=coins) for team, coins in month)
        lines.append(words["month"].format(n=number, all=all_of))
    asked = words["ask pot"] if p.ask < 0 else words["ask"]
    return "\n".join([*lines, asked.format(n=len(p.months), a=teams[p.ask])])


FAMILY = ReasoningFamily(
    name="allowances",
    params=_params,
    dial=Dial("teams, months", _SIZE),
    english=partial(_text, words=_WORDS["en"]),
    chinese=partial(_text, words=_WORDS["zh"]),
    reference=_reference,
    second=_second,
)
