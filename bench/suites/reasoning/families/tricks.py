"""A game of tricks played by a fixed rule: who has how many points when all cards are gone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from random import Random

from bench.suites.coding.family import Drawn, Params
from bench.suites.reasoning.family import Dial, ReasoningFamily
from bench.suites.reasoning.words import LETTERS, matters

_SIZE = {1: (3, 3), 2: (3, 4), 3: (4, 4), 5: (4, 6), 6: (4, 8), 7: (5, 9)}
"""Players and cards of each, by level: the family's dial."""
_COLOURS = 3
"""How many there are; the last is trumps where there are trumps."""
Card = tuple[int, int]
"""A colour and a number."""


def _params(rng: Random, level: int) -> Drawn:
    players, held = _SIZE[level]
    pack = [(colour, number) for colour in range(_COLOURS) for number in range(1, max(9, players * held // 2) + 1)]
    while True:
        cards = rng.sample(pack, players * held)
        hands = [sorted(cards[at * held : (at + 1) * held]) for at in range(players)]
        drawn: Drawn = {"hands": hands, "trumps": _COLOURS - 1 if level > 1 else -1}
        p = Params(level=level, **drawn)
        if len({winner for winner, _ in _tricks(p)}) >= 2 and (level == 1 or matters(p, _reference, [{"trumps": -1}])):
            return drawn


def _better(p: Params, card: Card, best: Card) -> bool:
    """Whether a card wins over the best one on the table."""
    if card[0] == best[0]:
        return card[1] > best[1]
    return bool(card[0] == p.trumps)


def _led(p: Params, hand: list[Card]) -> Card:
    """What somebody leads: the highest, of equal ones that of the first colour."""
    plain = [card for card in hand if card[0] != p.trumps] if p.level > 2 else hand
    return max(plain or hand, key=lambda card: (card[1], -card[0]))


def _follows(p: Params, hand: list[Card], led: int, best: Card) -> Card:
    """What somebody plays to a trick."""
    same = [card for card in hand if card[0] == led]
    if same:
        return max(same) if _better(p, max(same), best) else min(same)
    trumps = [card for card in hand if card[0] == p.trumps]
    good = trumps if p.level == 2 else [card for card in trumps if _better(p, card, best)]
    if good:
        return min(good)
    rest = [card for card in hand if card not in trumps] or trumps
    return min(rest, key=lambda card: (card[1], card[0]))


def _tricks(p: Params) -> list[tuple[int, int]]:
    """Who wins each trick, and its points."""
    hands = [list(hand) for hand in p.hands]
    leader, won = 0, []
    while hands[leader]:
        best = _led(p, hands[leader])
        hands[leader].remove(best)
        led, points, winner = best[0], best[1], leader
        for step in range(1, len(hands)):
            player = (leader + step) % len(hands)
            card = _follows(p, hands[player], led, best)
            hands[player].remove(card)
            points += card[1]
            if _better(p, card, best):
                best, winner = card, player
        won.append((winner, points))
        leader = winner
    return won


def _reference(p: Params) -> str:
    """Card by card."""
    won = _tricks(p)
    return ", ".join(str(sum(points for who, points in won if who == player)) for player in range(len(p.hands)))


def _strength(p: Params, card: Card, led: int) -> int:
    """How a card wins; those of neither trumps nor the colour led cannot."""
    colour, number = card
    return number + 10**6 if colour == p.trumps else number if colour == led else -1


def _mark(p: Params, hand: list[Card], table: list[Card], card: Card) -> tuple[int, int, int]:
    """How soon a card is chosen from a hand, the least first."""
    colour, number = card
    if not table:
        return int(p.level > 2 and colour == p.trumps), -number, colour
    led = table[0][0]
    best = max(_strength(p, each, led) for each in table)
    if colour == led:
        tops = any(each[0] == led and _strength(p, each, led) > best for each in hand)
        return 0, -number if tops else number, colour
    if colour == p.trumps:
        return (1 if p.level == 2 or _strength(p, card, led) > best else 3), number, colour
    return 2, number, colour


def _second(p: Params) -> str:
    """Each card gets a mark by which it is chosen, and a strength by which it wins."""
    left = {card: player for player, hand in enumerate(p.hands) for card in hand}
    score, leader = [0] * len(p.hands), 0
    while left:
        table: list[Card] = []
        for step in range(len(p.hands)):
            hand = [card for card, owner in left.items() if owner == (leader + step) % len(p.hands)]
            table.append(min(hand, key=partial(_mark, p, hand, table)))
            del left[table[-1]]
        strengths = [_strength(p, card, table[0][0]) for card in table]
        leader = (leader + strengths.index(max(strengths))) % len(p.hands)
        score[leader] += sum(number for _, number in table)
    return ", ".join(map(str, score))


_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "{all} play a game of cards. Each card has a colour and a number, and no two are the same.",
        "hand": "{a} holds {all}.",
        "turns": "In each trick everybody plays one card, whoever leads first and then in the order {order}, beginning "
        "again with A after {last}. A leads the first trick; whoever wins a trick leads the next, until no cards are "
        "left.",
        "win": "A trick is won by the card with the highest number among those of the colour that was led.",
        "win trumps": "Green is trumps: a trick is won by the green card with the highest number, or if no green card "
        "lies in it, by the card with the highest number among those of the colour that was led.",
        "lead": "Whoever leads plays the card with the highest number in their hand",
        "lead 3": "Whoever leads plays the card with the highest number among those in their hand that are not "
        "green, or if all are green, among these",
        "ties": "; of equal numbers red goes before blue, and blue before green.",
        "follow": "Whoever holds cards of the colour that was led must play one of these: the highest of them if it "
        "would win the trick as it lies at that moment, otherwise the lowest of them.",
        "other 1": "Whoever holds none of that colour plays the card with the lowest number in their hand",
        "other 2": "Whoever holds none of that colour plays their lowest green card, whether it would win or not; "
        "without a green card, the card with the lowest number in their hand",
        "other 3": "Whoever holds none of that colour plays the lowest of their green cards that would win the trick "
        "as it lies at that moment. If there is none, they play the card with the lowest number among those that are "
        "not green, or if all are green, their lowest green card",
        "ask": "Whoever wins a trick gets as many points as the numbers of its cards add up to. How many points has "
        "each player at the end? Write X as the points of {order}, {n} whole numbers with commas between them.",
        "colours": "red ,blue ,green ",
        "comma": ", ",
        "and": " and ",
    },
    "zh": {
        "title": "{all}玩一种纸牌游戏。每张牌有一种颜色和一个数字，没有两张牌相同。",
        "hand": "{a}手里有{all}。",
        "turns": "每一轮每人出一张牌：先由领出者出牌，然后按{order}的顺序依次出牌，{last}之后又轮到A。"
        "第一轮由A领出，赢得一轮的人领出下一轮，直到手里都没有牌为止。",
        "win": "在与领出的牌同色的牌中，数字最大的赢得这一轮。",
        "win trumps": "绿色是王牌：数字最大的绿牌赢得这一轮；如果这一轮没有绿牌，则在与领出的牌同色的牌中，"
        "数字最大的赢得这一轮。",
        "lead": "领出者出手中数字最大的牌",
        "lead 3": "领出者出手中非绿色的牌里数字最大的一张；如果全是绿牌，则出其中数字最大的一张",
        "ties": "；数字相同时，先红后蓝再绿。",
        "follow": "手里有与领出的牌同色的牌的人，必须出这种颜色的牌：如果其中最大的一张就当时桌上的牌而言能赢，"
        "就出这一张，否则出其中最小的一张。",
        "other 1": "没有这种颜色的牌的人，出手中数字最小的牌",
        "other 2": "没有这种颜色的牌的人，出自己最小的绿牌，不论能不能赢；没有绿牌就出手中数字最小的牌",
        "other 3": "没有这种颜色的牌的人，在自己的绿牌中，就当时桌上的牌而言能赢的里面，出最小的一张。"
        "如果没有这样的牌，就出非绿色的牌里数字最小的一张；如果手里全是绿牌，就出最小的绿牌",
        "ask": "赢得一轮的人得到的分数等于这一轮所有牌的数字之和。最后每人各得多少分？"
        "X写成{order}各自的分数，即{n}个整数，中间用逗号隔开。",
        "colours": "红,蓝,绿",
        "comma": "、",
        "and": "和",
    },
}


def _text(p: Params, words: Mapping[str, str]) -> str:
    def listed(things: list[str]) -> str:
        return words["comma"].join(things[:-1]) + words["and"] + things[-1]

    colours, players = words["colours"].split(","), list(LETTERS[: len(p.hands)])
    lines = [words["title"].format(all=listed(players))]
    for name, hand in zip(players, p.hands, strict=True):
        lines.append(words["hand"].format(a=name, all=listed([f"{colours[at]}{number}" for at, number in hand])))
    lines.append(words["turns"].format(order=listed(players), last=players[-1]))
    lines.append(words["win" if p.level == 1 else "win trumps"])
    lines += [words["lead 3" if p.level > 2 else "lead"] + words["ties"], words["follow"]]
    lines.append(words[f"other {min(p.level, 3)}"] + words["ties"])
    return "\n".join([*lines, words["ask"].format(order=listed(players), n=len(players))])


FAMILY = ReasoningFamily(
    name="tricks",
    params=_params,
    dial=Dial("players, cards of each", _SIZE),
    english=partial(_text, words=_WORDS["en"]),
    chinese=partial(_text, words=_WORDS["zh"]),
    reference=_reference,
    second=_second,
    type="tuple",
)
